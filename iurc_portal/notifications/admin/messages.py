"""The outbox: what waits, what left, what failed, and what each letter says."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import display

from iurc_portal.admin import PlainAdmin, ReadOnly
from iurc_portal.notifications import outbox, previews, registry, services
from iurc_portal.notifications.models import Message, reason_words


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
    list_display = ["created_at", "kind_title", "to", "language", "state_badge", "attempts", "sent_at", "notes"]
    list_filter = ["state", KindFilter, "language", ("returned_at", admin.EmptyFieldListFilter)]
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
                    ("attempts", "returned_at"),
                    "reason",
                ]
            },
        ),
        (_("Letter"), {"fields": ["subject", "letter", "plain_letter"]}),
    ]
    readonly_fields = ["state_now", "kind_title", "reason", "subject", "letter", "plain_letter"]
    actions = ["send_again", "write_anew", "drop"]

    def get_queryset(self, request):
        return super().get_queryset(request).with_order()

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

    @admin.display(description=_("remarks"))
    def notes(self, obj):
        """What makes this letter wait, or that it came back."""
        if obj.returned_at is not None:
            return _("came back")
        held_back = obj.is_held_back and obj.state == Message.State.QUEUED
        return _("waits for an earlier letter to the same person") if held_back else ""

    @admin.display(description=_("error"))
    def reason(self, obj):
        return reason_words(obj) or "–"

    @admin.display(description=_("subject"))
    def subject(self, obj):
        return self._letter(obj)[0]

    @admin.display(description=_("as its reader sees it"))
    def letter(self, obj):
        return previews.frame(self._address(obj, "html"), _("as its reader sees it"), height=640)

    @admin.display(description=_("as plain text"))
    def plain_letter(self, obj):
        return previews.frame(self._address(obj, "text"), _("as plain text"), height=320)

    def letter_view(self, request, pk, part):
        """The letter alone, for a frame that runs nothing. Links of a preview open nothing: it makes no token."""
        message = get_object_or_404(Message, pk=pk)
        if not self.has_view_permission(request, message):
            raise PermissionDenied
        _subject, html, text = self._letter(message)
        return previews.page(html, text, part)

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
        return previews.parts_of(email)

    @admin.action(description=_("Send the selected messages now"), permissions=["outbox"])
    def send_again(self, request, queryset):
        count = outbox.send_again(queryset, now=timezone.now())
        self._tell(request, count, ngettext("%(n)s letter is on its way.", "%(n)s letters are on their way.", count))

    @admin.action(description=_("Write the selected messages anew, with new links"), permissions=["outbox"])
    def write_anew(self, request, queryset):
        count = outbox.write_anew(queryset, now=timezone.now(), by=request.user)
        self._tell(request, count, ngettext("%(n)s letter is on its way.", "%(n)s letters are on their way.", count))

    @admin.action(description=_("Do not send the selected messages"), permissions=["outbox"])
    def drop(self, request, queryset):
        count = outbox.drop(queryset, by=request.user)
        self._tell(request, count, ngettext("%(n)s letter taken out.", "%(n)s letters taken out.", count))

    def _tell(self, request, count: int, words: str) -> None:
        if count:
            self.message_user(request, words % {"n": count}, messages.SUCCESS)
        else:
            words = _("Nothing to do: what has left is written anew, what waits is sent or taken out.")
            self.message_user(request, words, messages.WARNING)
