"""Periods for which an edition is counted: half-years and years from its first day, or the whole of it."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from iurc_portal.clock import day_start
from iurc_portal.translation.times import date_range

ZONE = "Europe/Rome"  # on whose calendar days of an edition begin and end
MONTHS = {"half_year": 6, "year": 12}


@dataclass(frozen=True, order=True)
class Period:
    """From ``first_day`` to ``last_day``, both inclusive, on the calendar of Torino."""

    first_day: date
    last_day: date

    def __post_init__(self):
        if self.last_day < self.first_day:
            raise ValueError(f"the period ends on {self.last_day}, before it begins on {self.first_day}")

    @property
    def end(self):
        """The first instant (UTC) after it."""
        return day_start(self.last_day + timedelta(days=1), ZONE)

    @property
    def slug(self) -> str:
        """``2026-01-01_2026-06-30``: its name in addresses, see ``parse``."""
        return f"{self.first_day}_{self.last_day}"

    def words(self, language: str | None = None) -> str:
        return date_range(self.first_day, self.last_day, language)

    def is_over(self, today: date) -> bool:
        return self.last_day < today

    @classmethod
    def parse(cls, slug: str) -> "Period | None":
        """What ``slug`` names, or None for anything else."""
        try:
            return cls(*(date.fromisoformat(day) for day in slug.split("_")))
        except (TypeError, ValueError):
            return None


def months_after(day: date, months: int) -> date:
    """The same day of the month so many months later; where that month is shorter, its last day."""
    years, month = divmod(day.month - 1 + months, 12)
    for number in range(day.day, 27, -1):
        try:
            return date(day.year + years, month + 1, number)
        except ValueError:
            continue
    return date(day.year + years, month + 1, min(day.day, 28))


def periods_of(edition, frequency: str) -> list[Period]:
    """The periods of ``edition`` in order, the last one cut at its last day; none while its days are not written.

    Each is counted from the edition's first day, so that none is lost where a month is short.
    """
    first, last = edition.first_day, edition.last_day
    if first is None or last is None:
        return []
    if frequency not in MONTHS:
        return [Period(first, last)]
    periods, number = [], 0
    while (begins := months_after(first, number * MONTHS[frequency])) <= last:
        ends = months_after(first, (number + 1) * MONTHS[frequency]) - timedelta(days=1)
        periods.append(Period(begins, min(ends, last)))
        number += 1
    return periods


def no_periods_words(edition) -> str:
    """Why ``edition`` has no period, for people."""
    words = _("“%(edition)s” has no first or last day: write both on its page, and its periods follow.")
    return words % {"edition": edition}
