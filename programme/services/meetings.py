"""Meetings of organisations introduced to each other (programme spec 1.1)."""

from datetime import datetime

from django.db import transaction

from events.models import Event
from events.services import scheduling
from iurc_portal.translation.languages import CODES
from programme.models import Meeting
from programme.services.owned_events import cancel_owned, plan_owned

TRACK = "meetings"
TRACK_NAMES = {"name_it": "Incontri", "name_en": "Meetings", "name_ja": "面談"}


@transaction.atomic
def plan_meeting(meeting: Meeting, *, start: datetime, end: datetime, tzid: str, now: datetime, by=None, **venue):
    """Save the unsaved ``meeting`` with an event of its own. Raises ``ValidationError``; nothing is written then."""
    side = getattr(by, "side", "") or "torino"
    meeting.event = plan_owned(
        track=TRACK,
        track_names=TRACK_NAMES,
        names={f"name_{code}": _name(meeting, code) for code in CODES},
        side=side,
        start=start,
        end=end,
        tzid=tzid,
        exchange=meeting.exchange,
        now=now,
        by=by,
        **venue,
    )
    meeting.full_clean()
    meeting.save()
    return meeting


def _name(meeting: Meeting, code: str) -> str:
    """The two organisations, each as it is called in that language or else in another."""
    sides = (meeting.organisation_torino, meeting.organisation_nagoya)
    names = [
        next(filter(None, (getattr(one, f"name_{c}") for c in (code, "en", "it", "ja"))), one.slug) for one in sides
    ]
    return " – ".join(names)[:200]


@transaction.atomic
def move_meeting(meeting: Meeting, *, start: datetime, end: datetime, tzid: str, now: datetime, by=None) -> Event:
    return scheduling.schedule_event(meeting.event, start=start, end=end, tzid=tzid, now=now, by=by)


def cancel_meeting(meeting: Meeting, *, now: datetime, by=None, reason: str = "") -> Event:
    return cancel_owned(meeting.event, now=now, by=by, reason=reason)
