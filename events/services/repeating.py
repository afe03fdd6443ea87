"""One event made like another: what is copied and what is not (events spec 12.13, 17 "copy")."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import models

from events.models import Event
from events.services import scheduling
from iurc_portal.clock import shift_out_of_gap

# What makes an event this one and no other. All other fields that people write are copied, those of the future, too.
OWN = {"id", "slug", "dtstart", "dtend", "tzid", *(f"cancellation_reason_{code}" for code in ("it", "en", "ja"))}


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


def copy_of(pattern: Event, *, start: datetime, end: datetime, tzid: str, now: datetime, by=None, **fields) -> Event:
    """A new draft like ``pattern`` from ``start`` to ``end`` (aware), with its themes, languages and reminders."""
    return scheduling.create_event(
        start=start,
        end=end,
        tzid=tzid,
        now=now,
        by=by,
        reminders=[rule.trigger for rule in pattern.reminder_rules.all()],
        themes=list(pattern.themes.all()),
        languages=[(line.language, line.role) for line in pattern.languages.all()],
        **values_for(pattern, start=start),
        **fields,
    )


def copy_onto(event: Event, pattern: Event, *, now: datetime, by=None) -> bool:
    """Let ``event`` say what ``pattern`` says; its times stay. The place goes through ``scheduling`` (5.1).

    Returns whether anything changed.
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
    themes = set(pattern.themes.all())
    if themes != set(event.themes.all()):
        event.themes.set(themes)
        return True
    return bool(changed or moved)


def _as_far(moment: datetime, from_start: datetime, to_start: datetime, tzid: str) -> datetime:
    """The moment that lies before ``to_start`` as ``moment`` lies before ``from_start``, on the clocks of the wall."""
    zone = ZoneInfo(tzid)
    walls = [instant.astimezone(zone).replace(tzinfo=None, fold=0) for instant in (moment, from_start, to_start)]
    return shift_out_of_gap(walls[2] - (walls[1] - walls[0]), tzid)
