"""Which readings are due: of periods that are over not proposed, not validated, or corrected since (P27, P28).

Looked at are the editions that run, and those that ended within the last year: their reports may still be written.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import models
from django.db.models import Q

from programme.indicators.counting import Query, Scope, values_at_each
from programme.indicators.periods import periods_of
from programme.indicators.queries import query_of
from programme.models import Edition, Indicator, Reading

LOOKED_BACK = timedelta(days=365)
State = Reading.State


def editions_to_read(today: date):
    """Editions with days whose readings somebody still looks after at ``today``."""
    lately = Q(state=Edition.State.CLOSED, last_day__gte=today - LOOKED_BACK)
    return Edition.objects.filter(
        Q(state=Edition.State.RUNNING) | lately, first_day__isnull=False, last_day__isnull=False
    )


@dataclass(frozen=True)
class Standing:
    """An indicator's reading of one period in its last version; ``pk`` is None where there is none."""

    pk: int | None
    first_day: date | None
    last_day: date | None
    state: str
    value: Decimal | None


def _standing(today: date) -> dict[Indicator, list[Standing]]:
    """Every indicator of the editions to be read with its readings. One query, and an object for each indicator."""
    edition = ("pk", "first_day", "last_day")
    own = ("pk", "key", "source", "frequency", *(f"edition__{name}" for name in edition))
    reading = tuple(f"readings__{name}" for name in ("pk", "first_day", "last_day", "state", "value"))
    # A plain one: what knows the texts in three languages rewrites each name it is given, for nothing here.
    rows: models.QuerySet[Indicator] = models.QuerySet(Indicator)
    rows = rows.filter(edition__in=editions_to_read(today).values("pk"))
    indicators: dict[int, Indicator] = {}
    editions: dict[int, Edition] = {}
    found: dict[int, dict[tuple[date | None, date | None], Standing]] = {}
    for row in rows.order_by("pk", "readings__last_day", "readings__version").values_list(*own, *reading):
        pk, key, source, frequency, edition_pk, first_day, last_day, *standing = row
        if pk not in indicators:
            if edition_pk not in editions:
                editions[edition_pk] = Edition(pk=edition_pk, first_day=first_day, last_day=last_day)
            indicators[pk] = Indicator(
                pk=pk, key=key, source=source, frequency=frequency, edition=editions[edition_pk]
            )
        key_of_reading, begins, ends, state, value = standing
        one = Standing(key_of_reading, begins, ends, state or "", value)
        found.setdefault(pk, {})[begins, ends] = one  # the last version stays
    return {indicators[pk]: list(standings.values()) for pk, standings in found.items()}


def to_propose(today: date) -> set[int]:
    """The keys of indicators for which a period is over and has no reading. One query."""
    return {
        indicator.pk
        for indicator, standings in _standing(today).items()
        if _over(indicator, today) - {(standing.first_day, standing.last_day) for standing in standings}
    }


def to_validate(today: date):
    """Drafts of periods that are over."""
    return Reading.objects.filter(state=State.DRAFT, last_day__lt=today).latest_versions()


def corrected(today: date) -> set[int]:
    """The keys of frozen readings whose records were corrected since: of each indicator the last one. Two queries.

    What is corrected further back moves every later number too, since numbers count from the edition's first day.
    """
    frozen: dict[int, tuple[Standing, Query, Scope]] = {}
    for indicator, standings in _standing(today).items():
        query = query_of(indicator.key) if indicator.is_counted else None
        kept = [standing for standing in standings if standing.state == State.FROZEN and standing.last_day]
        if query is not None and kept:
            last = max(kept, key=lambda standing: standing.last_day or date.min)
            if last.pk is not None and last.last_day is not None:
                frozen[last.pk] = (last, query, Scope(indicator.edition, last.last_day))
    values = values_at_each(_by_scope((scope, query) for _last, query, scope in frozen.values()))
    return {pk for pk, (last, query, scope) in frozen.items() if values[scope][query.key].value != last.value}


def _by_scope(pairs: Iterable[tuple[Scope, Query]]) -> dict[Scope, list[Query]]:
    found: dict[Scope, dict[str, Query]] = {}
    for scope, query in pairs:
        found.setdefault(scope, {})[query.key] = query
    return {scope: list(queries.values()) for scope, queries in found.items()}


def _over(indicator: Indicator, today: date) -> set[tuple[date | None, date | None]]:
    """The first and last days of its periods that are over."""
    return {
        (period.first_day, period.last_day)
        for period in periods_of(indicator.edition, indicator.frequency)
        if period.is_over(today)
    }
