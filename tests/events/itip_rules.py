"""What RFC 5546 and RFC 6047 ask of a mailed invitation, as tables, with a reader of its own.

The reader is neither the portal's writer nor the library that other tests read with: three pairs of eyes.
"""

import email
import email.policy
import re
from collections import Counter
from dataclasses import dataclass, field
from email.message import EmailMessage

ONE, ONE_OR_MORE, AT_MOST_ONE, ANY, NONE = (1, 1), (1, None), (0, 1), (0, None), (0, 0)
# What both tables say alike of the properties of a VEVENT.
ALIKE = {
    **dict.fromkeys(["DTSTAMP", "ORGANIZER", "UID"], ONE),
    **dict.fromkeys(["ATTACH", "CATEGORIES", "COMMENT", "CONTACT", "EXDATE", "RDATE", "RELATED-TO", "RESOURCES"], ANY),
    **dict.fromkeys(["CLASS", "CREATED", "DESCRIPTION", "DTEND", "DURATION", "GEO", "LAST-MODIFIED"], AT_MOST_ONE),
    **dict.fromkeys(["LOCATION", "PRIORITY", "RECURRENCE-ID", "RRULE", "STATUS", "TRANSP", "URL"], AT_MOST_ONE),
    "REQUEST-STATUS": NONE,
}
TABLES = {
    "REQUEST": {  # RFC 5546 §3.2.2
        **ALIKE,
        **dict.fromkeys(["DTSTART", "SUMMARY"], ONE),
        "ATTENDEE": ONE_OR_MORE,
        "SEQUENCE": AT_MOST_ONE,
        "VALARM": ANY,
    },
    "CANCEL": {  # RFC 5546 §3.2.5; ATTENDEE 0+, but who is removed must be named
        **ALIKE,
        **dict.fromkeys(["DTSTART", "SUMMARY"], AT_MOST_ONE),
        "ATTENDEE": ONE_OR_MORE,
        "SEQUENCE": ONE,
        "VALARM": NONE,
    },
}
STATUSES = {"REQUEST": {"TENTATIVE", "CONFIRMED"}, "CANCEL": {"CANCELLED"}}
OBSERVANCE = ["DTSTART", "TZOFFSETFROM", "TZOFFSETTO"]  # RFC 5545 §3.6.5: once in each part of a VTIMEZONE
ALARM = ["ACTION", "TRIGGER"]  # RFC 5545 §3.6.6
LINE = re.compile(
    r'(?P<name>[A-Za-z0-9-]+)(?P<parameters>(?:;[A-Za-z0-9-]+=(?:"[^"]*"|[^";:,]*))*):(?P<value>.*)', re.S
)
LONGEST_LINE, LONGEST_MAIL_LINE = 75, 998  # octets without the line end: RFC 5545 §3.1, RFC 5322 §2.1.1


@dataclass
class Property:
    name: str
    parameters: dict[str, str]
    value: str


@dataclass
class Component:
    name: str
    properties: list[Property] = field(default_factory=list)
    parts: list["Component"] = field(default_factory=list)

    def counts(self) -> Counter[str]:
        return Counter([line.name for line in self.properties] + [part.name for part in self.parts])

    def value(self, name: str) -> str:
        return next((line.value for line in self.properties if line.name == name), "")


def read(octets: bytes) -> Component:
    """The one VCALENDAR in ``octets``. Raises ``ValueError`` for what is no calendar."""
    stack = [Component("")]
    for line in octets.replace(b"\r\n ", b"").decode().removesuffix("\r\n").split("\r\n"):
        match = LINE.fullmatch(line)
        if match is None:
            raise ValueError(f"no property: {line!r}")
        name, value = match["name"].upper(), match["value"]
        if name == "BEGIN":
            stack.append(Component(value))
            stack[-2].parts.append(stack[-1])
        elif name == "END":
            if stack.pop().name != value:
                raise ValueError(f"END:{value} ends nothing")
        else:
            given = dict(each.split("=", 1) for each in match["parameters"].split(";")[1:])
            stack[-1].properties.append(Property(name, given, value))
    if len(stack) != 1 or [part.name for part in stack[0].parts] != ["VCALENDAR"]:
        raise ValueError("not one whole VCALENDAR")
    return stack[0].parts[0]


def faults_of_letter(octets: bytes) -> list[str]:
    """All that is wrong with a mailed invitation, in words, from the bytes that a mail server took."""
    faults = []
    if any(octet > 127 for octet in octets):
        faults.append("the letter is not plain ASCII on its way")
    if max(len(line) for line in octets.split(b"\r\n")) > LONGEST_MAIL_LINE:
        faults.append("a line of the letter is too long for mail")
    letter = email.message_from_bytes(octets, policy=email.policy.default)
    assert isinstance(letter, EmailMessage)
    parts = [part for part in letter.walk() if part.get_content_type() == "text/calendar"]
    if len(parts) != 1:
        return [*faults, f"{len(parts)} calendar parts"]
    payload = parts[0].get_payload(decode=True)
    assert isinstance(payload, bytes)
    return [
        *faults,
        *_faults_of_post(letter, parts[0], payload),
        *faults_of_lines(payload),
        *faults_of_object(payload),
    ]


