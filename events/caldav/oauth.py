"""Consent instead of a password: the code flow of RFC 6749 with PKCE (RFC 7636), as Google's CalDAV interface asks it.

Addresses and client come from ``settings.GOOGLE_CALENDAR``. Calls go over ``wire``: judged addresses, limits.
"""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

from django.conf import settings
from django.utils import timezone

from events.caldav import errors
from events.caldav.auth import register_auth
from events.caldav.wire import Wire
from events.models import RemoteCalendar

EARLY = timedelta(minutes=2)  # a token is renewed so long before its end: a long answer must not outlive it
USUAL = 3600  # seconds that a token lives where the server says nothing
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}


@dataclass(frozen=True)
class Tokens:
    """``refresh`` is "" where the server gives none, because it gave one before."""

    access: str
    until: datetime
    refresh: str = ""


class _Nobody:
    def headers(self) -> dict[str, str]:
        return {}

    def renew(self) -> bool:
        return False


def is_configured() -> bool:
    return bool(settings.GOOGLE_CALENDAR["client_id"] and settings.GOOGLE_CALENDAR["client_secret"])


def calendar_address(account: str) -> str:
    """Where the calendars of ``account`` (an e-mail address) are looked for."""
    return settings.GOOGLE_CALENDAR["caldav"].format(account=quote(account, safe="@"))


def new_state() -> tuple[str, str]:
    """A state that nobody guesses, and the verifier that proves who began; both belong into the session."""
    return secrets.token_urlsafe(32), secrets.token_urlsafe(48)


def consent_address(*, state: str, verifier: str, back: str, account: str = "") -> str:
    """Where a person is sent to consent; ``back`` is our own address, as registered with the service."""
    digest = hashlib.sha256(verifier.encode()).digest()
    asked = {
        "response_type": "code",
        "client_id": settings.GOOGLE_CALENDAR["client_id"],
        "redirect_uri": back,
        "scope": settings.GOOGLE_CALENDAR["scope"],
        "state": state,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
        "access_type": "offline",  # we work while nobody is there: a refresh token is needed …
        "prompt": "consent",  # … which Google gives at a consent alone
        **({"login_hint": account} if account else {}),
    }
    return f"{settings.GOOGLE_CALENDAR['authorize']}?{urlencode(asked)}"


def redeem(code: str, *, verifier: str, back: str, now: datetime) -> Tokens:
    """Exchange the code for tokens. Network. Raises ``Unauthorized`` for a code that is not good."""
    return _ask(
        {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}, now=now
    )


def refresh(token: str, *, now: datetime) -> Tokens:
    """Another access token. Network. Raises ``Unauthorized`` once the consent was taken back."""
    return _ask({"grant_type": "refresh_token", "refresh_token": token}, now=now)


def revoke(token: str) -> None:
    """Give the consent back. Network. Raises the errors of ``events.caldav.errors``; one that is gone is fine."""
    if token:
        _post(settings.GOOGLE_CALENDAR["revoke"], {"token": token})


def _ask(fields: dict[str, str], *, now: datetime) -> Tokens:
    config = settings.GOOGLE_CALENDAR
    known = {"client_id": config["client_id"], "client_secret": config["client_secret"]}
    status, said = _post(config["token"], {**fields, **known})
    if status in (400, 401, 403):
        raise errors.Unauthorized(str(said.get("error", "")), status=status)
    if status != 200 or not isinstance(said.get("access_token"), str):
        raise errors.Unreachable("token", status=status)
    lasts = said.get("expires_in")
    lasts = lasts if isinstance(lasts, int) and 0 < lasts < 10**7 else USUAL
    return Tokens(said["access_token"], now + timedelta(seconds=lasts), str(said.get("refresh_token") or ""))


def _post(url: str, fields: dict[str, str]) -> tuple[int, dict]:
    with Wire(url, _Nobody()) as wire:
        answer = wire.request("POST", url, urlencode(fields).encode(), FORM)
    try:
        said = json.loads(answer.body or b"{}")
    except ValueError:
        said = {}
    return answer.status, said if isinstance(said, dict) else {}


class Bearer:
    """The access token of a calendar (RFC 6750), renewed before its end and after a 401; kept in the calendar's row.

    A calendar that has no row yet keeps it in the object alone.
    """

    def __init__(self, calendar: RemoteCalendar):
        self.calendar = calendar

    def headers(self) -> dict[str, str]:
        until = self.calendar.access_until
        if not self.calendar.access_token or until is None or until <= timezone.now() + EARLY:
            self.renew()
        return {"Authorization": f"Bearer {self.calendar.access_token}"}

    def renew(self) -> bool:
        tokens = refresh(self.calendar.secret, now=timezone.now())
        kept = {"access_token": tokens.access, "access_until": tokens.until}
        if tokens.refresh:
            kept["secret"] = tokens.refresh
        for name, value in kept.items():
            setattr(self.calendar, name, value)
        if self.calendar.pk:
            RemoteCalendar.objects.filter(pk=self.calendar.pk).update(**kept)
        return True


register_auth(RemoteCalendar.Auth.OAUTH, Bearer)
