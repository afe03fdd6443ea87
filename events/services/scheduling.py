"""Putting events on the calendar and taking them off (events spec 1.1–1.3, 4.14, 5.3, 6.4, 12.1–12.4).

Every function locks the event's row, changes it, writes the log and tells the apps above once that is committed.
People are told a little later, of the sum of the edits: ``events.services.notices`` reads what is noted here. Who may
do it is the caller's question.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.dispatch import Signal
from django.utils import timezone
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext_lazy as _

from events import signals
from events.models import Delivery, Event, EventLanguage
from events.models.events import uid_for
from events.services import registrations
from events.services.changes import STATUS, TIME, record_changes
from events.services.changes import VENUE as VENUE_FIELDS
from events.services.rules import DEFAULT_REMINDERS, copy_rules, give_rules, keep_fitting
from events.slugs import free_event_slug
from iurc_portal.audit.services import record_transition
from iurc_portal.clock import begins_day, resolve_wall_clock, validate_tzid
from iurc_portal.database import after_commit
from iurc_portal.translation.languages import Language

__all__ = ["DEFAULT_REMINDERS", "VENUE_FIELDS"]
STATE_FIELDS = [
    "status",
    "sequence",
    "schedule_version",
    "schedule_since",
    "published_at",
    "cancelled_at",
    *(f"cancellation_reason_{code}" for code in Language.values),
]
MOVED = gettext_noop("the event has moved since")
TIME_FIELDS = ["dtstart", "dtend", "tzid", "all_day", "wall_start", "wall_end"]


@transaction.atomic
def create_event(
    *,
    start: datetime,
    end: datetime,
    tzid: str = "Europe/Rome",
    all_day: bool = False,
    start_fold: int | None = None,
    end_fold: int | None = None,
    reminders: Iterable[str] | None = None,
    themes: Iterable = (),
    languages: Iterable[tuple[str, str]] = (),
    event: Event | None = None,
    pattern: Event | None = None,
    now: datetime | None = None,
    by=None,
    **fields,
) -> Event:
    """Write a new draft with its UID, its slug and its reminders; ``publish_event`` makes it public.

    ``start`` and ``end`` are wall-clock times of ``tzid`` (naive; see ``schedule_event``) or aware instants; for
    ``all_day`` they bound days (``clock.day_bounds``), else ``ValidationError``, code ``all_day``.
    ``languages`` are pairs of language code and ``EventLanguage.Role``; ``reminders`` the usual triggers where a form
    asked for them, else those of the track (``services.rules.give_rules``); with ``pattern`` they are those of that
    event. ``event`` is an unsaved instance to fill, for forms. ``fields`` are those of ``Event``. Raises
    ``ValidationError``; nothing is written then.
    """
    event = event or Event()
    for name, value in fields.items():
        setattr(event, name, value)
    event.status = Event.Status.TENTATIVE
    event.uid = uid_for(event.public_id)
    event.slug = event.slug or free_event_slug(event)
    event.all_day = all_day
    _set_times(event, start=start, end=end, tzid=tzid, start_fold=start_fold, end_fold=end_fold)
    event.full_clean()
    event.save()
    event.themes.add(*themes)
    EventLanguage.objects.bulk_create(EventLanguage(event=event, language=code, role=role) for code, role in languages)
    now = now or timezone.now()
    if pattern is None:
        give_rules(event, usual=reminders)
        keep_fitting(event)
    else:
        copy_rules(pattern, event, now=now)
    record_transition(event, from_state="", to_state=event.status, now=now, actor=by)
    return event


@transaction.atomic
def schedule_event(
    event: Event,
    *,
    start: datetime,
    end: datetime,
    tzid: str | None = None,
    all_day: bool | None = None,
    now: datetime,
    by=None,
    start_fold: int | None = None,
    end_fold: int | None = None,
) -> Event:
    """Give ``event`` new times. The same times again change nothing. Without ``all_day`` it stays as it is in that.

    Naive ``start`` and ``end`` are what a clock on the wall of ``tzid`` (default: the event's own zone) shows: one
    that no clock shows is refused (``WallClockError``, code ``gap``), one that comes twice needs ``start_fold`` or
    ``end_fold``, 0 for the first and 1 for the second (code ``fold``). Aware ones are instants and leave no question.
    People who were told of the old times get a higher SEQUENCE; reminders that have not left are void (4.14, 6.4).
    """
    _lock(event)
    former = [getattr(event, field) for field in TIME_FIELDS]
    told = {field: getattr(event, field) for field in TIME}
    event.all_day = event.all_day if all_day is None else all_day
    _set_times(event, start=start, end=end, tzid=tzid or event.tzid, start_fold=start_fold, end_fold=end_fold)
    if former == [getattr(event, field) for field in TIME_FIELDS]:
        return event
    _raise_sequence(event)
    _new_schedule(event, now=now)
    event.save(update_fields=[*TIME_FIELDS, *STATE_FIELDS, "last_modified"])
    keep_fitting(event)
    record_changes(event, told, now=now, by=by)
    record_transition(
        event,
        from_state=event.status,
        to_state=event.status,
        now=now,
        actor=by,
        reason="moved",
        comment=f"{former[3] or former[0]} {former[2]} → {event.wall_start} {event.tzid}",
    )
    if event.status == Event.Status.CONFIRMED:
        _tell(signals.event_moved, event)
    return event


@transaction.atomic
def relocate_event(event: Event, *, now: datetime, by=None, **venue) -> Event:
    """Change where an event is or how people take part (``VENUE_FIELDS``): material too, so SEQUENCE rises (5.1)."""
    unknown = set(venue) - set(VENUE_FIELDS)
    if unknown:
        raise TypeError(f"relocate_event does not change {', '.join(sorted(unknown))}")
    _lock(event)
    event.refresh_from_db(fields=list(VENUE_FIELDS))
    changed = [name for name, value in venue.items() if (getattr(event, name) or "") != (value or "")]
    if not changed:
        return event
    told = {name: getattr(event, name) for name in changed}
    for name in changed:
        setattr(event, name, venue[name])
    _raise_sequence(event)
    event.save(update_fields=[*changed, "sequence", "last_modified"])
    record_changes(event, told, now=now, by=by)
    record_transition(
        event,
        from_state=event.status,
        to_state=event.status,
        now=now,
        actor=by,
        reason="venue",
        comment=", ".join(changed),
    )
    if event.status == Event.Status.CONFIRMED:
        _tell(signals.event_moved, event)
    return event


@transaction.atomic
def renew_event(event: Event, *, now: datetime, by=None, reason: str) -> Event:
    """Something that an app above keeps of ``event`` changed and matters to who holds it: SEQUENCE rises (6.4).

    ``reason`` is the word the log keeps.
    """
    _lock(event)
    _raise_sequence(event)
    event.save(update_fields=["sequence", "last_modified"])
    record_transition(event, from_state=event.status, to_state=event.status, now=now, actor=by, reason=reason)
    return event


@transaction.atomic
def publish_event(event: Event, *, now: datetime, by=None) -> Event:
    """Make a draft public. SEQUENCE starts at 0 whatever was edited before, and rises when published again (6.4)."""
    _lock(event)
    if event.is_cancelled:
        raise ValidationError(_("This event is cancelled: restore it instead of publishing it."), code="transition")
    former = event.move_to(Event.Status.CONFIRMED)
    if event.was_published:
        event.sequence += 1
    else:
        event.sequence = 0
        event.published_at = now
    _new_schedule(event, now=now)
    _save_state(event, former, now=now, by=by)
    _tell(signals.event_published, event)
    return event


@transaction.atomic
def unpublish_event(event: Event, *, now: datetime, by=None) -> Event:
    """Take an event off pages and feeds. Nobody is told (1.2); those who hold a place keep it.

    What changes while it is a draft is told once it is published again (1.3).
    """
    _lock(event)
    former = event.move_to(Event.Status.TENTATIVE)
    _new_schedule(event, now=now)
    _save_state(event, former, now=now, by=by)
    return event


@transaction.atomic
def cancel_event(event: Event, *, now: datetime, by=None, reason: str | Mapping[str, str] = "") -> Event:
    """Cancel an event: its page stays and says why, and whoever holds a place is told, with a CANCEL (5.5, 6.9).

    Restored within the quiet minutes, it was never cancelled for anybody (5.2). ``reason`` is a text in the active
    language, or texts by language code.
    """
    _lock(event)
    former = event.move_to(Event.Status.CANCELLED)
    event.cancelled_at = now
    reasons = reason if isinstance(reason, Mapping) else {(get_language() or "en")[:2]: reason}
    for code in Language.values:
        setattr(event, f"cancellation_reason_{code}", reasons.get(code, ""))
    if event.was_published:
        event.sequence += 1
    _new_schedule(event, now=now)
    _save_state(event, former, now=now, by=by, comment=next(filter(None, reasons.values()), ""))
    _tell(signals.event_cancelled, event)
    return event


@transaction.atomic
def restore_event(event: Event, *, now: datetime, by=None) -> Event:
    """Undo a cancellation: those who were told of it get a new invitation with a higher SEQUENCE (5.5)."""
    _lock(event)
    if not event.is_cancelled:
        raise ValidationError(_("Only a cancelled event can be restored."), code="transition")
    former = event.move_to(Event.Status.CONFIRMED)
    event.cancelled_at = None
    for code in Language.values:
        setattr(event, f"cancellation_reason_{code}", "")
    if event.was_published:
        event.sequence += 1
    else:
        event.published_at = now
    _new_schedule(event, now=now)
    _save_state(event, former, now=now, by=by)
    _tell(signals.event_restored, event)
    return event


@transaction.atomic
def delete_event(event: Event) -> None:
    """Delete a draft that was never published. Raises ``ValidationError`` (code ``published``) for any other."""
    _lock(event)
    if event.was_published:
        raise ValidationError(
            _("This event was published: its entry is in other people's calendars. Cancel it instead."),
            code="published",
        )
    event.delete()


@transaction.atomic
def raise_sequence(event: Event) -> Event:
    """Give ``event`` the next SEQUENCE: what its people must learn has changed and stands in no field of it."""
    _lock(event)
    _raise_sequence(event)
    event.save(update_fields=["sequence", "last_modified"])
    return event


def _lock(event: Event) -> None:
    """Lock the event's row and read on ``event`` what decisions rest on; other fields stay as the caller has them."""
    if connection.features.has_select_for_update:
        Event.objects.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True).get(pk=event.pk)
    event.refresh_from_db(fields=[*TIME_FIELDS, *STATE_FIELDS])


