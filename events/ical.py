"""Calendars going out: RFC 5545 files and RFC 5546 invitations, written by hand (events spec 6, 7.4).

The two time zones are written as the two rules they are; a library's generated block lists dates that mail clients
misread (6.12). Tests read everything back with another implementation.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from email.utils import parseaddr
from urllib.parse import quote
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from events.models import Event
from events.when import When
from iurc_portal.clock import day_bounds
from iurc_portal.translation.languages import Spoken, best_text
from iurc_portal.translation.marks import plain

PRODID = "-//City of Torino//Torino-Nagoya//EN"
CONTENT_TYPE = "text/calendar; charset=utf-8"
REFRESH = "PT12H"  # how often calendars are asked to look again (7.6)
DAY_BEFORE = "-PT15H"  # the alarm of whole days, at nine in the morning of the day before: not at night
WIDTH = 75  # octets a line, without the line end (RFC 5545 §3.1)
ADDRESS = "@!$'*+=~"  # what RFC 6068 lets stand as it is in a mailto address
CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")

VTIMEZONES = {
    "Europe/Rome": (
        "BEGIN:VTIMEZONE",
        "TZID:Europe/Rome",
        "BEGIN:DAYLIGHT",
        "DTSTART:19700329T020000",
        "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
        "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+0200",
        "TZNAME:CEST",
        "END:DAYLIGHT",
        "BEGIN:STANDARD",
        "DTSTART:19701025T030000",
        "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
        "TZOFFSETFROM:+0200",
        "TZOFFSETTO:+0100",
        "TZNAME:CET",
        "END:STANDARD",
        "END:VTIMEZONE",
    ),
    "Asia/Tokyo": (
        "BEGIN:VTIMEZONE",
        "TZID:Asia/Tokyo",
        "BEGIN:STANDARD",
        "DTSTART:19700101T000000",
        "TZOFFSETFROM:+0900",
        "TZOFFSETTO:+0900",
        "TZNAME:JST",
        "END:STANDARD",
        "END:VTIMEZONE",
    ),
}


@dataclass(frozen=True)
class Entry:
    """What one VEVENT says, in one language. The times are aware and written on the clocks of ``tzid``."""

    uid: str
    sequence: int | None  # None: of what has no invitations, nobody compares versions
    dtstart: datetime
    dtend: datetime
    tzid: str
    summary: str
    summary_language: str
    description: str
    language: str
    location: str
    url: str
    stamp: datetime
    last_modified: datetime
    status: str = ""
    organizer: str = ""
    attendee: str = ""
    partstat: str = ""  # in the person's own feed, which has no ATTENDEE to carry it (7.2, 7.4)
    alarm: int | None = None  # minutes before the start (7.8)
    all_day: bool = False
    is_free: bool = False  # a day to know of, which keeps nobody from anything else (TRANSP, §3.8.2.7)

    @property
    def when(self) -> When:
        return When(self.dtstart, self.dtend, self.tzid, self.all_day)


def entry_for(event: Event, *, language: str, tzid: str = "", mode: str = "", note: str = "", url: str = "") -> Entry:
    """The entry of ``event`` for feeds and downloads: no people in it, and the same bytes until something changes.

    DTSTAMP equals LAST-MODIFIED where there is no METHOD (§3.8.7.2). ``tzid`` is the reader's zone, for the words of
    the description alone; ``mode`` is how the reader takes part, where that is known (``audiences.mode_of``), and
    ``note`` a paragraph more of the description, for one person. ``url`` is where this reader finds more of it, if
    that is not the event's own page.
    """
    with translation.override(language):
        summary, summary_language = best_text(event, "name", language)
        url = url or settings.SITE_URL + event.get_absolute_url()
        return Entry(
            uid=event.uid,
            sequence=event.sequence,
            dtstart=event.dtstart,
            dtend=event.dtend,
            tzid=event.tzid,
            summary=summary,
            summary_language=summary_language,
            description=_description(event, event.when, language=language, tzid=tzid, url=url, note=note),
            language=language,
            location=_location(event, mode, url=url, language=language),
            url=url,
            stamp=event.last_modified,
            last_modified=event.last_modified,
            status=Event.Status.CANCELLED if event.is_cancelled else Event.Status.CONFIRMED,
            all_day=event.all_day,
        )


def day_entry(
    *,
    uid: str,
    first: date,
    last: date,
    tzid: str,
    summary: tuple[str, str],
    text: str,
    url: str,
    language: str,
    changed: datetime,
    location: str = "",
    is_cancelled: bool = False,
    is_free: bool = True,
) -> Entry:
    """The entry of days that are no event: a deadline, a visit. ``summary`` is a text with its language, ``text`` goes
    before the days and the address, ``last`` is inclusive, ``changed`` (aware) the record's last change.
    """
    start, end = day_bounds(first, last, tzid)
    with translation.override(language):
        lines = "\n".join(When(start, end, tzid, True).lines(language))
    return Entry(
        uid=uid,
        sequence=None,
        dtstart=start,
        dtend=end,
        tzid=tzid,
        summary=summary[0],
        summary_language=summary[1],
        description="\n\n".join(filter(None, [lines, plain(text), url])),
        language=language,
        location=location,
        url=url,
        stamp=changed,
        last_modified=changed,
        status=Event.Status.CANCELLED if is_cancelled else Event.Status.CONFIRMED,
        all_day=True,
        is_free=is_free,
    )


def invitation(
    event: Event,
    *,
    attendee: str,
    language: str,
    tzid: str,
    method: str,
    sequence: int,
    when: When,
    now: datetime,
    event_is_off: bool = False,
    mode: str = "",
    join: str = "",
    url: str = "",
) -> bytes:
    """The calendar part of a letter to one person: a REQUEST, or a CANCEL for them (``event_is_off``: for everybody).

    Times and SEQUENCE are those frozen when the letter was queued. ORGANIZER is the visible From (6.8); a personal
    CANCEL carries no STATUS, which would cancel the event for others who share the calendar (6.9). ``join`` is the
    person's own page of the way in, ``url`` as in ``entry_for``.
    """
    entry = entry_for(event, language=language, tzid=tzid, mode=mode, url=url)
    with translation.override(language):
        note = way_in(join) if join else ""
        description = _description(event, when, language=language, tzid=tzid, url=entry.url, note=note)
    status = "CONFIRMED" if method == "REQUEST" else "CANCELLED" if event_is_off else ""
    entry = replace(
        entry,
        sequence=sequence,
        dtstart=when.start,
        dtend=when.end,
        tzid=when.tzid,
        all_day=when.all_day,
        description=description,
        stamp=now,
        status=status,
        organizer=parseaddr(settings.DEFAULT_FROM_EMAIL)[1],
        attendee=attendee,
    )
    return calendar([entry], method=method)


def calendar(entries: Sequence[Entry], *, method: str = "", name: str = "", language: str = "") -> bytes:
    """A whole VCALENDAR: UTF-8, CRLF, folded at 75 octets. ``name`` and ``language`` make it a feed (7.6)."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODID}", "CALSCALE:GREGORIAN"]
    if method:
        lines.append(f"METHOD:{method}")
    if name:
        lines += [
            text_line("NAME", name, LANGUAGE=language),
            text_line("X-WR-CALNAME", name),
            f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}",
            f"X-PUBLISHED-TTL:{REFRESH}",
        ]
    for tzid in VTIMEZONES:
        if any(entry.tzid == tzid and not entry.all_day and not _in_utc(entry) for entry in entries):
            lines += VTIMEZONES[tzid]
    for entry in entries:
        lines += vevent(entry)
    lines.append("END:VCALENDAR")
    return b"".join(fold(line) for line in lines)


