"""What two items want at one time: people, rooms, vehicles (P6). A pair of other visits alone is theirs to mend."""

from collections.abc import Iterator

from programme.conflicts.facts import Code, Conflict, Duty, Item, Level, Plan
from programme.conflicts.sweep import overlapping


def doubles(plan: Plan) -> Iterator[Conflict]:
    """Every double of one sweep. Items of two groups may be at one time; who belongs to both may not."""
    for pair in overlapping([*plan.items, *plan.others]):
        first, second = pair
        if plan.visit not in (first.visit, second.visit):
            continue
        yield from _people(plan, pair)
        yield from _things(pair)


def _people(plan: Plan, pair: tuple[Item, Item]) -> Iterator[Conflict]:
    first, second = pair
    if hosts := (first.hosts & second.hosts) | _on_duty(pair, first.hosts, second.hosts):
        yield Conflict(Code.HOST_DOUBLE, Level.BLOCK, pair, plan.names(hosts), about=tuple(hosts))
    delegates = (first.attending & second.attending) | _on_duty(pair, first.attending, second.attending)
    if delegates or _share_a_group(plan, first, second):
        yield Conflict(Code.DELEGATE_DOUBLE, Level.BLOCK, pair, plan.names(delegates), about=tuple(delegates))
    interpreters = {one.interpreter for one, other in _duties(pair) if one.interpreter == other.interpreter}
    if interpreters:
        yield Conflict(Code.INTERP_DOUBLE, Level.BLOCK, pair, plan.names(interpreters), about=tuple(interpreters))


def _things(pair: tuple[Item, Item]) -> Iterator[Conflict]:
    first, second = pair
    if first.spot is not None and first.spot.single_use and second.spot == first.spot:
        yield Conflict(Code.VENUE_DOUBLE, Level.BLOCK, pair, (first.spot.name,), about=(first.spot.pk,))
    if first.vehicle is not None and second.vehicle == first.vehicle:
        yield Conflict(Code.VEHICLE_DOUBLE, Level.BLOCK, pair, (first.vehicle.name,), about=(first.vehicle.pk,))


def _share_a_group(plan: Plan, first: Item, second: Item) -> bool:
    """Whether a group of the visit goes to both, also while nobody is in it yet."""
    if first.visit != second.visit:
        return False
    if first.tracks and second.tracks:
        return not first.tracks.isdisjoint(second.tracks)
    return any(group.goes_to(first) and group.goes_to(second) for group in plan.groups)


def _duties(pair: tuple[Item, Item]) -> Iterator[tuple[Duty, Duty]]:
    """Duties at the two items that share a moment."""
    first, second = pair
    if first.duties and second.duties:
        for one in first.duties:
            for other in second.duties:
                if one.start < other.end and other.start < one.end:
                    yield one, other


def _on_duty(pair: tuple[Item, Item], at_first: frozenset[int], at_second: frozenset[int]) -> frozenset[int]:
    """Who is expected at one of the two while interpreting at the other."""
    first, second = pair
    here = {duty.interpreter for duty in second.duties if duty.interpreter in at_first and _meets(duty, first)}
    there = {duty.interpreter for duty in first.duties if duty.interpreter in at_second and _meets(duty, second)}
    return frozenset(here | there)


def _meets(duty: Duty, item: Item) -> bool:
    return duty.start < item.end and item.start < duty.end
