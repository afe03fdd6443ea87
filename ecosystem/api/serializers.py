"""What the API tells of each record. Nothing of a person is in it: contacts go through the city.

Inside version 1 fields are added, never renamed. Lists are short; a record asked for alone says all.
"""

from rest_framework import serializers

from ecosystem.api.parts import (
    CitySerializer,
    CooperationSerializer,
    InitiativeLinkSerializer,
    NeedLinkSerializer,
    OfferLinkSerializer,
    OptionalFact,
    OrganisationLinkSerializer,
    PracticeLinkSerializer,
    SourcesField,
    TestbedLinkSerializer,
    ThemeSerializer,
    codes,
    fact,
    trl_level,
    year,
)
from ecosystem.models import (
    Concept,
    Listing,
    MirrorPair,
    Organisation,
    OrganisationInitiative,
    TakePart,
    Testbed,
    TestRun,
    Transfer,
)
from ecosystem.models.listings import Region
from ecosystem.models.tests import DatePrecision
from iurc_portal.api.fields import LicenceField, NumberField, PageField, PointField, SlugField, TextField
from iurc_portal.clock import PartnerSide
from iurc_portal.translation.languages import Language


class PartSerializer(serializers.Serializer):
    """The part an organisation has in an initiative."""

    slug = serializers.SlugField(source="initiative.slug", read_only=True)
    name = TextField(of="initiative")
    role = fact(OrganisationInitiative.Role.choices)


class OrganisationSerializer(serializers.Serializer):
    slug = SlugField()
    page = PageField("ecosystem:organisation")
    name = TextField()
    legal_name = serializers.CharField(read_only=True)
    kana = serializers.CharField(read_only=True, help_text="The reading of the Japanese name, in katakana.")
    name_ja_suggested = serializers.CharField(
        read_only=True, help_text="A Japanese name that the organisation has not approved yet."
    )
    summary = TextField()
    kind = fact(Organisation.Kind.choices)
    side = fact(PartnerSide.choices, "The partner city that it belongs to.")
    activity = fact(Organisation.Activity.choices, "Lists leave out the closed ones.")
    city = CitySerializer(read_only=True, allow_null=True)
    point = PointField()
    themes = ThemeSerializer(many=True, read_only=True)
    initiatives = PartSerializer(source="parts", many=True, read_only=True)
    website = serializers.CharField(read_only=True)
    founded_year = year()
    contact_languages = serializers.ListField(child=serializers.CharField(), read_only=True)
    open_to_japan = serializers.BooleanField(read_only=True)
    open_to_japan_since = year()
    open_to_japan_how = TextField()
    size_band = OptionalFact(Organisation.SizeBand.choices, "How many people work for it; null: not stated.")
    capital = serializers.IntegerField(
        read_only=True, allow_null=True, min_value=0, help_text="Paid-up capital in whole units of its currency."
    )
    capital_currency = OptionalFact(Organisation.Currency.choices, "ISO 4217; null without a capital.")
    registry_id = serializers.CharField(read_only=True, help_text="Its number in the register of companies.")
    registry_country = serializers.CharField(read_only=True, help_text="Whose register: ISO 3166-1, two letters.")
    nace = serializers.ListField(
        child=serializers.CharField(), read_only=True, help_text="Codes of NACE Rev. 2.1, the main one first."
    )
    verified_on = serializers.DateField(
        read_only=True, allow_null=True, help_text="When its facts were last confirmed; null: not yet."
    )


class OrganisationRecordSerializer(OrganisationSerializer):
    description = TextField()
    address = TextField()
    offers = serializers.SerializerMethodField(help_text="What it offers today.")
    needs = serializers.SerializerMethodField(help_text="What it looks for today.")
    same_as = serializers.ListField(
        child=serializers.CharField(), read_only=True, help_text="Its other addresses on the web."
    )
    sources = SourcesField()
    licence = LicenceField()

    def get_offers(self, organisation) -> OfferLinkSerializer(many=True):
        return OfferLinkSerializer(_of(organisation, Listing.Direction.OFFER), many=True).data

    def get_needs(self, organisation) -> NeedLinkSerializer(many=True):
        return NeedLinkSerializer(_of(organisation, Listing.Direction.NEED), many=True).data


def _of(organisation, direction: str) -> list[Listing]:
    return [listing for listing in organisation.current_listings if listing.direction == direction]


