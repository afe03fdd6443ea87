"""Tokens of registrations, for one purpose and one time each (events spec 16.2)."""

import hmac
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet

from events.models import AccessToken, Event, Registration
from iurc_portal.tokens import digest_of, looks_like_a_token, new_token, store

MANAGE_LASTS_AFTER_END = timedelta(days=30)


def issue(registration: Registration, purpose: str, *, now: datetime, expires_at: datetime | None = None) -> str:
    """Make a token and return it in clear; only its digest is stored. Instants are aware.

    It lasts as its purpose says, or until ``expires_at``.
    """
    clear, digest = new_token()
    if purpose == AccessToken.Purpose.INVITATION:
        raise ValueError("an invitation is no token of a registration: see issue_invitation")
    if expires_at is not None:
        pass
    elif purpose == AccessToken.Purpose.PROVE:
        expires_at = now + timedelta(hours=settings.IURC_EVENTS["proof_hours"])
    else:
        expires_at = max(registration.event.dtend, now) + MANAGE_LASTS_AFTER_END
    store(AccessToken(registration=registration, purpose=purpose, digest=digest, expires_at=expires_at))
    return clear


def issue_invitation(event: Event, *, email_key: str = "") -> str:
    """Make a token that lets somebody register, only the address ``email_key`` if given, until registration ends."""
    clear, digest = new_token()
    store(
        AccessToken(
            event=event,
            email_key=email_key,
            purpose=AccessToken.Purpose.INVITATION,
            digest=digest,
            expires_at=event.registration_ends_at,
        )
    )
    return clear


def find(clear: str) -> AccessToken | None:
    """The token behind ``clear`` with its registration and event, spent or expired ones too; None if there is none."""
    return _find(
        clear,
        AccessToken.objects.exclude(registration=None).select_related(
            "registration__event__track",
            "registration__event__organizer",
            "registration__event__place__city",
            "registration__group__lead",
        ),
    )


def find_invitation(clear: str) -> AccessToken | None:
    """The invitation behind ``clear`` with its event, spent or expired ones too; None if there is none."""
    return _find(clear, AccessToken.objects.exclude(event=None).select_related("event"))


def _find(clear: str, tokens: QuerySet) -> AccessToken | None:
    if not looks_like_a_token(clear):
        return None
    digest = digest_of(clear)
    token = tokens.filter(digest=digest).first()
    return token if token is not None and hmac.compare_digest(token.digest, digest) else None
