"""What stands in the staff's month: each app registers, in its own ``staff_calendar``, the kinds of things it knows.

The page itself lives in ``events``; a lower app can register here too, since imports go one way.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from iurc_portal.translation.times import date_range


@dataclass(frozen=True)
class Asked:
    """Which days are shown (both inclusive), on the calendar of ``zone``, to whom and at what moment (aware)."""

    first: date
    last: date
    zone: ZoneInfo
    user: Any
    now: datetime


@dataclass
class Mark:
    """One thing on the calendar. ``first`` and ``last`` (inclusive) are dates that the page shows as they are.

    ``key`` names it on the page. ``side`` is the city whose business it is, "" both. ``times`` are its hours in words,
    a line a city; ``sign`` a word on its state. With ``move`` (an address) its days can be changed from the page.
    ``background``: a property of the days, a holiday for example, not something to do.
    """

    key: str
    kind: str
    title: str
    first: date
    last: date
    url: str = ""
    language: str = ""
    side: str = ""
    is_mine: bool = False
    is_off: bool = False
    background: bool = False
    sign: str = ""
    times: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    move: str = ""
    order: tuple = ()

    @property
    def is_long(self) -> bool:
        return self.first != self.last

    @property
    def days(self) -> str:
        """Its first and last day in words."""
        return date_range(self.first, self.last)


@dataclass(frozen=True)
class Source:
    """``marks`` answers with a constant number of queries, whatever there is; ``permission`` says who sees it.

    ``kinds`` are the names and labels of what it gives, for the filter.
    """

    kinds: dict[str, Any]
    marks: Callable[[Asked], Iterable[Mark]]
    permission: str = ""


_sources: list[Source] = []


def register(source: Source) -> None:
    _sources.append(source)


def kinds_for(user) -> dict[str, Any]:
    """Name and label of every kind that ``user`` may see, in the order in which apps registered."""
    return {name: label for source in _allowed(user) for name, label in source.kinds.items()}


def marks_of(asked: Asked) -> list[Mark]:
    """Everything between the two days, in the order of a day: what is of the day, then by hour and title."""
    found = [mark for source in _allowed(asked.user) for mark in source.marks(asked)]
    shown = [mark for mark in found if mark.first <= asked.last and mark.last >= asked.first]
    return sorted(shown, key=lambda mark: (mark.first, not mark.background, mark.order, mark.title, mark.key))


def _allowed(user) -> list[Source]:
    return [source for source in _sources if not source.permission or user.has_perm(source.permission)]
