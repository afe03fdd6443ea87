"""Staff change how people get in: switches and seats by kind, always under the lock (events spec 2.1, 2.16, 3.2)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from events.models import Event, Registration, Seat, SeatPool
from events.models.registrations import taking_a_seat
from events.services.registrations import waiting
from events.services.registrations.locks import locked
from iurc_portal.audit.services import record_transition

SWITCHES = (
    "registration_opens_at",
    "waiting_list",
    "promotion",
    "group_policy",
    "approval_required",
    "pending_holds_seat",
    "invitation_only",
    "allowed_domains",
)


def change_rules(
    event: Event, *, switches: Mapping[str, Any], pools: Mapping[str, int | None], now: datetime, by
) -> Event:
    """Set ``SWITCHES`` and the sizes of seat pools by kind, None for a kind that the event does not have.

    A size below what is taken is "over by k": nobody is dropped. What has become free is offered on commit. Raises
    ``Busy``, or ``ValidationError`` for values out of range and (``pool``) for a kind that somebody still has.
    """
    with locked(event) as event:
        for name in SWITCHES:
            if name in switches:
                setattr(event, name, switches[name])
        event.clean_fields(exclude={field.name for field in event._meta.fields} - set(SWITCHES))
        event.save(update_fields=[*SWITCHES, "last_modified"])
        present = {pool.kind: pool for pool in event.seat_pools.select_for_update().order_by("pk")}
        had_main = any(pool.is_main for pool in present.values())
        changed = [_resize(event, present.get(kind), kind, size) for kind, size in pools.items()]
        if not had_main and any(pools.get(kind) is not None for kind in SeatPool.MAIN):
            _seat_those_who_came_before(event, now=now)
        record_transition(
            event,
            from_state=event.status,
            to_state=event.status,
            now=now,
            actor=by,
            reason="rules",
            comment=", ".join(filter(None, changed)),
        )
        waiting.promote_soon(event, now=now)
    return event


def _resize(event: Event, pool: SeatPool | None, kind: str, size: int | None) -> str:
    """Returns what changed, for the log; "" if nothing."""
    former = pool.size if pool else None
    if former == size:
        return ""
    if size is not None:
        SeatPool.objects.update_or_create(event=event, kind=kind, defaults={"size": size})
    elif pool is not None:
        if pool.seats.filter(registration__state__in=Registration.CURRENT).exists():
            raise ValidationError(
                _("Somebody has or waits for a seat “%(kind)s”: set the number to 0 instead of leaving it empty."),
                code="pool",
                params={"kind": pool.get_kind_display()},
            )
        pool.delete()
    return f"{kind} {former} → {size}"


def _seat_those_who_came_before(event: Event, *, now: datetime) -> None:
    """An event that is divided late: those registered already are in the room, or online if that is all there is."""
    pools = {pool.kind: pool for pool in event.seat_pools.all()}
    online = event.event_attendance_mode == Event.AttendanceMode.ONLINE
    order = (SeatPool.Kind.ONLINE, SeatPool.Kind.ROOM) if online else (SeatPool.Kind.ROOM, SeatPool.Kind.ONLINE)
    pool = next((pools[kind] for kind in (*order, SeatPool.Kind.DELEGATION) if kind in pools), None)
    if pool is None:
        return
    people = event.registrations.exclude(state=Registration.State.CANCELLED)
    taking = set(
        people.filter(taking_a_seat(now=now, pending_holds=event.pending_holds_seat)).values_list("pk", flat=True)
    )
    Seat.objects.bulk_create(
        (
            Seat(registration_id=pk, pool=pool, state=Seat.State.HELD if pk in taking else Seat.State.WAITING)
            for pk in people.values_list("pk", flat=True)
        ),
        ignore_conflicts=True,
        batch_size=500,
    )
