"""Stretches of time put together, and what is left over of one (half-open, aware)."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from programme.conflicts.facts import minutes_of

Stretch = tuple[datetime, datetime]


def merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same time without overlaps, in order; what touches becomes one."""
    found: list[Stretch] = []
    for start, end in sorted(stretches):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        elif start < end:
            found.append((start, end))
    return found


def left_over(whole: Stretch, taken: Iterable[Stretch]) -> list[Stretch]:
    """The parts of ``whole`` that none of ``taken`` covers."""
    parts, start = [], whole[0]
    for begins, ends in merged(taken):
        if ends <= start:
            continue
        if begins >= whole[1]:
            break
        if begins > start:
            parts.append((start, begins))
        start = ends
    if start < whole[1]:
        parts.append((start, whole[1]))
    return parts


def minutes_in(stretches: Iterable[Stretch]) -> int:
    return sum(minutes_of(*stretch) for stretch in stretches)


def by_days(stretch: Stretch, zone: ZoneInfo) -> Iterable[tuple[date, Stretch]]:
    """``stretch`` cut at each midnight of ``zone``, with the date of each part."""
    start, end = stretch
    while start < end:
        day = start.astimezone(zone).date()
        midnight = datetime.combine(day + timedelta(days=1), time(), zone)
        # Compared and kept as instants: two wall clocks of one zone would be compared without their offset.
        until = min(end, midnight.astimezone(start.tzinfo))
        yield day, (start, until)
        start = until
