"""Offers: a seat kept for one who waits, claimed strictly before it ends, or handed on (events spec 3.1–3.11)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from events.exceptions import OfferGone, RegistrationClosed
from events.models import Event, Offer, Registration, SeatPool
from events.services.registrations import parties, seats, steps, waiting, writing
from events.services.registrations.locks import locked, locked_registration

State = Registration.State
Outcome = Offer.Outcome


def ends_at(event: Event, *, now: datetime) -> datetime | None:
    """When an offer made at ``now`` ends (3.5): elapsed hours, fewer near the start. None if nothing would be left."""
    limits = settings.IURC_EVENTS["offer"]
    left = event.dtstart - now
    if left < timedelta(hours=limits["soon_hours"]):
        window = timedelta(minutes=limits["soon_minutes"])
    elif left < timedelta(hours=limits["near_hours"]):
        window = timedelta(hours=limits["near_window_hours"])
    else:
        window = timedelta(hours=limits["window_hours"])
    end = min(now + window, event.dtstart - timedelta(minutes=limits["before_start_minutes"]))
    return end if end > now else None


def make(
    registration: Registration,
    pools: Sequence[SeatPool],
    *,
    now: datetime,
    stand: seats.Stand | None = None,
    by=None,
    comment: str = "",
) -> Offer:
    """Offer a seat to one in line, or to a lead for the whole group: held until the offer ends. The caller locks.

    Raises ``EventFull``, or ``RegistrationClosed`` when the event begins too soon for an offer.
    """
    event = registration.event
    expires_at = ends_at(event, now=now)
    if expires_at is None:
        raise RegistrationClosed(event)
    parties.take_seats(
        registration,
        pools,
        state=State.OFFERED,
        hold_until=expires_at,
        now=now,
        stand=stand,
        by=by,
        comment=comment,
    )
    offer = Offer.objects.create(registration=registration, offered_at=now, expires_at=expires_at)
    writing.queue_offered(registration, offer)
    return offer


def offer_place(registration: Registration, *, now: datetime, by, reason: str = "") -> Registration:
    """Staff offer a place to whom they pick (3.11). Picking out of order asks for a ``reason``.

    Raises ``EventFull``, ``RegistrationClosed``, ``Busy``, or ``ValidationError`` (``reason``, ``transition``).
    """
    with locked(registration.event) as event:
        settle_missed(event, now=now)
        picked = locked_registration(event, registration.pk)
        if event.status != Event.Status.CONFIRMED:
            raise RegistrationClosed(event)
        check_order(picked, reason=reason)
        make(picked, seats.pools_of(picked), now=now, by=by, comment=reason)
    return picked


def check_order(registration: Registration, *, reason: str) -> None:
    """Whoever is not the next in line is picked with a reason. Raises ``ValidationError`` with the code ``reason``."""
    first = registration.event.registrations.in_line().values_list("pk", flat=True).first()
    if registration.state == State.WAITING and first != registration.pk and not reason.strip():
        raise ValidationError(_("Others have waited longer: write why this person comes first."), code="reason")


def claim_offer(registration: Registration, *, now: datetime) -> Registration:
    """Accept an offer: the place is certain, and a lead's group is written to. Twice is no error (16.3).

    Good strictly before the offer's end; at that instant it is dead (3.6). Claim and expiry look under the same lock,
    so exactly one wins (3.7). Raises ``OfferGone``, ``RegistrationClosed`` or ``Busy``.
    """
    with locked(registration.event) as event:
        claimed = locked_registration(event, registration.pk)
        if claimed.state == State.CONFIRMED:
            return claimed
        offer = _open_offer(claimed)
        gone = offer is None or now >= offer.expires_at
        if gone:
            settle_missed(event, now=now)
            waiting.promote_soon(event, now=now)
        elif event.status != Event.Status.CONFIRMED or now >= event.dtstart:
            raise RegistrationClosed(event)
        else:
            _close(offer, Outcome.CLAIMED)
            parties.take_seats(claimed, seats.pools_of(claimed), state=State.CONFIRMED, now=now)
    if gone:  # told only now: that the offer was missed is committed
        raise OfferGone(event)
    return claimed


def decline_offer(registration: Registration, *, now: datetime) -> Registration:
    """Let an offer go: the next in line gets it. Twice is no error. Raises ``OfferGone`` or ``Busy``."""
    with locked(registration.event) as event:
        declined = locked_registration(event, registration.pk)
        if declined.state == State.EXPIRED:
            return declined
        offer = _open_offer(declined)
        if offer is None:
            raise OfferGone(event)
        if now >= offer.expires_at:
            settle_missed(event, now=now)
        else:
            _close(offer, Outcome.DECLINED)
            steps.move(declined, State.EXPIRED, now=now, reason="declined")
            steps.let_go(declined, now=now)
            parties.let_go(declined)
        waiting.promote_soon(event, now=now)
    declined.refresh_from_db(fields=["state", "hold_until"])
    return declined


def rejoin_waiting_list(registration: Registration, *, now: datetime) -> Registration:
    """Wait again, at the end of the line (3.8). Twice is no error.

    Raises ``RegistrationClosed``, ``EventFull`` where the list has been closed, ``Busy``, or ``ValidationError``
    (``transition``).
    """
    with locked(registration.event) as event:
        settle_missed(event, now=now)
        back = locked_registration(event, registration.pk)
        if back.state == State.WAITING:
            return back
        if back.state != State.EXPIRED:  # a request that was taken back or never proved begins anew, with the form
            raise ValidationError(
                _("Only after an offer has ended can you join the waiting list again here."), code="transition"
            )
        if not event.accepts_registrations(now=now):
            raise RegistrationClosed(event)
        back.joined_at = now
        waiting.join_line(back, seats.pools_of(back), now=now)
    return back


def close_offer(registration: Registration, *, now: datetime, by=None) -> Registration:
    """Staff take an offer back: the person waits again, in the old place. Raises ``OfferGone`` or ``Busy``."""
    with locked(registration.event) as event:
        back = locked_registration(event, registration.pk)
        if _open_offer(back) is None:
            raise OfferGone(event)
        _return_to_line(back, now=now, by=by)
    return back


def close_all_offers(event: Event, *, now: datetime, by=None) -> int:
    """The event moves, is cancelled or unpublished: every open offer ends, and nobody loses their old place (3.9).

    The caller holds the event's lock. What is free is offered again once that is committed.
    """
    settle_missed(event, now=now)
    offered = list(
        event.registrations.filter(state=State.OFFERED).select_for_update(of=("self",), no_key=True).order_by("pk")
    )
    for registration in offered:
        registration.event = event
        _return_to_line(registration, now=now, by=by)
    waiting.promote_soon(event, now=now)
    return len(offered)


def settle_missed(event: Event, *, now: datetime) -> int:
    """Write down which offers have run out (3.8); their seats have been free since. The caller holds the lock."""
    missed = list(
        event.registrations.filter(state=State.OFFERED, hold_until__lte=now)
        .select_for_update(of=("self",), no_key=True)
        .order_by("pk")
    )
    for registration in missed:
        registration.event = event
        _close(_open_offer(registration), Outcome.EXPIRED)
        steps.move(registration, State.EXPIRED, now=now, reason="missed")
        steps.let_go(registration, now=now)
        parties.let_go(registration)
        writing.queue_missed(registration, now=now)
    return len(missed)


def end_open(registration: Registration) -> None:
    """Its person leaves: whatever offer is open ends with that (3.10)."""
    _close(_open_offer(registration), Outcome.CLOSED)


def _return_to_line(registration: Registration, *, now: datetime, by) -> None:
    end_open(registration)
    steps.move(registration, State.WAITING, now=now, by=by, reason="offer_closed")
    steps.let_go(registration, now=now)
    parties.let_go(registration)
    writing.queue_waiting(registration, now=now, offer_closed=True)


def _open_offer(registration: Registration) -> Offer | None:
    if registration.state != State.OFFERED:
        return None
    return registration.offers.filter(outcome=Outcome.OPEN).first()


def _close(offer: Offer | None, outcome: str) -> None:
    if offer is not None:
        offer.outcome = outcome
        offer.save(update_fields=["outcome"])
