"""The agenda of a visit: each item owns one event, which these functions create, move and cancel (programme spec P5).

Times are what a clock on the wall of the host city shows. Every function locks the visit's row, then the event's.
"""

from collections.abc import Iterable, Mapping
from datetime import date as Date
from datetime import datetime, time, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Case, When
from django.utils.translation import gettext_lazy as _

from ecosystem.models import Organisation, Person, Place
from events.models import Event, Track
from events.services import scheduling
from iurc_portal.audit.services import record_transition
from iurc_portal.translation.languages import Language, columns
from iurc_portal.translation.times import date_words
from programme.models import AgendaItem, AgendaTrack, HostConfirmation, StudyVisit, VisitDay
from programme.schedule import wall_pair
from programme.services import host_letters

TRACK = "visits"
TRACK_NAMES = {"name_it": "Visita studio", "name_en": "Study visit", "name_ja": "視察"}
CITY_SLUGS = {"torino": "citta-di-torino", "nagoya": "city-of-nagoya"}  # the two cities in the initial content
UNCHANGED = object()
ITEM_FIELDS = {
    "kind",
    "organisation",
    "is_public",
    "spoken_languages",
    "interpretation",
    "speaking_minutes",
    "question_minutes",
    "buffer_before",
    "buffer_after",
    "capacity",
    "vehicle",
    "photo_rule",
    "gift_note",
    "materials_due",
    "staff_notes",
    *columns("dress"),
}


def check_slot(
    visit: StudyVisit,
    *,
    date: Date,
    starts: time,
    ends: time | timedelta,
    tzid: str = "",
    ends_next_day: bool = False,
    start_fold: int | None = None,
    end_fold: int | None = None,
) -> tuple[datetime, datetime]:
    """Return start and end of an item as aware times in the host city's zone.

    Raises ``ValidationError`` with one message for each field that is wrong (``date``, ``starts``, ``ends``): outside
    the visit (code ``outside``), an end that is not after its start (``ends_before``), a time that no clock shows
    (``gap``) or that comes twice and no fold says which (``fold``).
    """
    tzid = tzid or visit.host_city.tzid
    errors: dict[str, ValidationError] = {}
    if visit.first_day is None or visit.last_day is None:
        errors["date"] = ValidationError(
            _("Write the first and last day of the visit before its agenda."), code="no_dates"
        )
    elif not visit.first_day <= date <= visit.last_day:
        errors["date"] = ValidationError(
            _("%(day)s is outside the visit, which goes from %(first)s to %(last)s. Choose a day of the visit."),
            code="outside",
            params={
                "day": date_words(date, "day"),
                "first": date_words(visit.first_day, "day"),
                "last": date_words(visit.last_day, "day"),
            },
        )
    try:
        times = wall_pair(
            date, starts, ends, tzid, ends_next_day=ends_next_day, start_fold=start_fold, end_fold=end_fold
        )
    except ValidationError as refusal:
        raise ValidationError({**refusal.error_dict, **errors}) from refusal
    if errors:
        raise ValidationError(errors)
    return times


@transaction.atomic
def plan_agenda_item(
    *,
    visit: StudyVisit,
    date: Date,
    starts: time,
    ends: time | timedelta,
    names: Mapping[str, str],
    now: datetime,
    by=None,
    tzid: str = "",
    kind: str = AgendaItem.Kind.MEETING,
    locations: Mapping[str, str] | None = None,
    place: Place | None = None,
    organisation: Organisation | None = None,
    hosts: Iterable[Person] = (),
    is_public: bool = False,
    ends_next_day: bool = False,
    start_fold: int | None = None,
    end_fold: int | None = None,
    dress: Mapping[str, str] | None = None,
    tracks: Iterable[AgendaTrack] = (),
    **fields,
) -> AgendaItem:
    """Add an item to ``visit``, with its day, its event (a draft for participants), its groups and its hosts.

    ``names``, ``locations`` and ``dress`` are texts by language code, ``fields`` further ``ITEM_FIELDS``. The first
    item of an accepted visit starts its preparation. Raises ``ValidationError`` as ``check_slot`` does; nothing is
    written then.
    """
    _known(fields, "plan_agenda_item")
    visit = lock_visit(visit)
    slot: dict[str, Any] = {"ends_next_day": ends_next_day, "start_fold": start_fold, "end_fold": end_fold}
    start, end = check_slot(visit, date=date, starts=starts, ends=ends, tzid=tzid, **slot)
    event = scheduling.create_event(
        start=start,
        end=end,
        tzid=tzid or visit.host_city.tzid,
        reminders=(),
        now=now,
        by=by,
        track=_track(),
        organizer=organizer_for(visit, organisation),
        access=Event.Access.PARTICIPANTS,
        event_attendance_mode=Event.AttendanceMode.OFFLINE,
        registration_open=False,
        place=place,
        is_sample=visit.is_sample,
        **_texts("name", names),
        **_texts("location", locations or {}),
    )
    item = AgendaItem(
        day=VisitDay.objects.get_or_create(visit=visit, date=date)[0],
        event=event,
        kind=kind,
        organisation=organisation,
        is_public=is_public,
        **_texts("dress", dress or {}),
        **fields,
    )
    item.full_clean()
    item.save()
    item.tracks.set(_of_the_visit(tracks, visit))
    set_hosts(item, hosts)
    if visit.state == StudyVisit.State.ACCEPTED:
        former = visit.move_to(StudyVisit.State.PREPARING)
        visit.save(update_fields=["state", "updated_at"])
        record_transition(visit, from_state=former, to_state=visit.state, now=now, actor=by, reason="first_item")
    return item


