"""The check of a large agenda: 5 days, 4 tracks, 12 items a day and track, 40 people; then ten times the days.

``python -m tests.bench.conflicts`` prints processor time in milliseconds (minimum, median, maximum of five rounds),
and that of comparing every item with every other, which the sweep saves.
"""

import statistics
import sys
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import combinations
from zoneinfo import ZoneInfo

from programme.conflicts.facts import Item, Plan, Spot
from programme.conflicts.rules import check

START = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
TRACKS, A_DAY, PEOPLE, ROUNDS = 4, 12, 40, 5


def agenda(days: int) -> Plan:
    """Tracks with ten people each and hosts of their own; the first is the visit that is checked."""
    items = []
    for track in range(TRACKS):
        group = frozenset(range(track * PEOPLE // TRACKS, (track + 1) * PEOPLE // TRACKS))
        for number in range(days * A_DAY):
            day, hour = divmod(number, A_DAY)
            start = START + timedelta(days=day, minutes=50 * hour)
            spot = Spot(number % 7, "Sala", point=(45.0 + number % 7 / 50, 7.6), single_use=True)
            host = frozenset({1000 + number % 9})
            end = start + timedelta(minutes=45)
            items.append(Item(len(items), track, "Punto", "meeting", start, end, spot, host, host, group))
    return Plan(
        visit=0,
        zone=ZoneInfo("Europe/Rome"),
        items=tuple(item for item in items if item.visit == 0),
        others=tuple(item for item in items if item.visit != 0),
        size=PEOPLE,
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
