"""How a series repeats, as staff say it, and its dates in both cities before anything is saved (12.12, 12.16, 17)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from ecosystem.closures import Closures
from events.admin.times_form import TimesForm
from events.clock_notes import drift_between
from events.day_notes import notes_between
from events.recurrence import MOST_DATES, Date, Rule, parts_of, validate_rrule
from events.rule_words import WEEKDAYS, rule_words
from events.services import series as services
from events.slots import assess
from events.when import When
from iurc_portal.clock import ZONES, PartnerSide
from iurc_portal.staff.times import DayField
from iurc_portal.translation import times

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


def words_of(rule: Rule) -> str:
    """The rule in words; one for which there are none, as it is written."""
    return rule_words(rule) or rule.rrule


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


class LaterForm(TimesForm, RepeatForm):
    """New times and a new rule from one date on."""

    texts_too = forms.BooleanField(
        label=_("the later dates also take over texts, place, registration and reminders of this one"),
        required=False,
        widget=UnfoldBooleanWidget(),
    )
    field_order = ["anchor", "all_day", "starts", "ends", "every", "own_rule", "until", "times", "texts_too"]

    @staticmethod
    def initial_of(event) -> dict:
        rule = event.series.rule
        parts = parts_of(rule.rrule)
        left = 0
        if "COUNT" in parts:
            far = event.dtstart + timedelta(days=366 * 20)
            here = event.recurrence_id.astimezone(ZoneInfo(rule.tzid)).replace(tzinfo=None, fold=0)
            left = sum(wall >= here for wall in rule.walls(until=far))
        return {
            **TimesForm.times_of(event),
            "every": every_of(rule),
            "own_rule": without_end(rule.rrule) if every_of(rule) == "own" else "",
            "until": rule.last_day,
            "times": left or None,
        }

    def rule(self, event) -> Rule:
        wall, duration = self.walls()
        return services.shifted(
            event.series.rule,
            rrule=self.rrule(wall),
            wall_start=wall,
            duration=duration,
            tzid=self.cleaned_data["anchor"],
        )


def preview(
    dates: Iterable[Date], tzid: str, language: str, *, all_day: bool = False, closures: Closures | None = None
) -> list[dict]:
    """The dates in both cities, each with what staff should know: clock changes, closed days, hours outside offices.

    One query for all of them.
    """
    dates = list(dates)
    closures = closures or Closures()
    rows = []
    for date in dates:
        when = When(date.start, date.end, tzid, all_day)
        if all_day:
            remarks = notes_between(when.first_day, when.last_day, closures=closures)
        else:
            remarks = _remarks(date, dates[0], tzid, closures)
        rows.append(
            {"wall": f"{date.wall:%Y-%m-%dT%H:%M:%S}", "times": when.short_lines(language), "remarks": remarks}
        )
    return rows


def _remarks(date: Date, first: Date, tzid: str, closures: Closures) -> list[str]:
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
    return remarks
