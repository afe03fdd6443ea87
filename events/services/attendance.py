"""Who was there, and for how long (events spec 8.7). Everybody who asks whether somebody attended asks here."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, QuerySet

from events.models import AttendanceInterval, CheckIn, Event, JoinClick, Registration

Span = tuple[datetime, datetime]  # half-open, aware


@dataclass(frozen=True)
class Attendance:
    """``minutes`` (whole) and ``share`` (per cent) are of the event's own times, rejoining counted once."""

    minutes: int = 0
    share: int = 0
    clicks: int = 0
    checked_in: bool = False
    attended: bool = False


def has_attended(registration: Registration) -> bool:
    """Whether this person was there: seen by staff, or online for the minutes or the share set on the event."""
    return attendance_of([registration])[registration.pk].attended


def is_noted(event_id: int) -> bool:
    """Whether anybody has noted who came to this event: at the door, or by the provider's list. Two queries."""
    at_event = {"registration__event": event_id}
    return CheckIn.objects.filter(**at_event).exists() or AttendanceInterval.objects.filter(**at_event).exists()


def noted_events() -> set[int]:
    """The ids of all events at which somebody has noted who came. Two queries."""
    sources = (CheckIn.objects, AttendanceInterval.objects.exclude(registration=None))
    return {pk for rows in sources for pk in rows.order_by().values_list("registration__event", flat=True).distinct()}


def presence_along(registrations: QuerySet[Registration]) -> QuerySet[Registration]:
    """With what ``attendance_read_along`` needs, for tables that are read in chunks."""
    return registrations.select_related("event", "check_in").prefetch_related("attendance_intervals")


def attendance_read_along(registration: Registration) -> Attendance:
    """The attendance of a row that ``presence_along`` has read; clicks are not counted. No query."""
    event = registration.event
    spans = [(row.joined_at, row.left_at) for row in registration.attendance_intervals.all()]
    seen = getattr(registration, "check_in", None)
    return _attendance(
        registration,
        length_within(spans, event.dtstart, event.dtend),
        clicks=0,
        checked_in=seen is not None and seen.state == CheckIn.State.PRESENT,
    )


def attended_at(event: Event) -> set[int]:
    """The ids of the registrations of those who were there. Four queries."""
    seen = event.registrations.filter(
        Exists(CheckIn.objects.filter(registration=OuterRef("pk")))
        | Exists(AttendanceInterval.objects.filter(registration=OuterRef("pk")))
    )
    found = attendance_of(seen.select_related("event"))
    return {pk for pk, attendance in found.items() if attendance.attended}


def attendance_of(registrations: Iterable[Registration]) -> dict[int, Attendance]:
    """The attendance of each, by its id, in three queries. Reads ``registration.event``: select it along."""
    registrations = list(registrations)
    ids = [registration.pk for registration in registrations]
    spans: dict[int, list[Span]] = defaultdict(list)
    for pk, came, left in AttendanceInterval.objects.filter(registration__in=ids).values_list(
        "registration_id", "joined_at", "left_at"
    ):
        spans[pk].append((came, left))
    present = set(
        CheckIn.objects.filter(registration__in=ids, state=CheckIn.State.PRESENT).values_list(
            "registration", flat=True
        )
    )
    counted = JoinClick.objects.filter(registration__in=ids).order_by().values_list("registration")
    clicks = dict(counted.annotate(n=Count("pk")))
    return {
        registration.pk: _attendance(
            registration,
            length_within(spans[registration.pk], registration.event.dtstart, registration.event.dtend),
            clicks=clicks.get(registration.pk, 0),
            checked_in=registration.pk in present,
        )
        for registration in registrations
    }


def merged(spans: Iterable[Span]) -> list[Span]:
    """``spans`` in order, those that overlap or touch made one: rejoining is not attending twice."""
    together: list[Span] = []
    for came, left in sorted(spans):
        if together and came <= together[-1][1]:
            together[-1] = (together[-1][0], max(together[-1][1], left))
        else:
            together.append((came, left))
    return together


def length_within(spans: Iterable[Span], start: datetime, end: datetime) -> timedelta:
    """How much of ``start`` to ``end`` the ``spans`` cover. Waiting before the start is not attending."""
    clipped = ((max(came, start), min(left, end)) for came, left in merged(spans))
    return sum((left - came for came, left in clipped if left > came), timedelta())


def is_long_enough(event: Event, length: timedelta) -> bool:
    """At least the minutes or the share set on ``event``; where neither is, the usual share.

    Nobody sits through whole days: there, without minutes or share, having come in counts.
    """
    if event.all_day and event.attended_minutes is None and event.attended_share is None:
        return length > timedelta()
    enough = []
    if event.attended_minutes is not None:
        enough.append(timedelta(minutes=event.attended_minutes))
    if event.attended_share is not None or not enough:
        share = settings.IURC_EVENTS["attended_share"] if event.attended_share is None else event.attended_share
        enough.append(event.length * share / 100)
    return length > timedelta() and length >= min(enough)


def _attendance(registration: Registration, length: timedelta, *, clicks: int, checked_in: bool) -> Attendance:
    event = registration.event
    confirmed = registration.state == Registration.State.CONFIRMED
    return Attendance(
        minutes=int(length.total_seconds() // 60),
        share=int(100 * length / event.length),
        clicks=clicks,
        checked_in=checked_in,
        attended=confirmed and (checked_in or is_long_enough(event, length)),
    )
