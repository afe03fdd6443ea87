"""The sweep that reminds people, every minute (events spec 4.4–4.14).

What is due follows from rules and events alone; the ledger ``Delivery`` promises that it leaves once. Two sweeps at
once are harmless, and after an outage what came too late is noted as missed, not sent.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from django.conf import settings
from django.db import transaction
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Left
from django.utils.translation import gettext_noop

from events import audiences
from events.models import Delivery, Event, Registration, ReminderRule
from events.services import letters
from events.triggers import FARTHEST, LONGEST_SHIFT, longest_grace
from iurc_portal.notifications.models import Heartbeat, Message
from iurc_portal.notifications.services import heartbeat

JOB = "send_due_reminders"
AT_A_TIME = 2000  # people in one transaction: what is written is written, should the sweep be killed
AHEAD = FARTHEST + timedelta(days=1)  # the farthest rule, and a day for what clock changes do to it
SLACK = timedelta(minutes=10)  # for confirmations that were committed a little after their hour
REPEATED_ANYWAY = timedelta(minutes=30)  # triggers this near are sent again for a moved event (4.11)
NEARER = gettext_noop("a nearer reminder was sent instead")
TOO_LATE = gettext_noop("it was too late when the portal could have sent it")
JUST_TOLD = gettext_noop("the same reminder had just arrived when the event moved; the notice of the change stood in")
FAILED = gettext_noop("the mail server refused the letter")
State = Delivery.State


@dataclass(frozen=True)
class Owed:
    """One reminder that one person is owed, and what becomes of it."""

    registration: Registration
    rule: ReminderRule
    due_at: datetime
    leaves_at: datetime
    too_late_at: datetime
    state: str
    reason: str = ""


def send_due(*, now: datetime) -> dict[str, int]:
    """Queue every reminder that is due at ``now`` (aware). Returns how many were queued, missed and skipped.

    One indexed query for each rule that is due; letters and ledger are written some people at a time.
    """
    with heartbeat(JOB, now=now) as counts:
        settle_ledger()
        counts |= dict.fromkeys((State.QUEUED.value, State.MISSED.value, State.SKIPPED.value), 0)
        for _event, rules in groupby(due_rules(now=now), key=_event_of):
            written_to: set[int] = set()  # by a nearer rule of the same event, in this sweep
            for rule in rules:
                for state, number in _send(rule, written_to=written_to, now=now).items():
                    counts[state] += number
    return counts


def due_rules(*, now: datetime) -> list[ReminderRule]:
    """The rules that fell due since the last sweep, less the grace (4.6): event by event, nearest to it first.

    A rule whose last moment to leave had passed at the last sweep that succeeded has been seen to, and is not looked
    at again. Without such a sweep the longest grace is looked back.
    """
    last = Heartbeat.objects.filter(name=JOB).values_list("last_success_at", flat=True).first()
    since = min(last or now, now) - longest_grace() - LONGEST_SHIFT
    near = Q(relative_to=ReminderRule.Relation.START, event__dtstart__gt=since, event__dtstart__lte=now + AHEAD)
    after = Q(relative_to=ReminderRule.Relation.END, event__dtend__gt=since - AHEAD, event__dtend__lte=now)
    rules = ReminderRule.objects.filter(near | after, event__status=Event.Status.CONFIRMED).select_related("event")
    due = [
        rule for rule in rules if since < rule.due_at() <= now and (last is None or _last_moment(rule) > last - SLACK)
    ]
    return sorted(due, key=lambda rule: (_event_of(rule).pk, rule.is_follow_up, rule.duration.distance, rule.pk))


def owed_people(rule: ReminderRule, *, due_at: datetime) -> QuerySet[Registration]:
    """Who is owed ``rule`` and has no line in the ledger for this version of the schedule: one indexed query.

    Late registrants are owed nothing (4.8). ``registration_seats`` finds the confirmed of the event, the unique key of
    the ledger those who have had it.
    """
    in_ledger = Delivery.objects.filter(
        registration=OuterRef("pk"), rule=rule.pk, schedule_version=_event_of(rule).schedule_version
    )
    return (
        Registration.objects.confirmed()
        .reachable()
        .filter(audiences.members(rule.audience, _event_of(rule)), ~Exists(in_ledger), event=_event_of(rule))
        .filter(Q(confirmed_at=None) | Q(confirmed_at__lt=due_at))
        .order_by()
    )


def settle_ledger() -> None:
    """Note in the ledger what became of the letters that were handed over: one statement."""
    letter = Message.objects.filter(pk=OuterRef("message_id"))
    sent, failed = Q(state=Message.State.SENT), Q(state=Message.State.FAILED)
    state = Case(When(sent, then=Value(State.SENT)), When(failed, then=Value(State.MISSED)), default=Value(State.VOID))
    reason = Case(When(sent, then=Value("")), When(failed, then=Value(FAILED)), default=Left("error", 200))
    ended = Delivery.objects.filter(
        state=State.QUEUED, message__state__in=[Message.State.SENT, Message.State.FAILED, Message.State.DROPPED]
    )
    Delivery.objects.filter(pk__in=ended.values("pk")).update(
        state=Subquery(letter.values(outcome=state)), reason=Subquery(letter.values(why=reason))
    )


def _send(rule: ReminderRule, *, written_to: set[int], now: datetime) -> Counter[str]:
    """Write the letters and the ledger of one rule, some people at a time."""
    counts: Counter[str] = Counter()
    event, due = _event_of(rule), rule.due_at()
    began = (event.schedule_since, event.published_at, rule.created_at)
    if any(moment is not None and due <= moment for moment in began):
        return counts  # moved, published or made since: no stale letters, and no lines either (4.8)
    owed = list(owed_people(rule, due_at=due).values_list("pk", flat=True))
    for start in range(0, len(owed), AT_A_TIME):
        people = list(Registration.objects.confirmed().filter(pk__in=owed[start : start + AT_A_TIME]).order_by("pk"))
        for registration in people:
            registration.event = event
        with transaction.atomic():
            rows = list(_decided(rule, people, due=due, written_to=written_to, now=now))
            _write(rows, now=now)
        written_to.update(owed.registration.pk for owed in rows if owed.state == State.QUEUED)
        counts.update(owed.state for owed in rows)
    return counts


def _decided(
    rule: ReminderRule, people: list[Registration], *, due: datetime, written_to: set[int], now: datetime
) -> Iterator[Owed]:
    """What becomes of ``rule`` for each of ``people``: queued, missed or skipped, and why."""
    event = _event_of(rule)
    just_told = _reached_before_the_move(rule, people, now=now)
    for registration in people:
        leaves = rule.leaves_at(due, event, registration.tzid)
        too_late = rule.too_late_at(leaves, event)
        state, reason = State.QUEUED, ""
        if now >= too_late:
            state, reason = State.MISSED, TOO_LATE
        elif registration.pk in written_to:
            state, reason = State.SKIPPED, NEARER
        elif registration.pk in just_told:
            state, reason = State.SKIPPED, JUST_TOLD
        yield Owed(registration, rule, due, leaves, too_late, state.value, reason)


def _reached_before_the_move(rule: ReminderRule, people: list[Registration], *, now: datetime) -> set[int]:
    """Who got this reminder less than twelve hours ago, for the time the event had before it moved (4.11)."""
    if rule.duration.distance <= REPEATED_ANYWAY or _event_of(rule).schedule_version == 0:
        return set()
    lately = now - timedelta(hours=settings.IURC_EVENTS["moved_hours"])
    return set(
        Delivery.objects.filter(
            rule=rule,
            registration__in=[registration.pk for registration in people],
            schedule_version__lt=_event_of(rule).schedule_version,
            message__sent_at__gt=lately,
        ).values_list("registration", flat=True)
    )


def _write(rows: Iterable[Owed], *, now: datetime) -> None:
    rows = list(rows)
    queued = [owed for owed in rows if owed.state == State.QUEUED]
    messages = letters.queue_reminders(
        (owed.registration, owed.rule, owed.leaves_at if owed.leaves_at > now else None, owed.too_late_at)
        for owed in queued
    )
    letter_of = {owed.registration.pk: message for owed, message in zip(queued, messages, strict=True)}
    Delivery.objects.bulk_create(
        (
            Delivery(
                registration=owed.registration,
                rule=owed.rule,
                schedule_version=_event_of(owed.rule).schedule_version,
                due_at=owed.due_at,
                not_before=owed.leaves_at if owed.leaves_at > owed.due_at else None,
                state=owed.state,
                reason=owed.reason,
                message=letter_of.get(owed.registration.pk),
            )
            for owed in rows
        ),
        ignore_conflicts=True,
        batch_size=500,
    )


def _event_of(rule: ReminderRule) -> Event:
    """The event of a rule that is due. Those of tracks are patterns and never due."""
    if rule.event is None:
        raise ValueError(f"rule {rule.pk} belongs to a track")
    return rule.event


def _last_moment(rule: ReminderRule) -> datetime:
    """After which nobody can be sent ``rule`` any more, wherever they live."""
    due = rule.due_at()
    may_wait = rule.duration.is_nominal or _event_of(rule).all_day
    return rule.too_late_at(due + (LONGEST_SHIFT if may_wait else timedelta()), _event_of(rule))
