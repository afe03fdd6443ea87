"""The pages of the programme for search engines: public ones only."""

from iurc_portal.pages.sitemaps import NamedPages, PortalSitemap
from programme.models import Exchange, StudyVisit, ThematicCluster


class Pages(NamedPages):
    names = (
        "programme:programme",
        "programme:webinars",
        "programme:library",
        "programme:visits",
        "programme:exchanges",
        "programme:clusters",
        "programme:staff_exchanges",
        "programme:progress",
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
