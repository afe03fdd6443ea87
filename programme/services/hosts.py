"""Asking hosts and taking their answers (programme spec P10, P11). Who may is the caller's question.

Every function locks the visit's row first, as planning does: an answer and a move of its item never cross, and of two
answers the second knows the first.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date as Date
from datetime import datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from ecosystem.closures import Closures
from events.models import Event
from iurc_portal.audit.services import record_transition
from iurc_portal.clock import ZONES, PartnerSide
from programme.exceptions import ItemChanged, LinkOver
from programme.host_facts import Facts, facts_from, facts_of
from programme.models import AgendaItem, HostConfirmation, HostLink, StudyVisit
from programme.services import host_letters as letters
from programme.services.agenda import check_slot, lock_visit, reschedule_agenda_item
from programme.services.links import is_over

Answer = HostConfirmation.Answer
REMIND_AFTER = (5, 8)  # working days of the host city …
TELL_LEAD_AFTER = 10  # … and then the lead hears of it
LEAD_TOLD = len(REMIND_AFTER) + 1
WITH_ITEM = ("person", "item__day__visit__host_city", "item__event__place", "item__day__visit__lead")


def hosts_of_visit(visit: StudyVisit):
    """The hosts of ``visit``'s items that are to take place, in the order of the agenda."""
    return (
        HostConfirmation.objects.filter(item__day__visit=visit)
        .exclude(item__event__status=Event.Status.CANCELLED)
        .select_related(*WITH_ITEM, "person__organisation", "item__organisation", "answered_by")
        .order_by("item__event__dtstart", "item", "person__family_name", "pk")
    )


def count_answers(hosts: Iterable[HostConfirmation]) -> list[tuple[str, int]]:
    """How many gave which answer, in the order of the answers; those that nobody gave are left out."""
    counts = Counter(host.answer for host in hosts)
    return [(str(answer.label), counts[answer.value]) for answer in Answer if counts[answer.value]]


def refusal_to_ask(host: HostConfirmation, *, now: datetime) -> ValidationError | None:
    """Why a letter cannot go to ``host``; None where it can. Reads what ``hosts_of_visit`` reads."""
    visit, event = host.item.day.visit, host.item.event
    if not host.person.email:
        return ValidationError(_("No e-mail address is known: add it to the person."), code="no_address")
    if event.status == Event.Status.CANCELLED or is_over(visit, now=now):
        return ValidationError(_("The item is cancelled or the visit is over."), code="over")
    if event.dtstart <= now:
        return ValidationError(_("The item has begun already."), code="begun")
    if visit.state in {StudyVisit.State.DRAFT, StudyVisit.State.PROPOSED, StudyVisit.State.RETURNED}:
        return ValidationError(_("The visit has not been accepted yet."), code="not_accepted")
    return None


Outcome = list[tuple[HostConfirmation, ValidationError | None]]


def invite_hosts(hosts: Iterable[HostConfirmation], *, now: datetime, by=None) -> Outcome:
    """Ask ``hosts`` for the first time, or again who has not answered: one letter a person, with all their items.

    What is refused is told beside its row and hinders no other.
    """
    return _by_person(hosts, _invited, partial(letters.ask, kind=letters.ASKED), now=now)


def remind_hosts(hosts: Iterable[HostConfirmation], *, now: datetime, by=None) -> Outcome:
    """Write once more, by hand, to those who were asked and are silent: one letter a person, likewise."""
    return _by_person(hosts, _reminded, letters.remind, now=now)


@transaction.atomic
def _by_person(hosts: Iterable[HostConfirmation], step: Callable, write: Callable, *, now: datetime) -> Outcome:
    """``step`` for every row, then one letter to each person for those of which it was not refused."""
    outcome: Outcome = []
    asked: dict[tuple[int, int], list[HostConfirmation]] = {}
    for host in hosts:
        try:
            done = step(host, now=now)
        except ValidationError as refusal:
            outcome.append((host, refusal))
        else:
            outcome.append((host, None))
            asked.setdefault((done.item.day.visit_id, done.person_id), []).append(done)
    for first, *others in asked.values():
        write(first, also=others, now=now)
    return outcome


