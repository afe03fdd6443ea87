"""The check of a large agenda: 5 days, 4 groups, 12 items a day and group, 40 people, interpreters; then ten times.

``python -m tests.bench.conflicts`` prints processor time in milliseconds (minimum, median, maximum of five rounds),
and that of comparing every item with every other, which the sweep saves.
"""

import statistics
import sys
import time
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from functools import partial
from itertools import combinations
from zoneinfo import ZoneInfo

from programme.conflicts.facts import Duty, Group, Item, Opening, Plan, Question, Ride, Spot
from programme.conflicts.rules import check

START = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
TRACKS, A_DAY, PEOPLE, ROUNDS = 4, 12, 40, 5
KINDS = ("meeting", "site_visit", "travel", "talk", "travel", "meal")
SPOTS = [Spot(n, f"Sala {n}", (45.0 + n / 50, 7.6), single_use=True, capacity=30) for n in range(28)]
BUSES = [Ride(n, f"Bus {n}", 20) for n in range(TRACKS)]
PAIR = frozenset({"it", "ja"})
WEEK = tuple((day, clock(8), clock(19)) for day in range(7))


def agenda(days: int) -> Plan:
    """Four groups of ten people, each with items, hosts, a bus and two interpreters of its own, all day long.

    The days are long, the ways short of time, and some hosts stand in two groups: a draft as it is while one thinks.
    """
    groups = tuple(
        Group(track, f"Gruppo {track}", frozenset(range(track * PEOPLE // TRACKS, (track + 1) * PEOPLE // TRACKS)))
        for track in range(TRACKS)
    )
    items = []
    for group in groups:
        for number in range(days * A_DAY):
            day, slot = divmod(number, A_DAY)
            start = START + timedelta(days=day, minutes=50 * slot)
            items.append(_item(len(items), group, slot, start, start + timedelta(minutes=45)))
    return Plan(
        visit=0,
        zone=ZoneInfo("Europe/Rome"),
        items=tuple(items),
        size=PEOPLE,
        groups=groups,
        guests_speak=frozenset({"ja"}),
        understood={person: frozenset({"ja", "en"}) for person in range(0, PEOPLE, 2)},
        landings=dict.fromkeys(range(PEOPLE), START - timedelta(hours=1)),
        opening={spot.pk: Opening(ZoneInfo("Europe/Rome"), WEEK) for spot in SPOTS},
        head=(0, 3),
        questions=tuple(Question(number, "Domanda", number) for number in range(10)),
    )


def _item(pk: int, group: Group, slot: int, start: datetime, end: datetime) -> Item:
    interpreters = (2000 + 2 * group.track, 2001 + 2 * group.track)
    hosts = frozenset({1000 + (pk + group.track) % 37})
    kind = KINDS[slot % len(KINDS)]
    return Item(
        pk,
        0,
        "Punto",
        kind,
        start,
        end,
        spot=SPOTS[7 * group.track + slot % 7],
        hosts=hosts,
        accepted=hosts,
        host_bands=(4,),
        delegates=group.people,
        tracks=frozenset({group.track}),
        duties=tuple(Duty(person, PAIR, start, end) for person in interpreters),
        spoken=("it",),
        mode="consecutive",
        speaking=20,
        asking=10,
        vehicle=BUSES[group.track] if kind == "travel" else None,
    )


def milliseconds(work) -> str:
    taken = []
    for _round in range(ROUNDS):
        started = time.process_time()
        work()
        taken.append(1000 * (time.process_time() - started))
    return f"{min(taken):.1f} {statistics.median(taken):.1f} {max(taken):.1f} ms"


def naive(plan: Plan) -> int:
    return sum(a.start < b.end and b.start < a.end for a, b in combinations([*plan.items, *plan.others], 2))


def main() -> None:
    for days in (5, 50):
        plan = agenda(days)
        found = len(check(plan, now=START))
        ours, pairs = milliseconds(partial(check, plan, now=START)), milliseconds(partial(naive, plan))
        items = len(plan.items) + len(plan.others)
        sys.stdout.write(f"{items} items, {found} conflicts: {ours}; every pair compared: {pairs}\n")


if __name__ == "__main__":
    main()
