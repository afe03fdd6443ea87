"""Keeping the index in step with the records: in the same transaction, row by row or in batches."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Model, Q

from iurc_portal.database import after_commit
from iurc_portal.search import registry, tasks
from iurc_portal.search.analyse import ANALYSER_VERSION, SEPARATOR, Phrase
from iurc_portal.search.backends import backend
from iurc_portal.search.backends.base import COLUMNS, Tokens
from iurc_portal.search.models import Document, FacetValue, Term
from iurc_portal.search.registry import Doc, Kind, Texts
from iurc_portal.search.tools import GLOSSARY, INDEX, Tools, raise_version, tools
from iurc_portal.translation.languages import CODES

BATCH = 500
FEW_FOLLOWERS = 100  # up to so many are written at once
FEW_CONCEPTS = 20  # up to so many changes of the vocabulary are followed one by one
WRITTEN = (
    "public", "quality", *COLUMNS, "dated", *(f"title_{code}" for code in CODES),
    "tokens", "source_hash", "analyser_version", "glossary_version", "indexed_at",
)  # fmt: skip


@dataclass
class Waiting:
    """What changes inside ``postponed``: ``records`` by kind; what was ``made`` and what was ``changed``, by model;
    ``concepts``, and whether ``places`` of the gazetteer did.
    """

    records: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    made: defaultdict[type[Model], set[int]] = field(default_factory=lambda: defaultdict(set))
    changed: defaultdict[type[Model], set[int]] = field(default_factory=lambda: defaultdict(set))
    concepts: set[int] = field(default_factory=set)
    places: bool = False


_postponed: ContextVar[Waiting | None] = ContextVar("postponed", default=None)


def concept_token(concept: int) -> str:
    """The token of a concept. The analyser never makes one like it: it parts Greek letters from digits."""
    return f"κ{concept}"


def concept_phrases(concepts: Iterable[int]) -> set[Phrase]:
    return {Phrase((concept_token(concept),)) for concept in concepts}


def index_object(obj: Model) -> None:
    """Bring one record's row up to date; a record that is gone loses its row."""
    for kind in registry.kinds():
        if isinstance(obj, kind.model):
            reindex_many(kind.name, [obj.pk])


def index_change(obj: Model, *, made: bool = False) -> None:
    """Bring every row up to date that says something of ``obj``: its own, those of what it is part of, and those of
    what points to it. To what has just been ``made`` nothing points yet.
    """
    index_object(obj)
    for kind_name, ids in wholes_of(obj):
        reindex_followers(kind_name, ids)
    waiting = _postponed.get()
    if waiting is not None:
        (waiting.made if made else waiting.changed)[type(obj)].add(obj.pk)
    elif not made:
        for kind_name, ids in pointing_to(type(obj), [obj.pk]):
            reindex_followers(kind_name, ids)


def wholes_of(obj: Model) -> Iterator[tuple[str, list[int]]]:
    """The records that ``obj`` is a part of, as their kind and their keys."""
    for kind in registry.kinds():
        for model, wholes in kind.parts:
            if isinstance(obj, model):
                yield kind.name, list(wholes(obj))


def pointing_to(model: type[Model], keys: list[int]) -> Iterator[tuple[str, list[int]]]:
    """The records that point to any of these rows of ``model``, as their kind and their keys: one query a rule."""
    for kind in registry.kinds():
        for pointed_to, records in kind.follows:
            if issubclass(model, pointed_to):
                for start in range(0, len(keys), BATCH):
                    found = records(keys[start : start + BATCH]).order_by().values_list("pk", flat=True)
                    yield kind.name, sorted(set(found))


def reindex_many(kind_name: str, ids: Iterable[int], *, terms: Counter[str] | None = None) -> int:
    """Bring the rows of these records up to date, in one transaction a batch. Returns how many were written.

    Inside ``postponed()`` they are only noted. ``terms`` counts the words of titles and places for who writes all.
    """
    waiting = _postponed.get()
    if waiting is not None:
        waiting.records[kind_name].update(ids)
        return 0
    ids = list(ids)
    if not ids:
        return 0
    written, instruments = 0, tools()
    for start in range(0, len(ids), BATCH):
        written += _write(registry.kind(kind_name), ids[start : start + BATCH], instruments, terms)
    raise_version(INDEX)
    return written


