"""Introductions: who meets whom, when (the meeting's own private event), and what came of it."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.decorators import display

from events.admin.events import both_times
from events.admin.times_form import TimesForm
from events.models import Event
from iurc_portal.admin import EditableBy, PortalAdmin
from iurc_portal.clock import ZONES, PartnerSide
from programme.admin.activity_costs import HasCosts, costs_link
from programme.models import Meeting
from programme.services import meetings

TIMES = (("anchor", "all_day"), "starts", "ends")


class MeetingForm(TimesForm, forms.ModelForm):
    """The meeting with the times of its event; whole days make no meeting."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk and "starts" in self.fields:
            self.initial |= self.times_of(self.instance.event)

    def clean(self):
        cleaned = super().clean()
        organisations = [cleaned.get(f"organisation_{side}") for side in PartnerSide]
        for side, organisation in zip(PartnerSide, organisations, strict=True):
            if organisation is not None and organisation.side != side:
                words = _("“%(name)s” is not of %(city)s.")
                params = {"name": organisation, "city": side.label}
                self.add_error(f"organisation_{side}", ValidationError(words, "side", params))
        return cleaned


@admin.register(Meeting)
class MeetingAdmin(HasCosts, EditableBy, PortalAdmin):
    form = MeetingForm
    list_display = ["who", "when", "status_badge", "outcome_words", "exchange"]
    list_filter = ["outcome", "exchange", "event__status"]
    list_select_related = ["event", "exchange", "organisation_torino", "organisation_nagoya"]
    search_fields = ["organisation_torino__name_en", "organisation_torino__name_it", "organisation_nagoya__name_en"]
    autocomplete_fields = ["exchange", "organisation_torino", "organisation_nagoya", "people", "interpreter"]
    actions = ["call_off"]
    general = (
        "exchange",
        ("organisation_torino", "organisation_nagoya"),
        *TIMES,
        "people",
        "interpreter",
        ("outcome", "outcome_on"),
        "costs_shown",
        "is_sample",
    )
    readonly_fields = ["costs_shown"]

    def get_fieldsets(self, request, obj=None):
        """Times are asked in a form that somebody may send."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or (self.has_change_permission(request, obj) and not getattr(request, "looks_back", False)):
            return fieldsets
        (title, facts), *languages = fieldsets
        return [(title, {**facts, "fields": [name for name in facts["fields"] if name not in TIMES]}), *languages]

    def get_changeform_initial_data(self, request):
        side = PartnerSide(request.user.side or PartnerSide.TORINO)
        return {"anchor": ZONES[side].key, **super().get_changeform_initial_data(request)}

    def has_delete_permission(self, request, obj=None):
        """A meeting is called off, never deleted: people have it in their calendars."""
        return False

    @admin.display(description=pgettext_lazy("visit", "Costs"))
    def costs_shown(self, obj):
        return costs_link(obj)

    @admin.display(description=_("meeting"))
    def who(self, obj):
        return str(obj)

    @admin.display(description=_("when"), ordering="event__dtstart")
    def when(self, obj):
        return both_times(obj.event)

    @display(
        description=_("status"),
        ordering="event__status",
        label={"CONFIRMED": "success", "TENTATIVE": "info", "CANCELLED": "danger"},
    )
    def status_badge(self, obj):
        return obj.event.status, obj.event.get_status_display()

    @admin.display(description=_("outcome"), ordering="outcome")
    def outcome_words(self, obj):
        return obj.get_outcome_display()

    @transaction.atomic
    def save_model(self, request, obj, form, change):
        """The event is written first: a meeting without its hour does not exist."""
        start, end = form.cleaned_data.get("bounds", (None, None))
        times = {"start": start, "end": end, "tzid": form.cleaned_data.get("anchor"), "now": timezone.now()}
        if not change:
            meetings.plan_meeting(obj, **times, by=request.user)
            return
        super().save_model(request, obj, form, change)
        if start is not None and {"anchor", "starts", "ends"} & set(form.changed_data):
            meetings.move_meeting(obj, **times, by=request.user)

    @admin.action(description=_("Call off the selected meetings"), permissions=["change"])
    def call_off(self, request, queryset):
        for meeting in queryset.exclude(event__status=Event.Status.CANCELLED):
            try:
                meetings.cancel_meeting(meeting, now=timezone.now(), by=request.user)
            except ValidationError as refusal:
                self.message_user(request, f"{meeting}: {' '.join(refusal.messages)}", messages.ERROR)
