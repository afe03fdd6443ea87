"""When people are reminded, what they read, and what became of each reminder (events spec 4.1, 4.2, 17)."""

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from events import audiences
from events.letter_samples import sample_letter
from events.models import Delivery, Event, ReminderRule
from events.triggers import Trigger
from iurc_portal.admin import EditableBy, PlainAdmin, PlainTabularInline, PortalAdmin, ReadOnly
from iurc_portal.clock import both_cities
from iurc_portal.notifications import previews
from iurc_portal.translation import times
from iurc_portal.translation.languages import Language, columns

USUAL_DURATIONS = ("-P7D", "-P1D", "-PT24H", "-PT1H", "-PT15M", "PT2H", "P1D")
CAME = {"came": True, "absent": False, "unknown": None}


class TriggerInput(UnfoldAdminTextInputWidget):
    """A text field that offers the usual durations, each in words."""

    def render(self, name, value, attrs=None, renderer=None):
        offered = f"{(attrs or {}).get('id', name)}-usual"
        field = super().render(name, value, {**(attrs or {}), "list": offered}, renderer)
        options = format_html_join(
            "", '<option value="{}">{}</option>', ((text, Trigger.parse(text).words()) for text in USUAL_DURATIONS)
        )
        return format_html('{}<datalist id="{}">{}</datalist>', field, offered, options)


class RuleForm(forms.ModelForm):
    """One rule. From what it counts follows from the duration's sign; whom it may reach, from who can be known."""

    by = None  # set by the admin

    class Meta:
        model = ReminderRule
        fields = ("trigger", "audience")
        widgets = {"trigger": TriggerInput()}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "audience" in self.fields:
            self.fields["audience"] = forms.ChoiceField(
                label=self.fields["audience"].label,
                choices=audiences.offered(),
                initial=ReminderRule.Audience.ALL,
                widget=UnfoldAdminSelectWidget(choices=audiences.offered()),
            )

    def clean_trigger(self):
        """What is there already and does not fit whole days, the service takes away; nothing of the kind is added."""
        trigger = self.cleaned_data["trigger"]
        if "trigger" not in self.changed_data:
            return trigger
        event = self.cleaned_data.get("event") or self.instance.event
        if event is not None and not Trigger.parse(trigger).fits(all_day=event.all_day):
            raise ValidationError(
                _("This event lasts whole days: choose a reminder a day before, or earlier."), code="whole_days"
            )
        return trigger

    def clean_event(self):
        event = self.cleaned_data["event"]
        if event is not None and self.by and not Event.objects.editable_by(self.by).filter(pk=event.pk).exists():
            raise ValidationError(_("This event is organised by the other city."), code="foreign")
        return event

    def _get_validation_exclusions(self):
        return super()._get_validation_exclusions() - {"relative_to"}  # it belongs to what makes a rule unique


def instant_words(rule: ReminderRule, event: Event | None) -> str:
    """When ``rule`` is due for ``event``, one line a city."""
    if event is None or not rule.trigger:
        return "–"
    lines = [
        (f"{times.date_words(time.start, 'short')} {times.clock(time.start)} {time.abbreviation} {time.label}",)
        for time in both_cities(rule.due_at(event), language=get_language() or "it")
    ]
    return format_html('<span class="staff-times">{}</span>', format_html_join("", "<span>{}</span>", lines))


class ReminderInline(PlainTabularInline):
    """The rules of an event, on its page; texts and letters are on the page of each."""

    model = ReminderRule
    form = RuleForm
    fields = ("trigger", "audience", "instants", "page")
    readonly_fields = ("instants", "page")
    tab = True

    @admin.display(description=_("texts and letters"))
    def page(self, obj):
        if obj.pk is None:
            return "–"
        address = reverse("admin:events_reminderrule_change", args=[obj.pk])
        return format_html('<a class="underline" href="{}">{}</a>', address, _("Open"))

    @admin.display(description=_("due, in both cities"))
    def instants(self, obj):
        return instant_words(obj, obj.event if obj.pk else None)


