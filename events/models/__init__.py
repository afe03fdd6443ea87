"""When and where: events, registrations, reminders."""

from events.models.events import Event, EventLanguage, Track
from events.models.registrations import AccessToken, Registration
from events.models.reminders import Delivery, ReminderRule
from events.models.seats import Offer, Seat, SeatPool

__all__ = [
    "AccessToken",
    "Delivery",
    "Event",
    "EventLanguage",
    "Offer",
    "Registration",
    "ReminderRule",
    "Seat",
    "SeatPool",
    "Track",
]
