"""The life of a survey: prepared, opened, closed, told (programme spec P24). Who may is the caller's question.

Each move locks the survey's row first; so does every answer, so that none slips in behind a closed door.
"""

import logging
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from events.models import Event
from iurc_portal.audit.services import record_transition
from iurc_portal.translation.languages import Language
from programme import survey_texts
from programme.exceptions import SurveyIncomplete
from programme.models import StudyVisit, Survey
from programme.services import survey_letters
from programme.services.survey_answers import locked, shuffle
from programme.survey_results import results_of

log = logging.getLogger(__name__)
State = Survey.State
AHEAD, LATE = timedelta(days=8), timedelta(days=3)  # a visit's drafts are there before; later none opens by itself


@transaction.atomic
def prepare_survey(subject: Event | StudyVisit, *, audience: str = Survey.Audience.GUEST) -> Survey:
    """The survey of ``subject`` for ``audience``: a draft with the ready-made questions, unless there is one already.

    Guests of a visit are asked if they were ticked as present: attended is never presumed (P21).
    """
    defaults: dict[str, str] = survey_texts.introduction()
    if isinstance(subject, StudyVisit):
        if audience == Survey.Audience.GUEST:
            defaults["whom"] = Survey.Whom.ATTENDED
        about: dict[str, Event | StudyVisit] = {"visit": subject}
    else:
        about = {"event": subject}
    survey, is_new = Survey.objects.get_or_create(**about, audience=audience, defaults=defaults)
    if is_new:
        take_over_questions(survey)
    return survey


def take_over_questions(survey: Survey) -> None:
    """Give a survey without questions the ready-made ones for its audience."""
    if not survey.questions.exists():
        for fields in survey_texts.questions_for(survey.audience, of_a_visit=survey.visit_id is not None):
            survey.questions.create(**fields)


def open_survey(survey: Survey, *, now: datetime, by=None) -> Survey:
    """Let it ask as soon as its event or visit is over. Raises ``SurveyIncomplete``, and a refusal for what is off."""
    _refuse_what_is_off(survey)
    questions = list(survey.questions.all())
    if not questions:
        raise SurveyIncomplete(_("This survey has no questions yet."), code="empty")
    lacking = [code for code in Language.values if any(question.missing_in(code) for question in questions)]
    if lacking:
        names = {"languages": ", ".join(str(Language(code).label) for code in lacking)}
        raise SurveyIncomplete(_("Questions or choices are not written yet in: %(languages)s."), "language", names)
    return _move(survey, State.OPEN, now=now, by=by, opened_at=now)


def _refuse_what_is_off(survey: Survey) -> None:
    event, visit = survey.event, survey.visit
    if event is not None and event.status == Event.Status.CANCELLED:
        raise ValidationError(_("The event is cancelled: there is nothing to ask about."), code="cancelled")
    if visit is None:
        return
    if not visit.is_released:
        words = _("The agenda of this visit is not released, or the visit is off: there is nothing to ask about.")
        raise ValidationError(words, code="cancelled")
    if visit.last_day is None:
        raise SurveyIncomplete(_("The visit has no last day yet."), code="dates")


def skip_survey(survey: Survey, *, now: datetime, by=None) -> Survey:
    """Staff do not want it sent: it does not open by itself. ``take_back_survey`` makes it a draft again."""
    return _move(survey, State.SKIPPED, now=now, by=by)


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
    if survey.visit_id is not None:
        raise ValidationError(_("What guests and hosts said is told in the visit's report."), code="visit")
    if survey.is_closed and results_of(survey).public_line is None:
        raise ValidationError(_("Too few people answered: there is nothing to publish."), code="few")
    return _move(survey, State.PUBLISHED, now=now, by=by)


def withdraw_line(survey: Survey, *, now: datetime, by=None) -> Survey:
    return _move(survey, State.CLOSED, now=now, by=by)


def tend(*, now: datetime) -> dict[str, int]:
    """What time asks for: close what is over, ask whoever is to be asked, remind once. Safe to run twice at once."""
    return {
        "closed": close_due(now=now),
        "opened": open_due(now=now),
        "asked": survey_letters.invite(now=now),
        "reminded": survey_letters.remind(now=now),
    }


def open_due(*, now: datetime) -> int:
    """Prepare both surveys of visits that end within days, and open what is still a draft on the last evening.

    What staff have set aside stays so; what lacks a text stays a draft, among what staff have to do. Returns how
    many were opened.
    """
    today, opened = now.date(), 0
    ending = StudyVisit.objects.filter(
        state__in=[StudyVisit.State.RELEASED, StudyVisit.State.RUNNING, StudyVisit.State.COMPLETED],
        is_sample=False,
        last_day__range=(today - LATE, today + AHEAD),
    ).select_related("host_city")
    for visit in ending:
        for audience in Survey.Audience.values:
            survey = prepare_survey(visit, audience=audience)
            if survey.state == State.DRAFT and survey.over_at is not None and survey.over_at <= now:
                opened += _opened(survey, now=now)
    return opened


def _opened(survey: Survey, *, now: datetime) -> int:
    try:
        open_survey(survey, now=now)
    except ValidationError as refusal:
        log.warning("survey %s does not open by itself: %s", survey.pk, refusal.code)
        return 0
    return 1


def close_due(*, now: datetime) -> int:
    """Close the surveys whose days are over. Returns how many."""
    over = [survey for survey in Survey.objects.asking().with_subject() if survey.ends_at <= now]
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
