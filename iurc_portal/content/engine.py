"""Writing the initial content: all or nothing, the same twice over, and never over what a person edited."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DatabaseError, models, transaction
from django.utils import translation

from iurc_portal.audit.machine import StateMachine
from iurc_portal.audit.models import Transition
from iurc_portal.content.models import ContentRecord
from iurc_portal.content.reading import ContentError, Documents, read_folder
from iurc_portal.search.index import postponed
from iurc_portal.translation.models import TextRecord
from iurc_portal.translation.services import Texts, record_many, texts_of

OUTCOMES = ("created", "updated", "unchanged", "kept")


@dataclass(frozen=True)
class Ref:
    """A record named by its key, found when it is needed: it may be made in the same run."""

    model: type[models.Model]
    key: str


@dataclass(frozen=True)
class Rows:
    """A whole child table of one record: every row has these columns."""

    columns: tuple[str, ...]
    items: list[dict[str, Any]]


@dataclass
class Record:
    """One record to have. ``kind`` is its heading in the report; ``sets`` are many-to-many fields by name, and
    ``rows`` child tables by their related name: each is a field of its parent, taken or kept as a whole."""

    kind: str
    model: type[models.Model]
    key: str
    file: str
    values: dict[str, Any]
    sets: dict[str, list[Ref]] = field(default_factory=dict)
    rows: dict[str, Rows] = field(default_factory=dict)


@dataclass(frozen=True)
class Loader:
    """What an app contributes. ``prepare`` checks the documents (noting problems) and returns records in order."""

    name: str
    order: int
    prepare: Callable[[Documents], list[Record]]


@dataclass
class Report:
    """What a run did: ``counts`` by kind, what was ``kept`` because a person edited it, and the warnings."""

    counts: dict[str, Counter[str]] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    warnings: list[tuple[str, str, str, str]] = field(default_factory=list)


_loaders: dict[str, Loader] = {}
_key_fields: dict[type[models.Model], tuple[str, ...]] = {}


def register(loader: Loader) -> None:
    _loaders[loader.name] = loader


def identify(model: type[models.Model], *fields: str) -> None:
    """Say which fields make the key of a model (joined by a colon)."""
    _key_fields[model] = fields


def load(folder: Path, *, now: datetime, dry_run: bool = False) -> Report:
    """Load the content of ``folder``. If anything is wrong: ``ContentError``, and the database is as before."""
    documents = read_folder(folder)
    ordered = sorted(_loaders.values(), key=lambda loader: loader.order)
    records = [record for loader in ordered for record in loader.prepare(documents)]
    for name in sorted(set(documents.files) - documents.asked_for):
        documents.problems.append(f"{name}: nobody reads this file. Correct its name, or take it away.")
    if not documents.problems:  # else a value may be blank only because it was wrong, and has been named already
        check(records, documents)
    documents.raise_if_wrong()
    with transaction.atomic():
        writer = Writer(now=now)
        with postponed():
            writer.write(records)
        if dry_run:
            transaction.set_rollback(True)
    writer.report.warnings = documents.warnings
    return writer.report


def check(records: Iterable[Record], documents: Documents) -> None:
    """Ask the models' own fields whether they would take the values: lengths, choices, addresses, ranges."""
    for record in records:
        for name, column, value in _values_of(record):
            if value in (None, "", []) or isinstance(value, Ref):
                continue
            try:
                column.clean(value, None)
            except ValidationError as error:
                with translation.override("en"):  # like all other sentences of this command
                    documents.problem(record.file, record.key, name, " ".join(error.messages))


def _values_of(record: Record) -> Iterator[tuple[str, Any, Any]]:
    """Every value of a record and of its child rows, as (name, the model's field, value)."""
    for name, value in record.values.items():
        yield name, record.model._meta.get_field(name), value
    for relation, rows in record.rows.items():
        child: Any = record.model._meta.get_field(relation).related_model
        for item in rows.items:
            for name, value in item.items():
                yield f"{relation}.{name}", child._meta.get_field(name), value


