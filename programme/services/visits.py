"""The way of a study visit from proposal to closing (programme spec 1.2, P2)."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ecosystem.working_days import answer_day
from events.models import Event
from events.services import scheduling
from iurc_portal.audit.services import record_transition
from iurc_portal.translation.languages import languages_filled
from iurc_portal.translation.times import date_words
from programme.exceptions import Missing, NotReady
from programme.models import AgendaItem, Delegate, LearningQuestion, StudyVisit, VisitReport
from programme.models.followups import UNFINISHED
from programme.services import host_letters
from programme.services.agenda import lock_visit, release_new_items
from programme.services.followups import follow_up_questions
from programme.services.proposal_letters import tell_of

State = StudyVisit.State
QUESTIONS_NEEDED = 3
DAY = timedelta(days=1)
REASONED = {State.RETURNED, State.DECLINED, State.POSTPONED, State.CANCELLED}  # moves that need a written reason


@transaction.atomic
def move_visit(
    visit: StudyVisit, to_state: str, *, now: datetime, by=None, reason: str = "", code: str = ""
) -> StudyVisit:
    """Move ``visit`` along its machine and do what belongs to the move; write the log.

    Releasing confirms the events of the items; postponing takes them off again; cancelling cancels every event;
    completing makes follow-ups of the questions that stayed open. The applicant is told of what concerns them.
    ``reason`` is a text for people (see ``REASONED``), ``code`` a word to count by. Raises ``ValidationError`` (code
    ``transition``) for a move the table does not know, ``NotReady`` with the list of what is missing.
    """
    lock_visit(visit)
    former = visit.move_to(to_state)
    missing = missing_for(visit, to_state, former=former, reason=reason) + too_early(visit, to_state, now=now)
    if missing:
        visit.state = former
        raise NotReady(visit, to_state, missing)
    if to_state == State.PROPOSED:
        visit.answer_by = answer_day(now, settings.IURC_VISITS["answer_days"], visit.host_city.slug)
    visit.save(update_fields=["state", "answer_by", "updated_at"])
    record_transition(visit, from_state=former, to_state=to_state, now=now, actor=by, reason=code, comment=reason)
    tell_of(visit, to_state, now=now, reason=reason, code=code)
    if to_state == State.RELEASED:
        release_new_items(visit, now=now, by=by)
    elif to_state == State.CANCELLED:
        for item in AgendaItem.objects.filter(day__visit=visit).exclude(event__status=Event.Status.CANCELLED):
            host_letters.tell_off(item, now=now)
        for event in _events(visit).exclude(status=Event.Status.CANCELLED):
            scheduling.cancel_event(event, now=now, by=by, reason=reason)
    elif to_state == State.POSTPONED:
        for event in _events(visit).filter(status=Event.Status.CONFIRMED):
            scheduling.unpublish_event(event, now=now, by=by)
    elif to_state == State.COMPLETED:
        follow_up_questions(visit, now=now)
    return visit


def missing_for(visit: StudyVisit, to_state: str, *, former: str = "", reason: str | None = None) -> list[Missing]:
    """What ``visit`` still needs before it can become ``to_state``, each thing by name; nothing means: ready.

    The reason of a move is asked on its own page: None leaves it out of the list.
    """
    former = former or visit.state
    missing: list[Missing] = []
    if to_state in REASONED and reason is not None and not reason.strip():
        missing.append(Missing("reason", _("Write the reason: it stays in the log."), ""))
    if to_state == State.PROPOSED:
        missing += _missing_in_proposal(visit)
    if to_state == State.ACCEPTED:
        if visit.lead_id is None:
            missing.append(Missing("lead", _("the visit lead, who answers for it")))
        if visit.first_day is None or visit.last_day is None:
            missing.append(Missing("dates", _("the first and the last day")))
    if to_state in {State.PREPARING, State.RELEASED}:
        missing += _missing_in_agenda(visit)
    if to_state == State.RELEASED and not visit.delegates.filter(role=Delegate.Role.HEAD).exists():
        missing.append(Missing("head", _("the head of the delegation"), "delegation"))
    if to_state == State.REPORTED:
        missing += _missing_in_report(visit)
    if to_state == State.CLOSED and (left := visit.follow_ups.filter(state__in=UNFINISHED).count()):
        text = ngettext("%(n)s follow-up is not finished", "%(n)s follow-ups are not finished", left) % {"n": left}
        missing.append(Missing("follow_ups", text, ""))
    return missing


def _missing_in_report(visit: StudyVisit) -> list[Missing]:
    """An approved report, and every question answered or followed up."""
    missing = []
    if not visit.reports.exclude(state=VisitReport.State.DRAFT).exists():
        missing.append(Missing("report", _("an approved report"), ""))
    unanswered = visit.questions.exclude(answer=LearningQuestion.Answer.YES).filter(follow_up=None).count()
    if unanswered:
        text = ngettext(
            "%(n)s question neither answered nor followed up",
            "%(n)s questions neither answered nor followed up",
            unanswered,
        ) % {"n": unanswered}
        missing.append(Missing("unanswered", text, ""))
    return missing


def too_early(visit: StudyVisit, to_state: str, *, now: datetime) -> list[Missing]:
    """By hand a visit begins from the day before its first day and ends after its last, in the host city."""
    today = _today(visit, now)
    if to_state == State.RUNNING and visit.first_day is not None and today < visit.first_day - DAY:
        return [Missing("early", _too_early_words(visit.first_day - DAY), "")]
    if to_state == State.COMPLETED and visit.last_day is not None and today <= visit.last_day:
        return [Missing("early", _too_early_words(visit.last_day + DAY), "")]
    return []


def _too_early_words(day) -> str:
    return _("it is too early: possible from %(day)s") % {"day": date_words(day, "day")}


def _missing_in_proposal(visit: StudyVisit) -> list[Missing]:
    """P2: a visit that cannot say what it wants is a courtesy call."""
    texts = (
        ("subject", _("the subject")),
        ("purpose", _("the purpose")),
        ("decision_power", _("what the visitors can decide")),
        ("expected_output", _("the expected output")),
    )
    missing = [Missing(field, label) for field, label in texts if not languages_filled(visit, field)]
    if not visit.expected_size:
        missing.append(Missing("expected_size", _("the number of visitors")))
    if not visit.head_post.strip():
        missing.append(Missing("head_post", _("the post of the head of the delegation")))
    if visit.first_day is None and not visit.wished_dates.strip() and not visit.wishes.exists():
        missing.append(Missing("date", _("one date at least")))
    wanting = QUESTIONS_NEEDED - visit.questions.count()
    if wanting > 0:
        text = ngettext("%(n)s more question", "%(n)s more questions", wanting) % {"n": wanting}
        missing.append(Missing("questions", text, "questions"))
    return missing


def _missing_in_agenda(visit: StudyVisit) -> list[Missing]:
    items = AgendaItem.objects.filter(day__visit=visit).exclude(event__status=Event.Status.CANCELLED)
    if visit.first_day is None or visit.last_day is None:
        return [Missing("dates", _("the first and the last day"))]
    if not items.exists():
        return [Missing("items", _("the first item of the agenda"), "agenda")]
    outside = items.exclude(day__date__range=(visit.first_day, visit.last_day)).count()
    if outside:
        text = ngettext(
            "%(n)s agenda item lies outside the dates of the visit: move it",
            "%(n)s agenda items lie outside the dates of the visit: move them",
            outside,
        ) % {"n": outside}
        return [Missing("outside", text, "agenda")]
    return []


def follow_the_calendar(*, now: datetime) -> dict[str, int]:
    """Let released visits begin on their first day and running ones end after their last, by the host city's calendar.

    Safe to call at any time and as often as one likes. Returns how many began and how many ended.
    """
    counts = {State.RUNNING.value: 0, State.COMPLETED.value: 0}
    for visit in StudyVisit.objects.filter(state=State.RELEASED, first_day__isnull=False).select_related("host_city"):
        if visit.first_day <= _today(visit, now):
            counts[State.RUNNING] += _moved_on(visit, State.RELEASED, State.RUNNING, now=now)
    for visit in StudyVisit.objects.filter(state=State.RUNNING, last_day__isnull=False).select_related("host_city"):
        if visit.last_day < _today(visit, now):
            counts[State.COMPLETED] += _moved_on(visit, State.RUNNING, State.COMPLETED, now=now)
    return counts


@transaction.atomic
def _moved_on(visit: StudyVisit, from_state: str, to_state: str, *, now: datetime) -> int:
    """Move on unless somebody did in between."""
    lock_visit(visit)
    if visit.state != from_state:
        return 0
    move_visit(visit, to_state, now=now, code="calendar")
    return 1


def _today(visit: StudyVisit, now: datetime):
    return now.astimezone(ZoneInfo(visit.host_city.tzid)).date()


def _events(visit: StudyVisit):
    return Event.objects.filter(agenda_item__day__visit=visit).order_by("pk")
