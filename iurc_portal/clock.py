"""Two cities, one moment: zones, the reader's order of the cities, and what an instant is called in each.

Times are aware and stored in UTC; everything here turns them into wall clocks for people (events spec 12).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

ROME = ZoneInfo("Europe/Rome")
TOKYO = ZoneInfo("Asia/Tokyo")


class PartnerSide(models.TextChoices):
    """The two cities of the programme, as the side something belongs to."""

    TORINO = "torino", _("Torino")
    NAGOYA = "nagoya", _("Nagoya")


ZONES = {PartnerSide.TORINO: ROME, PartnerSide.NAGOYA: TOKYO}


@cache
def known_zones() -> frozenset[str]:
    """The names of zones that this computer knows, read once: to list them walks its whole folder of zones."""
    return frozenset(available_timezones())


def validate_tzid(value: str) -> None:
    """Refuse what is not an IANA time zone name. Raises ``ValidationError`` with the code ``tzid``."""
    if value not in known_zones():
        raise ValidationError(
            _("“%(value)s” is not a known time zone. Write a name such as Europe/Rome or Asia/Tokyo."),
            code="tzid",
            params={"value": value},
        )


def zone_of_language(language: str) -> str:
    """The zone a reader of ``language`` most likely lives in (12.9)."""
    return "Asia/Tokyo" if language == "ja" else "Europe/Rome"


def cities_in_order(language: str, tzid: str = "") -> list[PartnerSide]:
    """The reader's own city first: that of ``tzid`` if it is one of the two, else by language (12.6)."""
    own = tzid if tzid in {ROME.key, TOKYO.key} else zone_of_language(language)
    if own == TOKYO.key:
        return [PartnerSide.NAGOYA, PartnerSide.TORINO]
    return [PartnerSide.TORINO, PartnerSide.NAGOYA]


@dataclass(frozen=True)
class FurtherCity:
    """A city beside the two whose time is told, with its own zone. ``names`` are by language, some may be wanting."""

    tzid: str
    names: tuple[tuple[str, str], ...]

    def name(self, language: str) -> str:
        """In the reader's language, else in English, Italian or Japanese; at last as the zone is called."""
        named = dict(self.names)
        return next((named[code] for code in (language[:2], "en", "it", "ja") if named.get(code)), self.tzid)

    def kept(self) -> dict[str, str]:
        """As a row of plain data: the zone, and the names by language."""
        return {"tzid": self.tzid, **{code: name for code, name in self.names if name}}

    @classmethod
    def read(cls, rows: list[dict[str, str]] | None) -> tuple["FurtherCity", ...]:
        """What ``kept`` wrote. A zone that this computer does not know is left out: better none than a wrong one."""
        return tuple(
            cls(row["tzid"], tuple((code, name) for code, name in row.items() if code != "tzid"))
            for row in rows or []
            if row.get("tzid") in known_zones()
        )


@dataclass(frozen=True)
class CityTime:
    """An interval as one city's clocks show it. ``day_shift`` is its date less the first city's (−1, 0 or 1).

    ``side`` is None for a zone that is neither city's; ``name`` is that of a further city.
    """

    side: PartnerSide | None
    start: datetime
    end: datetime | None
    day_shift: int = 0
    name: str = ""

    @property
    def label(self) -> str:
        return str(self.side.label) if self.side else self.name or self.start.tzinfo.key  # type: ignore[union-attr]

    @property
    def abbreviation(self) -> str:
        """CET, CEST or JST."""
        return self.start.strftime("%Z")

    @property
    def ends_next_day(self) -> bool:
        return self.end is not None and self.end.date() > self.start.date()


def both_cities(
    start: datetime,
    end: datetime | None = None,
    *,
    language: str,
    tzid: str = "",
    further: Sequence[FurtherCity] = (),
) -> list[CityTime]:
    """Return ``start`` and ``end`` (aware) on both cities' clocks, the reader's own city first, then ``further``."""
    if start.tzinfo is None:
        raise ValueError("both_cities needs an aware start")
    times: list[CityTime] = []
    for side in cities_in_order(language, tzid):
        zone = ZONES[side]
        local = start.astimezone(zone)
        shift = (local.date() - times[0].start.date()).days if times else 0
        times.append(CityTime(side, local, end.astimezone(zone) if end else None, shift))
    for city in further:
        zone = ZoneInfo(city.tzid)
        local = start.astimezone(zone)
        shift = (local.date() - times[0].start.date()).days
        times.append(CityTime(None, local, end.astimezone(zone) if end else None, shift, city.name(language)))
    return times


def in_zone(start: datetime, end: datetime | None, tzid: str) -> CityTime:
    """Return ``start`` and ``end`` (aware) on the clocks of a zone that is neither city's."""
    zone = ZoneInfo(tzid)
    return CityTime(None, start.astimezone(zone), end.astimezone(zone) if end else None)


