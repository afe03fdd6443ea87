from modeltranslation.translator import TranslationOptions, register
from simple_history import register as keep_history

from events.models import Broadcast, Event, Track
from iurc_portal.translation.registry import SHOWN, register_translated


@register(Track)
class TrackTranslation(TranslationOptions):
    fields = ("name",)


@register(Event)
class EventTranslation(TranslationOptions):
    fields = ("name", "description", "location", "cancellation_reason")


@register(Broadcast)
class BroadcastTranslation(TranslationOptions):
    fields = ("subject", "body")


keep_history(Event, app="events", excluded_fields=["join_url"])
register_translated(
    Event,
    required=("name", "description"),
    rows=lambda: Event.objects.exclude(status=Event.Status.CANCELLED).filter(access=Event.Access.PUBLIC),
    value=lambda event, language: SHOWN if event.status == Event.Status.CONFIRMED else 0,
)
