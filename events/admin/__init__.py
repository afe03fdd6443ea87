"""The staff's pages of events: one module a family."""

from events.admin import events, groups, questions, registrations, reminders

__all__ = ["events", "groups", "questions", "registrations", "reminders"]
