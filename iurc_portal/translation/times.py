"""How dates and times read in each language: one formatter for pages, mail, calendars and exports (events spec 12.10).

Italian and English use a 24-hour clock; Japanese uses the western calendar, half-width digits and 翌日 when the other
city is already in the next day.
"""

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache

from babel import Locale
from babel.core import get_global
from babel.dates import format_date, get_timezone_location, get_timezone_name
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from iurc_portal.clock import ZONES, CityTime, FurtherCity, PartnerSide, both_cities, in_zone

PATTERNS = {
    "full": {"it": "EEEE d MMMM y", "en": "EEEE d MMMM y", "ja": "y年M月d日(E)"},
    "short": {"it": "EEE d MMM y", "en": "EEE d MMM y", "ja": "y年M月d日(E)"},
    "weekday_day": {"it": "EEE d MMM", "en": "EEE d MMM", "ja": "M月d日(E)"},
    "day": {"it": "d MMMM y", "en": "d MMMM y", "ja": "y年M月d日"},
    "day_of_year": {"it": "d MMMM", "en": "d MMMM", "ja": "M月d日"},
    "month": {"it": "MMMM y", "en": "MMMM y", "ja": "y年M月"},
    "year": {"it": "y", "en": "y", "ja": "y年"},
    "month_short": {"it": "MMM", "en": "MMM", "ja": "M月"},
    "weekday_short": {"it": "EEE", "en": "EEE", "ja": "E"},
}
LOCALES = {"it": "it", "en": "en_GB", "ja": "ja"}


def _language(language: str | None) -> str:
    code = (language or translation.get_language() or "en")[:2]
    return code if code in LOCALES else "en"


@lru_cache(maxsize=2000)
def _format(day: date, form: str, code: str) -> str:
    return format_date(day, PATTERNS[form][code], locale=LOCALES[code])


def date_words(day: date, form: str = "full", language: str | None = None) -> str:
    """``day`` in words; ``form`` is a key of ``PATTERNS``. An aware datetime is taken at its own zone's date."""
    return _format(day.date() if isinstance(day, datetime) else day, form, _language(language))


def partial_date(day: date, precision: str, language: str | None = None) -> str:
    """A date of which only the year or the month may be known (``precision``: day, month or year)."""
    return date_words(day, {"month": "month", "year": "year"}.get(precision, "day"), language)


def date_range(first: date | None, last: date | None, language: str | None = None) -> str:
    """Two dates with what they share said once: 24–25 novembre 2026, 2026年11月24日〜25日."""
    if first is None:
        return ""
    code = _language(language)
    if last is None or last == first:
        return date_words(first, "day", code)
    year, month = first.year == last.year, (first.year, first.month) == (last.year, last.month)
    if code == "ja":
        end = "d日" if month else "M月d日" if year else "y年M月d日"
        return f"{date_words(first, 'day', code)}〜{format_date(last, end, locale='ja')}"
    start = "d" if month else "d MMMM" if year else "d MMMM y"
    dash = "–" if month else " – "
    return f"{format_date(first, start, locale=LOCALES[code])}{dash}{date_words(last, 'day', code)}"


# Japanese eras with the day from which each counts: only those in which the programme can have a date.
ERAS = ((date(2019, 5, 1), "令和"), (date(1989, 1, 8), "平成"))


def era_date(day: date) -> str:
    """``day`` by the Japanese era, its first year as 元年: 令和8年5月12日; before Heisei by the western calendar."""
    for first, name in ERAS:
        if day >= first:
            year = day.year - first.year + 1
            return f"{name}{'元' if year == 1 else year}年{day.month}月{day.day}日"
    return date_words(day, "day", "ja")


def era_range(first: date | None, last: date | None) -> str:
    """Two dates by the Japanese era, with what they share said once: 令和8年5月12日〜14日."""
    if first is None:
        return ""
    if last is None or last == first:
        return era_date(first)
    start, end = era_date(first), era_date(last)
    year = start.partition("年")[0]
    if not end.startswith(f"{year}年"):
        return f"{start}〜{end}"
    month = f"{last.month}月" if first.month != last.month else ""
    return f"{start}〜{month}{last.day}日"


def clock(instant: datetime) -> str:
    """Hours and minutes of an instant that already stands in the wanted zone: 09:05."""
    return f"{instant:%H:%M}"


