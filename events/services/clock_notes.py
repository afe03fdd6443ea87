"""Three weeks before clocks change, one letter to those for whom a series moves by an hour (events spec 12.15).

Who has a place at a date before the change and at one after it, and whose own clock will show another hour, gets one
note, text only: the invitation holds the right instant already. Nobody else gets anything.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from events.models import Event, Registration
from iurc_portal.clock import clock_changes
from iurc_portal.notifications.services import Letter, heartbeat, queue_messages

JOB = "tell_clock_changes"
KIND = "events.clock_change"
FARTHEST = timedelta(days=400)  # a person's former date is looked for this far back


@dataclass(frozen=True)
class Note:
    """One person of one series: their last date before ``change`` and their first after it."""

    registration: Registration
    former: Event
    change: datetime


def tell(*, now: datetime) -> dict[str, int]:
    """Queue the notes that are due at ``now`` (aware). Asked again it queues none twice. Returns how many are due."""
    with heartbeat(JOB, now=now) as counts, transaction.atomic():
        notes = list(notes_due(now=now))
        queue_messages(_letter(note) for note in notes)
        counts["due"] = len(notes)
    return counts


def notes_due(*, now: datetime) -> Iterator[Note]:
    """Whom to tell. One query for the dates, one for the people, whatever their number."""
    horizon = now + timedelta(days=settings.IURC_EVENTS["clock_note_days"])
    held: dict[tuple[int, str], list[Registration]] = defaultdict(list)
    registrations = (
        Registration.objects.confirmed()
        .reachable()
        .filter(
            event__series__isnull=False,
            event__status=Event.Status.CONFIRMED,
            event__changed_alone=False,
            event__all_day=False,
            event__dtstart__gt=now - FARTHEST,
            event__dtstart__lt=horizon + FARTHEST,
        )
        .select_related("event")
        .order_by("event__dtstart", "pk")
    )
    for registration in registrations.iterator(chunk_size=1000):
        held[registration.event.series_id, registration.email_key].append(registration)
    changes = _Changes(now, horizon)
    for dates in held.values():
        for former, later in pairwise(dates):
            if later.event.dtstart <= now or not _differs(former.event, later.event, later.tzid):
                continue
            change = changes.first_between(former.event.dtstart, later.event.dtstart, {later.tzid, later.event.tzid})
            if change is not None:
                yield Note(later, former.event, change)


class _Changes:
    """The clock changes between two moments, each zone reckoned once."""

    def __init__(self, first: datetime, last: datetime):
        self.first, self.last = first, last
        self._of: dict[str, list[datetime]] = {}

    def first_between(self, start: datetime, end: datetime, zones: set[str]) -> datetime | None:
        """The first change in any of ``zones`` that lies within our time and between ``start`` and ``end``."""
        found = [change for zone in zones for change in self._in(zone) if start < change <= end]
        return min(found, default=None)

    def _in(self, zone: str) -> list[datetime]:
        if zone not in self._of:
            self._of[zone] = clock_changes(zone, self.first, self.last)
        return self._of[zone]


def _differs(former: Event, later: Event, tzid: str) -> bool:
    """Whether clocks in ``tzid`` show another hour though the anchor's show the same: that is a clock change."""

    def hour(event: Event, zone: str):
        return event.dtstart.astimezone(ZoneInfo(zone)).time()

    same_at_anchor = former.tzid == later.tzid and hour(former, former.tzid) == hour(later, later.tzid)
    return same_at_anchor and hour(former, tzid) != hour(later, tzid)


def _letter(note: Note) -> Letter:
    registration = note.registration
    person = hashlib.sha256((registration.email_key or "").encode()).hexdigest()[:16]
    return Letter(
        key=f"clock:{registration.event.series_id}:{person}:{note.change:%Y%m%d}",
        kind=KIND,
        to=registration.email,
        language=registration.language,
        tzid=registration.tzid,
        payload={"former": note.former.dtstart.isoformat(), "schedule_version": registration.event.schedule_version},
        subject_id=str(registration.pk),
        ordering_key=f"event:{registration.event_id}:registration:{registration.pk}",
        expires_at=registration.event.dtstart,
    )
