"""The sweep that reminds people, every minute (events spec 4.4–4.14).

What is due follows from rules and events alone; the ledger ``Delivery`` promises that it leaves once. Two sweeps at
once are harmless, and after an outage what came too late is noted as missed, not sent.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from events.models import Delivery, Event, Registration, ReminderRule
from events.services import letters
from events.triggers import LONGEST_SHIFT, Trigger, longest_grace
from iurc_portal.notifications.models import Heartbeat
from iurc_portal.notifications.services import heartbeat

JOB = "send_due_reminders"
FARTHEST = timedelta(days=8)  # the farthest trigger, and a day for what clock changes do to it


@dataclass(frozen=True)
class Owed:
    """One reminder that one person is owed and has not had."""

    registration: Registration
    rule: ReminderRule
    due_at: datetime
    leaves_at: datetime
    too_late_at: datetime


def send_due(*, now: datetime) -> dict[str, int]:
    """Queue every reminder that is due at ``now`` (aware). Returns how many were queued, missed and skipped.

    A constant number of queries, but by batches of letters.
    """
    with heartbeat(JOB, now=now) as counts, transaction.atomic():
        people: dict[int, list[Owed]] = defaultdict(list)
        for owed in _owed(now=now):
            people[owed.registration.pk].append(owed)
        send: list[Owed] = []
        rows: list[tuple[Owed, Delivery.State]] = []
        for all_owed in people.values():
            late = [owed for owed in all_owed if now >= owed.too_late_at]
            in_time = sorted((owed for owed in all_owed if now < owed.too_late_at), key=lambda owed: owed.due_at)
            rows += [(owed, Delivery.State.MISSED) for owed in late]
            rows += [(owed, Delivery.State.SKIPPED) for owed in in_time[:-1]]  # only the nearest to the start (4.10)
            send += in_time[-1:]
        messages = letters.queue_reminders((owed.registration, owed.rule, owed.too_late_at) for owed in send)
        rows += [(owed, Delivery.State.QUEUED) for owed in send]
        Delivery.objects.bulk_create(
            (
                Delivery(
                    registration=owed.registration,
                    rule=owed.rule,
                    schedule_version=owed.registration.event.schedule_version,
                    due_at=owed.due_at,
                    state=state,
                    message=messages.get((owed.registration.pk, owed.rule.pk)),
                )
                for owed, state in rows
            ),
            ignore_conflicts=True,
            batch_size=500,
        )
        for state in (Delivery.State.QUEUED, Delivery.State.MISSED, Delivery.State.SKIPPED):
            counts[state.value] = sum(1 for _owed, its in rows if its == state)
    return counts


def _owed(*, now: datetime) -> Iterator[Owed]:
    """What is due at ``now`` or was since the last sweep, for people who are owed it and have no ledger line."""
    since = _look_back_to(now)
    rules = {
        rule.pk: rule
        for rule in ReminderRule.objects.filter(
            event__status=Event.Status.CONFIRMED, event__dtstart__gt=since, event__dtstart__lte=now + FARTHEST
        ).select_related("event")
        if since < Trigger.parse(rule.trigger).due_at(rule.event.dtstart, rule.event.tzid) <= now
    }
    if not rules:
        return
    in_ledger = Delivery.objects.filter(
        registration=OuterRef("pk"), rule=OuterRef("rule_pk"), schedule_version=OuterRef("event__schedule_version")
    )
    registrations = (
        Registration.objects.confirmed()
        .filter(event__reminder_rules__in=list(rules))
        .annotate(rule_pk=F("event__reminder_rules"))
        .exclude(Exists(in_ledger))
        .order_by("pk", "rule_pk")
    )
    for registration in registrations:
        rule = rules[registration.rule_pk]
        event = registration.event = rule.event
        trigger = Trigger.parse(rule.trigger)
        due = trigger.due_at(event.dtstart, event.tzid)
        since_when = (registration.confirmed_at, event.schedule_since, event.published_at, rule.created_at)
        if any(moment is not None and due <= moment for moment in since_when):
            continue  # late registrants, moved events and new rules cause no stale mail (4.8)
        leaves = trigger.leaves_at(due, event.dtstart, registration.tzid)
        if leaves <= now:
            yield Owed(registration, rule, due, leaves, trigger.too_late_at(leaves, event.dtstart))


def _look_back_to(now: datetime) -> datetime:
    """From when on rules are looked at: the last sweep that succeeded, less the longest grace (4.6)."""
    last = Heartbeat.objects.filter(name=JOB).values_list("last_success_at", flat=True).first() or now
    return min(last, now) - longest_grace() - LONGEST_SHIFT
