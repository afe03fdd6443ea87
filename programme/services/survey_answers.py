"""Links to surveys, answers, and the forgetting of texts (programme spec P24, section 6).

That an invitation was used and what was answered are written in one transaction and joined by nothing: an answer has
no time and no number in a row, and with each one that comes the contents of all answers of the survey change places by
lot. Not even the database's own marks of transactions and places on the disk lead from one to the other.
"""

import hmac
from collections.abc import Mapping
from datetime import datetime
from random import SystemRandom
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from events.services import tokens
from iurc_portal.tokens import digest_of, looks_like_a_token, new_token
from programme.exceptions import AlreadyAnswered, SurveyOver
from programme.models import Survey, SurveyAnswer, SurveyInvitation, SurveyToken
from programme.models.surveys import OF_A_VISIT

LOT = SystemRandom()
AT_A_TIME = 100


def issue_link(invitation: SurveyInvitation) -> str:
    """Make a token for ``invitation`` and return it in clear; only its digest is stored."""
    clear, digest = new_token()
    SurveyToken.objects.create(invitation=invitation, digest=digest)
    return clear


def find(clear: str, *, now: datetime) -> SurveyInvitation | None:
    """The invitation behind a mailed link, or behind a link to the person's own page; None if there is none."""
    if not looks_like_a_token(clear):
        return None
    invitations = SurveyInvitation.objects.select_related(
        "survey__event__organizer",
        "survey__event__track",
        *(f"survey__visit__{name}" for name in OF_A_VISIT),
        "registration",
        "person",
    )
    digest = digest_of(clear)
    token = SurveyToken.objects.filter(digest=digest).first()
    if token is not None and hmac.compare_digest(token.digest, digest):
        return invitations.get(pk=token.invitation_id)
    own = tokens.find(clear)
    if own is None or own.is_expired(now=now):
        return None
    return invitations.filter(registration=own.registration).order_by("-pk").first()


@transaction.atomic
def answer_survey(invitation: SurveyInvitation, values: Mapping[str, Any], *, language: str, now: datetime) -> None:
    """Keep ``values`` (see ``SurveyAnswer``) as given in ``language`` and note that ``invitation`` is used.

    Raises ``SurveyOver`` and ``AlreadyAnswered``; nothing is written then.
    """
    survey = locked(invitation.survey_id)
    if not survey.takes_answers(now=now):
        raise SurveyOver
    if not SurveyInvitation.objects.filter(pk=invitation.pk, is_used=False).update(is_used=True):
        raise AlreadyAnswered
    SurveyAnswer.objects.bulk_create([SurveyAnswer(survey=survey, language=language, values=dict(values))])
    shuffle(survey)


def locked(survey_pk: int) -> Survey:
    """The survey's row under its lock, with its event or visit."""
    surveys = Survey.objects.with_subject().select_for_update(of=("self",), no_key=True)
    return surveys.get(pk=survey_pk)


def shuffle(survey: Survey) -> None:
    """Deal the contents of all answers of ``survey``, whose lock the caller holds, to their rows by lot."""
    rows = list(survey.answers.all())
    contents = [(row.language, row.values) for row in rows]
    LOT.shuffle(contents)
    for row, (language, values) in zip(rows, contents, strict=True):
        row.language, row.values = language, values
    SurveyAnswer.objects.bulk_update(rows, ["language", "values"], batch_size=AT_A_TIME)


def with_old_texts(before: datetime) -> QuerySet[Survey]:
    """Surveys that were closed by the day of ``before`` and still have their free texts."""
    return Survey.objects.filter(closed_on__lte=before.date(), texts_forgotten_on=None)


@transaction.atomic
def forget_texts(survey: Survey, *, now: datetime) -> None:
    """Delete the free texts of a survey and what was decided on them; numbers stay."""
    survey = locked(survey.pk)
    texts = {question.key for question in survey.questions.all() if question.is_text}
    rows = list(survey.answers.all())
    for row in rows:
        row.values = row.without(texts)
    SurveyAnswer.objects.bulk_update(rows, ["values"], batch_size=AT_A_TIME)
    survey.rulings.all().delete()
    survey.texts_forgotten_on = now.date()
    survey.save(update_fields=["texts_forgotten_on"])
