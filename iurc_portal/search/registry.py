"""What can be found. Each app registers its kinds from its ``apps.py``; the search knows no app by name."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Model, QuerySet

from iurc_portal.search.glossary import Label
from iurc_portal.translation.languages import CODES, best_text

Texts = Sequence[tuple[str, str]]  # (text, language), "" for a language that is not known


@dataclass(frozen=True, kw_only=True)
class Doc:
    """What is to be known of one record. ``titles`` has all three languages, as a reader of each would see it.

    ``names``, ``texts`` and ``places`` are searched, in this order of weight; ``concepts`` are ids of the vocabulary
    that the record is tagged with. ``quality`` decides between equals and lies below zero for what is out of date
    (``models.OUT_OF_DATE``). ``side``, ``city``, ``category`` and ``values`` are counted by facets.
    """

    titles: Mapping[str, str]
    names: Texts
    texts: Texts = ()
    places: Texts = ()
    concepts: Collection[int] = ()
    side: str = ""
    city: str = ""
    category: str = ""
    values: Mapping[str, Collection[str]] = field(default_factory=dict)
    dated: date | None = None
    quality: int = 0
    public: bool = True


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of record: how it is read into the index and how a result of it is shown.

    ``source`` gives all records of this kind with what ``build`` needs (two kinds may share a model), ``shown`` those
    that a user may see with what ``template`` needs; ``excerpt`` is the translated field of which results show a
    piece. ``parts`` names models whose rows are a part of one record: the function gives the keys of the records that
    a row is part of. ``follows`` names models that records point to, so that a change of one is a change of theirs:
    the function takes keys of that model and gives the records that point to any of them.
    ``list_url_name`` is the page that shows all results of this kind for the same ``q``, or "" if there is none.
    ``ends`` says that ``dated`` is the last day on which a record of this kind is shown.
    """

    name: str
    title: Any
    model: type[Model]
    source: Callable[[], QuerySet]
    build: Callable[[Any], Doc]
    shown: Callable[[Any], QuerySet]
    template: str
    excerpt: str
    list_url_name: str = ""
    ends: bool = False
    parts: Sequence[tuple[type[Model], Callable[[Any], Iterable[int]]]] = ()
    follows: Sequence[tuple[type[Model], Callable[[Sequence[int]], QuerySet]]] = ()


@dataclass(frozen=True)
class Vocabulary:
    """Where labels and place names come from, and of which models a change changes them.

    ``themes`` gives for each concept the wider subjects it belongs to, by id. ``adopt_url_name`` is the staff's page
    on which words that found nothing become a label (by the key of the ``MissedQuery``), "" without one.
    ``places`` is the model whose names make the gazetteer, ``place_name`` the name of one of them that belongs there.
    """

    labels: Callable[[], Iterable[Label]]
    themes: Callable[[], Mapping[int, Collection[int]]]
    gazetteer: Callable[[], Iterable[str]]
    models: tuple[type[Model], ...]
    concept_of: Callable[[Any], int]
    places: type[Model]
    place_name: Callable[[Any], str]
    adopt_url_name: str = ""


_kinds: dict[str, Kind] = {}
_vocabulary: list[Vocabulary] = []


def register(kind: Kind) -> None:
    """Add a kind; they are shown in the order of registration. Twice the same name is a programming error."""
    if kind.name in _kinds:
        raise ValueError(f"search kind {kind.name!r} is registered twice")
    _kinds[kind.name] = kind


def register_vocabulary(vocabulary: Vocabulary) -> None:
    """Name the one vocabulary."""
    if _vocabulary:
        raise ValueError("there is a vocabulary already")
    _vocabulary.append(vocabulary)


def kinds() -> list[Kind]:
    return list(_kinds.values())


def kind(name: str) -> Kind:
    """The kind of that name. Raises ``KeyError``."""
    return _kinds[name]


def vocabulary() -> Vocabulary:
    return _vocabulary[0]


def texts_of(obj: Model, *fields: str) -> list[tuple[str, str]]:
    """Every filled column of the translated ``fields`` with its language, for ``Doc``."""
    pairs = [(getattr(obj, f"{name}_{code}", "") or "", code) for name in fields for code in CODES]
    return [(text, code) for text, code in pairs if text.strip()]


def titles_of(obj: Model, name: str) -> dict[str, str]:
    """The title that a reader of each language sees, for ``Doc``."""
    return {code: best_text(obj, name, code)[0] for code in CODES}
