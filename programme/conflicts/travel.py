"""How long a group needs from one place to the next (programme spec P7, P8). Deterministic and offline."""

from math import asin, ceil, cos, radians, sin, sqrt

from programme.conflicts.facts import Plan, Spot

EARTH_KM = 6371.0
DETOUR = 1.4  # streets against the straight line
KM_PER_HOUR = 15
ALWAYS = 10  # minutes that a way takes however short it is: getting ready, getting in, getting out
STEP = 5
SMALL_GROUP, SMALL_BUFFER, LARGE_BUFFER = 10, 10, 15


def minutes_between(first: Spot, second: Spot, plan: Plan) -> int | None:
    """Minutes from ``first`` to ``second``: as staff wrote it down, else estimated; None where a point is missing."""
    if first.pk == second.pk:
        return 0
    known = plan.travel.get((first.pk, second.pk))
    if known is not None:
        return known
    if first.point is None or second.point is None:
        return None
    return estimate(first.point, second.point)


def estimate(start: tuple[float, float], end: tuple[float, float]) -> int:
    """Minutes by the straight line, rounded up to five. Points are latitude and longitude in degrees (WGS 84)."""
    hours = kilometres(start, end) * DETOUR / KM_PER_HOUR
    return ceil(round(hours * 60 + ALWAYS, 6) / STEP) * STEP


def kilometres(start: tuple[float, float], end: tuple[float, float]) -> float:
    """The great circle between two points (haversine)."""
    (lat1, lon1), (lat2, lon2) = ((radians(x), radians(y)) for x, y in (start, end))
    chord = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(min(1.0, chord)))


def group_buffer(people: int) -> int:
    """Minutes a group loses at each change of place: the more people, the more doors."""
    return SMALL_BUFFER if people <= SMALL_GROUP else LARGE_BUFFER
