"""When and where: events, registrations, reminders."""

from events.models.events import Event, EventLanguage, Track
from events.models.groups import RegistrationGroup
from events.models.questions import Answer, Choice, Question, QuestionSet
from events.models.registrations import AccessToken, Registration
from events.models.reminders import Delivery, ReminderRule

__all__ = [
    "AccessToken",
    "Answer",
    "Choice",
    "Delivery",
    "Event",
    "EventLanguage",
    "Question",
    "QuestionSet",
    "Registration",
    "RegistrationGroup",
    "ReminderRule",
    "Track",
]
