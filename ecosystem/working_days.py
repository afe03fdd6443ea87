"""Working days of a partner city: Monday to Friday, without the holidays staff have entered (ecosystem spec E26)."""

from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from ecosystem.models import City, CityPeriod
from iurc_portal.clock import ROME, ZONES, PartnerSide

SATURDAY = 5
AHEAD = timedelta(days=60)  # no promised day lies further ahead


def answer_day(received: datetime, days: int, side: str) -> date:
    """The ``days``-th working day after the local date of ``received`` (aware) in the partner city of ``side``.

    Day one is the first working day after that date. Where no holidays are entered, only weekends are left out.
    """
    day = received.astimezone(ZONES[PartnerSide(side)]).date()
    holidays = list(
        CityPeriod.objects.filter(
            city__slug=side, kind=CityPeriod.Kind.HOLIDAY, last_day__gte=day, first_day__lte=day + AHEAD
        ).values_list("first_day", "last_day")
    )
    left = days
    while left:
        day += timedelta(days=1)
        if day.weekday() < SATURDAY and not any(first <= day <= last for first, last in holidays):
            left -= 1
    return day


def without_holidays(now: datetime) -> QuerySet[City]:
    """Partner cities with a year, among those of the next ``AHEAD`` days, in which no holiday begins.

    What is promised there is provisional: it leaves out weekends alone, and not the end of the year (E26).
    """
    today = now.astimezone(ROME).date()
    holidays = CityPeriod.objects.filter(city=OuterRef("pk"), kind=CityPeriod.Kind.HOLIDAY)
    missing = Q()
    for year in {today.year, (today + AHEAD).year}:
        missing |= ~Exists(holidays.filter(first_day__year=year))
    return City.objects.filter(missing, is_partner=True)
