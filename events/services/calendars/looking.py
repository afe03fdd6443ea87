"""What is there: asking the server for what changed, and reading it (events spec 9.8–9.11)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Q

from events.caldav import errors
from events.caldav.client import Client, Listing, Resource
from events.caldav.copies import Copy, read
from events.models import Event, RemoteCalendar, RemoteItem

FULL_EVERY = timedelta(days=1)
DOUBLE, UNREADABLE, REFUSED = (RemoteItem.Quarantine[name] for name in ("DOUBLE", "UNREADABLE", "REFUSED"))


class Row(NamedTuple):
    """What a run knows of every entry before it reads any of them whole."""

    pk: int
    href: str
    etag: str
    uid: str
    event: int | None
    rendered: str
    quarantined: str
    deleted_at: datetime | None
    unseen: bool

    @property
    def is_live(self) -> bool:
        """Whether it stood there when we last looked; what a server refused never did."""
        return self.deleted_at is None and self.quarantined != REFUSED


@dataclass
class There:
    """The other side: what is gone, what was fetched and could be read, what could not, what stands twice."""

    listing: Listing
    rows: dict[str, Row]
    gone: set[str] = field(default_factory=set)
    resources: dict[str, Resource] = field(default_factory=dict)
    copies: dict[str, Copy] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    doubles: set[str] = field(default_factory=set)

    @property
    def number(self) -> int:
        """How many entries are there at all."""
        if self.listing.is_full:
            return len(self.listing.etags)
        known = {href for href, row in self.rows.items() if row.is_live}
        return len((known | self.listing.etags.keys()) - self.gone)

    def etag(self, href: str) -> str:
        resource = self.resources.get(href)
        return (resource.etag if resource else "") or self.listing.etags.get(href, "")


def rows_of(calendar: RemoteCalendar) -> dict[str, Row]:
    columns = ("pk", "href", "etag", "uid", "event", "rendered", "quarantined_because", "deleted_at", "unseen")
    return {values[1]: Row(*values) for values in calendar.items.order_by().values_list(*columns)}


def wants_full(calendar: RemoteCalendar, *, now: datetime) -> bool:
    """Everything is compared at the first run and at least once a day (9.10)."""
    last = calendar.last_full_compare_at
    return last is None or last <= now - FULL_EVERY


def list_there(calendar: RemoteCalendar, client: Client, *, full: bool) -> Listing:
    """What changed since the last run, or everything where that cannot be had. A lost token deletes nothing (9.9)."""
    if full:
        return client.listing()
    if calendar.sync_token:
        try:
            return client.changes(calendar.sync_token)
        except errors.TokenLost:
            return client.listing()
    if calendar.ctag and client.ctag() == calendar.ctag:
        return Listing({}, ctag=calendar.ctag, is_full=False)
    return client.listing()


def look(listing: Listing, rows: dict[str, Row], client: Client, *, tzid: str) -> There:
    """Fetch what is not as we know it, and read it."""
    there = There(listing, rows)
    live = {href for href, row in rows.items() if row.is_live}
    unseen = {href for href, row in rows.items() if row.unseen}
    there.gone = (
        live - listing.etags.keys() if listing.is_full else live & (listing.gone | unseen - listing.etags.keys())
    )
    wanted = {href for href, etag in listing.etags.items() if _is_news(rows.get(href), etag)}
    wanted |= {href for href, row in rows.items() if row.is_live and not row.etag and row.href not in there.gone}
    wanted |= _single_again(rows, there.gone)
    fetch(there, sorted(wanted), client, tzid=tzid)
    there.doubles = _doubles(rows, there)
    return there


def fetch(there: There, hrefs: Iterable[str], client: Client, *, tzid: str) -> None:
    for resource in client.fetch(hrefs):
        there.resources[resource.href] = resource
        try:
            if resource.problem:
                raise errors.Unreadable(resource.problem)
            there.copies[resource.href] = read(resource.data, tzid=tzid)
        except errors.Unreadable as error:
            there.faults[resource.href] = error.said


def events_of(copies: Iterable[Copy], *, portal: str) -> dict[str, int]:
    """The keys of events by public id and by UID, of those that these copies name."""
    ids = {copy.stamp.event for copy in copies if copy.stamp is not None and copy.stamp.portal == portal}
    uids = {copy.uid for copy in copies if copy.uid}
    found: dict[str, int] = {}
    wanted = Q(uid__in=uids) | Q(uid__in=[f"{one}@{portal}" for one in ids])
    for pk, public_id, uid in Event.objects.filter(wanted).values_list("pk", "public_id", "uid"):
        found[str(public_id)] = found[uid] = pk
    return found


def _is_news(row: Row | None, etag: str) -> bool:
    return row is None or row.deleted_at is not None or not etag or row.etag != etag


def _single_again(rows: dict[str, Row], gone: set[str]) -> set[str]:
    """Entries that stood twice and stand once now."""
    by_uid = defaultdict(set)
    for href, row in rows.items():
        if row.is_live and row.uid and href not in gone:
            by_uid[row.uid].add(href)
    doubled = (row for row in rows.values() if row.quarantined == DOUBLE and row.href not in gone and row.is_live)
    return {row.href for row in doubled if len(by_uid[row.uid]) == 1}


def _doubles(rows: dict[str, Row], there: There) -> set[str]:
    """Entries whose UID stands under another address, too (9.17)."""
    by_uid = defaultdict(set)
    for href, row in rows.items():
        if row.is_live and row.uid and href not in there.gone and href not in there.copies:
            by_uid[row.uid].add(href)
    for href, copy in there.copies.items():
        if copy.uid:
            by_uid[copy.uid].add(href)
    return {href for hrefs in by_uid.values() if len(hrefs) > 1 for href in hrefs}
