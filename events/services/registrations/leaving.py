"""Giving back what one has, or no longer asking for it (events spec 2.20, 3.10)."""

from datetime import datetime

from events import signals
from events.exceptions import RegistrationClosed
from events.models import Registration
from events.services import letters
from events.services.registrations import offers, parties, steps, waiting, writing
from events.services.registrations.locks import locked, locked_registration

State = Registration.State
TOLD = {State.PENDING, State.WAITING, State.OFFERED}  # who hears that a request is withdrawn


def withdraw_registration(registration: Registration, *, now: datetime, by=None) -> Registration:
    """Give a place back, leave the line, or take a request back; until the start (2.20).

    Who held a place gets a letter that clears their calendar. Twice is no error. What becomes free is offered to the
    next in line on commit. Raises ``RegistrationClosed``, ``Busy``, or ``ValidationError`` (``transition``) for what
    was decided already.
    """
    with locked(registration.event) as event:
        registration = locked_registration(event, registration.pk)
        if registration.state == State.CANCELLED:
            return registration
        if now >= event.dtstart:
            raise RegistrationClosed(event)
        offers.end_open(registration)
        former = steps.move(registration, State.CANCELLED, now=now, by=by)
        steps.let_go(registration, now=now)
        parties.dismiss(registration, now=now, by=by)
        if former == State.CONFIRMED:
            letters.queue_withdrawn(registration)
            steps.tell(signals.registration_withdrawn, registration)
        elif former in TOLD:
            writing.queue_left(registration, former=former, now=now)
        waiting.promote_soon(event, now=now)
    return registration
