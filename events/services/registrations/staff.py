"""What staff do in the place of a person, and beyond the limits (events spec 2.21, 3.11)."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext_lazy as _

from events.exceptions import AddressNotAdmitted, RegistrationClosed
from events.models import Event, Registration
from events.services.registrations import asking, offers, parties, seats, steps, waiting
from events.services.registrations.locks import locked, locked_registration
from iurc_portal.accounts.addresses import email_key

State = Registration.State


def register_by_staff(
    *,
    event: Event,
    email: str,
    person: Mapping[str, str],
    now: datetime,
    by,
    wanted: Collection[str] = (),
    beyond_because: str = "",
) -> Registration:
    """Register a person on their behalf: confirmed at once, with the usual letter and its way out (2.21).

    Where no seat is free, or others wait, and the event has a waiting list, the person joins it. Limits hold for
    staff too, unless ``by`` may exceed them and says why: ``beyond_because`` goes into the log.

    Raises ``RegistrationClosed`` after the start, ``AddressNotAdmitted``, ``EventFull``, ``Busy``,
    ``PermissionDenied``, or ``ValidationError`` with the code ``pool``.
    """
    beyond = _may_go_beyond(by, beyond_because)
    with locked(event) as event:
        if event.status != Event.Status.CONFIRMED or now >= event.dtstart:
            raise RegistrationClosed(event)
        if not beyond and not event.admits(email):
            raise AddressNotAdmitted(event)
        stand = seats.stand_of(event, now=now)
        pools = seats.choose_pools(stand, wanted, by_staff=True)
        registration = (
            Registration.objects.select_for_update(of=("self",), no_key=True)
            .filter(event=event, email_key=email_key(email))
            .first()
        )
        if registration is None:
            registration = Registration(
                event=event, email_key=email_key(email), joined_at=now, source=Registration.Source.STAFF
            )
        registration.event = event
        if registration.state == State.CONFIRMED:
            return registration
        if registration.state in asking.NO_PLACE_YET:
            asking.fill(registration, email=email, person=person)
            if registration.state == State.CANCELLED:
                registration.joined_at = now
        holds = bool(registration.pk) and registration.takes_a_seat(now=now)
        if holds and seats.change_kind(registration, pools, stand):
            waiting.promote_soon(event, now=now)
        if registration.state == State.EXPIRED:  # back into the line first: no other way leads on from there
            registration.joined_at = now
            steps.move(registration, State.WAITING, now=now, by=by)
        if beyond or holds or stand.free_to_take(pools) or registration.state in {State.PENDING, State.REJECTED}:
            offers.end_open(registration)
            parties.take_seats(
                registration,
                pools,
                state=State.CONFIRMED,
                now=now,
                stand=stand,
                beyond=beyond,
                by=by,
                reason="beyond_limit" if beyond else "",
                comment=beyond_because.strip(),
            )
        elif registration.state != State.WAITING:
            waiting.join_line(registration, pools, now=now, by=by)
    return registration


def give_place(
    registration: Registration, *, now: datetime, by, reason: str = "", beyond: bool = False
) -> Registration:
    """Give somebody who waits, or whose request waits, a place without an offer. Twice is no error.

    Picking out of order asks for a ``reason``; so does going ``beyond`` the limit, which needs the permission too.
    Raises ``EventFull``, ``RegistrationClosed``, ``Busy``, ``PermissionDenied``, ``ValidationError`` (``reason``,
    ``transition``).
    """
    if beyond:
        if not reason.strip():
            raise ValidationError(_("Write why the limit is exceeded."), code="reason")
        _may_go_beyond(by, reason)
    with locked(registration.event) as event:
        offers.settle_missed(event, now=now)
        placed = locked_registration(event, registration.pk)
        if placed.state == State.CONFIRMED:
            return placed
        if event.status != Event.Status.CONFIRMED or now >= event.dtstart:
            raise RegistrationClosed(event)
        offers.check_order(placed, reason=reason)
        offers.end_open(placed)
        parties.take_seats(
            placed,
            seats.pools_of(placed),
            state=State.CONFIRMED,
            now=now,
            beyond=beyond,
            by=by,
            reason="beyond_limit" if beyond else "",
            comment=reason.strip(),
        )
    return placed


def set_priority(registration: Registration, *, priority: int, now: datetime, by) -> Registration:
    """Where somebody stands in line: the higher number comes first (3.3). Written down with its author."""
    with locked(registration.event) as event:
        placed = locked_registration(event, registration.pk)
        if placed.priority == priority:
            return placed
        comment = f"{placed.priority} → {priority}"
        placed.priority = priority
        placed.save(update_fields=["priority"])
        Registration.objects.untold().filter(group__lead=placed.pk).update(priority=priority)
        steps.note(placed, now=now, by=by, reason="priority", comment=comment)
        waiting.promote_soon(event, now=now)
    return placed


def _may_go_beyond(by, reason: str) -> bool:
    """Whether limits are set aside: whoever gives a reason needs the permission. Raises ``PermissionDenied``."""
    if not reason.strip():
        return False
    if by is None or not by.has_perm("events.override_limits"):
        raise PermissionDenied("events.override_limits")
    return True
