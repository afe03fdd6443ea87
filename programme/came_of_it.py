"""What came of visits and exchanges: good practices, and what the other city took over (programme spec 1.1)."""

from dataclasses import dataclass, field

from django.db.models import Q

from ecosystem.models import GoodPractice, Transfer
from programme.models import Exchange, StudyVisit


@dataclass(frozen=True)
class CameOfIt:
    """Public practices, and transfers of public practices, reported or confirmed; each once."""

    practices: list[GoodPractice] = field(default_factory=list)
    transfers: list[Transfer] = field(default_factory=list)


def of_visit(visit: StudyVisit) -> CameOfIt:
    """Two queries."""
    return _read(Q(visits=visit))


def of_exchange(exchange: Exchange) -> CameOfIt:
    """What came of it and of its public visits. Two queries."""
    of_visits = Q(visits__exchange=exchange, visits__state__in=StudyVisit.objects.all().PUBLIC_STATES)
    return _read(Q(exchanges=exchange) | of_visits)


def _read(where: Q) -> CameOfIt:
    practices = GoodPractice.objects.public().filter(where).distinct()
    transfers = Transfer.objects.filter(where, practice__state__in=GoodPractice.PUBLIC).distinct()
    return CameOfIt(list(practices), list(transfers.select_related("practice", "organisation__city", "city")))


def sources_of(practice: GoodPractice) -> list[Exchange | StudyVisit]:
    """The public exchanges and visits that a practice, or a transfer of it, came of. Two queries."""
    where = Q(practices=practice) | Q(transfers__practice=practice)
    return [
        *Exchange.objects.public().filter(where).distinct(),
        *StudyVisit.objects.public().filter(where).distinct(),
    ]
