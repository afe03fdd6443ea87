"""The staff's pages of events: one module a family."""

from events.admin import changes, events, registrations, reminders

__all__ = ["changes", "events", "registrations", "reminders"]
