"""Why we meet: editions and phases, exchanges, webinars, study visits, surveys, and the documented history."""

from programme.models.agenda import AgendaItem, AgendaTrack, InterpreterAssignment, Vehicle, VisitDay
from programme.models.budgets import BudgetLine
from programme.models.clusters import ClusterCity, ThematicCluster
from programme.models.comments import CommentRuling
from programme.models.costs import CostLine, Currency, Gift
from programme.models.counts import PeopleCount
from programme.models.delegations import Delegate, HostConfirmation
from programme.models.documents import Document, DocumentKind, PaperText, PersonalDataTransfer
from programme.models.editions import Edition, Exchange, Milestone
from programme.models.followups import FollowUp, FollowUpCheck
from programme.models.history import DatedEvent, Phase, ProgrammeFigure, SelectedCity
from programme.models.indicators import Indicator, Reading
from programme.models.library import LibraryItem
from programme.models.links import DelegateLink, HostLink
from programme.models.materials import Material
from programme.models.meetings import Meeting
from programme.models.news import NewsItem
from programme.models.objectives import ActionItem, Objective
from programme.models.programme_reports import EvidencePack, EvidencePart, ProgrammeReport, ReportSheet
from programme.models.sensitive import DelegateSensitive, Diet, PassportRequest, SensitiveAccess
from programme.models.speakers import Speaker
from programme.models.staff_exchanges import StaffExchange, StaySession
from programme.models.surveys import Survey, SurveyAnswer, SurveyInvitation, SurveyQuestion, SurveyToken
from programme.models.travel import TravelTime
from programme.models.versions import AgendaVersion, Attendance, DelayNotice
from programme.models.visit_reports import VisitReport
from programme.models.visits import LearningQuestion, StudyVisit
from programme.models.webinars import Webinar, WebinarSegment
from programme.models.wishes import DateWish

__all__ = [
    "ActionItem",
    "AgendaItem",
    "AgendaTrack",
    "AgendaVersion",
    "Attendance",
    "BudgetLine",
    "ClusterCity",
    "CommentRuling",
    "CostLine",
    "Currency",
    "DateWish",
    "DatedEvent",
    "DelayNotice",
    "Delegate",
    "DelegateLink",
    "DelegateSensitive",
    "Diet",
    "Document",
    "DocumentKind",
    "Edition",
    "EvidencePack",
    "EvidencePart",
    "Exchange",
    "FollowUp",
    "FollowUpCheck",
    "Gift",
    "HostConfirmation",
    "HostLink",
    "Indicator",
    "InterpreterAssignment",
    "LearningQuestion",
    "LibraryItem",
    "Material",
    "Meeting",
    "Milestone",
    "NewsItem",
    "Objective",
    "PaperText",
    "PassportRequest",
    "PeopleCount",
    "PersonalDataTransfer",
    "Phase",
    "ProgrammeFigure",
    "ProgrammeReport",
    "Reading",
    "ReportSheet",
    "SelectedCity",
    "SensitiveAccess",
    "Speaker",
    "StaffExchange",
    "StaySession",
    "StudyVisit",
    "Survey",
    "SurveyAnswer",
    "SurveyInvitation",
    "SurveyQuestion",
    "SurveyToken",
    "ThematicCluster",
    "TravelTime",
    "Vehicle",
    "VisitDay",
    "VisitReport",
    "Webinar",
    "WebinarSegment",
]
