"""The waiting list: joining it, and handing on what becomes free, in order (events spec 3.2–3.4, 3.11–3.13)."""

import logging
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from events.exceptions import Busy, EventFull
from events.models import Event, Offer, Registration, SeatPool
from events.services.registrations import offers, parties, seats, steps, writing
from events.services.registrations.locks import locked
from iurc_portal.database import after_commit
from iurc_portal.notifications.services import heartbeat

log = logging.getLogger(__name__)
JOB = "promote_waiting_lists"
State = Registration.State
NIGHT_BEGINS, NIGHT_ENDS = time(22), time(7)
NIGHTS_COUNT_BEFORE = timedelta(hours=48)


def join_line(registration: Registration, pools: Sequence[SeatPool], *, now: datetime, by=None) -> None:
    """Put a proved request into the line, at its ``joined_at``. Raises ``EventFull`` where there is no list (2.15)."""
    if not registration.event.waiting_list:
        raise EventFull(registration.event)
    steps.move(registration, State.WAITING, now=now, by=by)
    seats.wish_for(registration, pools)
    parties.wait_along(registration, pools)
    writing.queue_waiting(registration, now=now)
    promote_soon(registration.event, now=now)


def why_idle(event: Event, *, now: datetime) -> str:
    """Why the list of ``event`` makes no offers at ``now``, in words for staff; "" if it does (3.11, 3.13)."""
    if event.status == Event.Status.TENTATIVE:
        return _("The event is a draft.")
    if event.is_cancelled:
        return _("The event is cancelled.")
    if now >= event.dtstart:
        return _("The event has begun.")
    if not event.registration_open or now >= event.registration_ends_at:
        return _("Registration is closed.")
    if event.promotion == Event.Promotion.MANUAL or event.approval_required:
        return _("Staff choose who is offered a place.")
    if offers.ends_at(event, now=now) is None:
        return _("The event begins too soon for an offer.")
    return ""


def why_blocked(event: Event, *, now: datetime) -> str:
    """Why the first in line gets no offer although the list is at work, in words for staff; "" if nobody waits."""
    first = event.registrations.in_line().with_party().first()
    if first is None:
        return ""
    pools = seats.pools_of(first)
    stand = seats.stand_of(event, now=now, to_decide=False)
    if stand.left is not None and stand.left < 1:
        return _("All places are taken or kept for open offers.")
    if first.party > 1 and not stand.fits(first.party, pools):
        return _(
            "The first in line is a group of %(n)s: it gets all of its places at once, and so many are not free."
        ) % {"n": first.party}
    if not stand.fits(1, pools):
        kinds = ", ".join(str(pool.get_kind_display()) for pool in pools if pool.is_main)
        return _("The first in line wants a seat of this kind, and none is free: %(kinds)s.") % {"kinds": kinds}
    return ""


def promote_soon(event: Event, *, now: datetime) -> None:
    """Hand on what is free once the caller's transaction is committed; when the lock is busy the sweep does it."""
    after_commit(_promote_if_somebody_waits, event, now=now)


def promote(event: Event, *, now: datetime) -> int:
    """Settle what has lapsed, and offer free seats to those in line (3.2). Returns how many were offered one.

    Twice at once is harmless: the lock makes the second find nothing to do. Raises ``Busy``.
    """
    with locked(event) as event:
        offers.settle_missed(event, now=now)
        if event.status == Event.Status.CONFIRMED and now < event.dtstart:
            for seat in seats.hand_on_extras(event, now=now):
                if seat.registration.state == State.CONFIRMED:  # others are told with their place, once it is theirs
                    writing.queue_extra(seat.registration, now=now)
        if why_idle(event, now=now):
            return 0
        return _offer_in_order(event, now=now)


def sweep(*, now: datetime) -> dict[str, int]:
    """Every minute: promote wherever somebody waits or an offer has run out. One busy event stops no other."""
    with heartbeat(JOB, now=now) as counts:
        counts |= {"offered": 0, "busy": 0}
        for event in needing_attention(now=now):
            try:
                counts["offered"] += promote(event, now=now)
            except Busy:
                counts["busy"] += 1
    return counts


def needing_attention(*, now: datetime):
    """Events with an offer that has run out, or with somebody who waits for what they may still get."""
    missed = Offer.objects.filter(registration__event=OuterRef("pk"), outcome=Offer.Outcome.OPEN, expires_at__lte=now)
    in_line = Registration.objects.filter(event=OuterRef("pk"), state=State.WAITING)
    extras = seats.extras_in_line(now=now).filter(pool__event=OuterRef("pk"))
    is_on = Q(status=Event.Status.CONFIRMED, dtstart__gt=now)
    return Event.objects.filter(Exists(missed) | (is_on & (Exists(in_line) | Exists(extras)))).order_by(
        "dtstart", "pk"
    )


def is_night(registration: Registration, *, now: datetime) -> bool:
    """Whether it is between 22:00 and 07:00 where this person lives (3.12)."""
    clock = now.astimezone(ZoneInfo(registration.tzid)).time()
    return clock >= NIGHT_BEGINS or clock < NIGHT_ENDS


def _promote_if_somebody_waits(event: Event, *, now: datetime) -> None:
    if not needing_attention(now=now).filter(pk=event.pk).exists():
        return
    try:
        promote(event, now=now)
    except Busy:
        log.info("event %s is busy; the sweep promotes", event.pk)


def _offer_in_order(event: Event, *, now: datetime) -> int:
    """Offers to those in line who fit, a group all at once or not at all (2.18).

    Under ``strict`` who does not fit holds up those who want the same (3.4).
    """
    stand = seats.stand_of(event, now=now)
    strict = event.group_policy == Event.QueuePolicy.STRICT
    quiet = settings.IURC_EVENTS["offers_sleep_at_night"] and event.dtstart - now >= NIGHTS_COUNT_BEFORE
    held_up: set[int] = set()
    offered = 0
    line = event.registrations.in_line().with_party().select_for_update(of=("self",), no_key=True)
    line = line.prefetch_related("seats__pool")
    all_alike = strict or not event.registrations.untold().exists()  # else a smaller unit may fit behind a larger
    if stand.left is not None and not stand.pools and not quiet and all_alike:
        line = line[: max(stand.left, 0)]  # nobody behind can fit: no need to read the rest of a long line
    for registration in line:
        if stand.left is not None and stand.left < 1:
            break
        pools = [seat.pool for seat in registration.seats.all()]
        main = {pool.pk for pool in pools if pool.is_main}
        fits = stand.fits(registration.party, pools) and not (quiet and is_night(registration, now=now))
        if fits and not main & held_up:
            registration.event = event
            offers.make(registration, pools, stand=stand, now=now)
            offered += 1
        elif strict and (not main or not stand.fits(registration.party, ())):
            break
        elif strict:
            held_up |= main
    return offered
