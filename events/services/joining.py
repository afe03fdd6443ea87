"""Into the room, and the room itself: opened and closed by hand (events spec 8.1–8.4)."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from events import joining
from events.exceptions import RoomClosed
from events.models import Event, JoinClick, Registration
from iurc_portal.audit.services import record_transition


def enter(registration: Registration, *, now: datetime) -> str:
    """Note that somebody enters and return the address of the room, the only way in which it leaves the portal.

    State and window are read afresh. Raises ``RoomClosed``.
    """
    found = Registration.objects.select_related("event").get(pk=registration.pk)
    check_open(found, now=now)
    JoinClick.objects.bulk_create([JoinClick(registration=found, at=now)])  # no signal: no kept page speaks of it
    return found.event.join_url


def check_open(registration: Registration, *, now: datetime) -> None:
    """Raise ``RoomClosed`` unless this person may enter at ``now``."""
    event = registration.event
    if registration.state != Registration.State.CONFIRMED or event.status != Event.Status.CONFIRMED:
        raise RoomClosed(_("This link is no longer valid."), code="off")
    phase = joining.window_of(event, registration).phase(now)
    if phase == joining.BEFORE:
        raise RoomClosed(_("The room is not open yet."), code="early")
    if phase == joining.AFTER:
        raise RoomClosed(_("The room is closed."), code="over")
    if not event.join_url:
        raise RoomClosed(_("The room is not open yet."), code="no_room")


@transaction.atomic
def open_room(event: Event, *, now: datetime, by=None) -> Event:
    """Let people in from now on. Doing it twice is no error. Raises ``ValidationError``: off, no_room or over."""
    event = _locked(event)
    if event.status != Event.Status.CONFIRMED:
        raise ValidationError(_("The event is not published."), code="off")
    if not event.join_url:
        raise ValidationError(_("Write the address of the room first."), code="no_room")
    if now >= joining.usual_window(event).closes:
        raise ValidationError(_("The event is over."), code="over")
    if joining.window_of(event).phase(now) == joining.OPEN:
        return event
    event.join_opened_at, event.join_closed_at = now, None
    return _save(event, reason="room_opened", now=now, by=by)


@transaction.atomic
def close_room(event: Event, *, now: datetime, by=None) -> Event:
    """Let nobody in any more. Before its usual time a room that was opened by hand goes back to that time."""
    event = _locked(event)
    if joining.window_of(event).phase(now) != joining.OPEN:
        raise ValidationError(_("The room is not open."), code="closed")
    if now < joining.usual_window(event).opens:
        event.join_opened_at = None
    else:
        event.join_closed_at = now
    return _save(event, reason="room_closed", now=now, by=by)


def _locked(event: Event) -> Event:
    return Event.objects.select_for_update(of=("self",), no_key=True).get(pk=event.pk)


def _save(event: Event, *, reason: str, now: datetime, by) -> Event:
    event.save(update_fields=["join_opened_at", "join_closed_at"])
    record_transition(event, from_state=event.status, to_state=event.status, reason=reason, now=now, actor=by)
    return event
