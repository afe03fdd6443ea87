from modeltranslation.translator import TranslationOptions, register
from simple_history import register as keep_history

from events.models import Broadcast, Choice, Event, Question, QuestionSet, ReminderRule, Series, Track
from iurc_portal.translation.registry import SHOWN, register_translated


@register(Track)
class TrackTranslation(TranslationOptions):
    fields = ("name",)


@register(Series)
class SeriesTranslation(TranslationOptions):
    fields = ("name", "description")


@register(Event)
class EventTranslation(TranslationOptions):
    fields = ("name", "description", "location", "cancellation_reason")


@register(ReminderRule)
class ReminderRuleTranslation(TranslationOptions):
    fields = ("text", "absent_text")


@register(Broadcast)
class BroadcastTranslation(TranslationOptions):
    fields = ("subject", "body")


@register(QuestionSet)
class QuestionSetTranslation(TranslationOptions):
    fields = ("name", "introduction")


@register(Question)
class QuestionTranslation(TranslationOptions):
    fields = ("label", "help_text")


@register(Choice)
class ChoiceTranslation(TranslationOptions):
    fields = ("label",)


register_translated(
    Event,
    required=("name", "description"),
    rows=lambda: Event.objects.exclude(status=Event.Status.CANCELLED).filter(access=Event.Access.PUBLIC),
    value=lambda event, language: SHOWN if event.status == Event.Status.CONFIRMED else 0,
)


keep_history(Event, app="events", excluded_fields=["join_url", "phone_access"])
