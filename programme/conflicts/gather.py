"""The facts of a visit's agenda, from the database: a constant number of queries, whatever the agenda holds."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Max, Min, Q
from django.utils.translation import gettext as _

from ecosystem.closures import Closures
from ecosystem.models import City, Place, PlaceClosure, PlaceHours
from ecosystem.working_days import working_day_before
from events.models import Event
from iurc_portal.clock import PartnerSide
from iurc_portal.translation.languages import best_text
from programme.conflicts.facts import EVERYBODY, Closed, Duty, Group, Item, Opening, Plan, Question, Ride, Spot
from programme.models import (
    AgendaItem,
    AgendaTrack,
    Delegate,
    HostConfirmation,
    LearningQuestion,
    StudyVisit,
    TravelTime,
    Vehicle,
)

ANSWERS_BEFORE = 5  # working days of the host city before an item: from then on a host's silence blocks
FIRST_LANGUAGE = {"IT": "it", "JP": "ja"}  # by country: what a delegate understands of whom nobody wrote it down


def plan_of(visit: StudyVisit) -> Plan:
    """What ``programme.conflicts.rules`` reads about ``visit``, and of other visits what overlaps its days."""
    zone = ZoneInfo(visit.host_city.tzid)
    present = AgendaItem.objects.exclude(event__status=Event.Status.CANCELLED)
    span = present.filter(day__visit=visit).aggregate(first=Min("event__dtstart"), last=Max("event__dtend"))
    items = list(
        present.filter(Q(day__visit=visit) | _on_those_days(span["first"], span["last"], zone))
        .select_related("event__place", "day__visit", "vehicle")
        .prefetch_related("hosts__person", "tracks", "interpreters__interpreter")
    )
    own = [item for item in items if item.day.visit_id == visit.pk]
    delegations = _delegations({visit.pk, *(item.day.visit_id for item in items)})
    coming = delegations.get(visit.pk, [])
    places = {item.event.place_id for item in own if item.event.place_id}
    head = next((delegate for delegate in coming if delegate.role == Delegate.Role.HEAD), None)
    others = [_item(item, delegations) for item in items if item.day.visit_id != visit.pk]
    at_once = [other for other in others if other.start < span["last"] and other.end > span["first"]]
    meeting_us = {other.pk for other in at_once}
    closures = Closures()
    return Plan(
        visit=visit.pk,
        zone=zone,
        items=tuple(_item(item, delegations) for item in own),
        others=tuple(at_once),
        elsewhere=tuple(other for other in others if other.duties and other.pk not in meeting_us),
        people=_names(items, delegations),
        size=len(coming) or visit.expected_size or 0,
        heads=sum(delegate.role == Delegate.Role.HEAD for delegate in coming),
        head=(head.person_id, head.rank_band or head.person.rank_band) if head else None,
        groups=_groups(visit, coming),
        understood={delegate.person_id: frozenset(delegate.languages) for delegate in coming if delegate.languages},
        guests_speak=languages_of(visit.guest_city),
        landings={delegate.person_id: delegate.arrives_at for delegate in coming if delegate.arrives_at},
        closed=tuple(_closed_days(visit, closures)),
        travel={
            (known.origin_id, known.destination_id): known.minutes
            for known in TravelTime.objects.filter(origin__in=places, destination__in=places)
        },
        opening=_openings(places),
        questions=tuple(
            Question(asked.pk, best_text(asked, "text")[0], asked.item_id)
            for asked in LearningQuestion.objects.filter(visit=visit)
        ),
        must_be_accepted_by=lambda day: working_day_before(
            day, ANSWERS_BEFORE, visit.host_city.slug, closures=closures
        ),
    )


def plans_between(start: datetime, end: datetime) -> tuple[dict[int, int], dict[int, str], list[Plan]]:
    """For all visits with items from ``start`` to ``end`` (aware): enough of their plans for ``doubles``.

    Before them each item's event, and the names of the visits, by number. A constant number of queries.
    """
    items = list(
        AgendaItem.objects.exclude(event__status=Event.Status.CANCELLED)
        .filter(event__dtstart__lt=end, event__dtend__gt=start)
        .select_related("event__place", "day__visit__host_city", "vehicle")
        .prefetch_related("hosts__person", "tracks", "interpreters__interpreter")
    )
    visits = {item.day.visit_id: item.day.visit for item in items}
    delegations = _delegations(set(visits))
    people = _names(items, delegations)
    facts = [_item(item, delegations) for item in items]
    plans = [
        Plan(
            visit=number,
            zone=ZoneInfo(visit.host_city.tzid),
            items=tuple(item for item in facts if item.visit == number),
            others=tuple(item for item in facts if item.visit != number),
            people=people,
        )
        for number, visit in visits.items()
    ]
    names = {number: best_text(visit, "title")[0] for number, visit in visits.items()}
    return {item.pk: item.event_id for item in items}, names, plans


def languages_of(city: City) -> frozenset[str]:
    """What people of ``city`` understand at least."""
    language = FIRST_LANGUAGE.get(city.country.upper())
    return frozenset({language}) if language else frozenset()


def _on_those_days(start: datetime | None, end: datetime | None, zone: ZoneInfo) -> Q:
    """What shares a moment with the days from ``start`` to ``end``, whole days of ``zone``: people tire by the day."""
    if start is None or end is None:
        return Q()
    first, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    return Q(
        event__dtstart__lt=datetime.combine(last + timedelta(days=1), time(), zone),
        event__dtend__gt=datetime.combine(first, time(), zone),
    )


def _groups(visit: StudyVisit, coming: list[Delegate]) -> tuple[Group, ...]:
    """The groups of the visit, and whoever is in none where somebody is."""
    people: dict[int | None, set[int]] = {}
    for delegate in coming:
        people.setdefault(delegate.track_id, set()).add(delegate.person_id)
    tracks = [
        Group(track.pk, best_text(track, "name")[0], frozenset(people.get(track.pk, ())))
        for track in AgendaTrack.objects.filter(visit=visit)
    ]
    alone = frozenset(people.get(None, ()))
    if not tracks:
        return (Group(None, "", alone),) if alone else (EVERYBODY,)
    return (*tracks, *([Group(None, _("those without a group"), alone)] if alone else []))


def _delegations(visits: set[int]) -> dict[int, list[Delegate]]:
    """Who comes, by visit: whoever has not declined."""
    found: dict[int, list[Delegate]] = {}
    for delegate in Delegate.objects.filter(visit__in=visits).exclude(reply="declined").select_related("person"):
        found.setdefault(delegate.visit_id, []).append(delegate)
    return found


def _item(item: AgendaItem, delegations: dict[int, list[Delegate]]) -> Item:
    event, hosts = item.event, item.hosts.all()
    tracks = frozenset(track.pk for track in item.tracks.all())
    coming = [
        delegate for delegate in delegations.get(item.day.visit_id, ()) if not tracks or delegate.track_id in tracks
    ]
    return Item(
        pk=item.pk,
        visit=item.day.visit_id,
        name=str(event),
        kind=item.kind,
        start=event.dtstart,
        end=event.dtend,
        spot=_spot(event.place) if event.place is not None else None,
        hosts=frozenset(host.person_id for host in hosts),
        accepted=frozenset(host.person_id for host in hosts if host.answer == HostConfirmation.Answer.ACCEPTED),
        host_bands=tuple(host.rank_band or host.person.rank_band for host in hosts),
        delegates=frozenset(delegate.person_id for delegate in coming),
        interpreting=frozenset(one.person_id for one in coming if one.role == Delegate.Role.INTERPRETER),
        tracks=tracks,
        duties=tuple(
            Duty(duty.interpreter_id, frozenset({duty.language_from, duty.language_to}), duty.starts, duty.ends)
            for duty in item.interpreters.all()
        ),
        spoken=tuple(item.spoken_languages),
        mode=item.interpretation,
        speaking=item.speaking_minutes,
        asking=item.question_minutes,
        before=item.buffer_before,
        after=item.buffer_after,
        capacity=item.capacity,
        vehicle=_ride(item.vehicle) if item.vehicle is not None else None,
    )


def _spot(place: Place) -> Spot:
    point = (float(place.latitude), float(place.longitude)) if place.has_point else None
    return Spot(place.pk, str(place), point, place.single_use, place.capacity)


def _ride(vehicle: Vehicle) -> Ride:
    return Ride(vehicle.pk, vehicle.name, vehicle.seats)


def _openings(places: set[int]) -> dict[int, Opening]:
    """The hours of those places of which somebody wrote them down, and the days on which they are closed."""
    hours: dict[int, list] = {}
    closed: dict[int, list] = {}
    zones: dict[int, str] = {}
    for row in PlaceHours.objects.filter(place__in=places).select_related("place__city"):
        hours.setdefault(row.place_id, []).append((row.weekday, row.opens, row.closes))
        zones[row.place_id] = row.place.city.tzid
    for spell in PlaceClosure.objects.filter(place__in=places).select_related("place__city"):
        closed.setdefault(spell.place_id, []).append((spell.first_day, spell.last_day, best_text(spell, "reason")[0]))
        zones[spell.place_id] = spell.place.city.tzid
    return {
        place: Opening(ZoneInfo(tzid), tuple(hours.get(place, ())), tuple(closed.get(place, ())))
        for place, tzid in zones.items()
    }


def _names(items: Iterable[AgendaItem], delegations: dict[int, list[Delegate]]) -> dict[int, str]:
    people = {host.person_id: str(host.person) for item in items for host in item.hosts.all()}
    people |= {duty.interpreter_id: str(duty.interpreter) for item in items for duty in item.interpreters.all()}
    return people | {one.person_id: str(one.person) for delegates in delegations.values() for one in delegates}


def _closed_days(visit: StudyVisit, closures: Closures) -> Iterable[Closed]:
    """Each day of the visit on which either city rests; the weekend is known to everybody."""
    if visit.first_day is None or visit.last_day is None:
        return
    for day in _days(visit.first_day, visit.last_day):
        for city in (visit.host_city, visit.guest_city):
            if city.slug in PartnerSide.values:
                for closure in closures.on(PartnerSide(city.slug), day):
                    yield Closed(day, str(city), closure.name, city.slug)


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))
