"""The analyser and the glossary of this process, made anew when the vocabulary has a new version."""

import time
from dataclasses import dataclass
from functools import lru_cache

from django.db import connection

from iurc_portal import kept
from iurc_portal.search import registry
from iurc_portal.search.analyse import LONGEST_WORD, OTHER, Analyser
from iurc_portal.search.fold import fold
from iurc_portal.search.glossary import Glossary
from iurc_portal.search.models import Version

GLOSSARY, INDEX = "glossary", "index"
SHORT = 120  # letters
SHORTEST_TERM = 4  # Latin letters; Japanese words count from two


class Reader:
    """Reads texts for the index. Short ones come again and again, names of themes and cities above all: read once."""

    def __init__(self, analyser: Analyser, glossary: Glossary):
        self._analyser, self._glossary = analyser, glossary
        self._short = lru_cache(maxsize=4096)(self._read)
        self._words = lru_cache(maxsize=4096)(self._words_of)

    def read(self, text: str, language: str) -> tuple[list[str], set[int]]:
        """The tokens of ``text``, and the concepts it speaks of. Neither is to be changed."""
        return (self._short if len(text) <= SHORT else self._read)(text, language)

    def words(self, text: str) -> frozenset[str]:
        """The words of a name or a place, as they are offered when somebody mistypes one."""
        return (self._words if len(text) <= SHORT else self._words_of)(text)

    def _read(self, text: str, language: str) -> tuple[list[str], set[int]]:
        tokens = self._analyser.index_tokens(text, language)
        return tokens, self._glossary.concepts_in(tokens)

    def _words_of(self, text: str) -> frozenset[str]:
        return frozenset(
            run.text
            for run in self._analyser.runs(fold(text))
            if (2 if run.is_cjk else SHORTEST_TERM) <= len(run.text) <= LONGEST_WORD
            and run.script != OTHER
            and not any(map(str.isdigit, run.text))
        )


@dataclass(frozen=True)
class Tools:
    """What reads a text. ``versions`` says of which state of the vocabulary and of the index they are."""

    analyser: Analyser
    glossary: Glossary
    reader: Reader
    glossary_version: int
    index_version: int


def tools() -> Tools:
    """The tools for the vocabulary as it is now: one small query, and none of the work if nothing has changed."""
    versions = dict(Version.objects.values_list("name", "number"))
    number = versions.get(GLOSSARY, 0)
    return Tools(*_made(connection.settings_dict["NAME"], number), number, versions.get(INDEX, 0))


def raise_version(name: str) -> int:
    """Say that something has changed. Returns the new number."""
    number = time.time_ns() // 1000
    if not Version.objects.filter(name=name).update(number=number):
        Version.objects.get_or_create(name=name, defaults={"number": number})
    kept.changed()
    return number


@lru_cache(maxsize=2)
def _made(database: str, version: int) -> tuple[Analyser, Glossary, Reader]:
    vocabulary = registry.vocabulary()
    analyser = Analyser(vocabulary.gazetteer())
    glossary = Glossary(vocabulary.labels(), analyser, vocabulary.themes())
    return analyser, glossary, Reader(analyser, glossary)
