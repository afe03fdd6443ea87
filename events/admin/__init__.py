"""The staff's pages of events: one module a family."""

from events.admin import broadcasts, events, registrations, reminders

__all__ = ["broadcasts", "events", "registrations", "reminders"]
