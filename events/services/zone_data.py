"""When the law on clocks changes: the wall clock wins, and staff confirm each move (events spec 12.5)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from events.models import Event
from events.recurrence import wall_of
from events.services import scheduling
from iurc_portal.clock import shift_out_of_gap


@dataclass(frozen=True)
class Drift:
    """A future event whose stored instants no longer show what its editor typed; ``start`` and ``end`` would."""

    event: Event
    start: datetime
    end: datetime


def drifted(*, now: datetime) -> Iterator[Drift]:
    """The events still to come whose wall clock and instants disagree under today's zone data. One query.

    A time that comes twice stands for either instant, so it has drifted only if it is neither.
    """
    events = Event.objects.filter(dtstart__gt=now).exclude(wall_start="").exclude(wall_end="")
    for event in events.order_by("dtstart", "pk").iterator(chunk_size=500):
        start = _wanted(event.wall_start, event.dtstart, event.tzid)
        end = _wanted(event.wall_end, event.dtend, event.tzid)
        if (start, end) != (event.dtstart, event.dtend) and start < end:
            yield Drift(event, start, end)


def follow(drift: Drift, *, now: datetime, by=None) -> Event:
    """Move one event to where its wall clock says: a material change like any other, people are told."""
    return scheduling.schedule_event(
        drift.event, start=drift.start, end=drift.end, tzid=drift.event.tzid, now=now, by=by
    )


def _wanted(wall: str, stored: datetime, tzid: str) -> datetime:
    shown = stored.astimezone(ZoneInfo(tzid)).replace(tzinfo=None, microsecond=0, fold=0)
    typed = wall_of(wall)
    return stored if shown == typed else shift_out_of_gap(typed, tzid)
