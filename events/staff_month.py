"""The staff's calendar as weeks: what lasts longer as bands over their days, the rest in its day."""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from events.month import FIRST_YEAR, LAST_YEAR
from iurc_portal.staff.calendar import Mark

MONTH, WEEK = "month", "week"
VIEWS = (MONTH, WEEK)


@dataclass
class Day:
    date: date
    in_month: bool
    is_today: bool
    marks: list[Mark] = field(default_factory=list)
    closed: list[Mark] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not self.marks and not self.closed


@dataclass(frozen=True)
class Cell:
    """So many days of a band, or of nothing. ``begins`` and ``ends`` say whether the band does so in this week."""

    width: int
    mark: Mark | None = None
    begins: bool = True
    ends: bool = True


@dataclass
class Week:
    days: list[Day]
    bands: list[list[Cell]]


def dates_of(day: date, view: str) -> list[list[date]]:
    """The weeks that are shown: that of ``day``, or those of its month. Monday comes first."""
    if view == WEEK:
        monday = day - timedelta(days=day.weekday())
        return [[monday + timedelta(days=number) for number in range(7)]]
    return calendar.Calendar().monthdatescalendar(day.year, day.month)


def steps(day: date, view: str) -> tuple[date | None, date | None]:
    """A day of what comes before and of what comes after; None beyond the years that are shown."""
    if view == WEEK:
        found = day - timedelta(days=7), day + timedelta(days=7)
    else:
        first = day.replace(day=1)
        found = (first - timedelta(days=1)).replace(day=1), (first + timedelta(days=32)).replace(day=1)
    before, after = (step if FIRST_YEAR <= step.year <= LAST_YEAR else None for step in found)
    return before, after


def build(marks: Iterable[Mark], dates: list[list[date]], *, day: date, today: date, view: str) -> list[Week]:
    """``marks`` in their order on the weeks of ``dates``."""
    marks = list(marks)
    weeks = []
    for row in dates:
        days = [Day(one, view == WEEK or one.month == day.month, one == today) for one in row]
        here = [mark for mark in marks if mark.first <= row[-1] and mark.last >= row[0]]
        for mark in here:
            if not mark.is_long:
                there = days[(mark.first - row[0]).days]
                (there.closed if mark.background else there.marks).append(mark)
        weeks.append(Week(days, _bands([mark for mark in here if mark.is_long], row)))
    return weeks


def _bands(marks: list[Mark], row: list[date]) -> list[list[Cell]]:
    """As few lines as the bands need, each filled with gaps to the width of the week."""
    lines: list[list[tuple[int, int, Mark]]] = []
    for mark in marks:
        begins, ends = max((mark.first - row[0]).days, 0), min((mark.last - row[0]).days, len(row) - 1)
        line = next((line for line in lines if line[-1][1] < begins), None)
        if line is None:
            lines.append(line := [])
        line.append((begins, ends, mark))
    return [_cells(line, row) for line in lines]


def _cells(line: list[tuple[int, int, Mark]], row: list[date]) -> list[Cell]:
    cells, at = [], 0
    for begins, ends, mark in line:
        if begins > at:
            cells.append(Cell(begins - at))
        cells.append(Cell(ends - begins + 1, mark, mark.first >= row[0], mark.last <= row[-1]))
        at = ends + 1
    return [*cells, Cell(len(row) - at)] if at < len(row) else cells
