"""One VEVENT of a stranger's file as plain facts, or what is wrong with it (events spec 10.5–10.8, 10.12)."""

import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from events.sources.lines import CONTROLS, Component, Line
from events.sources.zones import UnknownZone, Zones, iana_name

DATE = re.compile(r"(\d{4})(\d\d)(\d\d)")
TIME = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(Z?)", re.IGNORECASE)
DURATION = re.compile(r"([+-]?)P(?:(\d{1,5})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,8})S)?)?")
ESCAPED = re.compile(r"\\([\\;,nN:\"])")
SPACES = re.compile(r"\s+")
LONGEST = {"name": 200, "location": 240, "description": 10_000, "url": 500, "uid": 255}
PROPOSED = timedelta(hours=1)  # a length for times without an end, which staff look at (10.8)
BLOCKING = {
    *("floating", "unknown_zone", "no_start", "bad_time", "ends_before_start", "too_fine", "bad_rule", "too_slow"),
    *("too_long", "unreadable", "mixed"),
}

Moment = date | datetime


class Faulty(Exception):
    """This item cannot be used; the rest of the file goes on."""

    def __init__(self, code: str, **params):
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True)
class Settings:
    """What reading depends on beside the file. ``now`` aware; ``default_tzid`` is "" until staff chose one (10.6)."""

    source: str
    now: datetime
    default_tzid: str = ""
    months: int = 18
    instances: int = 500
    all_instances: int = 5000
    components: int = 5000
    property_bytes: int = 65536

    @property
    def until(self) -> datetime:
        return self.now + timedelta(days=round(self.months * 30.44))


@dataclass
class Item:
    """One happening. ``start`` and ``end`` are dates, naive times (``floating``), or aware ones; ``end`` exclusive.

    ``tzid`` is the IANA name of the start's zone, "" for UTC and for rules of the file's own. ``recurrence_id`` is the
    moment by which its series knows it, in UTC. ``problems`` are ``{"code": …, …}``.
    """

    uid: str
    start: Moment | None = None
    end: Moment | None = None
    tzid: str = ""
    recurrence_id: str = ""
    name: str = ""
    description: str = ""
    location: str = ""
    url: str = ""
    cancelled: bool = False
    problems: list[dict] = field(default_factory=list)
    raw: str = ""

    @property
    def is_faulty(self) -> bool:
        return any(problem["code"] in BLOCKING for problem in self.problems)

    @property
    def floating(self) -> bool:
        return isinstance(self.start, datetime) and self.start.tzinfo is None

    def as_dict(self) -> dict:
        facts = {
            "name": self.name,
            "description": self.description,
            "location": self.location,
            "url": self.url,
            "start": moment_text(self.start),
            "end": moment_text(self.end),
            "tzid": self.tzid,
            "cancelled": self.cancelled,
        }
        codes = sorted(problem["code"] for problem in self.problems)
        return {
            "uid": self.uid,
            "recurrence_id": self.recurrence_id,
            **facts,
            "all_day": self.start is not None and not isinstance(self.start, datetime),
            "floating": self.floating,
            "problems": self.problems,
            "faulty": self.is_faulty,
            "hash": hashlib.sha256(json.dumps([facts, codes], sort_keys=True).encode()).hexdigest(),
            "raw": self.raw,
        }


@dataclass
class Vevent:
    """A component read as far as it could be. ``source`` has its recurrence properties, for ``expanding``."""

    item: Item
    source: Component
    zone: tzinfo | None
    sequence: int
    stamp: str
    recurrence: Moment | None
    is_private: bool

    @property
    def key(self) -> tuple[str, str]:
        return self.item.uid, self.item.recurrence_id

    @property
    def recurs(self) -> bool:
        return any(self.source.first(name) for name in ("RRULE", "RDATE"))


