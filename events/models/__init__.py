"""When and where: events, registrations, reminders."""

from events.models.attendance import AttendanceInterval, Certificate, CheckIn, JoinClick
from events.models.events import Event, EventLanguage, Track
from events.models.registrations import AccessToken, Registration
from events.models.reminders import Delivery, ReminderRule

__all__ = [
    "AccessToken",
    "AttendanceInterval",
    "Certificate",
    "CheckIn",
    "Delivery",
    "Event",
    "EventLanguage",
    "JoinClick",
    "Registration",
    "ReminderRule",
    "Track",
]
