"""Following up: what stayed open becomes somebody's task, with a day (programme spec P22)."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from ecosystem.models import Organisation
from iurc_portal.audit.services import record_transition
from iurc_portal.clock import ZONES, PartnerSide
from iurc_portal.translation.languages import CODES
from programme.models import FollowUp, LearningQuestion, StudyVisit
from programme.models.visits import OVER
from programme.services.agenda import city_organisation

Answer = LearningQuestion.Answer
State = FollowUp.State


def follow_up_questions(visit: StudyVisit, *, now: datetime) -> list[FollowUp]:
    """A follow-up for each question that was not answered with yes and has none yet; the host's side answers for it.

    The caller holds the visit's lock. Where the host city is not in the directory nobody can answer: nothing is made.
    """
    side = visit.host_city.slug
    due_on = now.astimezone(ZONES[PartnerSide(side)]).date() + timedelta(days=settings.IURC_VISITS["follow_up_days"])
    waiting = visit.questions.exclude(answer=Answer.YES).filter(follow_up=None)
    made = []
    for question in waiting.select_related("item__organisation", "host__organisation").order_by("order", "pk"):
        owner = _owner_of(question, side)
        if owner is None:
            continue
        texts = {f"text_{code}": getattr(question, f"text_{code}") or "" for code in CODES}
        follow_up = FollowUp(visit=visit, question=question, due_on=due_on, **{f"owner_{side}": owner}, **texts)
        follow_up.full_clean()
        follow_up.save()
        record_transition(follow_up, from_state="", to_state=State.OPEN, now=now, reason="question")
        made.append(follow_up)
    return made


def _owner_of(question: LearningQuestion, side: str) -> Organisation | None:
    """Who was to answer: the item's organisation, else the host's, where it is of the host's side; else the city."""
    asked = [one.organisation for one in (question.item, question.host) if one is not None]
    own = (organisation for organisation in asked if organisation is not None and organisation.side == side)
    return next(own, None) or city_organisation(side)


@transaction.atomic
def move_follow_up(follow_up: FollowUp, to_state: str, *, now: datetime, by=None, reason: str = "") -> FollowUp:
    """Move it along its table and write the log.

    Raises ``ValidationError``: ``transition`` for a move the table does not know, ``reason`` for dropping it without
    a word on why.
    """
    row = FollowUp.objects.select_for_update(of=("self",), no_key=True).get(pk=follow_up.pk)
    follow_up.state = row.state
    former = follow_up.move_to(to_state)
    reason = reason.strip()
    if to_state == State.DROPPED and not reason:
        follow_up.state = former
        raise ValidationError(_("Write why it is dropped."), code="reason")
    if to_state == State.DROPPED:
        follow_up.reason = reason
    if to_state in {State.DONE, State.DROPPED}:
        follow_up.finished_on = now.date()
    follow_up.save(update_fields=["state", "reason", "finished_on"])
    record_transition(follow_up, from_state=former, to_state=to_state, now=now, actor=by, comment=reason)
    return follow_up


OWNERS_MOVES = (State.IN_PROGRESS, State.DONE)  # dropping a promise is the staff's to decide, with a reason


@transaction.atomic
def say_how_it_goes(
    follow_up: FollowUp, *, organisation: Organisation, note: str, now: datetime, to_state: str = "", by=None
) -> FollowUp:
    """The word of an owner (``organisation``), and where they took it: ``in_progress`` or ``done``, or nowhere.

    Raises ``ValidationError``: ``owner`` for who does not answer for it, ``transition`` for a move that is not theirs
    or not in the table, ``nothing`` where neither a word nor a move is new.
    """
    row = FollowUp.objects.select_for_update(of=("self",), no_key=True).get(pk=follow_up.pk)
    if organisation.pk not in {row.owner_torino_id, row.owner_nagoya_id}:
        raise ValidationError(_("Your organisation does not answer for this follow-up."), code="owner")
    if to_state and to_state not in OWNERS_MOVES:
        raise ValidationError(_("Only staff can do that: write to them."), code="transition")
    note = note.strip()
    if not to_state and note == row.note:
        raise ValidationError(_("Write a word on how it goes, or choose a state."), code="nothing")
    if note != row.note:
        row.note, row.note_by, row.noted_at = note, organisation if note else None, now if note else None
        row.save(update_fields=["note", "note_by", "noted_at"])
    return move_follow_up(row, to_state, now=now, by=by) if to_state else row


@transaction.atomic
def write_answers(visit: StudyVisit, questions: list[LearningQuestion], *, now: datetime) -> list[FollowUp]:
    """Save the ledger's rows. After the visit, what is not answered with yes is followed up at once (P22).

    What is answered with yes afterwards needs nobody any more: a follow-up that nobody has begun is done.
    """
    StudyVisit.objects.select_for_update(of=("self",), no_key=True).get(pk=visit.pk)
    for question in questions:
        question.save()
    answered = FollowUp.objects.filter(question__in=questions, question__answer=Answer.YES, state=State.OPEN, note="")
    for follow_up in answered:
        move_follow_up(follow_up, State.DONE, now=now)
    return follow_up_questions(visit, now=now) if visit.state in OVER else []