def _invited(host: HostConfirmation, *, now: datetime) -> HostConfirmation:
    """The row as one that is asked; the letter is the caller's. Raises ``ValidationError`` before it writes."""
    host = _locked(host)
    _refuse(refusal_to_ask(host, now=now))
    if host.answer != Answer.PENDING:
        raise ValidationError(_("There is an answer already."), code="answered")
    if host.asks:
        raise ValidationError(_("Asked already: remind, or make a new link."), code="asked")
    _note_asked(host, now=now)
    return host


def _reminded(host: HostConfirmation, *, now: datetime) -> HostConfirmation:
    host = _locked(host)
    _refuse(refusal_to_ask(host, now=now))
    if host.answer != Answer.PENDING:
        raise ValidationError(_("There is an answer already."), code="answered")
    if not host.asks:
        raise ValidationError(_("Not asked yet: invite first."), code="not_asked")
    host.reminded_at = now
    host.save(update_fields=["reminded_at"])
    return host


@transaction.atomic
def renew_link(host: HostConfirmation, *, now: datetime, by=None) -> HostConfirmation:
    """Void every link of ``host`` and send a letter with a new one. Raises ``ValidationError``."""
    host = _locked(host)
    _refuse(refusal_to_ask(host, now=now))
    HostLink.objects.filter(host=host, void_at=None).update(void_at=now)
    _ask(host, letters.LINK if host.answer != Answer.PENDING else letters.ASKED, now=now)
    _log(host, host.answer, now=now, by=by, reason="new_link")
    return host


@transaction.atomic
def answer_host(
    host: HostConfirmation,
    *,
    answer: str,
    now: datetime,
    read: Facts | None = None,
    proposal: tuple[datetime, datetime] | None = None,
    reason: str = "",
    needs: str = "",
    by=None,
) -> HostConfirmation:
    """Take the answer of ``host``; ``by`` is who of the staff writes it down for them.

    ``read`` is the item as it stood on the page that was answered: where it has moved since, nothing is written and
    ``ItemChanged`` tells both. Raises ``LinkOver`` where there is nothing to answer any more and ``ValidationError``
    for a refusal without a reason or a proposal without a time.
    """
    host = _locked(host)
    item = host.item
    if item.event.status == Event.Status.CANCELLED or is_over(item.day.visit, now=now):
        raise LinkOver
    current = facts_of(item)
    if read is not None and not read.same_as(current):
        raise ItemChanged(read, current)
    if answer == Answer.DECLINED and not reason.strip():
        raise ValidationError({"reason": ValidationError(_("Write why, in a few words."), code="required")})
    if answer == Answer.PROPOSED and proposal is None:
        raise ValidationError(
            {"date": ValidationError(_("Write the day and the hours you propose."), code="required")}
        )
    former = host.answer
    host.answer, host.answered_at = answer, None if answer == Answer.PENDING else now
    host.answered_by = by if by is not None and by.is_authenticated else None
    host.proposed_start, host.proposed_end = proposal if answer == Answer.PROPOSED and proposal else (None, None)
    host.reason = reason.strip() if answer in {Answer.DECLINED, Answer.PROPOSED} else ""
    host.needs = needs.strip() or (host.needs if by is not None else "")
    host.about_sequence, host.known = item.event.sequence, current.stored()
    host.save()
    _log(host, former, now=now, by=by, reason="on_behalf" if by is not None else "by_link")
    return host


