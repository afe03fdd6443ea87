"""The pages of the ecosystem for search engines, each in the languages it is written in (E1)."""

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import timezone

from ecosystem.models import (
    Concept,
    GoodPractice,
    Initiative,
    Listing,
    MirrorPair,
    Organisation,
    Testbed,
    TestRun,
)
from iurc_portal.pages.sitemaps import NamedPages, PortalSitemap
from iurc_portal.translation.languages import languages_filled


class Lists(NamedPages):
    names = (
        "ecosystem:directory",
        "ecosystem:offers",
        "ecosystem:needs",
        "ecosystem:initiatives",
        "ecosystem:testbeds",
        "ecosystem:tests",
        "ecosystem:practices",
        "ecosystem:glossary",
        "ecosystem:open_data",
    )


class Written(PortalSitemap):
    """Pages of records; ``field`` is the text whose languages the page exists in."""

    field = ""

    def get_languages_for_item(self, item):
        return languages_filled(item, self.field)


class Organisations(Written):
    field = "summary"

    def items(self):
        return Organisation.objects.listed_for(AnonymousUser()).order_by("pk")

    def lastmod(self, item):
        return item.updated_at


class Listings(Written):
    field = "title"

    def items(self):
        return Listing.objects.listed(today=timezone.localdate()).order_by("pk")

    def lastmod(self, item):
        return item.updated_at


class Initiatives(Written):
    field = "name"

    def items(self):
        return Initiative.objects.visible_to(AnonymousUser()).order_by("pk")

    def location(self, item):
        return reverse("ecosystem:initiative", args=[item.slug])


class Testbeds(Written):
    field = "name"

    def items(self):
        return Testbed.objects.listed().order_by("pk")


class Mirrors(Written):
    field = "rationale"

    def items(self):
        return MirrorPair.objects.visible_to(AnonymousUser()).order_by("pk")


class Tests(Written):
    field = "title"

    def items(self):
        return TestRun.objects.visible_to(AnonymousUser()).order_by("pk")


class Practices(Written):
    field = "title"

    def items(self):
        return GoodPractice.objects.visible_to(AnonymousUser()).order_by("pk")


class Concepts(Written):
    field = "pref_label"

    def items(self):
        return Concept.objects.glossary().approved().order_by("pk")

    def location(self, item):
        return reverse("ecosystem:concept", args=[item.notation])