def reindex_followers(kind_name: str, ids: list[int]) -> None:
    """Bring the rows of records up to date of which something else has changed: many are left to a task.

    Whoever renames a city does not wait for all of its organisations. Until the task has run they are found as before.
    """
    if len(ids) <= FEW_FOLLOWERS or _postponed.get() is not None:
        reindex_many(kind_name, ids)
        return
    for start in range(0, len(ids), BATCH):
        after_commit(tasks.write_records.delay, kind_name, ids[start : start + BATCH])


@contextmanager
def postponed(*, at_once: bool = True) -> Iterator[None]:
    """Note what changes inside and index it once at the end. Where all fails, nothing is indexed.

    ``at_once`` is for imports: at the end all is written that points to what has changed. Without it many are left to
    a task, as outside: somebody waits for the answer to a form.
    """
    if _postponed.get() is not None:
        yield
        return
    waiting = Waiting()
    mark = _postponed.set(waiting)
    try:
        yield
    finally:
        _postponed.reset(mark)
    anew = waiting.places or len(waiting.concepts) > FEW_CONCEPTS
    if anew:
        raise_version(GLOSSARY)
    else:
        for concept in waiting.concepts:
            follow_vocabulary(concept)
    for kind_name, keys in waiting.records.items():
        reindex_many(kind_name, sorted(keys))
    for model, keys in waiting.changed.items():
        for kind_name, ids in pointing_to(model, sorted(keys - waiting.made[model])):
            others = sorted(set(ids) - waiting.records[kind_name])
            waiting.records[kind_name].update(others)
            (reindex_many if at_once else reindex_followers)(kind_name, others)
    if anew and at_once:
        reindex_stale()
    elif anew:
        after_commit(tasks.write_stale.delay)


@transaction.atomic
def follow_vocabulary(concept: int) -> int:
    """A concept has changed: index anew what had it and what has it now. Returns how many documents that were.

    All others get the new version of the glossary without being read again.
    """
    waiting = _postponed.get()
    if waiting is not None:
        waiting.concepts.add(concept)
        return 0
    former = tools().glossary_version
    raise_version(GLOSSARY)
    now = tools()
    wanted = concept_phrases([concept]) | now.glossary.phrases_of([concept])
    found = Document.objects.filter(backend().matches([wanted])).values_list("kind", "object_id")
    total = sum(reindex_many(kind, ids) for kind, ids in _by_kind(found).items())
    Document.objects.filter(glossary_version=former).update(glossary_version=now.glossary_version)
    return total


def follow_place(name: str, *, is_gone: bool = False) -> None:
    """A place of the gazetteer has come, changed or gone: Japanese texts that name it are cut in another way.

    All documents are of another glossary then; a task writes them anew once this is committed.
    """
    if len(name) < 2 or tools().analyser.knows(name) != is_gone:
        return
    waiting = _postponed.get()
    if waiting is not None:
        waiting.places = True
        return
    raise_version(GLOSSARY)
    after_commit(tasks.write_stale.delay)


def reindex_stale() -> int:
    """Index anew every document that another analyser or another glossary has written. Returns how many."""
    found = Document.objects.filter(stale()).order_by("pk").values_list("kind", "object_id")
    return sum(reindex_many(kind, ids) for kind, ids in _by_kind(found).items())


def stale_ids(kind: Kind) -> list[int]:
    """The records whose row is missing, says other facts, or was written by another analyser or with another glossary.

    Reads every record of the kind, but no text.
    """
    rows = Document.objects.filter(kind=kind.name).exclude(stale()).values_list("object_id", "source_hash")
    hashes = dict(rows)
    records = kind.source().order_by("pk").iterator(chunk_size=BATCH)
    return [record.pk for record in records if hashes.get(record.pk) != source_hash(kind.build(record))]


def tend() -> int:
    """Bring every forgotten row up to date, take out the gone, and count words anew. Returns how many were written."""
    written = 0
    for kind in registry.kinds():
        forget_gone(kind)
        written += reindex_many(kind.name, stale_ids(kind))
    count_terms()
    return written


def forget_gone(kind: Kind, *, dry_run: bool = False) -> int:
    """Take out rows whose record is no more. Returns how many."""
    gone = Document.objects.filter(kind=kind.name).exclude(object_id__in=kind.source().order_by().values("pk"))
    count = gone.count()
    if count and not dry_run:
        backend().forget(gone)
        raise_version(INDEX)
    return count


