"""The steps of a proposal, in the order in which Japanese cities ask (programme spec P1).

Each form knows what it writes: ``fields`` of the visit, ``questions`` or ``wishes``. A step is saved as it is: nothing
but what cannot be read is refused, and what is missing is told on the proposal's own page.
"""

import unicodedata
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ecosystem.models import City, Organisation
from events.questions import refuse_controls_but_lines
from iurc_portal.staff.times import DayField
from iurc_portal.templatetags.portal_tags import spoken
from iurc_portal.translation.languages import Spoken, best_text
from iurc_portal.translation.widgets import SpokenSelect
from programme.models import StudyVisit
from programme.models.wishes import MOST_WISHES
from programme.services.proposals import TRANSLATED

MOST_QUESTIONS, USUAL_QUESTIONS = 12, 5
MOST_PEOPLE = 200
NEEDED = {
    "subject",
    "purpose",
    "question_1",
    "question_2",
    "question_3",
    "first_1",
    "expected_size",
    "head_post",
    "decision_power",
    "expected_output",
}


def plain_digits(value):
    """Full-width digits as half-width ones, so that a Japanese keyboard is understood."""
    return unicodedata.normalize("NFKC", value).strip() if isinstance(value, str) else value


class CountField(forms.IntegerField):
    def to_python(self, value):
        return super().to_python(plain_digits(value))


