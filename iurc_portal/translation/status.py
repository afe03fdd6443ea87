"""In what state a text is in a language: derived from the text, its source and the ledger (ecosystem spec E2)."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import models
from django.db.models.functions import Cast
from django.utils.translation import pgettext_lazy

from iurc_portal.translation.languages import Language, order_for
from iurc_portal.translation.models import TextRecord
from iurc_portal.translation.registry import Translated, kind_for, kind_of

NOTED = "_text_records"  # on a record: its lines of the ledger, by field and language


class Status(models.TextChoices):
    """The worst first: the state of a record in a language is the first of those of its required fields."""

    MISSING = "missing", pgettext_lazy("state of a text", "missing")
    OUTDATED = "outdated", pgettext_lazy("state of a text", "outdated")
    MACHINE = "machine", pgettext_lazy("state of a text", "machine translation")
    DRAFT = "draft", pgettext_lazy("state of a text", "not reviewed")
    REVIEWED = "reviewed", pgettext_lazy("state of a text", "reviewed")
    SOURCE = "source", pgettext_lazy("state of a text", "original")


RANK = {status: place for place, status in enumerate(Status)}
WAITING = (Status.MISSING, Status.OUTDATED)  # what a reader goes without
TO_DO = (*WAITING, Status.MACHINE, Status.DRAFT)


def text_in(obj, field: str, language: str) -> str:
    """The text of ``field`` in exactly this language; "" where there is none."""
    text = getattr(obj, f"{field}_{language}", "") or ""
    return text if text.strip() else ""


def digest(text: str) -> str:
    """The same for texts that differ in nothing but white space."""
    return hashlib.sha256(" ".join((text or "").split()).encode()).hexdigest()[:32]


def source_of(obj, field: str) -> str:
    """The language ``field`` is translated from: the record's own or, where that is empty, its best substitute."""
    own = kind_for(obj).language_of(obj)
    return next((code for code in order_for(own) if text_in(obj, field, code)), own)


def read_records(objs: Iterable) -> None:
    """Give each of ``objs`` its lines of the ledger: one query for each model among them, however many they are."""
    by_model: dict[type[models.Model], list] = defaultdict(list)
    for obj in objs:
        by_model[type(obj)].append(obj)
    for model, rows in by_model.items():
        if kind_of(model) is None:
            continue
        lines: dict[int, dict] = defaultdict(dict)
        for line in TextRecord.objects.of(model, *(obj.pk for obj in rows)):
            lines[line.object_id][line.field, line.language] = line
        for obj in rows:
            vars(obj)[NOTED] = lines[obj.pk]


class Line(NamedTuple):
    """What of a line of the ledger says in what state a text is: many are read for a few numbers."""

    source_language: str
    source_hash: str
    origin: str
    reviewed_at: datetime | None


NAME_OF_LINE = ("model", "object_id", "field", "language")


def texts_of(wanted: Sequence[Translated]) -> Iterator[tuple[Translated, models.Model]]:
    """Every record worth translating of these kinds with its required texts and its lines, and nothing else of it.

    Two queries, however many kinds they are: one for the texts, one for the ledger.
    """
    columns = {kind.label: _columns(kind) for kind in wanted}
    width = max(map(len, columns.values()), default=0)
    parts = [_texts(place, kind, columns[kind.label], width) for place, kind in enumerate(wanted)]
    if not parts:
        return
    lines: dict[tuple[str, int], dict] = defaultdict(dict)
    required = {field for kind in wanted for field in kind.required}
    ledger = TextRecord.objects.filter(model__in=columns, field__in=required).order_by()
    for model, pk, field, language, *line in ledger.values_list(*NAME_OF_LINE, *Line._fields):
        lines[model, pk][field, language] = Line(*line)
    for place, key, *texts in parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]:
        kind = wanted[place]
        names = columns[kind.label]
        obj = kind.model.from_db(None, ["id", *names], [key, *texts[: len(names)]])
        vars(obj)[NOTED] = lines.get((kind.label, key), {})
        yield kind, obj


def _columns(kind: Translated) -> list[str]:
    """What of a record says in what state it is, in the order of its columns."""
    read = {kind.source_language, *(f"{field}_{code}" for field in kind.required for code in Language.values)}
    return [field.attname for field in kind.model._meta.concrete_fields if field.attname in read]


def _texts(place: int, kind: Translated, names: list[str], width: int) -> models.QuerySet:
    """(place, key, texts …) of the records of one kind, with as many columns as the widest kind has."""
    fill = {f"fill_{number}": _text("") for number in range(width - len(names))}
    texts = {f"text_{number}": Cast(name, models.TextField()) for number, name in enumerate(names)}
    # A plain queryset: one that knows of languages would put the columns into an order of its own.
    rows: models.QuerySet = models.QuerySet(kind.model).filter(pk__in=kind.rows().order_by().values("pk")).order_by()
    rows = rows.annotate(which=models.Value(place), text_key=models.F("pk"), **texts, **fill)
    return rows.values_list("which", "text_key", *texts, *fill)


def _text(text: str) -> Cast:
    return Cast(models.Value(text), models.TextField())


def is_read(obj) -> bool:
    """Whether ``read_records`` has read the lines of ``obj``."""
    return NOTED in vars(obj)


def records_of(obj) -> dict[tuple[str, str], TextRecord]:
    """The lines of ``obj`` by (field, language), read now unless ``read_records`` has."""
    if NOTED not in vars(obj):
        read_records([obj])
    return vars(obj)[NOTED]


def status_of(obj, field: str, language: str, source: str = "") -> Status:
    """The state of one text. A text without a line in the ledger came from somewhere: it is not reviewed.

    Whoever asks for many passes ``source``, what ``source_of`` says, once for all languages.
    """
    if not text_in(obj, field, language):
        return Status.MISSING
    if language == (source or source_of(obj, field)):
        return Status.SOURCE
    line = records_of(obj).get((field, language))
    if line is None:
        return Status.DRAFT
    if line.source_hash != digest(text_in(obj, field, line.source_language)):
        return Status.OUTDATED
    if line.reviewed_at is not None:
        return Status.REVIEWED
    return Status.MACHINE if line.origin == TextRecord.Origin.MACHINE else Status.DRAFT


def worst(statuses: Iterable[Status]) -> Status:
    return min(statuses, key=RANK.__getitem__, default=Status.MISSING)


def status_in(obj, language: str) -> Status:
    """The state of the whole record in a language: the worst among its required fields."""
    return worst(status_of(obj, field, language) for field in kind_for(obj).required)


def statuses_of(obj) -> dict[str, Status]:
    """The state of the whole record in each language."""
    return {code: status_in(obj, code) for code in Language.values}
