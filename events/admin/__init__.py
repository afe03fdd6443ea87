"""The staff's pages of events: one module a family."""

from events.admin import events, registrations, reminders, series

__all__ = ["events", "registrations", "reminders", "series"]
