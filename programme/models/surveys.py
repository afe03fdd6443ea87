"""What people are asked after an event or a study visit, and what they answered (programme spec P24).

An answer leads to nobody: no column of it and no other row names both a person and an answer. What a person has is an
invitation, which knows whether it was used and nothing else.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from events.models import Event
from iurc_portal.audit.machine import StateMachine
from iurc_portal.clock import zone_of_language
from iurc_portal.translation.constraints import some_language
from iurc_portal.translation.languages import Language, Spoken, order_for
from programme.models.visits import StudyVisit, StudyVisitQuerySet

SCALE = (1, 2, 3, 4, 5)
YES, NO = "yes", "no"
MOST_DAYS = 60
OF_A_VISIT = ("host_city", "guest_city", "lead")


def usual_days() -> int:
    """For how many days a survey is open where staff say nothing else."""
    return settings.IURC_SURVEYS["open_days"]


class SurveyQuerySet(models.QuerySet):
    def editable_by(self, user):
        """Staff work on the surveys of the events and visits that their own city's side runs, managers on all."""
        if not user.has_perm("programme.change_survey"):
            return self.none()
        events, visits = Event.objects.editable_by(user), StudyVisit.objects.editable_by(user)
        return self.filter(Q(event__in=events) | Q(visit__in=visits))

    def asking(self):
        """Those that ask or will ask as soon as their event or visit is over."""
        on = Q(event__status=Event.Status.CONFIRMED) | Q(visit__state__in=StudyVisitQuerySet.RELEASED_STATES)
        return self.filter(on, state=Survey.State.OPEN)

    def with_subject(self):
        """With the event or the visit that each is about."""
        return self.select_related("event__organizer", "event__track", *(f"visit__{name}" for name in OF_A_VISIT))


class Survey(StateMachine):
    """The questions to one audience of one event or of one study visit.

    It asks from the end of the event, or from the evening of a visit's last day, or from the moment staff open it if
    that is later, for ``open_days`` days. One of a visit opens by itself; ``skipped`` is what staff do not want sent.
    Results are shown once it is closed, for ever the same: who watches numbers grow sees what the last person said.
    ``asked`` is how many were asked, known when it closes; ``texts_forgotten_on`` the day on which free texts went.
    """

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("survey", "being prepared")
        SKIPPED = "skipped", pgettext_lazy("survey", "not sent")
        OPEN = "open", pgettext_lazy("survey", "open after the event")
        CLOSED = "closed", pgettext_lazy("survey", "closed")
        PUBLISHED = "published", pgettext_lazy("survey", "closed, with a public line")

    NEXT = {
        "draft": {"open", "skipped"},
        "skipped": {"draft"},
        "open": {"draft", "closed"},
        "closed": {"published"},
        "published": {"closed"},
    }

    class Audience(models.TextChoices):
        GUEST = "guest", pgettext_lazy("survey", "participants")
        HOST = "host", pgettext_lazy("survey", "speakers and interpreters")

        @property
        def of_a_visit(self) -> str:
            """The same audience in the words of a study visit."""
            words = {"guest": pgettext_lazy("survey", "guests"), "host": pgettext_lazy("survey", "hosts of the visit")}
            return str(words[self.value])

    class Whom(models.TextChoices):
        CONFIRMED = "confirmed", _("everybody with a confirmed place")
        ATTENDED = "attended", _("those who were there")

    event = models.ForeignKey(
        "events.Event",
        verbose_name=_("event"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="surveys",
    )
    visit = models.ForeignKey(
        "programme.StudyVisit",
        verbose_name=_("visit"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.CASCADE,
        related_name="surveys",
    )
    audience = models.CharField(
        pgettext_lazy("survey", "for"),
        max_length=5,
        choices=Audience,
        default=Audience.GUEST,
        help_text=_("Speakers and interpreters are those who may enter the room earlier than the others."),
    )
    whom = models.CharField(
        pgettext_lazy("survey", "who is asked"),
        max_length=9,
        choices=Whom,
        default=Whom.CONFIRMED,
        help_text=_("Those who were there are known once attendance has been recorded; until then nobody is asked."),
    )
    open_days = models.PositiveSmallIntegerField(
        _("days to answer"), default=usual_days, validators=[MinValueValidator(1), MaxValueValidator(MOST_DAYS)]
    )
    introduction = models.CharField(
        _("introduction"), max_length=400, blank=True, help_text=_("Stands above the questions; may stay empty.")
    )
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.DRAFT, editable=False)
    opened_at = models.DateTimeField(_("opened"), null=True, blank=True, editable=False)
    asked = models.PositiveIntegerField(_("asked"), null=True, blank=True, editable=False)
    texts_forgotten_on = models.DateField(_("free texts deleted"), null=True, blank=True, editable=False)
    closed_on = models.DateField(_("closed on"), null=True, blank=True, editable=False)

    objects = SurveyQuerySet.as_manager()

    class Meta:
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")
        ordering = ["-event__dtstart", "audience", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["event", "audience"], name="survey_once_per_audience"),
            models.UniqueConstraint(fields=["visit", "audience"], name="survey_once_per_visit"),
            models.CheckConstraint(
                name="survey_of_an_event_or_a_visit",
                condition=Q(event__isnull=False, visit__isnull=True) | Q(event__isnull=True, visit__isnull=False),
                violation_error_message=_("Choose the event that it is about."),
            ),
        ]

    def __str__(self):
        return f"{self.subject} – {self.audience_words}"

    @property
    def subject(self) -> Any:
        """The event or the study visit that it is about."""
        return self.visit or self.event

    @property
    def name_field(self) -> str:
        """What the subject's name is called there."""
        return "title" if self.visit_id else "name"

    @property
    def audience_words(self) -> str:
        audience = self.Audience(self.audience)
        return audience.of_a_visit if self.visit_id else str(audience.label)

    @property
    def state_words(self) -> str:
        if self.visit_id and self.state == self.State.OPEN:
            return str(pgettext_lazy("survey", "open after the visit"))
        return self.get_state_display()

    @property
    def at_least(self) -> int:
        """Of how few people nothing is told (P24: three after a visit)."""
        return settings.IURC_SURVEYS["at_least_visit" if self.visit_id else "at_least"]

    @property
    def contact_email(self) -> str:
        """Whom people write to about it; empty: the portal's own address."""
        if self.visit is not None:
            return self.visit.lead.email if self.visit.lead else ""
        return self.event.contact_email if self.event is not None else ""

    @property
    def is_closed(self) -> bool:
        """Whether it is over for good, so that its results may be read."""
        return self.state in {self.State.CLOSED, self.State.PUBLISHED}

    @property
    def is_on(self) -> bool:
        """Whether what it is about takes place or took place."""
        if self.visit is not None:
            return self.visit.is_released
        return self.event is not None and self.event.status == Event.Status.CONFIRMED

    @property
    def over_at(self) -> datetime | None:
        """When what it is about is over: the event's end, or the evening of the visit's last day in its city.

        None while a visit has no days.
        """
        if self.visit is not None:
            last = self.visit.last_day
            return evening(last, self.visit.host_city.tzid) if last else None
        return self.event.dtend if self.event is not None else None

    @property
    def begins_at(self) -> datetime:
        """The first moment at which somebody may answer; only of one that staff have opened."""
        known = [moment for moment in (self.over_at, self.opened_at) if moment is not None]
        return max(known)

    @property
    def ends_at(self) -> datetime:
        """The first moment at which nobody may answer any more."""
        return self.begins_at + timedelta(days=self.open_days)

    def takes_answers(self, *, now: datetime) -> bool:
        on = self.state == self.State.OPEN and self.is_on and self.over_at is not None
        return on and self.begins_at <= now < self.ends_at


