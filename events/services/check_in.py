"""At the door: present, or taken back, each with its author (events spec 8.7)."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from events import signals
from events.models import CheckIn, Event, Registration
from iurc_portal.audit.services import record_transition
from iurc_portal.database import after_commit

State = CheckIn.State


@transaction.atomic
def check_in(registration: Registration, *, now: datetime, by) -> CheckIn:
    """Note that this person is there. Doing it twice is no error and keeps the first author.

    Raises ``ValidationError``: ``off`` without a place at an event that is on, ``early`` long before it.
    """
    event, registration = _locked(registration)
    if registration.state != Registration.State.CONFIRMED or event.status != Event.Status.CONFIRMED:
        raise ValidationError(_("There is no confirmed place for this person."), code="off")
    if now < event.dtstart - timedelta(hours=settings.IURC_EVENTS["check_in_hours"]):
        raise ValidationError(_("The event is not today: check in on its day."), code="early")
    present = CheckIn.objects.filter(registration=registration).first()
    if present is None:
        present = CheckIn(registration=registration)
        former = ""
    elif present.state == State.PRESENT:
        return present
    else:
        former = present.move_to(State.PRESENT)
    return _written(present, former, now=now, by=by)


@transaction.atomic
def undo_check_in(registration: Registration, *, now: datetime, by) -> CheckIn | None:
    """Take it back; where there is nothing to take back nothing happens."""
    _event, registration = _locked(registration)
    present = CheckIn.objects.filter(registration=registration, state=State.PRESENT).first()
    if present is None:
        return None
    return _written(present, present.move_to(State.UNDONE), now=now, by=by)


def _written(present: CheckIn, former: str, *, now: datetime, by) -> CheckIn:
    present.at, present.by = now, by
    present.save()
    record_transition(present, from_state=former, to_state=present.state, now=now, actor=by)
    tell_recorded([present.registration])
    return present


def tell_recorded(registrations) -> None:
    """Once committed, tell the apps above that the attendance of these people is another."""
    for registration in registrations:
        after_commit(
            signals.attendance_recorded.send_robust,
            sender=Registration,
            event=registration.event,
            registration=registration,
        )


def _locked(registration: Registration) -> tuple[Event, Registration]:
    """Both rows afresh, the event's locked first, as everywhere."""
    event = Event.objects.select_for_update(of=("self",), no_key=True).get(pk=registration.event_id)
    found = Registration.objects.get(pk=registration.pk)
    found.event = event
    return event, found
