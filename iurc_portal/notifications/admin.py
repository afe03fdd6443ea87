"""The outbox: what waits, what left, what failed, and what each letter says."""

from csp.constants import NONE, UNSAFE_INLINE
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import display

from iurc_portal.admin import PlainAdmin, ReadOnly
from iurc_portal.notifications import outbox, registry, services
from iurc_portal.notifications.models import AddressStatus, Heartbeat, Message, reason_words
from iurc_portal.staff import todo

FRAME = (
    '<iframe src="{}" title="{}" sandbox="" height="{}"'
    ' class="w-full bg-white border border-base-200 rounded-default"></iframe>'
)
LETTER_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "style-src": [UNSAFE_INLINE],
        "img-src": ["data:"],
        "frame-ancestors": ["'self'"],
    }
}


class KindFilter(admin.SimpleListFilter):
    """Letters of one kind, by the name people know it under."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request, model_admin):
        return sorted(((name, registry.title_of(name)) for name in registry.names()), key=lambda pair: pair[1])

    def queryset(self, request, queryset):
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Message)
class MessageAdmin(ReadOnly, PlainAdmin):
    list_display = ["created_at", "kind_title", "to", "language", "state_badge", "attempts", "sent_at"]
    list_filter = ["state", KindFilter, "language"]
    search_fields = ["to", "key"]
    date_hierarchy = "created_at"
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("to", "state_now"),
                    ("kind_title", "language"),
                    ("created_at", "sent_at"),
                    ("not_before", "expires_at"),
                    "attempts",
                    "reason",
                ]
            },
        ),
        (_("Letter"), {"fields": ["subject", "letter", "plain_letter"]}),
    ]
    readonly_fields = ["state_now", "kind_title", "reason", "subject", "letter", "plain_letter"]
    actions = ["send_again", "drop"]

    def has_outbox_permission(self, request):
        return request.user.has_perm("notifications.change_message")

    def get_urls(self):
        view = self.admin_site.admin_view(self.letter_view)
        own = [path("<int:pk>/letter/<slug:part>/", view, name="notifications_message_letter")]
        return own + super().get_urls()

    @display(
        description=_("state"),
        ordering="state",
        label={"sent": "success", "queued": "info", "sending": "info", "failed": "danger", "dropped": "warning"},
    )
    def state_badge(self, obj):
        return obj.state, obj.get_state_display()

    @admin.display(description=_("state"))
    def state_now(self, obj):
        return obj.get_state_display()

    @admin.display(description=_("kind"), ordering="kind")
    def kind_title(self, obj):
        return registry.title_of(obj.kind)

    @admin.display(description=_("error"))
    def reason(self, obj):
        return reason_words(obj) or "–"

    @admin.display(description=_("subject"))
    def subject(self, obj):
        return self._letter(obj)[0]

    @admin.display(description=_("as its reader sees it"))
    def letter(self, obj):
        return format_html(FRAME, self._address(obj, "html"), _("as its reader sees it"), 640)

    @admin.display(description=_("as plain text"))
    def plain_letter(self, obj):
        return format_html(FRAME, self._address(obj, "text"), _("as plain text"), 320)

    def letter_view(self, request, pk, part):
        """The letter alone, for a frame that runs nothing. Links of a preview open nothing: it makes no token."""
        message = get_object_or_404(Message, pk=pk)
        if not self.has_view_permission(request, message):
            raise PermissionDenied
        _subject, html, text = self._letter(message)
        plain = format_html('<!doctype html><pre style="white-space:pre-wrap">{}</pre>', text)
        response = HttpResponse(html if part == "html" and html else plain)
        response._csp_config = LETTER_POLICY["DIRECTIVES"]
        return response

    @staticmethod
    def _address(message, part: str) -> str:
        return reverse("admin:notifications_message_letter", args=[message.pk, part])

    @staticmethod
    def _letter(message) -> tuple[str, str, str]:
        """Subject, HTML and text. A letter that cannot be written any more says why instead."""
        try:
            email = services.render(message, preview=True)
        except Exception as error:  # whatever is wrong with a letter, staff should see it rather than an error page
            return "–", "", str(_("This letter cannot be shown: %(error)s")) % {"error": escape(error)}
        html = next((str(body) for body, kind in email.alternatives if kind == "text/html"), "")
        return email.subject, html, str(email.body)

    @admin.action(description=_("Send the selected messages now"), permissions=["outbox"])
    def send_again(self, request, queryset):
        count = outbox.send_again(queryset, now=timezone.now())
        self._tell(request, count, ngettext("%(n)s letter is on its way.", "%(n)s letters are on their way.", count))

    @admin.action(description=_("Do not send the selected messages"), permissions=["outbox"])
    def drop(self, request, queryset):
        count = outbox.drop(queryset, by=request.user)
        self._tell(request, count, ngettext("%(n)s letter taken out.", "%(n)s letters taken out.", count))

    def _tell(self, request, count: int, words: str) -> None:
        if count:
            self.message_user(request, words % {"n": count}, messages.SUCCESS)
        else:
            self.message_user(request, _("Nothing to do: these letters have left already."), messages.WARNING)


@admin.register(AddressStatus)
class AddressStatusAdmin(ReadOnly, PlainAdmin):
    list_display = ["email_key", "state", "since"]
    list_filter = ["state"]
    search_fields = ["email_key"]
    actions = ["clear"]

    def has_outbox_permission(self, request):
        return request.user.has_perm("notifications.change_addressstatus")

    @admin.action(description=_("Mark the selected addresses as good again"), permissions=["outbox"])
    def clear(self, request, queryset):
        for status in queryset:
            services.clear_bounces(status.email_key, now=timezone.now())
        self.message_user(request, _("Our mail goes to these addresses again."), messages.SUCCESS)


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnly, PlainAdmin):
    list_display = ["title", "last_success_at", "last_error"]
    fields = ["title", "last_success_at", "last_error", "what_it_did"]
    readonly_fields = ["title", "what_it_did"]

    @admin.display(description=_("job"), ordering="name")
    def title(self, obj):
        return todo.jobs[obj.name].title if obj.name in todo.jobs else obj.name

    @admin.display(description=_("what it did"))
    def what_it_did(self, obj):
        return ", ".join(f"{name}: {number}" for name, number in obj.counts.items()) or "–"