def check_proposal(
    host: HostConfirmation,
    *,
    date: Date,
    starts: time,
    ends: time | timedelta,
    start_fold: int | None = None,
    end_fold: int | None = None,
) -> tuple[datetime, datetime]:
    """The instants of a proposed time, typed on the host city's clocks; inside the visit days, gaps and folds asked.

    Raises ``ValidationError`` as ``check_slot`` does.
    """
    visit = host.item.day.visit
    return check_slot(
        visit,
        date=date,
        starts=starts,
        ends=ends,
        tzid=host.item.event.tzid,
        start_fold=start_fold,
        end_fold=end_fold,
    )


@transaction.atomic
def accept_proposal(host: HostConfirmation, *, now: datetime, by=None) -> HostConfirmation:
    """Move the item to the time that ``host`` proposed; their answer is yes, the other hosts are asked again.

    Raises ``ValidationError`` where there is no proposal, or it lies outside the visit by now.
    """
    host = _locked(host)
    if host.answer != Answer.PROPOSED or host.proposed_start is None or host.proposed_end is None:
        raise ValidationError(_("There is no proposal to accept."), code="no_proposal")
    zone = ZoneInfo(host.item.event.tzid)
    start, end = host.proposed_start.astimezone(zone), host.proposed_end.astimezone(zone)
    answered, item = host.answered_at, host.item
    reschedule_agenda_item(
        item,
        date=start.date(),
        starts=start.time(),
        ends=end.time(),
        ends_next_day=end.date() > start.date(),
        start_fold=start.fold,
        end_fold=end.fold,
        now=now,
        by=by,
        agreed_with=host,
    )
    item.event.refresh_from_db()
    facts = facts_of(item).stored()
    host.answer, host.answered_at = Answer.ACCEPTED, answered
    host.proposed_start = host.proposed_end = None
    host.reason, host.about_sequence = "", item.event.sequence
    host.known = host.asked = facts
    host.save()
    _log(host, Answer.PROPOSED, now=now, by=by, reason="proposal")
    letters.tell_agreed(host, now=now)
    return host


@transaction.atomic
def keep_time(host: HostConfirmation, *, note: str = "", now: datetime, by=None) -> HostConfirmation:
    """Answer a proposal with no: the time stays as it is and ``host`` is asked about it once more, with ``note``."""
    host = _locked(host)
    if host.answer != Answer.PROPOSED:
        raise ValidationError(_("There is no proposal to answer."), code="no_proposal")
    _refuse(refusal_to_ask(host, now=now))
    host.answer, host.answered_at, host.answered_by = Answer.PENDING, None, None
    host.proposed_start = host.proposed_end = None
    host.reason = ""
    _ask(host, letters.KEPT, now=now, note=note.strip())
    _log(host, Answer.PROPOSED, now=now, by=by, reason="kept_time")
    return host


def tend_hosts(*, now: datetime) -> dict[str, int]:
    """Remind who is silent after 5 and 8 working days, then tell the lead. Safe to run twice at once.

    Counts rows; who is silent about several items of a visit gets one reminder.
    """
    counts = {"reminded": 0, "told": 0}
    silent = HostConfirmation.objects.filter(
        answer=Answer.PENDING, asked_at__isnull=False, reminders__lt=LEAD_TOLD, item__event__dtstart__gt=now
    ).select_related(*WITH_ITEM)
    closures = Closures()
    due: dict[tuple[int, int], list[HostConfirmation]] = {}
    for host in silent.order_by("pk"):
        if _due(host, closures, now=now):
            due.setdefault((host.item.day.visit_id, host.person_id), []).append(host)
    for rows in due.values():
        for done in _tend(rows, closures, now=now):
            counts[done] += 1
    return counts


def _due(host: HostConfirmation, closures: Closures, *, now: datetime) -> bool:
    """Whether the next step for a silent host is due by the host city's calendar."""
    asked_at = host.asked_at or now
    wait = (*REMIND_AFTER, TELL_LEAD_AFTER)[host.reminders]
    side = PartnerSide(host.item.day.visit.host_city.slug)
    day, today = asked_at.astimezone(ZONES[side]).date(), now.astimezone(ZONES[side]).date()
    passed = 0
    while day < today and passed < wait:
        day += timedelta(days=1)
        passed += closures.is_working_day(side, day)
    return passed >= wait


