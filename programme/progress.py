"""How the two years are going: milestones with their computed state, and the four numbers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet, Value
from django.utils.translation import pgettext_lazy

from events.models import Event
from iurc_portal.clock import ROME, day_start
from programme.models import Edition, Exchange, Milestone, StudyVisit, Webinar
from programme.models.visits import OVER


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
    """Of ``edition``, and what hangs on no strand and falls in its days; of everything where there is none.

    One statement, whatever there is.
    """
    listed = Webinar.objects.filter(event__in=Event.objects.listed()).exclude(event__status="CANCELLED")
    webinars = listed.filter(_belongs(edition, "event__dtstart", lambda day: day_start(day, ROME.key)))
    visits = StudyVisit.objects.filter(_belongs(edition, "first_day", lambda day: day))
    strands = Exchange.objects.public().filter(**({"edition": edition} if edition else {}))
    parts = [
        _counted("held", webinars.filter(event__dtend__lte=now)),
        _counted("coming", webinars.filter(event__dtend__gt=now)),
        _counted("visits", visits.filter(state__in=OVER)),
        _counted("strands", strands),
    ]
    found = dict(parts[0].union(*parts[1:], all=True))
    return Numbers(
        visits_done=found.get("visits", 0),
        visits_foreseen=edition.study_visit_count if edition else 0,
        webinars_held=found.get("held", 0),
        webinars_coming=found.get("coming", 0),
        exchanges=found.get("strands", 0),
    )


def _belongs(edition: Edition | None, column: str, instant) -> Q:
    """Of a strand of ``edition``; or of none, with ``column`` (which ``instant`` makes of a day) in its days."""
    if edition is None:
        return Q()
    loose = Q(exchange=None)
    if edition.first_day:
        loose &= Q(**{f"{column}__gte": instant(edition.first_day)})
    if edition.last_day:
        loose &= Q(**{f"{column}__lt": instant(edition.last_day + timedelta(days=1))})
    return loose | Q(exchange__edition=edition)


def _counted(name: str, rows: QuerySet) -> QuerySet:
    counted = rows.order_by().annotate(name_of=Value(name)).values("name_of").annotate(number=Count("pk"))
    return counted.values_list("name_of", "number")
