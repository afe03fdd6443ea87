"""PostgreSQL: a ``tsvector`` with a GIN index. Tokens are written as they are, past the parser and its locale."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import connection
from django.db.models import BooleanField, Case, FloatField, Func, QuerySet, Value, When
from django.db.models.expressions import Combinable

from iurc_portal.search.analyse import SEPARATOR, Phrase
from iurc_portal.search.backends.base import Backend, Tokens, Wanted
from iurc_portal.search.models import Document, FacetValue

LAST_POSITION = 16_383  # PostgreSQL counts no further: of what comes after it knows that it is there, not where
MOST_POSITIONS = 255  # of one word
INDEX = "search_document_tokens"
MANY_KIB = 16_384  # of new rows that the index takes in at a time while all of it is written
WEIGHTS = "{0.1,0.2,0.4,1.0}"  # concepts, place, text, title


HALF_IF_OLD = Case(When(quality__lt=0, then=Value(0.5)), default=Value(1.0), output_field=FloatField())


class Matches(Func):
    """``tokens @@ question``."""

    arg_joiner = " @@ "
    template = "%(expressions)s::tsquery"
    output_field = BooleanField()


class Rank(Func):
    """``ts_rank`` with our weights."""

    function = "ts_rank"
    template = f"%(function)s('{WEIGHTS}', %(expressions)s::tsquery)"
    output_field = FloatField()


class PostgresBackend(Backend):
    def tokens_column(self, tokens: Tokens) -> str:
        places: dict[str, list[str]] = {}
        position = 0
        fields = (tokens.title, "A"), (tokens.text, "B"), (tokens.place, "C"), (tokens.concepts, "D")
        for field, weight in fields:
            for token in field:
                position += 1
                if token == SEPARATOR:
                    continue  # a gap keeps phrases from crossing the border as well as a word would
                where = places.setdefault(token, [])
                if len(where) < MOST_POSITIONS:
                    where.append(f"{min(position, LAST_POSITION)}{weight}")
            position += 1
        return " ".join(f"{quoted(token)}:{','.join(where)}" for token, where in places.items())

    def write_tokens(self, written: Mapping[int, Tokens]) -> None:
        pass  # all of it is in the row

    def forget(self, documents: QuerySet[Document]) -> None:
        documents.delete()

    def matches(self, wanted: Wanted) -> Combinable:
        return Matches("tokens", Value(question(wanted)))

    def ranked(self, documents: QuerySet[Document], wanted: Wanted, *, start: int, stop: int) -> list[int]:
        found = documents.filter(self.matches(wanted)).annotate(
            score=Rank("tokens", Value(question(wanted))) * HALF_IF_OLD
        )
        return list(found.order_by("-score", "-quality", "pk").values_list("object_id", flat=True)[start:stop])

    def settle(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {Document._meta.db_table}, {FacetValue._meta.db_table}")

    @contextmanager
    def writing_all(self) -> Iterator[None]:
        """Let the index of tokens take in many rows at a time. What waits there is found as well, only more slowly."""
        self._wait(True)
        try:
            yield
        finally:
            self._wait(False)

    @staticmethod
    def _wait(many: bool) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET gin_pending_list_limit = '{MANY_KIB if many else 4096}kB'")
            cursor.execute(f"ALTER INDEX {INDEX} SET (fastupdate = {'on' if many else 'off'})")
            if not many:
                cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [INDEX])

    def faults(self) -> list[str]:
        return []  # an index of PostgreSQL cannot drift from its table


def quoted(token: str) -> str:
    return "'" + token.replace("\\", "\\\\").replace("'", "''") + "'"


def question(wanted: Wanted) -> str:
    """A ``tsquery`` in text form."""
    return " & ".join(f"({' | '.join(sorted(map(_phrase, phrases)))})" for phrases in wanted)


def _phrase(phrase: Phrase) -> str:
    weight = "A" if phrase.in_title else ""
    *whole, last = (quoted(token) for token in phrase.tokens)
    ends = [f"{token}{weight and ':' + weight}" for token in whole]
    marks = ("*" if phrase.prefix else "") + weight
    return f"({' <-> '.join([*ends, last + (marks and ':' + marks)])})"
