"""To whom a reminder goes, among those who are confirmed (events spec 4.13).

Who comes in person is known from how the event takes place; at one with both ways from each person's seat, and who
has neither kind gets the letters of both. Apps above may know more, such as who speaks: they register how to narrow
the confirmed.
"""

from collections.abc import Callable

from django.db.models import Exists, OuterRef, Q

from events.models import Event, Registration, ReminderRule, Seat, SeatPool

Audience = ReminderRule.Audience
Mode = Event.AttendanceMode
EVERYBODY, NOBODY = Q(), Q(pk__in=[])
SEAT_OF = {Mode.OFFLINE: SeatPool.Kind.ROOM, Mode.ONLINE: SeatPool.Kind.ONLINE}
_narrowed: dict[str, Callable[[Event], Q]] = {
    Audience.ALL: lambda event: EVERYBODY,
    Audience.ON_SITE: lambda event: _who_may_come(event, Mode.OFFLINE),
    Audience.ONLINE: lambda event: _who_may_come(event, Mode.ONLINE),
}


def register(audience: str, condition: Callable[[Event], Q]) -> None:
    """Say who ``audience`` is: ``condition`` gives, for an event, a ``Q`` over its registrations."""
    _narrowed[audience] = condition


def offered() -> list[tuple[str, str]]:
    """The audiences that somebody can be in, as choices for staff."""
    return [choice for choice in Audience.choices if choice[0] in _narrowed]


def members(audience: str, event: Event) -> Q:
    """The registrations of ``event`` that are meant; nobody for an audience that no app has registered."""
    return _narrowed.get(audience, lambda event: NOBODY)(event)


def mode_of(registration: Registration, mode: str = "") -> str:
    """How this person takes part: as the event takes place, at one with both ways by the seat they have (4.13).

    ``mode`` is another than the event's present one. Reads ``seats`` and their pools, at events with both ways alone:
    fetch them along for many.
    """
    mode = mode or registration.event.event_attendance_mode
    if mode != Mode.MIXED or registration.pk is None:
        return mode
    held = {seat.pool.kind for seat in registration.seats.all() if seat.state == Seat.State.HELD}
    ways = [way for way, kind in SEAT_OF.items() if kind in held]
    return ways[0] if len(ways) == 1 else mode


def _who_may_come(event: Event, way: Mode) -> Q:
    """Those of ``event`` who take part in one of the two ``way``s, or have not said how."""
    if event.event_attendance_mode != Mode.MIXED:
        return EVERYBODY if event.event_attendance_mode == way else NOBODY
    other = next(kind for mode, kind in SEAT_OF.items() if mode != way)
    return ~Exists(Seat.objects.filter(registration=OuterRef("pk"), pool__kind=other, state=Seat.State.HELD))
