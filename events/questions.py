"""Questions as fields of a form in the reader's language, and answers as values that can be stored (events spec 2.19).

The page may hide what does not concern somebody, but what counts is decided here: an answer to a question whose
condition does not hold is discarded, and a required question is required only of those who are asked.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from events.models.questions import NO, YES, Question
from iurc_portal.translation.languages import Spoken

PREFIX = "question-"
SHORT, LONG = 200, 2000  # characters
FEW = 7  # choices that stand below each other; more of them go into a menu
FURTHEST = 1_000_000_000
EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)
YES_NO = ((YES, pgettext_lazy("answer", "Yes")), (NO, pgettext_lazy("answer", "No")))
Kind = Question.Kind


def refuse_controls_but_lines(value: str) -> None:
    """Refuse control characters and lone surrogates; line breaks and tabs are how people write (events spec 15)."""
    if any(unicodedata.category(letter) in {"Cc", "Cs"} and letter not in "\r\n\t" for letter in value):
        raise ValidationError(_("Remove the characters that cannot be printed."), code="controls")


def refuse_controls(value: str) -> None:
    if any(letter in "\r\n\t" for letter in value):
        raise ValidationError(_("Remove the characters that cannot be printed."), code="controls")
    refuse_controls_but_lines(value)


class FullWidth:
    """For fields of digits: Japanese keyboards write them full-width, and they are read as plain ones."""

    def to_python(self, value):
        if isinstance(value, str):
            value = unicodedata.normalize("NFKC", value).strip()
        return super().to_python(value)  # type: ignore[misc]


class NumberField(FullWidth, forms.DecimalField):
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})


class DayField(FullWidth, forms.DateField):
    def __init__(self, **kwargs):
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(widget=widget, input_formats=["%Y-%m-%d", "%Y/%m/%d", "%d/%m/%Y", "%d.%m.%Y"], **kwargs)


def name_of(question: Question) -> str:
    """The name of its field in a form."""
    return f"{PREFIX}{question.pk}"


def field_for(question: Question) -> forms.Field:
    """A form field for ``question`` in the active language, by the fallback rule of all texts."""
    common: dict[str, Any] = {
        "label": Spoken.of(question, "label"),
        "help_text": Spoken.of(question, "help_text"),
        "required": question.is_required,
    }
    match question.kind:
        case Kind.TEXT:
            return forms.CharField(max_length=SHORT, validators=[refuse_controls], **common)
        case Kind.LONG:
            area = forms.Textarea(attrs={"rows": 4})
            return forms.CharField(
                max_length=LONG, validators=[refuse_controls_but_lines], widget=area, strip=True, **common
            )
        case Kind.NUMBER:
            limits = [MinValueValidator(-FURTHEST), MaxValueValidator(FURTHEST)]
            return NumberField(max_digits=16, decimal_places=4, localize=True, validators=limits, **common)
        case Kind.DATE:
            return DayField(validators=[MinValueValidator(EARLIEST), MaxValueValidator(LATEST)], **common)
        case Kind.YES_NO:
            return forms.ChoiceField(choices=YES_NO, widget=forms.RadioSelect, **common)
        case Kind.SEVERAL:
            return forms.MultipleChoiceField(choices=_choices(question), widget=forms.CheckboxSelectMultiple, **common)
    few = len(question.choices.all()) <= FEW
    return forms.ChoiceField(
        choices=_choices(question) if few else [("", "–"), *_choices(question)],
        widget=forms.RadioSelect if few else forms.Select,
        **common,
    )


def _choices(question: Question) -> list[tuple[str, str]]:
    return [(choice.key, Spoken.of(choice, "label")) for choice in question.choices.all()]


# --- From a form to what is stored, and back -------------------------------------------------------------------------


def stored(question: Question, cleaned: Any) -> Any:
    """The value of ``Answer`` for what the field has cleaned; None where nothing was answered."""
    if cleaned in (None, "", []):
        return None
    if question.kind == Question.Kind.YES_NO:
        return cleaned == YES
    if question.kind == Question.Kind.NUMBER:
        return format(Decimal(cleaned).normalize(), "f")
    if question.kind == Question.Kind.DATE:
        return cleaned.isoformat()
    if question.kind == Question.Kind.SEVERAL:
        return [choice.key for choice in question.choices.all() if choice.key in cleaned]
    return cleaned


def shown_again(question: Question, value: Any) -> Any:
    """What the field begins with for a stored ``value``."""
    if question.kind == Question.Kind.YES_NO:
        return YES if value else NO
    if question.kind == Question.Kind.NUMBER:
        return Decimal(value)
    if question.kind == Question.Kind.DATE:
        return date.fromisoformat(value)
    return value


def in_words(question: Question, value: Any) -> str:
    """A stored ``value`` as a reader of the active language sees it."""
    if question.kind == Question.Kind.YES_NO:
        return str(dict(YES_NO)[YES if value else NO])
    if question.kind == Question.Kind.NUMBER:
        return number_format(value, use_l10n=True, force_grouping=True)
    if question.kind == Question.Kind.DATE:
        return date_format(date.fromisoformat(value), "DATE_FORMAT")
    if question.has_choices:
        labels = {choice.key: Spoken.of(choice, "label") for choice in question.choices.all()}
        keys = value if isinstance(value, list) else [value]
        return " · ".join(labels.get(key, "–") for key in keys)
    return str(value)


def concerned(questions: Iterable[Question], answers: Mapping[int, Any]) -> set[int]:
    """The ids of those of ``questions`` that are really asked of somebody with these stored ``answers`` by id.

    One level of conditions: a question that is a condition of others has none itself.
    """
    asked = set()
    for question in questions:
        if question.shown_if_id is None:
            asked.add(question.pk)
            continue
        given = answers.get(question.shown_if_id)
        words = (YES if given else NO,) if isinstance(given, bool) else given if isinstance(given, list) else (given,)
        if question.shown_if_value in words:
            asked.add(question.pk)
    return asked


# --- The part of a form that asks them -------------------------------------------------------------------------------


class AsksQuestions(forms.BaseForm):
    """For forms that ask the questions of an event beside their own fields.

    Call ``ask(event)`` at the end of ``__init__``. ``question_fields`` renders them in order; ``answers()`` gives
    what is stored, by the question's id, after the form was found valid.
    """

    questions: list[Question]

    def ask(self, event, answers: Mapping[int, Any] | None = None) -> None:
        """Add the fields of the questions of ``event``, filled with stored ``answers``. Two queries, or none."""
        self.introduction = ""
        self.questions = []
        if event.question_set_id is None:
            return
        self.ask_these(event.question_set.questions.in_order(), answers)
        self.introduction = Spoken.of(event.question_set, "introduction")

    def ask_these(self, questions: Iterable[Question], answers: Mapping[int, Any] | None = None) -> None:
        self.questions = list(questions)
        by_id = {question.pk: question for question in self.questions}
        for question in self.questions:
            field = field_for(question)
            field.question = question  # type: ignore[attr-defined]
            if question.shown_if_id in by_id:
                other = by_id[question.shown_if_id]
                field.condition = Condition(other, question.shown_if_value)  # type: ignore[attr-defined]
            self.fields[name_of(question)] = field
            if answers and question.pk in answers:
                self.initial[name_of(question)] = shown_again(question, answers[question.pk])

    @property
    def question_fields(self) -> list[forms.BoundField]:
        return [self[name_of(question)] for question in self.questions]

    @property
    def has_conditions(self) -> bool:
        return any(question.shown_if_id for question in self.questions)

    def clean(self):
        """Forget what was typed, rightly or wrongly, where it was not asked."""
        cleaned = super().clean()
        asked = concerned(self.questions, self._stored())
        for question in self.questions:
            if question.pk not in asked:
                self.cleaned_data.pop(name_of(question), None)
                self.errors.pop(name_of(question), None)
        return cleaned

    def answers(self) -> dict[int, Any]:
        return self._stored()

    def _stored(self) -> dict[int, Any]:
        values = {
            question.pk: stored(question, self.cleaned_data.get(name_of(question))) for question in self.questions
        }
        return {pk: value for pk, value in values.items() if value is not None}


class Condition:
    """Under which answer a question is asked: for the script, and in words for those who have none."""

    def __init__(self, other: Question, value: str):
        self.field, self.value = name_of(other), value
        self.question = Spoken.of(other, "label")
        if other.kind == Question.Kind.YES_NO:
            self.answer: str = str(dict(YES_NO).get(value, ""))
        else:
            self.answer = next((Spoken.of(one, "label") for one in other.choices.all() if one.key == value), "")


class AnswersForm(AsksQuestions, forms.Form):
    """The questions alone: to answer later, to change, or for staff to look at."""

    def __init__(self, *args, event=None, questions=None, answers=None, **kwargs):
        super().__init__(*args, **kwargs)
        if event is not None:
            self.ask(event, answers)
        else:
            self.introduction = ""
            self.ask_these(questions or [], answers)
