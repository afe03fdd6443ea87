"""What a TZID of somebody else's file means (events spec 10.6): IANA name, Windows name, the file's own rules."""

import re
from datetime import datetime, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from events.sources.lines import Component

MOST_LINES = 400  # of one VTIMEZONE; a century of clock changes has fewer


FINE = re.compile(r"FREQ=(?!YEARLY)", re.IGNORECASE)  # clocks change by the year; anything else is an attack


class UnknownZone(Exception):
    pass


@cache
def _windows() -> dict[str, str]:
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    return {name.casefold(): tzid for name, tzid in WINDOWS_TO_OLSON.items()}


@cache
def _names() -> dict[str, str]:
    return {name.casefold(): name for name in available_timezones()}


@cache
def iana_name(tzid: str) -> str:
    """The IANA name that ``tzid`` stands for, by itself or as Windows calls it; "" if it does not.

    ``/freeassociation.sourceforge.net/Europe/Rome`` and its like (§3.2.19) stand for the name they end with.
    """
    text = tzid.strip().strip("/")
    parts = text.split("/")
    for tail in ("/".join(parts[number:]) for number in range(min(len(parts), 5))):
        if tail and tail.casefold() in _names() and (tail == text or "/" in tail):
            return _names()[tail.casefold()]
    return _windows().get(text.casefold(), "")


class Zones:
    """The zones of one file."""

    def __init__(self, components: list[Component]):
        self._own: dict[str, Component] = {}
        for component in components:
            name = component.value("TZID").strip()
            if name and len(component.texts) <= MOST_LINES:
                self._own.setdefault(name, component)
        self._made: dict[str, tzinfo] = {}

    def find(self, tzid: str) -> tuple[str, tzinfo]:
        """The IANA name ("" for rules of the file's own) and the zone. Raises ``UnknownZone``."""
        name = iana_name(tzid)
        if name:
            return name, ZoneInfo(name)
        if tzid not in self._made:
            self._made[tzid] = self._from_file(tzid)
        return "", self._made[tzid]

    def _from_file(self, tzid: str) -> tzinfo:
        if tzid not in self._own or any(FINE.search(text) for text in self._own[tzid].texts):
            raise UnknownZone(tzid)
        from icalendar.cal.timezone import Timezone

        try:
            zone = Timezone.from_ical("\r\n".join([*self._own[tzid].texts, ""])).to_tz(lookup_tzid=False)  # type: ignore[attr-defined]
            datetime(2026, 1, 1, tzinfo=zone).utcoffset()
        except Exception as error:  # a stranger's rules: whatever they do to the library, the zone is unknown
            raise UnknownZone(tzid) from error
        return zone
