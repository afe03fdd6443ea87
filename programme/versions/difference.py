"""What became of an agenda between two versions, for everybody or for one person (programme spec P11, P12)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from events.models import Event

Frozen = Mapping[str, Any]
TIME = ("start", "end", "tzid")
PEOPLE = ("hosts", "tracks")
TEXTS = ("name", "dress", "kind", "languages", "interpretation", "photo_rule", "organisation", "vehicle")


class Kind(StrEnum):
    """In the order in which people are told."""

    CANCELLED = "cancelled"
    MOVED = "moved"
    ADDED = "added"
    PEOPLE = "people"
    INTERPRETING = "interpreting"  # news for the interpreters alone, whose own items tell it
    TEXT = "text"
    PUBLIC = "public"  # shown to everybody from now on, or no more: news for no person


MATERIAL = frozenset({Kind.CANCELLED, Kind.MOVED, Kind.ADDED, Kind.PEOPLE})


@dataclass(frozen=True)
class Change:
    """One item before and after, as frozen; ``before`` or ``after`` is None where it was or is not there.

    ``has_moved_in`` names what of a move: "time", "place" or both.
    """

    kind: Kind
    before: Frozen | None
    after: Frozen | None
    has_moved_in: tuple[str, ...] = ()
    has_new_texts: bool = False

    @property
    def is_material(self) -> bool:
        """Only what is material raises SEQUENCE, asks hosts again and is told (P11)."""
        return self.kind in MATERIAL

    @property
    def item(self) -> Frozen:
        """The item as it is now, else as it was."""
        return self.after or self.before or {}

    @property
    def is_off(self) -> bool:
        """Whether the item itself is cancelled; else it only no longer concerns its reader."""
        return self.after is not None and self.after["status"] == Event.Status.CANCELLED

    @property
    def method(self) -> str:
        """What a calendar is told of it (RFC 5546): REQUEST, CANCEL, or nothing."""
        if not self.is_material:
            return ""
        return "CANCEL" if self.kind == Kind.CANCELLED else "REQUEST"


def difference(before: Iterable[Frozen], after: Iterable[Frozen]) -> list[Change]:
    """What changed from the items ``before`` to those ``after``, in the order of their present start."""
    old, new = ({item["pk"]: item for item in items} for items in (before, after))
    pairs = ((old.get(pk), new.get(pk)) for pk in {**old, **new})
    found = [change for former, item in pairs if (change := compare(former, item)) is not None]
    return sorted(found, key=lambda change: (change.item["start"], change.item["pk"]))


def compare(before: Frozen | None, after: Frozen | None) -> Change | None:
    """What became of one item, or None where a reader finds nothing new."""
    if after is None or after["status"] == Event.Status.CANCELLED:
        return Change(Kind.CANCELLED, before, after) if _is_on(before) else None
    if before is None or not _is_on(before):
        return Change(Kind.ADDED, before, after)
    moved = tuple(
        name
        for name, differs in (("time", _differs(before, after, TIME)), ("place", _is_elsewhere(before, after)))
        if differs
    )
    words = _differs(before, after, TEXTS) or before.get("duties", []) != after.get("duties", [])
    texts = words or _whereabouts(before) != _whereabouts(after)
    if moved:
        return Change(Kind.MOVED, before, after, moved, has_new_texts=words)
    if _differs(before, after, PEOPLE):
        return Change(Kind.PEOPLE, before, after, has_new_texts=texts)
    if before.get("interpreters", []) != after.get("interpreters", []):
        return Change(Kind.INTERPRETING, before, after, has_new_texts=texts)
    if texts:
        return Change(Kind.TEXT, before, after, has_new_texts=True)
    if before["public"] != after["public"]:
        return Change(Kind.PUBLIC, before, after)
    return None


def _is_on(item: Frozen | None) -> bool:
    return item is not None and item["status"] != Event.Status.CANCELLED


def _differs(before: Frozen, after: Frozen, fields: Iterable[str]) -> bool:
    return any(before[field] != after[field] for field in fields)


def _is_elsewhere(before: Frozen, after: Frozen) -> bool:
    """Another place, or other words for where; a text added in another language moves nobody."""
    places = [item["place"]["pk"] if item["place"] else None for item in (before, after)]
    if places[0] != places[1]:
        return True
    was, is_now = before["location"], after["location"]
    if any(was.values()) != any(is_now.values()):
        return True
    return any(was[code] and is_now[code] and was[code] != is_now[code] for code in was)


def _whereabouts(item: Frozen) -> list:
    place = item["place"] or {}
    return [item["location"], *(place.get(key) for key in ("name", "address", "phone", "latitude", "longitude"))]
