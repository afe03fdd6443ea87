"""The events as a resource of the open data."""

from django.db.models import Prefetch
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter

from ecosystem.models import Organisation
from ecosystem.models.vocabulary import themes_in_use
from events.api import serializers
from events.api.filters import EventDataFilter
from events.models import Event
from iurc_portal.api.views import Resource

DAY = {"type": "string", "format": "date"}


class Events(Resource):
    """Webinars, visits and other events that are open to all, past and cancelled ones too. Each instant is told on the
    clock of the event's own zone and on those of both cities."""

    address, title = "events", "Events"
    filterset_class = EventDataFilter
    serializer_class = serializers.EventSerializer
    record_serializer_class = serializers.EventRecordSerializer
    more_parameters = [
        OpenApiParameter("from", DAY, description="The first day, on the calendar of either city."),
        OpenApiParameter("to", DAY, description="The last day, on the calendar of either city."),
    ]

    def rows(self):
        events = Event.objects.listed().with_places_taken(now=timezone.now())
        organizers = Prefetch("organizer", Organisation.objects.told())
        return events.select_related("track", "place__city").prefetch_related("languages", themes_in_use(), organizers)

    def more_for_the_mark(self):
        """Where a seat is free: that changes with registrations, of which no index hears, and with the hour."""
        now = timezone.now()
        coming = Event.objects.listed().upcoming(now=now).with_places_taken(now=now)
        return [event.pk for event in coming if event.has_seats(now=now)]


RESOURCES = [Events]
