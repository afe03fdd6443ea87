"""Typing the times of an event as clocks on the wall show them, in the zone of the event."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from events.forms import countries, zones
from events.models import Event, Registration, SeatPool
from events.permissions import check_organizer
from events.services.registrations import register_by_staff
from iurc_portal.accounts.addresses import email_key
from iurc_portal.clock import ZONES, PartnerSide, day_bounds, zone_of_language
from iurc_portal.staff.times import WallClockField, days_typed
from iurc_portal.translation.languages import Language

PERSON = [
    "family_name",
    "given_name",
    "family_kana",
    "given_kana",
    "romaji",
    "language",
    "tzid",
    "company",
    "job_title",
    "country",
    "interpretation",
    "access_needs",
]
ANCHORS = [(zone.key, PartnerSide(side).label) for side, zone in ZONES.items()]


class EventTimesForm(forms.ModelForm):
    """An event's form whose times are its wall clock. The admin hands them to ``events.services.scheduling``.

    For whole days the hours are left out: the first day is enough, or the first and the last.
    """

    anchor = forms.ChoiceField(
        label=_("Clock of"),
        choices=ANCHORS,
        widget=UnfoldAdminSelectWidget(choices=ANCHORS),
        help_text=_("The city whose clock the times below are read on. The other city's time follows."),
    )
    starts = WallClockField(label=_("Start"), may_be_day=True)
    ends = WallClockField(
        label=_("End"),
        may_be_length=True,
        may_be_day=True,
        required=False,
        help_text=_("A day and a time, or the length alone: +90, +1:30. Of whole days: the last one."),
    )
    registration_closes_at = WallClockField(
        label=_("registration closes"), required=False, help_text=_("Empty: at the start.")
    )

    by = None  # set by the admin

    class Meta:
        model = Event
        # Times are this form's own fields; the admin's fieldsets say which of the others are shown.
        fields = ("name",)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        event = self.instance
        if event.pk and "starts" in self.fields:
            zone = ZoneInfo(event.tzid)
            if event.tzid not in dict(ANCHORS):
                self.fields["anchor"].choices = [*ANCHORS, (event.tzid, event.tzid)]
            self.initial["anchor"] = event.tzid
            if event.all_day:
                self.initial |= {"starts": event.when.first_day, "ends": event.when.last_day}
            stored = (
                ("starts", None if event.all_day else event.dtstart),
                ("ends", None if event.all_day else event.dtend),
                ("registration_closes_at", event.registration_closes_at),
            )
            for name, instant in stored:
                if instant is not None and name in self.fields:
                    self.initial[name] = instant.astimezone(zone)
                    self.fields[name].ask_if_doubled(self.initial[name])

    def clean_organizer(self):
        organizer = self.cleaned_data["organizer"]
        check_organizer(organizer, by=self.by)
        return organizer

    def clean(self):
        """Make instants of what was typed: gaps refused, folds asked, a length counted from the start (12.2–12.4)."""
        data = super().clean()
        anchor = data.get("anchor")
        if not anchor:
            return data
        start, end = self._days(anchor) if data.get("all_day") else self._hours(anchor)
        closes = self._instant("registration_closes_at", anchor)
        data["registration_closes_at"] = closes
        if start and closes and closes > start:
            late = _("Registration cannot close after the start: choose an earlier time, or leave it empty.")
            self.add_error("registration_closes_at", ValidationError(late, code="closes_late"))
        if start and end:
            if end.timestamp() <= start.timestamp():
                self.add_error("ends", _("The event ends before it starts: set an end after the start."))
            # What the model checks are the instants; the service sets them again, with the wall clock beside them.
            self.instance.dtstart, self.instance.dtend = data["starts"], data["ends"] = start, end
        return data

    def _days(self, anchor: str) -> tuple[datetime | None, datetime | None]:
        """The bounds of whole days; hours that were typed all the same count for nothing."""
        first, last = self.cleaned_data.get("starts"), self.cleaned_data.get("ends")
        if first is None or {"starts", "ends"} & set(self.errors):
            return None, None
        return day_bounds(*days_typed(first, last), anchor)

    def _hours(self, anchor: str) -> tuple[datetime | None, datetime | None]:
        for name in ("starts", "ends"):
            typed, field = self.cleaned_data.get(name), self.fields[name]
            if typed is None and name not in self.errors:
                self.add_error(name, ValidationError(field.error_messages["required"], code="required"))
            elif typed is not None and typed.is_day:
                self.add_error(name, ValidationError(field.error_messages["hour"], code="hour"))
        start = self._instant("starts", anchor)
        return start, self._instant("ends", anchor, after=start)

    def _instant(self, name: str, anchor: str, *, after=None):
        """The moment typed in a field, or None where there is none or it is refused; the field shows why."""
        typed = self.cleaned_data.get(name)
        if typed is None or (typed.wall is None and after is None):
            return None
        try:
            instant = typed.instant(anchor, after=after)
        except ValidationError as error:
            self.add_error(name, error)
            if getattr(error, "choices", ()):
                self.fields[name].ask(error.choices)
            return None
        self.fields[name].ask_if_doubled(instant)
        return instant

    def _get_validation_exclusions(self):
        return super()._get_validation_exclusions() | {"dtstart", "dtend", "tzid", "uid", "slug"}


class CancelForm(forms.Form):
    """Why events are cancelled, in the languages that staff can write; people are told in theirs by the usual rule."""

    reason_it = forms.CharField(label="Italiano", max_length=300, required=False, widget=UnfoldAdminTextInputWidget)
    reason_en = forms.CharField(label="English", max_length=300, required=False, widget=UnfoldAdminTextInputWidget)
    reason_ja = forms.CharField(label="日本語", max_length=300, required=False, widget=UnfoldAdminTextInputWidget)

    def reasons(self) -> dict[str, str]:
        return {name.removeprefix("reason_"): text for name, text in self.cleaned_data.items()}


class RegistrationForm(forms.ModelForm):
    """What is known of a person at an event, with the menus of the public form."""

    language = forms.ChoiceField(
        label=_("language of messages"), choices=Language.choices, widget=UnfoldAdminSelectWidget
    )
    tzid = forms.ChoiceField(label=_("time zone"), widget=UnfoldAdminSelectWidget)
    country = forms.ChoiceField(label=_("country"), required=False, widget=UnfoldAdminSelectWidget)
    interpretation = forms.ChoiceField(
        label=_("interpretation"),
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text=_("The language into which this person wants it."),
    )

    class Meta:
        model = Registration
        fields = [*PERSON, "join_window"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.label = capfirst(field.label)
        language = (get_language() or "it")[:2]
        self._offer("tzid", zones(language))
        self._offer("country", countries(language))
        self._offer("interpretation", [("", _("not needed")), *Language.choices])

    def _offer(self, name: str, choices) -> None:
        """``choices``, and whatever the record says already."""
        if name in self.fields:
            present = getattr(self.instance, name)
            known = {code for code, _label in choices}
            self.fields[name].choices = [*choices, *([(present, present)] if present and present not in known else [])]


class NewRegistrationForm(RegistrationForm):
    """A registration on somebody's behalf. It goes through the same door as everybody's (2.21).

    The service runs once every field is right: what it refuses (no place left, the event has begun) is an error of
    the form, and what was typed stays. ``by`` is set by the admin; ``made`` is the registration.
    """

    by = None
    made: Registration | None = None
    takes_part = forms.ChoiceField(
        label=_("how the person takes part"),
        required=False,
        choices=[("", "–"), *((kind.value, kind.label) for kind in SeatPool.MAIN)],
        widget=UnfoldAdminSelectWidget,
        help_text=_("For events with seats by kind."),
    )
    headset = forms.BooleanField(label=_("needs a headset"), required=False, widget=UnfoldBooleanSwitchWidget)
    beyond_because = forms.CharField(
        label=_("beyond the limits, because"),
        max_length=300,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Only if no place is free or the address is not admitted: the reason goes into the log."),
    )

    class Meta:
        model = Registration
        fields = ["event", "email", *PERSON]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("language", Language.ITALIAN)
        self.initial.setdefault("tzid", zone_of_language(Language.ITALIAN))

    def clean(self):
        data = super().clean()
        event, email = data.get("event"), data.get("email")
        if event is not None and not Event.objects.editable_by(self.by).filter(pk=event.pk).exists():
            self.add_error("event", ValidationError(_("This event is organised by the other city."), code="foreign"))
        elif event is not None and email:
            known = event.registrations.confirmed().filter(email_key=email_key(email)).first()
            if known is not None:
                words = _("%(name)s has a place already: find the registration in the list to change it.")
                name = known.display_name(known.language) or known.email
                self.add_error("email", ValidationError(words, code="known", params={"name": name}))
        return data

    def full_clean(self):
        super().full_clean()
        if not self.is_bound or self.errors:
            return
        data = dict(self.cleaned_data)
        wanted = [data.pop("takes_part", ""), SeatPool.Kind.HEADSET if data.pop("headset", False) else ""]
        try:
            self.made = register_by_staff(
                event=data.pop("event"),
                email=data.pop("email"),
                beyond_because=data.pop("beyond_because", ""),
                person=data,
                wanted=[kind for kind in wanted if kind],
                now=timezone.now(),
                by=self.by,
            )
        except ValidationError as error:
            self.add_error(None, error)
