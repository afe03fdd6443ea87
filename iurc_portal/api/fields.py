"""What several resources say in the same way: texts with their language, links, points. All is read, none written."""

from operator import attrgetter
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from iurc_portal.api.registry import LICENCE
from iurc_portal.clock import ZONES
from iurc_portal.translation.languages import Language, best_text

TEXT = {
    "type": "object",
    "description": "A text in the language asked for, or in the best other one (ja: en, it; it: en, ja; en: it, ja).",
    "properties": {
        "text": {"type": "string", "minLength": 1},
        "lang": {"enum": Language.values, "description": "The language that the text is in."},
    },
    "required": ["text", "lang"],
    "additionalProperties": False,
}
POINT = {
    "type": "object",
    "description": "WGS 84 degrees. `street` and `city` are approximate.",
    "properties": {
        "longitude": {"type": "number", "minimum": -180, "maximum": 180},
        "latitude": {"type": "number", "minimum": -90, "maximum": 90},
        "precision": {"enum": ["exact", "street", "city"]},
    },
    "required": ["longitude", "latitude", "precision"],
    "additionalProperties": False,
}
INSTANT = {"type": "string", "format": "date-time"}
INTERVAL = {
    "type": "object",
    "description": "Begin and end on the clock of one city, with its distance from UTC at that moment.",
    "properties": {"start": INSTANT, "end": INSTANT},
    "required": ["start", "end"],
    "additionalProperties": False,
}
COMPONENTS = {"Text": TEXT, "Point": POINT, "Interval": INTERVAL}


def _or_null(component: str) -> dict:
    return {"oneOf": [{"$ref": f"#/components/schemas/{component}"}, {"type": "null"}]}


class _WholeRecord(serializers.Field):
    """A field that is made of the record, not of one attribute of it."""

    def __init__(self, **options):
        super().__init__(read_only=True, **options)

    def get_attribute(self, instance):
        return instance


@extend_schema_field(_or_null("Text"))
class TextField(_WholeRecord):
    """A translated field as ``{"text", "lang"}``, by the one rule of fallback (E1); null where no language has it."""

    def __init__(self, column: str = "", *, of: str = "", **options):
        """``column`` if it is not the field's name; ``of`` names the related record that has it."""
        super().__init__(**options)
        self.column, self.of = column, of

    def to_representation(self, value):
        record = getattr(value, self.of) if self.of else value
        text, language = best_text(record, self.column or self.field_name)
        return {"text": text, "lang": language} if text else None


@extend_schema_field(_or_null("Point"))
class PointField(_WholeRecord):
    """Where a ``Located`` record is."""

    def to_representation(self, value):
        if not value.has_point:
            return None
        return {
            "longitude": float(value.longitude),
            "latitude": float(value.latitude),
            "precision": value.precision,
        }


@extend_schema_field({"type": "string", "format": "uri"})
class PageField(_WholeRecord):
    """The address of the record's page for people, in the language asked for: its ``url_name`` takes ``key``.

    ``key`` may lead to a related record (``practice.slug``) on whose page this one stands, at ``part``.
    """

    WORDS = "The record's page for people, in the language asked for."

    def __init__(self, url_name: str, key: str = "slug", *, part: str = "", help_text: str = WORDS):
        super().__init__(help_text=help_text)
        self.url_name, self.key_of, self.part = url_name, attrgetter(key), part

    def to_representation(self, value):
        return f"{settings.SITE_URL}{reverse(self.url_name, args=[self.key_of(value)])}{self.part}"


@extend_schema_field(INSTANT)
class InstantField(_WholeRecord):
    """An instant of a record with a zone (``tzid``), on the clock there: ISO 8601 with the offset of that moment."""

    def __init__(self, column: str, *, help_text: str = "On the clock of the zone `tzid`."):
        super().__init__(help_text=help_text)
        self.column = column

    def to_representation(self, value):
        return getattr(value, self.column).astimezone(ZoneInfo(value.tzid)).isoformat()


@extend_schema_field(
    {
        "type": "object",
        "description": "The same interval on the clocks of both cities.",
        "properties": {str(side): {"$ref": "#/components/schemas/Interval"} for side in ZONES},
        "required": [str(side) for side in ZONES],
        "additionalProperties": False,
    }
)
class BothCitiesField(_WholeRecord):
    """``dtstart`` and ``dtend`` on the clocks of both cities (events spec 12.6)."""

    def to_representation(self, value):
        return {
            str(side): {
                "start": value.dtstart.astimezone(zone).isoformat(),
                "end": value.dtend.astimezone(zone).isoformat(),
            }
            for side, zone in ZONES.items()
        }


class NumberField(serializers.IntegerField):
    """What a record without a name is called in addresses."""

    def __init__(self, **options):
        words = "The record's stable number: its address ends with it."
        super().__init__(source="pk", read_only=True, min_value=1, help_text=words, **options)


class SlugField(serializers.SlugField):
    """What a record is called in addresses."""

    def __init__(self, **options):
        super().__init__(read_only=True, help_text="The record's stable name: its address ends with it.", **options)


@extend_schema_field({"const": LICENCE})
class LicenceField(_WholeRecord):
    """The licence, in each record that is answered alone."""

    def to_representation(self, value):
        return LICENCE
