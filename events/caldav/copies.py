"""What a copy of an event says: read, rendered, merged and hashed (events spec 9.2, 9.3, 9.11).

Fields are plain text by name, so that they can be compared, stored as JSON and shown:

- ``when``: two UTC instants ``2026-03-03T08:00:00Z/2026-03-03T10:00:00Z``, or for whole days two dates, the second
  exclusive; zones do not count, since servers rewrite them;
- ``summary``, ``location``, ``description``, ``url``: text, composed (NFC), without spaces at the ends of lines;
- ``status``: CONFIRMED, CANCELLED or TENTATIVE;
- ``rrule``: rules and exceptions of repetition, "" for one of ours.

Everything else that others put into a copy (alarms, colours, categories) is theirs and survives our writing.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from events import ical
from events.caldav import errors
from events.models import Event

Fields = dict[str, str]
FIELDS = ("when", "summary", "status", "location", "description", "url", "rrule")

STAMP = "X-IURC-COPY"  # portal, event and hash of what we wrote
FIELD_OF = {
    "DTSTART": "when",
    "DTEND": "when",
    "DURATION": "when",
    "SUMMARY": "summary",
    "STATUS": "status",
    "LOCATION": "location",
    "DESCRIPTION": "description",
    "X-ALT-DESC": "description",
    "URL": "url",
    "RRULE": "rrule",
    "RDATE": "rrule",
    "EXDATE": "rrule",
    "EXRULE": "rrule",
}
# Written by us or dropped: numbers and moments are ours, and no copy carries people (9.2).
OURS = {"UID", "DTSTAMP", "CREATED", "LAST-MODIFIED", "SEQUENCE", "ORGANIZER", "ATTENDEE", "X-PARTSTAT", STAMP}
BREAKS = re.compile(rb"\r\n[ \t]|\n[ \t]")
PART = re.compile(r'(?:[^:;"]|"[^"]*")*')
SIMPLE = re.compile(
    r"DT(?:START|END)(?P<zone>;VALUE=DATE|;TZID=(?:Europe/Rome|Asia/Tokyo)|):"
    r"(?P<day>\d{8})(?P<time>T\d{6})?(?P<utc>Z?)"
)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Stamp:
    """What our private property says: whose copy it is and what its content was when we wrote it."""

    portal: str
    event: str
    content: str

    def __str__(self):
        return f"{self.portal} {self.event} {self.content}"


@dataclass(frozen=True)
class Copy:
    """One entry as a server gives it. ``extras`` are the lines that are neither fields nor bookkeeping, ordered by
    their letters; ``kind`` is VEVENT, or what else it is.
    """

    uid: str
    kind: str
    fields: Fields
    extras: tuple[str, ...] = ()
    stamp: Stamp | None = None
    is_private: bool = False
    component: "Component | None" = field(default=None, repr=False, compare=False)

    @property
    def content_hash(self) -> str:
        return content_hash(self.fields, self.extras)

    @property
    def is_as_written(self) -> bool:
        """Nobody has changed it since we wrote it: an echo (9.3)."""
        return self.stamp is not None and self.stamp.content == self.content_hash

    def is_of(self, event: Event) -> bool:
        return self.stamp is not None and (self.stamp.portal, self.stamp.event) == (
            settings.ICS_DOMAIN,
            str(event.public_id),
        )


def content_hash(fields: Fields, extras: Iterable[str] = ()) -> str:
    """The same for contents that mean the same, whatever order, folding and moments a server gives them (9.11)."""
    said = [{name: fields.get(name, "") for name in FIELDS}, sorted(extras)]
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:32]


def tidy(text: str) -> str:
    text = ical.CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    return "\n".join(line.rstrip() for line in unicodedata.normalize("NFC", text).split("\n")).strip()


# --- Ours ------------------------------------------------------------------------------------------------------------


def entry_of(event: Event, *, language: str, note: str = "") -> ical.Entry:
    """The entry of ``event`` in a connected calendar: that of the feeds, and what was noted there below it."""
    entry = ical.entry_for(event, language=language)
    return replace(entry, description=f"{entry.description}\n\n{note}") if note else entry


def fields_of(entry: ical.Entry) -> Fields:
    """The same fields that reading the rendered entry gives."""
    return {
        "when": when_text(entry.dtstart, entry.dtend, entry.tzid if entry.all_day else ""),
        "summary": tidy(entry.summary),
        "status": entry.status or "CONFIRMED",
        "location": tidy(entry.location),
        "description": tidy(entry.description),
        "url": entry.url,
        "rrule": "",
    }


def when_text(start: datetime, end: datetime, days_of: str = "") -> str:
    """``days_of``: the zone whose days the two instants bound, for whole days."""
    if days_of:
        first, last = (moment.astimezone(ZoneInfo(days_of)).date() for moment in (start, end))
        return f"{first:%Y-%m-%d}/{last:%Y-%m-%d}"
    return "/".join(f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" for moment in (start, end))


def when_of(text: str) -> tuple[datetime, datetime] | tuple[date, date]:
    """What ``when`` says: two aware instants, or two dates. Raises ``ValueError``."""
    start, end = text.split("/")
    if "T" in start:
        return datetime.fromisoformat(start), datetime.fromisoformat(end)
    return date.fromisoformat(start), date.fromisoformat(end)


def render(
    event: Event, entry: ical.Entry, *, over: Copy | None = None, keep: Iterable[str] = ()
) -> tuple[bytes, Copy]:
    """The bytes to write for ``event``, and what they say.

    With ``over``, the version that stands there, what others put into it survives, and so do its fields in ``keep``.
    """
    kept = set(keep)
    ours = fields_of(entry)
    fields = {name: over.fields.get(name, "") if over and name in kept else ours[name] for name in FIELDS}
    extras = over.extras if over else ()
    stamp = Stamp(settings.ICS_DOMAIN, str(event.public_id), content_hash(fields, extras))
    copy = Copy(entry.uid, "VEVENT", fields, extras, stamp)
    stamp_line = f"{STAMP}:{stamp}"
    if over is None or over.component is None:
        whole = ical.calendar([entry])
        return whole.replace(b"END:VEVENT\r\n", ical.fold(stamp_line) + b"END:VEVENT\r\n", 1), copy
    return _merged(entry, over.component, kept, stamp_line), copy


def _merged(entry: ical.Entry, theirs: "Component", kept: set[str], stamp_line: str) -> bytes:
    mine = list(ical.vevent(entry))[1:-1]
    event, *overrides = _events(theirs)
    lines = [line for line in mine if FIELD_OF.get(name_of(line)) not in kept]
    lines += [line for line in event.lines if _survives(line, kept)]
    lines.append(stamp_line)
    zones = [child for child in theirs.children if child.name == "VTIMEZONE"] if kept & {"when", "rrule"} else []
    named = {line for zone in zones for line in zone.lines if name_of(line) == "TZID"}
    out = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{ical.PRODID}", "CALSCALE:GREGORIAN"]
    for tzid, block in ical.VTIMEZONES.items():
        if f"TZID:{tzid}" not in named and any(f"TZID={tzid}:" in line for line in lines):
            out += block
    for zone in zones:
        out += zone.text()
    out += ["BEGIN:VEVENT", *lines]
    for child in event.children:
        out += child.text()
    out.append("END:VEVENT")
    for other in overrides if "rrule" in kept else ():
        out += [line for line in other.text() if name_of(line) != "ATTENDEE"]
    out.append("END:VCALENDAR")
    return b"".join(ical.fold(line) for line in out)


def _survives(line: str, kept: set[str]) -> bool:
    name = name_of(line)
    return FIELD_OF[name] in kept if name in FIELD_OF else name not in OURS


# --- Theirs ----------------------------------------------------------------------------------------------------------


@dataclass
class Component:
    """A component as unfolded lines, without its BEGIN and END."""

    name: str
    lines: list[str] = field(default_factory=list)
    children: list["Component"] = field(default_factory=list)

    def text(self) -> list[str]:
        inside = [line for child in self.children for line in child.text()]
        return [f"BEGIN:{self.name}", *self.lines, *inside, f"END:{self.name}"]


def name_of(line: str) -> str:
    """The property of a line; a group before a dot is none of calendars' business."""
    return re.split(r"[;:]", line, maxsplit=1)[0].upper()


