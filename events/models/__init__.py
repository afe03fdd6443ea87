"""When and where: events, registrations, reminders, calendars to subscribe to."""

from events.models.events import Event, EventLanguage, Track
from events.models.exports import ParticipantExport
from events.models.feeds import FeedToken
from events.models.registrations import AccessToken, Registration
from events.models.reminders import Delivery, ReminderRule
from events.models.series import Series

__all__ = [
    "AccessToken",
    "Delivery",
    "Event",
    "EventLanguage",
    "FeedToken",
    "ParticipantExport",
    "Registration",
    "ReminderRule",
    "Track",
]
__all__ = ["AccessToken", "Delivery", "Event", "EventLanguage", "Registration", "ReminderRule", "Series", "Track"]
