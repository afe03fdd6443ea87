"""To whom a reminder goes, among those who are confirmed (events spec 4.13).

Who comes in person is known from how the event takes place; at one with both ways everybody gets the letter until
people choose a seat. Apps above may know more, such as who speaks: they register how to narrow the confirmed.
"""

from collections.abc import Callable

from django.db.models import Q

from events.models import Event, ReminderRule

Audience = ReminderRule.Audience
Mode = Event.AttendanceMode
EVERYBODY, NOBODY = Q(), Q(pk__in=[])
_narrowed: dict[str, Callable[[Event], Q]] = {
    Audience.ALL: lambda event: EVERYBODY,
    Audience.ON_SITE: lambda event: NOBODY if event.event_attendance_mode == Mode.ONLINE else EVERYBODY,
    Audience.ONLINE: lambda event: NOBODY if event.event_attendance_mode == Mode.OFFLINE else EVERYBODY,
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
