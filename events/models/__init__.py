"""When and where: events, registrations, reminders."""

from events.models.events import Event, EventLanguage, Track
from events.models.groups import RegistrationGroup
from events.models.questions import Answer, Choice, Question, QuestionSet
from events.models.registrations import AccessToken, Registration
from events.models.reminders import Delivery, ReminderRule
from events.models.seats import Offer, Seat, SeatPool

__all__ = [
    "AccessToken",
    "Answer",
    "Choice",
    "Delivery",
    "Event",
    "EventLanguage",
    "Offer",
    "Question",
    "QuestionSet",
    "Registration",
    "RegistrationGroup",
    "ReminderRule",
    "Seat",
    "SeatPool",
    "Track",
]