class OfferSerializer(serializers.Serializer):
    id = NumberField()
    page = PageField("ecosystem:offer", "pk")
    organisation = OrganisationLinkSerializer(read_only=True)
    type = fact(Listing.Type.choices)
    title = TextField()
    text = TextField()
    wanted_partner = TextField()
    trl = trl_level("Technology readiness level; null: not stated.")
    trl_words = serializers.CharField(read_only=True, help_text="The level in words, in the language asked for.")
    stage = OptionalFact(Listing.Stage.choices)
    cooperation = CooperationSerializer(many=True, read_only=True)
    regions = codes(Region.choices, "Where a partner is sought.")
    valid_until = serializers.DateField(read_only=True, help_text="The last day on which it stands here.")


class OfferRecordSerializer(OfferSerializer):
    licence = LicenceField()


class NeedSerializer(OfferSerializer):
    page = PageField("ecosystem:need", "pk")


class NeedRecordSerializer(NeedSerializer):
    licence = LicenceField()


class FigureSerializer(serializers.Serializer):
    value = serializers.CharField(read_only=True)
    label = TextField()
    as_of = serializers.CharField(read_only=True, help_text="A year, a month, a day or some years.")
    source = serializers.CharField(read_only=True)


class WaySerializer(serializers.Serializer):
    kind = fact(TakePart.Kind.choices)
    text = TextField()
    source = serializers.CharField(read_only=True)


class InitiativeSerializer(serializers.Serializer):
    slug = SlugField()
    page = PageField("ecosystem:initiative")
    code = serializers.CharField(read_only=True)
    name = TextField()
    tagline = TextField()
    description = TextField()
    started_year = year()
    started_month = year()
    themes = ThemeSerializer(many=True, read_only=True)
    leads = OrganisationLinkSerializer(many=True, read_only=True)
    website = serializers.CharField(read_only=True)


class InitiativeRecordSerializer(InitiativeSerializer):
    figures = FigureSerializer(many=True, read_only=True)
    ways_to_take_part = WaySerializer(source="take_parts", many=True, read_only=True)
    sources = SourcesField()
    licence = LicenceField()


class MirrorInNagoyaSerializer(serializers.Serializer):
    """A pair that a testbed of Torino is in: ``testbed`` is the other one."""

    page = PageField("ecosystem:mirror", "pk")
    state = fact(MirrorPair.State.choices)
    rationale = TextField()
    testbed = TestbedLinkSerializer(source="nagoya", read_only=True)


class MirrorInTorinoSerializer(MirrorInNagoyaSerializer):
    testbed = TestbedLinkSerializer(source="torino", read_only=True)


class ClosureSerializer(serializers.Serializer):
    first_day = serializers.DateField(read_only=True)
    last_day = serializers.DateField(read_only=True, help_text="Closed on this day, too.")
    reason = TextField()


class TestbedSerializer(serializers.Serializer):
    __test__ = False

    slug = SlugField()
    page = PageField("ecosystem:testbed")
    name = TextField()
    owner = OrganisationLinkSerializer(read_only=True, allow_null=True, help_text="Null: not public.")
    city = CitySerializer(read_only=True)
    kind = fact(Testbed.Kind.choices)
    state = fact(Testbed.State.choices, "Lists leave out the retired ones.")
    testable = TextField()
    place = TextField("place_name")
    point = PointField()
    opening = TextField()
    capacity = serializers.IntegerField(
        read_only=True, allow_null=True, min_value=0, help_text="How many tests can run there at the same time."
    )
    languages = serializers.ListField(child=serializers.CharField(), read_only=True)
    themes = ThemeSerializer(many=True, read_only=True)
    initiatives = InitiativeLinkSerializer(many=True, read_only=True)


class TestbedRecordSerializer(TestbedSerializer):
    __test__ = False

    provided = TextField()
    not_provided = TextField()
    data_available = TextField()
    rules = TextField()
    cost = TextField()
    closures = ClosureSerializer(many=True, read_only=True, help_text="Those that go on or are to come.")
    mirrors = serializers.SerializerMethodField(help_text="The testbeds of the other city that it mirrors.")
    sources = SourcesField()
    licence = LicenceField()

    def get_mirrors(self, testbed) -> MirrorInNagoyaSerializer(many=True):
        in_nagoya = MirrorInNagoyaSerializer(testbed.mirrors_in_nagoya.all(), many=True)
        in_torino = MirrorInTorinoSerializer(testbed.mirrors_in_torino.all(), many=True)
        return [*in_nagoya.data, *in_torino.data]


