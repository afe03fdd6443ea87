"""Facets: OR within one, AND across; each value counted without its own facet's selection (ecosystem spec E9).

All lists are narrowed, counted and ranked by the index. django-filter reads the rest of the query; the page, exports
and the API share the FilterSet.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import django_filters
from django import forms
from django.db import connection
from django.db.models import Case, Exists, F, Model, OuterRef, Q, QuerySet, When
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy

from iurc_portal.clock import PartnerSide
from iurc_portal.kept import kept_while
from iurc_portal.search import registry
from iurc_portal.search.backends.base import COLUMNS, UNSTATED
from iurc_portal.search.highlight import Hit, explain
from iurc_portal.search.models import Document, FacetValue
from iurc_portal.search.query import LONGEST_QUERY, clean_query
from iurc_portal.search.service import Counts, Search, in_order
from iurc_portal.search.tools import Tools
from iurc_portal.translation.languages import Language, columns

MOST_UNKNOWN_SHOWN = 5
MOST_ELSEWHERE = 8
RELEVANCE = "relevance"
IN_DATE = "fresh"  # what is out of date comes last, the rest by name (E10)
SWITCHES = ("exact", "literal")  # parameters that are "1" or absent


@dataclass(frozen=True)
class Value:
    """One value of a facet as the page shows it."""

    key: str
    label: str
    count: int
    selected: bool

    @property
    def disabled(self) -> bool:
        return self.count == 0 and not self.selected


@dataclass
class Facet:
    """A many-valued filter. ``values`` gives key and label of every value, in order.

    ``indexed`` is its name in the index, if that is another one: a column of ``Document`` or a facet of
    ``FacetValue``. ``unstated`` is the label for records without any of the values, or "" where every one has one. Of
    long facets the page shows the first ``shown`` values and folds the rest away (0: all are shown).
    """

    name: str
    title: str
    values: list[tuple[str, str]]
    indexed: str = ""
    unstated: str = ""
    shown: int = 0
    selected: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.indexed = self.indexed or self.name

    @property
    def choices(self) -> list[tuple[str, str]]:
        return [*self.values, (UNSTATED, self.unstated)] if self.unstated else self.values

    def choose(self, wanted: list[str]) -> None:
        keys = {key for key, _label in self.choices}
        self.selected = [key for key in dict.fromkeys(wanted) if key in keys]
        self.unknown = [key for key in dict.fromkeys(wanted) if key not in keys]

    @property
    def condition(self) -> Q | None:
        """What a document must be to carry one of the selected values; None where nothing is selected."""
        if not self.selected:
            return None
        stated = [key for key in self.selected if key != UNSTATED]
        if self.indexed in COLUMNS:
            return Q(**{f"{self.indexed}__in": [*stated, *([""] if UNSTATED in self.selected else [])]})
        own = FacetValue.objects.filter(document=OuterRef("pk"), facet=self.indexed)
        carried = Q(Exists(own.filter(value__in=stated))) if stated else Q(pk__in=[])
        return carried | Q(~Exists(own)) if UNSTATED in self.selected else carried


_labels: dict[tuple[str, str, str], tuple[tuple[int, int], list[tuple[str, str]]]] = {}


def labels_kept(name: str, tools: Tools, read: Callable[[], list[tuple[str, str]]]) -> list[tuple[str, str]]:
    """Keys and labels of the facet ``name``, read once for each language and each state of index and vocabulary.

    What they come from must be of a kind of the index, or followed by one: then each change of it raises a version.
    """
    place = connection.settings_dict["NAME"], name, get_language() or ""
    state = tools.glossary_version, tools.index_version
    kept = _labels.get(place)
    if kept is None or kept[0] != state or not any(state):
        kept = _labels[place] = state, read()
    return kept[1]


class WordsField(forms.CharField):
    """What is typed in a search box: cleaned, never refused."""

    def to_python(self, value):
        return clean_query(super().to_python(value) or "")


class WordsFilter(django_filters.CharFilter):
    """The words of ``q``; the index finds them."""

    field_class = WordsField

    def filter(self, queryset, value):
        return queryset


class FacetedFilterSet(django_filters.FilterSet):
    """A FilterSet over the records of one kind of the index. Subclasses implement ``make_facets``.

    Unknown values are told to the reader and otherwise ignored; the rest of the query holds. ``SORTS`` maps the values
    of ``sort`` to their labels, the default first; where words are asked for, relevance comes before them.
    """

    KIND: str
    SORTS: dict[str, Any] = {}

    q = WordsFilter(label=gettext_lazy("Words"))

    def make_facets(self) -> list[Facet]:
        raise NotImplementedError

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.typed = self.data.get("q", "") or ""
        self.search = Search(self.typed, **{name: self.data.get(name) == "1" for name in SWITCHES})
        self.query = self.search.query.typed
        self.facets = self.make_facets()
        for facet in self.facets:
            facet.choose(self.wanted(facet.name))
        self.sorts = {RELEVANCE: gettext_lazy("By relevance"), **self.SORTS} if self.query else self.SORTS
        wanted_sort = self.data.get("sort", "")
        self.sort = wanted_sort if wanted_sort in self.sorts else next(iter(self.sorts), "")
        known = wanted_sort in self.sorts or wanted_sort in {"", RELEVANCE}
        self._unknown_sort = [] if known or not self.SORTS else [wanted_sort]

    def wanted(self, name: str) -> list[str]:
        """What the query string asks of one parameter, empty values left out."""
        return [value for value in self.data.getlist(name) if value] if hasattr(self.data, "getlist") else []

    @property
    def query_was_cut(self) -> bool:
        return len(self.typed) > LONGEST_QUERY

    @property
    def unknown_values(self) -> list[str]:
        """What was asked for and is not known, cut to a length that a message can carry."""
        unknown = [value for facet in self.facets for value in facet.unknown] + self._unknown_sort
        shown = [value[:80] for value in unknown[:MOST_UNKNOWN_SHOWN]]
        return [*shown, "…"] if len(unknown) > MOST_UNKNOWN_SHOWN else shown

    @property
    def active(self) -> list[tuple[Facet, str, str]]:
        """The selected values as (facet, key, label), for the chips."""
        return [(f, key, label) for f in self.facets for key, label in f.choices if key in f.selected]

    @property
    def listed(self) -> QuerySet[Document]:
        """Every document of this kind."""
        return Document.objects.listed(self.KIND)

    @cached_property
    def counts(self) -> Counts:
        """How many there are of what; where the words find nothing at all, after climbing the ladder of the search.

        Facets take no part in that: what a selection leaves out is still found, and a click asks the same question.
        """
        conditions = {facet.indexed: facet.condition for facet in self.facets}
        counts = self.kept(("counts",), lambda: self.search.count(self.listed, conditions))
        if counts.total or (self.active and self.search.narrowed(self.listed).exists()):
            return counts
        return self.search.count(self.listed, conditions) if self.search.climb(self.listed) else counts

    def elsewhere(self) -> tuple[Facet, list[Value]] | None:
        """The commonest themes of all records, where words found nothing: somewhere to go on from."""
        facet = next((each for each in self.facets if each.name == "theme"), None)
        if facet is None or not self.query:
            return None
        counts = Search("").count(self.listed, {facet.indexed: None}).values
        values = [Value(key, label, counts.get((facet.indexed, key), 0), False) for key, label in facet.values]
        values = [value for value in values if value.count]
        return facet, sorted(values, key=lambda value: -value.count)[:MOST_ELSEWHERE]

    def kept(self, what: tuple, make: Callable[[], Any]) -> Any:
        """An answer to this question, made once for each state of index and vocabulary. ``what`` says which answer.

        Not after the ladder was climbed: then the question is another one.
        """
        search = self.search
        state = search.tools.glossary_version, search.tools.index_version
        if not any(state) or search.has_climbed:  # nothing of a new index says yet when it changes
            return make()
        chosen = [(facet.indexed, sorted(facet.selected)) for facet in self.facets]
        asked = search.typed, search.exact, search.literal, search.language
        day = timezone.localdate().isoformat()  # what stands in a list may end with its day
        return kept_while((connection.settings_dict["NAME"], self.KIND, *what, *state, *asked, day, chosen), make)

    @property
    def under_facets(self) -> QuerySet[Document]:
        """The documents under all facets, whatever words are asked for."""
        documents = self.listed
        for facet in self.facets:
            if facet.condition is not None:
                documents = documents.filter(facet.condition)
        return documents

    @property
    def documents(self) -> QuerySet[Document]:
        """The documents that are found."""
        self.counts  # noqa: B018 - climbs the ladder where it must be
        return self.search.narrowed(self.under_facets)

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        return super().filter_queryset(queryset).filter(pk__in=self.documents.values("object_id"))

    def counted(self) -> list[tuple[Facet, list[Value]]]:
        """Every facet with the counts of its values, all in one statement."""
        return [(facet, self._values(facet)) for facet in self.facets]

    def results(self) -> "Results":
        """What is found in its order, for a paginator."""
        return Results(self)

    def order(self) -> Sequence[Any]:
        """How documents are ordered by ``sort``; a Japanese reader sees Torino first among equals."""
        by_title: list[Any] = [f"title_{self.search.language}", "object_id"]
        if self.sort not in (IN_DATE, "name"):
            return [F("dated").desc(nulls_last=True), *by_title]
        if self.search.language == Language.JAPANESE:
            by_title.insert(0, Case(When(side=PartnerSide.TORINO, then=0), default=1))
        in_date_first = Case(When(quality__lt=0, then=1), default=0)  # what is out of date lies below zero
        return [in_date_first, *by_title] if self.sort == IN_DATE else by_title

    def _values(self, facet: Facet) -> list[Value]:
        values = [
            Value(key, label, self.counts.values.get((facet.indexed, key), 0), key in facet.selected)
            for key, label in facet.choices
        ]
        return [value for value in values if value.key != UNSTATED or not value.disabled]


class Results:
    """The records a FilterSet found, as a sequence that knows its length and reads only the slice it is asked for.

    Each record carries ``hit``: why it was found (see ``highlight.explain``), where words were asked for.
    """

    def __init__(self, filterset: FacetedFilterSet):
        self.filterset = filterset
        self._first: tuple[list[Model], set[int]] = [], set()

    def count(self) -> int:
        return self.filterset.counts.total

    __len__ = count

    def first(self, number: int) -> list[Model]:
        """The first records, without the reason of each; a slice of them is not read again."""
        self._first = self._read(0, number)
        return self._first[0]

    def __getitem__(self, part: slice) -> list[Model]:
        start, stop = part.start or 0, self.count() if part.stop is None else part.stop
        known, related = self._first
        if min(stop, self.count()) <= len(known):
            rows = known[start:stop]
        else:
            rows, related = self._read(start, stop)
        if self.filterset.query:
            explain(rows, registry.kind(self.filterset.KIND), self.filterset.search, related)
        return rows

    def hits(self, ids: Sequence[int], related: set[int]) -> dict[int, Hit]:
        """Why each of ``ids`` was found, by id, reading no more than that needs; empty where no word was asked for."""
        if not self.filterset.query:
            return {}
        return self.filterset.kept(("hits", *ids), lambda: self._hits(ids, related))

    def _hits(self, ids: Sequence[int], related: set[int]) -> dict[int, Hit]:
        kind = registry.kind(self.filterset.KIND)
        rows = in_order(kind.model._default_manager.only("pk", *columns(kind.excerpt)), ids)
        explain(rows, kind, self.filterset.search, related)
        return {row.pk: row.hit for row in rows}  # type: ignore[attr-defined]

    def _read(self, start: int, stop: int) -> tuple[list[Model], set[int]]:
        ids, related = self.ids(start, stop)
        return in_order(self.filterset.queryset, ids), related

    def ids(self, start: int, stop: int) -> tuple[list[int], set[int]]:
        """The ids of a slice, and which of them only the glossary found; no record is read."""
        if not self.count():
            return [], set()
        return self.filterset.kept((self.filterset.sort, start, stop), lambda: self._ids(start, stop))

    def _ids(self, start: int, stop: int) -> tuple[list[int], set[int]]:
        filterset = self.filterset
        if filterset.sort == RELEVANCE:
            return filterset.search.page(filterset.under_facets, filterset.counts, start=start, stop=stop)
        ordered = filterset.documents.order_by(*filterset.order())
        return list(ordered.values_list("object_id", flat=True)[start:stop]), set()
