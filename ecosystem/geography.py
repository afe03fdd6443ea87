"""Points for the maps. The list beside a map always says the same."""

from collections.abc import Iterable

from ecosystem.models import City

MOST_POINTS = 2000


def map_points(rows: Iterable) -> dict:
    """Return ``points`` for the map (number, name, address of the page, WGS 84) and how many rows have none.

    Numbers follow the order of ``rows``, as in the list. ``unmapped`` counts the rows without a point, and
    ``approximate`` those whose point is known by street or city only (E11).
    """
    points, unmapped = [], 0
    for number, row in enumerate(rows, start=1):
        if not row.has_point:
            unmapped += 1
        elif len(points) < MOST_POINTS:
            points.append(
                {
                    "number": number,
                    "name": str(row),
                    "url": row.get_absolute_url(),
                    "latitude": float(row.latitude),
                    "longitude": float(row.longitude),
                    "approximate": row.is_approximate,
                }
            )
    return {"points": points, "unmapped": unmapped, "approximate": sum(point["approximate"] for point in points)}


def centres(cities: Iterable[City | None]) -> list[dict]:
    """The centres of ``cities``, as far as they are known: the map draws its rings of distance around them."""
    return [
        {"name": str(city), "latitude": float(city.latitude), "longitude": float(city.longitude)}
        for city in cities
        if city is not None and city.has_point
    ]


def partner_cities() -> list[dict]:
    """The centres of Torino and Nagoya, in this order: the map has a button for each."""
    return centres(City.objects.filter(is_partner=True).order_by("-slug"))
