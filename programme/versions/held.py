"""A frozen agenda as the records that pages, letters and calendars show; these are read only and never saved.

Texts, times and places are those of the version. Names of people, and whether an organisation has a page, are true
today: a spelling that was mended shows at once, and who is forgotten is forgotten.
"""

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ecosystem.models import City, Organisation, Person, Place
from events.models import Event
from iurc_portal.translation.languages import CODES
from programme.models import AgendaItem, AgendaTrack, AgendaVersion, StudyVisit, VisitDay

Frozen = Mapping[str, Any]


@dataclass(frozen=True)
class Held:
    """A version with its items in the order of their start."""

    version: AgendaVersion
    items: tuple[AgendaItem, ...]

    def of_person(self, person: int) -> tuple[AgendaItem, ...]:
        """What concerns ``person`` (a number): the items of their group, those at which they receive or interpret."""
        own = own_items(self.version.snapshot, person)
        return tuple(_for_their_hours(item, own[item.pk]) for item in self.items if item.pk in own)

    def in_track(self, track: int | None) -> tuple[AgendaItem, ...]:
        return tuple(item for item in self.items if comes(track, {one.pk for one in item.groups}))


def comes(track: int | None, tracks: Iterable[int]) -> bool:
    """Whether people of the group ``track`` (None: of none) come to an item for ``tracks``; none means everybody."""
    wanted = set(tracks)
    return not wanted or track in wanted


def own_items(snapshot: Frozen, person: int) -> dict[int, Frozen]:
    """The frozen items that concern ``person``, by number: in the delegation, as a host, as an interpreter.

    Whoever only interprets at an item is there for the hours of their duties, and holds the item with those. Who
    interprets is news for the interpreters alone: ``interpreters`` is left out, ``duties`` are the person's pairs.
    """
    tracks = [one["track"] for one in snapshot["people"] if one["person"] == person]
    found = {}
    for item in snapshot["items"]:
        duties = [duty for duty in interpreters_of(item) if duty["person"] == person]
        own = {key: value for key, value in item.items() if key != "interpreters"}
        if person in item["hosts"] or any(comes(track, item["tracks"]) for track in tracks):
            found[item["pk"]] = own | {"duties": _pairs(duties)}
        elif duties:
            hours = {"start": min(duty["start"] for duty in duties), "end": max(duty["end"] for duty in duties)}
            found[item["pk"]] = own | hours | {"duties": _pairs(duties)}
    return found


def interpreters_of(item: Frozen) -> list[Frozen]:
    """The duties at a frozen item; versions of the first format kept none."""
    return item.get("interpreters", [])


def _pairs(duties: Iterable[Frozen]) -> list[list[str]]:
    return sorted(list(duty["languages"]) for duty in duties)


def _for_their_hours(item: AgendaItem, own: Frozen) -> AgendaItem:
    """``item`` with the hours of one person's duties, where these are only a part of it."""
    start, end = (datetime.fromisoformat(own[key]) for key in ("start", "end"))
    if (start, end) == (item.event.dtstart, item.event.dtend):
        return item
    item, event = copy(item), copy(item.event)
    event.dtstart, event.dtend = start, end
    item.event = event
    return item


def people_in(snapshot: Frozen) -> set[int]:
    """Everybody whom an agenda concerns: the delegation, the hosts and the interpreters of its items."""
    there = [item for item in snapshot["items"] if item["status"] != Event.Status.CANCELLED]
    return (
        {one["person"] for one in snapshot["people"]}
        | {host for item in there for host in item["hosts"]}
        | {duty["person"] for item in there for duty in interpreters_of(item)}
    )


def track_of(snapshot: Frozen, person: int, otherwise: int | None = None) -> int | None:
    """The group of ``person`` in the delegation then; ``otherwise`` for who has come to it since."""
    return next((one["track"] for one in snapshot["people"] if one["person"] == person), otherwise)


