"""The pages of the programme for search engines: public ones only."""

from django.urls import reverse
from django.utils import timezone

from iurc_portal.pages.sitemaps import NamedPages, PortalSitemap
from programme.models import Edition, Exchange, Indicator, NewsItem, StudyVisit, ThematicCluster


class Pages(NamedPages):
    names = (
        "programme:programme",
        "programme:webinars",
        "programme:news",
        "programme:library",
        "programme:visits",
        "programme:exchanges",
        "programme:clusters",
        "programme:staff_exchanges",
        "programme:progress",
        "programme:reports",
    )


class Visits(PortalSitemap):
    def items(self):
        return StudyVisit.objects.public().order_by("pk")

    def lastmod(self, item):
        return item.updated_at


class Exchanges(PortalSitemap):
    def items(self):
        return Exchange.objects.public().order_by("pk")


class Clusters(PortalSitemap):
    def items(self):
        return ThematicCluster.objects.public().order_by("pk")


class News(PortalSitemap):
    def items(self):
        return NewsItem.objects.published(now=timezone.now())

    def lastmod(self, item):
        return item.changed_at


class Editions(PortalSitemap):
    """How each edition goes."""

    def items(self):
        return Edition.objects.order_by("pk")

    def location(self, item):
        return reverse("programme:progress_edition", args=[item.slug])


class Indicators(PortalSitemap):
    """The key numbers: the others have no page."""

    def items(self):
        return Indicator.objects.filter(is_key=True).select_related("edition").order_by("pk")

    def location(self, item):
        return reverse("programme:indicator", args=[item.edition.slug, item.code])
