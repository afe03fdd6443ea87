"""How many were at each webinar, kept beside it, so that a year of attendance is one sum (programme spec P27).

``events.services.attendance`` alone says who was there; here its answer is noted and renewed when it changes.
"""

from collections import Counter
from datetime import datetime

from django.db import transaction

from events.services.attendance import attended_at, is_noted
from programme.models import Webinar


def mark_stale(event) -> bool:
    """Somebody's attendance at ``event`` is another. Returns whether it is news for a webinar."""
    return bool(Webinar.objects.filter(event=event, attended_is_stale=False).update(attended_is_stale=True))


@transaction.atomic
def count_attendance(webinar_id: int) -> int | None:
    """Count again who was at the webinar; None where nobody has noted anybody.

    The row is locked while it is counted: what changes meanwhile marks it afterwards, and it is counted once more.
    """
    webinar = Webinar.objects.select_for_update(of=("self",), no_key=True).select_related("event").get(pk=webinar_id)
    came = attended_at(webinar.event) if is_noted(webinar.event_id) else None
    countries = Counter(
        country for pk, country in webinar.event.registrations.values_list("pk", "country") if pk in (came or ())
    )
    number = len(came) if came is not None else None
    Webinar.objects.filter(pk=webinar.pk).update(
        attended=number, attended_by_country=dict(countries), attended_is_stale=False
    )
    return number


def count_stale(*, now: datetime) -> int:
    """Count webinars that have begun and whose number may be wrong. Returns how many were counted."""
    waiting = Webinar.objects.filter(attended_is_stale=True, event__dtstart__lte=now).values_list("pk", flat=True)
    keys = list(waiting)
    for key in keys:
        count_attendance(key)
    return len(keys)
