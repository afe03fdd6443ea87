"""The words of the vocabulary in a text, for whoever translates it: what to write for them, and what not to."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from iurc_portal.search.glossary import Label
from iurc_portal.search.highlight import Text
from iurc_portal.search.tools import Tools, tools


@dataclass(frozen=True)
class Term:
    """A concept in two languages. ``found`` is the word as the source has it."""

    found: str
    preferred: str
    others: tuple[str, ...]
    avoided: tuple[str, ...]


def _marks(text: str, language: str, instruments: Tools) -> list[tuple[int, int, int]]:
    """Where a label of the vocabulary in ``language`` stands in ``text``, the longest first: (start, end, concept)."""
    analyser, glossary = instruments.analyser, instruments.glossary
    read = Text(text, language, analyser)
    tokens = [span.token for stream in read.streams for span in stream]
    places = []
    for concept in glossary.concepts_in(tokens):
        for label in glossary.labels_of([concept]):
            if label.language == language:
                places += [(start, end, concept) for start, end in read.places_of(analyser.phrases(label.text))]
    taken: list[tuple[int, int, int]] = []
    for start, end, concept in sorted(places, key=lambda place: (place[0] - place[1], place[0])):
        if all(end <= first or start >= last for first, last, _concept in taken):
            taken.append((start, end, concept))
    return sorted(taken)


def marked(text: str, language: str) -> SafeString:
    """``text`` escaped, with the words of the vocabulary in ``<mark>``."""
    parts, position = [], 0
    for start, end, _concept in _marks(text, language, tools()):
        parts += [escape(text[position:start]), "<mark>", escape(text[start:end]), "</mark>"]
        position = end
    return mark_safe("".join([*parts, escape(text[position:])]))  # noqa: S308 - every part is escaped above


def terms_in(texts: Iterable[tuple[str, str]], target: str) -> list[Term]:
    """The terms of ``texts`` (text, language), in order, each once, with their words in the language ``target``."""
    instruments, found = tools(), {}
    for text, language in texts:
        for start, end, concept in _marks(text, language, instruments):
            if concept not in found and (term := _term(text[start:end], concept, target, instruments)):
                found[concept] = term
    return list(found.values())


def avoided_in(text: str, language: str, terms: Iterable[Term]) -> list[Term]:
    """Those of ``terms`` of which a word to be avoided stands in ``text``."""
    analyser = tools().analyser
    read = Text(text, language, analyser)
    return [term for term in terms if any(read.places_of(analyser.phrases(word)) for word in term.avoided)]


def _term(found: str, concept: int, target: str, instruments: Tools) -> Term | None:
    labels = [label for label in instruments.glossary.labels_of([concept]) if label.language == target]
    preferred = _words(labels, "pref")
    avoided = _words(labels, "forbidden")
    if not (preferred or avoided):
        return None
    return Term(found, preferred[0] if preferred else "", _words(labels, "alt"), avoided)


def _words(labels: Iterable[Label], kind: str) -> tuple[str, ...]:
    return tuple(label.text for label in labels if label.kind == kind)
