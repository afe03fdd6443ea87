"""Other cities beside the two: whose time an event tells (programme spec P5, P30)."""

from django.db import transaction
from django.db.models import Q

from ecosystem.models import City
from events.models import Event
from iurc_portal.clock import FurtherCity
from iurc_portal.translation.languages import CODES
from programme.models import Exchange


def further_of(exchange: Exchange | None) -> list[dict[str, str]]:
    """What ``Event.further_cities`` holds for an event of ``exchange``: its cities beside the two."""
    if exchange is None or not exchange.is_of_cluster:
        return []
    return [_kept(city) for city in exchange.cities.filter(is_partner=False).order_by("slug")]


def _kept(city: City) -> dict[str, str]:
    names = tuple((code, getattr(city, f"name_{code}") or "") for code in CODES)
    return FurtherCity(city.tzid, names).kept()


def keep_cities(event: Event, exchange: Exchange | None) -> bool:
    """Let ``event`` tell the time of the exchange's further cities. Returns whether that is new."""
    wanted = further_of(exchange)
    if event.further_cities == wanted:
        return False
    event.further_cities = wanted
    event.save(update_fields=["further_cities", "last_modified"])
    return True


@transaction.atomic
def keep_cities_of(exchange: Exchange) -> int:
    """After the cities or the cluster of ``exchange`` changed: bring its events into step. Returns how many changed.

    Only what is told changes, no time: nobody is written to, and calendars keep their SEQUENCE.
    """
    owned = Q(webinar__exchange=exchange) | Q(meeting__exchange=exchange) | Q(stay_session__stay__exchange=exchange)
    return sum(keep_cities(event, exchange) for event in Event.objects.filter(owned).order_by("pk"))


def keep_all_cities() -> int:
    """Bring the events of every cluster's exchanges into step: a city may have another name or zone since."""
    return sum(keep_cities_of(exchange) for exchange in Exchange.objects.filter(cluster__isnull=False).order_by("pk"))
