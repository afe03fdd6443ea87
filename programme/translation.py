from modeltranslation.translator import TranslationOptions, register
from simple_history import register as keep_history

from iurc_portal.translation.registry import SHOWN, register_translated
from programme.models import (
    ActionItem,
    AgendaItem,
    AgendaTrack,
    AgendaVersion,
    BudgetLine,
    CostLine,
    DatedEvent,
    Delegate,
    Edition,
    Exchange,
    FollowUp,
    Gift,
    Indicator,
    LearningQuestion,
    LibraryItem,
    Meeting,
    Milestone,
    NewsItem,
    Objective,
    Phase,
    ProgrammeFigure,
    ProgrammeReport,
    SelectedCity,
    Speaker,
    StaffExchange,
    StudyVisit,
    Survey,
    SurveyQuestion,
    ThematicCluster,
    VisitDay,
    VisitReport,
    Webinar,
    WebinarSegment,
)
from programme.models.programme_reports import REPORT_TEXTS


@register(Edition)
class EditionTranslation(TranslationOptions):
    fields = ("name", "programme_name", "funder", "objective", "funding_notice")


@register(Exchange)
class ExchangeTranslation(TranslationOptions):
    fields = ("title", "story")


@register(Milestone)
class MilestoneTranslation(TranslationOptions):
    fields = ("title",)


@register(Objective)
class ObjectiveTranslation(TranslationOptions):
    fields = ("text", "pilot")


@register(ActionItem)
class ActionItemTranslation(TranslationOptions):
    fields = ("text",)


@register(ThematicCluster)
class ThematicClusterTranslation(TranslationOptions):
    fields = ("name", "summary", "how_to_join")


@register(Meeting)
class MeetingTranslation(TranslationOptions):
    fields = ("outcome_note",)


@register(StaffExchange)
class StaffExchangeTranslation(TranslationOptions):
    fields = ("sending_unit", "hosting_unit", "aims", "note")


@register(Indicator)
class IndicatorTranslation(TranslationOptions):
    fields = ("name", "unit", "definition")


@register(BudgetLine)
class BudgetLineTranslation(TranslationOptions):
    fields = ("heading",)


@register(Phase)
class PhaseTranslation(TranslationOptions):
    fields = ("name", "note", "cities_note")


@register(SelectedCity)
class SelectedCityTranslation(TranslationOptions):
    fields = ("name",)


@register(DatedEvent)
class DatedEventTranslation(TranslationOptions):
    fields = ("title", "description", "place")


@register(ProgrammeFigure)
class ProgrammeFigureTranslation(TranslationOptions):
    fields = ("label",)


@register(Webinar)
class WebinarTranslation(TranslationOptions):
    fields = ("audience", "goals", "summary")


@register(WebinarSegment)
class WebinarSegmentTranslation(TranslationOptions):
    fields = ("title", "speakers")


@register(Speaker)
class SpeakerTranslation(TranslationOptions):
    fields = ("title", "affiliation", "bio")


@register(LibraryItem)
class LibraryItemTranslation(TranslationOptions):
    fields = ("title",)


@register(StudyVisit)
class StudyVisitTranslation(TranslationOptions):
    fields = ("title", "subject", "purpose", "decision_power", "expected_output", "public_summary", "outcomes")


@register(LearningQuestion)
class LearningQuestionTranslation(TranslationOptions):
    fields = ("text", "note")


@register(NewsItem)
class NewsItemTranslation(TranslationOptions):
    fields = ("title", "text")


@register(Survey)
class SurveyTranslation(TranslationOptions):
    fields = ("introduction",)


@register(SurveyQuestion)
class SurveyQuestionTranslation(TranslationOptions):
    fields = ("label", "choices")


@register(VisitDay)
class VisitDayTranslation(TranslationOptions):
    fields = ("theme",)


@register(AgendaItem)
class AgendaItemTranslation(TranslationOptions):
    fields = ("dress",)


@register(AgendaVersion)
class AgendaVersionTranslation(TranslationOptions):
    fields = ("note",)


@register(AgendaTrack)
class AgendaTrackTranslation(TranslationOptions):
    fields = ("name",)


@register(FollowUp)
class FollowUpTranslation(TranslationOptions):
    fields = ("text",)


@register(CostLine)
class CostLineTranslation(TranslationOptions):
    fields = ("heading",)


@register(Gift)
class GiftTranslation(TranslationOptions):
    fields = ("item",)


@register(VisitReport)
class VisitReportTranslation(TranslationOptions):
    fields = ("summary", "lessons", "next_steps", "internal_note")


@register(ProgrammeReport)
class ProgrammeReportTranslation(TranslationOptions):
    fields = REPORT_TEXTS


@register(Delegate)
class DelegateTranslation(TranslationOptions):
    fields = ("title", "affiliation")


KEEPING_HISTORY = (
    *(ActionItem, AgendaItem, BudgetLine, CostLine, DatedEvent, Edition, Exchange, FollowUp, Indicator, Meeting),
    *(Milestone, NewsItem, Objective, StaffExchange, StudyVisit, ThematicCluster, Webinar),
)
for model in KEEPING_HISTORY:
    keep_history(model, app="programme")
register_translated(
    Webinar,
    required=("audience", "goals"),
    rows=lambda: Webinar.objects.select_related("event").exclude(event__status="CANCELLED"),
    value=lambda webinar, language: SHOWN if webinar.event.status == "CONFIRMED" else 0,
)
register_translated(
    NewsItem,
    required=("title", "text"),
    source_language="source_language",
    rows=lambda: NewsItem.objects.exclude(state=NewsItem.State.WITHDRAWN),
    value=lambda item, language: SHOWN if item.state == NewsItem.State.PUBLISHED else 0,
)
