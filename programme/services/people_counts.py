"""People of visits as numbers: counted from their rows while names are kept, and kept instead of them afterwards."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum

from ecosystem.helix import helix_of
from ecosystem.models import Person
from ecosystem.privacy import forget_person
from iurc_portal.clock import PartnerSide
from iurc_portal.privacy.traces import blank_traces
from programme.models import (
    Attendance,
    Delegate,
    HostConfirmation,
    InterpreterAssignment,
    PeopleCount,
    Speaker,
    StudyVisit,
)

Part = PeopleCount.Part
Presence = PeopleCount.Presence


@dataclass(frozen=True)
class People:
    """One kind of people of a visit: what a number is about."""

    part: str
    side: str
    helix: str
    country: str
    presence: str


def with_names(visits: QuerySet[StudyVisit]) -> QuerySet[StudyVisit]:
    """Those of ``visits`` that still name somebody."""
    return visits.filter(
        Exists(Delegate.objects.filter(visit=OuterRef("pk")))
        | Exists(HostConfirmation.objects.filter(item__day__visit=OuterRef("pk")))
        | Exists(InterpreterAssignment.objects.filter(item__day__visit=OuterRef("pk")))
    )


def count_people(visits: Iterable[StudyVisit]) -> Counter[People]:
    """From the rows with names, without those who declined, each person once a visit. Reads ``host_city`` and
    ``guest_city``; four queries for all visits together.
    """
    cities = {visit.pk: (visit.host_city, visit.guest_city) for visit in visits}
    there = _presence(cities)
    found: Counter[People] = Counter()
    delegates = Delegate.objects.coming().filter(visit__in=cities)
    for delegate in delegates.select_related("person__organisation__city"):
        presence = there.get(delegate.pk, Presence.UNKNOWN)
        found[_kind(delegate.person, Part.GUEST, cities[delegate.visit_id][1], presence)] += 1
    hosts = HostConfirmation.objects.filter(item__day__visit__in=cities)
    hosts = hosts.exclude(answer=HostConfirmation.Answer.DECLINED).select_related("person__organisation__city")
    assigned = InterpreterAssignment.objects.filter(item__day__visit__in=cities)
    assigned = assigned.select_related("interpreter__organisation__city")
    receiving = {(row.visit, row.person_id): row.person for row in hosts.annotate(visit=F("item__day__visit"))}
    speaking = {
        (row.visit, row.interpreter_id): row.interpreter for row in assigned.annotate(visit=F("item__day__visit"))
    }
    for part, people in ((Part.HOST, receiving), (Part.INTERPRETER, speaking)):
        for (visit, _person), person in people.items():
            found[_kind(person, part, cities[visit][0], Presence.UNKNOWN)] += 1
    return found


def counts_of(visits: Iterable[StudyVisit]) -> Counter[People]:
    """How many of which kind, whether their names are still there or not. Five queries."""
    visits = list(visits)
    found = count_people(visits)
    for row in PeopleCount.objects.filter(visit__in=visits):
        found[People(row.part, row.side, row.helix, row.country, row.presence)] += row.number
    return found


def guests_kept(visit: StudyVisit) -> int:
    """How many guests a visit had whose names have been forgotten."""
    return visit.people_counts.filter(part=Part.GUEST).aggregate(n=Sum("number"))["n"] or 0


def _presence(visits: Iterable[int]) -> dict[int, str]:
    """For each delegate of whom anything was ticked, whether they were there at some item."""
    found: dict[int, str] = {}
    ticked = Attendance.objects.filter(delegate__visit__in=list(visits))
    for delegate, state in ticked.values_list("delegate", "state"):
        was_there = state != Attendance.State.ABSENT or found.get(delegate) == Presence.PRESENT
        found[delegate] = Presence.PRESENT if was_there else Presence.ABSENT
    return found


def _kind(person: Person, part: str, city, presence: str) -> People:
    """By the person's organisation; of who has none, the city on whose side they stood in the visit is known."""
    organisation = person.organisation
    side = organisation.side if organisation and organisation.side in PartnerSide.values else city.slug
    country = organisation.city.country if organisation and organisation.city else city.country
    return People(str(part), side, str(helix_of(organisation)), country, str(presence))


def names_to_counts(visits: Iterable[StudyVisit], now: datetime) -> None:
    """Write the numbers, and forget who they were: delegates, hosts and interpreters with all that hangs on them.

    People whom nothing else needs go as well; those with an account, or in another visit, stay as they are there.
    """
    for visit in visits:
        for kind, number in count_people([visit]).items():
            row, made = PeopleCount.objects.get_or_create(visit=visit, **vars(kind), defaults={"number": number})
            if not made:  # somebody was added to a visit whose names had gone
                row.number += number
                row.save(update_fields=["number"])
        hosts = HostConfirmation.objects.filter(item__day__visit=visit)
        assigned = InterpreterAssignment.objects.filter(item__day__visit=visit)
        people = {
            *visit.delegates.values_list("person", flat=True),
            *hosts.values_list("person", flat=True),
            *assigned.values_list("interpreter", flat=True),
        }
        for rows in (visit.delegates.all(), hosts, assigned):
            blank_traces(rows.model, list(rows.values_list("pk", flat=True)))
        for delegate in visit.delegates.all():
            delegate.delete()
        for host in hosts:
            for material in host.materials.all():
                material.delete()  # one by one: their files go with them
            host.delete()
        assigned.delete()
        visit.questions.update(asked_by="", host=None)
        for person in needed_nowhere(Person.objects.filter(pk__in=people)):
            forget_person(person)


def needed_nowhere(people: QuerySet[Person]) -> list[Person]:
    """Those without an account, whom no visit and no webinar names."""
    at = {
        Delegate: "person",
        HostConfirmation: "person",
        InterpreterAssignment: "interpreter",
        Speaker: "person",
    }
    named = Q()
    for model, column in at.items():
        named |= Q(Exists(model._default_manager.filter(**{column: OuterRef("pk")})))
    return list(people.filter(user=None).exclude(named))
