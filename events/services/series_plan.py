"""What a new rule does to the dates of a series, before anything is written (events spec 12.13). Reads only."""

from collections import defaultdict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from events.models import Event, Series
from events.recurrence import Date, Rule, check_start, validate_rrule


@dataclass(frozen=True)
class Change:
    """What a new rule does to the dates from one on: events with their new date, dates to make, events to remove.

    ``kept`` are past, cancelled and individually changed events, with the new date for which each stands, if any.
    ``left_out`` are new dates in place of such as were removed before.
    """

    moved: list[tuple[Event, Date]]
    made: list[Date]
    removed: list[Event]
    kept: list[tuple[Event, Date | None]]
    left_out: list[Date]

    @property
    def really_moved(self) -> list[tuple[Event, Date]]:
        return [(event, date) for event, date in self.moved if (event.dtstart, event.dtend) != (date.start, date.end)]


def place_of(event: Event) -> tuple[Series, datetime]:
    """The series of ``event`` and its name there. Raises ``ValidationError`` (``no_series``) for any other event."""
    if event.series is None or event.recurrence_id is None:
        raise ValidationError(_("This event is not a date of a series."), code="no_series")
    return event.series, event.recurrence_id


def check_to_come(event: Event, *, now: datetime) -> None:
    """Raises ``ValidationError`` (``past``) for a date that is over or cancelled."""
    if event.dtend <= now or event.is_cancelled:
        raise ValidationError(_("This date is over or cancelled: choose a later one."), code="past")


def follows_rule(event: Event, *, now: datetime) -> bool:
    """Whether a change of the rule may touch ``event``: to come, not cancelled, as the rule made it (12.13)."""
    series, named = place_of(event)
    date = series.rule.date_at(wall_in(named, series.rule))
    as_ruled = event.dtstart == named and event.dtend - event.dtstart == date.end - date.start
    return event.dtend > now and not event.is_cancelled and not event.changed_alone and as_ruled


def plan_change(event: Event, rule: Rule, *, now: datetime) -> Change:
    """What ``change_later`` would do; reads only. Raises ``ValidationError`` as it does."""
    series, named = place_of(event)
    check_to_come(event, now=now)
    validate_rrule(rule.rrule)
    check_start(rule)
    old = series.rule
    rows = list(series.events.filter(recurrence_id__gte=named).order_by("recurrence_id"))
    for row in rows:
        row.series = series  # one object for all
    until = max(now + ahead(), series.made_until or now, rule.date_at(rule.wall_start).start)
    dates = rule.dates(until=until)
    gone = [wall for wall in old.exdate if wall >= wall_in(named, old)]
    others: list[tuple[datetime, Event | None]] = [(wall, None) for wall in gone]
    others += [(wall_in(place_of(row)[1], old), row) for row in rows if row.pk != event.pk]
    pairs, rows_left, dates_left = _pair(others, dates[1:], _period(old, rule))
    change = Change([(event, dates[0])], dates_left, [], [], [])
    for row, date in pairs:
        if row is None:
            change.left_out.append(date)
        elif follows_rule(row, now=now):
            change.moved.append((row, date))
        else:
            change.kept.append((row, date))
    for row in rows_left:
        if row is not None and follows_rule(row, now=now):
            change.removed.append(row)
        elif row is not None:
            change.kept.append((row, None))
    return change


def ahead() -> timedelta:
    return timedelta(days=settings.IURC_EVENTS["series_days_ahead"])


def wall_in(instant: datetime, rule: Rule) -> datetime:
    """What the wall of the rule's anchor shows at ``instant`` (aware), naive."""
    return instant.astimezone(ZoneInfo(rule.tzid)).replace(tzinfo=None, fold=0)


def _period(old: Rule, new: Rule) -> Callable[[datetime], Hashable]:
    """Within what a date stays the same date when the rule changes: its week or month, if both rules count those."""
    if old.frequency != new.frequency:
        return lambda wall: wall.date()
    return {
        "WEEKLY": lambda wall: wall.isocalendar()[:2],
        "MONTHLY": lambda wall: (wall.year, wall.month),
        "YEARLY": lambda wall: wall.year,
    }.get(new.frequency, lambda wall: wall.date())


def _pair(olds: list[tuple[datetime, Event | None]], dates: list[Date], key):
    """Match old dates with new ones: the same day first, then in order within the period that ``key`` gives."""
    pairs: list[tuple[Event | None, Date]] = []
    for same in (lambda wall: wall.date(), key):
        waiting: dict[Hashable, list[Date]] = defaultdict(list)
        for date in dates:
            waiting[same(date.wall)].append(date)
        left = []
        for wall, row in sorted(olds, key=lambda old: old[0]):
            if waiting[same(wall)]:
                pairs.append((row, waiting[same(wall)].pop(0)))
            else:
                left.append((wall, row))
        olds = left
        dates = sorted((date for rest in waiting.values() for date in rest), key=lambda date: date.wall)
    return pairs, [row for _wall_, row in olds], dates
