"""Three states, one decision: the table of events spec 9 as a pure function, field by field."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from events.caldav.copies import FIELDS, Fields

ALL = "*"  # owed: a person wants the deleted entry back
NONE = "-"  # owed: a person wants the entry away


class Action(StrEnum):
    NOTHING = "nothing"
    WRITE = "write"  # over the version that stands there, all but ``Verdict.keep``
    CREATE = "create"
    DELETE = "delete"
    AGREE_GONE = "agree_gone"  # deleted there, and nobody needs it
    FORGET = "forget"  # gone on both sides


@dataclass(frozen=True)
class Verdict:
    """What to do with one entry.

    ``write``: fields of ours that go there; ``take``: fields of theirs that become ours; ``propose`` and ``conflict``:
    fields that wait for a person, and stay as they are on both sides meanwhile. ``deletion`` and ``withdrawn`` say of
    a proposal and a conflict that the whole entry is meant. ``again``: it was deleted there and is written again,
    which staff are told.
    """

    action: Action
    write: frozenset[str] = frozenset()
    take: frozenset[str] = frozenset()
    propose: frozenset[str] = frozenset()
    conflict: frozenset[str] = frozenset()
    deletion: bool = False
    withdrawn: bool = False
    again: bool = False

    @property
    def keep(self) -> frozenset[str]:
        """Fields of theirs that a write leaves alone."""
        return self.propose | self.conflict

    @property
    def asks(self) -> bool:
        return bool(self.propose or self.conflict or self.deletion or self.withdrawn)


def compare(
    *,
    base_ours: Fields,
    base_theirs: Fields,
    ours: Fields | None,
    theirs: Fields | None,
    owned: Collection[str] = (),
    owed: Mapping[str, str] | None = None,
    was_gone: bool = False,
    waits: bool = False,
    is_over: bool = False,
) -> Verdict:
    """Compare both sides with what they last agreed on. The same states give the same verdict, however often asked.

    ``ours`` is None for an event that we have withdrawn, ``theirs`` for an entry that is not there. ``owned`` fields
    belong to the other side. ``owed`` are fields that a person decided for us, each with what stood there then: if it
    says something else by now, that is asked anew. ``was_gone``: its absence is known, and ``waits`` for a person or
    not. ``is_over``: nobody misses a deleted entry of it.
    """
    owed = owed or {}
    if ours is None:
        return _withdrawn(base_theirs, theirs, owed)
    ours_changed = {name for name in FIELDS if ours.get(name, "") != base_ours.get(name, "")}
    if theirs is None:
        return _deleted(ours_changed, owed, was_gone=was_gone, waits=waits, is_over=is_over)
    write, take, propose, conflict = set(), set(), set(), set()
    for name in FIELDS:
        there = theirs.get(name, "")
        if ours.get(name, "") == there:
            continue
        if owed.get(name) == there:
            write.add(name)
        elif there == base_theirs.get(name, ""):
            if name in ours_changed:
                write.add(name)
        elif name in ours_changed:
            conflict.add(name)
        elif name in owned:
            take.add(name)
        else:
            propose.add(name)
    action = Action.WRITE if write else Action.NOTHING
    return Verdict(action, frozenset(write), frozenset(take), frozenset(propose), frozenset(conflict))


def said(fields: Fields) -> str:
    """All of an entry as one text, for ``owed[NONE]``."""
    return "\n".join(f"{name}={fields.get(name, '')}" for name in FIELDS)


def _withdrawn(base_theirs: Fields, theirs: Fields | None, owed: Mapping[str, str]) -> Verdict:
    if theirs is None:
        return Verdict(Action.FORGET)
    is_changed = any(theirs.get(name, "") != base_theirs.get(name, "") for name in FIELDS)
    if is_changed and owed.get(NONE) != said(theirs):
        return Verdict(Action.NOTHING, withdrawn=True)
    return Verdict(Action.DELETE)


def _deleted(ours_changed: set[str], owed: Mapping, *, was_gone: bool, waits: bool, is_over: bool) -> Verdict:
    if ALL in owed:
        return Verdict(Action.CREATE)
    if ours_changed:
        return Verdict(Action.CREATE, again=True)
    if was_gone and not waits:
        return Verdict(Action.NOTHING)
    if is_over:
        return Verdict(Action.AGREE_GONE)
    return Verdict(Action.NOTHING, deletion=True)
