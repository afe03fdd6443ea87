"""What visitors may filter the lists of the ecosystem by. One FilterSet serves page, export and API."""

import re

from babel import Locale
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _

from ecosystem.models import (
    City,
    Concept,
    GoodPractice,
    Initiative,
    Listing,
    Organisation,
    Testbed,
    TestRun,
)
from ecosystem.models.listings import TrlBand
from iurc_portal.clock import PartnerSide
from iurc_portal.search.facets import IN_DATE, Facet, FacetedFilterSet, labels_kept
from iurc_portal.search.tools import Tools
from iurc_portal.translation.languages import Language, Spoken

PARTNER_CITIES = 2
MOST_ORGANISATIONS = 5
SLUG = re.compile(r"[-\w]{1,120}")


def theme_facet(tools: Tools, *, unstated: bool = True) -> Facet:
    """Themes in the order of their labels."""

    def read():
        found = ((theme.notation, Spoken.of(theme, "pref_label")) for theme in Concept.objects.themes())
        return sorted(found, key=lambda pair: pair[1])

    themes = labels_kept("theme", tools, read)
    return Facet("theme", _("Theme"), themes, unstated=_("not stated") if unstated else "")


def initiative_facet(tools: Tools) -> Facet:
    def read():
        return [(initiative.slug, Spoken.of(initiative, "name")) for initiative in Initiative.objects.all()]

    return Facet("initiative", _("Initiative"), labels_kept("initiative", tools, read), unstated=_("no initiative"))


def city_facet(related: str, tools: Tools) -> Facet:
    """The cities that ``related`` records have: Torino, Nagoya, then the others by name, folded away."""

    def read():
        cities = City.objects.filter(**{f"{related}__isnull": False}).distinct()
        in_order = sorted(cities, key=lambda city: (not city.is_partner, city.slug != PartnerSide.TORINO, str(city)))
        return [(city.slug, Spoken.of(city, "name")) for city in in_order]

    values = labels_kept(f"city of {related}", tools, read)
    return Facet("city", _("City"), values, unstated=_("not stated"), shown=PARTNER_CITIES)


def language_facet() -> Facet:
    names = Locale.parse((get_language() or "en")[:2]).languages
    values = [(code, names[code]) for code in Language.values]
    return Facet("language", _("Language of contact"), values, unstated=_("not stated"))


def organisation_facet(wanted: list[str]) -> list[Facet]:
    """Only where a page of one organisation sent the reader here: that organisation, to be taken off again."""
    if not any(wanted):
        return []
    slugs = [slug for slug in wanted[:MOST_ORGANISATIONS] if SLUG.fullmatch(slug)]
    found = Organisation.objects.told().filter(slug__in=slugs)
    values = [(organisation.slug, Spoken.of(organisation, "name")) for organisation in found]
    return [Facet("organisation", _("Organisation"), values)]


def type_facet(name: str, title: str, *, indexed: str = "") -> Facet:
    """The types of offers and needs."""
    return Facet(name, title, [(t.value, capfirst(t.label)) for t in Listing.Type], indexed=indexed)


def cooperation_facet(tools: Tools) -> Facet:
    def read():
        concepts = Concept.objects.approved().filter(scheme=Concept.Scheme.COOPERATION)
        found = ((concept.notation, Spoken.of(concept, "pref_label")) for concept in concepts)
        return sorted(found, key=lambda pair: pair[1])

    values = labels_kept("cooperation", tools, read)
    return Facet("cooperation", _("Cooperation"), values, unstated=_("not stated"))


class OrganisationFilter(FacetedFilterSet):
    KIND = "organisations"
    SORTS = {
        IN_DATE: gettext_lazy("Up to date first"),
        "name": gettext_lazy("By name"),
        "checked": gettext_lazy("By last check"),
    }

    class Meta:
        model = Organisation
        fields: list[str] = []

    def make_facets(self) -> list[Facet]:
        return [
            Facet("side", _("City's side"), [(s.value, str(s.label)) for s in PartnerSide]),
            theme_facet(self.search.tools),
            Facet("kind", _("Kind"), [(k.value, str(k.label)) for k in Organisation.Kind], indexed="category"),
            initiative_facet(self.search.tools),
            Facet("open_to_japan", _("Japan"), [("yes", _("open to Japan"))]),
            *self.listing_facets(),
            language_facet(),
            city_facet("organisations", self.search.tools),
        ]

    def listing_facets(self) -> list[Facet]:
        """What organisations offer and look for, once some do: rows of empty boxes help nobody."""
        facets = [type_facet("offers", _("Offers")), type_facet("seeks", _("Looks for"))]
        asked_for = any(self.wanted(facet.name) for facet in facets)
        return facets if asked_for or Listing.objects.listed(today=timezone.localdate()).exists() else []


class TestbedFilter(FacetedFilterSet):
    __test__ = False  # not a test class, whatever its name says
    KIND = "testbeds"
    SORTS = {"name": gettext_lazy("By name")}

    class Meta:
        model = Testbed
        fields: list[str] = []

    def make_facets(self) -> list[Facet]:
        return [
            city_facet("testbeds", self.search.tools),
            Facet("kind", _("Kind"), [(k.value, str(k.label)) for k in Testbed.Kind], indexed="category"),
            initiative_facet(self.search.tools),
            theme_facet(self.search.tools),
        ]


class ListingFilter(FacetedFilterSet):
    """Current offers, or needs: the index knows their last day, so that what is past it is not even counted."""

    class Meta:
        model = Listing
        fields: list[str] = []

    @property
    def listed(self):
        return super().listed.filter(dated__gte=timezone.localdate())

    def make_facets(self) -> list[Facet]:
        trl = [(band.value, str(band.label)) for band in TrlBand]
        return [
            *organisation_facet(self.wanted("organisation")),
            type_facet("type", pgettext("of a listing", "Type"), indexed="category"),
            cooperation_facet(self.search.tools),
            theme_facet(self.search.tools),
            Facet("side", _("City's side"), [(s.value, str(s.label)) for s in PartnerSide]),
            Facet("trl", _("How far it is"), trl, unstated=_("not stated")),
        ]


class OfferFilter(ListingFilter):
    KIND = "offers"


class NeedFilter(ListingFilter):
    KIND = "needs"


class TestRunFilter(FacetedFilterSet):
    __test__ = False  # not a test class, whatever its name says
    KIND = "tests"

    class Meta:
        model = TestRun
        fields: list[str] = []

    def make_facets(self) -> list[Facet]:
        return [
            *organisation_facet(self.wanted("organisation")),
            Facet("state", _("State"), [(s.value, str(s.label)) for s in TestRun.State], indexed="category"),
            city_facet("test_runs", self.search.tools),
            initiative_facet(self.search.tools),
            theme_facet(self.search.tools),
        ]


class GoodPracticeFilter(FacetedFilterSet):
    KIND = "practices"

    class Meta:
        model = GoodPractice
        fields: list[str] = []

    def make_facets(self) -> list[Facet]:
        return [
            *organisation_facet(self.wanted("organisation")),
            city_facet("practices", self.search.tools),
            theme_facet(self.search.tools),
        ]


class ConceptFilter(FacetedFilterSet):
    """Terms of the glossary: by name, or by relevance where words are asked for."""

    KIND = "glossary"

    class Meta:
        model = Concept
        fields: list[str] = []

    def make_facets(self) -> list[Facet]:
        return [theme_facet(self.search.tools, unstated=False)]