def read(data: bytes, *, tzid: str = "Europe/Rome") -> Copy:
    """What an entry says. Times without a zone are taken in ``tzid``. Raises ``Unreadable`` with what is wrong."""
    calendar = _components(data)
    events = _events(calendar)
    if not events:
        kinds = [child.name for child in calendar.children if child.name != "VTIMEZONE"]
        uid = next((_value(line) for child in calendar.children for line in child.lines if name_of(line) == "UID"), "")
        return Copy(uid, kinds[0] if kinds else "", {})
    event, *overrides = events
    values = {name: _value(line) for line in reversed(event.lines) if (name := name_of(line))}
    try:
        when = _simple_when(event.lines) or _when(data, tzid)
    except errors.Unreadable:
        raise
    except Exception as error:  # the library raises what it likes; one entry must not stop the others (9.22)
        raise errors.Unreadable(f"{type(error).__name__}: {error}") from error
    rules = [line for line in event.lines if FIELD_OF.get(name_of(line)) == "rrule"]
    rules += [line for other in overrides for line in other.text()]
    fields = {
        "when": when,
        "summary": tidy(unescape(values.get("SUMMARY", ""))),
        "status": values.get("STATUS", "CONFIRMED").strip().upper(),
        "location": tidy(unescape(values.get("LOCATION", ""))),
        "description": tidy(unescape(values.get("DESCRIPTION", ""))),
        "url": values.get("URL", "").strip(),
        "rrule": "\n".join(sorted(rules)),
    }
    extras = [line for line in event.lines if name_of(line) not in OURS and name_of(line) not in FIELD_OF]
    extras += ["\n".join(child.text()) for child in event.children]
    return Copy(
        unescape(values.get("UID", "")),
        "VEVENT",
        fields,
        tuple(sorted(extras)),
        _stamp(values.get(STAMP, "")),
        values.get("CLASS", "").strip().upper() in ("PRIVATE", "CONFIDENTIAL"),
        calendar,
    )


