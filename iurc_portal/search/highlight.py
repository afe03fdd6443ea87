"""Why a record was found: the words in its text, marked, or the label of the glossary that led to it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from django.db.models import Model
from django.utils.html import escape, format_html_join
from django.utils.safestring import SafeString, mark_safe

from iurc_portal.search.analyse import SMALL_WORD, Analyser, Phrase, Span
from iurc_portal.search.fold import fold, to_katakana
from iurc_portal.search.registry import Doc, Kind
from iurc_portal.search.service import Search
from iurc_portal.translation.languages import order_for

SURE_LETTERS = 3  # of a token, which a stem never changes
NO_JOINERS = str.maketrans("", "", "-.・")
WINDOW = 160  # letters; half as many where most of them are Japanese, which takes twice the width


@dataclass(frozen=True)
class Hit:
    """``excerpt`` is a piece of the record's text in ``language``, with what was found in ``<mark>``.

    ``is_related`` says that only the glossary led here, ``label`` by which of its words.
    """

    excerpt: SafeString
    language: str
    is_related: bool
    label: str

    @property
    def says_why(self) -> bool:
        return bool(self.label) or "<mark>" in self.excerpt


@dataclass
class Text:
    """A text of a record. Its tokens are read when they are first asked for."""

    text: str
    language: str
    analyser: Analyser

    @cached_property
    def streams(self) -> Sequence[Sequence[Span]]:
        return self.analyser.spans(self.text, self.language)

    @cached_property
    def letters(self) -> str:
        """The folded text, with its hyphens and dots and without them."""
        folded = to_katakana(fold(self.text))
        return f"{folded}\n{folded.translate(NO_JOINERS)}"

    def may_have(self, phrase: Phrase) -> bool:
        """Whether it is worth looking: a token begins as its word does, whatever a stem made of the end."""
        first = phrase.tokens[0]
        return first == SMALL_WORD or first[:SURE_LETTERS] in self.letters

    def places_of(self, phrases: Iterable[Phrase]) -> list[tuple[int, int]]:
        """Where any of ``phrases`` stands: (start, end) in letters, in order, overlapping ones joined."""
        by_first: dict[str, list[Phrase]] = defaultdict(list)
        for phrase in filter(self.may_have, phrases):
            by_first["" if phrase.prefix and len(phrase.tokens) == 1 else phrase.tokens[0]].append(phrase)
        if not by_first:
            return []
        places = sorted(
            (stream[first].start, _end(stream[first + len(phrase.tokens) - 1], phrase))
            for stream in self.streams
            for first, span in enumerate(stream)
            for phrase in (*by_first.get(span.token, ()), *by_first.get("", ()))
            if _matches(stream, first, phrase)
        )
        joined: list[tuple[int, int]] = []
        for start, end in places:
            if joined and start <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
            else:
                joined.append((start, end))
        return joined


def explain(rows: Sequence[Model], kind: Kind, search: Search, related: set[int]) -> None:
    """Give each of ``rows`` its ``hit``; ``related`` holds the ids of those that only the glossary found.

    Where the field that is shown has nothing of what was asked, the other texts of the record are read, and the
    concepts it is tagged with; that costs the queries of its kind's ``source`` once.
    """
    analyser = search.tools.analyser
    labels = [label for label in search.tools.glossary.labels_of(search.concepts) if label.is_shown]
    by_label = [(label.text, analyser.phrases(label.text)) for label in labels]
    known = frozenset().union(*(phrases for _text, phrases in by_label))
    for row in rows:
        is_related = row.pk in related
        texts = [
            Text(text, code, analyser) for code in order_for() if (text := getattr(row, f"{kind.excerpt}_{code}", ""))
        ]
        found = _best(texts, search.query.phrases | known if is_related else search.query.phrases)
        label = (
            next((text for text, own in by_label if any(t.places_of(own) for t in texts)), "") if is_related else ""
        )
        row.hit = Hit(*found, is_related, label)  # type: ignore[attr-defined]
    if silent := {row.pk: row for row in rows if not row.hit.says_why}:  # type: ignore[attr-defined]
        for record in kind.source().filter(pk__in=silent):
            row = silent[record.pk]
            row.hit = _elsewhere(row.hit, kind.build(record), search, known)  # type: ignore[attr-defined]


def _elsewhere(hit: Hit, doc: Doc, search: Search, known: frozenset[Phrase]) -> Hit:
    """``hit`` with why the record was found, from its other texts or its concepts; as it is where its name says it."""
    glossary, order = search.tools.glossary, order_for()
    if hit.is_related and (tagged := search.concepts & set(doc.concepts)):
        labels = [label for label in glossary.labels_of(tagged) if label.is_shown]
        best = min(labels, key=lambda label: (label.kind != "pref", order.index(label.language)), default=None)
        return replace(hit, label=best.text) if best else hit
    others = [Text(text, code, search.tools.analyser) for text, code in doc.texts]
    others.sort(key=lambda text: order.index(text.language) if text.language in order else len(order))
    wanted = search.query.phrases | known if hit.is_related else search.query.phrases
    for text in others:
        if marks := text.places_of(wanted):
            return replace(hit, excerpt=excerpt(text.text, marks), language=text.language or hit.language)
    return hit


def _best(texts: Sequence[Text], phrases: Iterable[Phrase]) -> tuple[SafeString, str]:
    """The excerpt of the first text that has any of ``phrases``; the beginning of the first where none has."""
    for text in texts:
        if marks := text.places_of(phrases):
            return excerpt(text.text, marks), text.language
    return (excerpt(texts[0].text, []), texts[0].language) if texts else (mark_safe(""), "")


def excerpt(text: str, marks: Sequence[tuple[int, int]]) -> SafeString:
    """About 160 letters of ``text`` around the densest of ``marks``, escaped, with the marks in ``<mark>``."""
    width = WINDOW // 2 if sum(letter > "\u2e7f" for letter in text[:WINDOW]) > WINDOW // 4 else WINDOW
    if len(text) <= width * 1.25:
        start, end = 0, len(text)
    else:
        best = max(marks, default=(0, 0), key=lambda mark: sum(mark[0] <= m[0] < mark[0] + width for m in marks))
        start = _border(text, max(0, best[0] - width // 4))
        end = min(len(text), start + width)
        if end < len(text) and (space := text.rfind(" ", start + width // 2, end)) > 0:
            end = space
    pieces, position = [], start
    for first, last in marks:
        if last <= start or first >= end:
            continue
        pieces.append((escape(text[position : max(first, start)]), text[max(first, start) : min(last, end)]))
        position = min(last, end)
    marked = format_html_join("", "{}<mark>{}</mark>", pieces)
    before, after = "… " if start else "", "…" if end < len(text) else ""
    return mark_safe(f"{before}{marked}{escape(text[position:end])}{after}")  # noqa: S308 - every part is escaped above


def _end(last: Span, phrase: Phrase) -> int:
    """Where a phrase ends: of a token that it only begins, with the letters it has."""
    return last.start + len(phrase.tokens[-1]) if phrase.prefix else last.end


def _matches(stream: Sequence[Span], first: int, phrase: Phrase) -> bool:
    *whole, last = phrase.tokens
    if first + len(whole) >= len(stream):
        return False
    token = stream[first + len(whole)].token
    return (token.startswith(last) if phrase.prefix else token == last) and all(
        stream[first + place].token == expected for place, expected in enumerate(whole)
    )


def _border(text: str, position: int) -> int:
    """The beginning of a word or sentence at or shortly before ``position``."""
    for candidate in range(position, max(0, position - 30), -1):
        if text[candidate - 1] in " 。、\n":
            return candidate
    return 0 if position < 30 else position