class TestSerializer(serializers.Serializer):
    __test__ = False  # its name begins with "Test", but pytest has nothing to collect here

    slug = SlugField()
    page = PageField("ecosystem:test")
    title = TextField()
    tested = TextField()
    outcome = TextField()
    state = fact(TestRun.State.choices, "`unknown`: the sources do not say how it ended.")
    start = serializers.DateField(read_only=True, allow_null=True, help_text="The first day it may have begun.")
    start_precision = fact(DatePrecision.choices, "How much of the start is known.")
    end = serializers.DateField(read_only=True, allow_null=True, help_text="The last day it may have ended.")
    end_precision = fact(DatePrecision.choices, "How much of the end is known.")
    city = CitySerializer(read_only=True, allow_null=True)
    place = TextField("place_name")
    testbed = serializers.SlugField(
        source="testbed.slug", read_only=True, allow_null=True, help_text="Its slug; null: elsewhere, or not stated."
    )
    point = PointField()
    themes = ThemeSerializer(many=True, read_only=True)
    initiatives = InitiativeLinkSerializer(many=True, read_only=True)
    organisations = OrganisationLinkSerializer(many=True, read_only=True)
    trl_in = trl_level("Technology readiness level at the start.")
    trl_out = trl_level("Technology readiness level at the end.")


class TestRecordSerializer(TestSerializer):
    __test__ = False

    budget = TextField()
    sources = SourcesField()
    licence = LicenceField()


class PracticeSerializer(serializers.Serializer):
    slug = SlugField()
    page = PageField("ecosystem:practice")
    title = TextField()
    city = CitySerializer(read_only=True)
    problem = TextField()
    results = TextField()
    is_featured = serializers.SerializerMethodField()
    first_year = year()
    first_year_is_approximate = serializers.BooleanField(read_only=True)
    last_year = year("Null: it goes on.")
    themes = ThemeSerializer(many=True, read_only=True)
    initiatives = InitiativeLinkSerializer(many=True, read_only=True)
    organisations = OrganisationLinkSerializer(many=True, read_only=True)

    def get_is_featured(self, practice) -> bool:
        return practice.state == practice.State.FEATURED


class PracticeRecordSerializer(PracticeSerializer):
    solution = TextField()
    what_failed = TextField()
    replicability = TextField()
    costs = TextField()
    recognition = TextField()
    sources = SourcesField()
    licence = LicenceField()


class TransferSerializer(serializers.Serializer):
    id = NumberField()
    page = PageField("ecosystem:practice", "practice.slug", part="#transfers")
    practice = PracticeLinkSerializer(read_only=True)
    city = CitySerializer(read_only=True, allow_null=True, help_text="The city that took it over.")
    organisation = OrganisationLinkSerializer(
        read_only=True, allow_null=True, help_text="The organisation that took it over; null: none, or not public."
    )
    adapted = TextField(help_text="What was adapted.")
    started = serializers.DateField(read_only=True, allow_null=True, help_text="The first day it may have begun.")
    started_precision = fact(DatePrecision.choices, "How much of the start is known.")
    in_use_since = serializers.DateField(read_only=True, allow_null=True, help_text="The first day it may be in use.")
    in_use_precision = fact(DatePrecision.choices, "How much of that day is known.")
    proof = serializers.CharField(read_only=True, help_text="A page or a document on the web that shows it.")
    state = fact(Transfer.State.choices, "Those who took it over report it; the programme confirms it.")


class TransferRecordSerializer(TransferSerializer):
    licence = LicenceField()


class LabelSerializer(serializers.Serializer):
    lang = fact(Language.choices)
    text = serializers.CharField(read_only=True)


class ConceptLinkSerializer(serializers.Serializer):
    scheme = fact(Concept.Scheme.choices)
    notation = serializers.SlugField(read_only=True)
    label = TextField("pref_label")


class ConceptSerializer(serializers.Serializer):
    slug = SlugField(source="notation")
    page = PageField("ecosystem:concept", "notation")
    label = TextField("pref_label")
    preferred = serializers.SerializerMethodField(help_text="The preferred label in each language that has one.")
    alternative = serializers.SerializerMethodField(help_text="Other words for the same thing.")
    definition = TextField()
    broader = ConceptLinkSerializer(read_only=True, allow_null=True)
    narrower = ConceptLinkSerializer(many=True, read_only=True)
    related = ConceptLinkSerializer(many=True, read_only=True, help_text="Neighbours, and the themes it belongs to.")

    def get_preferred(self, concept) -> LabelSerializer(many=True):
        texts = [(code, getattr(concept, f"pref_label_{code}")) for code in Language.values]
        return [{"lang": code, "text": text} for code, text in texts if text]

    def get_alternative(self, concept) -> LabelSerializer(many=True):
        return [{"lang": label.language, "text": label.text} for label in concept.labels.all()]


class ConceptRecordSerializer(ConceptSerializer):
    licence = LicenceField()
