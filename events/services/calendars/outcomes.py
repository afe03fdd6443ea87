"""How a run ended: its line, when the next one is due, and whom to tell (events spec 9.20, 9.21)."""

import random
from collections import Counter
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from events.caldav import errors
from events.models import RemoteCalendar, SyncRun
from iurc_portal.notifications.services import queue_message

EVERY = timedelta(minutes=10)
JITTER = 60  # seconds, so that servers do not get everybody at once
LONGEST = timedelta(hours=6)  # between two tries
LONGEST_ASKED = timedelta(days=1)  # that a server may ask us to wait
KEPT = timedelta(days=30)  # lines of runs
Outcome, Pause = SyncRun.Outcome, RemoteCalendar.Pause


def done(run: SyncRun, counts: Counter, marks: dict[str, str], *, now: datetime, dry_run: bool = False) -> None:
    _end(run, Outcome.DONE, counts, now=now, dry_run=dry_run)
    if dry_run:
        return
    changes = {
        "last_success_at": now,
        "failures": 0,
        "stopped_because": "",
        "allow_once": False,
        "agreed_removals": 0,
        "told_at": None,
        "next_run_at": now + EVERY + _jitter(),
    }
    if marks:
        changes |= {"sync_token": marks["sync_token"], "ctag": marks["ctag"]}
        if "full" in marks:
            changes["last_full_compare_at"] = now
    _write(run.calendar, changes)
    run.calendar.runs.filter(started_at__lt=now - KEPT).delete()


def stopped(run: SyncRun, counts: Counter, reason: str, *, now: datetime, dry_run: bool = False) -> None:
    """A guard has stopped it. The token stays, so that the next run sees the same, or that it was a slip."""
    _end(run, Outcome.STOPPED, counts, now=now, error=reason, dry_run=dry_run)
    if not dry_run:
        _write(run.calendar, {"stopped_because": reason, "failures": 0, "next_run_at": now + EVERY + _jitter()})


def failed(run: SyncRun, counts: Counter, error: errors.CalDavError, *, now: datetime, dry_run: bool = False) -> None:
    """The token stays; the next run is due later and later, or when the server says so."""
    refused, forbidden = Pause.UNAUTHORIZED, Pause.FORBIDDEN
    pauses = {errors.Unauthorized: refused, errors.SecretLost: refused, errors.Forbidden: forbidden}
    pause = pauses.get(type(error))
    outcome = Outcome.PAUSED if pause else Outcome.FAILED
    detail = " ".join(part for part in (str(error.status or ""), error.said) if part)
    _end(run, outcome, counts, now=now, error=error.code_word, detail=detail, dry_run=dry_run)
    if dry_run:
        return
    calendar = run.calendar
    failures = calendar.failures + 1
    changes: dict = {"failures": min(failures, 1000), "next_run_at": now + wait(failures, error) + _jitter()}
    if pause:
        changes |= {"paused_because": pause, "next_run_at": None}
    with transaction.atomic():
        if pause and calendar.told_at is None:
            _tell(calendar, run, pause)
            changes["told_at"] = now
        _write(calendar, changes)


def lost(run: SyncRun, counts: Counter) -> None:
    """Another run has taken over: it writes when the next one is due."""
    _end(run, Outcome.FAILED, counts, now=run.started_at, error="lease", dry_run=run.pk is None)


def wait(failures: int, error: errors.CalDavError) -> timedelta:
    """How long after so many failures in a row; never shorter than the server asks (RFC 9110 §10.2.3)."""
    pause = min(EVERY * 2 ** min(failures - 1, 10), LONGEST)
    asked = error.retry_after if isinstance(error, errors.Throttled) else None
    return max(pause, min(timedelta(seconds=asked or 0), LONGEST_ASKED))


def _jitter() -> timedelta:
    return timedelta(seconds=random.uniform(0, JITTER))  # noqa: S311 - spreads load, keeps no secret


def _end(run: SyncRun, outcome: str, counts: Counter, *, now, error="", detail="", dry_run: bool = False) -> None:
    run.outcome, run.ended_at, run.error, run.detail = outcome, now, error, detail[:300]
    run.counts = {name: counts[name] for name in SyncRun.COUNTS if counts[name]}
    if not dry_run:
        run.save()


def _write(calendar: RemoteCalendar, changes: dict) -> None:
    RemoteCalendar.objects.filter(pk=calendar.pk).update(**changes)
    for name, value in changes.items():
        setattr(calendar, name, value)


def _tell(calendar: RemoteCalendar, run: SyncRun, pause: str) -> None:
    owner = calendar.owner
    queue_message(
        key=f"calendar-refused:{calendar.pk}:{run.pk}",
        kind="events.calendar_refused",
        to=owner.email,
        language=owner.language,
        tzid=owner.tzid or settings.TIME_ZONE,
        payload={"calendar": calendar.pk, "pause": pause},
        subject_id=calendar.pk,
    )
