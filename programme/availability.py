"""When the hosts, interpreters and places of a visit are taken, beside its agenda (programme spec 4).

Of other visits and events only the hours are read: what they are is not told. Whatever is planned counts, drafts too;
what is cancelled does not. Hours are those of the host city's calendar and clocks.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.db.models import F, Q
from django.utils.translation import get_language, pgettext_lazy

from events.models import Event
from iurc_portal.clock import CityTime, both_cities, day_start
from programme.models import AgendaItem, HostConfirmation, InterpreterAssignment, Speaker, StudyVisit
from programme.schedule import Day

CANCELLED = Event.Status.CANCELLED
DECLINED = HostConfirmation.Answer.DECLINED
FIRST_HOUR, LAST_HOUR, TICK = 8, 20, 2  # what a band shows at least, and the hours between two marks


class Role(StrEnum):
    HOST, INTERPRETER, PLACE = "host", "interpreter", "place"

    @property
    def label(self):
        return {
            "host": pgettext_lazy("visit", "host"),
            "interpreter": pgettext_lazy("availability", "interpreter"),
            "place": pgettext_lazy("availability", "place"),
        }[self.value]


class Why(StrEnum):
    HERE = "here"  # an item of this visit
    ELSEWHERE = "elsewhere"  # another visit or event
    PROPOSED = "proposed"  # a time that a host proposes and nobody has accepted


@dataclass(frozen=True)
class Spell:
    """Hours ``[start, end)``, aware. ``name`` is told only of what belongs to this visit."""

    start: datetime
    end: datetime
    why: Why
    name: str = ""


@dataclass
class Lane:
    """Somebody or some place, with what takes them on the days of the visit."""

    role: Role
    pk: int
    name: str
    spells: list[Spell] = field(default_factory=list)


@dataclass(frozen=True)
class Mark:
    """A part of a band: ``left`` and ``width`` in minutes from its beginning, and the hours in both cities."""

    spell: Spell
    left: int
    width: int
    host: CityTime
    guest: CityTime


@dataclass(frozen=True)
class Tick:
    """A full hour above a band, ``left`` minutes from its beginning."""

    left: int
    host: CityTime
    guest: CityTime


@dataclass(frozen=True)
class Band:
    """One day: hours to stand above, and for each lane its marks in the order of time."""

    date: date
    minutes: int
    ticks: list[Tick]
    lanes: list[tuple[Lane, list[Mark]]]


def lanes_of(visit: StudyVisit, items: Iterable[AgendaItem]) -> list[Lane]:
    """Hosts, interpreters and places of ``items``, each once, by kind and name. Five queries at most.

    ``items`` come with their event and its place, hosts and interpreters with their people.
    """
    lanes: dict[tuple[Role, int], Lane] = {}
    for item in items:
        event = item.event
        for host in item.hosts.all():
            lane = lanes.setdefault((Role.HOST, host.person_id), Lane(Role.HOST, host.person_id, str(host.person)))
            if host.answer != DECLINED:
                lane.spells.append(Spell(event.dtstart, event.dtend, Why.HERE, str(event)))
            if host.proposed_start and host.proposed_end:
                lane.spells.append(Spell(host.proposed_start, host.proposed_end, Why.PROPOSED, str(event)))
        for duty in item.interpreters.all():
            key = (Role.INTERPRETER, duty.interpreter_id)
            lane = lanes.setdefault(key, Lane(*key, str(duty.interpreter)))
            lane.spells.append(Spell(duty.starts, duty.ends, Why.HERE, str(event)))
        if event.place is not None:
            key = (Role.PLACE, event.place.pk)
            lane = lanes.setdefault(key, Lane(*key, str(event.place)))
            lane.spells.append(Spell(event.dtstart, event.dtend, Why.HERE, str(event)))
    starts = [spell.start for lane in lanes.values() for spell in lane.spells]
    if starts:
        ends = [spell.end for lane in lanes.values() for spell in lane.spells]
        _add_elsewhere(visit, lanes, min(starts), max(ends))
    order = list(Role)
    return sorted(lanes.values(), key=lambda lane: (order.index(lane.role), lane.name, lane.pk))


def _add_elsewhere(visit: StudyVisit, lanes: Mapping[tuple[Role, int], Lane], start: datetime, end: datetime) -> None:
    tzid = visit.host_city.tzid
    first = day_start(start.astimezone(ZoneInfo(tzid)).date(), tzid)
    last = day_start(end.astimezone(ZoneInfo(tzid)).date() + timedelta(days=1), tzid)
    people = {pk for role, pk in lanes if role != Role.PLACE}
    taken = people_elsewhere(visit, people, first, last)
    places = {pk for role, pk in lanes if role == Role.PLACE}
    for (role, pk), lane in lanes.items():
        if role != Role.PLACE:
            lane.spells += [Spell(*hours, Why.ELSEWHERE) for hours in sorted(taken.get(pk, ()))]
    events = Event.objects.filter(place__in=places, dtstart__lt=last, dtend__gt=first).exclude(status=CANCELLED)
    others = events.exclude(agenda_item__day__visit=visit).values_list("place", "dtstart", "dtend")
    for place, starts, ends in others:
        lanes[Role.PLACE, place].spells.append(Spell(starts, ends, Why.ELSEWHERE))


def people_elsewhere(
    visit: StudyVisit, people: Iterable[int], first: datetime, last: datetime
) -> dict[int, set[tuple[datetime, datetime]]]:
    """When ``people`` (numbers) receive, interpret, travel or speak outside of ``visit`` in ``[first, last)``.

    Four queries.
    """
    people = list(people)
    found: dict[int, set[tuple[datetime, datetime]]] = {}
    for person, start, end in (
        *hosting_elsewhere(visit, people, first, last),
        *InterpreterAssignment.objects.filter(interpreter__in=people, starts__lt=last, ends__gt=first)
        .exclude(item__day__visit=visit)
        .exclude(item__event__status=CANCELLED)
        .values_list("interpreter", "starts", "ends"),
        *AgendaItem.objects.filter(
            Q(tracks=None) | Q(tracks=F("day__visit__delegates__track")),
            day__visit__delegates__person__in=people,
            day__visit__delegates__reply__in=("invited", "accepted"),
            event__dtstart__lt=last,
            event__dtend__gt=first,
        )
        .exclude(day__visit=visit)
        .exclude(event__status=CANCELLED)
        .values_list("day__visit__delegates__person", "event__dtstart", "event__dtend"),
        *Speaker.objects.filter(person__in=people, webinar__event__dtstart__lt=last, webinar__event__dtend__gt=first)
        .exclude(webinar__event__status=CANCELLED)
        .values_list("person", "webinar__event__dtstart", "webinar__event__dtend"),
    ):
        found.setdefault(person, set()).add((start, end))
    return found


def hosting_elsewhere(visit: StudyVisit, people: Iterable[int], first: datetime, last: datetime):
    """``(person, start, end)`` of what ``people`` receive in other visits in ``[first, last)``. One query."""
    return (
        HostConfirmation.objects.filter(
            person__in=list(people), item__event__dtstart__lt=last, item__event__dtend__gt=first
        )
        .exclude(item__day__visit=visit)
        .exclude(answer=DECLINED)
        .exclude(item__event__status=CANCELLED)
        .order_by("item__event__dtstart", "pk")
        .values_list("person", "item__event__dtstart", "item__event__dtend")
    )


def other_visits_that_day(
    visit: StudyVisit, hosts: Iterable[HostConfirmation]
) -> dict[int, list[tuple[CityTime, CityTime]]]:
    """For each of ``hosts`` (by number) who receives another visit on the day of their item: when, in both cities.

    ``hosts`` come with their items' events. One query.
    """
    zone = ZoneInfo(visit.host_city.tzid)
    days = {host.pk: host.item.event.dtstart.astimezone(zone).date() for host in hosts}
    if not days:
        return {}
    first = day_start(min(days.values()), zone.key)
    last = day_start(max(days.values()) + timedelta(days=1), zone.key)
    taken: dict[tuple[int, date], list[tuple[CityTime, CityTime]]] = {}
    for person, start, end in hosting_elsewhere(visit, {host.person_id for host in hosts}, first, last):
        taken.setdefault((person, start.astimezone(zone).date()), []).append(_both(visit, start, end))
    return {
        host.pk: taken[host.person_id, days[host.pk]] for host in hosts if (host.person_id, days[host.pk]) in taken
    }


def bands_of(visit: StudyVisit, lanes: Iterable[Lane], days: Iterable[Day]) -> dict[date, Band]:
    """The band of each day that has items or a proposed time. No query."""
    lanes, zone = list(lanes), ZoneInfo(visit.host_city.tzid)
    proposed = {
        spell.start.astimezone(zone).date() for lane in lanes for spell in lane.spells if spell.why == Why.PROPOSED
    }
    return {day: _band(visit, lanes, day) for day in sorted({*(day.date for day in days), *proposed})}


def _band(visit: StudyVisit, lanes: list[Lane], day: date) -> Band:
    zone = ZoneInfo(visit.host_city.tzid)
    of_day = [(lane, _clipped(lane, day, zone)) for lane in lanes]
    hours = [minutes for _lane, spells in of_day for _spell, *pair in spells for minutes in pair]
    first = min([FIRST_HOUR, *(minutes // 60 for minutes in hours)]) // TICK * TICK
    last = -(-max([LAST_HOUR, *(-(-minutes // 60) for minutes in hours)]) // TICK) * TICK
    ticks = [
        Tick((hour - first) * 60, *_both(visit, datetime(day.year, day.month, day.day, hour, tzinfo=zone)))
        for hour in range(first, last, TICK)
    ]
    marks = [
        (
            lane,
            [
                Mark(spell, start - first * 60, end - start, *_both(visit, spell.start, spell.end))
                for spell, start, end in spells
            ],
        )
        for lane, spells in of_day
    ]
    return Band(day, (last - first) * 60, ticks, marks)


def _clipped(lane: Lane, day: date, zone: ZoneInfo) -> list[tuple[Spell, int, int]]:
    """The spells of ``lane`` on ``day``, with the minutes from its midnight as clocks show them."""
    found = []
    for spell in sorted(lane.spells, key=lambda spell: (spell.start, spell.end)):
        start, end = (_minute(instant.astimezone(zone), day) for instant in (spell.start, spell.end))
        if start < end:
            found.append((spell, start, end))
    return found


def _minute(local: datetime, day: date) -> int:
    if local.date() != day:
        return 0 if local.date() < day else 24 * 60
    return local.hour * 60 + local.minute


def _both(visit: StudyVisit, start: datetime, end: datetime | None = None) -> tuple[CityTime, CityTime]:
    """The host city's hours, then the guest city's."""
    language = (get_language() or "en")[:2]
    host, guest = both_cities(start, end, language=language, tzid=visit.host_city.tzid)
    return host, guest
