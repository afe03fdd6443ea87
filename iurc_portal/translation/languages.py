"""The three languages, and the one rule that says which text stands in for a missing one (ecosystem spec E1)."""

from collections.abc import Callable, Iterator, Mapping

from django.db import models
from django.utils.translation import get_language


class Language(models.TextChoices):
    """The portal's languages, each in its own name: these labels are never translated."""

    ITALIAN = "it", "Italiano"
    ENGLISH = "en", "English"
    JAPANESE = "ja", "日本語"


CODES = tuple(Language.values)  # in the order it, en, ja; an enumeration makes its list anew each time it is asked
FALLBACK: dict[str, tuple[str, ...]] = {"ja": ("ja", "en", "it"), "it": ("it", "en", "ja"), "en": ("en", "it", "ja")}


def order_for(language: str | None = None) -> tuple[str, ...]:
    """The languages to try for a reader of ``language`` (default: the active one), best first."""
    code = (language or get_language() or "en")[:2]
    return FALLBACK.get(code, FALLBACK["en"])


def best_text(obj, field: str, language: str | None = None) -> tuple[str, str]:
    """Return ``(text, language of the text)`` of a translated field: the first that is filled, or ``("", wanted)``.

    Works on any model whose ``field`` is registered with django-modeltranslation. Source: ecosystem spec E1.
    """
    return _first_filled(lambda code: getattr(obj, f"{field}_{code}", ""), language)


def _first_filled(text_in: Callable[[str], str | None], language: str | None) -> tuple[str, str]:
    """Each text is asked for only if those before it are empty, so that columns left out of a query stay so."""
    order = order_for(language)
    for code in order:
        text = text_in(code) or ""
        if text.strip():
            return text, code
    return "", order[0]


class Spoken(str):
    """A text that knows its language, for places where the record it comes from is no longer at hand."""

    language: str

    @classmethod
    def of(cls, obj, field: str, language: str | None = None) -> "Spoken":
        """What ``obj.field`` shows to a reader of ``language``, the active one by default."""
        return cls.written_in(*best_text(obj, field, language))

    @classmethod
    def best(cls, texts: Mapping[str, str | None], language: str | None = None) -> "Spoken":
        """The best of ``texts``, which are by language, for a reader of ``language``; "" where none is written."""
        return cls.written_in(*_first_filled(texts.get, language))

    @classmethod
    def written_in(cls, text: str, language: str) -> "Spoken":
        spoken = cls(text)
        spoken.language = language
        return spoken


def languages_filled(obj, field: str) -> list[str]:
    """The languages in which ``field`` has a text, in the order it, en, ja."""
    return [code for code in CODES if (getattr(obj, f"{field}_{code}", "") or "").strip()]


def written(obj, *fields: str) -> dict[str, set[str]]:
    """For a page about ``obj``: ``untranslated``, the languages that lack its text (E1).

    The text is the first of ``fields`` that exists in any language. The language switch marks these, and hreflang
    leaves them out; a record without any text names none.
    """
    filled = next((found for field in fields if (found := languages_filled(obj, field))), Language.values)
    return {"untranslated": set(Language.values) - set(filled)}


def columns(*fields: str) -> Iterator[str]:
    """Every real column of the translated ``fields``: ``columns("name")`` gives name_it, name_en, name_ja."""
    for field in fields:
        for code in CODES:
            yield f"{field}_{code}"
