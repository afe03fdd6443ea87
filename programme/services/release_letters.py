"""Whom a release tells something, and the letters about it (programme spec P12). What they say: ``mail_visits``."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ecosystem.models import Person
from events.services import scheduling
from events.triggers import morning_after
from iurc_portal.clock import ZONES, PartnerSide, zone_of_language
from iurc_portal.notifications.services import Letter, queue_messages
from iurc_portal.translation.languages import CODES
from programme.models import AgendaItem, AgendaVersion, Delegate, StudyVisit
from programme.versions.difference import Change, difference
from programme.versions.held import own_items, people_in

RELEASED, CALLED_OFF = "programme.agenda", "programme.agenda_off"
LANGUAGES = {PartnerSide.TORINO: "it", PartnerSide.NAGOYA: "ja"}


@dataclass(frozen=True)
class Reader:
    """How a person of a visit is written to: language and zone are their account's, else those they are known by."""

    person: Person
    address: str
    language: str
    tzid: str


@dataclass(frozen=True)
class Recipient:
    """Somebody whom a release changes something, with their own changes only. Without an address nobody writes."""

    reader: Reader
    changes: Sequence[Change]
    waits_until: datetime | None = None  # their morning, where it is night there

    @property
    def address(self) -> str:
        return self.reader.address


def readers_of(visit: StudyVisit, people: Iterable[int], *, guests: set[int]) -> list[Reader]:
    """``people`` (numbers) as they are written to: the delegation in protocol order (P15), then the others by name.

    ``guests`` are or were of the delegation. Two queries.
    """
    found = (
        Person.objects.filter(pk__in=set(people)).select_related("user").order_by("family_name", "given_name", "pk")
    )
    ranked = Delegate.objects.filter(visit=visit).in_protocol_order().values_list("person", flat=True)
    place = {person: number for number, person in enumerate(ranked)}
    last = len(place)
    return [
        _reader(person, visit.guest_city.slug if person.pk in guests else visit.host_city.slug)
        for person in sorted(found, key=lambda person: place.get(person.pk, last))
    ]


def _reader(person: Person, side: str) -> Reader:
    city = PartnerSide(side) if side in PartnerSide.values else None
    if person.user is not None and person.user.is_active:
        user = person.user
        return Reader(person, person.email or user.email, user.language, user.tzid)
    spoken = [code for code in person.languages if code in CODES]
    language = spoken[0] if spoken else LANGUAGES[city] if city else "en"
    return Reader(person, person.email, language, ZONES[city].key if city else zone_of_language(language))


def recipients_of(visit: StudyVisit, held: dict | None, snapshot: dict, *, now: datetime) -> list[Recipient]:
    """Everybody for whom ``snapshot`` has material news after ``held``; texts are told along with it, never alone."""
    people = people_in(snapshot) | (people_in(held) if held else set())
    own: dict[int, list[Change]] = {}
    for person in people:
        before = own_items(held, person).values() if held else ()
        changes = [change for change in difference(before, own_items(snapshot, person).values()) if _is_told(change)]
        if any(change.is_material for change in changes):
            own[person] = changes
    guests = {one["person"] for source in (held, snapshot) if source for one in source["people"]}
    return [
        Recipient(reader, own[reader.person.pk], morning_after(now, reader.tzid))
        for reader in readers_of(visit, own, guests=guests)
    ]


def _is_told(change: Change) -> bool:
    """What changes for everybody but not for somebody who is there anyway is no news to them."""
    return change.is_material or change.has_new_texts


def queue_letters(
    version: AgendaVersion, recipients: Iterable[Recipient], *, in_the_morning: bool, anew: bool = False
) -> None:
    """One letter a person. What it says follows from the versions, which never change; ``anew`` where nobody holds
    anything of the former one, because the visit had been called off.
    """
    queue_messages(
        Letter(
            key=f"{RELEASED}:{version.pk}:{recipient.reader.person.pk}",
            kind=RELEASED,
            to=recipient.address,
            language=recipient.reader.language,
            tzid=recipient.reader.tzid,
            payload={"version": version.pk, "person": recipient.reader.person.pk, "anew": anew},
            subject_id=str(version.pk),
            ordering_key=order_of(version.visit, recipient.reader.person),
            not_before=recipient.waits_until if in_the_morning else None,
        )
        for recipient in recipients
        if recipient.address
    )


def tell_called_off(visit: StudyVisit, *, now: datetime) -> None:
    """The visit is cancelled or postponed: whatever people hold of it leaves their calendars. Urgent, so at once."""
    version = visit.versions.order_by("-number").first()
    if version is None:
        return
    on = _on_in(version)
    sequences = {}
    for item in AgendaItem.objects.filter(pk__in=on).select_related("event").order_by("event"):
        if item.event.sequence <= next(i["sequence"] for i in version.snapshot["items"] if i["pk"] == item.pk):
            scheduling.raise_sequence(item.event)
        sequences[str(item.event_id)] = item.event.sequence
    queue_messages(
        Letter(
            key=f"{CALLED_OFF}:{version.pk}:{visit.state}:{reader.person.pk}:{now:%Y%m%dT%H%M%S}",
            kind=CALLED_OFF,
            to=reader.address,
            language=reader.language,
            tzid=reader.tzid,
            payload={
                "version": version.pk,
                "person": reader.person.pk,
                "state": visit.state,
                "sequences": sequences,
            },
            subject_id=str(version.pk),
            ordering_key=order_of(visit, reader.person),
        )
        for reader in told_called_off(visit, version)
    )


def told_called_off(visit: StudyVisit, version: AgendaVersion) -> list[Reader]:
    """Whoever holds something of ``version`` that is still on, and has an address. Two queries."""
    on = _on_in(version)
    people = {person for person in people_in(version.snapshot) if own_items(version.snapshot, person).keys() & on}
    guests = {one["person"] for one in version.snapshot["people"]}
    return [reader for reader in readers_of(visit, people, guests=guests) if reader.address]


def _on_in(version: AgendaVersion) -> set[int]:
    return {item["pk"] for item in version.snapshot["items"] if item["status"] != "CANCELLED"}


def order_of(visit: StudyVisit, person: Person) -> str:
    """Letters to one person about one visit leave in turn."""
    return f"visit:{visit.pk}:person:{person.pk}"
