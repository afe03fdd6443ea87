"""How a series repeats, as staff say it, and its dates in both cities before anything is saved (12.12, 12.16, 17)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from ecosystem.closures import Closures
from events.admin.forms import ANCHORS
from events.clock_notes import drift_between
from events.recurrence import MOST_DATES, Date, Rule, parts_of, validate_rrule
from events.services import series as services
from events.slots import assess
from iurc_portal.clock import ZONES, PartnerSide, both_cities
from iurc_portal.staff.times import DayField, WallClockField
from iurc_portal.translation import times

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
EVERY = [
    ("week", _("every week")),
    ("fortnight", _("every two weeks")),
    ("four_weeks", _("every four weeks")),
    ("month_weekday", _("every month, on the same weekday of the month")),
    ("month_day", _("every month, on the same day of the month")),
    ("own", _("by a rule of your own (RFC 5545)")),
]


def rrule_for(every: str, wall: datetime) -> str:
    """The RRULE of one of our choices for a series from ``wall`` on; the fifth weekday of a month is its last."""
    weekday = WEEKDAYS[wall.weekday()]
    nth = (wall.day - 1) // 7 + 1
    return {
        "week": f"FREQ=WEEKLY;BYDAY={weekday}",
        "fortnight": f"FREQ=WEEKLY;INTERVAL=2;BYDAY={weekday}",
        "four_weeks": f"FREQ=WEEKLY;INTERVAL=4;BYDAY={weekday}",
        "month_weekday": f"FREQ=MONTHLY;BYDAY={nth if nth < 5 else -1}{weekday}",
        "month_day": f"FREQ=MONTHLY;BYMONTHDAY={wall.day}",
    }[every]


def without_end(rrule: str) -> str:
    return ";".join(f"{name}={value}" for name, value in parts_of(rrule).items() if name not in {"COUNT", "UNTIL"})


def every_of(rule: Rule) -> str:
    """Which of our choices a rule is; ``own`` for any other."""
    plain = parts_of(without_end(rule.rrule))
    if plain["FREQ"] == "WEEKLY":
        plain.setdefault("BYDAY", WEEKDAYS[rule.wall_start.weekday()])
    return next((code for code, _words in EVERY[:-1] if parts_of(rrule_for(code, rule.wall_start)) == plain), "own")


def rule_words(rule: Rule) -> str:
    """The rule as staff read it: one of our choices in words, else the rule itself; and how long it goes on."""
    code = every_of(rule)
    words = str(dict(EVERY)[code]) if code != "own" else without_end(rule.rrule)
    parts = parts_of(rule.rrule)
    if "COUNT" in parts:
        n = int(parts["COUNT"])
        return f"{words}, " + ngettext("%(n)s date", "%(n)s dates", n) % {"n": n}
    if "UNTIL" in parts:
        day = datetime.strptime(parts["UNTIL"][:8], "%Y%m%d").date()  # noqa: DTZ007 – a date is wanted
        return f"{words}, " + _("until %(day)s") % {"day": times.date_words(day, "day")}
    return words


class RepeatForm(forms.Form):
    """How something repeats. ``rrule(wall)`` is the rule for a series that begins at ``wall``."""

    every = forms.ChoiceField(label=_("repeats"), choices=EVERY, widget=UnfoldAdminSelectWidget())
    own_rule = forms.CharField(
        label=_("rule of your own"),
        required=False,
        max_length=200,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("Only if you chose so above, for example FREQ=MONTHLY;BYDAY=2TH."),
    )
    until = DayField(label=_("until"), required=False)
    times = forms.IntegerField(
        label=_("how many dates"),
        required=False,
        min_value=1,
        max_value=MOST_DATES,
        widget=UnfoldAdminIntegerFieldWidget(),
        help_text=_("Leave both empty for a series without an end: its dates are made a year ahead."),
    )

    def clean(self):
        data = super().clean()
        if data.get("until") and data.get("times"):
            words = _("Say either until when, or how many dates.")
            self.add_error("times", ValidationError(words, code="two_ends"))
        if data.get("every") == "own":
            try:
                validate_rrule(data.get("own_rule") or "")
            except ValidationError as error:
                self.add_error("own_rule", error)
        return data

    def rrule(self, wall: datetime) -> str:
        data = self.cleaned_data
        rule = without_end(data["own_rule"]) if data["every"] == "own" else rrule_for(data["every"], wall)
        if data["every"] == "own" and not (data["until"] or data["times"]):
            return ";".join(f"{name}={value}" for name, value in parts_of(data["own_rule"]).items())
        if data["until"]:
            return f"{rule};UNTIL={data['until']:%Y%m%d}T235959"
        return f"{rule};COUNT={data['times']}" if data["times"] else rule


class LaterForm(RepeatForm):
    """New times and a new rule from one date on."""

    anchor = forms.ChoiceField(label=_("Clock of"), choices=ANCHORS, widget=UnfoldAdminSelectWidget())
    starts = WallClockField(label=_("Start"))
    ends = WallClockField(label=_("End"), may_be_length=True, help_text=_("A time, or the length: +90, +1:30."))
    texts_too = forms.BooleanField(
        label=_("the later dates also take over texts, place and registration of this one"),
        required=False,
        widget=UnfoldBooleanWidget(),
    )
    field_order = ["anchor", "starts", "ends", "every", "own_rule", "until", "times", "texts_too"]

    @staticmethod
    def initial_of(event) -> dict:
        rule, zone = event.series.rule, ZoneInfo(event.tzid)
        parts = parts_of(rule.rrule)
        left = 0
        if "COUNT" in parts:
            far = event.dtstart + timedelta(days=366 * 20)
            here = event.recurrence_id.astimezone(ZoneInfo(rule.tzid)).replace(tzinfo=None, fold=0)
            left = sum(wall >= here for wall in rule.walls(until=far))
        return {
            "anchor": event.tzid,
            "starts": event.dtstart.astimezone(zone),
            "ends": event.dtend.astimezone(zone),
            "every": every_of(rule),
            "own_rule": without_end(rule.rrule) if every_of(rule) == "own" else "",
            "until": datetime.strptime(parts["UNTIL"][:8], "%Y%m%d").date() if "UNTIL" in parts else None,  # noqa: DTZ007
            "times": left or None,
        }

    def clean(self):
        """The first new date is a real time; how the later ones stand to clock changes the preview shows."""
        data = super().clean()
        anchor, starts, ends = (data.get(name) for name in ("anchor", "starts", "ends"))
        if not (anchor and starts and ends):
            return data
        found = {}
        for name, typed in (("starts", starts), ("ends", ends)):
            try:
                found[name] = typed.instant(anchor, after=found.get("starts"))
            except ValidationError as error:
                self.add_error(name, error)
                if getattr(error, "choices", ()):
                    self.fields[name].ask(error.choices)
                return data
        if found["ends"].timestamp() <= found["starts"].timestamp():
            self.add_error("ends", _("The event ends before it starts: set an end after the start."))
        data["wall"] = found["starts"].replace(tzinfo=None, fold=0)
        data["duration"] = found["ends"].replace(tzinfo=None, fold=0) - data["wall"]
        return data

    def rule(self, event) -> Rule:
        data = self.cleaned_data
        return services.shifted(
            event.series.rule,
            rrule=self.rrule(data["wall"]),
            wall_start=data["wall"],
            duration=data["duration"],
            tzid=data["anchor"],
        )


def preview(dates: Iterable[Date], tzid: str, language: str, *, closures: Closures | None = None) -> list[dict]:
    """The dates in both cities, each with what staff should know: clock changes, closed days, hours outside offices.

    One query for all of them.
    """
    dates = list(dates)
    closures = closures or Closures()
    return [_row(date, dates[0], tzid, language, closures) for date in dates]


def _row(date: Date, first: Date, tzid: str, language: str, closures: Closures) -> dict:
    slot = assess(date.start, date.end, closures=closures)
    remarks = []
    if date.question == "gap":
        remarks.append(_("That time does not exist on this day: it begins later by the length of the gap."))
    elif date.question == "fold":
        remarks.append(_("That time comes twice on this day: the first of the two counts."))
    for side, zone in ZONES.items():
        label = PartnerSide(side).label
        drift = drift_between(first.start, date.start, anchor=tzid, tzid=zone.key)
        if drift:
            facts = {"city": label, "time": times.clock(date.start.astimezone(zone))}
            remarks.append(_("%(city)s: %(time)s because clocks have changed.") % facts)
        mine = slot.sides[PartnerSide(side)]
        names = ", ".join(closure.name for closure in mine.closures)
        if names:
            remarks.append(f"{label}: {names}")
        elif not mine.is_working_day:
            remarks.append(_("%(city)s: no working day.") % {"city": label})
        elif mine.stretch:
            remarks.append(_("%(city)s: outside the office hours.") % {"city": label})
    return {
        "wall": f"{date.wall:%Y-%m-%dT%H:%M:%S}",
        "times": [
            f"{times.date_words(city.start, 'short')} {times.time_range(city)} {city.label}"
            for city in both_cities(date.start, date.end, language=language)
        ],
        "remarks": remarks,
    }
