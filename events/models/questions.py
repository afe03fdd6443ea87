"""What an event asks beside names and addresses: sets of typed questions, used again from event to event (2.19)."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from iurc_portal.translation.constraints import some_language

YES, NO = "yes", "no"


class QuestionSet(models.Model):
    """Questions that belong together. Several events may ask one set; a change of it is a change for all of them."""

    name = models.CharField(_("name"), max_length=120, help_text=_("For staff: registrants do not see it."))
    introduction = models.CharField(
        _("introduction"), max_length=400, blank=True, help_text=_("Stands above the questions in the form.")
    )

    class Meta:
        verbose_name = _("set of questions")
        verbose_name_plural = _("sets of questions")
        ordering = ["pk"]
        constraints = [some_language("questionset")]

    def __str__(self):
        return self.name or str(self.pk)


class QuestionQuerySet(models.QuerySet):
    def in_order(self):
        """As they are asked, with their choices: two queries."""
        return self.order_by("order", "pk").prefetch_related("choices")


class Question(models.Model):
    """One question. ``shown_if`` with ``shown_if_value`` is its condition, one level deep: ``yes``, ``no`` or the key
    of a choice of that question. Answers to a question whose condition does not hold are discarded."""

    class Kind(models.TextChoices):
        TEXT = "text", _("short text")
        LONG = "long", _("long text")
        CHOICE = "choice", _("one of several choices")
        SEVERAL = "several", _("several choices")
        YES_NO = "yesno", _("yes or no")
        NUMBER = "number", pgettext_lazy("kind of answer", "number")
        DATE = "date", pgettext_lazy("kind of answer", "date")

    WITH_CHOICES = frozenset([Kind.CHOICE, Kind.SEVERAL])
    MAY_BE_CONDITION = frozenset([Kind.CHOICE, Kind.SEVERAL, Kind.YES_NO])

    question_set = models.ForeignKey(
        QuestionSet, verbose_name=_("set of questions"), on_delete=models.CASCADE, related_name="questions"
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    kind = models.CharField(_("kind of answer"), max_length=7, choices=Kind, default=Kind.TEXT)
    label = models.CharField(pgettext_lazy("of a form", "question"), max_length=240)
    help_text = models.CharField(pgettext_lazy("of a question", "explanation"), max_length=300, blank=True)
    is_required = models.BooleanField(_("must be answered"), default=False)
    needs_new_approval = models.BooleanField(
        _("a change is looked at by staff"),
        default=False,
        help_text=_("Whoever changes this answer later keeps the place; staff are told to look at it."),
    )
    is_sensitive = models.BooleanField(
        _("sensitive"),
        default=False,
        help_text=_(
            "Health, diet, religion: only those with the permission read the answers, and exports leave them out."
        ),
    )
    shown_if = models.ForeignKey(
        "self",
        verbose_name=_("only if"),
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="dependants",
    )
    shown_if_value = models.CharField(max_length=20, blank=True)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("of a form", "question")
        verbose_name_plural = pgettext_lazy("of a form", "questions")
        ordering = ["question_set", "order", "pk"]
        permissions = [("read_sensitive_answers", _("Can read sensitive answers"))]
        constraints = [
            some_language("question", "label"),
            models.CheckConstraint(
                name="question_condition_whole",
                condition=Q(shown_if=None, shown_if_value="") | (Q(shown_if__isnull=False) & ~Q(shown_if_value="")),
                violation_error_message=_("A condition needs a question and its answer."),
            ),
        ]

    def __str__(self):
        return self.label or str(self.pk)

    @property
    def has_choices(self) -> bool:
        return self.kind in self.WITH_CHOICES

    def clean(self):
        """Rules that span rows. Raises ``ValidationError`` with ``nested``, ``foreign``, ``condition`` or ``kind``."""
        super().clean()
        if self.shown_if_id is not None:
            self._check_condition()
        if self.pk is not None:
            self._check_kind()

    def _check_condition(self) -> None:
        other = self.shown_if
        if other.pk == self.pk or other.question_set_id != self.question_set_id:
            raise ValidationError({"shown_if": _("Choose another question of the same set.")}, code="foreign")
        if other.shown_if_id is not None or (self.pk is not None and self.dependants.exists()):
            words = _("Conditions go one level deep: choose a question that is always asked.")
            raise ValidationError({"shown_if": ValidationError(words, code="nested")})
        if self.shown_if_value not in condition_values(other):
            words = _("That question has no such answer.")
            raise ValidationError({"shown_if": ValidationError(words, code="condition")})

    def _check_kind(self) -> None:
        """Answers keep the shape they were given in."""
        former = type(self).objects.filter(pk=self.pk).values_list("kind", flat=True).first()
        if former in (None, self.kind):
            return
        if self.answers.exists():
            words = _("There are answers already: write a new question instead of changing the kind of this one.")
            raise ValidationError({"kind": ValidationError(words, code="kind")})
        if self.kind not in self.MAY_BE_CONDITION and self.dependants.exists():
            words = _("Another question depends on this one: it stays one with choices.")
            raise ValidationError({"kind": ValidationError(words, code="kind")})


def condition_values(question: Question) -> list[str]:
    """What a condition may ask of ``question``: yes and no, or the keys of its choices; nothing of other kinds."""
    if question.kind == Question.Kind.YES_NO:
        return [YES, NO]
    if question.has_choices:
        return [choice.key for choice in question.choices.all()]
    return []


class Choice(models.Model):
    """One answer to choose. Stored answers name it by its key, so that its words may be mended at any time."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="choices")
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    label = models.CharField(_("words"), max_length=160)

    class Meta:
        verbose_name = _("choice")
        verbose_name_plural = _("choices")
        ordering = ["order", "pk"]
        constraints = [some_language("choice", "label")]

    def __str__(self):
        return self.label or str(self.pk)

    @property
    def key(self) -> str:
        return str(self.pk)

    @property
    def is_in_use(self) -> bool:
        """Whether somebody has chosen it, or a question depends on it: then it stays."""
        if Question.objects.filter(shown_if=self.question_id, shown_if_value=self.key).exists():
            return True
        values = Answer.objects.filter(question=self.question_id).values_list("value", flat=True)
        return any(self.key in value if isinstance(value, list) else self.key == value for value in values.iterator())


class Answer(models.Model):
    """What one person answered to one question. The shape of ``value`` follows the question's kind:

    text and long text: a string; number: a decimal as a string; date: ISO 8601; yes or no: a boolean; choice: the
    key of the choice; several: a list of keys in the order of the choices. An empty answer has no row.
    """

    registration = models.ForeignKey(
        "events.Registration", verbose_name=_("registration"), on_delete=models.CASCADE, related_name="answers"
    )
    question = models.ForeignKey(
        Question, verbose_name=pgettext_lazy("of a form", "question"), on_delete=models.PROTECT, related_name="answers"
    )
    value: Any = models.JSONField(_("answer"))
    answered_at = models.DateTimeField(_("answered"))

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        ordering = ["registration", "question__order", "question"]
        constraints = [models.UniqueConstraint(fields=["registration", "question"], name="answer_once_per_question")]

    def __str__(self):
        return f"{self.registration_id} {self.question_id}"
