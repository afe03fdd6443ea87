"""What guests and hosts wrote in their own words: the lead of the visit reads it first (programme spec P24).

Hosts see a comment once the lead says so. Its words are never changed: there is nothing here that could.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from programme.models import CommentRuling, StudyVisit, Survey, SurveyQuestion
from programme.services.survey_answers import locked
from programme.survey_results import Results, mark_of, results_of


@dataclass(frozen=True)
class Comment:
    """A text as it was written, with the ruling that holds; None while the lead has not decided."""

    digest: str
    language: str
    text: str
    ruling: CommentRuling | None = None

    @property
    def is_shown(self) -> bool:
        return self.ruling is not None and self.ruling.is_shown


def may_moderate(user, survey: Survey) -> bool:
    """Who reads the comments on a visit first: its lead; managers and superusers for the lead (spec 6 and 8)."""
    if survey.visit is None:
        return False
    is_manager = user.is_superuser or user.has_perm("ecosystem.edit_both_sides")
    return is_manager or (user.is_staff and survey.visit.lead_id == user.pk)


def comments_of(survey: Survey, results: Results) -> list[tuple[SurveyQuestion, list[Comment]]]:
    """By question, what ``results`` may tell of texts, with what was decided. The same words are one comment."""
    rulings = {row.digest: row for row in survey.rulings.select_related("by").order_by("pk")}
    found = []
    for result in results.questions:
        if result.question.is_text:
            texts = {mark_of(result.question, text): (language, text) for language, text in result.texts}
            comments = [Comment(digest, *pair, rulings.get(digest)) for digest, pair in texts.items()]
            found.append((result.question, comments))
    return found


@transaction.atomic
def rule(survey: Survey, digest: str, *, is_shown: bool, reason: str, by, now: datetime) -> CommentRuling:
    """Decide whether hosts see one comment. Deciding the same again changes nothing.

    Raises ``ValidationError``: ``unknown`` for a comment that is not there, ``reason`` where one is hidden without.
    """
    survey = locked(survey.pk)
    known = {comment.digest: comment for comment in _flat(comments_of(survey, results_of(survey)))}
    if digest not in known:
        raise ValidationError(_("This comment is not there any more: open the page anew."), code="unknown")
    reason = "" if is_shown else reason.strip()
    if not is_shown and not reason:
        raise ValidationError(_("Write why it is not shown."), code="reason")
    former = known[digest].ruling
    if former is not None and (former.is_shown, former.reason) == (is_shown, reason):
        return former
    ruling = CommentRuling(survey=survey, digest=digest, is_shown=is_shown, reason=reason, by=by, at=now)
    ruling.full_clean(exclude=["survey", "by"])
    ruling.save()
    return ruling


def waiting(survey: Survey) -> int:
    """How many comments nobody has decided on."""
    return sum(comment.ruling is None for comment in _flat(comments_of(survey, results_of(survey))))


def told_to_hosts(visit: StudyVisit) -> list[tuple[Survey, Results, list[tuple[SurveyQuestion, list[Comment]]]]]:
    """Of each survey of ``visit`` that is closed and was answered by enough: its numbers, and the comments shown."""
    told = []
    for survey in Survey.objects.with_subject().filter(visit=visit).order_by("audience"):
        results = results_of(survey)
        if results.questions:
            shown = [(question, [one for one in comments if one.is_shown]) for question, comments in
                     comments_of(survey, results)]  # fmt: skip
            told.append((survey, results, shown))
    return told


def _flat(by_question: Iterable[tuple[SurveyQuestion, list[Comment]]]) -> list[Comment]:
    return [comment for _question, comments in by_question for comment in comments]
