"""When the way into the room is open (events spec 8.2). Pure: rows and instants in, instants out; all aware."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from events.models import Event, Registration

BEFORE, OPEN, AFTER = "before", "open", "after"


@dataclass(frozen=True)
class Window:
    """Open from ``opens`` until just before ``closes``."""

    opens: datetime
    closes: datetime

    def phase(self, now: datetime) -> str:
        """``before``, ``open`` or ``after``."""
        if now < self.opens:
            return BEFORE
        return OPEN if now < self.closes else AFTER


def minutes_before(event: Event) -> int:
    """How long before the start the room opens for everybody."""
    return settings.IURC_EVENTS["join_minutes"] if event.join_window is None else event.join_window


def usual_window(event: Event, registration: Registration | None = None) -> Window:
    """The window by the clock alone. Speakers and interpreters may have a longer one of their own."""
    minutes = minutes_before(event)
    if registration is not None and registration.join_window is not None:
        minutes = max(minutes, registration.join_window)
    if event.all_day:  # from midnight to midnight: nobody needs the minutes around it
        early = registration.join_window or 0 if registration is not None else 0
        return Window(event.dtstart - timedelta(minutes=early), event.dtend)
    after = timedelta(minutes=settings.IURC_EVENTS["join_minutes_after"])
    return Window(event.dtstart - timedelta(minutes=minutes), event.dtend + after)


def window_of(event: Event, registration: Registration | None = None) -> Window:
    """The window with what staff have opened or closed by hand.

    What was pressed counts for the times it was pressed for: once the event moves, the clock alone decides again.
    """
    usual = usual_window(event, registration)
    opens, closes = usual.opens, usual.closes
    if event.join_opened_at is not None and _counts(event, event.join_opened_at):
        opens = min(opens, event.join_opened_at)
    if event.join_closed_at is not None and _counts(event, event.join_closed_at):
        closes = min(closes, event.join_closed_at)
    return Window(opens, closes)


def _counts(event: Event, pressed: datetime) -> bool:
    return event.schedule_since is None or pressed >= event.schedule_since
