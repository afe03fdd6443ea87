"""A webinar and its event as one form: whatever has an hour is the event's, the rest is the webinar's."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminEmailInputWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminURLInputWidget,
    UnfoldBooleanWidget,
)

from events.models import Event, EventLanguage, ReminderRule
from events.permissions import check_organizer
from events.services.rules import usual_triggers
from events.services.scheduling import DEFAULT_REMINDERS, VENUE_FIELDS
from iurc_portal.clock import ZONES, PartnerSide, WallClockError, day_bounds, resolve_wall_clock
from iurc_portal.translation.languages import Language, columns
from programme.admin.fields import (
    DayField,
    EndField,
    FoldField,
    HourField,
    PickMany,
    PickOne,
    TextInput,
    answered_fold,
    choose_by_typing,
    remember,
)
from programme.models import Webinar
from programme.schedule import wall_pair

ANCHORS = [(zone.key, PartnerSide(side).label) for side, zone in ZONES.items()]
FROM_ADDRESS = ("organizer", "anchor", "date", "starts", "ends", "ends_next_day")  # a slot that was found begins so
ROLES = {
    "spoken": (EventLanguage.Role.SPOKEN, _("languages spoken")),
    "interpreted": (EventLanguage.Role.INTERPRETED, _("interpretation into")),
    "captioned": (EventLanguage.Role.CAPTIONED, _("captions in")),
}


class EventPartForm(forms.ModelForm):
    """The event of a webinar. Times are read on the clock of the city that ``anchor`` names."""

    anchor = forms.ChoiceField(label=_("clock of"), choices=ANCHORS, widget=UnfoldAdminSelectWidget())
    date = DayField(label=_("day"))
    last_day = DayField(label=_("last day"), required=False, help_text=_("Of whole days, if there are several."))
    starts = HourField(label=_("from"), required=False)
    ends = EndField(label=_("to"), required=False)
    ends_next_day = forms.BooleanField(label=_("ends the day after"), required=False, widget=UnfoldBooleanWidget())
    start_fold = FoldField(label=_("which of the two starts"), widget=UnfoldAdminSelectWidget())
    end_fold = FoldField(label=_("which of the two ends"), widget=UnfoldAdminSelectWidget())
    closes_date = DayField(label=_("registration closes, day"), required=False)
    closes_time = HourField(label=_("registration closes, hour"), required=False)
    closes_fold = FoldField(label=_("which of the two closes it"), widget=UnfoldAdminSelectWidget())
    join_url = forms.URLField(
        label=_("address of the room"),
        required=False,
        max_length=500,
        assume_scheme="https",
        widget=UnfoldAdminURLInputWidget(),
    )
    reminders = forms.MultipleChoiceField(
        label=_("reminders to those registered"),
        choices=ReminderRule.Trigger.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Event
        fields = [
            *columns("name", "description", "location"),
            "organizer",
            "contact_email",
            "event_attendance_mode",
            "all_day",
            "place",
            "join_url",
            "registration_open",
            "maximum_attendee_capacity",
            "question_set",
            "answers_until",
            "maximum_group_size",
            "themes",
            "is_sample",
        ]
        widgets = {
            **{column: TextInput() for column in columns("name", "location")},
            **{column: UnfoldAdminTextareaWidget(attrs={"rows": 6}) for column in columns("description")},
            "contact_email": UnfoldAdminEmailInputWidget(),
            "event_attendance_mode": UnfoldAdminSelectWidget(),
            "all_day": UnfoldBooleanWidget(),
            "registration_open": UnfoldBooleanWidget(),
            "maximum_attendee_capacity": UnfoldAdminIntegerFieldWidget(),
            "question_set": UnfoldAdminSelectWidget(),
            "answers_until": UnfoldAdminSplitDateTimeWidget(),
            "maximum_group_size": UnfoldAdminIntegerFieldWidget(),
            "is_sample": UnfoldBooleanWidget(),
        }
        field_classes = {"answers_until": forms.SplitDateTimeField}

    def __init__(self, *args, may_see_room=False, by=None, **kwargs):
        self.by = by
        super().__init__(*args, **kwargs)
        if not may_see_room:
            del self.fields["join_url"]  # seeing the room is a right of its own (events spec 8.1)
        self.fields["maximum_attendee_capacity"].label = _("how many places")
        for column in columns("name", "description", "location"):
            self.fields[column].required = False
        for name, picker in (("organizer", PickOne), ("place", PickOne), ("themes", PickMany)):
            choose_by_typing(
                self.fields[name], Event._meta.get_field(name), many=picker is PickMany, may_add=name == "place"
            )
        for name, (_role, label) in ROLES.items():
            self.fields[name] = forms.MultipleChoiceField(
                label=label, choices=Language.choices, required=False, widget=forms.CheckboxSelectMultiple
            )
        self.asks_fold = {"starts": False, "ends": False, "closes": False}
        self.times: tuple = ()
        event = self.instance
        if event.pk:
            if event.tzid not in dict(ANCHORS):
                self.fields["anchor"].choices = [*ANCHORS, (event.tzid, event.tzid)]
            for name, value in self._values_of(event).items():
                self.initial.setdefault(name, value)
            remember(self.fields["organizer"], [event.organizer])
            remember(self.fields["place"], [event.place])
            remember(self.fields["themes"], event.themes.all())
        else:
            self.initial["registration_open"] = True  # what a webinar is for; a draft takes nobody in yet
            self.initial.setdefault("reminders", list(DEFAULT_REMINDERS))

    @staticmethod
    def _values_of(event) -> dict:
        zone = ZoneInfo(event.tzid)
        start, end = event.dtstart.astimezone(zone), event.dtend.astimezone(zone)
        closes = event.registration_closes_at.astimezone(zone) if event.registration_closes_at else None
        heard = list(event.languages.all())
        hours = {
            "starts": start.time(),
            "ends": end.time(),
            "ends_next_day": end.date() > start.date(),
            "start_fold": answered_fold(start),
            "end_fold": answered_fold(end),
        }
        values = {
            "anchor": event.tzid,
            "date": start.date(),
            **({"last_day": event.when.last_day} if event.all_day else hours),
            "closes_date": closes.date() if closes else None,
            "closes_time": closes.time() if closes else None,
            "closes_fold": answered_fold(closes) if closes else "",
            "reminders": usual_triggers(event.reminder_rules.all()),
        }
        return values | {
            name: [line.language for line in heard if line.role == role] for name, (role, _label) in ROLES.items()
        }

    def clean_organizer(self):
        check_organizer(self.cleaned_data["organizer"], by=self.by)
        return self.cleaned_data["organizer"]

    def clean(self):
        cleaned = super().clean()
        if not any((cleaned.get(column) or "").strip() for column in columns("name")):
            self.add_error("name_it", ValidationError(_("Write the name in one language at least."), code="required"))
        if cleaned.get("all_day"):
            self._clean_days(cleaned)
        else:
            self._clean_hours(cleaned)
        if cleaned.get("closes_date") and cleaned.get("anchor"):
            self._clean_closing(cleaned)
        elif cleaned.get("closes_time"):
            self.add_error("closes_date", ValidationError(_("Write the day too."), code="required"))
        return cleaned

    def _clean_days(self, cleaned) -> None:
        """Whole days, from the first to the last; hours that were typed all the same count for nothing."""
        first, anchor = cleaned.get("date"), cleaned.get("anchor")
        if first is None or not anchor or "last_day" in self.errors:
            return
        last = cleaned.get("last_day") or first
        if last < first:
            early = _("The event ends before it starts: set an end after the start.")
            self.add_error("last_day", ValidationError(early, code="ends_before"))
            return
        self.times = day_bounds(first, last, anchor)

    def _clean_hours(self, cleaned) -> None:
        for name in ("starts", "ends"):
            if cleaned.get(name) is None and name not in self.errors:
                self.add_error(name, ValidationError(self.fields[name].error_messages["required"], code="required"))
        if any(cleaned.get(name) is None for name in ("date", "starts", "ends", "anchor")):
            return
        try:
            self.times = wall_pair(
                cleaned["date"],
                cleaned["starts"],
                cleaned["ends"],
                cleaned["anchor"],
                ends_next_day=cleaned["ends_next_day"],
                start_fold=cleaned.get("start_fold"),
                end_fold=cleaned.get("end_fold"),
            )
        except ValidationError as refusal:
            for field, errors in refusal.error_dict.items():
                self.add_error(field, errors)
                self._ask(field, f"{field.removesuffix('s')}_fold", errors)

    def _ask(self, field: str, fold_field: str, errors) -> None:
        """Show the question of a time that comes twice, with its two answers (events spec 12.3)."""
        for error in errors:
            if isinstance(error, WallClockError) and error.choices:
                self.asks_fold[field] = True
                self.fields[fold_field].offer(error.choices)

    def _clean_closing(self, cleaned) -> None:
        if cleaned.get("closes_time") is None:
            self.add_error("closes_time", ValidationError(_("Write the hour too."), code="required"))
            return
        wall = datetime.combine(cleaned["closes_date"], cleaned["closes_time"])
        try:
            closes = resolve_wall_clock(wall, cleaned["anchor"], fold=cleaned.get("closes_fold"))
        except ValidationError as refusal:
            self.add_error("closes_time", refusal)
            self._ask("closes", "closes_fold", [refusal])
            return
        if self.times and closes > self.times[0]:
            late = _("Registration cannot close after the start: choose an earlier time, or leave it empty.")
            self.add_error("closes_date", ValidationError(late, code="closes_late"))
        cleaned["registration_closes_at"] = closes

    def values(self) -> dict:
        """What the services want: times, venue, the lists, and every other field of the event."""
        cleaned = self.cleaned_data
        languages = [(code, role) for name, (role, _label) in ROLES.items() for code in cleaned[name]]
        own = {name: cleaned[name] for name in self._meta.fields if name in cleaned and name != "themes"}
        for column in columns("name", "description", "location"):
            own[column] = own[column] or ""
        start, end = self.times
        return {
            "start": start,
            "end": end,
            "tzid": cleaned["anchor"],
            "themes": list(cleaned["themes"]),
            "languages": languages,
            "reminders": cleaned["reminders"],
            "venue": {name: own.pop(name) for name in VENUE_FIELDS},
            "registration_closes_at": cleaned.get("registration_closes_at"),
            **own,
        }


class WebinarForm(forms.ModelForm):
    """The webinar, with its event's form inside."""

    class Meta:
        model = Webinar
        fields = ["exchange", *columns("audience", "goals", "summary")]

    may_see_room = False
    by = None  # both set by the admin

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        event = self.instance.event if self.instance.pk else Event()
        self.event_form = EventPartForm(
            self.data if self.is_bound else None,
            prefix="event",
            instance=event,
            initial={name: self.initial[name] for name in FROM_ADDRESS if name in self.initial},
            may_see_room=self.may_see_room,
            by=self.by,
        )

    def clean(self):
        cleaned = super().clean()
        if not self.event_form.is_valid():
            raise ValidationError(_("Correct the fields that are marked."), code="event")
        return cleaned

    def has_changed(self):
        return super().has_changed() or self.event_form.has_changed()

    @property
    def media(self):
        return super().media + self.event_form.media


class ReasonsForm(forms.Form):
    """Why a webinar is cancelled, in as many languages as staff can write; each person reads the best one."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for code in Language.values:
            self.fields[f"reason_{code}"] = forms.CharField(
                label=_("reason"), max_length=300, required=False, widget=TextInput(attrs={"lang": code})
            )

    def clean(self):
        cleaned = super().clean()
        if not any((cleaned.get(column) or "").strip() for column in columns("reason")):
            self.add_error(
                "reason_it", ValidationError(_("Write the reason in one language at least."), code="required")
            )
        return cleaned

    @property
    def reasons(self) -> dict[str, str]:
        return {code: self.cleaned_data[f"reason_{code}"] for code in Language.values}
