"""Who of the two cities met whom: organisations that the portal's pages name already, and nobody's name.

They met where both were named at something that took place: an organiser or speaker of a webinar, a host of a public
item of a visit's released agenda, the offices of a stay. Where a side names no organisation, its people stand for it.
Introductions are counted by pages and named by none, so they are not here.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import product

from django.db.models import CharField, F, OuterRef, Q, QuerySet, Subquery, Value
from django.utils.translation import pgettext

from ecosystem.models import Organisation
from ecosystem.models.organisations import told_at
from events.models import Event
from iurc_portal.clock import PartnerSide
from iurc_portal.translation.languages import Spoken, columns, order_for
from programme.activities import Activity, of_two_cities, spoken
from programme.models import AgendaVersion, Edition, Speaker, StaffExchange, Webinar
from programme.models.visits import OVER

SIDES = tuple(PartnerSide.values)  # torino, nagoya: the two columns
Key = tuple[str, int]  # a side, and an organisation of it (0: its people)


@dataclass(frozen=True)
class Party:
    """One end of a meeting: an organisation, or the people of a city."""

    key: str
    side: str
    name: Spoken
    slug: str = ""


@dataclass(frozen=True)
class Encounters:
    """``pairs``: of (key of Torino's party, key of Nagoya's), how often they met by kind of activity."""

    parties: dict[str, Party] = field(default_factory=dict)
    pairs: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)

    @property
    def times(self) -> dict[tuple[str, str], int]:
        return {pair: kinds.total() for pair, kinds in self.pairs.items()}

    def of_side(self, side: str) -> list[Party]:
        return [party for party in self.parties.values() if party.side == side]

    @property
    def rows(self) -> list[tuple[Party, Party, Counter[str]]]:
        """Those who met most first."""
        found = sorted(self.pairs.items(), key=lambda row: (-row[1].total(), row[0]))
        return [(self.parties[one], self.parties[other], kinds) for (one, other), kinds in found]


def encounters_of(edition: Edition, activities: Sequence[Activity]) -> Encounters:
    """Two statements, however much was done."""
    received = _receivers(edition)
    named, known = _named(edition, {pk for bodies in received.values() for pk in bodies})
    for visit, bodies in received.items():
        named["visit", visit] = [pk for pk in bodies if pk in known]
    met = Encounters()
    for activity in activities:
        if not activity.is_over or activity.kind == "meeting":
            continue
        present: dict[str, set[str]] = {side: set() for side in SIDES}
        for pk in named.get((activity.kind, activity.pk), ()):
            party = known[pk]
            if activity.kind != "visit" or party.side == activity.host:
                present[party.side].add(party.key)
        _meet(met, present, known, activity)
    return met


def _meet(met: Encounters, present: dict[str, set[str]], known: dict[int, Party], activity: Activity) -> None:
    if activity.kind == "stay" and not all(present.values()):
        return  # one of its two offices is not published: the other met nobody that may be told
    by_key = {party.key: party for party in known.values()}
    for side in SIDES:
        if not present[side]:
            by_key[side] = people_of(side)
            present[side] = {side}
    for pair in product(*(sorted(present[side]) for side in SIDES)):
        met.pairs.setdefault(pair, Counter())[activity.kind] += 1
        for key in pair:
            met.parties.setdefault(key, by_key[key])


def people_of(side: str) -> Party:
    words = pgettext("who met whom", "People from %(city)s") % {"city": PartnerSide(side).label}
    return Party(side, side, Spoken.written_in(words, order_for()[0]))


def _receivers(edition: Edition) -> dict[int, list[int]]:
    """Of each visit that took place, the organisations of public items of the last released agenda."""
    newest = AgendaVersion.objects.filter(visit=OuterRef("visit")).order_by("-number").values("pk")[:1]
    rows = AgendaVersion.objects.filter(
        of_two_cities(edition, "visit__exchange"), visit__state__in=OVER, pk=Subquery(newest)
    ).values_list("visit", "snapshot")  # whole: SQLite cuts one up for longer than Python reads it
    return {
        visit: sorted(
            {
                item["organisation"]
                for item in snapshot["items"]
                if item["public"] and item["organisation"] and item["status"] != Event.Status.CANCELLED
            }
        )
        for visit, snapshot in rows
    }


def _named(edition: Edition, more: Iterable[int]) -> tuple[dict[Key, list[int]], dict[int, Party]]:
    """Who organises or speaks at each webinar and whose offices each stay joins; and all of them, with ``more``."""
    webinars = Webinar.objects.filter(
        of_two_cities(edition), event__in=Event.objects.listed(), event__status=Event.Status.CONFIRMED
    )
    speakers = Speaker.objects.filter(webinar__in=webinars.order_by()).exclude(role=Speaker.Role.INTERPRETER)
    in_words = Q(affiliation_it__gt="") | Q(affiliation_en__gt="") | Q(affiliation_ja__gt="")
    stays = StaffExchange.objects.public().filter(of_two_cities(edition))
    parts = [
        _rows(webinars, "webinar", F("pk"), "event__organizer"),
        _rows(speakers, "webinar", F("webinar"), "organisation"),
        _rows(speakers.filter(organisation=None).exclude(in_words), "webinar", F("webinar"), "person__organisation"),
        _rows(stays, "stay", F("pk"), "sending"),
        _rows(stays, "stay", F("pk"), "hosting"),
        _rows(Organisation.objects.filter(pk__in=list(more)), "", Value(0), ""),
    ]
    named: dict[Key, list[int]] = {}
    known: dict[int, Party] = {}
    for kind, at, pk, side, slug, *texts in parts[0].union(*parts[1:], all=True):
        known[pk] = Party(f"{side}-{pk}", side, spoken(texts), slug)
        if kind:
            named.setdefault((kind, at), []).append(pk)
    return named, known


def _rows(found: QuerySet, kind: str, at, path: str) -> QuerySet:
    """One part of the union: where, and the organisation there, where pages may name it (``Organisation.is_told``)."""
    to = f"{path}__" if path else ""
    told = found.filter(told_at(path))
    if path:
        told = told.filter(**{f"{path}__isnull": False})
    facts = ("pk", "side", "slug", *columns("name"))
    named = {"row_kind": Value(kind, CharField()), "at": at, **{f"body_{name}": F(f"{to}{name}") for name in facts}}
    return told.order_by().annotate(**named).values_list(*named)  # the parts of a union have the same names in order
