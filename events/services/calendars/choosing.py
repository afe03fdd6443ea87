"""Which events go into a connected calendar. Apps above add theirs (``register_source``): imports go one way."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from events.feeds import within_window
from events.models import Event, Registration, RemoteCalendar
from iurc_portal.translation.languages import columns

Source = Callable[[RemoteCalendar], QuerySet[Event] | None]
RENDERING = "1"  # raise it when copies are to be looked at again because they read differently
CANCELLED = Event.Status.CANCELLED
STATE = ("dtend", "status", "sequence", "last_modified")
PLACE = ("place__address", *columns("place__name"), *columns("place__city__name"))

_sources: list[Source] = []


def register_source(source: Source) -> None:
    """Add events to calendars: a query for each calendar, or None where ``source`` has nothing for its scope."""
    _sources.append(source)


def of_owner(calendar: RemoteCalendar) -> QuerySet[Event] | None:
    """What the owner has a place at."""
    if calendar.scope != RemoteCalendar.Scope.MINE:
        return None
    held = Registration.objects.filter(user=calendar.owner_id, state=Registration.State.CONFIRMED)
    return Event.objects.filter(Exists(held.filter(event=OuterRef("pk"))))


def of_city(calendar: RemoteCalendar) -> QuerySet[Event] | None:
    """What takes place in one city, and what is held by somebody there and takes place nowhere."""
    if calendar.scope != RemoteCalendar.Scope.CITY:
        return None
    in_city = Q(place__city=calendar.city_id) | Q(place=None, organizer__city=calendar.city_id)
    return Event.objects.filter(in_city)


register_source(of_owner)
register_source(of_city)


def chosen(calendar: RemoteCalendar) -> QuerySet[Event]:
    """All events for ``calendar`` that its owner may see and that were published, whenever they are."""
    wanted = Q()
    for source in _sources:
        events = source(calendar)
        if events is not None:
            wanted |= Q(Exists(events.filter(pk=OuterRef("pk"))))
    events = Event.objects.visible_to(calendar.owner).published()
    return events.filter(wanted) if wanted else events.none()


@dataclass(frozen=True)
class Chosen:
    """What a run must know of every event before it reads any: ``mark`` says from which state of its rows a copy
    would be made now.
    """

    mark: str
    is_over: bool


def chosen_now(calendar: RemoteCalendar, *, now: datetime) -> dict[int, Chosen]:
    """What stands in ``calendar`` at ``now``, by the events' keys: within the window of feeds (7.1, 7.5, 9.5).

    One query, which reads no more of each event than it takes to see that nothing changed.
    """
    rows = within_window(chosen(calendar), now=now).values_list("pk", *STATE, *PLACE)
    return {pk: Chosen(_digest(calendar, state), state[1] == CANCELLED or state[0] <= now) for pk, *state in rows}


def mark(event: Event, calendar: RemoteCalendar) -> str:
    """The mark of an event that was read with its place and that place's city."""
    return _digest(calendar, [_value(event, name) for name in (*STATE, *PLACE)])


def _value(event: Event, name: str) -> object:
    value: object = event
    for part in name.split("__"):
        value = getattr(value, part, None)
    return value


def _digest(calendar: RemoteCalendar, state: list) -> str:
    parts = [RENDERING, calendar.language, *("" if value is None else str(value) for value in state)]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]
