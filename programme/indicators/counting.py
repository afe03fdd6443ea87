"""How a query is written, and the values of many of them in one statement.

A value counts states at the end of a day, from the beginning of the edition: what was done by then. The number of a
``Query`` is how many its ``rows`` are, their sum, or their mean; ``describe`` says one of them in words, without names
of people.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Count, F, Func, IntegerField, QuerySet, Subquery, Sum
from django.utils.functional import Promise

from iurc_portal.clock import day_start
from programme.indicators.periods import ZONE
from programme.models import Edition

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Scope:
    """What of which edition, and until the end of which day (on Torino's calendar)."""

    edition: Edition
    until: date

    @property
    def end(self) -> datetime:
        """The first instant after the last day."""
        return day_start(self.until + timedelta(days=1), ZONE)

    @property
    def start(self) -> datetime | None:
        """The first instant of the edition; None while its first day is not written."""
        return day_start(self.edition.first_day, ZONE) if self.edition.first_day else None


@dataclass(frozen=True)
class Row:
    """A record behind a number: what it is called, when it was, where anybody reads it, how it stands.

    ``amount`` is what it adds to the number. ``link`` is a path, "" where there is no public page.
    """

    pk: int
    title: str
    day: date | None
    state: str
    amount: int
    link: str = ""


@dataclass(frozen=True)
class Split:
    """A number in parts: ``column`` is annotated on the rows, ``words`` says what each of its values is called."""

    name: str
    title: str | Promise
    column: str
    words: Callable[[str], Any]


@dataclass(frozen=True)
class Query:
    """``rows`` gives the records behind the number at a scope; ``how`` is their ``count``, or ``sum`` or ``mean`` of
    ``amount``.

    ``describe`` reads one row with what ``along`` selects; it asks the database nothing more.
    """

    key: str
    name: str | Promise
    unit: str | Promise
    definition: str | Promise
    rows: Callable[[Scope], QuerySet]
    describe: Callable[[Any], Row]
    along: tuple[str, ...] = ()
    how: str = "count"
    splits: tuple[Split, ...] = ()

    def found(self, scope: Scope) -> QuerySet:
        """The records in order, with what describes them."""
        return self.rows(scope).select_related(*self.along)


@dataclass(frozen=True)
class Value:
    """``value`` is None for a mean of nothing. ``count`` and ``total`` are those of the rows."""

    value: Decimal | None
    count: int
    total: int = 0


@dataclass
class Listing(Sequence):
    """The rows of a query, described as they are read: a page of them is one statement."""

    query: Query
    scope: Scope
    found: QuerySet = field(init=False)
    _length: int | None = field(default=None, init=False)

    def __post_init__(self):
        self.found = self.query.found(self.scope)

    def __len__(self):
        if self._length is None:
            self._length = self.found.count()
        return self._length

    def __getitem__(self, place):
        if isinstance(place, slice):
            return [self.query.describe(record) for record in self.found[place]]
        return self.query.describe(self.found[place])

    def __iter__(self):
        return (self.query.describe(record) for record in self.found)


def value_of(query: Query, count: int, total: int) -> Value:
    """The number that ``count`` rows with the sum ``total`` make."""
    if query.how == "count":
        return Value(Decimal(count), count)
    if query.how == "sum":
        return Value(Decimal(total), count, total)
    mean = (Decimal(total) / count).quantize(CENT, ROUND_HALF_UP) if count else None
    return Value(mean, count, total)


def values_at(scope: Scope, wanted: Iterable[Query]) -> dict[str, Value]:
    """The values of the ``wanted`` queries, by key, in one statement."""
    wanted = list(wanted)
    return values_at_each({scope: wanted})[scope] if wanted else {}


def values_at_each(wanted: Mapping[Scope, Sequence[Query]]) -> dict[Scope, dict[str, Value]]:
    """The values of the queries that each scope wants, by scope and key, in one statement for all of them."""
    columns: dict[str, Subquery] = {}
    for place, (scope, queries) in enumerate(wanted.items()):
        for query in queries:
            rows = query.rows(scope).order_by()
            columns[f"s{place}_{query.key}_count"] = _aggregate(rows, "COUNT", "pk")
            if query.how != "count":
                columns[f"s{place}_{query.key}_total"] = _aggregate(rows, "SUM", "amount")
    if not columns:
        return {scope: {} for scope in wanted}
    any_edition = next(iter(wanted)).edition.pk
    row = Edition.objects.filter(pk=any_edition).annotate(**columns).values(*columns).get()
    return {
        scope: {
            query.key: value_of(
                query, row[f"s{place}_{query.key}_count"] or 0, row.get(f"s{place}_{query.key}_total") or 0
            )
            for query in queries
        }
        for place, (scope, queries) in enumerate(wanted.items())
    }


def _aggregate(rows: QuerySet, function: str, column: str) -> Subquery:
    total = Func(F(column), function=function, output_field=IntegerField())
    return Subquery(rows.annotate(aggregated=total).values("aggregated"), output_field=IntegerField())


def parts_of(query: Query, scope: Scope) -> dict[str, dict[str, int]]:
    """Each split of the number: how much of it each value makes. One statement a split; the parts add up."""
    added = Sum("amount") if query.how == "sum" else Count("pk")
    return {
        split.name: dict(
            query.rows(scope).order_by().values(split.column).annotate(added=added).values_list(split.column, "added")
        )
        for split in query.splits
    }
