"""The way of a study visit from proposal to closing (programme spec 1.2, P2)."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from ecosystem.working_days import answer_day
from events.models import Event
from events.services import scheduling
from iurc_portal.audit.services import record_transition
from programme.exceptions import NotReady
from programme.models import AgendaItem, HostConfirmation, StudyVisit
from programme.services import host_letters
from programme.services.agenda import lock_visit
from programme.services.followups import follow_up_questions
from programme.services.proposal_letters import tell_of
from programme.services.readiness import missing_for, today_in, too_early
from programme.services.release_letters import tell_called_off, told_called_off
from programme.services.releases import release

State = StudyVisit.State
CLOSE = 3  # days before a visit from which calling it off is asked about once more


@transaction.atomic
def move_visit(
    visit: StudyVisit, to_state: str, *, now: datetime, by=None, reason: str = "", code: str = ""
) -> StudyVisit:
    """Move ``visit`` along its machine and do what belongs to the move; write the log.

    Releasing is ``release`` without a tick; postponing takes the items off again; cancelling cancels every event;
    completing makes follow-ups of the questions that stayed open. The applicant is told of what concerns them.
    ``reason`` is a text for people (see ``REASONED``), ``code`` a word to count by. Raises ``ValidationError`` (code
    ``transition``) for a move the table does not know, ``NotReady`` with the list of what is missing.
    """
    lock_visit(visit)
    if to_state == State.RELEASED and to_state in visit.NEXT[visit.state]:
        release(visit, now=now, by=by)
        return visit
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
    if to_state == State.CANCELLED:
        for item in _never_released(visit):
            host_letters.tell_off(item, now=now)
        for event in _events(visit).exclude(status=Event.Status.CANCELLED):
            scheduling.cancel_event(event, now=now, by=by, reason=reason)
    elif to_state == State.POSTPONED:
        for event in _events(visit).filter(status=Event.Status.CONFIRMED):
            scheduling.unpublish_event(event, now=now, by=by)
    elif to_state == State.COMPLETED:
        follow_up_questions(visit, now=now)
    if to_state in {State.CANCELLED, State.POSTPONED}:
        tell_called_off(visit, now=now)
    return visit


def is_close(visit: StudyVisit, *, now: datetime) -> bool:
    """Whether the visit begins within three days on the host city's calendar, or is under way."""
    if visit.first_day is None or visit.last_day is None:
        return False
    today = today_in(visit, now)
    return today <= visit.last_day and (visit.first_day - today).days <= CLOSE


def told_of_the_end(visit: StudyVisit, to_state: str) -> int:
    """How many people are written to when ``visit`` is cancelled or postponed: by address, each counted once."""
    addresses = set()
    version = visit.versions.order_by("-number").first()
    if version is not None:
        addresses |= {reader.address for reader in told_called_off(visit, version)}
    if to_state == State.CANCELLED:
        hosts = HostConfirmation.objects.filter(item__in=_never_released(visit))
        addresses |= set(host_letters.expecting(hosts).values_list("person__email", flat=True))
    return len(addresses)


def _never_released(visit: StudyVisit):
    """Items that no version has: whoever holds one is told by ``tell_called_off``."""
    return AgendaItem.objects.filter(day__visit=visit, event__published_at=None).select_related("event")


def follow_the_calendar(*, now: datetime) -> dict[str, int]:
    """Let released visits begin on their first day and running ones end after their last, by the host city's calendar.

    Safe to call at any time and as often as one likes. Returns how many began and how many ended.
    """
    counts = {State.RUNNING.value: 0, State.COMPLETED.value: 0}
    for visit in StudyVisit.objects.filter(state=State.RELEASED, first_day__isnull=False).select_related("host_city"):
        if visit.first_day and visit.first_day <= today_in(visit, now):
            counts[State.RUNNING] += _moved_on(visit, State.RELEASED, State.RUNNING, now=now)
    for visit in StudyVisit.objects.filter(state=State.RUNNING, last_day__isnull=False).select_related("host_city"):
        if visit.last_day and visit.last_day < today_in(visit, now):
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


def _events(visit: StudyVisit):
    return Event.objects.filter(agenda_item__day__visit=visit).order_by("pk")