def count_terms(counted: Counter[str] | None = None) -> None:
    """Write in how many public documents each word of titles and places stands; drop those that stand nowhere.

    ``counted`` has the words of every document, where they have just been read; else they are read here.
    """
    instruments = tools()
    counts = Counter() if counted is None else Counter(counted)
    if counted is None:
        for kind in registry.kinds():
            for obj in kind.source().iterator(chunk_size=BATCH):
                counts.update(terms_of(kind.build(obj), instruments))
    for label in instruments.glossary.labels:
        if label.is_shown:
            counts.update(instruments.reader.words(label.text))
    with transaction.atomic():
        Term.objects.all().delete()
        Term.objects.bulk_create((Term(text=text, df=n) for text, n in sorted(counts.items())), batch_size=400)
        raise_version(INDEX)


def _by_kind(keys: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    grouped: dict[str, list[int]] = {}
    for kind, object_id in keys:
        grouped.setdefault(kind, []).append(object_id)
    return grouped


def stale() -> Q:
    """Documents written by another analyser or with another glossary than today's."""
    return ~Q(analyser_version=ANALYSER_VERSION, glossary_version=tools().glossary_version)


@transaction.atomic
def _write(kind: Kind, ids: list[int], instruments: Tools, counted: Counter[str] | None) -> int:
    back = backend()
    rows: list[Document] = []
    kept: dict[int, tuple[Doc, Tokens]] = {}
    for obj in kind.source().filter(pk__in=ids):
        doc = kind.build(obj)
        tokens = tokens_of(doc, instruments)
        rows.append(_row(kind.name, obj.pk, doc, back.tokens_column(tokens), instruments))
        kept[obj.pk] = doc, tokens
    Document.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["kind", "object_id"], update_fields=WRITTEN, batch_size=100
    )
    if gone := set(ids) - kept.keys():
        back.forget(Document.objects.filter(kind=kind.name, object_id__in=gone))
    keys = dict(Document.objects.filter(kind=kind.name, object_id__in=kept).values_list("object_id", "pk"))
    back.write_tokens({keys[pk]: tokens for pk, (_doc, tokens) in kept.items()})
    FacetValue.objects.filter(document__in=keys.values()).delete()
    FacetValue.objects.bulk_create(
        (
            FacetValue(document_id=keys[pk], facet=facet, value=value)
            for pk, (doc, _tokens) in kept.items()
            for facet, values in doc.values.items()
            for value in set(values)
        ),
        batch_size=300,
    )
    terms = Counter(term for doc, _tokens in kept.values() for term in terms_of(doc, instruments))
    Term.objects.bulk_create((Term(text=term) for term in sorted(terms)), ignore_conflicts=True, batch_size=400)
    if counted is not None:
        counted.update(terms)
    return len(rows)


def tokens_of(doc: Doc, instruments: Tools) -> Tokens:
    """A document's tokens. A concept is in it if it is tagged so, or if one of its labels stands in a text."""
    found = set(doc.concepts)

    def field(texts: Texts) -> list[str]:
        tokens: list[str] = []
        for text, language in texts:
            own, concepts = instruments.reader.read(text, language)
            found.update(concepts)
            tokens += [*own, SEPARATOR]
        return tokens

    title, text, place = field(doc.names), field(doc.texts), field(doc.places)
    return Tokens(title, text, place, [concept_token(concept) for concept in sorted(found)])


def terms_of(doc: Doc, instruments: Tools) -> set[str]:
    """The words of titles and places that are offered when somebody mistypes one: of what everybody may see."""
    if not doc.public:
        return set()
    return {word for text, _language in (*doc.names, *doc.places) for word in instruments.reader.words(text)}


def source_hash(doc: Doc) -> str:
    """A digest of all that is indexed of a record: the same facts give the same digest."""
    facts = [
        sorted(doc.titles.items()), list(doc.names), list(doc.texts), list(doc.places), sorted(doc.concepts),
        doc.side, doc.city, doc.category, sorted((k, sorted(v)) for k, v in doc.values.items()),
        str(doc.dated), doc.quality, doc.public,
    ]  # fmt: skip
    return hashlib.md5(repr(facts).encode(), usedforsecurity=False).hexdigest()


def _row(kind: str, pk: int, doc: Doc, tokens: str, instruments: Tools) -> Document:
    titles = {f"title_{code}": doc.titles[code].casefold()[:240] for code in CODES}
    return Document(
        kind=kind,
        object_id=pk,
        public=doc.public,
        quality=doc.quality,
        side=doc.side,
        city=doc.city,
        category=doc.category,
        dated=doc.dated,
        tokens=tokens,
        source_hash=source_hash(doc),
        analyser_version=ANALYSER_VERSION,
        glossary_version=instruments.glossary_version,
        **titles,
    )
