"""Text into tokens, the same for both databases: they only store and match what this module makes.

Japanese becomes overlapping bigrams and the last letter of each run, Italian and English are stemmed. Pure: the
gazetteer comes from outside. Raise ``ANALYSER_VERSION`` whenever the tokens of some text change.
"""

import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import snowballstemmer

from iurc_portal.search.fold import fold, fold_aligned, to_katakana
from iurc_portal.search.words import ANY_SMALL_WORD, SMALL_WORDS

ANALYSER_VERSION = 1
SEPARATOR = "xxsepxx"  # ends each field and language, so that no phrase crosses a border
SMALL_WORD = "xxwordxx"  # stands where the text has an article or the like; "internet of things" keeps its distance
MOST_TOKENS = 8000  # of one field; PostgreSQL keeps positions up to 16,383
SHORTEST_STEM = 4
LONGEST_WORD = 40  # letters of one token; what is longer is no word
HAN, KATAKANA, HIRAGANA, LATIN, OTHER = "han", "katakana", "hiragana", "latin", "other"
CJK = frozenset({HAN, KATAKANA, HIRAGANA})
JOINERS = {LATIN: "-.", KATAKANA: "・"}  # C-ITS is also CITS, トリノ・シティ・ラボ also トリノシティラボ
RUNS = re.compile(
    rf"(?P<{HAN}>(?:(?=[々〆〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f])\w)+)"
    rf"|(?P<{KATAKANA}>[ァ-ヺーヽヾ]+)|(?P<{HIRAGANA}>[ぁ-ゖゝゞ][ぁ-ゖゝゞー]*)"
    rf"|(?P<{LATIN}>[0-9a-z\u00df-\u00f6\u00f8-\u024f]+)"
    rf"|(?P<{OTHER}>(?:(?![々〆〇\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f0-9a-z\u00df-\u00f6\u00f8-\u024f])[^\W_])+)"
)
ADMINISTRATIVE = "都道府県市区町村州郡"
STEMMERS = {"it": "italian", "en": "english"}
# AI, IT and CITS are words of their own, without a stem: they are marked before the case is folded.
CAPITALS = "\ue000"
ACRONYM = re.compile(r"\b[A-Z]{2,5}\b")
VARIANTS = ("", "it", "en")  # a query's word is tried as typed and as either language would stem it


class Run(NamedTuple):
    """Letters of one script standing together. ``start`` and ``end`` are positions in the folded text.

    ``tied`` says how it follows the run before it: ``""`` not at all, ``" "`` directly, else the joiner between them.
    Neither an ``acronym`` nor what is part of a compound is a small word, whatever it looks like.
    """

    script: str
    text: str
    start: int
    end: int
    tied: str
    acronym: bool = False
    in_compound: bool = False

    @property
    def is_cjk(self) -> bool:
        return self.script in CJK

    @property
    def is_small(self) -> bool:
        """Whether it is an article or the like in any language."""
        return self.text in ANY_SMALL_WORD and not self.acronym and not self.in_compound

    def tokens(self, language: str) -> list[str]:
        """Bigrams and the last letter for Japanese, one stem for other words, ``SMALL_WORD`` for small ones."""
        if self.is_cjk:
            return [self.text[position : position + 2] for position in range(len(self.text))]
        if self.script == LATIN:
            if self.is_small and self.text in SMALL_WORDS.get(language, ()):
                return [SMALL_WORD]
            return [self.text if self.acronym else stem(self.text[:LONGEST_WORD], language)]
        return [self.text[:LONGEST_WORD]]

    def key(self, language: str) -> str:
        """What is compared when whole runs are looked up, in a glossary for example."""
        return self.text if self.is_cjk else self.tokens(language)[0]


