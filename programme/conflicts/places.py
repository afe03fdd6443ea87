"""Rooms, hosts and vehicles that hold so many people, and places that are closed (P6)."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from programme.conflicts.cover import Stretch, left_over
from programme.conflicts.facts import UNPLACED, Code, Conflict, Item, Level, Opening, Plan


def large_groups(plan: Plan) -> Iterator[Conflict]:
    """More people than the place, the host or the vehicle takes."""
    for item in plan.in_order:
        people = plan.size_of(item)
        for name, holds, about in _limits(item):
            if holds is not None and people > holds:
                yield Conflict(
                    Code.GROUP_TOO_LARGE, Level.WARN, (item,), (name,), has=holds, needs=people, about=(about,)
                )


def _limits(item: Item) -> Iterator[tuple[str, int | None, str]]:
    if item.spot is not None:
        yield item.spot.name, item.spot.capacity, f"place{item.spot.pk}"
    if item.vehicle is not None:
        yield item.vehicle.name, item.vehicle.seats, f"vehicle{item.vehicle.pk}"
    yield "", item.capacity, "host"


def closed_places(plan: Plan) -> Iterator[Conflict]:
    """An item outside of the hours of its place, or in days on which it is closed."""
    for item in plan.in_order:
        opening = plan.opening.get(item.spot.pk) if item.spot is not None else None
        if opening is None or item.kind in UNPLACED:
            continue
        reason = _closed_for(opening, item)
        outside = [] if reason is not None else left_over((item.start, item.end), _open(opening, item))
        if reason is not None or outside:
            yield Conflict(
                Code.VENUE_CLOSED,
                Level.WARN,
                (item,),
                (item.spot.name,),
                note=_hours_of(opening, item) if reason is None else reason,
                has=None if reason is None else 0,
                about=(item.spot.pk,),
            )


def _closed_for(opening: Opening, item: Item) -> str | None:
    """Why the place is closed on a day of ``item``, an empty text where nobody wrote it, None where it is not."""
    first, last = _days(opening, item)
    for begins, ends, reason in opening.closed:
        if begins <= last and ends >= first:
            return reason
    return None


def _days(opening: Opening, item: Item):
    """The first and last date of ``item`` at its place; an end at midnight is still the day before."""
    return (
        item.start.astimezone(opening.zone).date(),
        (item.end - timedelta(microseconds=1)).astimezone(opening.zone).date(),
    )


def _open(opening: Opening, item: Item) -> list[Stretch]:
    """When the place is open around ``item``; all day where its hours are not known."""
    if not opening.hours:
        return [(item.start, item.end)]
    day, last = _days(opening, item)
    found = []
    while day <= last:
        for weekday, opens, closes in opening.hours:
            if weekday == day.weekday():
                until = day + timedelta(days=1) if closes == time() else day
                wall = (datetime.combine(day, opens, opening.zone), datetime.combine(until, closes, opening.zone))
                # As instants: two wall clocks of one zone would be compared without their offset.
                found.append((wall[0].astimezone(item.start.tzinfo), wall[1].astimezone(item.start.tzinfo)))
        day += timedelta(days=1)
    return found


def _hours_of(opening: Opening, item: Item) -> str:
    """«09:00–12:30, 14:00–18:00» on the day of ``item``, an empty text where it does not open."""
    weekday = _days(opening, item)[0].weekday()
    return ", ".join(f"{opens:%H:%M}–{closes:%H:%M}" for day, opens, closes in opening.hours if day == weekday)
