"""Deadlines in working days, counted in the city of whoever has to keep them (ecosystem E26, events 12.18)."""

from datetime import date, datetime, timedelta

from ecosystem.closures import Closures
from iurc_portal.clock import ZONES, PartnerSide

LONGEST_SEARCH = timedelta(days=400)  # should somebody close a whole year, the deadline is not put off for ever


def answer_day(received: datetime, days: int, side: str) -> date:
    """The ``days``-th working day after the local date of ``received`` (aware) in the partner city of ``side``.

    Day one is the first working day after that date: ``Closures.is_working_day`` says which days those are.
    """
    side = PartnerSide(side)
    day = received.astimezone(ZONES[side]).date()
    closures = Closures()
    left, farthest = days, day + LONGEST_SEARCH
    while left and day < farthest:
        day += timedelta(days=1)
        if closures.is_working_day(side, day):
            left -= 1
    return day


def working_day_before(day: date, days: int, side: str, *, closures: Closures | None = None) -> date:
    """The ``days``-th working day before ``day`` in the partner city of ``side``: 1 is the last one before it.

    Whoever asks for many days hands over one ``closures`` for all.
    """
    side, closures = PartnerSide(side), closures or Closures()
    left, farthest = days, day - LONGEST_SEARCH
    while left and day > farthest:
        day -= timedelta(days=1)
        if closures.is_working_day(side, day):
            left -= 1
    return day
