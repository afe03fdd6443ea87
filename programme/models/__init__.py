"""Why we meet: editions and phases, exchanges, webinars, study visits, surveys, and the documented history."""

from programme.models.agenda import AgendaItem, AgendaTrack, InterpreterAssignment, Vehicle, VisitDay
from programme.models.delegations import Delegate, HostConfirmation, RankBand
from programme.models.editions import Edition, Exchange, Milestone
from programme.models.history import DatedEvent, Phase, ProgrammeFigure, SelectedCity
from programme.models.library import LibraryItem
from programme.models.speakers import Speaker
from programme.models.surveys import Survey, SurveyAnswer, SurveyInvitation, SurveyQuestion, SurveyToken
from programme.models.travel import TravelTime
from programme.models.versions import AgendaVersion, Attendance, DelayNotice
from programme.models.visits import LearningQuestion, StudyVisit
from programme.models.webinars import Webinar, WebinarSegment

__all__ = [
    "AgendaItem",
    "AgendaTrack",
    "AgendaVersion",
    "Attendance",
    "DatedEvent",
    "DelayNotice",
    "Delegate",
    "Edition",
    "Exchange",
    "HostConfirmation",
    "InterpreterAssignment",
    "LearningQuestion",
    "LibraryItem",
    "Milestone",
    "Phase",
    "ProgrammeFigure",
    "RankBand",
    "SelectedCity",
    "Speaker",
    "StudyVisit",
    "Survey",
    "SurveyAnswer",
    "SurveyInvitation",
    "SurveyQuestion",
    "SurveyToken",
    "TravelTime",
    "Vehicle",
    "VisitDay",
    "Webinar",
    "WebinarSegment",
]
