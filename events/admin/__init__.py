"""The staff's pages of events: one module a family."""

from events.admin import events, exports, feeds, registrations, reminders

__all__ = ["events", "exports", "feeds", "registrations", "reminders"]
from events.admin import events, registrations, reminders, series

__all__ = ["events", "registrations", "reminders", "series"]
