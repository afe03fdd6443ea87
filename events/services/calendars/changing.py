"""Changing what goes into a connected calendar; what would follow is told before (events spec 9.5, 9.19)."""

from copy import copy
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from events.models import Event, RemoteCalendar, SyncProposal
from events.services.calendars import scheduling
from events.services.calendars.choosing import Chosen, chosen_now
from iurc_portal.audit.services import record_transition

ROOM = RemoteCalendar.Owned.ROOM


@dataclass(frozen=True)
class Settings:
    """What staff choose for a calendar: the columns of the same names."""

    display_name: str
    scope: str
    city: object
    remote_owns: tuple[str, ...]
    language: str

    @classmethod
    def of(cls, calendar: RemoteCalendar) -> "Settings":
        owned = tuple(sorted(calendar.remote_owns))
        return cls(calendar.display_name, calendar.scope, calendar.city, owned, calendar.language)

    def on(self, calendar: RemoteCalendar) -> RemoteCalendar:
        """``calendar`` as it would be, not saved."""
        changed = copy(calendar)
        for name, value in vars(self).items():
            setattr(changed, name, value)
        changed.remote_owns = list(self.remote_owns)
        return changed


@dataclass(frozen=True)
class Effects:
    """What the next run would do because of a change: keys of events in the order of their time.

    ``rewritten`` copies stay and read differently; ``asked`` of the removed ones were changed in the calendar and are
    asked about first; ``taken`` open proposals say something that the calendar would then decide itself.
    """

    added: list[int]
    removed: list[int]
    rewritten: int = 0
    asked: int = 0
    taken: int = 0
    given: tuple[str, ...] = ()  # fields that the calendar would own …
    withdrawn: tuple[str, ...] = ()  # … and would not own any more

    @property
    def is_nothing(self) -> bool:
        return not (self.added or self.removed or self.rewritten or self.given or self.withdrawn)


def effects(calendar: RemoteCalendar, wanted: Settings, *, now: datetime) -> Effects:
    """What would follow at ``now``. What leaves the calendar anyway, since it is long over, is not counted."""
    before, after = chosen_now(calendar, now=now), chosen_now(wanted.on(calendar), now=now)
    items = calendar.items.ours().filter(deleted_at=None).exclude(base={}).order_by()
    there = set(items.values_list("event", flat=True))
    removed = [pk for pk in _soonest(before) if pk in there and pk not in after]
    proposals = SyncProposal.objects.open().filter(item__calendar=calendar)
    asked = set(proposals.values_list("item__event", flat=True)) & set(removed)
    given = tuple(name for name in wanted.remote_owns if name not in calendar.remote_owns)
    return Effects(
        added=[pk for pk in _soonest(after) if pk not in there],
        removed=removed,
        rewritten=len(there & after.keys()) if wanted.language != calendar.language else 0,
        asked=len(asked),
        taken=len(_settled_by(calendar, given)),
        given=given,
        withdrawn=tuple(name for name in calendar.remote_owns if name not in wanted.remote_owns),
    )


@transaction.atomic
def change(calendar: RemoteCalendar, wanted: Settings, *, agreed: int, now: datetime, by) -> Effects:
    """Keep the new settings and ask for a run, which may take away the ``agreed`` copies without asking again.

    Raises ``ValidationError``: ``busy`` while a run goes on with the former settings, ``more`` if by now more copies
    would go than ``agreed``, and what the row's own constraints say.
    """
    rows = RemoteCalendar.objects.select_for_update(of=("self",)).select_related("owner", "city")
    calendar = rows.get(pk=calendar.pk)
    if calendar.lease_until is not None and calendar.lease_until > now:
        raise ValidationError(_("A run is going on. Wait until it is over, then try again."), code="busy")
    found = effects(calendar, wanted, now=now)
    if len(found.removed) > agreed:
        raise ValidationError(_("Meanwhile more entries would leave the calendar: look again."), code="more")
    changed = wanted.on(calendar)
    changed.full_clean()
    changed.agreed_removals = len(found.removed)
    changed.save(update_fields=[*vars(wanted), "agreed_removals"])
    calendar.items.filter(pk__in=_settled_by(calendar, found.given)).update(rendered="")  # looked at in the next run
    state = calendar.paused_because or scheduling.RUNNING
    record_transition(changed, from_state=state, to_state="changed", now=now, actor=by)
    scheduling.run_soon(changed, now=now)
    return found


def _soonest(chosen: dict[int, Chosen]) -> list[int]:
    """Those to come first, each in the order of their time."""
    return sorted(chosen, key=lambda pk: chosen[pk].is_over)


def _settled_by(calendar: RemoteCalendar, given: tuple[str, ...]) -> set[int]:
    """Entries about which a question is open that would not be asked if ``given`` were the calendar's own."""
    rows = SyncProposal.objects.open().filter(item__calendar=calendar, kind=SyncProposal.Kind.CHANGE)
    found = rows.values_list("item", "fields", "item__event__event_attendance_mode")
    return {
        item
        for item, fields, mode in found
        if set(fields) & (set(given) - ({ROOM} if mode == Event.AttendanceMode.ONLINE else set()))
    }