class Reader:
    """The VEVENTs of one file, whose zones and floating times share one answer."""

    def __init__(self, zones: Zones, header_tzid: str, settings: Settings):
        self.zones = zones
        self.settings = settings
        self.floating_tzid = iana_name(header_tzid) or settings.default_tzid

    def read(self, component: Component) -> Vevent:
        problems: list[dict] = []
        uid = text_of(component.value("UID"))[: 4 * LONGEST["uid"]].strip()
        name = SPACES.sub(" ", text_of(component.value("SUMMARY"))).strip()
        if not uid:
            content = f"{self.settings.source} {component.value('DTSTART')} {component.value('RRULE')} {name}"
            uid = f"no-uid-{hashlib.sha256(content.encode()).hexdigest()[:32]}"
            problems.append({"code": "no_uid"})
        elif len(uid) > LONGEST["uid"]:
            uid = f"long-uid-{hashlib.sha256(uid.encode()).hexdigest()[:32]}"
        item = Item(uid=uid, name=_cut(name, "name"), problems=problems)
        item.description = _cut(text_of(component.value("DESCRIPTION")).strip(), "description")
        item.location = _cut(SPACES.sub(" ", text_of(component.value("LOCATION"))).strip(), "location")
        item.url = link_of(component.value("URL"))
        item.cancelled = component.value("STATUS").strip().upper() == "CANCELLED"
        item.raw = "\n".join(CONTROLS.sub("", line.text) for line in component.lines)[: self.settings.property_bytes]
        private = component.value("CLASS").strip().upper() in {"PRIVATE", "CONFIDENTIAL"}
        stamp = component.value("DTSTAMP").strip()
        if not TIME.fullmatch(stamp):
            problems.append({"code": "no_dtstamp"})
            stamp = ""
        if not name:
            problems.append({"code": "no_name"})
        vevent = Vevent(item, component, None, _number(component.value("SEQUENCE")), stamp, None, private)
        try:
            self._times(vevent)
        except Faulty as fault:
            item.start = item.end = None
            item.problems.append({"code": fault.code, "line": component.number, **fault.params})
        return vevent

    def _times(self, vevent: Vevent) -> None:
        component, item = vevent.source, vevent.item
        line = component.first("RECURRENCE-ID")
        if line is not None:
            vevent.recurrence = self.moment(line)[0]
            item.recurrence_id = key_of(vevent.recurrence)
        if component.too_long:
            raise Faulty("too_long", property=component.too_long, limit=self.settings.property_bytes // 1024)
        if component.unreadable:
            raise Faulty("unreadable", at=component.unreadable)
        line = component.first("DTSTART")
        if line is None:
            raise Faulty("no_start")
        item.start, item.tzid, vevent.zone = self.moment(line)
        item.end = self._end(component, item)
        if item.end < item.start if type(item.end) is type(item.start) else True:
            raise Faulty("ends_before_start", start=str(item.start), end=str(item.end))
        if item.end == item.start:  # §3.6.1 lets it be; an event of ours lasts
            item.end = item.start + (PROPOSED if isinstance(item.start, datetime) else timedelta(days=1))
            if isinstance(item.start, datetime):
                item.problems.append({"code": "no_end"})
        if item.floating:
            item.problems.append({"code": "floating", "line": component.number})

    def _end(self, component: Component, item: Item) -> Moment:
        start = item.start
        line = component.first("DTEND")
        if line is not None:
            end, _tzid, _zone = self.moment(line)
            if type(end) is not type(start):
                raise Faulty("mixed")
            if isinstance(end, datetime) and (end.tzinfo is None) != (start.tzinfo is None):
                raise Faulty("mixed")
            return end
        if component.first("DURATION") is not None:
            length = duration_of(component.value("DURATION"))
            if not isinstance(start, datetime):
                if length % timedelta(days=1):
                    raise Faulty("mixed")
                return shifted(start, length)
            return shifted(start, length)
        if not isinstance(start, datetime):
            return shifted(start, timedelta(days=1))
        item.problems.append({"code": "no_end"})
        return shifted(start, PROPOSED)

    def moment(self, line: Line) -> tuple[Moment, str, tzinfo | None]:
        """A DATE or DATE-TIME with its zone. Raises ``Faulty``."""
        return self.moment_of(line.value.strip(), line.params.get("TZID", ""))

    def moment_of(self, value: str, tzid: str = "") -> tuple[Moment, str, tzinfo | None]:
        try:
            found = DATE.fullmatch(value)
            if found:
                return date(*map(int, found.groups())), "", None
            found = TIME.fullmatch(value)
            if not found:
                raise Faulty("bad_time", value=CONTROLS.sub("", value)[:60])
            numbers = [int(number) for number in found.groups()[:6]]
            numbers[5] = min(numbers[5], 59)  # a leap second
            wall = datetime(*numbers)  # noqa: DTZ001 – made aware below, or floating
        except ValueError as error:
            raise Faulty("bad_time", value=CONTROLS.sub("", value)[:60]) from error
        if found[7]:
            return wall.replace(tzinfo=UTC), "", UTC
        if tzid:
            try:
                name, zone = self.zones.find(tzid)
            except UnknownZone as error:
                raise Faulty("unknown_zone", tzid=CONTROLS.sub("", tzid)[:80]) from error
            if name in {"UTC", "Etc/UTC"}:
                return wall.replace(tzinfo=UTC), "", UTC
            return wall.replace(tzinfo=zone), name, zone
        if self.floating_tzid:
            zone = ZoneInfo(self.floating_tzid)
            return wall.replace(tzinfo=zone), self.floating_tzid, zone
        return wall, "", None


def shifted(start: Moment, length: timedelta) -> Moment:
    """``start`` and ``length``: days on the calendar, hours as they elapse (§3.3.6). Raises ``Faulty``."""
    try:
        if isinstance(start, datetime) and start.tzinfo is not None:
            days, rest = timedelta(days=length.days), length - timedelta(days=length.days)
            on_the_day = start + days if length.days >= 0 else start
            rest = rest if length.days >= 0 else length
            return (on_the_day.astimezone(UTC) + rest).astimezone(start.tzinfo)
        return start + length
    except OverflowError as error:
        raise Faulty("bad_time", value=str(length)) from error


def duration_of(value: str) -> timedelta:
    found = DURATION.fullmatch(value.strip().upper())
    if not found or not any(found.groups()[1:]):
        raise Faulty("bad_time", value=CONTROLS.sub("", value)[:60])
    weeks, days, hours, minutes, seconds = (int(number or 0) for number in found.groups()[1:])
    length = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return -length if found[1] == "-" else length


def text_of(value: str) -> str:
    """TEXT without its escapes (§3.3.11) and without control characters; line breaks stay, marks stay text."""
    text = ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)
    return CONTROLS.sub("", text.replace("\r\n", "\n").replace("\t", " "))


def link_of(value: str) -> str:
    text = CONTROLS.sub("", value.strip())
    is_link = re.fullmatch(r"https?://[^\s<>\"'{}|\\^`]+", text, re.IGNORECASE)
    return text if is_link and "@" not in text.split("/")[2] and len(text) <= LONGEST["url"] else ""


def key_of(moment: Moment) -> str:
    """By which a series knows one of its dates, whatever zone the file writes it in."""
    if isinstance(moment, datetime):
        return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}" if moment.tzinfo else f"{moment:%Y%m%dT%H%M%S}"
    return f"{moment:%Y%m%d}"


def moment_text(moment: Moment | None) -> str:
    """ISO 8601: a date, a wall clock without offset where it is floating, else an instant in UTC."""
    if moment is None:
        return ""
    if isinstance(moment, datetime) and moment.tzinfo:
        return moment.astimezone(UTC).isoformat()
    return moment.isoformat()


def _cut(text: str, name: str) -> str:
    return text if len(text) <= LONGEST[name] else f"{text[: LONGEST[name] - 1]}…"


def _number(value: str) -> int:
    value = value.strip()
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 0
