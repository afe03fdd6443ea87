"""The XML of WebDAV (RFC 4918, 6578, 4791): asking and reading, entities and networks off."""

from dataclasses import dataclass
from xml.sax.saxutils import escape

from events.caldav import errors
from events.caldav.hrefs import href_of
from events.caldav.wire import Answer, refuse_entities

DAV, CALDAV, SERVER = "DAV:", "urn:ietf:params:xml:ns:caldav", "http://calendarserver.org/ns/"
HEAD = '<?xml version="1.0" encoding="utf-8"?>'
NAMES = f'xmlns:D="{DAV}" xmlns:C="{CALDAV}" xmlns:S="{SERVER}"'


@dataclass(frozen=True)
class Row:
    """One response of a multistatus: ``props`` are those that were found, by Clark name, as text.

    ``status`` is that of the resource where it has one, else 200.
    """

    href: str
    status: int
    props: dict[str, str]
    is_collection: bool = False


@dataclass(frozen=True)
class Multistatus:
    rows: list[Row]
    sync_token: str


def sync_collection(token: str) -> bytes:
    text = (
        f"{HEAD}<D:sync-collection {NAMES}><D:sync-token>{escape(token)}</D:sync-token>"
        "<D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>"
    )
    return text.encode()


def multiget(hrefs: list[str]) -> bytes:
    wanted = "".join(f"<D:href>{escape(href)}</D:href>" for href in hrefs)
    text = (
        f"{HEAD}<C:calendar-multiget {NAMES}><D:prop><D:getetag/><C:schedule-tag/><C:calendar-data/></D:prop>"
        f"{wanted}</C:calendar-multiget>"
    )
    return text.encode()


def propfind(*names: str) -> bytes:
    """``names`` carry the prefixes D, C and S."""
    wanted = "".join(f"<{name}/>" for name in names)
    return f"{HEAD}<D:propfind {NAMES}><D:prop>{wanted}</D:prop></D:propfind>".encode()


def read(answer: Answer) -> Multistatus:
    """The rows of an answer. Raises ``Unreadable`` for what is cut short or no multistatus at all."""
    from lxml import etree  # heavy: read when a calendar is spoken with

    refuse_entities(answer.body)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    try:
        tree = etree.fromstring(answer.body, parser)
    except etree.XMLSyntaxError as error:
        raise errors.Unreadable(str(error), status=answer.status) from error
    if tree is None or tree.tag != f"{{{DAV}}}multistatus":
        raise errors.Unreadable("no multistatus", status=answer.status)
    rows = [_row(element) for element in tree.iterfind(f"{{{DAV}}}response")]
    return Multistatus([row for row in rows if row is not None], (tree.findtext(f"{{{DAV}}}sync-token") or "").strip())


def precondition(answer: Answer) -> str:
    """The name of the precondition that an answer says was missed (RFC 4918 §16), or ""."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    try:
        refuse_entities(answer.body)
        tree = etree.fromstring(answer.body, parser)
    except (etree.XMLSyntaxError, errors.Unreadable, ValueError):
        return ""
    if tree is None or tree.tag != f"{{{DAV}}}error" or not len(tree):
        return ""
    return etree.QName(tree[0]).localname


def _row(element) -> Row | None:
    href = element.findtext(f"{{{DAV}}}href")
    if not href:
        return None
    props: dict[str, str] = {}
    is_collection = False
    for propstat in element.iterfind(f"{{{DAV}}}propstat"):
        if _status(propstat.findtext(f"{{{DAV}}}status")) != 200:
            continue
        for prop in propstat.iterfind(f"{{{DAV}}}prop/*"):
            props[prop.tag] = prop.text or ""
            is_collection = is_collection or prop.find(f"{{{DAV}}}collection") is not None
    return Row(href_of(href), _status(element.findtext(f"{{{DAV}}}status")), props, is_collection)


def _status(line: str | None) -> int:
    """The number in "HTTP/1.1 404 Not Found"; 200 where nothing is said."""
    words = (line or "").split()
    return int(words[1]) if len(words) > 1 and words[1].isdecimal() else 200