def hours_between(instant: datetime) -> int:
    """How many hours Nagoya is ahead of Torino at ``instant``: 8 in winter, 7 in Italian summer time."""
    ahead = instant.astimezone(TOKYO).utcoffset() - instant.astimezone(ROME).utcoffset()  # type: ignore[operator]
    return int(ahead.total_seconds() // 3600)


class WallClockError(ValidationError):
    """A typed time that no clock shows (``gap``) or that clocks show twice (``fold``).

    ``choices`` are the two readings of a fold, as pairs for a form: (0, "02:30 CEST (UTC+02:00)"), …
    """

    def __init__(self, message, *, code, params, choices=()):
        super().__init__(message, code=code, params=params)
        self.choices = choices


def from_wall_clock(day: date, hour: int, minute: int, tzid: str, *, fold: int | None = None) -> datetime:
    """The instant at which clocks in ``tzid`` show ``hour``:``minute`` on ``day``; see ``resolve_wall_clock``."""
    return resolve_wall_clock(datetime.combine(day, time(hour, minute)), tzid, fold=fold)


def resolve_wall_clock(wall: datetime, tzid: str, *, fold: int | None = None) -> datetime:
    """Return the aware instant at which clocks in ``tzid`` show ``wall`` (naive).

    Raises ``WallClockError`` with the code ``gap`` (naming the next valid time) for a time skipped when clocks go
    forward, and with the code ``fold`` for one that comes twice unless ``fold`` (0 first, 1 second) says which
    (events spec 12.2, 12.3). The error of a fold offers both readings as ``choices``.
    """
    zone = ZoneInfo(tzid)
    first, second = (wall.replace(tzinfo=zone, fold=number) for number in (0, 1))
    before, after = first.utcoffset(), second.utcoffset()
    if before == after:
        return first
    cities = {zone.key: str(PartnerSide(side).label) for side, zone in ZONES.items()}
    day = date_format(wall.date(), "DATE_FORMAT")
    params = {"time": f"{wall:%H:%M}", "day": day, "zone": cities.get(tzid, tzid)}
    if before < after:  # type: ignore[operator]
        raise WallClockError(
            _(
                "At %(time)s on %(day)s the clocks in %(zone)s go forward, so that time does not exist. "
                "The next valid time is %(next)s."
            ),
            code="gap",
            params={**params, "next": f"{_end_of_gap(second):%H:%M}"},
        )
    if fold is None:
        raise WallClockError(
            _(
                "At %(time)s on %(day)s the clocks in %(zone)s go back, so that time comes twice. "
                "Choose %(first)s or %(second)s."
            ),
            code="fold",
            params={**params, "first": _with_offset(first), "second": _with_offset(second)},
            choices=readings(first),
        )
    return second if fold else first


def shift_out_of_gap(wall: datetime, tzid: str) -> datetime:
    """The instant a computed wall-clock time stands for: forward by the length of a gap, the first of a fold (4.3)."""
    return wall.replace(tzinfo=ZoneInfo(tzid), fold=0).astimezone(UTC)


def day_of(instant: datetime) -> date:
    """The day at ``instant`` (aware) on the programme's own calendar, that of Torino."""
    return instant.astimezone(ROME).date()


def day_start(day: date, tzid: str) -> datetime:
    """The first instant of ``day`` on the calendar of ``tzid``; that is not midnight where clocks skip it."""
    return shift_out_of_gap(datetime.combine(day, time.min), tzid)


def day_bounds(first: date, last: date, tzid: str) -> tuple[datetime, datetime]:
    """The whole days from ``first`` to ``last`` (inclusive) as instants, the end exclusive (events spec 12.8)."""
    return day_start(first, tzid), day_start(last + timedelta(days=1), tzid)


def begins_day(instant: datetime, tzid: str) -> bool:
    """Whether a day begins at ``instant`` (aware) on the calendar of ``tzid``."""
    return day_start(instant.astimezone(ZoneInfo(tzid)).date(), tzid) == instant


def after(start: datetime, length: timedelta, tzid: str) -> datetime:
    """The instant ``length`` of elapsed time after ``start`` (aware), on the clocks of ``tzid`` (12.4)."""
    return (start.astimezone(UTC) + length).astimezone(ZoneInfo(tzid))


def readings(local: datetime) -> tuple[tuple[int, str], tuple[int, str]]:
    """The two instants of a time that comes twice, as pairs for a form: (0, "02:30 CEST (UTC+02:00)"), …"""
    first, second = ((fold, _with_offset(local.replace(fold=fold))) for fold in (0, 1))
    return first, second


def fold_of(local: datetime) -> int | None:
    """For a time that clocks in its zone show twice, 0 for the first and 1 for the second; None for any other."""
    first, second = local.replace(fold=0), local.replace(fold=1)
    return local.fold if first.utcoffset() > second.utcoffset() else None  # type: ignore[operator]


def clock_changes(tzid: str, first: datetime, last: datetime) -> list[datetime]:
    """The instants (UTC, to the minute) later than ``first`` and up to ``last`` at which clocks in ``tzid`` change."""
    zone = ZoneInfo(tzid)
    found = []
    step, here = timedelta(days=1), first.astimezone(UTC)
    while here < last:
        there = min(here + step, last.astimezone(UTC))
        if here.astimezone(zone).utcoffset() != there.astimezone(zone).utcoffset():
            before, past = here, there
            while past - before > timedelta(minutes=1):
                middle = before + (past - before) / 2
                same = middle.astimezone(zone).utcoffset() == before.astimezone(zone).utcoffset()
                before, past = (middle, past) if same else (before, middle)
            found.append(past.replace(second=0, microsecond=0))
        here = there
    return found


def _end_of_gap(skipped: datetime) -> datetime:
    """The first wall-clock time after the gap in which ``skipped`` (fold 1) lies; gaps end on a whole minute."""
    step = skipped.replace(second=0, microsecond=0)
    while step.replace(fold=0).utcoffset() != step.replace(fold=1).utcoffset():
        step += timedelta(minutes=1)
    return step


def _with_offset(instant: datetime) -> str:
    """``02:30 CEST (UTC+02:00)``: a wall-clock time that leaves no question."""
    return f"{instant:%H:%M %Z} (UTC{instant.isoformat()[-6:]})"
