"""How the two years are going: milestones with their computed state, numbers, activities of each initiative."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q
from django.utils.translation import pgettext_lazy

from ecosystem.models import Initiative
from events.models import Event
from programme.models import Edition, Exchange, Milestone, StudyVisit, Webinar


@dataclass(frozen=True)
class Step:
    """A milestone as the time line shows it; ``state`` is done, late, next or planned."""

    milestone: Milestone
    state: str

    LABELS = {
        "done": pgettext_lazy("milestone", "done"),
        "late": pgettext_lazy("milestone", "late"),
        "next": pgettext_lazy("milestone", "next"),
        "planned": pgettext_lazy("milestone", "planned"),
    }

    @property
    def label(self):
        return self.LABELS[self.state]


def steps_of(milestones: Iterable[Milestone], *, today: date) -> list[Step]:
    """Each milestone with its state at ``today``: the first that is neither done nor late comes next."""
    steps, next_found = [], False
    for milestone in milestones:
        if milestone.done_on is not None:
            state = "done"
        elif milestone.is_late(today=today):
            state = "late"
        else:
            state = "planned" if next_found else "next"
            next_found = True
        steps.append(Step(milestone, state))
    return steps


@dataclass(frozen=True)
class Numbers:
    """What has been done, counted from states. ``webinars_held`` counts published webinars that are over."""

    visits_done: int
    visits_foreseen: int
    webinars_held: int
    webinars_coming: int
    exchanges: int


def numbers_of(edition: Edition | None, *, now: datetime) -> Numbers:
    """Three queries, whatever there is."""
    over = Q(event__dtend__lte=now)
    listed = Webinar.objects.filter(event__in=Event.objects.listed()).exclude(event__status="CANCELLED")
    webinars = listed.aggregate(held=Count("pk", filter=over), coming=Count("pk", filter=~over))
    return Numbers(
        visits_done=StudyVisit.objects.filter(state__in=["completed", "reported", "closed"]).count(),
        visits_foreseen=edition.study_visit_count if edition else 0,
        webinars_held=webinars["held"],
        webinars_coming=webinars["coming"],
        exchanges=Exchange.objects.public().count(),
    )


@dataclass(frozen=True)
class InitiativeRow:
    initiative: Initiative
    exchanges: int
    webinars: int
    visits: int


def activities_by_initiative() -> list[InitiativeRow]:
    """For each initiative the exchanges it takes part in, with their public webinars and visits. Five queries."""
    webinars = Counter(Webinar.objects.filter(event__in=Event.objects.listed()).values_list("exchange", flat=True))
    visits = Counter(StudyVisit.objects.public().values_list("exchange", flat=True))
    exchanges: dict[int, list[int]] = {}
    for exchange in Exchange.objects.public().prefetch_related("initiatives"):
        for initiative in exchange.initiatives.all():
            exchanges.setdefault(initiative.pk, []).append(exchange.pk)
    return [
        InitiativeRow(
            initiative,
            exchanges=len(own),
            webinars=sum(webinars[pk] for pk in own),
            visits=sum(visits[pk] for pk in own),
        )
        for initiative in Initiative.objects.all()
        for own in [exchanges.get(initiative.pk, [])]
    ]
