"""When and where: events, registrations, reminders."""

from events.models.changes import EventChange
from events.models.events import Event, EventLanguage, Track
from events.models.registrations import AccessToken, Registration
from events.models.reminders import Delivery, ReminderRule

__all__ = [
    "AccessToken",
    "Delivery",
    "Event",
    "EventChange",
    "EventLanguage",
    "Registration",
    "ReminderRule",
    "Track",
]
