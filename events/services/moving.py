"""Moving an event from the staff's month: what would follow is found out first, by doing it and taking it back.

A trial runs the very services that the move would run, in a transaction that is rolled back: so what staff read before
is what happens after, refusals included. Nothing leaves a trial, since letters and signals wait for its commit.
"""

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from events import owners
from events.models import Event
from events.services import scheduling
from events.services.notices import how_many_to_tell
from events.services.series import change_alone
from iurc_portal.notifications.models import Message


@dataclass
class Consequences:
    """What a move does. ``told`` people hear of it after the quiet minutes, ``letters`` people are written to by what
    owns the event (hosts who are asked again); ``arising`` and ``solved`` are conflicts, in words.
    """

    start: datetime
    end: datetime
    told: int = 0
    letters: int = 0
    arising: list[str] = field(default_factory=list)
    solved: list[str] = field(default_factory=list)


def movable_by(user, *, now: datetime) -> QuerySet[Event]:
    """Events that ``user`` may move: not begun at ``now`` (aware), not cancelled, of the own side (14.8)."""
    alone = Q(**{f"{name}__isnull": True for name in owners.relations_alone()})
    allowed = alone & Q(pk__in=Event.objects.editable_by(user).values("pk"))
    if not user.has_perm("events.change_event"):
        allowed = Q(pk__in=[])
    for owner in owners.every():
        if owner.movable is not None:
            allowed |= owner.movable(user)
    return Event.objects.filter(allowed, dtstart__gt=now).exclude(status=Event.Status.CANCELLED)


@transaction.atomic
def move_event(event: Event, *, start: datetime, end: datetime, now: datetime, by) -> Event:
    """Give ``event`` other times (aware), through the service of what owns it.

    Raises ``ValidationError``: codes ``cancelled``, ``past`` (it has begun, or would have), ``permission``, ``same``,
    and whatever the services refuse.
    """
    current = Event.objects.select_related(*owners.relations()).get(pk=event.pk)
    if current.is_cancelled:
        raise ValidationError(_("This event is cancelled: restore it before you move it."), code="cancelled")
    if current.dtstart <= now:
        raise ValidationError(_("This event has begun already: what was is not moved."), code="past")
    if not movable_by(by, now=now).filter(pk=current.pk).exists():
        raise ValidationError(
            _("You may not move this event: it belongs to the other city's side."), code="permission"
        )
    if start <= now:
        raise ValidationError(_("That time is over: choose one that is still to come."), code="past")
    if (start, end) == (current.dtstart, current.dtend):
        raise ValidationError(_("It is at that time already."), code="same")
    owned = owners.owner_of(current)
    if owned is not None and owned[0].move is not None:
        owned[0].move(owned[1], start=start, end=end, now=now, by=by)
    else:
        zone = ZoneInfo(current.tzid)
        scheduling.schedule_event(current, start=start.astimezone(zone), end=end.astimezone(zone), now=now, by=by)
    change_alone(current)
    current.refresh_from_db()
    return current


def consequences_of(event: Event, *, start: datetime, end: datetime, now: datetime, by, conflicts) -> Consequences:
    """What moving ``event`` would do, found out by a move that is taken back. Raises as ``move_event``.

    ``conflicts`` gives the conflicts of an event as it stands in the database, by a key that lasts, in words.
    """
    found = Consequences(start, end)
    with transaction.atomic():
        before, last = conflicts(event), _last_letter()
        moved = move_event(event, start=start, end=end, now=now, by=by)
        after = conflicts(moved)
        found.arising = [words for key, words in after.items() if key not in before]
        found.solved = [words for key, words in before.items() if key not in after]
        found.letters = Message.objects.filter(pk__gt=last).order_by().values("to").distinct().count()
        if moved.status == Event.Status.CONFIRMED and moved.was_published:
            found.told = how_many_to_tell(moved)
        transaction.set_rollback(True)
    return found


def _last_letter() -> int:
    return Message.objects.aggregate(last=Max("pk"))["last"] or 0