def range_dash(language: str | None = None) -> str:
    return "〜" if _language(language) == "ja" else "–"


def time_range(time: CityTime, language: str | None = None) -> str:
    """``17:00–18:30`` on one city's clocks; the end says so when it falls on the next day."""
    if time.end is None:
        return clock(time.start)
    end = clock(time.end)
    if time.ends_next_day:
        with translation.override(_language(language)):
            end = pgettext("end of a range", "%(time)s (+1 day)") % {"time": end}
    return f"{clock(time.start)}{range_dash(language)}{end}"


def city_time_name(side: PartnerSide) -> str:
    """Whose time it is, in words: 日本時間 for Nagoya in Japanese, as people there say."""
    if side == PartnerSide.NAGOYA:
        return _("Nagoya time")
    return _("Torino time")


def zone_words(time: CityTime) -> str:
    """The abbreviation with its distance from UTC: ``CET (UTC+1)``."""
    offset = time.start.utcoffset()
    minutes = int(offset.total_seconds() // 60) if offset is not None else 0
    hours, rest = divmod(abs(minutes), 60)
    words = f"UTC{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")
    return f"{time.abbreviation} ({words})" if time.abbreviation[:1].isalpha() else words


def zone_name(instant: datetime, language: str | None = None) -> str:
    """The zone of an aware instant in words of ``language``: 日本標準時, Ora standard dell’Europa centrale."""
    return get_timezone_name(instant, locale=LOCALES[_language(language)])


def zone_place(tzid: str, language: str | None = None) -> str:
    """An IANA zone as people name it, by its city and country: «Londra (Regno Unito)», ロンドン（イギリス）."""
    code = _language(language)
    territory = get_global("zone_territories").get(tzid, "001")
    if territory == "001":
        return tzid
    locale = Locale.parse(LOCALES[code])
    former = (old for old, new in get_global("zone_aliases").items() if new == tzid)  # Asia/Calcutta
    known = (locale.time_zones[name].get("city") for name in (tzid, *former) if name in locale.time_zones)
    city = next(filter(None, known), "") or get_timezone_location(tzid, locale=locale, return_city=True)
    country = locale.territories[territory]
    return f"{city}（{country}）" if code == "ja" else f"{city} ({country})"


def both_cities_lines(
    start: datetime,
    end: datetime | None,
    language: str | None = None,
    *,
    tzid: str = "",
    further: Sequence[FurtherCity] = (),
) -> list[str]:
    """One line a city, the reader's own first: «Ora di Torino: martedì 3 marzo 2026, 09:00–10:30 CET (UTC+1)».

    For letters and calendar entries. ``tzid`` is the reader's zone: one that is neither city's gets the first line,
    then both follow, then those of ``further`` cities (events spec 12.6). A further city of the reader's own zone
    says the reader's time, first and under its name.
    """
    code = _language(language)
    with translation.override(code):
        times = both_cities(start, end, language=code, tzid=tzid, further=further)
        names = [_letter_name(time.side) if time.side else _further_name(time.name) for time in times]
        own = next((number for number, city in enumerate(further, start=len(ZONES)) if city.tzid == tzid), None)
        if own is not None and tzid not in {zone.key for zone in ZONES.values()}:
            times.insert(0, times.pop(own))
            names.insert(0, names.pop(own))
        elif tzid and tzid not in {zone.key for zone in ZONES.values()}:
            times.insert(0, in_zone(start, end, tzid))
            names.insert(0, pgettext("letter", "Your time, %(zone)s") % {"zone": zone_place(tzid)})
        return [
            f"{name}{'：' if code == 'ja' else ': '}"
            f"{date_words(time.start, 'full', code)}{' ' if code == 'ja' else ', '}"
            f"{time_range(time, code)} {zone_words(time)}"
            for name, time in zip(names, times, strict=True)
        ]


def _further_name(city: str) -> str:
    return pgettext("letter", "%(city)s time") % {"city": city}


def _letter_name(side: PartnerSide) -> str:
    """Whose time it is, for a reader who may see it far from our pages: 日本時間(名古屋)."""
    if side == PartnerSide.NAGOYA:
        return pgettext("letter", "Nagoya time")
    return pgettext("letter", "Torino time")
