"""The vocabulary as the search needs it: which concepts a typed word means, and how else they are written.

An immutable snapshot; who changes the vocabulary raises its version and the next request makes a new one.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from iurc_portal.search.analyse import SEPARATOR, VARIANTS, Analyser, Phrase, Run, is_compound, joined, marked
from iurc_portal.search.fold import fold

LONGEST_LABEL = 8  # runs
Kind = Literal["pref", "alt", "hidden", "forbidden"]


@dataclass(frozen=True, slots=True)
class Label:
    """One way to write a concept in one language. Hidden and forbidden ones are understood, never shown."""

    concept: int
    language: str
    text: str
    kind: Kind

    @property
    def is_shown(self) -> bool:
        return self.kind in {"pref", "alt"}


class Glossary:
    """Concepts by their labels. ``labels`` may come in any order; ``themes`` gives those a concept belongs to."""

    def __init__(
        self, labels: Iterable[Label], analyser: Analyser, themes: Mapping[int, Collection[int]] | None = None
    ):
        self.labels = tuple(labels)
        self.themes = themes or {}
        self._analyser = analyser
        self._by_key: dict[tuple[str, ...], set[int]] = defaultdict(set)
        for label in self.labels:
            runs = analyser.runs(fold(marked(label.text)))
            for shape in (runs, [joined(runs)] if is_compound(runs) else []):
                for language in {"", label.language}:
                    key = tuple(run.key(language) for run in shape)
                    if 0 < len(key) <= LONGEST_LABEL:
                        self._by_key[key].add(label.concept)

    def longest(self, runs: Sequence[Run]) -> tuple[int, frozenset[int]]:
        """How many of the first of ``runs`` make a label, as many as possible, and the concepts it stands for."""
        for length in range(min(LONGEST_LABEL, len(runs)), 0, -1):
            keys = {tuple(run.key(language) for run in runs[:length]) for language in VARIANTS}
            if found := frozenset(concept for key in keys for concept in self._by_key.get(key, ())):
                return length, found
        return 0, frozenset()

    def concepts_in(self, tokens: Sequence[str]) -> set[int]:
        """The concepts a text speaks of: those of which a label stands in its ``tokens`` (of the index)."""
        found: set[int] = set()
        for position, token in enumerate(tokens):
            for phrase, concepts in self._by_first_token.get(token, ()):
                if tuple(tokens[position : position + len(phrase)]) == phrase:
                    found |= concepts
        return found

    def themes_of(self, concepts: Iterable[int]) -> frozenset[int]:
        """The themes that ``concepts`` belong to."""
        return frozenset(theme for concept in concepts for theme in self.themes.get(concept, ()))

    def labels_of(self, concepts: Iterable[int]) -> list[Label]:
        """Every label of ``concepts``, those that are not shown too."""
        return [label for concept in sorted(concepts) for label in self._by_concept.get(concept, ())]

    def phrases_of(self, concepts: Iterable[int]) -> frozenset[Phrase]:
        """What finds any label of ``concepts`` in a text."""
        return frozenset().union(*(self._analyser.phrases(label.text) for label in self.labels_of(concepts)))

    @cached_property
    def _by_concept(self) -> dict[int, list[Label]]:
        grouped: dict[int, list[Label]] = defaultdict(list)
        for label in self.labels:
            grouped[label.concept].append(label)
        return dict(grouped)

    @cached_property
    def _by_first_token(self) -> dict[str, list[tuple[tuple[str, ...], set[int]]]]:
        whole: dict[tuple[str, ...], set[int]] = defaultdict(set)
        for label in self.labels:
            for phrase in self._analyser.phrases(label.text):
                # A label of one Japanese letter would be found in every second word.
                if not phrase.prefix and SEPARATOR not in phrase.tokens:
                    whole[phrase.tokens].add(label.concept)
        grouped: dict[str, list[tuple[tuple[str, ...], set[int]]]] = defaultdict(list)
        for tokens, concepts in whole.items():
            grouped[tokens[0]].append((tokens, concepts))
        return dict(grouped)
