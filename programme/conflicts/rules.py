"""What is wrong with an agenda (programme spec P4, P6–P8). Each rule reads a plan and yields conflicts."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import groupby, pairwise

from programme.conflicts import travel
from programme.conflicts.facts import AT_REST, RECEIVED, UNPLACED, Code, Conflict, Item, Level, Plan
from programme.conflicts.sweep import overlapping

NOON, MEAL_ENDS = time(12, 0), time(14, 30)
NIGHT = timedelta(hours=11)
MOST_A_DAY = 3


def check(plan: Plan, *, now: datetime) -> list[Conflict]:
    """Everything that is wrong with ``plan`` at ``now`` (aware): what blocks first, then by time.

    Pairs come from one sweep, so that ten times the items cost about ten times.
    """
    rules = (_doubles, _journeys, _meals, _nights, _heavy_days, _large_groups, _heads, _closed_days)
    found = [conflict for rule in rules for conflict in rule(plan)]
    found += _silent_hosts(plan, now=now)
    return sorted(found, key=lambda one: (one.level != Level.BLOCK, _when(one, plan), one.code))


def _when(conflict: Conflict, plan: Plan) -> datetime:
    if conflict.items:
        return conflict.items[0].start
    return datetime.combine(conflict.day or date.min, time.min, plan.zone)


def _doubles(plan: Plan) -> Iterator[Conflict]:
    """People and rooms that two items want at one time. A pair of other visits alone is theirs to mend."""
    for first, second in overlapping([*plan.items, *plan.others]):
        if plan.visit not in (first.visit, second.visit):
            continue
        pair = (first, second)
        if hosts := first.hosts & second.hosts:
            yield Conflict(Code.HOST_DOUBLE, Level.BLOCK, pair, _names(plan, hosts), about=tuple(hosts))
        delegates = first.delegates & second.delegates
        if delegates or first.visit == second.visit:
            yield Conflict(Code.DELEGATE_DOUBLE, Level.BLOCK, pair, _names(plan, delegates), about=tuple(delegates))
        if first.spot is not None and first.spot.single_use and second.spot == first.spot:
            yield Conflict(Code.VENUE_DOUBLE, Level.BLOCK, pair, (first.spot.name,), about=(first.spot.pk,))


def _journeys(plan: Plan) -> Iterator[Conflict]:
    """From one place to the next there must be time for the way and for the group to move (P8)."""
    for first, second in pairwise(item for item in _in_order(plan) if item.spot and item.kind not in UNPLACED):
        if second.start < first.end or first.spot.pk == second.spot.pk:
            continue
        way = travel.minutes_between(first.spot, second.spot, plan)
        if way is None:
            yield Conflict(Code.TRAVEL_UNKNOWN, Level.WARN, (first, second))
            continue
        needs = way + travel.group_buffer(plan.size)
        has = int((second.start - first.end).total_seconds() // 60)
        if has < needs:
            yield Conflict(Code.TRAVEL_SHORT, Level.BLOCK, (first, second), has=has, needs=needs)


def _meals(plan: Plan) -> Iterator[Conflict]:
    """Who is busy from before noon until after half past two has to eat in between."""
    for day, items in _by_day(plan):
        noon, until = (datetime.combine(day, hour, plan.zone) for hour in (NOON, MEAL_ENDS))
        busy = [item for item in items if item.kind not in AT_REST]
        if not busy or busy[0].start >= noon or max(item.end for item in busy) <= until:
            continue
        if not any(item.kind == "meal" and item.start < until and item.end > noon for item in items):
            yield Conflict(Code.MEAL_MISSING, Level.WARN, (), day=day)


def _nights(plan: Plan) -> Iterator[Conflict]:
    """Eleven hours between the last item of a day and the first of the next."""
    days = [(day, [item for item in items if item.kind not in AT_REST]) for day, items in _by_day(plan)]
    for (day, items), (next_day, next_items) in pairwise(row for row in days if row[1]):
        if next_day - day != timedelta(days=1):
            continue
        last = max(items, key=lambda item: item.end)
        night = next_items[0].start - last.end
        if night < NIGHT:
            minutes = max(0, int(night.total_seconds() // 60))
            yield Conflict(
                Code.REST_SHORT,
                Level.WARN,
                (last, next_items[0]),
                has=minutes,
                needs=int(NIGHT.total_seconds() // 60),
            )


def _heavy_days(plan: Plan) -> Iterator[Conflict]:
    for day, items in _by_day(plan):
        received = [item for item in items if item.kind in RECEIVED]
        if len(received) > MOST_A_DAY:
            yield Conflict(Code.DAY_HEAVY, Level.WARN, (), has=len(received), needs=MOST_A_DAY, day=day)


def _large_groups(plan: Plan) -> Iterator[Conflict]:
    for item in _in_order(plan):
        if item.spot is not None and item.spot.capacity is not None and plan.size > item.spot.capacity:
            yield Conflict(
                Code.GROUP_TOO_LARGE, Level.WARN, (item,), (item.spot.name,), has=item.spot.capacity, needs=plan.size
            )


def _silent_hosts(plan: Plan, *, now: datetime) -> Iterator[Conflict]:
    """Somebody must have said yes; some working days before the item their silence blocks."""
    today = plan.day_of(now)
    for item in _in_order(plan):
        if item.kind not in RECEIVED or item.accepted or item.end <= now:
            continue
        late = today >= plan.must_be_accepted_by(plan.day_of(item.start))
        yield Conflict(
            Code.HOST_UNCONFIRMED,
            Level.BLOCK if late else Level.WARN,
            (item,),
            _names(plan, item.hosts),
            about=tuple(item.hosts),
        )


def _heads(plan: Plan) -> Iterator[Conflict]:
    if plan.heads != 1:
        yield Conflict(Code.HEAD_MISSING, Level.BLOCK, has=plan.heads, needs=1)


def _closed_days(plan: Plan) -> Iterator[Conflict]:
    for closed in plan.closed:
        yield Conflict(
            Code.BLACKOUT, Level.WARN, (), (closed.city,), day=closed.day, note=closed.reason, about=(closed.slug,)
        )


def _in_order(plan: Plan) -> list[Item]:
    return sorted(plan.items, key=lambda item: (item.start, item.end, item.pk))


def _by_day(plan: Plan) -> list[tuple[date, list[Item]]]:
    """The items by the host city's date on which they begin, in order."""
    return [(day, list(items)) for day, items in groupby(_in_order(plan), key=lambda item: plan.day_of(item.start))]


def _names(plan: Plan, people: frozenset[int]) -> tuple[str, ...]:
    return tuple(sorted(plan.people.get(person, "") for person in people))
