"""What RFC 4287 asks of a feed, read by a parser that knows nothing of how ours are written."""

import re
from datetime import datetime
from urllib.parse import urlsplit

import html5lib
from defusedxml import ElementTree

ATOM, XML = "{http://www.w3.org/2005/Atom}", "{http://www.w3.org/XML/1998/namespace}"
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")  # §3.3
FEED = {"author", "category", "contributor", "generator", "icon", "id", "link", "logo", "rights", "subtitle", "title"}
ENTRY = {"author", "category", "content", "contributor", "id", "link", "published", "rights", "source", "summary"}
KNOWN = {"feed": FEED | {"updated", "entry"}, "entry": ENTRY | {"title", "updated"}}
ONCE = {"feed": ("id", "title", "updated"), "entry": ("id", "title", "updated")}  # §4.1.1, §4.1.2: exactly one
AT_MOST = {"feed": ("subtitle", "rights", "icon", "logo", "generator"), "entry": ("content", "published", "summary")}


def read(octets: bytes) -> dict:
    """The feed as plain values. Raises ``AssertionError`` where it breaks a MUST."""
    root = ElementTree.fromstring(octets)
    assert root.tag == f"{ATOM}feed"
    check(root, "feed")
    entries = root.findall(f"{ATOM}entry")
    for entry in entries:
        check(entry, "entry")
        assert entry.find(f"{ATOM}author") is not None or root.find(f"{ATOM}author/{ATOM}name").text  # §4.1.1
    ids = [entry.find(f"{ATOM}id").text for entry in entries]
    assert len(ids) == len(set(ids))
    return {
        "id": root.find(f"{ATOM}id").text,
        "title": root.find(f"{ATOM}title").text,
        "language": root.get(f"{XML}lang"),
        "updated": moment(root.find(f"{ATOM}updated")),
        "links": links(root),
        "entries": [as_entry(entry) for entry in entries],
    }


def check(element, kind: str) -> None:
    names = [child.tag.removeprefix(ATOM) for child in element]
    assert set(names) <= KNOWN[kind], names
    assert [names.count(name) for name in ONCE[kind]] == [1, 1, 1]
    assert all(names.count(name) <= 1 for name in AT_MOST[kind])
    assert urlsplit(element.find(f"{ATOM}id").text).scheme  # §4.2.6: an absolute IRI
    moment(element.find(f"{ATOM}updated"))
    alternates = [(link["type"], link["hreflang"]) for link in links(element) if link["rel"] == "alternate"]
    assert len(alternates) == len(set(alternates))  # §4.1.1: none twice with one type and language
    assert "content" in names or alternates or kind == "feed"  # §4.1.2


def links(element) -> list[dict]:
    found = []
    for link in element.findall(f"{ATOM}link"):
        assert urlsplit(link.get("href")).scheme in {"http", "https"}
        found.append({"rel": link.get("rel", "alternate"), "type": "", "hreflang": ""} | dict(link.attrib))
    return found


def moment(element) -> datetime:
    assert DATE.fullmatch(element.text), element.text
    return datetime.fromisoformat(element.text)


def as_entry(entry) -> dict:
    title, content = entry.find(f"{ATOM}title"), entry.find(f"{ATOM}content")
    assert content.get("type") == "html"
    html5lib.HTMLParser(strict=True).parseFragment(content.text)  # §3.1.1.2: what a reader will parse as HTML
    return {
        "id": entry.find(f"{ATOM}id").text,
        "title": (title.text, title.get(f"{XML}lang")),
        "content": (content.text, content.get(f"{XML}lang")),
        "published": moment(entry.find(f"{ATOM}published")),
        "updated": moment(entry.find(f"{ATOM}updated")),
        "links": [(link["rel"], link["href"]) for link in links(entry)],
    }