def canonical(value: Any) -> Any:
    """The value in a form that is the same whether it comes from YAML or from either database."""
    if isinstance(value, Decimal | float | int) and not isinstance(value, bool):
        return format(Decimal(str(value)).normalize(), "f")
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: canonical(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [canonical(inner) for inner in value]
    return "" if value is None else value


def digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(canonical(value), ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]


class Writer:
    """One run over the database, inside the caller's transaction."""

    def __init__(self, *, now: datetime):
        self.now = now
        self.objects: dict[type[models.Model], dict[str, models.Model]] = {}
        self.memory = {(record.model, record.key): record for record in ContentRecord.objects.all()}
        self.fresh: set[tuple[str, str]] = set()
        self.texts: list[tuple[models.Model, Texts]] = []  # what got new texts, with the former ones
        self.report = Report()

    def write(self, records: list[Record]) -> None:
        """First make what is missing, in the order given; then settle every part, when all it points to exists."""
        relations: dict[type[models.Model], set[str]] = {}
        for record in records:
            relations.setdefault(record.model, set()).update(record.sets, record.rows)
        for model, names in relations.items():
            self.objects[model] = self._stored(model, names)
        for record in records:
            with _naming(record):
                self._make(record)
        memories: list[ContentRecord] = []
        for record in records:
            with _naming(record):
                memories += filter(None, [self._settle(record)])
        ContentRecord.objects.bulk_create([memory for memory in memories if memory.pk is None])
        Transition.objects.bulk_create(self._births(records))
        record_many(self.texts, origin=TextRecord.Origin.IMPORTED, now=self.now)

    def _stored(self, model, relations: set[str]) -> dict[str, models.Model]:
        """What the database has, by key: first as we remember it (a person may have renamed it), then by its own."""
        rows = {str(obj.pk): obj for obj in model._default_manager.prefetch_related(*relations)}
        label = model._meta.label_lower
        ours = {
            key: rows.pop(memory.object_id)
            for (name, key), memory in self.memory.items()
            if name == label and memory.object_id in rows
        }
        for obj in rows.values():
            ours.setdefault(":".join(str(getattr(obj, name)) for name in _key_fields[model]), obj)
        return ours

    def _make(self, record: Record) -> None:
        known, name = self.objects[record.model], (record.model._meta.label_lower, record.key)
        if record.key in known or name in self.memory:
            return  # there already, or deleted by a person, and then it stays deleted
        values = {column: value for column, value in record.values.items() if not self._is_late(value)}
        known[record.key] = record.model._default_manager.create(
            **{_attribute(record.model, column): self._value(value) for column, value in values.items()}
        )
        self.fresh.add(name)

    def _settle(self, record: Record) -> ContentRecord | None:
        label = record.model._meta.label_lower
        counts = self.report.counts.setdefault(record.kind, Counter())
        obj = self.objects[record.model].get(record.key)
        if obj is None:
            counts["kept"] += 1
            self.report.kept.append(f"{record.file}: {record.key}: deleted by a person")
            return None
        memory = self.memory.get((label, record.key)) or ContentRecord(
            model=label, key=record.key, source_file=record.file, object_id=str(obj.pk)
        )
        new = (label, record.key) in self.fresh
        digests, columns, outcome = dict(memory.digests), [], set()
        before = {} if new else texts_of(obj)
        for part, wanted, present, apply in self._parts(record, obj, new=new):
            now, goal = digest(present), digest(wanted)
            if now == goal:
                digests[part] = goal
            elif new or digests.get(part) == now:
                apply()
                digests[part] = goal
                outcome.add("updated")
                columns += [part] if part in record.values else []
            else:
                outcome.add("kept")
                self.report.kept.append(f"{record.file}: {record.key}: {part}")
        self._save(obj, columns, changed="updated" in outcome and not new)
        if new or "updated" in outcome:
            self.texts.append((obj, before))
        word = "created" if new else "updated" if "updated" in outcome else "kept" if outcome else "unchanged"
        counts[word] += 1
        if memory.pk and memory.digests != digests:
            memory.digests = digests
            memory.save(update_fields=["digests", "loaded_at"])
        memory.digests = digests
        return memory

    @staticmethod
    def _save(obj, columns: list[str], *, changed: bool) -> None:
        stamps = [f.name for f in obj._meta.fields if getattr(f, "auto_now", False)] if changed else []
        if columns or stamps:
            obj.save(update_fields=[*columns, *stamps])

    def _births(self, records: list[Record]) -> list[Transition]:
        """The log line with which each new record that has states begins."""
        return [
            Transition(
                model=record.model._meta.label_lower,
                object_id=str(self.objects[record.model][record.key].pk),
                to_state=record.values["state"],
                at=self.now,
                reason="initial content",
            )
            for record in records
            if issubclass(record.model, StateMachine) and (record.model._meta.label_lower, record.key) in self.fresh
        ]

    def _is_late(self, value: Any) -> bool:
        """Whether ``value`` points to a record that comes later in this run."""
        return isinstance(value, Ref) and self._value(value) is None

    def _value(self, value: Any) -> Any:
        """``value`` itself; for a reference the key in the database, or None where a person deleted what it names."""
        if not isinstance(value, Ref):
            return value
        found = self.objects[value.model].get(value.key)
        return found.pk if found is not None else None

    def _parts(self, record: Record, obj, *, new: bool) -> Iterator[tuple[str, Any, Any, Callable[[], Any]]]:
        """Each part of a record as (name, wanted, present, how to write it)."""
        for name, value in record.values.items():
            attribute, wanted = _attribute(record.model, name), self._value(value)
            yield name, wanted, getattr(obj, attribute), partial(setattr, obj, attribute, wanted)
        for name, refs in record.sets.items():
            goal = sorted({pk for ref in refs if (pk := self._value(ref)) is not None})
            present = [] if new else sorted(related.pk for related in getattr(obj, name).all())
            yield name, goal, present, partial(self._set, obj, name, goal)
        for name, rows in record.rows.items():
            child = obj._meta.get_field(name).related_model
            columns = {column: _attribute(child, column) for column in rows.columns}
            wanted = [{columns[c]: self._value(item[c]) for c in columns} for item in rows.items]
            wanted = [row for row in wanted if not self._points_nowhere(child, row)]
            stored = [] if new else sorted(getattr(obj, name).all(), key=lambda row: row.pk)
            present = [
                {attribute: getattr(row, attribute) for attribute in columns.values()}
                | self._added(row, name, columns)
                for row in stored
            ]
            yield name, wanted, present, partial(self._replace, obj, name, wanted, present)

    @staticmethod
    def _added(row, relation: str, columns: dict[str, str]) -> dict[str, Any]:
        """What a person wrote on a child row besides our columns: it makes the row theirs."""
        ours = {*columns, *(column.rpartition("_")[0] for column in columns)}  # label_en stands for label as well
        return {
            f.attname: value
            for f in row._meta.concrete_fields
            if not (f.primary_key or f.name in ours or (f.is_relation and f.remote_field.related_name == relation))
            and (value := getattr(row, f.attname)) not in (None, "", f.get_default())
        }

    @staticmethod
    def _set(obj, name: str, keys: list[Any]) -> None:
        getattr(obj, name).set(keys)

    @staticmethod
    def _points_nowhere(child, row: dict[str, Any]) -> bool:
        """Whether a row needs something that a person has deleted."""
        needed = {f.attname for f in child._meta.fields if f.is_relation and not f.null}
        return any(row[attribute] is None for attribute in needed & set(row))

    @staticmethod
    def _replace(obj, name: str, rows: list[dict[str, Any]], present: list) -> None:
        relation = obj._meta.get_field(name)
        if present:
            getattr(obj, name).all().delete()
        parent = {relation.field.attname: obj.pk}
        relation.related_model._default_manager.bulk_create(relation.related_model(**parent, **row) for row in rows)


def _attribute(model: Any, name: str) -> str:
    """Where a model keeps the plain value of a field: ``city_id`` for ``city``, without asking the database."""
    return model._meta.get_field(name).attname


@contextmanager
def _naming(record: Record) -> Iterator[None]:
    """Turn what the database refuses into a sentence that names the record."""
    try:
        yield
    except DatabaseError as error:
        reason = str(error).splitlines()[0]
        raise ContentError([f"{record.file}: {record.key}: record: the database refuses it: {reason}."]) from error
