"""Texts of staff in three languages, and the history of what staff edit.

History is registered here, after the columns exist: a ``HistoricalRecords()`` on a translated model raises TypeError.
"""

from modeltranslation.translator import TranslationOptions, register
from simple_history import register as keep_history

from ecosystem.models import (
    City,
    CityNumber,
    CityPeriod,
    Concept,
    ContactPoint,
    GoodPractice,
    Initiative,
    InitiativeFigure,
    Listing,
    MirrorPair,
    MirrorStep,
    Organisation,
    Person,
    Place,
    PlaceClosure,
    TakePart,
    Testbed,
    TestbedClosure,
    TestRun,
    Transfer,
)
from iurc_portal.clock import PartnerSide
from iurc_portal.translation.registry import register_translated, value_across


@register(City)
class CityTranslation(TranslationOptions):
    fields = ("name",)


@register(CityNumber)
class CityNumberTranslation(TranslationOptions):
    fields = ("name", "hours")


@register(CityPeriod)
class CityPeriodTranslation(TranslationOptions):
    fields = ("name",)


@register(Place)
class PlaceTranslation(TranslationOptions):
    fields = ("name", "address", "access_notes")


@register(PlaceClosure)
class PlaceClosureTranslation(TranslationOptions):
    fields = ("reason",)


@register(Person)
class PersonTranslation(TranslationOptions):
    fields = ("title",)


@register(Concept)
class ConceptTranslation(TranslationOptions):
    fields = ("pref_label", "definition")


@register(Initiative)
class InitiativeTranslation(TranslationOptions):
    fields = ("name", "tagline", "description", "started_note")


@register(InitiativeFigure)
class InitiativeFigureTranslation(TranslationOptions):
    fields = ("label",)


@register(TakePart)
class TakePartTranslation(TranslationOptions):
    fields = ("text",)


@register(Organisation)
class OrganisationTranslation(TranslationOptions):
    fields = ("name", "summary", "description", "address", "open_to_japan_how", "logo_alt", "photo_alt")


@register(ContactPoint)
class ContactPointTranslation(TranslationOptions):
    fields = ("label",)


@register(Listing)
class ListingTranslation(TranslationOptions):
    fields = ("title", "text", "wanted_partner")


@register(TestRun)
class TestRunTranslation(TranslationOptions):
    fields = ("title", "tested", "outcome", "place_name", "budget")


@register(Testbed)
class TestbedTranslation(TranslationOptions):
    fields = (
        "name",
        "testable",
        "provided",
        "not_provided",
        "data_available",
        "rules",
        "cost",
        "opening",
        "place_name",
    )


@register(TestbedClosure)
class TestbedClosureTranslation(TranslationOptions):
    fields = ("reason",)


@register(MirrorPair)
class MirrorPairTranslation(TranslationOptions):
    fields = ("rationale",)


@register(MirrorStep)
class MirrorStepTranslation(TranslationOptions):
    fields = ("text",)


@register(Transfer)
class TransferTranslation(TranslationOptions):
    fields = ("adapted",)


@register(GoodPractice)
class GoodPracticeTranslation(TranslationOptions):
    fields = ("title", "recognition", "problem", "solution", "results", "what_failed", "replicability", "costs")


for model in (
    Concept,
    GoodPractice,
    Initiative,
    Listing,
    MirrorPair,
    Organisation,
    Person,
    Place,
    Testbed,
    TestRun,
    Transfer,
):
    keep_history(model, app="ecosystem")


def _of_organisation(organisation: Organisation, language: str) -> int:
    return value_across(organisation.side, language, shown=organisation.state == Organisation.State.PUBLISHED)


def _of_city(record: GoodPractice | Testbed | TestRun, language: str) -> int:
    """Practices count as shown once they are validated, testbeds while they are in use, tests always."""
    slug = record.city.slug if record.city else ""
    shown = isinstance(record, TestRun) or record.state in {*GoodPractice.PUBLIC, *Testbed.LISTED}
    return value_across(slug if slug in PartnerSide.values else "", language, shown=shown)


register_translated(
    Organisation,
    required=("summary",),  # a name is a proper noun: one serves in all languages
    source_language="source_language",
    rows=lambda: Organisation.objects.filter(merged_into=None).exclude(state=Organisation.State.ARCHIVED),
    value=_of_organisation,
)
register_translated(
    Initiative,
    required=("name", "tagline", "description"),
    value=lambda initiative, language: value_across(PartnerSide.TORINO, language, shown=True),
)
register_translated(
    TestRun,
    required=("title", "tested"),
    rows=lambda: TestRun.objects.select_related("city"),
    value=_of_city,
)
register_translated(
    GoodPractice,
    required=("title", "problem", "solution", "results"),
    rows=lambda: GoodPractice.objects.exclude(state=GoodPractice.State.RETIRED).select_related("city"),
    value=_of_city,
)
register_translated(
    Concept,
    required=("pref_label",),
    rows=lambda: Concept.objects.exclude(state=Concept.State.DEPRECATED),
)
register_translated(
    Testbed,
    required=("name", "testable"),
    rows=lambda: Testbed.objects.exclude(state=Testbed.State.RETIRED).select_related("city"),
    value=_of_city,
)
register_translated(MirrorPair, required=("rationale",))
register_translated(Transfer, required=("adapted",))
register_translated(
    Listing,
    required=("title", "text"),
    rows=lambda: Listing.objects.exclude(state=Listing.State.WITHDRAWN).select_related("organisation"),
    value=lambda listing, language: value_across(
        listing.organisation.side, language, shown=listing.state == Listing.State.PUBLISHED
    ),
)
