"""RFC 5545 content lines as they come from strangers: decoded, unfolded, cut into components, all within limits."""

import codecs
import re
from dataclasses import dataclass, field

BREAK = re.compile(r"\r\n|\n|\r")
NAME = re.compile(r"([A-Za-z0-9-]{1,100})((?:;[^:;\"=]{1,100}=(?:\"[^\"]*\"|[^\":;]*))*):")
PARAMETER = re.compile(r";([^=;:\"]+)=((?:\"[^\"]*\"|[^\":;])*)")
CONTROLS = re.compile(  # and letters that turn the direction of what follows
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
NO_CHARSETS = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}
DEEPEST = 6  # VCALENDAR, VEVENT, VALARM: three are usual
# Other people's data and secrets, and what would act (10.12): never kept, not even in the text for staff.
DROPPED = {"ATTENDEE", "ORGANIZER", "ATTACH", "CONFERENCE", "CONTACT", "COMMENT", "REQUEST-STATUS", "IMAGE"}


class Refused(Exception):
    """The whole file cannot be read. ``code`` and ``params`` are put into words by ``events.sources.words``."""

    def __init__(self, code: str, **params):
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True)
class Line:
    name: str
    params: dict[str, str]
    value: str
    text: str


@dataclass
class Component:
    """One VEVENT or VTIMEZONE: its lines, without what is dropped. ``too_long`` names a property past the limit."""

    kind: str
    number: int  # of its first line in the file, from 1
    lines: list[Line] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)  # of a VTIMEZONE, which is read as a whole
    too_long: str = ""
    unreadable: int = 0  # the number of the first line that is none

    def first(self, name: str) -> Line | None:
        return next((line for line in self.lines if line.name == name), None)

    def value(self, name: str) -> str:
        line = self.first(name)
        return line.value if line else ""

    def all(self, name: str) -> list[Line]:
        return [line for line in self.lines if line.name == name]


@dataclass
class File:
    """What of a file concerns us."""

    name: str = ""
    tzid: str = ""
    events: list[Component] = field(default_factory=list)
    zones: list[Component] = field(default_factory=list)


def decode(body: bytes, charset: str = "") -> str:
    """``body`` as text: in the ``charset`` that the server declared, else UTF-8, a BOM allowed. Nothing is guessed."""
    try:
        name = codecs.lookup(charset or "utf-8").name
    except (LookupError, ValueError) as error:
        raise Refused("charset", charset=charset[:40]) from error
    if name in NO_CHARSETS:
        raise Refused("charset", charset=charset[:40])
    if name == "utf-8":
        name = "utf-8-sig"
    try:
        text = body.decode(name)
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise Refused(
            "encoding", byte=error.start + 1, line=line, value=f"{body[error.start]:02X}", charset=charset or "UTF-8"
        ) from error
    except (UnicodeError, LookupError, TypeError, ValueError) as error:  # codecs that are no charset of text
        raise Refused("charset", charset=charset[:40]) from error
    if not isinstance(text, str):
        raise Refused("charset", charset=charset[:40])
    return text


def check_is_calendar(start: str) -> None:
    """Raise ``Refused`` unless ``start`` begins a VCALENDAR: ``html`` for a web page, else ``not_calendar``."""
    head = start.lstrip("\ufeff \t\r\n")[:400]
    if head[:15].upper() == "BEGIN:VCALENDAR":
        return
    raise Refused("html" if head.startswith("<") else "empty" if not head else "not_calendar")


def parse(text: str, *, components: int, property_bytes: int) -> File:
    """Cut ``text`` into components. Raises ``Refused``: more than ``components``, nested too deeply, cut short."""
    check_is_calendar(text[:1000])
    file, stack, count = File(), [], 0
    current: Component | None = None
    for number, logical, is_long in unfold(text, property_bytes):
        upper = logical[:40].upper()
        if upper.startswith("BEGIN:"):
            kind = upper[6:].strip()
            stack.append(kind)
            count += 1
            if count > components:
                raise Refused("components", limit=components)
            if len(stack) > DEEPEST:
                raise Refused("nested", line=number)
            if kind in {"VEVENT", "VTIMEZONE"} and len(stack) == 2:
                current = Component(kind, number)
                (file.events if kind == "VEVENT" else file.zones).append(current)
        elif upper.startswith("END:"):
            if not stack or stack.pop() != upper[4:].strip():
                raise Refused("structure", line=number)
            if len(stack) < 2:
                if current and current.kind == "VTIMEZONE":
                    current.texts.append(logical)
                current = None
                continue
        elif current is None:
            if len(stack) == 1 and not is_long:
                _header(file, logical)
            continue
        if current is None:
            continue
        if current.kind == "VTIMEZONE":
            current.texts.append(logical)
        if len(stack) == 2 and not upper.startswith(("BEGIN:", "END:")):
            _take(current, number, logical, is_long)
    if stack:
        raise Refused("cut_short")
    return file


def unfold(text: str, limit: int):
    """Logical lines as (number of the first physical line, text, whether it is longer than ``limit`` octets).

    Of one that is too long only the beginning is kept.
    """
    first, parts, size = 0, [], 0
    for number, physical in enumerate(_physical(text), start=1):
        if physical[:1] in (" ", "\t"):
            size += len(physical) - 1
            if size <= limit:
                parts.append(physical[1:])
            continue
        if parts:
            yield _joined(first, parts, size, limit)
        first, parts, size = number, [physical[: limit + 1]] if physical.strip() else [], len(physical)
    if parts:
        yield _joined(first, parts, size, limit)


def _physical(text: str):
    position = 0
    for found in BREAK.finditer(text):
        yield text[position : found.start()]
        position = found.end()
    yield text[position:]


def _joined(first: int, parts: list[str], size: int, limit: int):
    whole = parts[0] if len(parts) == 1 else "".join(parts)
    is_long = size > limit or len(whole.encode("utf-8", "replace")) > limit
    return first, whole[:200] if is_long else whole, is_long


def _header(file: File, logical: str) -> None:
    found = NAME.match(logical)
    if found is None:
        return
    name, value = found[1].upper(), logical[found.end() :]
    if name in {"X-WR-CALNAME", "NAME"} and not file.name:
        file.name = value[:200]
    elif name == "X-WR-TIMEZONE":
        file.tzid = value.strip()[:100]


def _take(component: Component, number: int, logical: str, is_long: bool) -> None:
    found = NAME.match(logical)
    if found is None:
        component.unreadable = component.unreadable or number
        return
    name = found[1].upper()
    if name in DROPPED:
        return
    if is_long:
        component.too_long = component.too_long or name
        return
    params = {key.upper(): value.strip('"') for key, value in PARAMETER.findall(found[2])}
    component.lines.append(Line(name, params, logical[found.end() :], logical))
