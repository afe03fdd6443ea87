"""SQLite: FTS5 over a table of tokens. The triggers of the migration keep the two in step."""

from collections.abc import Mapping

from django.db import DatabaseError, connection
from django.db.models import BooleanField, Func, QuerySet, Value
from django.db.models.expressions import Combinable

from iurc_portal.search.analyse import Phrase
from iurc_portal.search.backends.base import Backend, Tokens, Wanted
from iurc_portal.search.models import Document, FacetValue

WINDOW = 200  # so many of the best are put in order by hand (ecosystem spec E10)
BATCH = 100  # rows a statement: five values each, far below any limit of SQLite


class Matches(Func):
    """The document is one of those FTS5 finds."""

    arg_joiner = " IN (SELECT rowid FROM search_fts WHERE search_fts MATCH "
    template = "%(expressions)s)"
    output_field = BooleanField()


class SqliteBackend(Backend):
    def tokens_column(self, tokens: Tokens) -> str:
        return ""

    def write_tokens(self, written: Mapping[int, Tokens]) -> None:
        rows = [
            (pk, " ".join(t.title), " ".join(t.text), " ".join(t.place), " ".join(t.concepts))
            for pk, t in written.items()
        ]
        with connection.cursor() as cursor:
            for start in range(0, len(rows), BATCH):
                batch = rows[start : start + BATCH]
                cursor.execute(
                    "INSERT INTO search_text (document_id, a, b, c, d) VALUES "
                    + ", ".join(["(%s, %s, %s, %s, %s)"] * len(batch))
                    + " ON CONFLICT (document_id) DO UPDATE SET"
                    " a = excluded.a, b = excluded.b, c = excluded.c, d = excluded.d",
                    [value for row in batch for value in row],
                )

    def forget(self, documents: QuerySet[Document]) -> None:
        documents.delete()  # search_text follows by its foreign key, search_fts by its trigger

    def matches(self, wanted: Wanted) -> Combinable:
        return Matches("pk", Value(question(wanted)))

    def ranked(self, documents: QuerySet[Document], wanted: Wanted, *, start: int, stop: int) -> list[int]:
        """Of what is out of date the rank counts half, among the first ``WINDOW``: further down it is FTS5's own."""
        found: list[int] = []
        if start < WINDOW:
            found += self._in_order(documents, wanted, start=0, stop=WINDOW)[start:stop]
        if stop > WINDOW:
            found += self._in_order(documents, wanted, start=max(start, WINDOW), stop=stop)
        return found

    def _in_order(self, documents: QuerySet[Document], wanted: Wanted, *, start: int, stop: int) -> list[int]:
        narrowed, parameters = documents.order_by().values("pk").query.sql_with_params()
        # Ordered by rank alone: a second column would make every match be joined and sorted elsewhere. The plus keeps
        # SQLite from asking FTS5 once for each of the narrowed documents.
        sql = (
            "SELECT rowid, rank FROM search_fts WHERE search_fts MATCH %s AND +rowid IN "
            f"({narrowed}) ORDER BY rank LIMIT %s OFFSET %s"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, [question(wanted), *parameters, stop - start, start])
            ranks = dict(cursor.fetchall())
        rows = Document.objects.filter(pk__in=ranks).values_list("pk", "object_id", "quality")

        def place(row) -> tuple[float, int, int]:  # FTS5 ranks are negative, the best the lowest
            pk, _object_id, quality = row
            return (ranks[pk] if quality >= 0 else ranks[pk] / 2, -quality, pk)

        return [object_id for _pk, object_id, _quality in sorted(rows, key=place)]

    def settle(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {Document._meta.db_table}")
            cursor.execute(f"ANALYZE {FacetValue._meta.db_table}")

    def faults(self) -> list[str]:
        found = []
        with connection.cursor() as cursor:
            try:
                cursor.execute("INSERT INTO search_fts (search_fts, rank) VALUES ('integrity-check', 1)")
            except DatabaseError as error:
                found.append(f"FTS5 does not agree with its table: {error}")
            cursor.execute(
                "SELECT count(*) FROM search_document d WHERE d.id NOT IN (SELECT document_id FROM search_text)"
            )
            if lacking := cursor.fetchone()[0]:
                found.append(f"{lacking} documents have no tokens")
        return found


def question(wanted: Wanted) -> str:
    """A query in the language of FTS5."""
    return " AND ".join(f"({' OR '.join(sorted(map(_phrase, phrases)))})" for phrases in wanted)


def _phrase(phrase: Phrase) -> str:
    column = "a : " if phrase.in_title else ""
    return f'{column}"{" ".join(phrase.tokens)}"{" *" if phrase.prefix else ""}'