def fold(line: str) -> bytes:
    """``line`` as UTF-8 octets with CRLF, folded so that no letter is split (RFC 5545 §3.1)."""
    octets, parts, start, room = line.encode(), [], 0, WIDTH
    while len(octets) - start > room:
        end = start + room
        while octets[end] & 0xC0 == 0x80:  # within a letter
            end -= 1
        parts.append(octets[start:end])
        start, room = end, WIDTH - 1  # the space that marks a continuation counts too
    parts.append(octets[start:])
    return b"\r\n ".join(parts) + b"\r\n"


def escape(text: str) -> str:
    """TEXT as RFC 5545 §3.3.11 wants it; control characters other than line breaks are dropped."""
    text = CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def text_line(name: str, value: str, **parameters: str) -> str:
    words = "".join(f";{key}={word}" for key, word in parameters.items() if word)
    return f"{name}{words}:{escape(value)}"


def vevent(entry: Entry) -> Iterable[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{entry.uid}"
    yield f"DTSTAMP:{_utc(entry.stamp)}"
    if entry.all_day:  # dates, the end exclusive (§3.6.1)
        yield f"DTSTART;VALUE=DATE:{entry.when.first_day:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{entry.when.day_after:%Y%m%d}"
    else:
        yield _time_line("DTSTART", entry.dtstart, entry)
        yield _time_line("DTEND", entry.dtend, entry)
    if entry.sequence is not None:
        yield f"SEQUENCE:{entry.sequence}"
    yield f"LAST-MODIFIED:{_utc(entry.last_modified)}"
    if entry.status:
        yield f"STATUS:{entry.status}"
    if entry.is_free:
        yield "TRANSP:TRANSPARENT"
    yield text_line("SUMMARY", entry.summary, LANGUAGE=entry.summary_language)
    yield text_line("DESCRIPTION", entry.description, LANGUAGE=entry.language)
    if entry.location:
        yield text_line("LOCATION", entry.location, LANGUAGE=entry.language)
    yield f"URL:{entry.url}"
    if entry.organizer:
        yield f"ORGANIZER:mailto:{entry.organizer}"
    if entry.attendee:
        attendee = quote(entry.attendee, safe=ADDRESS)
        yield f"ATTENDEE;PARTSTAT=ACCEPTED;RSVP=FALSE;ROLE=REQ-PARTICIPANT:mailto:{attendee}"
    if entry.partstat:
        yield f"X-PARTSTAT:{entry.partstat}"
    if entry.alarm is not None:
        trigger = DAY_BEFORE if entry.all_day else f"-PT{entry.alarm}M"
        yield from ("BEGIN:VALARM", "ACTION:DISPLAY", f"TRIGGER:{trigger}")
        yield from (text_line("DESCRIPTION", entry.summary, LANGUAGE=entry.summary_language), "END:VALARM")
    yield "END:VEVENT"


def _in_utc(entry: Entry) -> bool:
    """Whether times are written in UTC: by setting (6.11), in other zones, and in hours that come twice, which TZID
    cannot tell apart.
    """
    if settings.IURC_EVENTS["ics_in_utc"] or entry.tzid not in VTIMEZONES:
        return True
    zone = ZoneInfo(entry.tzid)
    return any(instant.astimezone(zone).fold for instant in (entry.dtstart, entry.dtend))


def _time_line(name: str, instant: datetime, entry: Entry) -> str:
    if _in_utc(entry):
        return f"{name}:{_utc(instant)}"
    return f"{name};TZID={entry.tzid}:{instant.astimezone(ZoneInfo(entry.tzid)):%Y%m%dT%H%M%S}"


def _utc(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def way_in(address: str) -> str:
    """Where to take part online, in the active language: a page of ours, never the room (8.1)."""
    words, colon = _("Take part online"), pgettext("before a line of its own", ":")
    return f"{words}{colon}\n{address}"


def _description(event: Event, when: When, *, language: str, tzid: str, url: str, note: str = "") -> str:
    text, _language = best_text(event, "description", language)
    paragraphs = ["\n".join(when.lines(language, tzid=tzid)), note, plain(text)]
    return "\n\n".join([*filter(None, paragraphs), url])


def _location(event: Event, mode: str, *, url: str, language: str) -> str:
    """The place, or "Online" and the page; never the provider's address (6.14, 8.1)."""
    words = where(event, language=language, mode=mode)
    is_offline = (mode or event.event_attendance_mode) == Event.AttendanceMode.OFFLINE
    return words if is_offline else f"{words} – {url}"


def where(event: Event, *, language: str, mode: str = "") -> str:
    """Where people meet, in words: "Online", a place, or both; for somebody who takes part in one way, that one."""
    return " / ".join(", ".join(way) for way in where_texts(event, language=language, mode=mode))


def where_texts(event: Event, *, language: str, mode: str = "") -> list[list[str]]:
    """The same in parts, one list for each way to take part; texts of records know their language (``Spoken``)."""
    mode = mode or event.event_attendance_mode
    parts: list[str] = [Spoken.of(event, "location", language)]
    if event.place is not None:
        name, city = (Spoken.of(thing, "name", language) for thing in (event.place, event.place.city))
        parts += [name, event.place.address, city]
    online = [_("Online")]
    if mode == Event.AttendanceMode.ONLINE:
        return [online]
    place = [part for part in parts if part]
    if not place and event.access != Event.Access.PARTICIPANTS:  # items of an agenda may well have none
        place = [_("the place will be announced")]
    return [place, online] if mode == Event.AttendanceMode.MIXED else [place]


def etag(octets: bytes) -> str:
    """A strong ETag (RFC 9110 §8.8.3): equal exactly where the bytes are."""
    return f'"{hashlib.sha256(octets).hexdigest()[:32]}"'