def _faults_of_post(letter: EmailMessage, part: EmailMessage, payload: bytes) -> list[str]:
    """RFC 6047 §2.2–2.5: what the MIME part says of the object in it, and whom both name."""
    calendar = read(payload)
    given = {name.lower(): value for name, value in part["Content-Type"].params.items()}
    (event,) = [found for found in calendar.parts if found.name == "VEVENT"]
    sender, receiver = (letter[name].addresses[0].addr_spec for name in ("From", "To"))
    expected = {
        "method": (given.get("method"), calendar.value("METHOD")),
        "charset": (given.get("charset", "").lower(), "utf-8"),
        "component": (given.get("component"), "VEVENT"),
        "ORGANIZER": (event.value("ORGANIZER").lower(), f"mailto:{sender}".lower()),
        "ATTENDEE": (event.value("ATTENDEE").lower(), f"mailto:{receiver}".lower()),
    }
    return [f"{name}: {found!r}, not {wanted!r}" for name, (found, wanted) in expected.items() if found != wanted]


def faults_of_lines(octets: bytes) -> list[str]:
    """RFC 5545 §3.1, on the bytes themselves: ends, lengths, and letters that a fold has cut in two."""
    faults = []
    if not octets.endswith(b"\r\n") or re.search(rb"(?<!\r)\n|\r(?!\n)", octets):
        faults.append("a line does not end with CRLF")
    for line in octets.split(b"\r\n"):
        if len(line) > LONGEST_LINE:
            faults.append(f"{len(line)} octets in a line")
        try:
            line.decode()
        except UnicodeDecodeError:
            faults.append(f"a letter is split: {line!r}")
    return faults


def faults_of_object(octets: bytes) -> list[str]:
    """RFC 5546 §3.2.2 and §3.2.5, and §3.6 of RFC 5545 for zones and alarms."""
    calendar = read(octets)
    method = calendar.value("METHOD")
    if method not in TABLES:
        return [f"METHOD is {method!r}"]
    faults = _miscounted(calendar, {"METHOD": ONE, "VERSION": ONE, "PRODID": ONE, "CALSCALE": AT_MOST_ONE})
    kinds = Counter(part.name for part in calendar.parts)
    faults += [f"{name} in a calendar of events" for name in kinds if name not in {"VEVENT", "VTIMEZONE"}]
    events = [part for part in calendar.parts if part.name == "VEVENT"]
    if len(events) != 1:  # 1+ in the tables; one each by our own rule: no recurrence in mail
        return [*faults, f"{len(events)} VEVENTs"]
    return [*faults, *_faults_of_event(events[0], method), *_faults_of_zones(calendar, events[0])]


def _faults_of_event(event: Component, method: str) -> list[str]:
    faults = _miscounted(event, TABLES[method])
    known = {*TABLES[method]}
    faults += [f"{name} is in no table" for name in event.counts() if name not in known and not name.startswith("X-")]
    if {"DTEND", "DURATION"} <= {*event.counts()}:
        faults.append("DTEND and DURATION")
    if event.counts()["STATUS"] and event.value("STATUS") not in STATUSES[method]:
        faults.append(f"STATUS is {event.value('STATUS')}")
    if "SEQUENCE" in event.counts() and not event.value("SEQUENCE").isdecimal():
        faults.append("SEQUENCE is no number")
    for alarm in event.parts:
        faults += _miscounted(alarm, dict.fromkeys(ALARM, ONE))
    return faults


def _faults_of_zones(calendar: Component, event: Component) -> list[str]:
    """Every zone that is named is described, none is described for nothing, and each description is whole."""
    zones = [part for part in calendar.parts if part.name == "VTIMEZONE"]
    named = {line.parameters["TZID"] for line in event.properties if "TZID" in line.parameters}
    described = [zone.value("TZID") for zone in zones]
    faults = [] if sorted(described) == sorted(named) else [f"zones: {sorted(named)} named, {described} described"]
    for zone in zones:
        if not {part.name for part in zone.parts} & {"STANDARD", "DAYLIGHT"}:
            faults.append("a zone without a rule")
        for part in zone.parts:
            faults += _miscounted(part, dict.fromkeys(OBSERVANCE, ONE))
    return faults


def _miscounted(component: Component, table: dict[str, tuple[int, int | None]]) -> list[str]:
    counts = component.counts()
    return [
        f"{component.name}: {counts[name]} × {name}"
        for name, (least, most) in table.items()
        if counts[name] < least or (most is not None and counts[name] > most)
    ]
