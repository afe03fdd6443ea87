"""What a visit still needs before it can move on (programme spec P2)."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from events.models import Event
from iurc_portal.translation.languages import languages_filled
from iurc_portal.translation.times import date_words
from programme.exceptions import Missing
from programme.models import AgendaItem, Delegate, LearningQuestion, StudyVisit, VisitReport
from programme.models.followups import UNFINISHED

State = StudyVisit.State
QUESTIONS_NEEDED = 3
DAY = timedelta(days=1)
REASONED = {State.RETURNED, State.DECLINED, State.POSTPONED, State.CANCELLED}  # moves that need a written reason


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
    if not VisitReport.objects.approved().filter(visit=visit).exists():
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
    today = today_in(visit, now)
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


def today_in(visit: StudyVisit, now: datetime) -> date:
    """The date at ``now`` (aware) on the host city's calendar."""
    return now.astimezone(ZoneInfo(visit.host_city.tzid)).date()
