"""The facts of a visit's agenda, from the database: a constant number of queries, whatever the agenda holds."""

from collections.abc import Iterable
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Max, Min

from ecosystem.closures import Closures
from ecosystem.models import Place
from ecosystem.working_days import working_day_before
from events.models import Event
from iurc_portal.clock import PartnerSide
from programme.conflicts.facts import Closed, Item, Plan, Spot
from programme.models import AgendaItem, Delegate, HostConfirmation, StudyVisit, TravelTime

ANSWERS_BEFORE = 5  # working days of the host city before an item: from then on a host's silence blocks


def plan_of(visit: StudyVisit) -> Plan:
    """What ``programme.conflicts.rules`` reads about ``visit``, and of other visits what overlaps its days."""
    present = (
        AgendaItem.objects.exclude(event__status=Event.Status.CANCELLED)
        .select_related("event__place", "day__visit")
        .prefetch_related("hosts__person")
    )
    own = list(present.filter(day__visit=visit))
    span = AgendaItem.objects.filter(pk__in=[item.pk for item in own]).aggregate(
        first=Min("event__dtstart"), last=Max("event__dtend")
    )
    others = (
        list(present.filter(event__dtstart__lt=span["last"], event__dtend__gt=span["first"]).exclude(day__visit=visit))
        if own
        else []
    )
    delegations = _delegations({visit.pk, *(item.day.visit_id for item in others)})
    coming = delegations.get(visit.pk, [])
    places = {item.event.place_id for item in own if item.event.place_id}
    closures = Closures()
    return Plan(
        visit=visit.pk,
        zone=ZoneInfo(visit.host_city.tzid),
        items=tuple(_item(item, delegations) for item in own),
        others=tuple(_item(item, delegations) for item in others),
        people=_names([*own, *others], delegations),
        size=len(coming) or visit.expected_size or 0,
        heads=sum(delegate.role == Delegate.Role.HEAD for delegate in coming),
        closed=tuple(_closed_days(visit, closures)),
        travel={
            (known.origin_id, known.destination_id): known.minutes
            for known in TravelTime.objects.filter(origin__in=places, destination__in=places)
        },
        must_be_accepted_by=lambda day: working_day_before(
            day, ANSWERS_BEFORE, visit.host_city.slug, closures=closures
        ),
    )


def _delegations(visits: set[int]) -> dict[int, list[Delegate]]:
    """Who comes, by visit: whoever has not declined."""
    found: dict[int, list[Delegate]] = {}
    for delegate in Delegate.objects.filter(visit__in=visits).exclude(reply="declined").select_related("person"):
        found.setdefault(delegate.visit_id, []).append(delegate)
    return found


def _item(item: AgendaItem, delegations: dict[int, list[Delegate]]) -> Item:
    event, hosts = item.event, item.hosts.all()
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
        delegates=frozenset(delegate.person_id for delegate in delegations.get(item.day.visit_id, ())),
    )


def _spot(place: Place) -> Spot:
    point = (float(place.latitude), float(place.longitude)) if place.has_point else None
    return Spot(place.pk, str(place), point, place.single_use, place.capacity)


def _names(items: Iterable[AgendaItem], delegations: dict[int, list[Delegate]]) -> dict[int, str]:
    people = {host.person_id: str(host.person) for item in items for host in item.hosts.all()}
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
