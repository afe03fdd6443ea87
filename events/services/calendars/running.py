"""One run over one calendar (events spec 9.6–9.22)."""

from collections.abc import Callable
from datetime import datetime

from events.models import RemoteCalendar, SyncRun

Progress = Callable[[str, int, int], None]  # what is being done, how many of it are done, of how many


def run_calendar(
    calendar: RemoteCalendar,
    *,
    now: datetime,
    dry_run: bool = False,
    full: bool = False,
    progress: Progress | None = None,
) -> SyncRun | None:
    """Bring both sides into step and write down what happened. None: another run holds the calendar.

    ``full`` compares everything, whatever the token says. A ``dry_run`` asks the server and writes nothing, neither
    there nor here: the ``SyncRun`` it returns is not saved. Faults of the server do not raise; the run says them
    (``outcome``, ``error``, ``detail``) and the row says when the next one is due.
    """
    raise NotImplementedError
