"""The questions of a survey as a form in the reader's language, and what was sent as values to be stored."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from events.questions import refuse_controls_but_lines
from iurc_portal.translation.languages import Language, Spoken
from programme.models import Survey, SurveyQuestion
from programme.models.surveys import NO, SCALE, YES
from programme.survey_results import options_of

Kind = SurveyQuestion.Kind
LONGEST = 1000  # characters of a free text


class SurveyAnswerForm(forms.Form):
    """Every question may be left out, all of them may not. ``read_in`` is the language in which they were read."""

    read_in = forms.ChoiceField(choices=Language.choices, widget=forms.HiddenInput, required=False)

    def __init__(self, *args, survey: Survey, **kwargs):
        super().__init__(*args, **kwargs)
        self.questions = list(survey.questions.all())
        for question in self.questions:
            self.fields[_name_of(question)] = _field_for(question)

    @property
    def question_fields(self) -> list[tuple[SurveyQuestion, forms.BoundField]]:
        return [(question, self[_name_of(question)]) for question in self.questions]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not self.values():
            raise ValidationError(_("Please answer at least one question."), code="empty")
        return data

    def values(self) -> dict[str, Any]:
        """What ``SurveyAnswer.values`` is to hold: the questions that were answered, in their order."""
        found = {
            question.key: _value(question, self.cleaned_data.get(_name_of(question))) for question in self.questions
        }
        return {key: value for key, value in found.items() if value is not None}


def _name_of(question: SurveyQuestion) -> str:
    return f"question-{question.pk}"


def _field_for(question: SurveyQuestion) -> forms.Field:
    label = Spoken.of(question, "label")
    if question.is_text:
        return forms.CharField(
            label=label,
            help_text=_("At most 1000 characters. Please name no people."),
            max_length=LONGEST,
            required=False,
            validators=[refuse_controls_but_lines],
            widget=forms.Textarea(attrs={"rows": 4}),
        )
    options = {
        Kind.SCALE: [(str(step), str(step)) for step in SCALE],
        Kind.YES_NO: [(YES if value else NO, words) for value, words in options_of(question)],
    }
    choices = options.get(Kind(question.kind)) or [(str(value), words) for value, words in options_of(question)]
    quiet = {"class": "visually-hidden"} if question.kind == Kind.SCALE else {}
    return forms.ChoiceField(label=label, choices=choices, required=False, widget=forms.RadioSelect(attrs=quiet))


def _value(question: SurveyQuestion, cleaned: str | None) -> Any:
    if not cleaned:
        return None
    if question.is_text:
        return cleaned
    return cleaned == YES if question.kind == Kind.YES_NO else int(cleaned)
