"""Writing down what happened to a registration, and telling it to the apps above."""

from datetime import datetime

from django.dispatch import Signal

from events import signals
from events.models import AccessToken, Delivery, Registration, Seat
from events.services import letters
from events.services.registrations import writing
from iurc_portal.audit.services import record_transition
from iurc_portal.database import after_commit

State = Registration.State


def move(
    registration: Registration,
    state: str,
    *,
    now: datetime,
    by=None,
    hold_until: datetime | None = None,
    reason: str = "",
    comment: str = "",
) -> str:
    """Save ``registration`` in ``state`` with its hold and a line in the log. Returns the former state ("" if new).

    Raises ``ValidationError`` with the code ``transition`` for what the table does not allow. To states that take a
    seat only ``seats.take_seats`` moves.
    """
    former = registration.state if registration.pk else ""
    if former and former != state:
        registration.move_to(state)
        registration.wants_to_withdraw_at = None  # an answer is about the place that was held
    else:
        registration.state = state
    registration.hold_until = hold_until
    registration.save()
    if former != state:
        record_transition(
            registration, from_state=former, to_state=state, now=now, actor=by, reason=reason, comment=comment
        )
    return former


def note(registration: Registration, *, now: datetime, by=None, reason: str, comment: str = "") -> None:
    """A line in the log for what happened without a change of state."""
    state = registration.state
    record_transition(
        registration, from_state=state, to_state=state, now=now, actor=by, reason=reason, comment=comment
    )


def let_go(registration: Registration, *, now: datetime) -> None:
    """What ends with a place: its seats of every kind, reminders on their way, and links of offers (3.10)."""
    Seat.objects.filter(registration=registration, state=Seat.State.HELD).update(state=Seat.State.WAITING)
    AccessToken.objects.filter(registration=registration, purpose=AccessToken.Purpose.OFFER, used_at=None).update(
        used_at=now
    )
    Delivery.objects.filter(registration=registration, state=Delivery.State.QUEUED, message__sent_at=None).update(
        state=Delivery.State.VOID
    )


def welcome(registration: Registration, *, former: str) -> None:
    """The letter with the invitation for whoever has just been confirmed, and the news for the apps above."""
    if former in {State.WAITING, State.PENDING, State.REJECTED}:
        writing.queue_promoted(registration)
    else:
        letters.queue_confirmed(registration)
    tell(signals.registration_confirmed, registration)


def tell(signal: Signal, registration: Registration) -> None:
    after_commit(signal.send_robust, sender=Registration, event=registration.event, registration=registration)
