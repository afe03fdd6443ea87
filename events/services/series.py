"""Making events of a series' rule, and changing "this one" or "this and the later ones" (events spec 12.11–12.13).

Past, cancelled and individually changed dates are never touched by a change of the rule. Every function locks the
series' row first, then events as ``scheduling`` does. Who may do it is the caller's question.
"""

import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from events import owners
from events.models import Event, Series
from events.recurrence import WALL, Date, Rule, check_start, validate_rrule, walls_as_text
from events.services import scheduling
from events.services.repeating import check_can_copy, copy_of, copy_onto, copy_owner
from events.services.series_plan import Change, ahead, check_to_come, follows_rule, place_of, plan_change, wall_in
from events.slugs import free_series_slug
from iurc_portal.audit.services import record_transition
from iurc_portal.notifications.services import heartbeat
from iurc_portal.translation.languages import columns

log = logging.getLogger(__name__)
JOB = "extend_series"
RULE_FIELDS = ["rrule", "wall_start", "duration", "anchor_tzid", "exdate", "made_until"]


@transaction.atomic
def start_series(event: Event, *, rrule: str, exdate: Iterable[datetime] = (), now: datetime, by=None) -> Series:
    """Let ``event`` be the first date of a series by ``rrule``, on the clock of its zone, and make a year of dates.

    ``exdate`` are wall-clock starts to leave out. The dates are drafts if ``event`` is one, else published. Raises
    ``ValidationError``: ``rrule``, ``start`` (the event does not follow the rule), ``past``, ``in_series``, or
    ``owned`` where the event belongs to something that cannot be repeated.
    """
    if connection.features.has_select_for_update:
        Event.objects.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True).get(pk=event.pk)
    event.refresh_from_db(fields=["series", "status", *scheduling.TIME_FIELDS])
    check_can_repeat(event, now=now)
    rule = rule_from(event, rrule=rrule, exdate=exdate)
    series = Series(
        rrule=rule.rrule,
        wall_start=f"{rule.wall_start:{WALL}}",
        duration=rule.duration,
        anchor_tzid=rule.tzid,
        exdate=walls_as_text(rule.exdate),
        **{name: getattr(event, name) or "" for name in columns("name", "description")},
    )
    series.slug = free_series_slug(series, otherwise=f"series-{event.public_id.hex[:8]}")
    series.full_clean()
    series.save()
    event.series, event.recurrence_id = series, event.dtstart
    event.save(update_fields=["series", "recurrence_id"])
    record_transition(series, from_state="", to_state="", now=now, actor=by, reason="rule", comment=series.rrule)
    extend_series(series, now=now, by=by)
    return series


def check_can_repeat(event: Event, *, now: datetime) -> None:
    """Raises ``ValidationError`` for an event that cannot begin a series."""
    if event.series_id is not None:
        raise ValidationError(_("This event is a date of a series already."), code="in_series")
    if event.dtstart <= now or event.is_cancelled:
        raise ValidationError(_("Only an event that is still to come can be repeated."), code="past")
    check_can_copy(event)


def rule_from(event: Event, *, rrule: str, exdate: Iterable[datetime] = ()) -> Rule:
    """The rule by which ``event`` would repeat. Raises ``ValidationError``: ``rrule`` or ``start``."""
    validate_rrule(rrule)
    zone = ZoneInfo(event.tzid)
    start, end = (instant.astimezone(zone).replace(tzinfo=None, fold=0) for instant in (event.dtstart, event.dtend))
    rule = Rule(rrule, start, max(end - start, timedelta(minutes=1)), event.tzid, frozenset(exdate))
    check_start(rule)
    return rule


@transaction.atomic
def extend_series(series: Series, *, now: datetime, by=None) -> list[Event]:
    """Make the dates of ``series`` that are not made yet, a year ahead of ``now`` (aware). Returns the new events."""
    series = _lock(series)
    horizon = now + ahead()
    since = series.made_until
    present = set(series.events.values_list("recurrence_id", flat=True))
    pattern = pattern_of(series)
    made = [
        _make(series, pattern, date, now=now, by=by)
        for date in series.rule.dates(until=horizon)
        if date.end > now and date.start not in present and (since is None or date.start > since)
    ]
    series.made_until = max(horizon, since) if since else horizon
    series.save(update_fields=["made_until"])
    return made


def extend_all(*, now: datetime) -> dict[str, int]:
    """Every series, each in its own transaction: one that is refused does not stop the others.

    Returns how many dates were made, and how many series failed.
    """
    with heartbeat(JOB, now=now) as counts:
        counts |= {"made": 0, "failed": 0}
        for series in Series.objects.filter(made_until__lt=now + ahead(), events__isnull=False).distinct():
            try:
                counts["made"] += len(extend_series(series, now=now))
            except ValidationError:
                log.exception("series %s was not extended", series.pk)
                counts["failed"] += 1
    return counts


def pattern_of(series: Series) -> Event:
    """The event after which further dates are made: the latest that was neither cancelled nor changed on its own."""
    events = list(series.events.order_by("-recurrence_id", "-pk")[:60])
    return next((event for event in events if not event.is_cancelled and not event.changed_alone), events[0])


