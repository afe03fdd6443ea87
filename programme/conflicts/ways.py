"""What each group meets on its way through the agenda: journeys, meals, nights, heavy days, landings (P4, P6, P8).

Groups that meet the same are told once, so that an agenda without groups and one of four read alike.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import groupby, pairwise

from programme.conflicts import travel
from programme.conflicts.facts import AT_REST, RECEIVED, UNPLACED, Code, Conflict, Group, Item, Level, Plan, minutes_of

NOON, MEAL_ENDS = time(12, 0), time(14, 30)
NIGHT = timedelta(hours=11)
AFTER_LANDING = timedelta(hours=3)
MOST_A_DAY = 3


@dataclass(frozen=True)
class Way:
    """The items of one group in order, and the same by the host city's date on which they begin."""

    group: Group
    items: list[Item]
    days: list[tuple[date, list[Item]]]


def ways(plan: Plan) -> Iterator[Conflict]:
    """What is wrong on the way of each group; what several meet alike names them, what all meet names nobody."""
    day_of = {item.pk: plan.day_of(item.start) for item in plan.in_order}
    met: dict[tuple, tuple[Conflict, list[Group]]] = {}
    for group in plan.groups:
        items = [item for item in plan.in_order if group.goes_to(item)]
        days = [(day, list(row)) for day, row in groupby(items, key=lambda item: day_of[item.pk])]
        way = Way(group, items, days)
        for rule in (_journeys, _meals, _nights, _heavy_days):
            for found in rule(plan, way):
                same = (found.code, found.items, found.day, found.has, found.needs)
                met.setdefault(same, (found, []))[1].append(group)
    for found, groups in met.values():
        yield found if len(groups) == len(plan.groups) else _of_groups(found, groups, plan)
    yield from _landings(plan)


def _of_groups(found: Conflict, groups: list[Group], plan: Plan) -> Conflict:
    """What only some groups meet, with their names. Items of the group alone need no name beside them."""
    whose = {group.track for group in groups}
    if found.items and all(item.tracks == whose for item in found.items):
        return found
    return replace(
        found,
        who=tuple(group.name for group in groups),
        about=(*found.about, *(f"group{group.track or 0}" for group in groups)),
    )


def _journeys(plan: Plan, way: Way) -> Iterator[Conflict]:
    """From one place to the next there must be time for the way and for the group to move (P8)."""
    rides: list[Item] = []
    before: Item | None = None
    for item in way.items:
        if item.kind == "travel":
            rides.append(item)
        if item.kind in UNPLACED or item.spot is None:
            continue
        if before is not None and item.start >= before.end:
            yield from _journey(plan, before, item, rides)
        before, rides = item, []


def _journey(plan: Plan, first: Item, second: Item, rides: list[Item]) -> Iterator[Conflict]:
    stays = first.spot == second.spot
    way = 0 if stays else travel.minutes_between(first.spot, second.spot, plan)
    if way is None:
        yield Conflict(Code.TRAVEL_UNKNOWN, Level.WARN, (first, second))
        return
    people = len(first.delegates & second.delegates) or plan.size
    needs = way + first.after + second.before + (0 if stays else travel.group_buffer(people))
    has = minutes_of(first.end, second.start)
    if has < needs:
        yield Conflict(Code.TRAVEL_SHORT, Level.BLOCK, (first, second), has=has, needs=needs)
    riding = sum(ride.minutes for ride in rides)
    if rides and riding < way:
        yield Conflict(Code.TRAVEL_SHORT, Level.BLOCK, tuple(rides[:1]), has=riding, needs=way)


def _meals(plan: Plan, way: Way) -> Iterator[Conflict]:
    """Who is busy from before noon until after half past two has to eat in between."""
    for day, items in way.days:
        noon, until = (datetime.combine(day, hour, plan.zone) for hour in (NOON, MEAL_ENDS))
        busy = [item for item in items if item.kind not in AT_REST]
        if not busy or busy[0].start >= noon or max(item.end for item in busy) <= until:
            continue
        if not any(item.kind == "meal" and item.start < until and item.end > noon for item in items):
            yield Conflict(Code.MEAL_MISSING, Level.WARN, (), day=day)


def _nights(plan: Plan, way: Way) -> Iterator[Conflict]:
    """Eleven hours between the last item of a day and the first of the next."""
    busy = [(day, [item for item in items if item.kind not in AT_REST]) for day, items in way.days]
    for (day, items), (next_day, next_items) in pairwise(row for row in busy if row[1]):
        if next_day - day != timedelta(days=1):
            continue
        last = max(items, key=lambda item: item.end)
        if next_items[0].start - last.end < NIGHT:
            pair = (last, next_items[0])
            yield Conflict(
                Code.REST_SHORT, Level.WARN, pair, has=minutes_of(last.end, pair[1].start), needs=_minutes(NIGHT)
            )


def _heavy_days(plan: Plan, way: Way) -> Iterator[Conflict]:
    for day, items in way.days:
        received = sum(item.kind in RECEIVED for item in items)
        if received > MOST_A_DAY:
            yield Conflict(Code.DAY_HEAVY, Level.WARN, (), has=received, needs=MOST_A_DAY, day=day)


def _landings(plan: Plan) -> Iterator[Conflict]:
    """Three hours from landing to the first item that asks something of people."""
    landed: dict[datetime, set[int]] = {}
    for person, instant in plan.landings.items():
        landed.setdefault(instant, set()).add(person)
    instants = sorted(landed)
    for item in plan.in_order if instants else ():
        if item.kind in UNPLACED:
            continue
        recent = instants[bisect_right(instants, item.start - AFTER_LANDING) : bisect_left(instants, item.end)]
        for instant in recent:
            if people := landed[instant] & item.delegates:
                yield Conflict(
                    Code.REST_SHORT,
                    Level.WARN,
                    (item,),
                    plan.names(people),
                    has=minutes_of(instant, item.start),
                    needs=_minutes(AFTER_LANDING),
                    about=tuple(people),
                )


def _minutes(length: timedelta) -> int:
    return int(length.total_seconds() // 60)