def evening(day, tzid: str) -> datetime:
    """The hour of ``day`` on the clocks of ``tzid`` at which people are asked about a visit."""
    return datetime.combine(day, time(settings.IURC_SURVEYS["visit_hour"]), ZoneInfo(tzid))


@dataclass(frozen=True)
class Asked:
    """Where and how a letter reaches somebody who is asked."""

    name: str
    email: str
    language: str
    tzid: str


class SurveyQuestion(models.Model):
    """One question. Every one may be left out. ``choices`` holds one answer to choose on each line, in each language.

    In stored answers a choice is the number of its line, from 1.
    """

    class Kind(models.TextChoices):
        SCALE = "scale", _("scale from 1 to 5")
        CHOICE = "choice", _("one of several choices")
        YES_NO = "yesno", _("yes or no")
        TEXT = "text", _("free text")

    survey = models.ForeignKey(Survey, verbose_name=_("survey"), on_delete=models.CASCADE, related_name="questions")
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    kind = models.CharField(_("kind of answer"), max_length=6, choices=Kind, default=Kind.SCALE)
    label = models.CharField(pgettext_lazy("of a form", "question"), max_length=240)
    choices = models.TextField(
        _("choices"), blank=True, help_text=_("Only for “one of several choices”: one on each line.")
    )

    class Meta:
        verbose_name = pgettext_lazy("of a form", "question")
        verbose_name_plural = pgettext_lazy("of a form", "questions")
        ordering = ["survey", "order", "pk"]
        constraints = [some_language("surveyquestion", "label")]

    def __str__(self):
        return self.label or str(self.pk)

    @property
    def key(self) -> str:
        """The name of its answer in ``SurveyAnswer.values``."""
        return str(self.pk)

    @property
    def is_text(self) -> bool:
        return self.kind == self.Kind.TEXT

    def choices_in(self, language: str) -> list[str]:
        """The lines of ``choices_<language>``, without empty ones."""
        lines = (getattr(self, f"choices_{language}") or "").splitlines()
        return [line.strip() for line in lines if line.strip()]

    def choices_for(self, language: str | None = None) -> list[str]:
        """The choices as a reader of ``language`` (default: the active one) sees them, by the one fallback rule.

        Each is ``Spoken``: a page marks those of another language than its own.
        """
        code = next((code for code in order_for(language) if self.choices_in(code)), "")
        return [Spoken.written_in(line, code) for line in self.choices_in(code)] if code else []

    def missing_in(self, language: str) -> bool:
        """Whether a text that readers of ``language`` need is not written."""
        lacks_choices = self.kind == self.Kind.CHOICE and not self.choices_in(language)
        return not (getattr(self, f"label_{language}") or "").strip() or lacks_choices

    def clean(self):
        """Choices mean the same in all languages, so there are as many: two at least. Raises ``ValidationError``."""
        super().clean()
        if self.kind != self.Kind.CHOICE:
            return
        numbers = {code: len(lines) for code in Language.values if (lines := self.choices_in(code))}
        if not numbers or min(numbers.values()) < 2:
            code = next(iter(numbers), Language.values[0])
            raise ValidationError(
                {f"choices_{code}": ValidationError(_("Write at least two choices, one on each line."), code="few")}
            )
        if len(set(numbers.values())) > 1:
            words = ", ".join(f"{Language(code).label}: {n}" for code, n in numbers.items())
            refusal = ValidationError(
                _("Each language needs the same number of choices (%(numbers)s)."), "uneven", {"numbers": words}
            )
            raise ValidationError({f"choices_{next(iter(numbers))}": refusal})


