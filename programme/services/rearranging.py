"""Rearranging an agenda: an item or all that follow it moved by minutes, a day copied, two items' hosts swapped.

Everything goes through ``services.agenda``: new times ask hosts again and are refused outside of the visit, each
refusal naming its item; then nothing of the whole is written.
"""

from collections.abc import Iterable
from datetime import date as Date
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from events.models import Event
from iurc_portal.clock import fold_of
from iurc_portal.translation.languages import Language, columns
from programme.models import AgendaItem, StudyVisit
from programme.services.agenda import (
    ITEM_FIELDS,
    lock_visit,
    plan_agenda_item,
    reschedule_agenda_item,
    set_hosts,
)

MOST_MINUTES = 12 * 60


@transaction.atomic
def move_item(item: AgendaItem, minutes: int, *, now: datetime, by=None) -> AgendaItem:
    """Begin and end ``item`` so many minutes later, or earlier below zero."""
    return _move([item], minutes, now=now, by=by)[0]


@transaction.atomic
def shift_from(item: AgendaItem, minutes: int, *, now: datetime, by=None) -> list[AgendaItem]:
    """Move ``item`` and all that follow it on its day, as far as they share a group with it; return them."""
    lock_visit(item.day.visit)
    tracks = set(item.tracks.values_list("pk", flat=True))
    following = [
        other
        for other in _present(item.day.visit).filter(day=item.day, event__dtstart__gte=item.event.dtstart)
        if not tracks or not _groups(other) or _groups(other) & tracks
    ]
    return _move(following, minutes, now=now, by=by)


@transaction.atomic
def place_item(item: AgendaItem, start: datetime, end: datetime, *, now: datetime, by=None) -> AgendaItem:
    """Let ``item`` begin and end at two instants (aware), on another day of the visit if need be."""
    return _reschedule(item, start, end, now=now, by=by)


@transaction.atomic
def lengthen_item(item: AgendaItem, minutes: int, *, now: datetime, by=None) -> AgendaItem:
    """End ``item`` so many minutes later."""
    length = timedelta(minutes=_sensible(minutes))
    return _reschedule(item, item.event.dtstart, item.event.dtend + length, now=now, by=by)


@transaction.atomic
def copy_day(visit: StudyVisit, source: Date, target: Date, *, now: datetime, by=None) -> list[AgendaItem]:
    """Plan the items of one day on another day of the visit too, at the same hours and with the same hosts.

    Copies are drafts whose hosts have yet to answer; interpreters and questions stay with the originals.
    Raises ``ValidationError`` (code ``empty``) where the day has no items, (``same``) where both are one day.
    """
    lock_visit(visit)
    if source == target:
        raise ValidationError(_("Choose another day to copy to."), code="same")
    copied = [_copy(item, target, now=now, by=by) for item in _present(visit).filter(day__date=source)]
    if not copied:
        raise ValidationError(_("That day has no items to copy."), code="empty")
    return copied


@transaction.atomic
def swap_hosts(first: AgendaItem, second: AgendaItem) -> None:
    """Let those who receive at one item receive at the other, and the other way round. All are asked again.

    Raises ``ValidationError`` (code ``same``) for one item twice.
    """
    if first.pk == second.pk:
        raise ValidationError(_("Choose two items."), code="same")
    lock_visit(first.day.visit)
    hosts = [[host.person for host in item.hosts.select_related("person")] for item in (first, second)]
    for item, people in ((first, hosts[1]), (second, hosts[0])):
        kept = {person.pk for person in hosts[0]} & {person.pk for person in hosts[1]}
        item.hosts.exclude(person__in=kept).delete()
        set_hosts(item, people)


def _present(visit: StudyVisit):
    return (
        AgendaItem.objects.filter(day__visit=visit)
        .exclude(event__status=Event.Status.CANCELLED)
        .select_related("event__place", "day__visit__host_city", "organisation", "vehicle")
        .prefetch_related("tracks", "hosts__person")
        .order_by("event__dtstart", "pk")
    )


def _groups(item: AgendaItem) -> set[int]:
    return {track.pk for track in item.tracks.all()}


def _sensible(minutes: int) -> int:
    """Raises ``ValidationError`` (code ``minutes``) for none and for more than half a day."""
    if not minutes or abs(minutes) > MOST_MINUTES:
        raise ValidationError(
            _("Write a number of minutes, up to %(most)s; with a minus it is earlier."),
            code="minutes",
            params={"most": MOST_MINUTES},
        )
    return minutes


def _move(items: Iterable[AgendaItem], minutes: int, *, now: datetime, by) -> list[AgendaItem]:
    by_so_much = timedelta(minutes=_sensible(minutes))
    return [
        _reschedule(item, item.event.dtstart + by_so_much, item.event.dtend + by_so_much, now=now, by=by)
        for item in items
    ]


def _wall(start: datetime, end: datetime, zone: ZoneInfo) -> dict:
    """Two instants as ``reschedule_agenda_item`` takes them. Raises ``ValidationError`` (code ``long``)."""
    begins, ends = start.astimezone(zone), end.astimezone(zone)
    if ends.date() > begins.date() + timedelta(days=1):
        raise ValidationError(_("It would end more than a day later."), code="long")
    return {
        "date": begins.date(),
        "starts": begins.time(),
        "ends": ends.time(),
        "ends_next_day": ends.date() > begins.date(),
        "start_fold": fold_of(begins),
        "end_fold": fold_of(ends),
    }


def _reschedule(item: AgendaItem, start: datetime, end: datetime, *, now: datetime, by) -> AgendaItem:
    try:
        return reschedule_agenda_item(item, now=now, by=by, **_wall(start, end, ZoneInfo(item.event.tzid)))
    except ValidationError as refusal:
        raise ValidationError(
            _("“%(item)s” cannot be moved: %(why)s"),
            code="cannot_move",
            params={"item": str(item.event), "why": " ".join(refusal.messages)},
        ) from refusal


def _copy(item: AgendaItem, day: Date, *, now: datetime, by) -> AgendaItem:
    event, zone = item.event, ZoneInfo(item.event.tzid)
    wall = _wall(event.dtstart, event.dtend, zone) | {"date": day}
    own = {
        name: getattr(item, name)
        for name in ITEM_FIELDS - set(columns("dress")) - {"kind", "organisation", "is_public"}
    }
    try:
        return plan_agenda_item(
            visit=item.day.visit,
            names=_texts_of(event, "name"),
            locations=_texts_of(event, "location"),
            dress=_texts_of(item, "dress"),
            place=event.place,
            kind=item.kind,
            organisation=item.organisation,
            is_public=item.is_public,
            hosts=[host.person for host in item.hosts.all()],
            tracks=item.tracks.all(),
            now=now,
            by=by,
            **own,
            **wall,
        )
    except ValidationError as refusal:
        raise ValidationError(
            _("“%(item)s” cannot be copied: %(why)s"),
            code="cannot_copy",
            params={"item": str(event), "why": " ".join(refusal.messages)},
        ) from refusal


def _texts_of(row, field: str) -> dict[str, str]:
    return {code: getattr(row, f"{field}_{code}") or "" for code in Language.values}
