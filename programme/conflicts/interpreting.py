"""Interpreters: who understands whom, for how long one can work, how long an item takes with them (P6, P9)."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from math import ceil

from programme.conflicts.cover import Stretch, by_days, left_over, merged, minutes_in
from programme.conflicts.facts import AFTERWARDS, AT_ONCE, Code, Conflict, Item, Level, Plan, minutes_of

A_DAY = 6 * 60
ALONE = 90
STEP = 5
HOURS_EACH = {"afterwards": 6, "at_once": 3}


def interpreting(plan: Plan) -> Iterator[Conflict]:
    for item in plan.in_order:
        yield from _missing(plan, item)
        needs = needed_minutes(item.speaking, item.asking, item.mode)
        if needs is not None and item.minutes < needs:
            yield Conflict(Code.INTERP_TIME, Level.WARN, (item,), has=item.minutes, needs=needs)
    yield from _overload(plan)


def needed_minutes(speaking: int | None, asking: int | None, mode: str) -> int | None:
    """Minutes of an item: twice as many where the interpreter speaks afterwards (P9); None where nobody counted."""
    if not speaking and not asking:
        return None
    return ((speaking or 0) + (asking or 0)) * (2 if mode in AFTERWARDS else 1)


def proposed_minutes(speaking: int | None, asking: int | None, mode: str) -> int | None:
    """The slot that is proposed for them, in steps of five minutes."""
    needed = needed_minutes(speaking, asking, mode)
    return None if needed is None else ceil(needed / STEP) * STEP


def interpreters_needed(afterwards: int, at_once: int, *, longest_at_once: int) -> int:
    """How many interpreters a day takes, by its minutes of each way of interpreting (P9).

    One for each six hours afterwards, one for each three at once, and two at least where somebody would be alone at
    once for more than ninety minutes (``longest_at_once``).
    """
    after = ceil(afterwards / 60 / HOURS_EACH["afterwards"])
    with_them = ceil(at_once / 60 / HOURS_EACH["at_once"])
    return after + max(with_them, 2 if longest_at_once > ALONE else 0)


def gaps(plan: Plan, item: Item) -> Iterator[tuple[str, frozenset[int], list[Stretch]]]:
    """For each language spoken at ``item``: who does not understand it, and when nobody interprets it for them."""
    if not item.spoken:
        return
    people = item.attending
    understood: dict[frozenset[str], set[int]] = defaultdict(set)
    for person in people:
        understood[plan.understood.get(person) or plan.guests_speak].add(person)
    if not people and not any(group.people for group in plan.groups):
        understood[plan.guests_speak] = set()  # nobody is named yet: guests speak the language of their city
    for language in item.spoken:
        lost: set[int] = set()
        missing: list[Stretch] = []
        for known, who in understood.items():
            if language in known:
                continue
            serving = [
                (duty.start, duty.end)
                for duty in item.duties
                if language in duty.between and not duty.between.isdisjoint(known)
            ]
            if uncovered := left_over((item.start, item.end), serving):
                lost |= who
                missing += uncovered
        if missing:
            yield language, frozenset(lost), merged(missing)


def _missing(plan: Plan, item: Item) -> Iterator[Conflict]:
    for language, people, missing in gaps(plan, item):
        yield Conflict(
            Code.INTERP_MISSING,
            Level.BLOCK,
            (item,),
            plan.names(people),
            has=item.minutes - minutes_in(missing),
            needs=item.minutes,
            note=language,
            about=(language,),
        )


def duties_by_person(plan: Plan) -> dict[int, list[tuple[Item, Stretch]]]:
    """What each interpreter of this visit does on these days, here and at other visits, in order."""
    here = {person for item in plan.items for person in item.interpreters}
    items = {item.pk: item for item in (*plan.items, *plan.others, *plan.elsewhere)}
    found: dict[int, list[tuple[Item, Stretch]]] = defaultdict(list)
    for item in items.values():
        for duty in item.duties:
            if duty.interpreter in here:
                found[duty.interpreter].append((item, (duty.start, duty.end)))
    for duties in found.values():
        duties.sort(key=lambda row: row[1])
    return found


def load_by_day(plan: Plan, duties: list[tuple[Item, Stretch]]) -> dict[date, int]:
    """Minutes of interpreting by the host city's date; two pairs of languages at one time count once."""
    load: dict[date, int] = defaultdict(int)
    for stretch in merged(stretch for _item, stretch in duties):
        for day, part in by_days(stretch, plan.zone):
            load[day] += minutes_of(*part)
    return load


def _overload(plan: Plan) -> Iterator[Conflict]:
    for person, duties in sorted(duties_by_person(plan).items()):
        who, own_days = (
            plan.names([person]),
            {plan.day_of(item.start) for item, _s in duties if item.visit == plan.visit},
        )
        for day, minutes in load_by_day(plan, duties).items():
            if minutes > A_DAY and day in own_days:
                yield Conflict(
                    Code.INTERP_OVERLOAD, Level.WARN, (), who, has=minutes, needs=A_DAY, day=day, about=(person,)
                )
        for items, minutes in _alone(person, duties):
            if minutes > ALONE and any(item.visit == plan.visit for item in items):
                yield Conflict(
                    Code.INTERP_OVERLOAD, Level.WARN, items, who, has=minutes, needs=ALONE, about=(person, "alone")
                )


def _alone(person: int, duties: list[tuple[Item, Stretch]]) -> Iterator[tuple[tuple[Item, ...], int]]:
    """Each stretch without a pause in which ``person`` interprets at once and no colleague can take over."""
    items: list[Item] = []
    begun: datetime | None = None
    until: datetime | None = None
    for start, end, item in sorted(_solo(person, duties), key=lambda piece: piece[:2]):
        if begun is None or until is None or start > until:
            if begun is not None and until is not None:
                yield tuple(items), minutes_of(begun, until)
            begun, until, items = start, end, [item]
        else:
            until = max(until, end)
            if item not in items:
                items.append(item)
    if begun is not None and until is not None:
        yield tuple(items), minutes_of(begun, until)


def _solo(person: int, duties: list[tuple[Item, Stretch]]) -> Iterator[tuple[datetime, datetime, Item]]:
    for item in {item.pk: item for item, _stretch in duties if item.mode in AT_ONCE}.values():
        own = [duty for duty in item.duties if duty.interpreter == person]
        for duty in own:
            relief = [
                (other.start, other.end)
                for other in item.duties
                if other.interpreter != person and other.between == duty.between
            ]
            for start, end in left_over((duty.start, duty.end), relief):
                yield start, end, item
