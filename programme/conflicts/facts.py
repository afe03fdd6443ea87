"""What a check of an agenda reads and says: plain facts, without a database (programme spec P6).

Instants are aware; intervals are half-open, so that touching is no overlap and midnight is nothing special.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

# Kinds of items by what they ask of people: see ``models.AgendaItem.Kind``.
RECEIVED = frozenset({"meeting", "site_visit", "talk"})  # somebody receives, and the delegation has to concentrate
UNPLACED = frozenset({"travel", "free", "rest"})  # between two places, whatever is written down as theirs
AT_REST = frozenset({"free", "rest"})
PROTOCOL = frozenset({"meeting", "ceremony"})  # where a head is received by somebody of the same rank (P15)
AT_ONCE = frozenset({"simultaneous", "whispered"})  # interpretation while somebody speaks; the others come after them
AFTERWARDS = frozenset({"consecutive", "liaison"})


class Code(StrEnum):
    """What can be wrong with an agenda. The names are a stable interface."""

    HOST_DOUBLE = "HOST_DOUBLE"
    DELEGATE_DOUBLE = "DELEGATE_DOUBLE"
    VENUE_DOUBLE = "VENUE_DOUBLE"
    VENUE_CLOSED = "VENUE_CLOSED"
    VEHICLE_DOUBLE = "VEHICLE_DOUBLE"
    GROUP_TOO_LARGE = "GROUP_TOO_LARGE"
    INTERP_MISSING = "INTERP_MISSING"
    INTERP_DOUBLE = "INTERP_DOUBLE"
    INTERP_OVERLOAD = "INTERP_OVERLOAD"
    INTERP_TIME = "INTERP_TIME"
    TRAVEL_SHORT = "TRAVEL_SHORT"
    TRAVEL_UNKNOWN = "TRAVEL_UNKNOWN"
    MEAL_MISSING = "MEAL_MISSING"
    REST_SHORT = "REST_SHORT"
    DAY_HEAVY = "DAY_HEAVY"
    HOST_UNCONFIRMED = "HOST_UNCONFIRMED"
    QUESTION_OPEN = "QUESTION_OPEN"
    HEAD_MISSING = "HEAD_MISSING"
    RANK_MISMATCH = "RANK_MISMATCH"
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
class Opening:
    """When a place is open: hours by weekday (Monday is 0; none at all: not known) and closed spells, in its zone.

    A closing hour of 00:00 is midnight. Spells are first day, last day (inclusive) and the reason.
    """

    zone: ZoneInfo
    hours: tuple[tuple[int, time, time], ...] = ()
    closed: tuple[tuple[date, date, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Ride:
    """A vehicle and its seats."""

    pk: int
    name: str
    seats: int


@dataclass(frozen=True, slots=True)
class Duty:
    """An interpreter at an item, between two languages, in either direction."""

    interpreter: int
    between: frozenset[str]
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Item:
    """An agenda item. ``hosts`` and ``delegates`` are numbers of people; ``accepted`` are the hosts who said yes.

    ``tracks`` are the groups it is for, none of them meaning everybody; ``delegates`` are already those of its groups.
    ``before`` and ``after`` are minutes to keep free, ``speaking`` and ``asking`` those of speakers and of questions,
    without interpretation. ``host_bands`` are the ranks of who receives, 1 the highest; ``interpreting`` are the
    delegates of that visit who came to interpret.
    """

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
    tracks: frozenset[int] = frozenset()
    duties: tuple[Duty, ...] = ()
    spoken: tuple[str, ...] = ()
    mode: str = "none"
    speaking: int | None = None
    asking: int | None = None
    before: int = 0
    after: int = 0
    capacity: int | None = None
    vehicle: Ride | None = None
    host_bands: tuple[int, ...] = ()
    interpreting: frozenset[int] = frozenset()

    @property
    def attending(self) -> frozenset[int]:
        """The delegates who go where their group goes: who came to interpret goes where they are needed."""
        return self.delegates - self.interpreting if self.interpreting else self.delegates

    @property
    def minutes(self) -> int:
        return minutes_of(self.start, self.end)

    @property
    def interpreters(self) -> frozenset[int]:
        return frozenset(duty.interpreter for duty in self.duties)


@dataclass(frozen=True, slots=True)
class Group:
    """People who go the same way through the agenda. ``track`` is None for those who are in no group."""

    track: int | None
    name: str = ""
    people: frozenset[int] = frozenset()

    def goes_to(self, item: Item) -> bool:
        return not item.tracks or self.track in item.tracks


EVERYBODY = Group(None)


@dataclass(frozen=True, slots=True)
class Closed:
    """A day on which a city rests or is better avoided, with the reason as its people call it."""

    day: date
    city: str
    reason: str
    slug: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A learning question and the item at which it is asked, None where there is none (yet, or any more)."""

    pk: int
    text: str
    item: int | None = None


@dataclass(frozen=True)
class Plan:
    """One visit, with whatever of other visits overlaps its days.

    ``size`` is how many people come, ``travel`` the minutes from one place to another where staff wrote them down, by
    the numbers of the two places; ``must_be_accepted_by`` tells the first day on which a host's silence about an item
    is no longer harmless. ``groups`` are the ways through the agenda, one where nobody goes apart. ``understood`` are
    each delegate's languages, ``guests_speak`` those of a delegate who has none; ``landings`` the instants at which
    delegates land. ``elsewhere`` are items of other visits on these days at which this visit's interpreters have
    duties; ``opening`` the hours of places by their number.
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
    groups: tuple[Group, ...] = (EVERYBODY,)
    understood: Mapping[int, frozenset[str]] = field(default_factory=dict)
    guests_speak: frozenset[str] = frozenset()
    elsewhere: tuple[Item, ...] = ()
    landings: Mapping[int, datetime] = field(default_factory=dict)
    opening: Mapping[int, Opening] = field(default_factory=dict)
    questions: tuple[Question, ...] = ()
    head: tuple[int, int] | None = None  # who, and their rank band

    def day_of(self, instant: datetime) -> date:
        """The date of ``instant`` on the host city's calendar."""
        return instant.astimezone(self.zone).date()

    @cached_property
    def in_order(self) -> list[Item]:
        return sorted(self.items, key=lambda item: (item.start, item.end, item.pk))

    def size_of(self, item: Item) -> int:
        """How many people of the visit are at ``item``, as far as one knows: interpreters stand and ride with them."""
        if any(group.people for group in self.groups):
            return len(item.delegates | item.interpreters)
        return 0 if item.tracks else self.size

    def names(self, people: Iterable[int]) -> tuple[str, ...]:
        return tuple(sorted(self.people.get(person, "") for person in people))


def minutes_of(start: datetime, end: datetime) -> int:
    """Whole minutes between two instants, however clocks change in between; never below zero."""
    return max(0, int((end - start).total_seconds() // 60))


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
