"""Messages to many people: written, looked at in each language, counted, and sent once (events spec 5.6, 17)."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from events import segments
from events.broadcast_mail import specimen
from events.models import Broadcast, Event
from events.services import broadcasts
from iurc_portal.admin import EditableBy, PortalAdmin
from iurc_portal.notifications import previews
from iurc_portal.notifications.services import render
from iurc_portal.staff.addresses import key_in
from iurc_portal.translation.languages import Language

ALL = _("None ticked: all.")


class Ticked(forms.MultipleChoiceField):
    """Values of one filter of a segment; what they are is known when the form is made."""

    def __init__(self, label, *, help_text=ALL):
        super().__init__(
            label=lazy(capfirst, str)(label),
            help_text=help_text,
            required=False,
            widget=UnfoldAdminCheckboxSelectMultipleWidget,
        )


class BroadcastForm(forms.ModelForm):
    """The segment is ticked, a field for each of ``segments.FILTERS``; what is not ticked at all narrows nothing.

    Kinds of seats and answers are those of the event, and so are asked once it is known.
    """

    states = Ticked(_("state of the registration"))
    languages = Ticked(_("language"))
    pools = Ticked(pgettext_lazy("of a broadcast", "seat"))
    answers = Ticked(
        pgettext_lazy("of a broadcast", "answer"),
        help_text=_("None ticked: all. Of several questions, those who fit at each."),
    )
    attendance = Ticked(pgettext_lazy("of a broadcast", "who came"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, offered in segments.choices(self._event()).items():
            if name in self.fields:
                self.fields[name].choices = offered
                default = ["confirmed"] if name == "states" and self.instance.pk is None else []
                self.initial[name] = self.instance.segment.get(name, default)

    def _event(self):
        """The event that was chosen last: in the form that is sent, else in the draft."""
        typed = self.data.get(self.add_prefix("event"), "") if self.is_bound else self.instance.event_id
        return Event.objects.filter(pk=key_in(str(typed or ""))).first()

    def clean(self):
        data = super().clean()
        self.instance.segment = {name: data[name] for name in segments.FILTERS if data.get(name)}
        return data


@admin.register(Broadcast)
class BroadcastAdmin(EditableBy, PortalAdmin):
    form = BroadcastForm
    list_display = ["title", "event", "audience", "state_badge", "recipients", "sent_at"]
    list_filter = ["state", "audience"]
    list_select_related = ["event"]
    search_fields = [f"subject_{code}" for code in Language.values]
    autocomplete_fields = ["event"]
    general = ("event", "audience", *segments.FILTERS, "allow_fallback")
    change_form_after_template = "admin/events/_broadcast_send.html"

    def get_urls(self):
        wrap = self.admin_site.admin_view
        own = [
            path("<int:pk>/send/", wrap(self.send_view), name="events_broadcast_send"),
            path(
                "<int:pk>/letter/<slug:language>/<slug:part>/", wrap(self.letter_view), name="events_broadcast_letter"
            ),
        ]
        return own + super().get_urls()

    def has_change_permission(self, request, obj=None):
        """What was sent is what people have read: it stays."""
        is_sent = obj is not None and obj.state == Broadcast.State.SENT
        return not is_sent and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        """Drafts may go, one at a time."""
        return obj is not None and obj.state != Broadcast.State.SENT and super().has_delete_permission(request, obj)

    def may_send(self, request, broadcast) -> bool:
        return request.user.has_perm("events.send_broadcast") and self.may_edit(request, broadcast)

    def get_fieldsets(self, request, obj=None):
        """Only what the event has is asked for; of a message that was sent the segment is told in words."""
        fieldsets = super().get_fieldsets(request, obj)
        if self.has_change_permission(request, obj):
            offered = segments.choices(obj.event if obj is not None else None)
            general = [name for name in self.general if offered.get(name, True)]
            return [(fieldsets[0][0], {**fieldsets[0][1], "fields": general}), *fieldsets[1:]]
        general = ["event", "audience", "only", "allow_fallback", "recipients", "sent_at", "by"]
        return [(fieldsets[0][0], {**fieldsets[0][1], "fields": general}), *fieldsets[1:]]

    def get_readonly_fields(self, request, obj=None):
        return [] if self.has_change_permission(request, obj) else ["only", "recipients", "sent_at", "by"]

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "event":
            kwargs["queryset"] = Event.objects.editable_by(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def response_add(self, request, obj, post_url_continue=None):
        return redirect("admin:events_broadcast_change", obj.pk) if "_look" not in request.POST else self._look(obj)

    def response_change(self, request, obj):
        return self._look(obj) if "_look" in request.POST else super().response_change(request, obj)

    @staticmethod
    def _look(broadcast):
        return redirect("admin:events_broadcast_send", broadcast.pk)

    def send_view(self, request, pk):
        """How many people get what, language by language; the button sends, once."""
        broadcast = get_object_or_404(Broadcast.objects.select_related("event"), pk=pk)
        if not self.may_send(request, broadcast):
            raise PermissionDenied
        if request.method == "POST":
            seen = request.POST.get("seen", "")
            try:
                sent = broadcasts.send_broadcast(
                    broadcast, seen=int(seen) if seen.isdecimal() else -1, now=timezone.now(), by=request.user
                )
            except ValidationError as refusal:
                self.message_user(request, " ".join(refusal.messages), messages.ERROR)
                return self._look(broadcast)
            n = sent.recipients
            words = ngettext("%(n)s message is on its way.", "%(n)s messages are on their way.", n) % {"n": n}
            self.message_user(request, words, messages.SUCCESS)
            return redirect("admin:events_broadcast_changelist")
        reach = broadcasts.reach_of(broadcast)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Look, count and send"),
            "opts": self.opts,
            "broadcast": broadcast,
            "is_sent": broadcast.state == Broadcast.State.SENT,
            "reach": reach,
            "blocked": bool(reach.missing) and not broadcast.allow_fallback,
            "letters": [self._shown(broadcast, code) for code in (*reach.by_language, *self._others(reach))],
        }
        return TemplateResponse(request, "admin/events/broadcast_send.html", context)

    def letter_view(self, request, pk, language, part):
        """The letter alone, as a reader of ``language`` would get it."""
        broadcast = get_object_or_404(Broadcast, pk=pk)
        if not self.has_view_permission(request, broadcast):
            raise PermissionDenied
        if language not in Language.values or broadcast.text_for(language) is None:
            raise Http404("no text in this language")
        _subject, html, text = previews.parts_of(render(specimen(broadcast, language), preview=True))
        return previews.page(html, text, part)

    @staticmethod
    def _others(reach):
        return [code for code in Language.values if code not in reach.by_language]

    @staticmethod
    def _shown(broadcast, code):
        """Language, subject and frame of one letter; None where there is no text at all."""
        text = broadcast.text_for(code)
        if text is None:
            return Language(code).label, "", None
        address = reverse("admin:events_broadcast_letter", args=[broadcast.pk, code, "html"])
        label = Language(code).label
        return label, text.subject, previews.frame(address, label, height=560)

    @admin.display(description=_("subject"))
    def title(self, obj):
        return str(obj)

    @admin.display(description=_("only"))
    def only(self, obj):
        """The segment in words."""
        offered = {name: dict(pairs) for name, pairs in segments.choices(obj.event).items()}
        words = [
            str(offered[name].get(value, value)) for name in segments.FILTERS for value in obj.segment.get(name, [])
        ]
        return ", ".join(words) or "–"

    @display(description=_("state"), ordering="state", label={"draft": "info", "sent": "success"})
    def state_badge(self, obj):
        return obj.state, obj.get_state_display()
