"""What is written down on the day of a visit: that it runs late, and who was there (programme spec P20, P21)."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from events.models import Event
from iurc_portal.notifications.services import Letter, queue_messages
from iurc_portal.translation.times import date_words
from programme.models import AgendaItem, AgendaVersion, Attendance, DelayNotice, Delegate, StudyVisit
from programme.models.versions import MOST_MINUTES
from programme.services.agenda import lock_visit
from programme.services.readiness import today_in
from programme.services.release_letters import order_of, readers_of
from programme.versions.held import Held, comes, read, track_of

DELAY = "programme.delay"


def last_held(visit: StudyVisit) -> Held | None:
    """The agenda of ``visit`` as people hold it, or None before the first release."""
    version = AgendaVersion.objects.filter(visit=visit).order_by("-number").first()
    if version is None:
        return None
    version.visit = visit
    return read([version])[0]


# --- Running late ----------------------------------------------------------------------------------------------------


def delay_now(visit: StudyVisit, *, now: datetime) -> DelayNotice | None:
    """The last word on how late the day runs that it is at ``now`` in the host city; "on time again" is one, too."""
    notices = DelayNotice.objects.filter(visit=visit, at__gt=now - timedelta(days=1)).select_related("item")
    today = today_in(visit, now)
    return next((notice for notice in notices if today_in(visit, notice.at) == today), None)


def minutes_late(visit: StudyVisit, items: Iterable[AgendaItem], *, now: datetime) -> dict[int, int]:
    """How late each of today's ``items`` is expected, by number; items that are on time are left out. One query."""
    notice = delay_now(visit, now=now)
    if notice is None or not notice.minutes:
        return {}
    return {item.pk: notice.minutes for item in concerned(notice, list(items))}


def concerned(notice: DelayNotice, items: list[AgendaItem]) -> list[AgendaItem]:
    """Of ``items`` those that a delay moves: the one it begins with and what the same people do later that day."""
    first = next((item for item in items if item.pk == notice.item_id), None)
    if first is None:
        return []
    groups = {group.pk for group in first.groups}
    return [
        item
        for item in items
        if item.day.date == first.day.date
        and item.event.dtstart >= first.event.dtstart
        and not item.event.is_cancelled
        and (not groups or not item.groups or groups & {group.pk for group in item.groups})
    ]


@transaction.atomic
def note_delay(visit: StudyVisit, *, item: int, minutes: int, now: datetime, by=None) -> DelayNotice:
    """Say that today runs ``minutes`` late (below zero: early; zero: on time again) from ``item`` (a number) on.

    No event moves. Hosts whom it concerns get a letter at once. Saying the same again changes nothing. Raises
    ``ValidationError`` for ``minutes`` out of reach and for an ``item`` that is not one of today's to come.
    """
    lock_visit(visit)
    if not -MOST_MINUTES <= minutes <= MOST_MINUTES:
        limits = {"most": MOST_MINUTES}
        raise ValidationError(
            {
                "minutes": ValidationError(
                    _("Write at most %(most)s minutes; if it is more, move the items."), "minutes", limits
                )
            }
        )
    held = last_held(visit)
    found = next((one for one in held.items if one.pk == item), None) if held else None
    if held is None or found is None or not _is_to_come(found, visit, now=now):
        raise ValidationError({"item": ValidationError(_("Choose one of today's items that is not over."), "item")})
    last = delay_now(visit, now=now)
    if last is not None and (last.item_id, last.minutes) == (item, minutes):
        return last
    notice = DelayNotice.objects.create(visit=visit, item_id=item, minutes=minutes, at=now, by=by)
    _tell_hosts(notice, held, now=now)
    return notice


def _is_to_come(item: AgendaItem, visit: StudyVisit, *, now: datetime) -> bool:
    return not item.event.is_cancelled and item.day.date == today_in(visit, now) and item.event.dtend > now


def items_hosted(notice: DelayNotice, held: Held, person: int, *, now: datetime) -> list[AgendaItem]:
    """Of the items that ``notice`` moves those at which ``person`` receives and that are not over at ``now``."""
    hosted = {item["pk"] for item in held.version.snapshot["items"] if person in item["hosts"]}
    late = timedelta(minutes=max(notice.minutes, 0))
    moved = concerned(notice, list(held.items))
    return [item for item in moved if item.pk in hosted and item.event.dtend + late > now]


