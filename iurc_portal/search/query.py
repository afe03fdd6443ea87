"""What is typed, as groups that must all be found. Pure: nothing here asks the database."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from iurc_portal.search.analyse import HIRAGANA, Analyser, Phrase, Run, phrases_of
from iurc_portal.search.fold import fold
from iurc_portal.search.glossary import Glossary
from iurc_portal.search.words import PARTICLES

LONGEST_QUERY = 200
MOST_GROUPS = 12
SHORTEST_PART = 2  # letters of a Japanese word's part that is worth asking for alone


@dataclass(frozen=True, slots=True)
class Group:
    """One thing that is asked for: the ``direct`` phrases as typed, or any label of the ``concepts`` it stands for."""

    text: str
    direct: frozenset[Phrase]
    concepts: frozenset[int] = frozenset()
    is_one_run: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """Groups that must all match. ``exact`` leaves out what only the glossary finds.

    ``whole`` is all of it in one phrase: what has that for a name is what was meant.
    """

    typed: str
    groups: tuple[Group, ...]
    exact: bool = False
    whole: frozenset[Phrase] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.groups)

    @property
    def concepts(self) -> frozenset[int]:
        return frozenset() if self.exact else frozenset().union(*(group.concepts for group in self.groups))

    @property
    def phrases(self) -> frozenset[Phrase]:
        return frozenset().union(*(group.direct for group in self.groups))

    def with_groups(self, groups: Sequence[Group]) -> "Query":
        """Another question in the place of this one; its words are no longer one phrase."""
        return replace(self, groups=tuple(groups), whole=frozenset())


def clean_query(text: str) -> str:
    """Fold width, drop control characters and NUL, squeeze spaces, cut at 200 characters."""
    text = unicodedata.normalize("NFKC", text or "")
    text = "".join(letter if unicodedata.category(letter)[0] != "C" else " " for letter in text)
    return " ".join(text.split())[:LONGEST_QUERY]


def parse(text: str, analyser: Analyser, glossary: Glossary, *, exact: bool = False) -> Query:
    """Read ``text``: the longest labels of the glossary first, the rest word by word. At most twelve groups.

    Whatever is typed is text: there are no operators. Small words count only where nothing else is asked.
    """
    typed = clean_query(text)
    runs, origins = analyser.located(typed)
    telling = [run for run in runs if not run.is_small] or runs
    groups = [
        Group(
            typed[origins.start(word[0].start) : origins.end(word[-1].end)],
            phrases_of(word),
            concepts,
            is_one_run=len(word) == 1,
        )
        for word, concepts in _told_apart(telling, glossary)
    ]
    whole = frozenset(replace(phrase, in_title=True) for phrase in phrases_of(runs))
    return Query(typed, tuple(dict.fromkeys(groups))[:MOST_GROUPS], exact, whole)


def parts(group: Group, analyser: Analyser, glossary: Glossary) -> list[Group]:
    """The labels that stand inside a Japanese word: 自動運転車 has 自動運転. The group itself where there are none."""
    runs = analyser.runs(fold(group.text))
    if len(runs) != 1 or not runs[0].is_cjk:
        return [group]
    text, found, start = runs[0].text, [], 0
    while start < len(text):
        for end in range(len(text), start + SHORTEST_PART - 1, -1):
            piece = runs[0]._replace(text=text[start:end])
            length, concepts = glossary.longest([piece])
            if length:
                found.append(Group(text[start:end], phrases_of([piece]), concepts, is_one_run=True))
                start = end
                break
        else:
            start += 1
    return found or [group]


def _told_apart(runs: Sequence[Run], glossary: Glossary) -> Iterator[tuple[Sequence[Run], frozenset[int]]]:
    """Labels of the glossary with their concepts, and the words between them with none."""
    rest: list[Run] = []
    position = 0
    while position < len(runs):
        length, concepts = glossary.longest(runs[position:])
        if not length:
            rest.append(runs[position])
            position += 1
            continue
        yield from ((word, frozenset()) for word in _words(rest))
        rest = []
        yield runs[position : position + length], concepts
        position += length
    yield from ((word, frozenset()) for word in _words(rest))


def _words(runs: Sequence[Run]) -> Iterator[list[Run]]:
    """Runs that belong together: compounds, and short Japanese runs with their neighbours (取り組み, 働き方改革)."""
    word: list[Run] = []
    for run in runs:
        if run.script == HIRAGANA and run.text in PARTICLES and len(runs) > 1:
            if word:
                yield word
            word = []
            continue
        if word and not _belongs(run, word[-1]):
            yield word
            word = []
        word.append(run)
    if word:
        yield word


def _belongs(run: Run, before: Run) -> bool:
    if run.start != before.end + len(run.tied.strip()) or not run.tied:
        return False  # something stood between them
    short = run.is_cjk and before.is_cjk and 1 in (len(run.text), len(before.text))
    return run.tied != " " or short
