"""What is kept no longer than needed, night after night (events spec 13.2). Nobody has to think of it."""

import logging
from datetime import datetime, timedelta

from django.db import transaction

from iurc_portal.notifications.models import Heartbeat
from iurc_portal.notifications.services import heartbeat
from iurc_portal.privacy import registry
from iurc_portal.privacy.models import RetentionRun

log = logging.getLogger(__name__)
JOB = "purge_personal_data"
BATCH = 200
A_NIGHT = timedelta(hours=20)


class RetentionFailed(Exception):
    """Some rules could not be followed; the others were."""


def purge_once_a_night(*, now: datetime) -> dict[str, int]:
    """Follow every rule unless that was done within 20 hours. Asked by the hour: no start of beat delays a night."""
    if Heartbeat.objects.filter(name=JOB, last_success_at__gt=now - A_NIGHT).exists():
        return {}
    return purge(now=now)


def purge(*, now: datetime) -> dict[str, int]:
    """Follow every rule at ``now`` (aware). Returns how many rows each has forgotten; twice at once does no harm.

    One rule that fails stops no other. Raises ``RetentionFailed`` at the end, so that the heartbeat knows.
    """
    failed = []
    with heartbeat(JOB, now=now) as counts:
        for rule in registry.rules():
            try:
                counts[rule.name] = follow(rule, now=now)
            except Exception:  # whatever it is: the other rules are kept all the same, and staff are told
                log.exception("retention: the rule %s failed", rule.name)
                failed.append(rule.name)
        done = {name: number for name, number in counts.items() if number}
        RetentionRun.objects.create(at=now, counts=done, failed=failed)
        if failed:
            raise RetentionFailed(", ".join(failed))
    return counts


def follow(rule: registry.Rule, *, now: datetime) -> int:
    """Forget what ``rule`` says, some rows at a time, each batch in a transaction. Returns how many rows."""
    done, last = 0, None
    while True:
        with transaction.atomic():
            rows = rule.over(now).order_by("pk")
            if last is not None:
                rows = rows.filter(pk__gt=last)
            batch = list(rows.select_for_update(of=("self",), skip_locked=True)[:BATCH])
            if not batch:
                return done
            last = batch[-1].pk  # before it goes: who is deleted has no key any more
            rule.forget(batch, now)
        done += len(batch)


def what_next(*, now: datetime) -> list[dict]:
    """For each rule how much is over at ``now``, and how much more in a day, a week and thirty days."""
    table = []
    for rule in registry.rules():
        over = [rule.over(now + timedelta(days=days)).count() for days in (0, 1, 7, 30)]
        table.append({"rule": rule, "over": over[0], "in_a_day": over[1], "in_a_week": over[2], "in_a_month": over[3]})
    return table
