"""Connecting a calendar: what a server offers, what it can do, and the row that remembers it (events spec 9.7)."""

from dataclasses import dataclass
from datetime import datetime

from events.caldav.auth import Credentials
from events.models import RemoteCalendar


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
    raise NotImplementedError


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
    raise NotImplementedError


def probe(calendar: RemoteCalendar) -> dict[str, bool]:
    """What the server can do: ``sync`` (RFC 6578), ``etag_on_put``, ``schedule_tag``, ``rewrites``; stored in the row.

    Network. Raises the errors of ``events.caldav.errors``.
    """
    raise NotImplementedError


def renew_secret(calendar: RemoteCalendar, *, now: datetime, by, secret: str, username: str = "", **more) -> None:
    """Another password or consent; a calendar paused for its want goes on at once."""
    raise NotImplementedError


def disconnect(calendar: RemoteCalendar, *, now: datetime, by) -> None:
    """Forget the calendar and what we know of it. Its entries there stay: they are their owner's now."""
    raise NotImplementedError
