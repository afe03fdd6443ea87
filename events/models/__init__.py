"""When and where: events, registrations, reminders."""

from events.models.broadcasts import Broadcast
from events.models.events import Event, EventLanguage, Track
from events.models.registrations import AccessToken, Registration
from events.models.reminders import Delivery, ReminderRule

__all__ = ["AccessToken", "Broadcast", "Delivery", "Event", "EventLanguage", "Registration", "ReminderRule", "Track"]
