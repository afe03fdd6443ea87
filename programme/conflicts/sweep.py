"""Which intervals share a moment: one sweep over their starts instead of every pair (programme spec P6)."""

import heapq
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Protocol, TypeVar


class Span(Protocol):
    """Something from ``start`` until before ``end``, both aware."""

    @property
    def start(self) -> datetime: ...

    @property
    def end(self) -> datetime: ...


S = TypeVar("S", bound=Span)


def overlapping(spans: Iterable[S]) -> Iterator[tuple[S, S]]:
    """Every two of ``spans`` that share a moment, the earlier first. Costs n·log n and one step for each pair."""
    running: list[tuple[datetime, int, S]] = []  # a heap by end: what is over leaves at the top
    for number, span in enumerate(sorted(spans, key=lambda span: (span.start, span.end))):
        while running and running[0][0] <= span.start:
            heapq.heappop(running)
        for _end, _number, earlier in running:
            yield earlier, span
        heapq.heappush(running, (span.end, number, span))
