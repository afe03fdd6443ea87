"""The life of a survey: prepared, opened, closed, told (programme spec P24). Who may is the caller's question.

Each move locks the survey's row first; so does every answer, so that none slips in behind a closed door.
"""

from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from events.models import Event
from iurc_portal.audit.services import record_transition
from iurc_portal.translation.languages import Language
from programme import survey_texts
from programme.exceptions import SurveyIncomplete
from programme.models import Survey
from programme.services import survey_letters
from programme.services.survey_answers import locked, shuffle
from programme.survey_results import results_of

State = Survey.State


@transaction.atomic
def prepare_survey(event: Event, *, audience: str = Survey.Audience.GUEST) -> Survey:
    """The survey of ``event`` for ``audience``: a draft with the ready-made questions, unless there is one already."""
    survey, is_new = Survey.objects.get_or_create(event=event, audience=audience, defaults=survey_texts.introduction())
    if is_new:
        take_over_questions(survey)
    return survey


def take_over_questions(survey: Survey) -> None:
    """Give a survey without questions the ready-made ones for its audience."""
    if not survey.questions.exists():
        for fields in survey_texts.questions_for(survey.audience):
            survey.questions.create(**fields)


def open_survey(survey: Survey, *, now: datetime, by=None) -> Survey:
    """Let it ask as soon as its event is over. Raises ``SurveyIncomplete`` and, for a cancelled event, a refusal."""
    if survey.event.status == Event.Status.CANCELLED:
        raise ValidationError(_("The event is cancelled: there is nothing to ask about."), code="cancelled")
    questions = list(survey.questions.all())
    if not questions:
        raise SurveyIncomplete(_("This survey has no questions yet."), code="empty")
    lacking = [code for code in Language.values if any(question.missing_in(code) for question in questions)]
    if lacking:
        names = {"languages": ", ".join(str(Language(code).label) for code in lacking)}
        raise SurveyIncomplete(_("Questions or choices are not written yet in: %(languages)s."), "language", names)
    return _move(survey, State.OPEN, now=now, by=by, opened_at=now)


def take_back_survey(survey: Survey, *, now: datetime, by=None) -> Survey:
    """Make it a draft again, to change its questions. Refused once somebody has answered them."""
    with transaction.atomic():
        if locked(survey.pk).answers.exists():
            raise ValidationError(_("Somebody has answered already: the questions stay as they are."), code="answered")
        return _move(survey, State.DRAFT, now=now, by=by, opened_at=None)


def close_survey(survey: Survey, *, now: datetime, by=None) -> Survey:
    """End it for good. From here on nothing says who answered: there is nobody to remind."""
    with transaction.atomic():
        invitations = locked(survey.pk).invitations
        moved = _move(survey, State.CLOSED, now=now, by=by, closed_on=now.date(), asked=invitations.count())
        invitations.update(is_used=False)
        shuffle(moved)
    return moved


def publish_line(survey: Survey, *, now: datetime, by=None) -> Survey:
    """Let the event's page tell how many answered and the mean of the first scale; refused where they are too few."""
    if survey.is_closed and results_of(survey, at_least=settings.IURC_SURVEYS["at_least"]).public_line is None:
        raise ValidationError(_("Too few people answered: there is nothing to publish."), code="few")
    return _move(survey, State.PUBLISHED, now=now, by=by)


def withdraw_line(survey: Survey, *, now: datetime, by=None) -> Survey:
    return _move(survey, State.CLOSED, now=now, by=by)


def tend(*, now: datetime) -> dict[str, int]:
    """What time asks for: close what is over, ask whoever is to be asked, remind once. Safe to run twice at once."""
    return {
        "closed": close_due(now=now),
        "asked": survey_letters.invite(now=now),
        "reminded": survey_letters.remind(now=now),
    }


def close_due(*, now: datetime) -> int:
    """Close the surveys whose days are over. Returns how many."""
    over = [survey for survey in Survey.objects.asking().select_related("event") if survey.ends_at <= now]
    for survey in over:
        close_survey(survey, now=now)
    return len(over)


@transaction.atomic
def _move(survey: Survey, state: str, *, now: datetime, by, **fields) -> Survey:
    """Move the row as it is now, whatever ``survey`` remembers, and note it in the log."""
    found = locked(survey.pk)
    former = found.move_to(state)
    for name, value in fields.items():
        setattr(found, name, value)
    found.save(update_fields=["state", *fields])
    record_transition(found, from_state=former, to_state=state, now=now, actor=by)
    return found