@transaction.atomic
def reschedule_agenda_item(
    item: AgendaItem,
    *,
    date: Date,
    starts: time,
    ends: time | timedelta,
    now: datetime,
    by=None,
    ends_next_day: bool = False,
    start_fold: int | None = None,
    end_fold: int | None = None,
    agreed_with: HostConfirmation | None = None,
) -> AgendaItem:
    """Move an item to another time, and to another day of the visit if need be. The same time changes nothing.

    A new time is material: hosts are asked again (P11), but for ``agreed_with``, who proposed it. Raises
    ``ValidationError`` as ``check_slot`` does.
    """
    visit = lock_visit(item.day.visit)
    slot: dict[str, Any] = {"ends_next_day": ends_next_day, "start_fold": start_fold, "end_fold": end_fold}
    start, end = check_slot(visit, date=date, starts=starts, ends=ends, tzid=item.event.tzid, **slot)
    former = (item.event.dtstart, item.event.dtend)
    if former != (start, end):
        scheduling.schedule_event(item.event, start=start, end=end, now=now, by=by)
        take_duties_along(item, former)
        ask_hosts_again(item, now=now, agreed_with=agreed_with)
    if item.day.date != date:
        emptied = item.day
        item.day = VisitDay.objects.get_or_create(visit=visit, date=date)[0]
        item.save(update_fields=["day"])
        _forget_empty_day(emptied)
    return item


@transaction.atomic
def change_agenda_item(
    item: AgendaItem,
    *,
    now: datetime,
    by=None,
    names: Mapping[str, str] | None = None,
    locations: Mapping[str, str] | None = None,
    place: Place | object | None = UNCHANGED,
    tracks: Iterable[AgendaTrack] | None = None,
    **fields,
) -> AgendaItem:
    """Change what an item is called, where it is, for whom (``tracks``) and its own ``fields`` (``ITEM_FIELDS``).

    Another place and other groups are material: the event's SEQUENCE rises and hosts are asked again; words are not
    (P11).
    """
    _known(fields, "change_agenda_item")
    visit = lock_visit(item.day.visit)
    event = item.event
    if names is not None:
        texts = _texts("name", names)
        if any(getattr(event, column) != text for column, text in texts.items()):
            for column, text in texts.items():
                setattr(event, column, text)
            event.full_clean()
            event.save(update_fields=[*texts, "last_modified"])
    venue: dict[str, Any] = _texts("location", locations) if locations is not None else {}
    if place is not UNCHANGED:
        venue["place"] = place
    if any((getattr(event, name) or "") != (value or "") for name, value in venue.items()):
        scheduling.relocate_event(event, now=now, by=by, **venue)
        ask_hosts_again(item, now=now)
    if tracks is not None:
        wanted = _of_the_visit(tracks, visit)
        if {track.pk for track in wanted} != set(item.tracks.values_list("pk", flat=True)):
            item.tracks.set(wanted)
            scheduling.renew_event(event, now=now, by=by, reason="groups")
            ask_hosts_again(item, now=now)
    for name, value in fields.items():
        setattr(item, name, value)
    item.full_clean()
    item.save()
    return item


