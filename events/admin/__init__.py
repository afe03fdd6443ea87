"""The staff's pages of events: one module a family."""

from events.admin import changes, events, exports, feeds, registrations, reminders, series

__all__ = ["changes", "events", "exports", "feeds", "registrations", "reminders", "series"]
