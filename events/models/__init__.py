"""When and where: events, series, seats, registrations, questions, reminders, changes, attendance, calendars."""

from events.models.attendance import AttendanceInterval, Certificate, CheckIn, JoinClick
from events.models.broadcasts import Broadcast
from events.models.changes import EventChange
from events.models.events import Event, EventLanguage, Track
from events.models.exports import ExportFile, ParticipantExport
from events.models.feeds import FeedToken
from events.models.groups import RegistrationGroup
from events.models.holds import RetentionHold
from events.models.questions import Answer, Choice, Question, QuestionSet
from events.models.registrations import AccessToken, Registration
from events.models.reminders import Delivery, ReminderRule
from events.models.remotes import RemoteCalendar, RemoteItem, SyncProposal, SyncRun
from events.models.seats import Offer, Seat, SeatPool
from events.models.series import Series
from events.models.sources import FeedFetch, FeedSource, ImportedItem

__all__ = [
    "AccessToken",
    "Answer",
    "AttendanceInterval",
    "Broadcast",
    "Certificate",
    "CheckIn",
    "Choice",
    "Delivery",
    "Event",
    "EventChange",
    "EventLanguage",
    "ExportFile",
    "FeedFetch",
    "FeedSource",
    "FeedToken",
    "ImportedItem",
    "JoinClick",
    "Offer",
    "ParticipantExport",
    "Question",
    "QuestionSet",
    "Registration",
    "RegistrationGroup",
    "ReminderRule",
    "RemoteCalendar",
    "RemoteItem",
    "RetentionHold",
    "Seat",
    "SeatPool",
    "Series",
    "SyncProposal",
    "SyncRun",
    "Track",
]
