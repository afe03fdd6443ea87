"""What programs may filter events by: what visitors may, and days, ways to take part, cities."""

from datetime import UTC, date, datetime, time, timedelta

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from ecosystem.filters import city_facet
from events.filters import EventFilter
from events.models import Event
from iurc_portal.api.parameters import day
from iurc_portal.clock import ROME, TOKYO
from iurc_portal.search.facets import Facet

FIRST, LAST = date(1970, 1, 1), date(2200, 1, 1)  # days beyond stand for these: no event lies there
LATEST = "latest"


def touching(first: date | None, last: date | None) -> QuerySet[Event]:
    """Events that touch the days from ``first`` to ``last`` on the calendar of either city; None: without that end.

    A day begins in Nagoya and ends in Torino.
    """
    if first is not None and last is not None and last < first:
        return Event.objects.filter(dtend__lt=F("dtstart"))  # none, in words that the counting of facets can carry
    events = Event.objects.all()
    if first is not None:
        events = events.filter(dtend__gt=_midnight(first, TOKYO))
    if last is not None:
        events = events.filter(dtstart__lt=_midnight(min(last, LAST) + timedelta(days=1), ROME))
    return events


def _midnight(of: date, zone) -> datetime:
    return datetime.combine(max(of, FIRST), time(), zone).astimezone(UTC)


class EventDataFilter(EventFilter):
    """Raises ``BadParameter`` for a ``from`` or ``to`` that is no day."""

    SORTS = {"start": "by start", LATEST: "latest first"}

    def __init__(self, data: QueryDict, *args, **kwargs):
        self.days = day(data, "from"), day(data, "to")
        super().__init__(data, *args, **kwargs)

    def make_facets(self) -> list[Facet]:
        modes = [(mode.value, str(mode.label)) for mode in Event.AttendanceMode]
        return [
            *super().make_facets(),
            Facet("mode", capfirst(_("how people take part")), modes),
            city_facet("places__events", self.search.tools),
        ]

    @property
    def listed(self):
        documents = super().listed
        return documents.filter(object_id__in=touching(*self.days).values("pk")) if any(self.days) else documents

    def kept(self, what, make):
        return super().kept((*what, *self.days), make)

    def order(self):
        start = Subquery(Event.objects.filter(pk=OuterRef("object_id")).values("dtstart"))
        return [start.desc() if self.sort == LATEST else start.asc(), "object_id"]
