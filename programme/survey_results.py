"""What a closed survey says, as far as it may be said (programme spec P24).

Nothing is told of fewer than ``at_least`` people: not of all, not of those who answered a question, not of those who
answered in one language. A language is left out, too, where its number and the total would tell of the rest: what the
languages shown leave over is nobody or ``at_least`` people. There is one division only, by language, because two of
them that cross would tell of the few in whom they differ. Pure functions of questions and answers.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from iurc_portal.tables import Column
from iurc_portal.translation.languages import CODES, Language
from programme.models import Survey, SurveyAnswer, SurveyQuestion
from programme.models.surveys import SCALE

Kind = SurveyQuestion.Kind


@dataclass(frozen=True)
class Bar:
    """How many gave one answer, of all and of each language that may be shown. ``share`` is whole per cents."""

    label: str
    n: int
    share: int
    by_language: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class QuestionResult:
    """One question. ``n`` is None where too few answered it to tell anything, their number included.

    ``means`` holds the mean of a scale by language; ``texts`` are pairs of language and text, drawn by lot.
    """

    question: SurveyQuestion
    n: int | None
    bars: Sequence[Bar] = ()
    mean: float | None = None
    means: Mapping[str, float] = field(default_factory=dict)
    languages: Sequence[str] = ()
    texts: Sequence[tuple[str, str]] = ()
    texts_hidden: bool = False


@dataclass(frozen=True)
class Results:
    """``n`` answers in all; ``questions`` is empty where these are too few. ``languages`` are those shown."""

    n: int
    languages: Mapping[str, int] = field(default_factory=dict)
    questions: Sequence[QuestionResult] = ()

    @property
    def public_line(self) -> QuestionResult | None:
        """The question of which the event's page may tell: the first scale that enough people answered."""
        return next((found for found in self.questions if found.mean is not None), None)


def results_of(survey: Survey) -> Results:
    """What may be told of ``survey``: two queries, nothing before it is closed."""
    if not survey.is_closed:
        return Results(n=0)
    return tell(list(survey.questions.all()), list(survey.answers.all()), at_least=survey.at_least)


def tell(questions: Iterable[SurveyQuestion], answers: Sequence[SurveyAnswer], *, at_least: int) -> Results:
    """The results of ``answers``. The order in which they come changes nothing."""
    if len(answers) < at_least:
        return Results(n=len(answers))
    sizes = Counter(answer.language for answer in answers)
    shown = shown_groups(sizes, at_least=at_least)
    written = {language for language, n in sizes.items() if n >= at_least}
    return Results(
        n=len(answers),
        languages={code: sizes[code] for code in CODES if code in shown},
        questions=[
            _texts(question, answers, among=written)
            if question.is_text
            else _counted(question, answers, among=shown, at_least=at_least)
            for question in questions
        ],
    )


def shown_groups(sizes: Mapping[str, int], *, at_least: int, among: Collection[str] | None = None) -> set[str]:
    """The groups of which numbers may be told beside the total: those of ``among`` (default: all) of ``at_least``.

    What the others leave over can be reckoned from the total, so it is nobody or ``at_least`` people; else the
    smallest of those shown joins it.
    """
    shown = {name for name, n in sizes.items() if n >= at_least and (among is None or name in among)}
    while shown and 0 < sum(n for name, n in sizes.items() if name not in shown) < at_least:
        shown.remove(min(shown, key=lambda name: (sizes[name], name)))
    return shown


def _counted(
    question: SurveyQuestion, answers: Sequence[SurveyAnswer], *, among: set[str], at_least: int
) -> QuestionResult:
    given = [(answer.language, answer.values[question.key]) for answer in answers if question.key in answer.values]
    if len(given) < at_least:
        return QuestionResult(question, n=None)
    sizes = Counter(language for language, _value in given)
    shown = shown_groups(sizes, at_least=at_least, among=among)
    languages = [code for code in CODES if code in shown] if len(sizes) > 1 else []
    counts = Counter(value for _language, value in given)
    apart = Counter(given)
    bars = [
        Bar(label, counts[value], round(100 * counts[value] / len(given)), {c: apart[c, value] for c in languages})
        for value, label in options_of(question)
    ]
    if question.kind != Kind.SCALE:
        return QuestionResult(question, n=len(given), bars=bars, languages=languages)
    return QuestionResult(
        question,
        n=len(given),
        bars=bars,
        languages=languages,
        mean=_mean(value for _language, value in given),
        means={code: _mean(value for language, value in given if language == code) for code in languages},
    )


