"""Working days of a partner city: Monday to Friday, without the holidays staff have entered (ecosystem spec E26)."""

from datetime import date, datetime, timedelta

from ecosystem.models import CityPeriod
from iurc_portal.clock import ZONES, PartnerSide

SATURDAY = 5


def answer_day(received: datetime, days: int, side: str) -> date:
    """The ``days``-th working day after the local date of ``received`` (aware) in the partner city of ``side``.

    Day one is the first working day after that date. Where no holidays are entered, only weekends are left out.
    """
    day = received.astimezone(ZONES[PartnerSide(side)]).date()
    holidays = list(
        CityPeriod.objects.filter(
            city__slug=side, kind=CityPeriod.Kind.HOLIDAY, last_day__gte=day, first_day__lte=day + timedelta(days=60)
        ).values_list("first_day", "last_day")
    )
    left = days
    while left:
        day += timedelta(days=1)
        if day.weekday() < SATURDAY and not any(first <= day <= last for first, last in holidays):
            left -= 1
    return day
