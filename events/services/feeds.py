"""Making, renewing and ending the addresses of personal calendars (events spec 7.2, 16.2)."""

import hmac
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from events.models import FeedToken, Registration
from iurc_portal.accounts.models import User
from iurc_portal.audit.services import record_transition
from iurc_portal.tokens import digest_of, looks_like_a_token, new_token

State = FeedToken.State
USED_IS_NOTED_EVERY = timedelta(hours=1)  # programs ask often; when last is only worth knowing by the hour


class TooManyCalendars(ValidationError):
    """This person has as many addresses as one may have."""

    def __init__(self):
        most = settings.IURC_EVENTS["feed_tokens"]
        super().__init__(
            _("You have %(most)s calendars already. Switch off one that you do not use."), "limit", {"most": most}
        )


class SameDevice(ValidationError):
    """The person has a working address of this name."""

    def __init__(self, name: str):
        super().__init__(
            _("You have a calendar called “%(name)s” already. Choose another name, or renew its address."),
            "unique",
            {"name": name},
        )


class NoLongerWorks(ValidationError):
    """The address has ended; nothing can be done with it."""

    def __init__(self):
        super().__init__(_("This address has ended already."), code="ended")


def make_feed(
    *,
    name: str,
    now: datetime,
    user: User | None = None,
    registration: Registration | None = None,
    alarm: int | None = None,
    expires_at: datetime | None = None,
) -> tuple[FeedToken, str]:
    """A new address for one device of a user or a guest, and its token in clear, which is shown once.

    ``now`` and ``expires_at`` are aware. Raises ``SameDevice`` and ``TooManyCalendars``.
    """
    clear, digest = new_token()
    owner = {"user": user, "registration": registration}
    try:
        with transaction.atomic():
            # Locked, so that two requests at once cannot pass the limit together.
            kind: type[User] | type[Registration] = User if user is not None else Registration
            kind._default_manager.select_for_update(of=("self",), no_key=True).get(pk=(user or registration).pk)  # type: ignore[union-attr]
            mine = FeedToken.objects.filter(revoked_at=None, **owner)
            # What has expired makes room for a new one, of the same name as well.
            for ended in mine.filter(expires_at__lte=now):
                _end(ended, from_state=State.EXPIRED, now=now, by=user)
            if mine.filter(name=name).exists():
                raise SameDevice(name)
            if mine.count() >= settings.IURC_EVENTS["feed_tokens"]:
                raise TooManyCalendars
            token = FeedToken.objects.create(
                name=name, digest=digest, alarm=alarm, created_at=now, expires_at=expires_at, **owner
            )
    except IntegrityError as error:  # the same name, written by somebody who did not ask here
        raise SameDevice(name) from error
    return token, clear


def renew_feed(token: FeedToken, *, now: datetime) -> str:
    """Another address for the same device; the former one is dead at once. Returns the new token in clear.

    Raises ``NoLongerWorks``.
    """
    clear, digest = new_token()
    if not FeedToken.objects.working(now=now).filter(pk=token.pk).update(digest=digest, renewed_at=now):
        raise NoLongerWorks
    token.refresh_from_db()
    return clear


def revoke_feed(token: FeedToken, *, now: datetime, by: User | None = None) -> bool:
    """End an address for ever; ``by`` is None for a guest and for the portal itself. False: it had ended before."""
    with transaction.atomic():
        locked = FeedToken.objects.select_for_update(of=("self",)).get(pk=token.pk)
        if locked.revoked_at is not None:
            return False
        _end(locked, from_state=locked.state_at(now), now=now, by=by)
    token.revoked_at = now
    return True


def unused_feeds(since: datetime) -> QuerySet[FeedToken]:
    """What no program has asked for since then, counted from when it was made or renewed (13.2)."""
    fresh = Q(last_used_at__gt=since) | Q(renewed_at__gt=since) | Q(created_at__gt=since)
    return FeedToken.objects.filter(revoked_at=None).exclude(fresh)


def find_feed(clear: str, *, now: datetime) -> FeedToken | None:
    """The working address behind ``clear``, with its person; None for unknown, ended and malformed ones alike (7.3).

    Notes the use, by the hour.
    """
    if not looks_like_a_token(clear):
        return None
    digest = digest_of(clear)
    token = FeedToken.objects.working(now=now).select_related("user", "registration").filter(digest=digest).first()
    if token is None or not hmac.compare_digest(token.digest, digest):
        return None
    if token.last_used_at is None or token.last_used_at < now - USED_IS_NOTED_EVERY:
        FeedToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def _end(token: FeedToken, *, from_state: str, now: datetime, by: User | None) -> None:
    """Write the end of an address and one line in the log; the caller holds its row or its owner's."""
    FeedToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now)
    record_transition(token, from_state=from_state, to_state=State.REVOKED, now=now, actor=by)
