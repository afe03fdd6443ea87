"""Spreadsheets of organisations on their way out; ``ecosystem.imports`` reads them back."""

from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.widgets import BooleanWidget, CharWidget, ForeignKeyWidget, ManyToManyWidget

from ecosystem.models import City, Concept, Organisation
from iurc_portal.staff.spreadsheets import DayWidget, NumberWidget
from iurc_portal.translation.languages import columns


class WordsWidget(CharWidget):
    """A list of words in one cell, separated by commas."""

    def render(self, value, obj=None, **kwargs):
        return ", ".join(value or [])


class OrganisationResource(ModelResource):
    """Facts and texts of organisations. Their address (``slug``) is what the import finds them by."""

    city = Field("city", "city", ForeignKeyWidget(City, "slug"))
    themes = Field("themes", "themes", ManyToManyWidget(Concept, field="notation", separator=", "))
    contact_languages = Field("contact_languages", "contact_languages", WordsWidget())
    nace = Field("nace", "nace", WordsWidget())
    capital = Field("capital", "capital", NumberWidget())
    sources = Field("sources", "sources", WordsWidget())
    open_to_japan = Field("open_to_japan", "open_to_japan", BooleanWidget())
    latitude = Field("latitude", "latitude", NumberWidget())
    longitude = Field("longitude", "longitude", NumberWidget())
    as_of = Field("as_of", "as_of", DayWidget())
    verified_on = Field("verified_on", "verified_on", DayWidget(), readonly=True)
    state = Field("state", "state", readonly=True)

    class Meta:
        model = Organisation
        fields = [
            "slug",
            *columns("name"),
            "legal_name",
            "kana",
            "kind",
            "side",
            "city",
            "state",
            "themes",
            *columns("summary", "description", "address"),
            "website",
            "founded_year",
            "contact_languages",
            "open_to_japan",
            "open_to_japan_since",
            *columns("open_to_japan_how"),
            "size_band",
            "capital",
            "capital_currency",
            "registry_id",
            "registry_country",
            "nace",
            "latitude",
            "longitude",
            "precision",
            "sources",
            "as_of",
            "verified_on",
        ]

    def get_queryset(self):
        return super().get_queryset().select_related("city").prefetch_related("themes")

    def filter_export(self, queryset, **kwargs):
        """What was merged is told by what it was merged with."""
        return queryset.filter(merged_into=None)
