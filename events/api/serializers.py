"""What the API tells of an event: never the address of its room, nor anything of the people who come (8.1)."""

from rest_framework import serializers

from ecosystem.api.parts import CitySerializer, OrganisationLinkSerializer, ThemeSerializer, fact
from events.models import Event, EventLanguage
from iurc_portal.api.fields import BothCitiesField, InstantField, LicenceField, PageField, SlugField, TextField

TOLD = [choice for choice in Event.Status.choices if choice[0] != Event.Status.TENTATIVE]


class TrackSerializer(serializers.Serializer):
    slug = serializers.SlugField(read_only=True, help_text="A value of the parameter `track`.")
    name = TextField()


class EventLanguageSerializer(serializers.Serializer):
    language = serializers.CharField(read_only=True, help_text="ISO 639, two or three letters.")
    role = fact(EventLanguage.Role.choices)


class EventPlaceSerializer(serializers.Serializer):
    name = TextField()
    address = serializers.CharField(read_only=True)
    city = CitySerializer(read_only=True)


class EventSerializer(serializers.Serializer):
    slug = SlugField()
    page = PageField("events:event")
    uid = serializers.CharField(read_only=True, help_text="The same in calendars, letters and linked data (RFC 5545).")
    name = TextField()
    track = TrackSerializer(read_only=True)
    status = fact(TOLD, "Cancelled events stay.")
    mode = serializers.ChoiceField(Event.AttendanceMode.choices, source="event_attendance_mode", read_only=True)
    start = InstantField("dtstart")
    end = InstantField("dtend", help_text="The first moment after the event, on the same clock.")
    tzid = serializers.CharField(read_only=True, help_text="The zone in which the event is planned (IANA).")
    local_times = BothCitiesField()
    location = TextField(help_text="Where, in words of the organisers.")
    place = EventPlaceSerializer(read_only=True, allow_null=True)
    languages = EventLanguageSerializer(many=True, read_only=True)
    themes = ThemeSerializer(many=True, read_only=True)
    organizer = OrganisationLinkSerializer(read_only=True, allow_null=True)
    maximum_attendee_capacity = serializers.IntegerField(
        read_only=True, allow_null=True, min_value=0, help_text="Null: no limit."
    )
    seats_open = serializers.SerializerMethodField(help_text="Whether anybody can register now and a seat is free.")
    is_sample = serializers.BooleanField(read_only=True, help_text="Demonstration data, no real event.")

    def get_seats_open(self, event) -> bool:
        return event.has_seats(now=self.context["now"])


class EventRecordSerializer(EventSerializer):
    description = TextField()
    cancellation_reason = TextField()
    registration_ends_at = InstantField("registration_ends_at", help_text="Nobody can ask for a seat from then on.")
    calendar = PageField("events:ics", help_text="The event as a calendar file (RFC 5545).")
    licence = LicenceField()
