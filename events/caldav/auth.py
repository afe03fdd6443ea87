"""How the portal signs in at a calendar server. A kind of its own registers here what makes its headers."""

import base64
from collections.abc import Callable
from typing import Protocol

from events.models import RemoteCalendar


class Credentials(Protocol):
    """Headers for each request. ``renew`` is asked once after a 401; True: try that request again with new headers.

    Both may raise the errors of ``events.caldav.errors``; neither is called inside a transaction.
    """

    def headers(self) -> dict[str, str]: ...

    def renew(self) -> bool: ...


class Basic:
    """User name and password (RFC 7617), UTF-8."""

    def __init__(self, username: str, password: str):
        self._value = "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()

    def headers(self) -> dict[str, str]:
        return {"Authorization": self._value}

    def renew(self) -> bool:
        return False


_makers: dict[str, Callable[[RemoteCalendar], Credentials]] = {
    RemoteCalendar.Auth.PASSWORD: lambda calendar: Basic(calendar.username, calendar.secret),
}


def register_auth(auth: str, make: Callable[[RemoteCalendar], Credentials]) -> None:
    """Say how calendars with ``auth`` (``RemoteCalendar.Auth``) sign in."""
    _makers[auth] = make


def credentials_of(calendar: RemoteCalendar) -> Credentials:
    """Raises ``KeyError`` where nobody registered the calendar's way."""
    return _makers[calendar.auth](calendar)
