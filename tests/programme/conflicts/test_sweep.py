"""The sweep finds the pairs that comparing everything with everything finds, and no others."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from programme.conflicts.sweep import overlapping

MIDNIGHT = datetime(2026, 3, 28, 0, 0, tzinfo=UTC)  # the night before clocks change


@dataclass(frozen=True)
class Span:
    name: int
    start: datetime
    end: datetime


spans = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 12)).map(lambda pair: tuple(15 * minutes for minutes in pair)),
    max_size=40,
).map(
    lambda rows: [
        Span(n, MIDNIGHT + timedelta(minutes=start), MIDNIGHT + timedelta(minutes=start + length))
        for n, (start, length) in enumerate(rows)
    ]
)


def naive(spans):
    return {
        frozenset((one.name, other.name))
        for one, other in combinations(spans, 2)
        if one.start < other.end and other.start < one.end
    }


@given(spans)
def test_the_sweep_finds_what_every_pair_compared_finds(spans):
    found = [frozenset((one.name, other.name)) for one, other in overlapping(spans)]

    assert len(found) == len(set(found))
    assert set(found) == naive(spans)


@given(spans)
def test_the_earlier_of_a_pair_comes_first(spans):
    assert all(one.start <= other.start for one, other in overlapping(spans))


def test_touching_is_no_overlap():
    hour = timedelta(hours=1)
    first, second = Span(1, MIDNIGHT, MIDNIGHT + hour), Span(2, MIDNIGHT + hour, MIDNIGHT + 2 * hour)

    assert list(overlapping([second, first])) == []


def test_a_thousand_items_in_a_row_cost_no_pair():
    row = [Span(n, MIDNIGHT + timedelta(minutes=n), MIDNIGHT + timedelta(minutes=n + 1)) for n in range(1000)]

    assert list(overlapping(row)) == []
