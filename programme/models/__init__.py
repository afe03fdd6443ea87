"""Why we meet: editions and phases, exchanges, webinars, study visits, surveys, and the documented history."""

from programme.models.delegations import Delegate, HostConfirmation
from programme.models.editions import Edition, Exchange, Milestone
from programme.models.history import DatedEvent, Phase, ProgrammeFigure, SelectedCity
from programme.models.library import LibraryItem
from programme.models.speakers import Speaker
from programme.models.surveys import Survey, SurveyAnswer, SurveyInvitation, SurveyQuestion, SurveyToken
from programme.models.travel import TravelTime
from programme.models.visits import AgendaItem, LearningQuestion, StudyVisit, VisitDay
from programme.models.webinars import Webinar, WebinarSegment

__all__ = [
    "AgendaItem",
    "DatedEvent",
    "Delegate",
    "Edition",
    "Exchange",
    "HostConfirmation",
    "LearningQuestion",
    "LibraryItem",
    "Milestone",
    "Phase",
    "ProgrammeFigure",
    "SelectedCity",
    "Speaker",
    "StudyVisit",
    "Survey",
    "SurveyAnswer",
    "SurveyInvitation",
    "SurveyQuestion",
    "SurveyToken",
    "TravelTime",
    "VisitDay",
    "Webinar",
    "WebinarSegment",
]