@transaction.atomic
def withdraw_agenda_item(item: AgendaItem, *, now: datetime, by=None, reason: str | Mapping[str, str] = "") -> None:
    """Take an item off the agenda: what was ever released is cancelled and stays readable, a draft is deleted."""
    lock_visit(item.day.visit)
    event, day = item.event, item.day
    event.refresh_from_db(fields=["published_at"])  # somebody may have released it meanwhile
    if event.was_published:  # whoever holds it is told by the next release
        scheduling.cancel_event(event, now=now, by=by, reason=reason)
        return
    host_letters.tell_off(item, now=now)
    item.delete()
    scheduling.delete_event(event)
    _forget_empty_day(day)


@transaction.atomic
def set_hosts(item: AgendaItem, people: Iterable[Person]) -> None:
    """Let exactly ``people`` receive the delegation at ``item``; answers of those who stay are kept."""
    wanted = {person.pk: person for person in people}
    item.hosts.exclude(person__in=wanted).delete()
    present = set(item.hosts.values_list("person", flat=True))
    HostConfirmation.objects.bulk_create(
        HostConfirmation(item=item, person=person) for pk, person in wanted.items() if pk not in present
    )


def ask_hosts_again(item: AgendaItem, *, now: datetime, agreed_with: HostConfirmation | None = None) -> None:
    """Whoever was asked or answered about the former time or place is asked about the new one (P11)."""
    from programme.services.hosts import ask_again  # answers move items, and moved items ask for answers

    ask_again(item, now=now, agreed_with=agreed_with)


def organizer_for(visit: StudyVisit, organisation: Organisation | None = None) -> Organisation:
    """Whose item it is: the host organisation, else the host city itself, else a public body of that city.

    Raises ``ValidationError`` (code ``organizer``) where the directory has none yet.
    """
    organizer = organisation or city_organisation(visit.host_city.slug)
    if organizer is None:
        raise ValidationError(
            {
                "organisation": ValidationError(
                    _("Choose the host organisation: the directory has no public body of the host city yet."),
                    code="organizer",
                )
            }
        )
    return organizer


def city_organisation(side: str) -> Organisation | None:
    """The partner city itself in the directory, else a public body of that city, else nothing."""
    bodies = Organisation.objects.filter(city__slug=side, kind=Organisation.Kind.PUBLIC_BODY)
    return bodies.order_by(Case(When(slug=CITY_SLUGS.get(side), then=0), default=1), "pk").first()


def lock_visit(visit: StudyVisit) -> StudyVisit:
    """Lock the visit's row and read its state, so that what is decided on is true until the end."""
    StudyVisit.objects.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True).get(pk=visit.pk)
    visit.refresh_from_db(fields=["state"])
    return visit


def take_duties_along(item: AgendaItem, former: tuple[datetime, datetime]) -> None:
    """Interpreters move with their item: who was there all the time is there all the time again.

    A part keeps its distance from the start and is cut where the item ends; what nothing is left of goes.
    """
    start, end = item.event.dtstart, item.event.dtend
    for duty in item.interpreters.all():
        whole = (duty.starts, duty.ends) == former
        duty.starts = start if whole else max(start, duty.starts + (start - former[0]))
        duty.ends = end if whole else min(end, duty.ends + (start - former[0]))
        if duty.starts < duty.ends:
            duty.save(update_fields=["starts", "ends"])
        else:
            duty.delete()


def _known(fields: Mapping[str, Any], function: str) -> None:
    unknown = set(fields) - ITEM_FIELDS
    if unknown:
        raise TypeError(f"{function} does not know {', '.join(sorted(unknown))}")


def _of_the_visit(tracks: Iterable[AgendaTrack], visit: StudyVisit) -> list[AgendaTrack]:
    """Raises ``ValidationError`` (code ``other_visit``) for a group of another visit."""
    wanted = list(tracks)
    if any(track.visit_id != visit.pk for track in wanted):
        raise ValidationError({"tracks": ValidationError(_("Choose groups of this visit."), code="other_visit")})
    return wanted


def _track() -> Track:
    return Track.objects.get_or_create(slug=TRACK, defaults=TRACK_NAMES)[0]


def _texts(field: str, texts: Mapping[str, str]) -> dict[str, Any]:
    return {f"{field}_{code}": (texts.get(code) or "").strip() for code in Language.values}


def _forget_empty_day(day: VisitDay) -> None:
    """A day that was only made for an item goes with it; one that has a theme stays."""
    day.refresh_from_db()
    if not day.items.exists() and not any(getattr(day, column) for column in columns("theme")):
        day.delete()