class SurveyInvitation(models.Model):
    """That somebody was asked: who registered for the event, or a person of the visit with the language they read.

    ``is_used`` is kept while the survey is open: so long it decides who is reminded.
    """

    survey = models.ForeignKey(Survey, verbose_name=_("survey"), on_delete=models.CASCADE, related_name="invitations")
    registration = models.ForeignKey(
        "events.Registration",
        verbose_name=_("registration"),
        null=True,
        on_delete=models.CASCADE,
        related_name="survey_invitations",
    )
    person = models.ForeignKey(
        "ecosystem.Person",
        verbose_name=_("person"),
        null=True,
        on_delete=models.CASCADE,
        related_name="survey_invitations",
    )
    language = models.CharField(_("language"), max_length=2, choices=Language, blank=True, editable=False)
    asked_on = models.DateField(_("asked on"), editable=False)
    is_reminded = models.BooleanField(_("reminded"), default=False, editable=False)
    is_used = models.BooleanField(_("answered"), default=False, editable=False)

    class Meta:
        verbose_name = _("invitation to a survey")
        verbose_name_plural = _("invitations to surveys")
        ordering = ["survey", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["survey", "registration"], name="surveyinvitation_once_per_person"),
            models.UniqueConstraint(fields=["survey", "person"], name="surveyinvitation_once_per_guest_or_host"),
            models.CheckConstraint(
                name="surveyinvitation_of_somebody",
                condition=Q(registration__isnull=False, person__isnull=True)
                | Q(registration__isnull=True, person__isnull=False, language__gt=""),
            ),
        ]

    def __str__(self):
        return f"{self.survey_id} {self.registration_id or self.person_id}"

    @property
    def asked(self) -> Asked:
        """Who is asked. People of a visit are, on its last evening, where the visit is. Reads ``survey.visit``."""
        if self.registration is not None:
            one = self.registration
            return Asked(one.display_name(one.language), one.email, one.language, one.tzid)
        visit, person = self.survey.visit, self.person
        if visit is None or person is None:
            raise ValueError("an invitation is a registration's, or a person's of a visit")
        tzid = visit.host_city.tzid if visit.host_city else zone_of_language(self.language)
        return Asked(person.display_name(self.language), person.email, self.language, tzid)


class SurveyToken(models.Model):
    """The digest of a mailed link. An invitation may have several, all of them good for one answer together."""

    invitation = models.ForeignKey(SurveyInvitation, on_delete=models.CASCADE, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True, editable=False)

    class Meta:
        verbose_name = _("link to a survey")
        verbose_name_plural = _("links to surveys")

    def __str__(self):
        return str(self.invitation_id)


class SurveyAnswer(models.Model):
    """What somebody answered, in the language in which they read the questions. Whose it is, is not known.

    Its name is drawn by lot, it has no time, and all answers of a survey are written anew in an order drawn by lot
    whenever one is added (``services.surveys``). ``values`` holds by the key of a question: a number from 1 to 5, the
    number of a choice, a boolean, a text. What was left out is not there.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    survey = models.ForeignKey(Survey, verbose_name=_("survey"), on_delete=models.CASCADE, related_name="answers")
    language = models.CharField(_("language"), max_length=2, choices=Language)
    values: Any = models.JSONField(_("answers"), default=dict)

    class Meta:
        verbose_name = _("answer to a survey")
        verbose_name_plural = _("answers to surveys")
        ordering = ["survey", "id"]

    def __str__(self):
        return str(self.survey_id)

    def without(self, keys: set[str]) -> Mapping[str, Any]:
        """Its values without those of ``keys``."""
        return {key: value for key, value in self.values.items() if key not in keys}
