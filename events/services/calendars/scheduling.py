"""When each calendar is looked at: what is due, who holds it, how long to wait (events spec 9.6, 9.20)."""

from datetime import datetime

from django.db import transaction

from events.models import RemoteCalendar
from iurc_portal.audit.services import record_transition
from iurc_portal.database import after_commit
from iurc_portal.notifications.services import heartbeat

RUNNING = "running"


def start_due(*, now: datetime) -> dict[str, int]:
    """Hand every calendar that is due to a task of its own, so that one account's failure never stops another."""
    from events.tasks import sync_calendar

    with heartbeat("sync_calendars", now=now) as counts:
        due = list(RemoteCalendar.objects.due(now=now).order_by("next_run_at", "pk").values_list("pk", flat=True))
        for pk in due:
            sync_calendar.delay(pk)
        counts["started"] = len(due)
        counts["paused"] = RemoteCalendar.objects.exclude(paused_because="").count()
    return counts


def run_one(calendar_id: int, *, now: datetime) -> str:
    """Run over one calendar, if it is still to be run; a word on what happened."""
    from events.services.calendars.running import run_calendar

    calendar = RemoteCalendar.objects.running().select_related("owner").filter(pk=calendar_id).first()
    if calendar is None:
        return "paused or gone"
    run = run_calendar(calendar, now=now)
    return "already running" if run is None else str(run.outcome)


def run_soon(calendar: RemoteCalendar, *, now: datetime) -> None:
    """Ask for a run at once, by a task; nothing if it is paused."""
    from events.tasks import sync_calendar

    if RemoteCalendar.objects.running().filter(pk=calendar.pk).update(next_run_at=now):
        after_commit(sync_calendar.delay, calendar.pk)


def pause(calendar: RemoteCalendar, *, now: datetime, by) -> None:
    """Staff pause a calendar; nothing happens until somebody resumes it."""
    _change(calendar, {"paused_because": RemoteCalendar.Pause.BY_STAFF, "next_run_at": None}, now=now, by=by)


def resume(calendar: RemoteCalendar, *, now: datetime, by) -> None:
    """Go on with a paused calendar, whatever paused it: failures are forgotten and a run is due at once."""
    changes = {"paused_because": "", "failures": 0, "told_at": None, "next_run_at": now}
    _change(calendar, changes, now=now, by=by)
    run_soon(calendar, now=now)


def allow_once(calendar: RemoteCalendar, *, now: datetime, by) -> None:
    """Let the next run pass the guards that stopped the last one (``stopped_because``), once."""
    _change(calendar, {"allow_once": True, "next_run_at": now}, now=now, by=by, word="allowed")
    run_soon(calendar, now=now)


@transaction.atomic
def _change(calendar: RemoteCalendar, changes: dict, *, now: datetime, by, word: str = "") -> None:
    former = calendar.paused_because or RUNNING
    RemoteCalendar.objects.filter(pk=calendar.pk).update(**changes)
    for name, value in changes.items():
        setattr(calendar, name, value)
    record_transition(
        calendar, from_state=former, to_state=word or calendar.paused_because or RUNNING, now=now, actor=by
    )