def _tell_hosts(notice: DelayNotice, held: Held, *, now: datetime) -> None:
    moved = concerned(notice, list(held.items))
    hosts = {host.pk for item in moved if item.event.dtend > now for host in item.receivers}
    if not hosts:
        return
    over = max(item.event.dtend for item in moved) + timedelta(minutes=max(notice.minutes, 0))
    queue_messages(
        Letter(
            key=f"{DELAY}:{notice.pk}:{reader.person.pk}",
            kind=DELAY,
            to=reader.address,
            language=reader.language,
            tzid=reader.tzid,
            payload={"notice": notice.pk, "person": reader.person.pk, "minutes": notice.minutes},
            subject_id=str(notice.pk),
            ordering_key=f"{order_of(notice.visit, reader.person)}:delay",
            expires_at=over,
        )
        for reader in readers_of(notice.visit, hosts, guests=set())
        if reader.address
    )


# --- Who was there ---------------------------------------------------------------------------------------------------


def expected_at(held: Held, item: AgendaItem, delegates: Iterable[Delegate]) -> list[Delegate]:
    """Whom ``item`` is for, of ``delegates``: everybody, or its groups."""
    snapshot = held.version.snapshot
    groups = {group.pk for group in item.groups}
    return [one for one in delegates if comes(track_of(snapshot, one.person_id, one.track_id), groups)]


@transaction.atomic
def note_attendance(
    visit: StudyVisit, *, item: int, states: Mapping[int, str], now: datetime, by=None
) -> dict[str, int]:
    """Write down who was at ``item`` (a number): ``states`` by delegate, "" for whoever is not counted.

    Whoever does not stand in ``states`` stays as they were. Returns how many have each state now. Raises
    ``ValidationError``: ``unknown`` for an item or a person of another visit, ``cancelled``, ``future``.
    """
    lock_visit(visit)
    held = last_held(visit)
    found = next((one for one in held.items if one.pk == item), None) if held else None
    if held is None or found is None:
        raise ValidationError(_("This item is not in the released agenda."), "unknown")
    row = Event.objects.get(pk=found.event.pk)
    if found.event.is_cancelled or row.is_cancelled:
        raise ValidationError(_("This item was cancelled: nobody attended it."), "cancelled")
    if found.event.dtstart > now:
        begins = found.event.dtstart.astimezone(ZoneInfo(visit.host_city.tzid))
        facts = {"day": date_words(begins.date(), "short"), "time": f"{begins:%H:%M}"}
        raise ValidationError(
            _("This item begins on %(day)s at %(time)s: attendance is ticked once it has begun."), "future", facts
        )
    expected = {one.pk: one for one in expected_at(held, found, visit.delegates.exclude(reply="declined"))}
    if unknown := states.keys() - expected.keys():
        raise ValidationError(_("This person is not expected at this item."), "unknown", {"people": unknown})
    if wrong := set(states.values()) - {"", *Attendance.State.values}:
        raise ValidationError(_("Unknown attendance: %(state)s."), "state", {"state": ", ".join(sorted(wrong))})
    rows = Attendance.objects.filter(item=item)
    rows.filter(delegate__in=[pk for pk, state in states.items() if not state]).delete()
    known = dict(rows.values_list("delegate", "state"))
    for delegate, state in states.items():
        if state and known.get(delegate) != state:
            rows.update_or_create(item_id=item, delegate_id=delegate, defaults={"state": state, "at": now, "by": by})
    counted = list(Attendance.objects.filter(item=item).values_list("state", flat=True))
    return {state: counted.count(state) for state in Attendance.State.values}


def may_tick(user, visit: StudyVisit) -> bool:
    """The host city's team, managers, and the head of the delegation (programme spec 8, Attendance)."""
    if not user.is_authenticated:
        return False
    if StudyVisit.objects.editable_by(user).filter(pk=visit.pk).exists():
        return True
    return visit.delegates.filter(person__user=user, role=Delegate.Role.HEAD).exclude(reply="declined").exists()