def _instant(value: datetime, tzid: str, fold: int | None) -> datetime:
    if timezone.is_aware(value):
        return value.astimezone(ZoneInfo(tzid))
    return resolve_wall_clock(value, tzid, fold=fold)


def _set_times(event, *, start, end, tzid, start_fold, end_fold) -> None:
    validate_tzid(tzid)
    first, last = _instant(start, tzid, start_fold), _instant(end, tzid, end_fold)
    if last.timestamp() <= first.timestamp():
        raise ValidationError(_("The event ends before it starts: set an end after the start."), code="ends_before")
    if event.all_day and not (begins_day(first, tzid) and begins_day(last, tzid)):
        raise ValidationError(_("Whole days begin and end with the day: leave the hours out."), code="all_day")
    event.tzid = tzid
    event.wall_start, event.wall_end = (f"{time:%Y-%m-%dT%H:%M:%S}" for time in (first, last))
    event.dtstart, event.dtend = (time.astimezone(ZoneInfo("UTC")) for time in (first, last))


def _raise_sequence(event: Event) -> None:
    if event.was_published:
        event.sequence += 1


def _new_schedule(event: Event, *, now: datetime) -> None:
    """A new version of the schedule begins: reminders of the old one that have not left are void (4.14).

    Open offers of places end, and free places are offered anew once this is committed (3.2, 3.9).
    """
    registrations.close_all_offers(event, now=now)
    event.schedule_version += 1
    event.schedule_since = now
    Delivery.objects.filter(
        registration__event=event, state=Delivery.State.QUEUED, message__sent_at=None, message__isnull=False
    ).update(state=Delivery.State.VOID, reason=MOVED)


def _save_state(event: Event, former: str, *, now: datetime, by, comment: str = "") -> None:
    event.save(update_fields=[*STATE_FIELDS, "last_modified"])
    record_changes(event, {STATUS: former}, now=now, by=by)
    record_transition(event, from_state=former, to_state=event.status, now=now, actor=by, comment=comment)


def _tell(signal: Signal, event: Event) -> None:
    after_commit(signal.send_robust, sender=Event, event=event)
