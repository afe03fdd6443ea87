"""Whose texts are followed from language to language. Each app registers its models; the ground knows none by name."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet
from modeltranslation.translator import translator

from iurc_portal.translation.languages import CODES, Language

SHOWN = 4  # what visitors see is worth more than any draft


def value_across(side: str, language: str, *, shown: bool) -> int:
    """What a text of one city's side is worth: Torino's in Japanese most, then Nagoya's in Italian (E2, E24)."""
    across = {("torino", "ja"): 2, ("nagoya", "it"): 1}
    return (SHOWN if shown else 0) + across.get((str(side), str(language)), 0)


def fields_in_order(model: type[Model]) -> list[str]:
    """The translated fields of ``model`` as people read them: in its order, its own before those it inherits."""
    translated: Any = translator.get_options_for_model(model)
    bases = [base._meta for base in model.__mro__[1:] if hasattr(base, "_meta")]
    inherited = {field.name for meta in bases if meta.abstract for field in meta.local_fields}
    names = [field.name for field in model._meta.fields if field.name in translated.fields]
    return sorted(names, key=lambda name: name in inherited)


@dataclass(frozen=True, kw_only=True)
class Translated:
    """One kind of record with texts in three languages.

    ``required`` are the fields that decide the state of a record in a language. ``source_language`` is a language, or
    the name of the column that holds each record's own. ``rows`` gives the records worth translating, ``value`` how
    much a text of a record in a language is worth to its readers, the higher the sooner.
    """

    model: type[Model]
    required: tuple[str, ...]
    source_language: str
    rows: Callable[[], QuerySet]
    value: Callable[[Any, str], int]

    @property
    def label(self) -> str:
        return self.model._meta.label_lower

    @property
    def fields(self) -> list[str]:
        """Every translated field, in the order in which people read them."""
        return fields_in_order(self.model)

    def language_of(self, obj) -> str:
        """The language in which ``obj`` was written first."""
        return self.source_language if self.source_language in CODES else getattr(obj, self.source_language)


_kinds: dict[type[Model], Translated] = {}


def register_translated(
    model: type[Model],
    *,
    required: tuple[str, ...],
    source_language: str = Language.ENGLISH,
    rows: Callable[[], QuerySet] | None = None,
    value: Callable[[Any, str], int] = lambda obj, language: 0,
) -> None:
    """Follow the texts of ``model``. Twice the same model is a programming error."""
    if model in _kinds:
        raise ValueError(f"{model._meta.label} is registered twice")
    _kinds[model] = Translated(
        model=model,
        required=required,
        source_language=source_language,
        rows=rows or model._default_manager.all,
        value=value,
    )


def kinds() -> list[Translated]:
    return list(_kinds.values())


def kind_of(model: type[Model]) -> Translated | None:
    """How texts of ``model`` are followed, or None where nobody asked for it."""
    return _kinds.get(model)


def kind_for(obj: Model) -> Translated:
    """How the texts of ``obj`` are followed. Raises ``LookupError`` where they are not."""
    kind = _kinds.get(type(obj))
    if kind is None:
        raise LookupError(f"{type(obj).__name__}: its texts are not registered (register_translated)")
    return kind


def kind_labelled(label: str) -> Translated | None:
    """The kind with this label: ``ecosystem.organisation``."""
    return next((kind for kind in _kinds.values() if kind.label == label), None)
