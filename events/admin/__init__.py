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
    imported,
    questions,
    registrations,
    reminders,
    series,
    sources,
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
    "imported",
    "questions",
    "registrations",
    "reminders",
    "series",
    "sources",
]