def _components(data: bytes) -> Component:
    """The VCALENDAR as a tree. Raises ``Unreadable``."""
    try:
        text = BREAKS.sub(b"", data).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise errors.Unreadable(f"not UTF-8: {error.reason}") from error
    root = Component("")
    open_ones = [root]
    for line in text.replace("\r\n", "\n").split("\n"):
        if not line.strip():
            continue
        name = name_of(line)
        if name == "BEGIN":
            child = Component(_value(line).strip().upper())
            open_ones[-1].children.append(child)
            open_ones.append(child)
            if len(open_ones) > 8:
                raise errors.Unreadable("components within components")
        elif name == "END":
            if len(open_ones) < 2 or open_ones.pop().name != _value(line).strip().upper():
                raise errors.Unreadable(line[:80])
        elif ":" not in line:
            raise errors.Unreadable(line[:80])
        else:
            open_ones[-1].lines.append(line)
    if len(open_ones) > 1 or len(root.children) != 1 or root.children[0].name != "VCALENDAR":
        raise errors.Unreadable("no whole VCALENDAR")
    return root.children[0]


def _events(calendar: Component) -> list[Component]:
    """The entry itself first, then the exceptions of its repetition."""
    events = [child for child in calendar.children if child.name == "VEVENT"]
    return sorted(events, key=lambda event: any(name_of(line) == "RECURRENCE-ID" for line in event.lines))


def _value(line: str) -> str:
    """What stands behind the colon that ends the parameters; colons in quotes belong to them."""
    rest = line
    while True:
        part = PART.match(rest)
        rest = rest[part.end() :] if part else ""
        if not rest:
            return ""
        if rest[0] == ":":
            return rest[1:]
        rest = rest[1:]


def unescape(text: str) -> str:
    """TEXT as RFC 5545 §3.3.11 escapes it."""
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], text)


def _stamp(text: str) -> Stamp | None:
    words = unescape(text).split()
    return Stamp(*words) if len(words) == 3 else None


def _simple_when(lines: list[str]) -> str:
    """``when`` of an entry written as we write it: UTC, days, or the clocks of our cities. "" for all others."""
    found = {name: line for line in lines if (name := name_of(line)) in ("DTSTART", "DTEND")}
    matches = (SIMPLE.fullmatch(found.get(name, "")) for name in ("DTSTART", "DTEND"))
    moments = [match for match in matches if match is not None]
    if len(moments) != 2 or moments[0]["zone"] != moments[1]["zone"]:
        return ""
    try:
        if moments[0]["zone"] == ";VALUE=DATE":
            days = [datetime.strptime(moment["day"], "%Y%m%d").date() for moment in moments]  # noqa: DTZ007 - a date
            return "" if any(moment["time"] for moment in moments) else f"{days[0]:%Y-%m-%d}/{days[1]:%Y-%m-%d}"
        if not all(moment["time"] and bool(moment["utc"]) != bool(moment["zone"]) for moment in moments):
            return ""
        zone = ZoneInfo(moments[0]["zone"].partition("=")[2]) if moments[0]["zone"] else UTC
        texts = (moment["day"] + moment["time"] for moment in moments)
        start, end = (datetime.strptime(text, "%Y%m%dT%H%M%S").replace(tzinfo=zone) for text in texts)
        return when_text(start, end)
    except ValueError:
        return ""


def _when(data: bytes, tzid: str) -> str:
    """``when`` by the library, which knows zones by their names and by the blocks that come with them."""
    from icalendar import Calendar

    events = Calendar.from_ical(data).walk("VEVENT")
    event = next((one for one in events if "RECURRENCE-ID" not in one), events[0])
    if "DTSTART" not in event:
        raise errors.Unreadable("no DTSTART")
    start = _single(event["DTSTART"]).dt
    if "DTEND" in event:
        end = _single(event["DTEND"]).dt
    elif "DURATION" in event:
        end = start + _single(event["DURATION"]).dt
    else:
        end = start if isinstance(start, datetime) else start + DAY
    if not isinstance(start, datetime):
        if isinstance(end, datetime):
            raise errors.Unreadable("DTEND has an hour, DTSTART has none")
        return f"{start:%Y-%m-%d}/{end:%Y-%m-%d}"
    if not isinstance(end, datetime):
        raise errors.Unreadable("DTSTART has an hour, DTEND has none")
    zone = ZoneInfo(tzid)
    start, end = (moment if moment.tzinfo else moment.replace(tzinfo=zone) for moment in (start, end))
    return when_text(start, end)


def _single(value):
    return value[0] if isinstance(value, list) else value
