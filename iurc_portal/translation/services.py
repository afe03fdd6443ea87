"""Writing the ledger of texts. Whoever saves texts of a registered model calls ``record_texts`` in the same breath."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from iurc_portal import kept
from iurc_portal.audit.services import record_transition
from iurc_portal.translation.languages import Language, columns
from iurc_portal.translation.models import TextRecord
from iurc_portal.translation.registry import Translated, kind_of
from iurc_portal.translation.status import NOTED, digest, source_of, text_in

Texts = Mapping[str, str]  # by column: {"name_it": "Rossi"}
NOTHING = digest("")
FACTS = ("source_language", "source_hash", "origin", "author", "written_at", "reviewer", "reviewed_at")


class StaleTexts(ValidationError):
    """Somebody saved meanwhile. ``fields`` names the texts that are no longer what the editor saw."""

    def __init__(self, fields: list[str]):
        super().__init__(
            _("Somebody saved meanwhile. Your text is kept here: compare it with theirs, then save again."),
            code="stale",
        )
        self.fields = fields


def texts_of(obj) -> Texts:
    """The texts of a record as they stand on it, for ``record_texts`` to compare with later."""
    kind = kind_of(type(obj))
    return {column: getattr(obj, column) or "" for column in columns(*kind.fields)} if kind else {}


def stored_texts(obj) -> Texts:
    """The texts of a record as the database has them; nothing for one that is new."""
    kind = kind_of(type(obj))
    if kind is None or obj.pk is None:
        return {}
    wanted = list(columns(*kind.fields))
    row = type(obj)._default_manager.filter(pk=obj.pk).values_list(*wanted).first()
    return {column: text or "" for column, text in zip(wanted, row or (), strict=False)}


def record_texts(
    obj,
    *,
    before: Texts,
    now: datetime,
    by=None,
    origin: str = TextRecord.Origin.HUMAN,
    minor: bool = False,
) -> None:
    """Note what has just been written on ``obj``; ``before`` are its texts until then (``stored_texts``).

    ``minor`` says that the source has changed in nothing that matters: reviewed texts stay reviewed, and the log says
    who decided so. Records of models that nobody registered are passed over.
    """
    moved = record_many([(obj, before)], now=now, by=by, origin=origin, minor=minor)
    if moved:
        state = getattr(obj, "state", "")
        record_transition(
            obj, from_state=state, to_state=state, now=now, actor=by, reason="minor_change", comment=", ".join(moved)
        )


@transaction.atomic
def record_many(
    pairs: Iterable[tuple[object, Texts]],
    *,
    now: datetime,
    by=None,
    origin: str = TextRecord.Origin.HUMAN,
    minor: bool = False,
) -> list[str]:
    """``record_texts`` for many records: four statements a model. Returns the columns a minor change moved along."""
    by_model: dict[type, list[tuple]] = defaultdict(list)
    for obj, before in pairs:
        by_model[type(obj)].append((obj, before))
    moved: list[str] = []
    for model, rows in by_model.items():
        kind = kind_of(model)
        if kind is None:
            continue
        lines: dict[int, dict] = defaultdict(dict)
        for line in TextRecord.objects.of(model, *(obj.pk for obj, _before in rows)):
            lines[line.object_id][line.field, line.language] = line
        fresh: list[TextRecord] = []
        changed: list[TextRecord] = []
        gone: list[TextRecord] = []
        for obj, before in rows:
            facts = {"origin": origin, "author": by, "written_at": now, "reviewer": None, "reviewed_at": None}
            for line, dropped in _lines_of(kind, obj, before, lines[obj.pk], facts, minor=minor, moved=moved):
                (gone if dropped else changed if line.pk else fresh).append(line)
            vars(obj).pop(NOTED, None)
        TextRecord.objects.filter(pk__in=[line.pk for line in gone]).delete()
        TextRecord.objects.bulk_create(fresh, batch_size=500)
        TextRecord.objects.bulk_update(changed, FACTS, batch_size=200)
        if fresh or changed or gone:
            kept.changed()  # pages say in what state their texts are, and no signal tells of bulk writes
    return moved


def _lines_of(kind: Translated, obj, before: Texts, lines: dict, facts: dict, *, minor: bool, moved: list[str]):
    """The lines of one record that must be written, each with whether it goes."""
    for field in kind.fields:
        source = source_of(obj, field)
        old, new = digest(before.get(f"{field}_{source}", "")), digest(text_in(obj, field, source))
        for code in Language.values:
            column, line = f"{field}_{code}", lines.get((field, code))
            text = text_in(obj, field, code)
            if not text:
                if line is not None:
                    yield line, True
                continue
            blank = TextRecord(model=kind.label, object_id=obj.pk, field=field, language=code)
            if digest(text) != digest(before.get(column, "")):
                yield _noted(line or blank, source_language=source, source_hash=new, **facts), False
            elif code != source and old not in {new, NOTHING}:
                if line is None:  # made from a text that nobody noted: it stays what it was, of the former source
                    known = {**facts, "origin": TextRecord.Origin.IMPORTED, "author": None}
                    yield _noted(blank, source_language=source, source_hash=old, **known), False
                elif minor and line.reviewed_at is not None and line.source_hash == old:
                    moved.append(column)
                    yield _noted(line, source_hash=new), False


def _noted(line: TextRecord, **facts) -> TextRecord:
    for name, value in facts.items():
        setattr(line, name, value)
    return line


@transaction.atomic
def save_translation(
    obj, *, language: str, texts: Texts, seen: Texts, by, now: datetime, reviewed: bool = False
) -> None:
    """Write ``texts`` (by field) of a record in one language; with ``reviewed`` they count as reviewed by ``by``.

    ``seen`` are digests of what the editor saw, by column: of the texts in this language and of their sources. Raises
    ``StaleTexts`` when one of them is no longer so, and ``ValidationError`` for a text that its column does not take.
    """
    model = type(obj)
    obj = model._default_manager.select_for_update(of=("self",), no_key=True).get(pk=obj.pk)
    stale = [column for column, shown in seen.items() if digest(getattr(obj, column) or "") != shown]
    if stale:
        raise StaleTexts(sorted({column.rpartition("_")[0] for column in stale}))
    before = texts_of(obj)
    for field, text in texts.items():
        column = model._meta.get_field(f"{field}_{language}")
        setattr(obj, column.attname, text or (None if column.null else ""))
    changed = [
        f"{field}_{language}" for field in texts if digest(before[f"{field}_{language}"]) != digest(texts[field])
    ]
    if changed:
        stamps = [field.name for field in model._meta.fields if getattr(field, "auto_now", False)]
        obj.validate_constraints()
        obj.save(update_fields=[*changed, *stamps])
        record_texts(obj, before=before, by=by, now=now)
    if reviewed:
        mark_reviewed(obj, language=language, fields=texts, by=by, now=now)


@transaction.atomic
def mark_reviewed(obj, *, language: str, fields: Iterable[str], by, now: datetime) -> None:
    """Note that ``by`` holds these texts for a good rendering of today's source. Empty ones are passed over."""
    kind = kind_of(type(obj))
    if kind is None:
        return
    for field in fields:
        source = source_of(obj, field)
        if not text_in(obj, field, language) or language == source:
            continue
        reviewed = {
            "source_language": source,
            "source_hash": digest(text_in(obj, field, source)),
            "reviewer": by,
            "reviewed_at": now,
        }
        unknown = {"origin": TextRecord.Origin.IMPORTED, "written_at": now, **reviewed}
        TextRecord.objects.update_or_create(
            model=kind.label,
            object_id=obj.pk,
            field=field,
            language=language,
            defaults=reviewed,
            create_defaults=unknown,
        )
    vars(obj).pop(NOTED, None)
    kept.changed()