@dataclass(frozen=True, slots=True)
class Span:
    """A token with the place in the original text it stands for."""

    token: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens that must follow one another; of a ``prefix`` phrase the last is only the beginning of a token.

    A phrase ``in_title`` must stand in a title or another name.
    """

    tokens: tuple[str, ...]
    prefix: bool = False
    in_title: bool = False


@dataclass(frozen=True, slots=True)
class Origins:
    """Where the letters of a folded text stand in the original of ``length`` letters."""

    positions: list[int]
    length: int

    def start(self, position: int) -> int:
        return self.positions[position]

    def end(self, position: int) -> int:
        """Where the letter before folded ``position`` ends: letters that were one stay one."""
        while position < len(self.positions) and self.positions[position] == self.positions[position - 1]:
            position += 1
        return self.positions[position] if position < len(self.positions) else self.length


@lru_cache(maxsize=20_000)
def stem(word: str, language: str) -> str:
    """The stem of a folded word; ``""`` and ``ja`` leave it as it is, as do short words and those with a digit."""
    if language not in STEMMERS or len(word) < SHORTEST_STEM or not word.isalpha():
        return word
    return _stemmers()[language].stemWord(word)


_local = threading.local()


def _stemmers() -> dict:
    # A stemmer keeps the word it is working on: each thread has its own.
    if not hasattr(_local, "stemmers"):
        _local.stemmers = {code: snowballstemmer.stemmer(name) for code, name in STEMMERS.items()}
    return _local.stemmers


class Analyser:
    """Makes tokens. ``gazetteer`` holds place names in Han: 東京都 is cut into 東京 and 都, so that it has no 京都."""

    def __init__(self, gazetteer: Iterable[str] = ()):
        names = sorted({name for name in map(fold, gazetteer) if len(name) > 1}, key=lambda name: (-len(name), name))
        self._names = frozenset(names)
        self._place = re.compile(f"({'|'.join(map(re.escape, names))})(?=[{ADMINISTRATIVE}])") if names else None

    def knows(self, name: str) -> bool:
        """Whether a place of this name is in the gazetteer; one of a single letter never is."""
        return fold(name) in self._names

    def runs(self, folded: str) -> list[Run]:
        """The runs of a text that was folded, cut at place names and their suffixes."""
        found: list[Run] = []
        end = 0
        for match in RUNS.finditer(folded):
            script, text = match.lastgroup or OTHER, match[0]
            tied = _tie(found[-1], script, folded[end : match.start()]) if found else ""
            if tied.strip():
                found[-1] = found[-1]._replace(in_compound=True)
            for first, last in self._pieces(script, text):
                start, end = match.start() + first, match.start() + last
                acronym = folded[end : end + 1] == CAPITALS
                found.append(
                    Run(script, _plain(script, text[first:last]), start, end, tied, acronym, bool(tied.strip()))
                )
                tied = " "
        return found

    def _pieces(self, script: str, text: str) -> Iterable[tuple[int, int]]:
        """Where a run is cut: after each place name that an administrative suffix follows."""
        if script != HAN or self._place is None:
            return ((0, len(text)),)
        return pairwise([0, *(place.end() for place in self._place.finditer(text)), len(text)])

    def index_tokens(self, text: str, language: str) -> list[str]:
        """The tokens of ``text`` in order, then, behind a separator, the joined forms of what hyphens and dots tie.

        At most 8,000; the caller ends a field with ``SEPARATOR``.
        """
        runs = self.runs(fold(marked(text)))
        tokens = [token for run in runs for token in run.tokens(language)][:MOST_TOKENS]
        for compound in compounds(runs):
            tokens += [SEPARATOR, *joined(compound).tokens("")]
        return tokens

    def located(self, text: str) -> tuple[list[Run], "Origins"]:
        """The runs of ``text``, and where in it each letter of its folded form comes from."""
        folded, positions = fold_aligned(text)
        origins = Origins(positions, len(text))

        def checked(run: Run) -> Run:
            written = text[origins.start(run.start) : origins.end(run.end)]
            return run._replace(acronym=True) if ACRONYM.fullmatch(written) else run

        return [checked(run) for run in self.runs(folded)], origins

    def spans(self, text: str, language: str) -> list[list[Span]]:
        """The tokens of ``text`` with the places they stand at: the text itself first, then each joined form."""
        runs, origins = self.located(text)

        def placed(run: Run) -> Iterator[Span]:
            for offset, token in enumerate(run.tokens(language)):
                first, last = (
                    (run.start + offset, min(run.start + offset + len(token), run.end))
                    if run.is_cjk
                    else (run.start, run.end)
                )
                yield Span(token, origins.start(first), origins.end(last))

        streams = [[span for run in runs for span in placed(run)]]
        for compound in compounds(runs):
            first, last = origins.start(compound[0].start), origins.end(compound[-1].end)
            streams.append([Span(token, first, last) for token in joined(compound).tokens("")])
        return streams

    def phrases(self, text: str, language: str | None = None) -> frozenset[Phrase]:
        """What finds ``text`` where it stands: each way of stemming it, or that of one language and the plain one."""
        return phrases_of(self.runs(fold(marked(text))), VARIANTS if language is None else ("", language))


def marked(text: str) -> str:
    """``text`` with a mark behind each word in capitals; for ``fold``, which keeps the mark."""
    return ACRONYM.sub(rf"\g<0>{CAPITALS}", text)


def phrases_of(runs: Sequence[Run], variants: Iterable[str] = VARIANTS) -> frozenset[Phrase]:
    """The phrases that find ``runs`` standing together, and their joined form where hyphens or dots tie them."""
    if not runs:
        return frozenset()
    phrases = {_phrase(runs, variant) for variant in variants}
    if is_compound(runs):
        phrases.add(_phrase([joined(runs)], ""))  # a made-up word has no stem
    return frozenset(phrases)


def is_compound(runs: Sequence[Run]) -> bool:
    """Whether joiners tie all of ``runs`` together."""
    return len(runs) > 1 and all(run.tied.strip() for run in runs[1:])


def compounds(runs: Sequence[Run]) -> Iterator[Sequence[Run]]:
    """Runs of one script that joiners tie together: C-ITS, トリノ・シティ・ラボ."""
    start = 0
    for position in range(1, len(runs) + 1):
        run = runs[position] if position < len(runs) else None
        if run is not None and run.tied.strip():
            continue
        if position - start > 1:
            yield runs[start:position]
        start = position


def joined(runs: Sequence[Run]) -> Run:
    """The one run that ``runs`` are without their joiners."""
    script = runs[0].script
    text = "".join(run.text for run in runs)
    return Run(script, _plain(script, text), runs[0].start, runs[-1].end, "")


def _phrase(runs: Sequence[Run], language: str) -> Phrase:
    tokens = [token for run in runs for token in run.tokens(language)]
    last = runs[-1]
    if all(token == SMALL_WORD for token in tokens):  # whoever asks for "the" gets it
        tokens = [run.text for run in runs]
    if not last.is_cjk:
        return Phrase(tuple(tokens))
    if len(last.text) == 1:
        return Phrase(tuple(tokens), prefix=True)
    return Phrase(tuple(tokens[:-1]))  # the text may go on: what is the last letter here need not be the last there


def _tie(before: Run, script: str, between: str) -> str:
    """How a run of ``script`` follows ``before`` with ``between`` them."""
    if not between:
        return " "
    return between if before.script == script and between in JOINERS.get(script, "") else ""


def _plain(script: str, text: str) -> str:
    """A run's text as it is compared: hiragana as katakana, without the long mark that ends a longer katakana word."""
    if script == HIRAGANA:
        return to_katakana(text)
    if script == KATAKANA and len(text) >= 4:
        return text.rstrip("ー") or text
    return text
