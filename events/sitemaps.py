"""The pages of events for search engines: the list, and each public event and series."""

from events.models import Event, Series
from iurc_portal.pages.sitemaps import NamedPages, PortalSitemap


class Lists(NamedPages):
    names = ("events:list", "events:calendars")


class Events(PortalSitemap):
    def items(self):
        return Event.objects.listed().order_by("pk")

    def lastmod(self, item):
        return item.last_modified


class SeriesPages(PortalSitemap):
    def items(self):
        return Series.objects.listed().order_by("pk")
