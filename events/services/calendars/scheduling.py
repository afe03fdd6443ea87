"""When each calendar is looked at: what is due, who holds it, how long to wait (events spec 9.6, 9.20)."""

from datetime import datetime

from events.models import RemoteCalendar


def start_due(*, now: datetime) -> dict[str, int]:
    """Hand every calendar that is due to a task of its own, so that one account's failure never stops another."""
    raise NotImplementedError


def run_soon(calendar: RemoteCalendar, *, now: datetime) -> None:
    """Ask for a run at once, by a task; nothing if it is paused."""
    raise NotImplementedError


def pause(calendar: RemoteCalendar, *, now: datetime, by) -> None:
    """Staff pause a calendar; nothing happens until somebody resumes it."""
    raise NotImplementedError


def resume(calendar: RemoteCalendar, *, now: datetime, by) -> None:
    """Go on with a paused calendar, whatever paused it: failures are forgotten and a run is due at once."""
    raise NotImplementedError


def allow_once(calendar: RemoteCalendar, *, now: datetime, by) -> None:
    """Let the next run pass the guards that stopped the last one (``stopped_because``), once."""
    raise NotImplementedError