@admin.register(ReminderRule)
class ReminderRuleAdmin(EditableBy, PortalAdmin):
    form = RuleForm
    general = (("event", "track"), ("trigger", "audience"), "grace", "instants", "letters")
    list_display = ["words", "whose", "audience", "instants", "texts_written"]
    list_filter = ["relative_to", "audience", "track"]
    list_select_related = ["event", "track"]
    search_fields = [f"{owner}__{column}" for owner in ("event", "track") for column in columns("name")]
    autocomplete_fields = ["event"]
    readonly_fields = ["instants", "letters"]
    ordering = ["-event__dtstart", "pk"]

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        form.by = request.user
        return form

    def get_urls(self):
        own = path(
            "<int:pk>/letter/<str:language>/<str:came>/",
            self.admin_site.admin_view(self.letter_view),
            name="events_reminderrule_letter",
        )
        return [own, *super().get_urls()]

    def letter_view(self, request, pk, language, came):
        """The letter as somebody who reads ``language`` would get it, alone in its frame. Nothing is sent."""
        rule = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.has_view_permission(request, rule):
            raise PermissionDenied
        if language not in Language.values or came not in CAME:
            raise Http404
        letter = sample_letter(rule, language=language, came=CAME[came])
        if letter is None:
            raise Http404
        _subject, html, text = previews.parts_of(letter)
        return previews.page(html, text, "html")

    @admin.display(description=_("when"), ordering="trigger")
    def words(self, obj):
        return str(obj)

    @admin.display(description=_("event or track"))
    def whose(self, obj):
        return obj.event or obj.track

    @admin.display(description=_("due, in both cities"))
    def instants(self, obj):
        return instant_words(obj, obj.event if obj.pk else None)

    @admin.display(description=_("text of your own"))
    def texts_written(self, obj):
        return self.languages_shown(obj, "text")

    @admin.display(description=_("as its reader sees it"))
    def letters(self, obj):
        """The letter in three languages; a follow-up twice, for who came and who did not."""
        if obj.pk is None or not obj.trigger:
            return _("Save first: the letters are shown here in three languages.")
        kinds = ("came", "absent") if obj.is_follow_up else ("unknown",)
        titles = {"came": _("to who took part"), "absent": _("to who did not come"), "unknown": ""}
        frames = []
        for came in kinds:
            for code, name in Language.choices:
                letter = sample_letter(obj, language=code, came=CAME[came])
                if letter is None:
                    return _("Nothing to show yet: there is no event in this track.")
                title = " · ".join(filter(None, (name, str(titles[came]))))
                address = reverse("admin:events_reminderrule_letter", args=[obj.pk, code, came])
                frames.append((title, code, letter.subject, previews.frame(address, title, height=440)))
        return format_html_join("", '<p class="mt-3 mb-1"><b>{}</b>: <span lang="{}">{}</span></p>{}', frames)


@admin.register(Delivery)
class DeliveryAdmin(ReadOnly, PlainAdmin):
    """The ledger, by person and with the reason: read, never written here."""

    list_display = ["due_at", "rule", "event", "person", "state_badge", "why", "sent_at"]
    list_filter = ["state", "rule__relative_to"]
    list_select_related = ["rule", "registration__event", "message"]
    search_fields = [
        "registration__email",
        "registration__family_name",
        "registration__given_name",
        *(f"registration__event__{column}" for column in columns("name")),
    ]
    date_hierarchy = "due_at"
    fields = [("due_at", "rule"), "registration", ("state", "not_before"), "why", "message", "sent_at"]
    readonly_fields = ["why", "sent_at"]

    @admin.display(description=_("event"))
    def event(self, obj):
        return obj.registration.event

    @admin.display(description=_("person"), ordering="registration__family_name")
    def person(self, obj):
        return obj.registration.display_name(obj.registration.language) or obj.registration.email

    @display(
        description=_("state"),
        ordering="state",
        label={"queued": "info", "sent": "success", "missed": "danger", "skipped": "info", "void": "warning"},
    )
    def state_badge(self, obj):
        return obj.state, obj.get_state_display()

    @admin.display(description=_("why"))
    def why(self, obj):
        """Reasons are kept in the source language; what waits for the morning says until when."""
        if obj.reason:
            return gettext(obj.reason)
        if obj.state == Delivery.State.QUEUED and obj.not_before and obj.not_before > timezone.now():
            return _("waits for the morning where this person lives")
        return "–"

    @admin.display(description=_("sent"), ordering="message__sent_at")
    def sent_at(self, obj):
        return obj.message.sent_at if obj.message else None