@transaction.atomic
def _tend(rows: Iterable[HostConfirmation], closures: Closures, *, now: datetime) -> list[str]:
    """One step for the rows of one person, but for those with which somebody was faster. Returns what was done."""
    to_remind: list[HostConfirmation] = []
    told: list[HostConfirmation] = []
    for host in map(_locked, rows):
        if host.answer != Answer.PENDING or host.asked_at is None or host.reminders >= LEAD_TOLD:
            continue
        if refusal_to_ask(host, now=now) is not None or not _due(host, closures, now=now):
            continue
        host.reminders += 1
        (to_remind if host.reminders < LEAD_TOLD else told).append(host)
    if to_remind:
        letters.remind(to_remind[0], now=now, also=to_remind[1:])
    for host in to_remind:
        host.reminded_at = now
    for host in told:
        letters.tell_lead(host, now=now)
    for host in (*to_remind, *told):
        host.save(update_fields=["reminders", "reminded_at"])
    return ["reminded"] * len(to_remind) + ["told"] * len(told)


def ask_again(item: AgendaItem, *, now: datetime, agreed_with: HostConfirmation | None = None) -> None:
    """Whoever was asked or answered about another time or place is asked about this one (P11); once for one change.

    The caller holds the visit's lock. ``agreed_with`` proposed the change.
    """
    item.event.refresh_from_db(fields=["dtstart", "dtend"])
    current = facts_of(item)
    hosts = item.hosts.exclude(pk=agreed_with.pk) if agreed_with is not None else item.hosts.all()
    for host in hosts.select_related(*WITH_ITEM):
        told = facts_from(host.asked) or facts_from(host.known)
        if told is not None and told.same_as(current):
            continue
        if told is None and host.answer == Answer.PENDING:
            continue
        former = host.answer
        host.answer, host.answered_at, host.answered_by = Answer.PENDING, None, None
        host.proposed_start = host.proposed_end = None
        host.reason = ""
        host.item = item
        if host.asks and refusal_to_ask(host, now=now) is None:
            _ask(host, letters.AGAIN, now=now)
        else:
            host.asked = current.stored()
            host.save()
        if former != Answer.PENDING:
            _log(host, former, now=now, by=None, reason="moved")


def _ask(host: HostConfirmation, kind: str, *, now: datetime, note: str = "") -> None:
    """Write the letter of ``kind`` to ``host`` and note what it tells. The caller holds the lock."""
    _note_asked(host, now=now)
    letters.ask(host, kind, now=now, note=note)


def _note_asked(host: HostConfirmation, *, now: datetime) -> None:
    facts = facts_of(host.item).stored()
    host.asks += 1
    host.asked, host.asked_at, host.reminders, host.reminded_at = facts, now, 0, None
    host.known = host.known or facts
    host.save()


def _locked(host: HostConfirmation) -> HostConfirmation:
    """The row as it is now, with its item and event, under the visit's lock."""
    lock_visit(host.item.day.visit)
    return HostConfirmation.objects.select_related(*WITH_ITEM, "person__organisation").get(pk=host.pk)


def _refuse(refusal: ValidationError | None) -> None:
    if refusal is not None:
        raise refusal


def _log(host: HostConfirmation, former: str, *, now: datetime, by, reason: str) -> None:
    record_transition(host, from_state=former, to_state=host.answer, now=now, actor=by, reason=reason)


def each(hosts: Iterable[HostConfirmation], act, *, now: datetime, by=None) -> Outcome:
    """Do ``act`` for every host, each by itself: what is refused is told beside it and hinders no other."""
    outcome: Outcome = []
    for host in hosts:
        try:
            act(host, now=now, by=by)
        except ValidationError as refusal:
            outcome.append((host, refusal))
        else:
            outcome.append((host, None))
    return outcome
