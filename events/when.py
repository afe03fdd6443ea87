"""When something happens, in words: an hour in both cities, or whole days that are the same everywhere (12.6, 12.8).

Pages, letters, calendars and the staff's lists ask here, so that no event of whole days is ever shown with hours.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import get_language, pgettext

from iurc_portal.clock import ZONES, FurtherCity, PartnerSide, both_cities
from iurc_portal.translation.times import both_cities_lines, clock, date_range, date_words, time_range, zone_place


@dataclass(frozen=True)
class When:
    """From ``start`` to ``end`` (aware, exclusive). With ``all_day`` they bound days on the calendar of ``tzid``.

    ``further`` are cities beside the two that take part: their hours stand after those of the two.
    """

    start: datetime
    end: datetime
    tzid: str
    all_day: bool = False
    further: tuple[FurtherCity, ...] = ()

    @property
    def first_day(self) -> date:
        return self.days_on(ZoneInfo(self.tzid))[0]

    @property
    def last_day(self) -> date:
        """The last day on which it still goes on."""
        return self.days_on(ZoneInfo(self.tzid))[1]

    @property
    def day_after(self) -> date:
        """The first day on which it is over, as calendars want the end of whole days (RFC 5545 §3.6.1)."""
        return self.last_day + timedelta(days=1)

    def days_on(self, zone: ZoneInfo) -> tuple[date, date]:
        """The first and the last day it touches for readers in ``zone``. Whole days are not converted."""
        there = ZoneInfo(self.tzid) if self.all_day else zone
        return self.start.astimezone(there).date(), (self.end - timedelta.resolution).astimezone(there).date()

    @property
    def city(self) -> str:
        """On whose calendar or clock it was set, as people call the place."""
        sides = {zone.key: PartnerSide(side) for side, zone in ZONES.items()}
        return str(sides[self.tzid].label) if self.tzid in sides else zone_place(self.tzid)

    def day_words(self, form: str = "short", language: str | None = None) -> str:
        """The days of an event of whole days: one in the given ``form``, or the first and the last."""
        if self.first_day == self.last_day:
            return date_words(self.first_day, form, language)
        return date_range(self.first_day, self.last_day, language)

    def lines(self, language: str | None = None, *, tzid: str = "") -> list[str]:
        """For letters and calendars: a line for each city, one alone for whole days. ``tzid`` is the reader's."""
        if not self.all_day:
            return both_cities_lines(self.start, self.end, language, tzid=tzid, further=self.further)
        with translation.override(language or get_language()):
            label = pgettext("letter", "All day (%(city)s)") % {"city": self.city}
            return [f"{label}{'：' if _is_japanese(language) else ': '}{self.day_words('full')}"]

    def short_lines(self, language: str) -> list[str]:
        """For lists of staff: «mar 3 mar 2026 09:00–10:30 Torino», a line for each city; one alone for whole days."""
        with translation.override(language):
            if self.all_day:
                return [f"{self.day_words()} {all_day_words()}"]
            return [
                f"{date_words(time.start, 'short')} {time_range(time)} {time.label}"
                for time in both_cities(self.start, self.end, language=language, further=self.further)
            ]

    def start_words(self, language: str, tzid: str) -> dict[str, str]:
        """``date`` and ``time`` of the start for a subject line, on the clocks of the reader's ``tzid``."""
        if self.all_day:
            return {"date": self.day_words("short", language), "time": all_day_words()}
        start = self.start.astimezone(ZoneInfo(tzid))
        return {"date": date_words(start, "short", language), "time": clock(start)}


def all_day_words() -> str:
    """In place of an hour, in the active language."""
    return pgettext("in place of an hour", "all day")


def _is_japanese(language: str | None) -> bool:
    return (language or get_language() or "en")[:2] == "ja"
