"""The way to one's own data without an account: an address is typed, and proved by a mailed link (13.6, 16.2)."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from iurc_portal.accounts.addresses import email_key
from iurc_portal.clock import zone_of_language
from iurc_portal.notifications.services import queue_message
from iurc_portal.privacy.models import DataLink, DataRequest
from iurc_portal.tokens import digest_of, looks_like_a_token, new_token

PREVIEW_LINK = "preview"


@transaction.atomic
def ask_for_link(*, email: str, language: str, now: datetime) -> None:
    """Write to ``email`` how to see what is held about it. Everybody is written to: that nothing is held, too, is
    told in the mailbox alone.
    """
    queue_message(
        key=f"privacy.link:{now:%Y%m%dT%H%M%S%f}:{digest_of(email_key(email))[:16]}",
        kind="privacy.link",
        to=email,
        language=language,
        tzid=zone_of_language(language),
    )


def issue(email: str, *, language: str, now: datetime) -> str:
    """Make a token that opens what is held about ``email``, and return it in clear; only its digest is stored."""
    clear, digest = new_token()
    DataLink.objects.create(
        email=email,
        email_key=email_key(email),
        language=language,
        digest=digest,
        expires_at=now + timedelta(hours=settings.IURC_PRIVACY["link_hours"]),
    )
    return clear


def find(clear: str) -> DataLink | None:
    """The link behind ``clear``, an expired one too; None if there is none."""
    return DataLink.objects.filter(digest=digest_of(clear)).first() if looks_like_a_token(clear) else None


def issue_file(request: DataRequest) -> str:
    """Make the token that fetches the file of an export. A later letter's token replaces the former one."""
    clear, digest = new_token()
    DataRequest.objects.filter(pk=request.pk).update(digest=digest)
    return clear


def find_file(clear: str, *, now: datetime) -> DataRequest | None:
    """The export whose file the token ``clear`` fetches, while it is there."""
    if not looks_like_a_token(clear):
        return None
    ready = DataRequest.objects.filter(kind=DataRequest.Kind.EXPORT, content__isnull=False, expires_at__gt=now)
    return ready.filter(digest=digest_of(clear)).first()


def address_of(name: str, clear: str) -> str:
    return settings.SITE_URL + reverse(name, args=[clear])
