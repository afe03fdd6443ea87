"""The resources of the ecosystem. One more is a class here, its serializers beside, and its place in the list."""

from django.db.models import Prefetch
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter

from ecosystem.api import serializers
from ecosystem.filters import (
    MOST_ORGANISATIONS,
    ConceptFilter,
    GoodPracticeFilter,
    NeedFilter,
    OfferFilter,
    OrganisationFilter,
    TestbedFilter,
    TestRunFilter,
)
from ecosystem.models import (
    Concept,
    ConceptLabel,
    GoodPractice,
    Initiative,
    Listing,
    MirrorPair,
    Organisation,
    OrganisationInitiative,
    Testbed,
    TestbedClosure,
    TestRun,
    Transfer,
)
from ecosystem.models.vocabulary import themes_in_use
from iurc_portal.api.views import ANYBODY, Numbered, Resource

OF_ORGANISATION = OpenApiParameter(
    "organisation",
    {
        "type": "array",
        "maxItems": MOST_ORGANISATIONS,
        "items": {"type": "string", "pattern": "^[-a-zA-Z0-9_]{1,120}$"},
    },
    description="The slug of an organisation that it is of or that took part; several by repeating it: any of them.",
    style="form",
    explode=True,
)


def _listed_organisations() -> Prefetch:
    return Prefetch("organisations", Organisation.objects.listed_for(ANYBODY))


class Organisations(Resource):
    """Companies, universities, research centres, public bodies and associations of the two cities."""

    address, title = "organisations", "Organisations"
    filterset_class = OrganisationFilter
    serializer_class = serializers.OrganisationSerializer
    record_serializer_class = serializers.OrganisationRecordSerializer

    def rows(self):
        return self._with_all(Organisation.objects.listed_for(ANYBODY))

    def record_rows(self):
        """Closed ones too: a record that vanishes looks like a broken directory."""
        current = Listing.objects.listed(today=timezone.localdate())
        told = self._with_all(Organisation.objects.told())
        return told.prefetch_related(Prefetch("listings", current, to_attr="current_listings"))

    def _with_all(self, organisations):
        parts = Prefetch("parts", OrganisationInitiative.objects.select_related("initiative"))
        return organisations.select_related("city").prefetch_related(themes_in_use(), parts)


class Offers(Numbered):
    """What organisations offer to partners in the other city. Each is valid until a day and then no longer here."""

    address, title = "offers", "Offers"
    direction = Listing.Direction.OFFER
    filterset_class = OfferFilter
    serializer_class = serializers.OfferSerializer
    record_serializer_class = serializers.OfferRecordSerializer
    more_parameters = [OF_ORGANISATION]

    def rows(self):
        listed = Listing.objects.filter(direction=self.direction).listed(today=timezone.localdate())
        return listed.select_related("organisation").prefetch_related(
            Prefetch("cooperation", Concept.objects.approved())
        )


class Needs(Offers):
    """What organisations look for in the other city. Each is valid until a day and then no longer here."""

    address, title = "needs", "Needs"
    direction = Listing.Direction.NEED
    filterset_class = NeedFilter
    serializer_class = serializers.NeedSerializer
    record_serializer_class = serializers.NeedRecordSerializer


class Initiatives(Resource):
    """The programmes and laboratories of Torino that a Japanese company meets first."""

    address, title = "initiatives", "Initiatives"
    serializer_class = serializers.InitiativeSerializer
    record_serializer_class = serializers.InitiativeRecordSerializer

    def rows(self):
        leads = Prefetch("leads", Organisation.objects.listed_for(ANYBODY))
        return Initiative.objects.visible_to(ANYBODY).prefetch_related(themes_in_use(), leads)

    def record_rows(self):
        return self.rows().prefetch_related("figures", "take_parts")


class Testbeds(Resource):
    """Where one can test: streets, buildings, data, laboratories, districts that a city opens to others."""

    __test__ = False  # its name begins with "Test", but pytest has nothing to collect here
    address, title = "testbeds", "Testbeds"
    filterset_class = TestbedFilter
    serializer_class = serializers.TestbedSerializer
    record_serializer_class = serializers.TestbedRecordSerializer

    def rows(self):
        return self._with_all(Testbed.objects.listed())

    def record_rows(self):
        """Retired ones too, for the tests that were made there."""
        pairs = MirrorPair.objects.visible_to(ANYBODY)
        return self._with_all(Testbed.objects.visible_to(ANYBODY)).prefetch_related(
            Prefetch("closures", TestbedClosure.objects.filter(last_day__gte=timezone.localdate())),
            Prefetch("mirrors_in_nagoya", pairs.select_related("nagoya")),
            Prefetch("mirrors_in_torino", pairs.select_related("torino")),
        )

    def _with_all(self, testbeds):
        owners = Prefetch("owner", Organisation.objects.told())
        return testbeds.select_related("city").prefetch_related(themes_in_use(), "initiatives", owners)


class Tests(Resource):
    """What was tried in the two cities: by whom, where, with what outcome."""

    __test__ = False  # its name is "Tests", but pytest has nothing to collect here
    address, title = "tests", "Tests"
    filterset_class = TestRunFilter
    serializer_class = serializers.TestSerializer
    record_serializer_class = serializers.TestRecordSerializer
    more_parameters = [OF_ORGANISATION]

    def rows(self):
        runs = TestRun.objects.visible_to(ANYBODY).select_related("city")
        testbeds = Prefetch("testbed", Testbed.objects.visible_to(ANYBODY))
        return runs.prefetch_related(themes_in_use(), "initiatives", testbeds, _listed_organisations())


class Practices(Resource):
    """Good practices: what one city did that another may repeat."""

    address, title = "practices", "Good practices"
    filterset_class = GoodPracticeFilter
    serializer_class = serializers.PracticeSerializer
    record_serializer_class = serializers.PracticeRecordSerializer
    more_parameters = [OF_ORGANISATION]

    def rows(self):
        practices = GoodPractice.objects.visible_to(ANYBODY).select_related("city")
        return practices.prefetch_related(themes_in_use(), "initiatives", _listed_organisations())


class Transfers(Numbered):
    """Where good practices were taken over. Those who took them over report it, the programme confirms it."""

    address, title = "transfers", "Transfers of good practices"
    serializer_class = serializers.TransferSerializer
    record_serializer_class = serializers.TransferRecordSerializer

    def rows(self):
        """All of the practices that are public, as on their pages."""
        transfers = Transfer.objects.filter(practice__in=GoodPractice.objects.visible_to(ANYBODY))
        receivers = Prefetch("organisation", Organisation.objects.told())
        return transfers.select_related("practice", "city").prefetch_related(receivers)


class Concepts(Resource):
    """The words of the two cities for the same thing. The whole vocabulary as SKOS: `/vocabulary.ttl`."""

    address, title = "concepts", "Concepts of the glossary"
    lookup_field = "notation"
    filterset_class = ConceptFilter
    serializer_class = serializers.ConceptSerializer
    record_serializer_class = serializers.ConceptRecordSerializer

    def rows(self):
        approved = Concept.objects.approved()
        alternatives = Prefetch("labels", ConceptLabel.objects.filter(kind=ConceptLabel.Kind.ALTERNATIVE))
        return approved.glossary().prefetch_related(
            alternatives, *(Prefetch(way, approved) for way in ("broader", "narrower", "related"))
        )


RESOURCES = [Organisations, Offers, Needs, Initiatives, Testbeds, Tests, Practices, Transfers, Concepts]
