"""The staff's pages of events: one module a family."""

from events.admin import (
    broadcasts,
    calendars,
    changes,
    events,
    exports,
    feeds,
    groups,
    holds,
    questions,
    registrations,
    reminders,
    series,
)

__all__ = [
    "broadcasts",
    "calendars",
    "changes",
    "events",
    "exports",
    "feeds",
    "groups",
    "holds",
    "questions",
    "registrations",
    "reminders",
    "series",
]
