"""A month as a table of weeks, on the reader's own city's calendar."""

import calendar
import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from events.models import Event
from iurc_portal.clock import ZONES, cities_in_order

SHAPE = re.compile(r"(\d{4})-(\d{2})")
DATE_LINE = timedelta(days=1)  # whole days keep their dates: in the other city these begin up to a day apart
FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass
class Day:
    date: date
    in_month: bool
    is_today: bool
    events: list[Event] = field(default_factory=list)


@dataclass(frozen=True)
class Month:
    first: date
    weeks: list[list[Day]]

    @property
    def key(self) -> str:
        return f"{self.first:%Y-%m}"

    @property
    def before(self) -> date | None:
        day = (self.first - timedelta(days=1)).replace(day=1)
        return day if day.year >= FIRST_YEAR else None

    @property
    def after(self) -> date | None:
        day = (self.first + timedelta(days=32)).replace(day=1)
        return day if day.year <= LAST_YEAR else None

    @property
    def events(self) -> list[Event]:
        """Each event of the month once, in order."""
        days = (day for week in self.weeks for day in week if day.in_month)
        return list(dict.fromkeys(event for day in days for event in day.events))


def first_day(text: str, *, today: date) -> tuple[date, bool]:
    """Return the first day of the month ``text`` (``2026-12``) and whether it was understood; else this month."""
    match = SHAPE.fullmatch(text)
    if match and FIRST_YEAR <= int(match[1]) <= LAST_YEAR and 1 <= int(match[2]) <= 12:
        return date(int(match[1]), int(match[2]), 1), True
    return today.replace(day=1), not text


def build(queryset: QuerySet, first: date, *, language: str, now: datetime) -> Month:
    """The month beginning on ``first`` with the events of ``queryset``, each on every day it touches."""
    zone = ZONES[cities_in_order(language)[0]]
    today = now.astimezone(zone).date()
    dates = calendar.Calendar().monthdatescalendar(first.year, first.month)
    days = {day: Day(day, day.month == first.month, day == today) for week in dates for day in week}
    begins, ends = (datetime.combine(day, datetime.min.time(), zone) for day in (min(days), max(days) + timedelta(1)))
    near = queryset.filter(dtstart__lt=ends + DATE_LINE, dtend__gt=begins - DATE_LINE)
    for event in near.order_by("-all_day", "dtstart", "pk"):
        day, last = event.when.days_on(zone)
        while day <= last:
            if day in days:
                days[day].events.append(event)
            day += timedelta(days=1)
    return Month(first, [[days[day] for day in week] for week in dates])
