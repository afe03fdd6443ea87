"""When both cities can meet: the same reckoning for the staff's page and for series (events spec 12.16, 12.17).

A slot lies inside the office hours of both cities, each on a working day of its own calendar. In winter nine hours of
work on either side share one hour, in Italian summer two: so most meetings stretch somebody's day, and a slot says
whose and by how much. Nothing is forbidden.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from ecosystem.closures import Closure, Closures
from iurc_portal.clock import ZONES, CityTime, PartnerSide

OFFICE = (time(9), time(18))
BOTH_OFFICES = dict.fromkeys(PartnerSide, OFFICE)
STEP = timedelta(minutes=30)
MOST_DAYS = 62
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Side:
    """One city in a slot: its clocks, minutes of the meeting's overhang, and what its calendar says of the day.

    ``early`` is how long before the office opens it begins, ``late`` how long after the office closes it ends.
    """

    time: CityTime
    early: timedelta
    late: timedelta
    is_working_day: bool
    closures: tuple[Closure, ...]

    @property
    def stretch(self) -> timedelta:
        return self.early + self.late


@dataclass(frozen=True)
class Slot:
    """A meeting from ``start`` to ``end`` (UTC) as both cities live it."""

    start: datetime
    end: datetime
    sides: Mapping[PartnerSide, Side]

    @property
    def is_common(self) -> bool:
        """Inside both cities' hours on a working day of both."""
        return self.on_working_days and not any(side.stretch for side in self.sides.values())

    @property
    def on_working_days(self) -> bool:
        return all(side.is_working_day for side in self.sides.values())

    @property
    def stretch(self) -> timedelta:
        """By how much the side that is stretched most is stretched."""
        return max(side.stretch for side in self.sides.values())


def find_slots(
    first: date,
    last: date,
    length: timedelta,
    *,
    anchor: PartnerSide = PartnerSide.TORINO,
    offices: Mapping[PartnerSide, tuple[time, time]] = BOTH_OFFICES,
    stretch: timedelta = timedelta(),
    closures: Closures | None = None,
) -> list[Slot]:
    """Every start on the half hour of ``first`` to ``last`` (days of ``anchor``'s calendar), soonest first.

    Only slots on working days of both cities, and those that stretch either side by no more than ``stretch``: with
    none, the whole meeting lies inside both cities' hours. Raises ``ValueError`` for a length that is not positive.
    """
    if length <= timedelta():
        raise ValueError("a meeting lasts longer than nothing")
    closures = closures or Closures()
    found = (
        assess(start, start + length, offices=offices, closures=closures) for start in _starts(first, last, anchor)
    )
    return [slot for slot in found if slot.on_working_days and slot.stretch <= stretch]


def assess(
    start: datetime,
    end: datetime,
    *,
    offices: Mapping[PartnerSide, tuple[time, time]] = BOTH_OFFICES,
    closures: Closures,
) -> Slot:
    """A meeting from ``start`` to ``end`` (aware) against both cities' hours and calendars."""
    sides = {side: _side(side, start, end, offices[side], closures) for side in PartnerSide}
    return Slot(start.astimezone(UTC), end.astimezone(UTC), sides)


def best_first(slots: Iterable[Slot]) -> list[Slot]:
    """The least stretched first, then the one that shares the burden, then the soonest."""
    return sorted(
        slots, key=lambda slot: (slot.stretch, sum((s.stretch for s in slot.sides.values()), timedelta()), slot.start)
    )


def _starts(first: date, last: date, anchor: PartnerSide) -> Iterator[datetime]:
    """The half hours of these days as the anchor's clocks show them; one that no clock shows is no start."""
    zone = ZONES[anchor]
    step = datetime.combine(first, time(), zone).astimezone(UTC)
    past = datetime.combine(last + DAY, time(), zone).astimezone(UTC)
    while step < past:
        yield step
        step += STEP


def _side(side: PartnerSide, start: datetime, end: datetime, office: tuple[time, time], closures: Closures) -> Side:
    begins, ends = start.astimezone(ZONES[side]), end.astimezone(ZONES[side])
    day, early, late = min(
        (_overhang(begins, ends, begins.date() + shift * DAY, office) for shift in (-1, 0, 1)),
        key=lambda found: (found[1] + found[2], abs((found[0] - begins.date()).days)),
    )
    shut = tuple(dict.fromkeys(closure for on in {begins.date(), day} for closure in closures.on(side, on)))
    return Side(
        time=CityTime(side, begins, ends),
        early=early,
        late=late,
        is_working_day=closures.is_working_day(side, day) and closures.is_working_day(side, begins.date()),
        closures=shut,
    )


def _overhang(
    begins: datetime, ends: datetime, day: date, office: tuple[time, time]
) -> tuple[date, timedelta, timedelta]:
    """How far a meeting hangs over the hours of ``day``, on the clocks of the wall: what people feel, not seconds."""
    opens, closes = (datetime.combine(day, hour) for hour in office)
    before = opens - begins.replace(tzinfo=None)
    after = ends.replace(tzinfo=None) - closes
    return day, max(before, timedelta()), max(after, timedelta())
