"""schema.org Event for search engines (events spec 7.9)."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from events.models import Event, EventLanguage
from iurc_portal.translation.languages import best_text
from iurc_portal.translation.marks import plain

SCHEMA = "https://schema.org/"
MODES = {
    Event.AttendanceMode.ONLINE: "OnlineEventAttendanceMode",
    Event.AttendanceMode.OFFLINE: "OfflineEventAttendanceMode",
    Event.AttendanceMode.MIXED: "MixedEventAttendanceMode",
}

_further: list[Callable[..., dict]] = []


def register(provider: Callable[..., dict]) -> None:
    """An app above adds what it knows: ``provider(event, now=…)`` gives further properties of schema.org Event."""
    if provider not in _further:
        _further.append(provider)


def event_json_ld(
    event: Event, *, places_left: int | None, now: datetime, former_start: datetime | None = None
) -> dict:
    """The event in the page's language, times with the offset of its own zone; the room's address is no part of it.

    ``former_start`` is the start that was first announced, if it is another now.
    """
    zone = ZoneInfo(event.tzid)
    url = settings.SITE_URL + event.get_absolute_url()
    data = {
        "@context": "https://schema.org",
        "@type": "Event",
        "identifier": event.uid,
        "name": best_text(event, "name")[0],
        "url": url,
        "startDate": event.dtstart.astimezone(zone).isoformat(),
        "endDate": event.dtend.astimezone(zone).isoformat(),
        "eventStatus": SCHEMA + ("EventCancelled" if event.is_cancelled else "EventScheduled"),
        "eventAttendanceMode": SCHEMA + MODES[Event.AttendanceMode(event.event_attendance_mode)],
        "location": _locations(event, url),
        "organizer": {
            "@type": "Organization",
            "name": best_text(event.organizer, "name")[0],
            "url": settings.SITE_URL + event.organizer.get_absolute_url(),
        },
        "isAccessibleForFree": True,
        "inLanguage": sorted(
            {row.language for row in event.languages.all() if row.role != EventLanguage.Role.CAPTIONED}
        ),
    }
    if former_start is not None and not event.is_cancelled:
        data["eventStatus"] = SCHEMA + "EventRescheduled"
        data["previousStartDate"] = former_start.astimezone(zone).isoformat()
    if text := plain(best_text(event, "description")[0]):
        data["description"] = text
    if event.maximum_attendee_capacity is not None:
        data["maximumAttendeeCapacity"] = event.maximum_attendee_capacity
        data["remainingAttendeeCapacity"] = places_left
    if event.accepts_registrations(now=now):
        available = "SoldOut" if places_left == 0 else "InStock"
        data["offers"] = {
            "@type": "Offer",
            "price": 0,
            "priceCurrency": "EUR",
            "url": url,
            "availability": SCHEMA + available,
        }
    for provider in _further:
        data |= provider(event, now=now)
    return data


def _locations(event: Event, url: str) -> dict | list[dict]:
    virtual = {"@type": "VirtualLocation", "url": url}
    if event.event_attendance_mode == Event.AttendanceMode.ONLINE:
        return virtual
    place: dict = {"@type": "Place", "name": best_text(event, "location")[0]}
    if event.place is not None:
        place["name"] = best_text(event.place, "name")[0]
        place["address"] = {
            "@type": "PostalAddress",
            "streetAddress": event.place.address,
            "addressLocality": best_text(event.place.city, "name")[0],
            "addressCountry": event.place.city.country,
        }
    return [place, virtual] if event.event_attendance_mode == Event.AttendanceMode.MIXED else place
