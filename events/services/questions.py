"""Keeping answers: with the registration, or later by the person themselves (events spec 2.19)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from events.exceptions import AnswersClosed
from events.models import Answer, Question, Registration
from events.questions import concerned
from iurc_portal.audit.services import record_transition


def answers_of(registration: Registration) -> dict[int, Any]:
    """What is stored, by the question's id."""
    return dict(registration.answers.values_list("question", "value"))


def keep_answers(registration: Registration, answers: Mapping[int, Any], *, now: datetime) -> list[Question]:
    """Replace the answers of ``registration`` and return the questions whose answer is another one now.

    ``answers`` are stored values by the question's id (``events.questions``). Ids that the event does not ask, and
    answers to questions whose condition does not hold, are discarded here, whoever calls. Answers to questions that
    the event asked formerly stay. The caller holds the lock of the event.
    """
    if registration.event.question_set_id is None:
        return []
    questions = list(Question.objects.filter(question_set=registration.event.question_set_id).in_order())
    asked = concerned(questions, answers)
    kept = {pk: value for pk, value in answers.items() if pk in asked}
    former = {
        pk: value for pk, value in answers_of(registration).items() if any(question.pk == pk for question in questions)
    }
    changed = [question for question in questions if kept.get(question.pk) != former.get(question.pk)]
    if not changed:
        return []
    registration.answers.filter(question__in=[question.pk for question in changed]).delete()
    Answer.objects.bulk_create(
        Answer(registration=registration, question=question, value=kept[question.pk], answered_at=now)
        for question in changed
        if question.pk in kept
    )
    return changed


def change_answers(registration: Registration, answers: Mapping[int, Any], *, now: datetime) -> None:
    """What somebody registered answers now. The place stays theirs; where a question says so, staff look at it again.

    The limit is read after the lock (2.11). Raises ``AnswersClosed`` or ``Busy``.
    """
    from events.services.registrations import locked  # that module writes answers through this one

    with locked(registration.event) as event:
        registration = Registration.objects.get(pk=registration.pk)
        registration.event = event
        if registration.state != Registration.State.CONFIRMED or not event.takes_answers(now=now):
            raise AnswersClosed(event)
        changed = keep_answers(registration, answers, now=now)
        if any(question.needs_new_approval for question in changed) and registration.needs_review_since is None:
            registration.needs_review_since = now
            registration.save(update_fields=["needs_review_since"])


def mark_reviewed(registration: Registration, *, by, now: datetime) -> None:
    """Staff have looked at the changed answers. Raises ``ValidationError`` where nothing waits."""
    waiting = Registration.objects.filter(pk=registration.pk).exclude(needs_review_since=None)
    if not waiting.update(needs_review_since=None):
        raise ValidationError(_("Nothing of this registration waits to be looked at."), code="reviewed")
    record_transition(
        registration,
        from_state=registration.state,
        to_state=registration.state,
        now=now,
        actor=by,
        reason="answers_reviewed",
    )