class WishDay(DayField):
    """A day of a wish: the browser's own picker, dressed as on the other public pages."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _long(label, help_text="", *, rows=5, longest=3000) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=False,
        max_length=longest,
        validators=[refuse_controls_but_lines],
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def _short(label, help_text="", *, longest=200) -> forms.CharField:
    return forms.CharField(label=label, help_text=help_text, required=False, max_length=longest)


class BeginForm(forms.Form):
    """For whom, to which city, about what: enough to keep a draft."""

    applicant = forms.ModelChoiceField(
        label=_("Organisation that proposes the visit"),
        queryset=Organisation.objects.none(),
        empty_label=None,
        widget=SpokenSelect,
    )
    host_city = forms.ModelChoiceField(
        label=_("City to be visited"),
        queryset=City.objects.none(),
        empty_label=None,
        widget=forms.RadioSelect,
        to_field_name="slug",
    )
    subject = forms.CharField(
        label=_("Subject"),
        max_length=300,
        help_text=_("In one sentence: what the visit is about. You can change it later."),
    )

    def __init__(self, *args, applicants, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["applicant"].queryset = applicants
        self.fields["applicant"].label_from_instance = lambda body: Spoken.of(body, "name")
        self.fields["host_city"].label_from_instance = lambda city: spoken(Spoken.of(city, "name"))
        self.fields["host_city"].queryset = City.objects.filter(is_partner=True).order_by("slug")

    def clean(self):
        cleaned = super().clean() or {}
        applicant, host = cleaned.get("applicant"), cleaned.get("host_city")
        if applicant is not None and host is not None and applicant.side == host.slug:
            words = _("This is the city of the organisation itself: choose the other one.")
            self.add_error("host_city", ValidationError(words, code="own_city"))
        return cleaned


class Step(forms.Form):
    """One step. ``slug`` is its address, ``title`` its heading, ``lead`` a word on why it is asked."""

    do_not_call_in_templates = True  # pages list the steps themselves
    slug = ""
    title: str | Promise = ""
    lead: str | Promise = ""

    def __init__(self, *args, visit: StudyVisit, **kwargs):
        self.visit = visit
        super().__init__(*args, initial=self.initial_of(visit), **kwargs)
        for name in self.fields:
            if name in TRANSLATED or name.startswith("question"):
                self.fields[name].widget.attrs["lang"] = visit.language

    def show_needed(self) -> None:
        """Do not call optional what a proposal needs before it is sent, though a step is saved without it (P2)."""
        for name in NEEDED & set(self.fields):
            self.fields[name].required = True

    @classmethod
    def initial_of(cls, visit: StudyVisit) -> dict[str, Any]:
        return {
            name: getattr(visit, f"{name}_{visit.language}" if name in TRANSLATED else name)
            for name in cls.base_fields
        }

    @classmethod
    def shown(cls, visit: StudyVisit) -> list[tuple[str, str]]:
        """What is written there as texts to read, each with its language ("" where it has none)."""
        texts = [
            best_text(visit, name) if name in TRANSLATED else (str(getattr(visit, name) or ""), "")
            for name in cls.base_fields
        ]
        return [(text, language) for text, language in texts if text]

    def written(self) -> dict[str, Any]:
        """What ``write_proposal`` takes: all that could be read, even where another field was refused."""
        return {"fields": {name: value for name, value in self.cleaned_data.items() if name in self.base_fields}}


class SubjectStep(Step):
    slug, title = "subject", pgettext_lazy("proposal", "Subject")
    lead = _("Hosts read this first: one sentence that says what the visit is about.")
    subject = _short(pgettext_lazy("proposal", "Subject"), longest=300)

    def clean_subject(self):
        if not self.cleaned_data["subject"].strip():
            raise ValidationError(_("Write the subject: people find your proposal by it."), code="required")
        return self.cleaned_data["subject"].strip()


class PurposeStep(Step):
    slug, title = "purpose", pgettext_lazy("proposal", "Purpose")
    lead = _("Why you come, and what you will do with what you learn.")
    purpose = _long(pgettext_lazy("proposal", "Purpose"))


class QuestionsStep(Step):
    """As many as there are and two more; an emptied one is gone."""

    slug, title = "questions", pgettext_lazy("proposal", "Questions")
    lead = _("At least three questions that you want answered. Hosts prepare for them, and each gets its answer.")

    def __init__(self, *args, visit, **kwargs):
        super().__init__(*args, visit=visit, **kwargs)
        texts = [best_text(one, "text", visit.language) for one in visit.questions.order_by("order", "pk")]
        for number in range(1, min(max(USUAL_QUESTIONS, len(texts) + 2), MOST_QUESTIONS) + 1):
            name = f"question_{number}"
            label = format_question(number)
            self.fields[name] = _long(label, rows=2, longest=1000)
            self.initial[name], language = texts[number - 1] if number <= len(texts) else ("", visit.language)
            self.fields[name].widget.attrs["lang"] = language

    def written(self):
        """Every question that was typed, each once, in its order."""
        typed = (value.strip() for name, value in self.cleaned_data.items() if name.startswith("question_"))
        return {"questions": list(dict.fromkeys(text for text in typed if text))}


def format_question(number: int):
    return format_lazy("{word} {number}", word=pgettext_lazy("proposal", "Question"), number=number)


class DatesStep(Step):
    """Three wishes; an empty last day is the first one."""

    slug, title = "dates", pgettext_lazy("proposal", "Dates wished")
    lead = _("Up to three, the best first. The host city answers with one of them, or with another.")

    def __init__(self, *args, visit, **kwargs):
        super().__init__(*args, visit=visit, **kwargs)
        wishes = {wish.order: wish for wish in visit.wishes.all()}
        for number in range(1, MOST_WISHES + 1):
            for name, label in (("first", _("first day")), ("last", _("last day"))):
                key = f"{name}_{number}"
                self.fields[key] = WishDay(label=label, required=False)
                self.fields[key].label = capfirst(str(label))
                wish = wishes.get(number)
                self.initial[key] = getattr(wish, f"{name}_day") if wish else None

    @property
    def rows(self) -> list[tuple[int, forms.BoundField, forms.BoundField]]:
        return [(number, self[f"first_{number}"], self[f"last_{number}"]) for number in range(1, MOST_WISHES + 1)]

    def clean(self):
        cleaned = super().clean() or {}
        for number in range(1, MOST_WISHES + 1):
            first, last = cleaned.get(f"first_{number}"), cleaned.get(f"last_{number}")
            if last and not first and not self.errors.get(f"first_{number}"):
                self.add_error(f"first_{number}", ValidationError(_("Write the first day too."), code="first"))
            elif first and last and last < first:
                words = _("The last day is before the first: set a later last day.")
                self.add_error(f"last_{number}", ValidationError(words, code="order"))
        return cleaned

    def wishes(self) -> list[tuple[date, date]]:
        """What could be read, in its order and without gaps."""
        found = []
        for number in range(1, MOST_WISHES + 1):
            first = self.cleaned_data.get(f"first_{number}")
            if first and not self.errors.get(f"last_{number}"):
                found.append((first, self.cleaned_data.get(f"last_{number}") or first))
        return found

    def written(self):
        return {"wishes": self.wishes()}


class PeopleStep(Step):
    slug, title = "people", pgettext_lazy("proposal", "Who comes")
    lead = _("The post of the head decides who receives you; names come later.")
    expected_size = CountField(
        label=_("Number of visitors"), required=False, min_value=1, max_value=MOST_PEOPLE, localize=False
    )
    head_post = _short(
        _("Post of the head of the delegation"), _("For example: deputy mayor, director, manager."), longest=160
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # A number field of a browser throws full-width digits away before we see them.
        self.fields["expected_size"].widget = forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 4})


class TransportStep(Step):
    slug, title = "transport", pgettext_lazy("proposal", "Transport")
    lead = _("How you arrive and move in the city, as far as you know it.")
    transport = _short(pgettext_lazy("proposal", "Means of transport"), _("For example: train and hired coach."))


class LanguageStep(Step):
    slug, title = "language", pgettext_lazy("proposal", "Language")
    lead = _("Interpreters are booked early: with them a visit wants 60 days of notice.")
    interpretation_wanted = _short(
        _("Interpretation needed"), _("From which language to which. Leave it empty if you need none.")
    )


class ContactStep(Step):
    slug, title = "contact", pgettext_lazy("proposal", "Contact")
    lead = _("Whom the host city writes to about this visit.")
    contact_name = _short(pgettext_lazy("proposal", "Name"), longest=160)
    applicant_contact = forms.EmailField(
        label=_("E-mail"),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": _("Enter an address like name@company.jp")},
    )


class DecisionStep(Step):
    slug, title = "decision", pgettext_lazy("proposal", "What you can decide")
    lead = _("A visit that cannot say this is a courtesy call.")
    decision_power = _long(_("What the visitors can decide"), _("For example: a joint test, an agreement, a budget."))


class OutputStep(Step):
    slug, title = "output", pgettext_lazy("proposal", "Expected output")
    lead = _("What should be there after the visit that is not there now.")
    expected_output = _long(pgettext_lazy("proposal", "Expected output"))


STEPS: tuple[type[Step], ...] = (
    SubjectStep,
    PurposeStep,
    QuestionsStep,
    DatesStep,
    PeopleStep,
    TransportStep,
    LanguageStep,
    ContactStep,
    DecisionStep,
    OutputStep,
)
BY_SLUG = {step.slug: step for step in STEPS}
# Which step writes what a proposal may lack (``programme.services.visits``).
STEP_OF_MISSING = {
    "subject": "subject",
    "purpose": "purpose",
    "questions": "questions",
    "date": "dates",
    "expected_size": "people",
    "head_post": "people",
    "decision_power": "decision",
    "expected_output": "output",
}


def step_after(slug: str) -> str:
    """The slug of the step that follows, "" after the last."""
    slugs = [step.slug for step in STEPS]
    place = slugs.index(slug) + 1
    return slugs[place] if place < len(slugs) else ""


def step_before(slug: str) -> str:
    """The slug of the step before, "" before the first."""
    slugs = [step.slug for step in STEPS]
    place = slugs.index(slug)
    return slugs[place - 1] if place else ""
