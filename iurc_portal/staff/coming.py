"""Days to come that the apps have registered (``todo.Ahead``), read in one statement."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, QuerySet, TextField, Value
from django.db.models.functions import Cast

from iurc_portal.staff import todo
from iurc_portal.translation.languages import CODES, Spoken, order_for

TEXTS = [f"text_in_{code}" for code in CODES]


@dataclass(frozen=True)
class Days:
    """One thing of one day or several. ``word`` says what it is."""

    text: Spoken
    word: Any
    first: date
    last: date
    url: str


def days_ahead(first: date, last: date, user, *, most: int) -> list[Days]:
    """What falls on days from ``first`` to ``last`` and ``user`` may see, in order; at most ``most``. One query."""
    kinds = [kind for kind in todo.ahead.values() if user.has_perm(kind.permission)]
    parts = [_rows(place, kind, first, last, user) for place, kind in enumerate(kinds)]
    if not parts:
        return []
    rows = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    return [
        Days(
            text=Spoken.best(dict(zip(CODES, texts, strict=True))) or Spoken.written_in("–", order_for()[0]),
            word=kinds[place].word,
            first=begins,
            last=ends,
            url=kinds[place].url(key),
        )
        for place, key, begins, ends, *texts in rows.order_by("begins", "which", "key_of")[:most]
    ]


def _rows(place: int, kind: todo.Ahead, first: date, last: date, user) -> QuerySet:
    wanted = kind.rows(first, last, user)
    texts = {name: Cast(f"{kind.text}_{code}", TextField()) for name, code in zip(TEXTS, CODES, strict=True)}
    # A plain queryset: one that knows of languages would put the columns into an order of its own.
    rows = QuerySet(wanted.model).filter(pk__in=wanted.order_by().values("pk")).order_by()
    rows = rows.annotate(which=Value(place), key_of=F("pk"), begins=F(kind.first), ends=F(kind.last), **texts)
    return rows.values_list("which", "key_of", "begins", "ends", *TEXTS)
