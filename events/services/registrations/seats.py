"""Taking seats: the one function that does, and what it counts (events spec 2.8–2.11, 2.14–2.17)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from events.exceptions import EventFull
from events.models import Event, Registration, Seat, SeatPool
from events.models.registrations import taking_a_seat
from events.services.registrations import steps

State = Registration.State


@dataclass
class Stand:
    """What is free at one moment: counted from rows under the event's lock, and kept up to date while it lasts.

    ``left`` and the values of ``pools_left`` (by pool) are below zero where a limit was lowered: "over by k" (2.16).
    ``left`` is None without a limit. ``waiting`` counts those in line; ``waiting_for`` the pools they wait for.
    """

    left: int | None
    waiting: int = 0
    pools: dict[int, SeatPool] = field(default_factory=dict)
    pools_left: dict[int, int] = field(default_factory=dict)
    waiting_for: set[int] = field(default_factory=set)

    def fits(self, number: int, pools: Iterable[SeatPool]) -> bool:
        """Whether ``number`` people find seats, each one of every main pool among ``pools``."""
        if self.left is not None and self.left < number:
            return False
        return all(self.pools_left[pool.pk] >= number for pool in pools if pool.is_main)

    def free_to_take(self, pools: Sequence[SeatPool], *, party: int = 1) -> bool:
        """Whether a newcomer, or a ``party`` of so many, may take seats at once: nobody waits for them (2.14).

        Who waits for the room does not hold up who comes online; who waits because the whole event is full does.
        """
        if not self.fits(party, pools):
            return False
        if not self.waiting:
            return True
        wanted = {pool.pk for pool in pools if pool.is_main}
        if not wanted or not self.waiting_for:
            return False
        return not any(pool in wanted or self.pools_left[pool] > 0 for pool in self.waiting_for)

    def take(self, number: int, pools: Iterable[SeatPool]) -> None:
        if self.left is not None:
            self.left -= number
        for pool in pools:
            if pool.is_main:
                self.pools_left[pool.pk] -= number


def stand_of(event: Event, *, now: datetime, to_decide: bool = True) -> Stand:
    """Count what is free, by state: a filtered aggregate would say it in one word and take Django twice as long.

    Two queries, four for an event with pools.

    The caller holds the event's lock, and the pools are locked here; ``to_decide`` is False for showing only.
    """
    taking = taking_a_seat(now=now, pending_holds=event.pending_holds_seat)
    rows = event.registrations.filter(taking | Q(state=State.WAITING)).order_by()
    counted = Counter(dict(rows.values_list("state").annotate(Count("pk"))))
    waiting = counted.pop(State.WAITING, 0)
    limit = event.maximum_attendee_capacity
    stand = Stand(left=None if limit is None else limit - counted.total(), waiting=waiting)
    pools = event.seat_pools.order_by("pk")
    stand.pools = {pool.pk: pool for pool in (pools.select_for_update() if to_decide else pools)}
    if stand.pools:
        held: Counter[int] = Counter(
            dict(
                Seat.objects.filter(
                    pool__in=stand.pools,
                    state=Seat.State.HELD,
                    registration__in=event.registrations.filter(taking).order_by(),
                )
                .order_by()
                .values_list("pool")
                .annotate(Count("pk"))
            )
        )
        stand.pools_left = {pk: pool.size - held[pk] for pk, pool in stand.pools.items()}
        if stand.waiting:
            stand.waiting_for = set(
                Seat.objects.filter(pool__in=stand.pools, registration__state=State.WAITING)
                .filter(pool__kind__in=SeatPool.MAIN)
                .order_by()
                .values_list("pool", flat=True)
                .distinct()
            )
    return stand


def take_seats(
    event: Event,
    pools: Sequence[SeatPool],
    registrations: Sequence[Registration],
    *,
    state: str,
    now: datetime,
    stand: Stand | None = None,
    hold_until: datetime | None = None,
    beyond: bool = False,
    by=None,
    reason: str = "",
    comment: str = "",
) -> None:
    """Give each of ``registrations`` a seat, and one of each of ``pools``; all of them or none (2.9, 2.18).

    ``event`` is the row that ``locked`` gave. ``state`` is what they become: ``confirmed``, ``pending``, or, with
    ``hold_until`` (aware), ``unproved`` or ``offered``. Whoever holds a seat already keeps it, even if the limit was
    lowered since (2.16). ``beyond`` is a staff's decision to exceed the limit. A full extra pool refuses nobody: the
    person waits for that one in order (2.17). ``stand`` saves counting again under the same lock.

    Raises ``EventFull``; nothing is written then.
    """
    stand = stand or stand_of(event, now=now)
    newcomers = [row for row in registrations if not (row.pk and row.takes_a_seat(now=now))]
    if newcomers and not beyond and not stand.fits(len(newcomers), pools):
        raise EventFull(event)
    stand.take(len(newcomers), pools)
    for registration in registrations:
        registration.event = event
        if state == State.CONFIRMED:
            registration.confirmed_at = now
        former = steps.move(registration, state, now=now, by=by, hold_until=hold_until, reason=reason, comment=comment)
        if stand.pools:
            _seat(registration, pools, stand, now=now, is_new=registration in newcomers)
        if state == State.CONFIRMED:
            steps.welcome(registration, former=former)


def change_kind(registration: Registration, pools: Iterable[SeatPool], stand: Stand) -> bool:
    """Let somebody who holds a seat change to the kind asked for now. Returns whether that was done.

    Where none of that kind is free, or others wait for it, they keep the one they have: asking again takes no second
    seat (2.7) and loses none.
    """
    wanted = next((pool for pool in pools if pool.is_main), None)
    if wanted is None:
        return False
    held = next((seat for seat in registration.seats.all() if _is_main_and_held(seat, stand)), None)
    if held is None or held.pool_id == wanted.pk:
        return False
    if stand.pools_left[wanted.pk] < 1 or wanted.pk in stand.waiting_for:
        return False
    registration.seats.filter(pool=wanted).delete()
    stand.pools_left[held.pool_id] += 1
    stand.pools_left[wanted.pk] -= 1
    held.pool = wanted
    held.save(update_fields=["pool"])
    return True


def wish_for(registration: Registration, pools: Sequence[SeatPool]) -> None:
    """Note which seats a person without one would like; the wishes of a former request go."""
    registration.seats.exclude(pool__in=pools).delete()
    for pool in pools:
        Seat.objects.update_or_create(registration=registration, pool=pool, defaults={"state": Seat.State.WAITING})


def pools_of(registration: Registration) -> list[SeatPool]:
    """The pools of which this person has or wants a seat."""
    return [seat.pool for seat in registration.seats.select_related("pool").order_by("pool")]


def choose_pools(stand: Stand, kinds: Iterable[str], *, by_staff: bool = False) -> list[SeatPool]:
    """The pools of the event that a request asks for, by kind; unknown ones are left aside.

    Where there are main pools each person takes a seat of exactly one; if visitors have no choice it is chosen for
    them. Raises ``ValidationError`` with the code ``pool`` when the choice is open.
    """
    offered = list(stand.pools.values())
    wanted = set(kinds)
    main = [pool for pool in offered if pool.is_main]
    chosen = [pool for pool in main if pool.kind in wanted and (by_staff or pool.kind in SeatPool.FOR_EVERYBODY)]
    if main and len(chosen) != 1:
        public = [pool for pool in main if pool.kind in SeatPool.FOR_EVERYBODY]
        if chosen or len(public) > 1 or not public:
            raise ValidationError(_("Choose how you take part: in the room or online."), code="pool")
        chosen = public
    return [*chosen, *(pool for pool in offered if not pool.is_main and pool.kind in wanted)]


def extras_in_line(*, now: datetime) -> QuerySet[Seat]:
    """The extras that somebody with a place waits for, be the place kept for them only, the next first (2.17)."""
    return Seat.objects.filter(
        pool__kind=SeatPool.Kind.HEADSET,
        state=Seat.State.WAITING,
        registration__in=Registration.objects.taking_seats(now=now),
    ).order_by("-registration__priority", "registration__joined_at", "registration")


def hand_on_extras(event: Event, *, now: datetime) -> list[Seat]:
    """Give the free seats of extra pools to those in line for one. Returns them."""
    waiting = list(extras_in_line(now=now).filter(pool__event=event).select_related("registration", "pool"))
    if not waiting:
        return []
    left = stand_of(event, now=now).pools_left
    given = []
    for seat in waiting:
        if left[seat.pool_id] > 0:
            left[seat.pool_id] -= 1
            seat.state = Seat.State.HELD
            seat.save(update_fields=["state"])
            given.append(seat)
    return given


def _seat(registration: Registration, pools: Iterable[SeatPool], stand: Stand, *, now: datetime, is_new: bool) -> None:
    """Write the seats of a person who takes a place. An extra goes first to those who wait for one.

    What a newcomer held with a former place was free for others meanwhile, and is taken anew; what was asked for then
    and not now goes. Whoever has a seat keeps it and takes no second one: ``change_kind`` is the way to another.
    """
    present = {seat.pool_id: seat for seat in registration.seats.all()}
    if is_new and (former := present.keys() - {pool.pk for pool in pools}):
        registration.seats.filter(pool__in=former).delete()
    sits = not is_new and any(_is_main_and_held(seat, stand) for seat in present.values())
    for pool in pools:
        if sits and pool.is_main:
            continue
        seat = present.get(pool.pk) or Seat(registration=registration, pool=pool)
        if not is_new and seat.state == Seat.State.HELD:
            continue
        if pool.is_main:
            seat.state = Seat.State.HELD
        elif stand.pools_left[pool.pk] > 0 and not _somebody_waits_for(pool, besides=registration, now=now):
            seat.state = Seat.State.HELD
            stand.pools_left[pool.pk] -= 1
        else:
            seat.state = Seat.State.WAITING
        seat.save()


def _is_main_and_held(seat: Seat, stand: Stand) -> bool:
    return seat.state == Seat.State.HELD and stand.pools[seat.pool_id].is_main


def _somebody_waits_for(pool: SeatPool, *, besides: Registration, now: datetime) -> bool:
    return extras_in_line(now=now).filter(pool=pool).exclude(registration=besides).exists()
