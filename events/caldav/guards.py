"""When a run must not go on by itself: an emptied side, many deletions at once (events spec 9.18, 9.19)."""

from dataclasses import dataclass

MOST = 10  # deletions in one run …
SHARE = 0.3  # … or this part of all, if they are at least …
AT_LEAST = 3  # … so many


@dataclass(frozen=True)
class Counts:
    """What a run has before it: copies that stood there (``copies``), how many of those are gone there now
    (``missing``; not counting events that are over), how many we have withdrawn (``withdrawn``; not counting what left
    the window with time), what is there at all (``there``) and what we have for it (``ours``).
    """

    copies: int
    missing: int
    withdrawn: int
    there: int
    ours: int


def too_many(number: int, of: int) -> bool:
    return number > MOST or (number >= AT_LEAST and number > of * SHARE)


def stop(counts: Counts) -> str:
    """Why the run must stop (``RemoteCalendar.Stop``), or ""."""
    if counts.copies == 0:
        return ""
    if counts.there == 0 and counts.missing > 0:
        return "remote_empty"
    if counts.ours == 0 and counts.withdrawn > 0:
        return "portal_empty"
    if too_many(counts.missing, counts.copies):
        return "remote_many"
    if too_many(counts.withdrawn, counts.copies):
        return "portal_many"
    return ""


def at_most(of: int) -> int:
    """How many deletions one run may do without asking, of so many copies."""
    number = 0
    while number < of and not too_many(number + 1, of):
        number += 1
    return number
