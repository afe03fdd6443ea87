"""In what state a text is in a language: derived from the text, its source and the ledger (ecosystem spec E2)."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable

from django.db import models
from django.utils.translation import pgettext_lazy

from iurc_portal.translation.languages import Language, order_for
from iurc_portal.translation.models import TextRecord
from iurc_portal.translation.registry import kind_for, kind_of

NOTED = "_text_records"  # on a record: its lines of the ledger, by field and language


class Status(models.TextChoices):
    """The worst first: the state of a record in a language is the first of those of its required fields."""

    MISSING = "missing", pgettext_lazy("state of a text", "missing")
    OUTDATED = "outdated", pgettext_lazy("state of a text", "outdated")
    MACHINE = "machine", pgettext_lazy("state of a text", "machine translation")
    DRAFT = "draft", pgettext_lazy("state of a text", "not reviewed")
    REVIEWED = "reviewed", pgettext_lazy("state of a text", "reviewed")
    SOURCE = "source", pgettext_lazy("state of a text", "original")


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


def is_read(obj) -> bool:
    """Whether ``read_records`` has read the lines of ``obj``."""
    return NOTED in vars(obj)


def records_of(obj) -> dict[tuple[str, str], TextRecord]:
    """The lines of ``obj`` by (field, language), read now unless ``read_records`` has."""
    if NOTED not in vars(obj):
        read_records([obj])
    return vars(obj)[NOTED]


def status_of(obj, field: str, language: str) -> Status:
    """The state of one text. A text without a line in the ledger came from somewhere: it is not reviewed."""
    if not text_in(obj, field, language):
        return Status.MISSING
    if language == source_of(obj, field):
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
    order = list(Status)
    return min(statuses, key=order.index, default=Status.MISSING)


def status_in(obj, language: str) -> Status:
    """The state of the whole record in a language: the worst among its required fields."""
    return worst(status_of(obj, field, language) for field in kind_for(obj).required)


def statuses_of(obj) -> dict[str, Status]:
    """The state of the whole record in each language."""
    return {code: status_in(obj, code) for code in Language.values}
