"""The programme in numbers, without a name: for those who evaluate it (programme spec 8), and for staff."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q

from programme.models import Edition, FollowUp, Milestone, StudyVisit, VisitReport
from programme.models.followups import UNFINISHED
from programme.models.visits import OVER
from programme.services.people_counts import People, counts_of


@dataclass(frozen=True)
class FollowUps:
    """``on_time`` are those done by their day."""

    all: int
    unfinished: int
    overdue: int
    done: int
    on_time: int


@dataclass(frozen=True)
class Aggregates:
    """Of one edition. ``people`` are those of visits that took place, by part and then by each of three traits."""

    visits: list[tuple[str, int]]
    people: list[tuple[str, int]]
    sides: list[tuple[str, int]]
    helices: list[tuple[str, int]]
    countries: list[tuple[str, int]]
    presences: list[tuple[str, int]]
    follow_ups: FollowUps
    evidence: list[Milestone]
    reports: list[VisitReport]


def of_edition(edition: Edition, *, today: date) -> Aggregates:
    """Everything in a constant number of queries. A visit of no exchange counts for no edition."""
    visits = StudyVisit.objects.filter(exchange__edition=edition)
    held = visits.filter(state__in=OVER).select_related("host_city", "guest_city")
    people = counts_of(held)
    guests = Counter({kind: number for kind, number in people.items() if kind.part == "guest"})
    states = Counter(visits.order_by().values_list("state", flat=True))
    approved = VisitReport.objects.approved().filter(visit__in=visits)
    latest = {report.visit_id: report for report in approved.select_related("visit").order_by("version")}
    return Aggregates(
        visits=[(state, states[state]) for state in StudyVisit.State.values if states[state]],
        people=_by(people, lambda kind: kind.part),
        sides=_by(guests, lambda kind: kind.side),
        helices=_by(guests, lambda kind: kind.helix),
        countries=_by(guests, lambda kind: kind.country),
        presences=_by(guests, lambda kind: kind.presence),
        follow_ups=_follow_ups(edition, today=today),
        evidence=list(edition.milestones.exclude(done_on=None)),
        reports=list(latest.values()),
    )


def _by(people: Counter[People], trait: Callable[[People], str]) -> list[tuple[str, int]]:
    """How many have which value of ``trait``, the most first."""
    found: Counter[str] = Counter()
    for kind, number in people.items():
        found[trait(kind)] += number
    return sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))


def _follow_ups(edition: Edition, *, today: date) -> FollowUps:
    own = Q(visit__exchange__edition=edition) | Q(webinar__exchange__edition=edition)
    unfinished = Q(state__in=UNFINISHED)
    done = Q(state=FollowUp.State.DONE)
    return FollowUps(
        **FollowUp.objects.filter(own).aggregate(
            all=Count("pk"),
            unfinished=Count("pk", filter=unfinished),
            overdue=Count("pk", filter=unfinished & Q(due_on__lt=today)),
            done=Count("pk", filter=done),
            on_time=Count("pk", filter=done & Q(finished_on__lte=F("due_on"))),
        )
    )
