"""Writing down what changed about an event, and adding changes up (events spec 5.1, 5.2, 6.4).

A row is written under the event's lock. What a person was last told is the row they know up to
(``Registration.told_up_to``), so that no clock has to decide between a change and a confirmation of the same second.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from django.db import models
from django.db.models import Max

from events.models import Event, EventChange, Registration
from iurc_portal.translation.languages import columns

TIME = ("dtstart", "dtend", "tzid", "all_day")
VENUE = ("event_attendance_mode", "place", *columns("location"))
STATUS = "status"


def record_changes(event: Event, former: Mapping[str, object], *, now: datetime, by=None) -> None:
    """Note which of ``former`` (field: value before) are different on ``event`` now, in the caller's transaction.

    Nothing is noted for an event that was never published: nobody was told of it.
    """
    if not event.was_published:
        return
    author = by if by is not None and by.is_authenticated else None
    rows = []
    for field, value in former.items():
        old, new = as_text(value), as_text(getattr(event, field))
        if old != new:
            rows.append(
                EventChange(
                    event=event, field=field, old=old, new=new, at=now, by=author, material=_tells(field, old, new)
                )
            )
    EventChange.objects.bulk_create(rows)


def as_text(value: object) -> str:
    """A field's value as the log keeps it: instants in UTC, records by their key, nothing as ""."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value.pk if isinstance(value, models.Model) else value)


def summed(changes: Iterable[EventChange]) -> dict[str, tuple[str, str]]:
    """What ``changes`` (oldest first) come to: field → (first value, last value), without what came back to itself."""
    first: dict[str, str] = {}
    last: dict[str, str] = {}
    for change in changes:
        first.setdefault(change.field, change.old)
        last[change.field] = change.new
    return {field: (first[field], last[field]) for field in first if first[field] != last[field]}


def unknown_to(registration: Registration, changes: Iterable[EventChange]) -> list[EventChange]:
    """Those of ``changes`` that this person has not been told of by their confirmation or an earlier notice.

    Who holds no place yet was told nothing by an invitation: they know what the page said when they asked.
    """
    if registration.state == Registration.State.CONFIRMED:
        return [change for change in changes if change.pk > (registration.told_up_to or 0)]
    return [change for change in changes if change.at > registration.joined_at]


def latest_change(event_id: int) -> int:
    """The number of the event's last change, 0 for none: what somebody knows who is told its facts now."""
    return EventChange.objects.filter(event=event_id).aggregate(last=Max("pk"))["last"] or 0


def first_start(event: Event) -> datetime | None:
    """The start that was first made public, if it is another now (7.9). No query for what was never changed."""
    if event.sequence == 0:
        return None
    start = event.changes.filter(field="dtstart").order_by("pk").values_list("old", flat=True).first()
    former = datetime.fromisoformat(start) if start else event.dtstart
    return former if former != event.dtstart else None


def _tells(field: str, old: str, new: str) -> bool:
    """Whether people are told. Drafts come and go unsaid (1.2); cancelled and restored are news (5.1)."""
    return field != STATUS or Event.Status.CANCELLED in (old, new)
