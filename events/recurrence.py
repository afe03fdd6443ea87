"""The dates of a series: an RRULE reckoned on the wall clock of its anchor city (events spec 12.11, 12.12).

Pure: a rule in, dates out. ``events.services.series`` makes events of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from iurc_portal.clock import WallClockError, resolve_wall_clock, shift_out_of_gap

PARTS = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "WKST"}
FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
MOST_DATES = 400  # more are a slip of the pen: a year of working days has 260
WALL = "%Y-%m-%dT%H:%M:%S"
ANY_DAY = datetime.fromisoformat("2026-01-01T09:00:00")  # whether a rule can be read is asked without a date


@dataclass(frozen=True)
class Date:
    """One date of a series: what the anchor's wall shows (naive) and the instants (UTC) that stand for it.

    ``question`` is ``gap`` where the rule asks for a time that no clock shows, ``fold`` where it comes twice: then the
    start is moved by the gap, or is the first of the two (4.3), and staff see it in the preview.
    """

    wall: datetime
    start: datetime
    end: datetime
    question: str = ""


@dataclass(frozen=True)
class Rule:
    """RRULE, first wall-clock start (naive), length on the wall, the anchor's zone, and the starts left out."""

    rrule: str
    wall_start: datetime
    duration: timedelta
    tzid: str
    exdate: frozenset[datetime] = field(default=frozenset())

    @property
    def frequency(self) -> str:
        return parts_of(self.rrule)["FREQ"]

    @property
    def last_day(self) -> date | None:
        """The day after which there are no more dates, on the anchor's calendar; None if the rule does not say."""
        until = parts_of(self.in_wall_time()).get("UNTIL")
        return datetime.strptime(until[:8], "%Y%m%d").date() if until else None  # noqa: DTZ007 – a date is wanted

    def walls(self, *, until: datetime) -> list[datetime]:
        """The wall-clock starts up to ``until`` (aware, inclusive), without those left out; ``MOST_DATES`` at most."""
        last = until.astimezone(ZoneInfo(self.tzid)).replace(tzinfo=None)
        found = takewhile(lambda wall: wall <= last, self._parsed(last))
        return [wall for wall in islice(found, MOST_DATES) if wall not in self.exdate]

    def dates(self, *, until: datetime) -> list[Date]:
        return [self.date_at(wall) for wall in self.walls(until=until)]

    def date_at(self, wall: datetime) -> Date:
        question = ""
        try:
            resolve_wall_clock(wall, self.tzid)
        except WallClockError as error:
            question = error.code
        start = shift_out_of_gap(wall, self.tzid)
        end = shift_out_of_gap(wall + self.duration, self.tzid)
        # A start moved out of a gap may pass an end that was not in it.
        return Date(wall, start, end if end > start else start + self.duration, question)

    def _parsed(self, last: datetime):
        from dateutil.rrule import rrulestr

        rule = rrulestr(self.in_wall_time(), dtstart=self.wall_start)
        if rule._count is None and (rule._until is None or rule._until > last):
            return rule.replace(until=last)  # a rule that never fits must not count to the year 9999
        return rule

    def in_wall_time(self) -> str:
        """The RRULE with an UNTIL in UTC written as the anchor's wall shows it: everything here is wall clock."""
        parts = parts_of(self.rrule)
        until = parts.get("UNTIL", "")
        if until.endswith("Z"):
            instant = datetime.strptime(until, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            parts["UNTIL"] = f"{instant.astimezone(ZoneInfo(self.tzid)):%Y%m%dT%H%M%S}"
        elif len(until) == len("20270131"):
            parts["UNTIL"] = f"{until}T235959"  # a day alone is meant to its end
        return ";".join(f"{name}={value}" for name, value in parts.items())


def parts_of(rrule: str) -> dict[str, str]:
    """``FREQ=WEEKLY;COUNT=3`` as a dictionary; a leading ``RRULE:`` and blanks are forgiven."""
    text = rrule.strip().upper().removeprefix("RRULE:")
    return dict(part.split("=", 1) for part in text.split(";") if "=" in part)


def validate_rrule(value: str) -> None:
    """Refuse what is no RFC 5545 rule for days, weeks, months or years: ``ValidationError``, code ``rrule``."""
    refusal = ValidationError(
        _("“%(value)s” is not a rule we can read. Write for example FREQ=WEEKLY;BYDAY=TU or FREQ=MONTHLY;BYDAY=2TH."),
        code="rrule",
        params={"value": value},
    )
    parts = parts_of(value)
    given = [part for part in value.strip().upper().removeprefix("RRULE:").split(";") if part]
    if len(parts) != len(given) or not set(parts) <= PARTS or parts.get("FREQ") not in FREQUENCIES:
        raise refusal
    if ("COUNT" in parts and "UNTIL" in parts) or not _is_number(parts.get("INTERVAL", "1"), 1000):
        raise refusal
    if "UNTIL" in parts and parts["UNTIL"][:4] > "2199":  # the last years of the calendar have no next day
        raise refusal
    if "COUNT" in parts and not _is_number(parts["COUNT"], MOST_DATES):
        raise refusal
    try:
        Rule(value, ANY_DAY, timedelta(hours=1), "UTC")._parsed(ANY_DAY)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise refusal from error


def _is_number(text: str, most: int) -> bool:
    return text.isascii() and text.isdigit() and 1 <= int(text) <= most


def check_start(rule: Rule) -> None:
    """The first date is one of the rule's own (RFC 5545 §3.8.5.3); else ``ValidationError``, code ``start``."""
    parts = {name: value for name, value in parts_of(rule.rrule).items() if name not in {"COUNT", "UNTIL"}}
    endless = replace(rule, rrule=";".join(f"{name}={value}" for name, value in parts.items()))
    if next(iter(endless._parsed(rule.wall_start)), None) != rule.wall_start:
        raise ValidationError(
            _("The first date, %(date)s, does not follow the rule. Change the rule, or the date."),
            code="start",
            params={"date": f"{rule.wall_start:%Y-%m-%d %H:%M}"},
        )


def walls_as_text(walls: Iterable[datetime]) -> list[str]:
    return sorted(f"{wall:{WALL}}" for wall in walls)


def wall_of(text: str) -> datetime:
    """A stored wall clock (ISO 8601 without offset). Raises ``ValueError``."""
    return datetime.fromisoformat(text)