def _texts(question: SurveyQuestion, answers: Sequence[SurveyAnswer], *, among: set[str]) -> QuestionResult:
    """Texts tell their language by themselves, so those of a language in which few answered are left out.

    Of whom they are is hidden among all who answered in that language, whether they wrote a text or not.
    """
    given = [(answer.language, answer.values[question.key]) for answer in answers if question.key in answer.values]
    texts = [(language, text) for language, text in given if language in among]
    return QuestionResult(
        question,
        n=len(texts),
        texts=sorted(texts, key=lambda pair: _lot(question, pair[1])),
        texts_hidden=len(texts) < len(given),
    )


def _lot(question: SurveyQuestion, text: str) -> str:
    """A place that follows from the words alone: no order of answers shows, and texts of one person stand apart."""
    return mark_of(question, text)


def mark_of(question: SurveyQuestion, text: str) -> str:
    """The digest by which a comment is found again: it follows from question and words alone."""
    return sha256(f"{question.key}\0{text}".encode()).hexdigest()


def _mean(values: Iterable[int]) -> float:
    values = list(values)
    return sum(values) / len(values)


def options_of(question: SurveyQuestion) -> list[tuple[Any, str]]:
    """What can be answered to ``question``, as stored and as a reader of the active language sees it."""
    if question.kind == Kind.SCALE:
        ends = {SCALE[0]: _("1 = not at all"), SCALE[-1]: _("5 = very much")}
        return [(step, ends.get(step, str(step))) for step in reversed(SCALE)]
    if question.kind == Kind.YES_NO:
        return [(True, pgettext("answer", "Yes")), (False, pgettext("answer", "No"))]
    return list(enumerate(question.choices_for(), start=1))


# --- To keep ---------------------------------------------------------------------------------------------------------


def numbers_of(survey: Survey) -> dict[str, Any] | None:
    """What a report may keep of ``survey`` as plain data: numbers with their words in all languages, no comment.

    None where it is not closed or too few answered. ``mean`` has two decimals; ``bars`` hold label and number.
    """
    results = results_of(survey)
    if not results.questions:
        return None
    return {
        "audience": survey.audience,
        "asked": survey.asked,
        "answers": results.n,
        "questions": [
            {
                "label": {code: text for code in CODES if (text := getattr(found.question, f"label_{code}") or "")},
                "n": found.n,
                "mean": None if found.mean is None else round(found.mean, 2),
                "bars": [] if found.mean is not None else _bars_in_all(found),
            }
            for found in results.questions
            if not found.question.is_text and found.n is not None
        ],
    }


def _bars_in_all(found: QuestionResult) -> list[dict[str, Any]]:
    labels = {}
    for code in CODES:
        with override(code):
            labels[code] = [words for _value, words in options_of(found.question)]
    return [
        {"label": {code: str(labels[code][place]) for code in CODES}, "n": bar.n}
        for place, bar in enumerate(found.bars)
    ]


# --- To take away ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One row of the table that staff take away: an answer with its number, a mean, or a text."""

    question: str
    kind: str
    answer: str
    number: float | None = None
    share: int | None = None
    by_language: Mapping[str, float] = field(default_factory=dict)


def lines_of(results: Results, *, with_texts: bool) -> list[Line]:
    """The rows, in the active language; the same rule hides in them what the page hides."""
    lines = []
    for found in results.questions:
        label, kind = str(found.question), str(Kind(found.question.kind).label)
        if found.n is None:
            lines.append(Line(label, kind, _("too few answers to show")))
        lines += [Line(label, kind, bar.label, bar.n, bar.share, bar.by_language) for bar in found.bars]
        if found.mean is not None:
            means = {code: round(mean, 2) for code, mean in found.means.items()}
            lines.append(Line(label, kind, _("mean"), round(found.mean, 2), by_language=means))
        if with_texts:
            lines += [Line(label, kind, text) for _language, text in found.texts]
    return lines


def columns() -> list[Column]:
    """The columns of ``lines_of``, titled in the active language."""
    return [
        Column("question", pgettext("column", "Question"), lambda line: line.question),
        Column("kind", pgettext("column", "Kind of answer"), lambda line: line.kind),
        Column("answer", pgettext("column", "Answer"), lambda line: line.answer),
        Column("number", pgettext("column", "Number"), lambda line: line.number),
        Column("per_cent", "%", lambda line: line.share),
        *(
            Column(f"in_{code}", str(Language(code).label), lambda line, code=code: line.by_language.get(code))
            for code in CODES
        ),
    ]