@transaction.atomic
def change_later(
    event: Event, rule: Rule, *, now: datetime, by=None, texts_too: bool = False, all_day: bool | None = None
) -> Change:
    """Give ``event`` and the later dates of its series a new rule, whose first date is ``event``'s new one (12.13).

    Dates move where the new rule has one in the same day, week or month as before; further ones are made, those
    without a place are removed: deleted while unpublished, else cancelled. ``texts_too`` copies what ``event`` says
    onto the others, ``all_day`` makes whole days or hours of them. Raises ``ValidationError``: ``rrule``, ``start``,
    ``past``, ``no_series``.
    """
    series, named = place_of(event)
    event.series = series = _lock(series)
    change = plan_change(event, rule, now=now)
    kept_before = {wall for wall in series.rule.exdate if wall < wall_in(named, series.rule)}
    _rename(change)
    series.rrule, series.anchor_tzid, series.duration = rule.rrule, rule.tzid, rule.duration
    series.wall_start = f"{rule.wall_start:{WALL}}"
    series.exdate = walls_as_text({*kept_before, *rule.exdate, *(date.wall for date in change.left_out)})
    series.made_until = max(now + ahead(), series.made_until or now)
    series.full_clean()
    series.save(update_fields=RULE_FIELDS)
    Event.objects.filter(pk=event.pk).update(changed_alone=False)
    for row, date in change.moved:
        scheduling.schedule_event(row, start=date.start, end=date.end, tzid=rule.tzid, all_day=all_day, now=now, by=by)
    for row in change.removed:
        _remove(row, now=now, by=by)
    event.refresh_from_db()
    for date in change.made:
        _make(series, event, date, now=now, by=by)
    if texts_too:
        copy_to_later(event, now=now, by=by)
    record_transition(series, from_state="", to_state="", now=now, actor=by, reason="rule", comment=series.rrule)
    return change


@transaction.atomic
def copy_to_later(event: Event, *, now: datetime, by=None) -> int:
    """Let the later dates say what ``event`` says: texts, place, registration. Returns how many were changed."""
    series, named = place_of(event)
    later = series.events.filter(recurrence_id__gt=named).select_related("series")
    rows = [row for row in later.order_by("recurrence_id") if follows_rule(row, now=now)]
    return sum(copy_onto(row, event, now=now, by=by) for row in rows)


@transaction.atomic
def remove_date(event: Event, *, now: datetime, by=None, reason="") -> None:
    """Take one date off: an EXDATE if it was never published, else a cancellation that people are told of (12.13)."""
    series, named = place_of(event)
    series = _lock(series)
    check_to_come(event, now=now)
    if not event.was_published:
        series.exdate = walls_as_text({*series.rule.exdate, wall_in(named, series.rule)})
        series.save(update_fields=["exdate"])
    _remove(event, now=now, by=by, reason=reason)


@transaction.atomic
def end_before(event: Event, *, now: datetime, by=None) -> list[Event]:
    """End the series before ``event``: it and the later dates that follow the rule are removed. Returns them."""
    series, named = place_of(event)
    series = _lock(series)
    check_to_come(event, now=now)
    last = wall_in(named, series.rule) - timedelta(seconds=1)
    later = series.events.filter(recurrence_id__gte=named).select_related("series").order_by("recurrence_id")
    rows = [row for row in later if row.pk == event.pk or follows_rule(row, now=now)]
    parts = [part for part in series.rrule.split(";") if not part.startswith(("COUNT=", "UNTIL="))]
    series.rrule = ";".join([*parts, f"UNTIL={last:%Y%m%dT%H%M%S}"])
    series.save(update_fields=["rrule"])
    for row in rows:
        _remove(row, now=now, by=by)
    record_transition(series, from_state="", to_state="", now=now, actor=by, reason="rule", comment=series.rrule)
    return rows


def change_alone(event: Event) -> None:
    """Note that staff changed this date and not the series: no later change of the rule touches it (12.13)."""
    if event.series_id is not None:
        event.changed_alone = True
        Event.objects.filter(pk=event.pk).update(changed_alone=True)


def shifted(rule: Rule, **changes) -> Rule:
    """``rule`` with another start, length, zone or RRULE; what it leaves out stays with the former one."""
    return replace(rule, exdate=frozenset(), **changes)


def _lock(series: Series) -> Series:
    rows = Series.objects
    if connection.features.has_select_for_update:
        return rows.select_for_update(of=("self",), no_key=True).get(pk=series.pk)
    return rows.get(pk=series.pk)


def _make(series: Series, pattern: Event, date: Date, *, now: datetime, by) -> Event:
    """A date like ``pattern``, with what owns it, published if ``pattern`` is."""
    event = copy_of(
        pattern,
        start=date.start,
        end=date.end,
        tzid=series.anchor_tzid,
        now=now,
        by=by,
        series=series,
        recurrence_id=date.start,
    )
    copy_owner(pattern, event)
    if pattern.status == Event.Status.CONFIRMED:
        scheduling.publish_event(event, now=now, by=by)
    return event


def _remove(event: Event, *, now: datetime, by, reason="") -> None:
    if event.was_published:
        scheduling.cancel_event(event, now=now, by=by, reason=reason)
        return
    found = owners.owner_of(event)
    if found is not None:
        found[1].delete()
    scheduling.delete_event(event)


def _rename(change: Change) -> None:
    """Give events their new name within the series; all lose theirs first, so that two may change places.

    One that has no new date keeps its former name, unless another bears it now.
    """
    named = [*change.moved, *((row, date) for row, date in change.kept if date is not None)]
    nameless = [*change.removed, *(row for row, date in change.kept if date is None)]
    rows = [*(row for row, _date in named), *nameless]
    Event.objects.filter(pk__in=[row.pk for row in rows]).update(recurrence_id=None)
    for row, date in named:
        row.recurrence_id = date.start
    taken = {date.start for _row, date in named} | {date.start for date in change.made}
    for row in nameless:
        row.recurrence_id = None if row.recurrence_id in taken else row.recurrence_id
    Event.objects.bulk_update(rows, ["recurrence_id"], batch_size=200)