def read(versions: Iterable[AgendaVersion]) -> list[Held]:
    """``versions`` (with their visits) as records, in so many queries for all of them: four."""
    versions = list(versions)
    frozen = [item for version in versions for item in version.snapshot["items"]]
    shelf = Shelf(frozen)
    return [
        Held(version, tuple(shelf.item(version.visit, item, version.snapshot) for item in version.snapshot["items"]))
        for version in versions
    ]


class Shelf:
    """What frozen items refer to, read at once."""

    def __init__(self, items: Iterable[Frozen]):
        items = list(items)
        places = [item["place"] for item in items if item["place"]]
        self.cities = City.objects.in_bulk({place["city"] for place in places}) if places else {}
        bodies = {item[key] for item in items for key in ("organisation", "organiser") if item[key]}
        self.organisations = Organisation.objects.select_related("city").in_bulk(bodies) if bodies else {}
        people = {host for item in items for host in item["hosts"]}
        self.people = Person.objects.select_related("organisation").in_bulk(people) if people else {}

    def item(self, visit: StudyVisit, frozen: Frozen, snapshot: Frozen) -> AgendaItem:
        names = {track["pk"]: track["name"] for track in snapshot["tracks"]}
        item = AgendaItem(
            pk=frozen["pk"],
            day=VisitDay(
                visit=visit,
                date=date.fromisoformat(frozen["day"]),
                **_columns("theme", snapshot["days"].get(frozen["day"], {})),
            ),
            event=self.event(visit, frozen),
            kind=frozen["kind"],
            organisation=self.organisations.get(frozen["organisation"]),
            is_public=frozen["public"],
            spoken_languages=frozen["languages"],
            interpretation=frozen["interpretation"],
            photo_rule=frozen["photo_rule"],
            **_columns("dress", frozen["dress"]),
        )
        item.receivers = [self.people[host] for host in frozen["hosts"] if host in self.people]
        item.groups = [
            AgendaTrack(pk=pk, visit=visit, **_columns("name", names.get(pk, {}))) for pk in frozen["tracks"]
        ]
        return item

    def event(self, visit: StudyVisit, frozen: Frozen) -> Event:
        """The event as it was when it was released: enough of it for a page and a calendar entry."""
        event = Event(
            pk=frozen["event"],
            uid=frozen["uid"],
            slug=frozen["slug"],
            sequence=frozen["sequence"],
            status=frozen["status"],
            access=Event.Access.PARTICIPANTS,
            event_attendance_mode=Event.AttendanceMode.OFFLINE,
            dtstart=datetime.fromisoformat(frozen["start"]),
            dtend=datetime.fromisoformat(frozen["end"]),
            tzid=frozen["tzid"],
            place=self.place(frozen["place"]),
            cancelled_at=datetime.fromisoformat(frozen["cancelled_at"]) if frozen["cancelled_at"] else None,
            last_modified=datetime.fromisoformat(frozen["modified"]),
            is_sample=visit.is_sample,
            **_columns("name", frozen["name"]),
            **_columns("location", frozen["location"]),
            **_columns("cancellation_reason", frozen["reason"]),
        )
        if organiser := self.organisations.get(frozen["organiser"]):
            event.organizer = organiser
        return event

    def place(self, frozen: Frozen | None) -> Place | None:
        if frozen is None:
            return None
        return Place(
            pk=frozen["pk"],
            city=self.cities.get(frozen["city"]),
            latitude=Decimal(frozen["latitude"]) if frozen["latitude"] else None,
            longitude=Decimal(frozen["longitude"]) if frozen["longitude"] else None,
            precision=frozen["precision"],
            phone=frozen["phone"],
            **_columns("name", frozen["name"]),
            **_columns("address", frozen["address"]),
        )


def _columns(field: str, texts: Mapping[str, str]) -> dict[str, str]:
    return {f"{field}_{code}": texts.get(code, "") for code in CODES}
