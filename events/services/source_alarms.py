"""A calendar of others that brings nothing for long is told to whoever looks after it (events spec 10.11)."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import Permission
from django.db.models import Q

from events.models import FeedSource
from iurc_portal.accounts.models import User
from iurc_portal.notifications.services import Letter, queue_messages

LONG = timedelta(days=2)  # a server may be away for a night
KIND = "events.source_silent"


def note_trouble(source: FeedSource, *, now: datetime) -> None:
    """A fetch has failed or was stopped: once that lasts ``LONG``, say so, once. In the caller's transaction."""
    row = FeedSource.objects.select_for_update(of=("self",)).get(pk=source.pk)
    row.trouble_since = row.trouble_since or now
    if row.told_at is None and now - row.trouble_since >= LONG:
        row.told_at = now
        queue_messages(_letter(row, person) for person in keepers(row))
    row.save(update_fields=["trouble_since", "told_at"])


def keepers(source: FeedSource) -> list[User]:
    """Who is written to: the person who looks after it, else all staff of its city who may change calendars."""
    may = Permission.objects.filter(content_type__app_label="events", codename="change_feedsource")
    allowed = Q(user_permissions__in=may) | Q(groups__permissions__in=may) | Q(is_superuser=True)
    active = User.objects.filter(is_staff=True, is_active=True)
    own = list(active.filter(pk=source.kept_by_id)) if source.kept_by_id else []
    return own or list(active.filter(allowed, side=source.owner.side).distinct().order_by("pk"))


def _letter(source: FeedSource, person: User) -> Letter:
    since = source.trouble_since
    assert since is not None  # noqa: S101 - the caller has just written it
    return Letter(
        key=f"{KIND}:{source.pk}:{since:%Y%m%dT%H%M%S}:{person.pk}",
        kind=KIND,
        to=person.email,
        language=person.language,
        tzid=person.tzid or settings.TIME_ZONE,
        payload={"source": source.pk},
        subject_id=str(source.pk),
    )
