"""Which records behind a number anybody may read; of the others only how many there are, and of what sorts."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from django.db.models import Q, QuerySet

from ecosystem.models import GoodPractice, Organisation
from events.models import Event
from programme.indicators.counting import Listing, Query, Scope


def _as_they_are(rows: QuerySet) -> QuerySet:
    return rows


def _listed(rows: QuerySet) -> QuerySet:
    return rows.filter(event__in=Event.objects.listed())


def _told_receivers(rows: QuerySet) -> QuerySet:
    """Transfers of practices that have a page, to receivers that pages may name."""
    told = Q(organisation=None) | Q(organisation__in=Organisation.objects.told())
    return rows.filter(told, practice__state__in=GoodPractice.PUBLIC)


def _told_offices(rows: QuerySet) -> QuerySet:
    return rows.filter(sending__in=Organisation.objects.told(), hosting__in=Organisation.objects.told())


# Delegates, hosts, introductions and follow-ups are counted and told by nobody: who they were is theirs alone.
PUBLIC: dict[str, Callable[[QuerySet], QuerySet]] = {
    "visits_completed": _as_they_are,
    "webinars_held": _listed,
    "webinar_attendance": _listed,
    "cluster_webinars_held": _listed,
    "cluster_attendance": _listed,
    "organisations_published": _as_they_are,
    "organisations_in_japanese": _as_they_are,
    "tests_started": _as_they_are,
    "trl_gain": _as_they_are,
    "practices_validated": _as_they_are,
    "transfers_confirmed": _told_receivers,
    "stays_completed": _told_offices,
}


@dataclass(frozen=True)
class _Only:
    """The rows of a query that ``rule`` lets through."""

    query: Query
    rule: Callable[[QuerySet], QuerySet]

    def __call__(self, scope: Scope) -> QuerySet:
        return self.rule(self.query.rows(scope))


def public_rows(query: Query, scope: Scope) -> Listing | None:
    """The records behind the number that anybody may read, a page at a time; None where they are counted only."""
    rule = PUBLIC.get(query.key)
    return Listing(replace(query, rows=_Only(query, rule)), scope) if rule else None


def named_among(query_key: str, rows: QuerySet) -> set[int]:
    """The keys of those of ``rows``, records of a query, that anybody may read of by name."""
    rule = PUBLIC.get(query_key)
    return set(rule(rows).order_by().values_list("pk", flat=True)) if rule else set()
