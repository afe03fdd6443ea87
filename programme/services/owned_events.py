"""Private events that meetings and stays own: written, moved and cancelled by their owner alone (spec, section 0)."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from events.models import Event, Track
from events.services import scheduling
from iurc_portal.clock import PartnerSide
from programme.models import Exchange
from programme.services.agenda import city_organisation
from programme.services.clusters import keep_cities


def plan_owned(
    *,
    track: str,
    track_names: dict[str, str],
    names: dict[str, str],
    side: str,
    start: datetime,
    end: datetime,
    tzid: str,
    exchange: Exchange,
    now: datetime,
    by=None,
    **fields,
) -> Event:
    """A confirmed event that no list shows. ``side`` is the city that organises it; times as in ``create_event``.

    Raises ``ValidationError``; nothing is written then (the caller has the transaction).
    """
    organizer = fields.pop("organizer", None) or city_organisation(PartnerSide(side))
    if organizer is None:
        words = _("The directory has no public body of %(city)s yet: write it there first.")
        raise ValidationError(words, code="organizer", params={"city": PartnerSide(side).label})
    columns: dict[str, Any] = {**names, **fields}
    event = scheduling.create_event(
        start=start,
        end=end,
        tzid=tzid,
        now=now,
        by=by,
        track=Track.objects.get_or_create(slug=track, defaults=track_names)[0],
        organizer=organizer,
        access=Event.Access.PARTICIPANTS,
        registration_open=False,
        reminders=(),
        **columns,
    )
    keep_cities(event, exchange)
    return event


def cancel_owned(event: Event, *, now: datetime, by=None, reason: str = "") -> Event:
    if event.status == Event.Status.CANCELLED:
        return event
    return scheduling.cancel_event(event, now=now, by=by, reason=reason)
