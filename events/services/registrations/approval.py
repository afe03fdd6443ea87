"""Staff decide on requests (events spec 2.13). A seat is taken at approval, under the lock."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from events.exceptions import RegistrationClosed
from events.models import Event, Registration
from events.services.registrations import seats, steps, waiting, writing
from events.services.registrations.locks import locked, locked_registration

State = Registration.State


def approve(registration: Registration, *, now: datetime, by) -> Registration:
    """Say yes to a request, or to one that was rejected. Twice is no error.

    Raises ``EventFull`` when no seat is left: the request stays as it is. Also ``RegistrationClosed``, ``Busy``, and
    ``ValidationError`` (``transition``) for who asked for nothing that needs approval.
    """
    with locked(registration.event) as event:
        approved = locked_registration(event, registration.pk)
        if approved.state == State.CONFIRMED:
            return approved
        if event.status != Event.Status.CONFIRMED or now >= event.dtstart:
            raise RegistrationClosed(event)
        _must_be(approved, State.PENDING, State.REJECTED)
        approved.decision_note = ""
        seats.take_seats(event, seats.pools_of(approved), [approved], state=State.CONFIRMED, now=now, by=by)
    return approved


def reject(registration: Registration, *, now: datetime, by, reason: str, tell: bool = False) -> Registration:
    """Say no, with a ``reason``: for the log, and told to the person if ``tell``. Twice is no error.

    Raises ``Busy`` or ``ValidationError`` (``reason``, ``transition``).
    """
    if not reason.strip():
        raise ValidationError(_("Write the reason of the rejection."), code="reason")
    with locked(registration.event) as event:
        rejected = locked_registration(event, registration.pk)
        if rejected.state == State.REJECTED:
            return rejected
        rejected.decision_note = reason.strip()[:300] if tell else ""
        steps.move(rejected, State.REJECTED, now=now, by=by, comment=reason.strip())
        steps.let_go(rejected, now=now)
        writing.queue_rejected(rejected, now=now)
        waiting.promote_soon(event, now=now)
    return rejected


def reconsider(registration: Registration, *, now: datetime, by) -> Registration:
    """Put a rejected request back onto the desk. Nobody is told before there is a new answer.

    Where requests hold a seat there must be one. Raises ``EventFull``, ``Busy``, ``ValidationError`` (``transition``).
    """
    with locked(registration.event) as event:
        again = locked_registration(event, registration.pk)
        if again.state == State.PENDING:
            return again
        _must_be(again, State.REJECTED)
        again.decision_note = ""
        if event.pending_holds_seat:
            seats.take_seats(event, seats.pools_of(again), [again], state=State.PENDING, now=now, by=by)
        else:
            steps.move(again, State.PENDING, now=now, by=by)
    return again


def _must_be(registration: Registration, *states: str) -> None:
    if registration.state not in states:
        raise ValidationError(
            _("This registration is “%(now)s”: it waits for no approval."),
            code="transition",
            params={"now": registration.get_state_display()},
        )
