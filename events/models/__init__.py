"""When and where: events, registrations, reminders."""

from events.models.events import Event, EventLanguage, Track
from events.models.registrations import AccessToken, Registration
from events.models.reminders import Delivery, ReminderRule
from events.models.series import Series

__all__ = ["AccessToken", "Delivery", "Event", "EventLanguage", "Registration", "ReminderRule", "Series", "Track"]
