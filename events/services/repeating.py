"""One event made like another: what is copied and what is not (events spec 12.13, 17 "copy")."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from events import owners
from events.models import Event, EventLanguage, SeatPool
from events.services import registrations, scheduling
from events.services.rules import copy_rules
from iurc_portal.clock import shift_out_of_gap

# What makes an event this one and no other. All other fields that people write are copied, those of the future, too.
OWN = {
    "id",
    "slug",
    "dtstart",
    "dtend",
    "tzid",
    "all_day",
    *(f"cancellation_reason_{code}" for code in ("it", "en", "ja")),
}


def copied_fields() -> list[models.Field]:
    """The fields of an event that a further date takes over. Times among them are taken relative to the start."""
    names = {field.name for field in Event._meta.concrete_fields}
    return [
        field
        for field in Event._meta.concrete_fields
        if field.editable
        and field.name not in OWN
        and f"{field.name}_en" not in names  # a translated text: its three columns are copied
        and not getattr(field, "auto_now", False)
    ]


def values_for(pattern: Event, *, start: datetime) -> dict:
    """What an event at ``start`` (aware) takes over from ``pattern``. Closing times keep their hour on the wall."""
    values = {}
    for field in copied_fields():
        value = getattr(pattern, field.name)
        if isinstance(field, models.DateTimeField) and value is not None:
            value = _as_far(value, pattern.dtstart, start, pattern.tzid)
        values[field.name] = value
    return values


def copy_of(
    pattern: Event,
    *,
    start: datetime,
    end: datetime,
    tzid: str,
    now: datetime,
    all_day: bool | None = None,
    by=None,
    **fields,
) -> Event:
    """A new draft like ``pattern`` from ``start`` to ``end`` (aware): its texts, switches, questions, seats by kind,
    themes, languages and reminders, without those that would have been due already (4.1). Nobody is in it yet.
    """
    event = scheduling.create_event(
        start=start,
        end=end,
        tzid=tzid,
        all_day=pattern.all_day if all_day is None else all_day,
        now=now,
        by=by,
        pattern=pattern,
        themes=list(pattern.themes.all()),
        languages=[(line.language, line.role) for line in pattern.languages.all()],
        **values_for(pattern, start=start),
        **fields,
    )
    _copy_seats(event, pattern)
    return event


@transaction.atomic
def copy_event(pattern: Event, *, start: datetime, end: datetime, tzid: str, all_day: bool, now: datetime, by=None):
    """A draft like ``pattern`` at another time, with what owns it, outside of any series (17). Returns the event.

    Raises ``ValidationError``: ``owned`` where the event belongs to something that cannot be repeated.
    """
    check_can_copy(pattern)
    event = copy_of(pattern, start=start, end=end, tzid=tzid, all_day=all_day, now=now, by=by)
    copy_owner(pattern, event)
    return event


def check_can_copy(event: Event) -> None:
    """Raises ``ValidationError`` (``owned``) for an event of something that cannot be made twice."""
    found = owners.owner_of(event)
    if found is not None and found[0].copy is None:
        raise ValidationError(_("This event belongs to a visit and cannot be repeated."), code="owned")


def copy_owner(pattern: Event, event: Event) -> None:
    """Give ``event`` an owner like that of ``pattern``, if it has one."""
    found = owners.owner_of(pattern)
    if found is not None and found[0].copy is not None:
        found[0].copy(found[1], event)


def copy_onto(event: Event, pattern: Event, *, now: datetime, by=None) -> bool:
    """Let ``event`` say what ``pattern`` says; its times stay. The place goes through ``scheduling`` (5.1).

    Seats of a kind that ``pattern`` has not are kept: somebody may sit on them. Returns whether anything changed.
    """
    values = values_for(pattern, start=event.dtstart)
    venue = {name: values.pop(name) for name in scheduling.VENUE_FIELDS if name in values}
    changed = [name for name, value in values.items() if getattr(event, name) != value]
    moved = {name: value for name, value in venue.items() if (getattr(event, name) or "") != (value or "")}
    if moved:
        scheduling.relocate_event(event, now=now, by=by, **moved)
    for name in changed:
        setattr(event, name, values[name])
    if changed:
        event.full_clean(validate_constraints=False)
        event.save(update_fields=[*changed, "last_modified"])
    others = [
        _copy_themes(event, pattern),
        _copy_languages(event, pattern),
        _copy_seats(event, pattern),
        copy_rules(pattern, event, now=now),
    ]
    if changed or any(others):
        registrations.promote_soon(event, now=now)  # there may be more places now
    return bool(changed or moved or any(others))


def _copy_themes(event: Event, pattern: Event) -> bool:
    themes = set(pattern.themes.all())
    if themes == set(event.themes.all()):
        return False
    event.themes.set(themes)
    return True


def _copy_languages(event: Event, pattern: Event) -> bool:
    wanted = set(pattern.languages.values_list("language", "role"))
    present = {(line.language, line.role): line for line in event.languages.all()}
    for key in present.keys() - wanted:
        present[key].delete()
    new = [EventLanguage(event=event, language=code, role=role) for code, role in sorted(wanted - present.keys())]
    EventLanguage.objects.bulk_create(new)
    return wanted != present.keys()


def _copy_seats(event: Event, pattern: Event) -> bool:
    """As many seats of each kind as ``pattern`` has. Fewer than are taken is allowed and shown as "over" (2.16)."""
    wanted: dict[str, Any] = dict(pattern.seat_pools.values_list("kind", "size"))
    present = {pool.kind: pool for pool in event.seat_pools.all()}
    others = [pool for pool in present.values() if pool.size != wanted.get(pool.kind, pool.size)]
    for pool in others:
        pool.size = wanted[pool.kind]
    SeatPool.objects.bulk_update(others, ["size"])
    new = [SeatPool(event=event, kind=kind, size=size) for kind, size in wanted.items() if kind not in present]
    SeatPool.objects.bulk_create(new)
    return bool(others or new)


def _as_far(moment: datetime, from_start: datetime, to_start: datetime, tzid: str) -> datetime:
    """The moment that lies before ``to_start`` as ``moment`` lies before ``from_start``, on the clocks of the wall."""
    zone = ZoneInfo(tzid)
    walls = [instant.astimezone(zone).replace(tzinfo=None, fold=0) for instant in (moment, from_start, to_start)]
    return shift_out_of_gap(walls[2] - (walls[1] - walls[0]), tzid)
