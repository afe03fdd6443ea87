"""A group in line is one unit: it gets all of its seats at once, or none (events spec 2.18, 3.4).

Its lead stands in line. Those whom the lead named hear nothing before there are seats: until then their rows are
``unproved``, with the lead's day and priority and the seats they would like, and held only while the lead's is. The
caller holds the event's lock.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings

from events.exceptions import EventFull
from events.models import Event, Registration, RegistrationGroup, Seat, SeatPool
from events.services import letters
from events.services.registrations import seats, steps

State = Registration.State


def companions(lead: Registration) -> list[Registration]:
    """Whom ``lead`` named and nobody has written to yet. No query for who is in no group."""
    if not lead.pk or lead.group_id is None:
        return []
    rows = list(
        Registration.objects.untold()
        .filter(group__lead=lead.pk)
        .select_for_update(of=("self",), no_key=True)
        .order_by("pk")
    )
    for row in rows:
        row.event = lead.event
    return rows


def take_seats(
    lead: Registration,
    pools: Sequence[SeatPool],
    *,
    state: str,
    now: datetime,
    stand: seats.Stand | None = None,
    hold_until: datetime | None = None,
    beyond: bool = False,
    by=None,
    reason: str = "",
    comment: str = "",
) -> None:
    """As ``seats.take_seats``, for ``lead`` and for everybody who waits along: all of them or none.

    With the lead's place the others are written to, and their seats are held for 72 hours; while the lead's is only
    held, theirs are held as long. Raises ``EventFull``; nothing is written then.
    """
    event = lead.event
    stand = stand or seats.stand_of(event, now=now)
    along = companions(lead)
    new = sum(not (row.pk and row.takes_a_seat(now=now)) for row in (lead, *along))
    if new and not beyond and not stand.fits(new, pools):
        raise EventFull(event)
    more = {"now": now, "stand": stand, "beyond": beyond, "by": by}
    seats.take_seats(event, pools, [lead], state=state, hold_until=hold_until, reason=reason, comment=comment, **more)
    if along:
        until = hold_until or answer_until(event, now=now)
        seats.take_seats(event, pools, along, state=State.UNPROVED, hold_until=until, **more)
    if state == State.CONFIRMED and lead.group_id is not None:
        tell(lead, along, now=now)


def tell(lead: Registration, members: Sequence[Registration], *, now: datetime) -> None:
    """Write to ``members``, whose seats are held: who registered them, and until when to answer."""
    for row in members:
        row.joined_at, row.last_mail_at = lead.joined_at, now
        row.save(update_fields=["joined_at", "last_mail_at"])
        letters.queue_member(row)
    RegistrationGroup.objects.filter(lead=lead, invited_at=None).update(invited_at=now)


def wait_along(lead: Registration, pools: Sequence[SeatPool]) -> None:
    """Whoever came with ``lead`` waits from the same moment, with the same priority, for seats of the same kind."""
    for row in companions(lead):
        row.joined_at, row.priority, row.hold_until = lead.joined_at, lead.priority, None
        row.save(update_fields=["joined_at", "priority", "hold_until"])
        seats.wish_for(row, pools)


def let_go(lead: Registration) -> None:
    """The lead's offer has ended: the seats of the others are free as well, and they stay with their lead."""
    rows = companions(lead)
    Seat.objects.filter(registration__in=rows, state=Seat.State.HELD).update(state=Seat.State.WAITING)
    Registration.objects.filter(pk__in=[row.pk for row in rows]).update(hold_until=None)


def dismiss(lead: Registration, *, now: datetime, by=None) -> None:
    """The lead leaves before there were seats: those who came along never hear of it."""
    for row in companions(lead):
        steps.move(row, State.CANCELLED, now=now, by=by)
        steps.let_go(row, now=now)


def answer_until(event: Event, *, now: datetime) -> datetime:
    """How long members have to confirm: 72 hours, or until the start."""
    return min(now + timedelta(hours=settings.IURC_EVENTS["member_hours"]), event.dtstart)
