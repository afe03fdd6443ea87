"""What a check of an agenda reads and says: plain facts, without a database (programme spec P6).

Instants are aware; intervals are half-open, so that touching is no overlap and midnight is nothing special.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

# Kinds of items by what they ask of people: see ``models.AgendaItem.Kind``.
RECEIVED = frozenset({"meeting", "site_visit", "talk"})  # somebody receives, and the delegation has to concentrate
UNPLACED = frozenset({"travel", "free", "rest"})  # between two places, whatever is written down as theirs
AT_REST = frozenset({"free", "rest"})


class Code(StrEnum):
    """What can be wrong with an agenda. The names are a stable interface."""

    HOST_DOUBLE = "HOST_DOUBLE"
    DELEGATE_DOUBLE = "DELEGATE_DOUBLE"
    VENUE_DOUBLE = "VENUE_DOUBLE"
    GROUP_TOO_LARGE = "GROUP_TOO_LARGE"
    TRAVEL_SHORT = "TRAVEL_SHORT"
    TRAVEL_UNKNOWN = "TRAVEL_UNKNOWN"
    MEAL_MISSING = "MEAL_MISSING"
    REST_SHORT = "REST_SHORT"
    DAY_HEAVY = "DAY_HEAVY"
    HOST_UNCONFIRMED = "HOST_UNCONFIRMED"
    HEAD_MISSING = "HEAD_MISSING"
    BLACKOUT = "BLACKOUT"


class Level(StrEnum):
    BLOCK = "block"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Spot:
    """A place. ``point`` is latitude and longitude in degrees (WGS 84), None where nobody wrote it down."""

    pk: int
    name: str
    point: tuple[float, float] | None = None
    single_use: bool = False
    capacity: int | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """An agenda item. ``hosts`` and ``delegates`` are numbers of people; ``accepted`` are the hosts who said yes."""

    pk: int
    visit: int
    name: str
    kind: str
    start: datetime
    end: datetime
    spot: Spot | None = None
    hosts: frozenset[int] = frozenset()
    accepted: frozenset[int] = frozenset()
    delegates: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Closed:
    """A day on which a city rests or is better avoided, with the reason as its people call it."""

    day: date
    city: str
    reason: str
    slug: str = ""


@dataclass(frozen=True)
class Plan:
    """One visit, with whatever of other visits overlaps its days.

    ``size`` is how many people come, ``travel`` the minutes from one place to another where staff wrote them down, by
    the numbers of the two places; ``must_be_accepted_by`` tells the first day on which a host's silence about an item
    is no longer harmless.
    """

    visit: int
    zone: ZoneInfo
    items: tuple[Item, ...]
    others: tuple[Item, ...] = ()
    people: Mapping[int, str] = field(default_factory=dict)
    size: int = 0
    heads: int = 1
    closed: tuple[Closed, ...] = ()
    travel: Mapping[tuple[int, int], int] = field(default_factory=dict)
    must_be_accepted_by: Callable[[date], date] = lambda day: day - timedelta(days=7)

    def day_of(self, instant: datetime) -> date:
        """The date of ``instant`` on the host city's calendar."""
        return instant.astimezone(self.zone).date()


@dataclass(frozen=True)
class Conflict:
    """One thing that is wrong, with the items it is about and its numbers: has, needs, short by (minutes or heads).

    ``who`` names people and things in the reader's words; ``about`` tells the same by numbers or slugs.
    """

    code: Code
    level: Level
    items: tuple[Item, ...] = ()
    who: tuple[str, ...] = ()
    has: int | None = None
    needs: int | None = None
    day: date | None = None
    note: str = ""
    about: tuple[int | str, ...] = ()

    @property
    def key(self) -> str:
        """What says that this is the same conflict at another check and in another language, whatever its numbers."""
        items = "-".join(str(pk) for pk in sorted(item.pk for item in self.items))
        about = "-".join(sorted(str(one) for one in self.about))
        return ":".join([self.code, items, about, self.day.isoformat() if self.day else ""])

    @property
    def short_by(self) -> int | None:
        return None if self.has is None or self.needs is None else abs(self.needs - self.has)
