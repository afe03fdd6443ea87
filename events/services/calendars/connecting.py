"""Connecting a calendar: what a server offers, what it can do, and the row that remembers it (events spec 9.7)."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction

from events import ical
from events.caldav import errors
from events.caldav.auth import Credentials, credentials_of
from events.caldav.client import Client, find_calendars
from events.caldav.copies import read
from events.models import RemoteCalendar
from events.services.calendars import scheduling
from iurc_portal.audit.services import record_transition

PROBE = datetime(2000, 1, 1, 12, tzinfo=UTC)  # an hour that nobody looks at


@dataclass(frozen=True)
class Collection:
    """A calendar that a server offers: its address and what it is called there."""

    url: str
    name: str


def discover(address: str, credentials: Credentials) -> list[Collection]:
    """The calendars for events that these credentials reach, from the address of a server, a user or a calendar.

    Network, so never inside a transaction. Raises the errors of ``events.caldav.errors``, all ``ValidationError`` with
    a ``code`` and a sentence for staff: a form shows them as they are.
    """
    return [Collection(url, name or url) for url, name in find_calendars(address, credentials)]


def connect(
    *,
    owner,
    collection: Collection,
    scope: str,
    now: datetime,
    city=None,
    remote_owns: tuple[str, ...] = (),
    language: str = "",
    auth: str = RemoteCalendar.Auth.PASSWORD,
    username: str = "",
    secret: str = "",
    **more,
) -> RemoteCalendar:
    """Write the row, probe what the server can do (``quirks``) and ask for the first run at ``now``.

    ``language`` defaults to the owner's; ``more`` are further columns (``access_token``, ``access_until``). The probe
    writes one entry of its own into the calendar and takes it away again. Raises ``ValidationError`` for what a form
    must say (twice the same calendar, no city) and the errors of ``events.caldav.errors``; no row is left then.
    """
    calendar = RemoteCalendar(
        owner=owner,
        display_name=collection.name[:200],
        url=collection.url,
        scope=scope,
        city=city,
        remote_owns=list(remote_owns),
        language=language or owner.language,
        auth=auth,
        username=username,
        secret=secret,
        **more,
    )
    calendar.full_clean()
    calendar.quirks = _ask(calendar)
    with transaction.atomic():
        calendar.save()
        record_transition(calendar, from_state="", to_state=scheduling.RUNNING, now=now, actor=owner)
        scheduling.run_soon(calendar, now=now)
    return calendar


def probe(calendar: RemoteCalendar) -> dict[str, bool]:
    """What the server can do: ``sync`` (RFC 6578), ``etag_on_put``, ``schedule_tag``, ``rewrites``; stored in the row.

    Network. Raises the errors of ``events.caldav.errors``.
    """
    calendar.quirks = _ask(calendar)
    RemoteCalendar.objects.filter(pk=calendar.pk).update(quirks=calendar.quirks)
    return calendar.quirks


def _ask(calendar: RemoteCalendar) -> dict[str, bool]:
    """Look at the calendar, write one entry, read it back, and take it away whatever happens."""
    with Client(calendar.url, credentials_of(calendar)) as client:
        listing = client.listing()
        quirks = {"sync": bool(listing.token)}
        name = str(uuid.uuid4())
        href = f"{calendar.path}{name}.ics"
        data = ical.calendar([_trial(name)])
        written = client.create(href, data)
        etag = written.etag
        try:
            back = client.get(href)
            if back is None:
                raise errors.Unreadable("an entry that was written is not there")
            etag = back.etag or etag
            quirks["etag_on_put"] = bool(written.etag)
            quirks["schedule_tag"] = bool(written.schedule_tag or back.schedule_tag)
            quirks["rewrites"] = read(back.data).content_hash != read(data).content_hash
        finally:
            if etag:
                client.delete(href, etag=etag)
    return quirks


def _trial(name: str) -> ical.Entry:
    return ical.Entry(
        uid=name,
        sequence=0,
        dtstart=PROBE,
        dtend=PROBE + timedelta(hours=1),
        tzid="Europe/Rome",
        summary="Torino–Nagoya 接続",
        summary_language="",
        description="Test; prova, テスト\n2",
        language="",
        location="Torino",
        url="https://example.org/",
        stamp=PROBE,
        last_modified=PROBE,
        status="CONFIRMED",
    )


def renew_secret(calendar: RemoteCalendar, *, now: datetime, by, secret: str, username: str = "", **more) -> None:
    """Another password or consent; a calendar paused for its want goes on at once."""
    calendar.secret = secret
    calendar.username = username or calendar.username
    for name, value in more.items():
        setattr(calendar, name, value)
    calendar.save(update_fields=["secret", "username", *more])
    if calendar.paused_because in (RemoteCalendar.Pause.UNAUTHORIZED, RemoteCalendar.Pause.FORBIDDEN):
        scheduling.resume(calendar, now=now, by=by)


@transaction.atomic
def disconnect(calendar: RemoteCalendar, *, now: datetime, by) -> None:
    """Forget the calendar and what we know of it. Its entries there stay: they are their owner's now."""
    former = calendar.paused_because or scheduling.RUNNING
    record_transition(calendar, from_state=former, to_state="disconnected", now=now, actor=by)
    calendar.delete()
