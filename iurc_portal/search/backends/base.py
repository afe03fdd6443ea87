"""What a back end does. The counting of facets is the same SQL for both and stands here."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.db.models.expressions import Combinable

from iurc_portal.search.analyse import Phrase
from iurc_portal.search.models import Document, FacetValue

# All of the outer must be found, any of the inner will do.
Wanted = Sequence[Iterable[Phrase]]
# Conditions, and whether each must hold or must not.
Marks = Sequence[tuple[Q, bool]]
UNSTATED = "not-stated"
COLUMNS = ("side", "city", "category")  # facets with one value a document; all others stand in ``FacetValue``


@dataclass(frozen=True, slots=True)
class Tokens:
    """A document's tokens by weight: title, text, place, concepts. Separators are among them."""

    title: Sequence[str]
    text: Sequence[str]
    place: Sequence[str]
    concepts: Sequence[str]


class Backend(ABC):
    """One database's way to keep tokens and to match them."""

    @abstractmethod
    def tokens_column(self, tokens: Tokens) -> str:
        """What goes into ``Document.tokens``."""

    @abstractmethod
    def write_tokens(self, written: Mapping[int, Tokens]) -> None:
        """Keep what does not fit into the row, by document id."""

    @abstractmethod
    def forget(self, documents: QuerySet[Document]) -> None:
        """Delete documents with all that belongs to them."""

    @abstractmethod
    def matches(self, wanted: Wanted) -> Combinable:
        """A condition for ``Document.objects.filter``: it has what is ``wanted``."""

    @abstractmethod
    def ranked(self, documents: QuerySet[Document], wanted: Wanted, *, start: int, stop: int) -> list[int]:
        """The object ids of those ``documents`` that match, the best first, from ``start`` to before ``stop``."""

    @contextmanager
    def writing_all(self) -> Iterator[None]:
        """Around the writing of very many rows: what makes it faster. Search goes on meanwhile."""
        yield

    @abstractmethod
    def settle(self) -> None:
        """After much was written: let the database learn anew how its rows are spread."""

    @abstractmethod
    def faults(self) -> list[str]:
        """What is wrong with the index, one sentence each."""

    def count(
        self, documents: QuerySet[Document], facets: Mapping[str, Q | None], tiers: Sequence[Marks] = ()
    ) -> tuple[dict[tuple[str, str], int], list[int]]:
        """Count ``documents`` by facet and value in one statement, each facet without its own selection.

        ``facets`` gives for each name the condition of what is selected in it, or None; ``("", "all")`` is how many
        remain under all conditions. The second result is how many of these bear the marks of each of ``tiers``. What
        several tiers ask is asked once a document.
        """
        numbers = {name: f"in_{n}" for n, name in enumerate(facets)}
        selected = {numbers[name]: q for name, q in facets.items() if q is not None}
        asked: list[Q] = []
        for marks in tiers:
            asked += [q for q, _holds in marks if q not in asked]
        conditions = selected | {f"mark_{n}": q for n, q in enumerate(asked)}
        flags = {name: ExpressionWrapper(q, output_field=BooleanField()) for name, q in conditions.items()}
        hits, parameters = (
            documents.order_by().annotate(**flags).values("pk", *COLUMNS, *flags).query.sql_with_params()
        )
        values = FacetValue._meta.db_table
        own_values = f"{values} v ON v.document_id = hit.id AND v.facet = %s"
        has_none = f"NOT EXISTS (SELECT 1 FROM {values} v WHERE v.document_id = hit.id AND v.facet = %s)"
        legs: list[str] = []

        def leg(name: str, value: str, *, join: str = "", where: Sequence[str] = (), group: str = "") -> None:
            under = [mark for mark in selected if mark != numbers.get(name)] + list(where)
            legs.append(
                f"SELECT '{name}', {value}, count(*) FROM hit{join and f' JOIN {join}'}"
                f"{' WHERE ' + ' AND '.join(under) if under else ''}{group and f' GROUP BY {group}'}"
            )

        for name in facets:
            if name in COLUMNS:
                leg(name, f"hit.{name}", group=f"hit.{name}")
            else:
                leg(name, "v.value", join=own_values, group="v.value")
                leg(name, f"'{UNSTATED}'", where=[has_none])
                parameters = (*parameters, name, name)
        leg("", "'all'")
        for number, marks in enumerate(tiers):
            borne = [f"{'' if holds else 'NOT '}mark_{asked.index(q)}" for q, holds in marks]
            leg("", f"'tier_{number}'", where=borne)
        columns = ", ".join(["id", *COLUMNS, *flags])
        with connection.cursor() as cursor:
            cursor.execute(f"WITH hit ({columns}) AS MATERIALIZED ({hits}) {' UNION ALL '.join(legs)}", parameters)
            counts = {(name, value or UNSTATED): n for name, value, n in cursor.fetchall()}
        return counts, [counts["", f"tier_{number}"] for number in range(len(tiers))]
