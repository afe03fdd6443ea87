"""Days on which a partner city does not work: public holidays, and what its staff have entered (E26, events 12.17).

Holidays come from the ``holidays`` library: Italy with Torino's patron saint, Japan with its substitute days. It is
imported where it is asked, so that a process that never asks does not hold it. A closed day warns and counts working
days; it never forbids.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.utils.translation import gettext, gettext_noop

from ecosystem.models import CityPeriod
from iurc_portal.clock import PartnerSide
from iurc_portal.translation.languages import best_text

SATURDAY = 5
COUNTRIES = {PartnerSide.TORINO: ("IT", "TO"), PartnerSide.NAGOYA: ("JP", None)}
YEARS = range(1950, 2100)  # what the library knows of
# The library names a holiday in English and in its own country's language; readers want theirs. So its English names
# lead to ours, which the catalogues translate.
NAMES = {
    "All Saints' Day": gettext_noop("All Saints' Day"),
    "Assumption Of Mary Day": gettext_noop("Ferragosto, Assumption of Mary"),
    "Autumnal Equinox Day": gettext_noop("Autumnal Equinox Day"),
    "Children's Day": gettext_noop("Children's Day"),
    "Christmas Day": gettext_noop("Christmas Day"),
    "Coming of Age Day": gettext_noop("Coming of Age Day"),
    "Constitution Day": gettext_noop("Constitution Day"),
    "Culture Day": gettext_noop("Culture Day"),
    "Easter Monday": gettext_noop("Easter Monday"),
    "Easter Sunday": gettext_noop("Easter Sunday"),
    "Emperor's Birthday": gettext_noop("Emperor's Birthday"),
    "Epiphany": gettext_noop("Epiphany"),
    "Foundation Day": gettext_noop("Foundation Day"),
    "Greenery Day": gettext_noop("Greenery Day"),
    "Immaculate Conception": gettext_noop("Immaculate Conception"),
    "Labor Day": gettext_noop("Labour Day"),
    "Labor Thanksgiving Day": gettext_noop("Labour Thanksgiving Day"),
    "Liberation Day": gettext_noop("Liberation Day"),
    "Marine Day": gettext_noop("Marine Day"),
    "Mountain Day": gettext_noop("Mountain Day"),
    "National Holiday": gettext_noop("national holiday between two others"),
    "National Unity Day": gettext_noop("National Unity Day"),
    "New Year's Day": gettext_noop("New Year's Day"),
    "Republic Day": gettext_noop("Republic Day"),
    "Respect for the Aged Day": gettext_noop("Respect for the Aged Day"),
    "Saint Francis of Assisi, Patron Saint of Italy": gettext_noop("Saint Francis of Assisi, patron saint of Italy"),
    "Saint John's Day": gettext_noop("Saint John's Day, patron saint of Torino"),
    "Saint Stephen's Day": gettext_noop("Saint Stephen's Day"),
    "Showa Day": gettext_noop("Showa Day"),
    "Sports Day": gettext_noop("Sports Day"),
    "Substitute Holiday": gettext_noop("substitute holiday"),
    "Vernal Equinox Day": gettext_noop("Vernal Equinox Day"),
}


@dataclass(frozen=True)
class Closure:
    """Days on which one side rests (``is_rest``) or is better left alone. ``last_day`` is inclusive."""

    side: PartnerSide
    name: str
    first_day: date
    last_day: date
    is_rest: bool = True


class Closures:
    """What is closed in both cities, read once for many questions: one query, and each year's holidays once."""

    def __init__(self):
        self._periods: dict[str, list[CityPeriod]] | None = None

    def on(self, side: PartnerSide, day: date) -> list[Closure]:
        """What is closed on ``day`` of the city's own calendar, named in the active language; weekends are not."""
        found = []
        for name in _holidays(PartnerSide(side), day.year).get(day, ()):
            found.append(Closure(PartnerSide(side), gettext(name), day, day))
        for period in self._of(side):
            spell = _spell(period, day)
            if spell is not None:
                name = best_text(period, "name")[0]
                found.append(Closure(PartnerSide(side), name, *spell, period.kind == CityPeriod.Kind.HOLIDAY))
        return found

    def is_working_day(self, side: PartnerSide, day: date) -> bool:
        """Monday to Friday, neither a public holiday nor one of the city's own (12.17)."""
        if day.weekday() >= SATURDAY or day in _holidays(PartnerSide(side), day.year):
            return False
        rests = (period for period in self._of(side) if period.kind == CityPeriod.Kind.HOLIDAY)
        return not any(_spell(period, day) for period in rests)

    def _of(self, side: str) -> list[CityPeriod]:
        if self._periods is None:
            self._periods = {slug: [] for slug in PartnerSide.values}
            periods = CityPeriod.objects.filter(city__slug__in=PartnerSide.values).select_related("city")
            for period in periods:
                self._periods[period.city.slug].append(period)
        return self._periods[PartnerSide(side).value]


def _spell(period: CityPeriod, day: date) -> tuple[date, date] | None:
    """The days of ``period`` that hold ``day``, in whichever year it comes again; None where it does not."""
    if not period.recurs_yearly:
        return (period.first_day, period.last_day) if period.first_day <= day <= period.last_day else None
    length = period.last_day - period.first_day
    for year in (day.year, day.year - 1):  # year-end goes over into the next year
        first = _in_year(period.first_day, year)
        if first >= period.first_day and first <= day <= first + length:
            return first, first + length
    return None


def _in_year(day: date, year: int) -> date:
    """The same day of another year; 29 February becomes the 28th where there is none."""
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


@lru_cache(maxsize=64)
def _holidays(side: PartnerSide, year: int) -> dict[date, tuple[str, ...]]:
    """The public holidays of a year by day, each with its English names, which the catalogues translate."""
    if year not in YEARS:
        return {}
    import holidays  # only for those who ask

    country, region = COUNTRIES[side]
    days = holidays.country_holidays(country, subdiv=region, years=year, language="en_US")
    return {day: tuple(NAMES.get(name, name) for name in names.split("; ")) for day, names in sorted(days.items())}
