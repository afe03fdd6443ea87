"""Items of an agenda that are at the same hour, or that want one person or one room twice (programme spec P6).

The whole engine of conflicts comes later; this is what staff are told on saving. Intervals are half-open: touching is
no overlap.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations
from zoneinfo import ZoneInfo

from django.db.models import Max, Min
from django.utils.translation import gettext as _

from ecosystem.models import Person, Place
from events.models import Event
from iurc_portal.translation.times import date_words
from programme.models import AgendaItem, StudyVisit


@dataclass(frozen=True)
class Overlap:
    """Two items at one time; ``people`` receive at both, ``place`` is a room for one of them alone."""

    first: AgendaItem
    second: AgendaItem
    tzid: str
    people: list[Person] = field(default_factory=list)
    place: Place | None = None

    def __str__(self):
        words = _("%(day)s: %(first)s and %(second)s overlap.") % {
            "day": date_words(self._wall(self.first.event.dtstart), "short"),
            "first": self._named(self.first),
            "second": self._named(self.second),
        }
        reasons = [_("%(person)s receives at both.") % {"person": person} for person in self.people]
        if self.place is not None:
            reasons.append(_("%(place)s is for one at a time.") % {"place": self.place})
        return " ".join([words, *reasons])

    def _named(self, item: AgendaItem) -> str:
        start, end = self._wall(item.event.dtstart), self._wall(item.event.dtend)
        facts = {"name": item.event, "from": f"{start:%H:%M}", "to": f"{end:%H:%M}"}
        name = _("“%(name)s” (%(from)s–%(to)s)") % facts
        if item.day.visit_id == self.first.day.visit_id:
            return name
        return _("%(item)s of “%(visit)s”") % {"item": name, "visit": item.day.visit}

    def _wall(self, instant: datetime) -> datetime:
        return instant.astimezone(ZoneInfo(self.tzid))


def overlaps_of(visit: StudyVisit) -> list[Overlap]:
    """Every pair of items at one time: two of this visit, or one of it and one that shares a person or a room.

    Three queries and one for the hosts, whatever the agenda holds.
    """
    present = AgendaItem.objects.exclude(event__status=Event.Status.CANCELLED)
    related = present.select_related("event__place", "day__visit").prefetch_related("hosts__person")
    own = list(related.filter(day__visit=visit).order_by("event__dtstart", "pk"))
    span = present.filter(day__visit=visit).aggregate(first=Min("event__dtstart"), last=Max("event__dtend"))
    if not own:
        return []
    others = related.filter(event__dtstart__lt=span["last"], event__dtend__gt=span["first"]).exclude(day__visit=visit)
    pairs = [*combinations(own, 2), *((mine, other) for other in others for mine in own)]
    found = []
    for first, second in pairs:
        if first.event.dtstart >= second.event.dtend or second.event.dtstart >= first.event.dtend:
            continue
        people = _common(first.hosts.all(), second.hosts.all())
        place = first.event.place if first.event.place_id == second.event.place_id else None
        place = place if place is not None and place.single_use else None
        if people or place or first.day.visit_id == second.day.visit_id:
            found.append(Overlap(first, second, visit.host_city.tzid, people, place))
    return found


def _common(hosts: Iterable, others: Iterable) -> list[Person]:
    known = {host.person_id for host in others}
    return [host.person for host in hosts if host.person_id in known]
