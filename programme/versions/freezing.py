"""An agenda as plain data, to be kept as it is: every text in three languages, people by their number alone.

What is frozen is what would be held after a release: drafts count as confirmed. Instants are ISO 8601 in UTC.
"""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q

from events.models import Event
from iurc_portal.translation.languages import CODES
from programme.models import AgendaItem, AgendaTrack, Delegate, HostConfirmation, StudyVisit, VisitDay

FORMAT = 2  # rises when what is written below changes in a way that readers must know of
# What changes with every save, or says nothing to a reader: two agendas that differ in these alone are the same.
VOLATILE = ("sequence", "modified", "cancelled_at")


def freeze(visit: StudyVisit, *, held: dict | None = None) -> dict[str, Any]:
    """What a release of ``visit`` would fix now, after the snapshot ``held`` so far. A constant number of queries.

    An item that was cancelled before anybody held it is left out.
    """
    known = [item["pk"] for item in held["items"]] if held else []
    items = (
        AgendaItem.objects.filter(Q(pk__in=known) | ~Q(event__status=Event.Status.CANCELLED), day__visit=visit)
        .select_related("day", "event__place", "organisation", "vehicle")
        .prefetch_related("hosts", "tracks", "interpreters")
        .order_by("event__dtstart", "pk")
    )
    days = VisitDay.objects.filter(visit=visit).order_by("date")
    delegates = Delegate.objects.filter(visit=visit).exclude(reply=Delegate.Reply.DECLINED)
    return {
        "format": FORMAT,
        "items": [frozen_item(item) for item in items],
        "days": {f"{day.date:%Y-%m-%d}": texts(day, "theme") for day in days},
        "tracks": [
            {"pk": track.pk, "name": texts(track, "name")} for track in AgendaTrack.objects.filter(visit=visit)
        ],
        "people": [
            {"person": one.person_id, "delegate": one.pk, "track": one.track_id, "role": one.role} for one in delegates
        ],
    }


def frozen_item(item: AgendaItem) -> dict[str, Any]:
    event = item.event
    cancelled = event.status == Event.Status.CANCELLED
    return {
        "pk": item.pk,
        "event": event.pk,
        "uid": event.uid,
        "slug": event.slug,
        "sequence": event.sequence,
        "status": Event.Status.CANCELLED.value if cancelled else Event.Status.CONFIRMED.value,
        "kind": item.kind,
        "day": f"{item.day.date:%Y-%m-%d}",
        "start": stamp(event.dtstart),
        "end": stamp(event.dtend),
        "tzid": event.tzid,
        "name": texts(event, "name"),
        "location": texts(event, "location"),
        "place": _place(event.place),
        "organisation": item.organisation_id,
        "organiser": event.organizer_id,
        "hosts": sorted(
            host.person_id for host in item.hosts.all() if host.answer != HostConfirmation.Answer.DECLINED
        ),
        "tracks": sorted(track.pk for track in item.tracks.all()),
        "interpreters": [
            {
                "person": duty.interpreter_id,
                "languages": [duty.language_from, duty.language_to],
                "start": stamp(duty.starts),
                "end": stamp(duty.ends),
            }
            for duty in item.interpreters.all()
        ],
        "languages": list(item.spoken_languages),
        "interpretation": item.interpretation,
        "photo_rule": item.photo_rule,
        "dress": texts(item, "dress"),
        "vehicle": item.vehicle.name if item.vehicle else "",
        "public": item.is_public,
        "reason": texts(event, "cancellation_reason"),
        "cancelled_at": stamp(event.cancelled_at) if event.cancelled_at else None,
        "modified": stamp(event.last_modified),
    }


def texts(record, field: str) -> dict[str, str]:
    """A translated field by language, empty ones included."""
    return {code: getattr(record, f"{field}_{code}") or "" for code in CODES}


def stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat()


def fingerprint(snapshot: dict) -> str:
    """The same for two snapshots that show the same to everybody."""
    shown = {
        **{key: snapshot[key] for key in ("days", "tracks", "people")},
        "items": [
            {"interpreters": []}
            | {key: value for key, value in item.items() if key not in VOLATILE}  # format 1 had none
            for item in snapshot["items"]
        ],
    }
    return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()


def _place(place) -> dict[str, Any] | None:
    if place is None:
        return None
    return {
        "pk": place.pk,
        "name": texts(place, "name"),
        "address": texts(place, "address"),
        "latitude": str(place.latitude) if place.latitude is not None else None,
        "longitude": str(place.longitude) if place.longitude is not None else None,
        "precision": place.precision,
        "phone": place.phone,
        "city": place.city_id,
    }
