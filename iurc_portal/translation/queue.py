"""What to translate or review next: the worst first, of equals what its readers need most, then the oldest."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from iurc_portal.kept import kept_parts
from iurc_portal.translation.languages import CODES, Language
from iurc_portal.translation.permissions import may_see
from iurc_portal.translation.registry import Translated, kinds
from iurc_portal.translation.status import (
    TO_DO,
    WAITING,
    Status,
    read_records,
    records_of,
    source_of,
    status_of,
    text_in,
    texts_of,
    worst,
)

ALL_WAITING = "waiting"  # the filter that holds what is missing and what is outdated


@dataclass(frozen=True)
class Entry:
    """One record in one language. ``fields`` are those of its required texts that have something to translate from.

    ``since`` is when it began to wait; None if nobody has noted it.
    """

    kind: Translated
    obj: Any
    language: str
    status: Status
    since: datetime | None

    @property
    def key(self) -> tuple[str, int, str]:
        return self.kind.label, self.obj.pk, self.language

    @property
    def order(self) -> tuple:
        age = self.since.timestamp() if self.since else 0.0
        value = self.kind.value(self.obj, self.language)
        return TO_DO.index(self.status), -value, age, kinds().index(self.kind), self.obj.pk, self.language


@dataclass(frozen=True)
class Filter:
    """Which part of the queue is asked for; "" asks for all."""

    language: str = ""
    kind: str = ""
    status: str = ""

    def takes(self, status: str) -> bool:
        return not self.status or status == self.status or (self.status == ALL_WAITING and status in WAITING)


def entries(user, wanted: Filter = Filter()) -> list[Entry]:
    """What waits, in order, of the kinds that ``user`` may see. Two queries a kind, however many records it has."""
    found = []
    for kind in kinds():
        if (wanted.kind and kind.label != wanted.kind) or not may_see(user, kind):
            continue
        rows = list(kind.rows())
        read_records(rows)
        for obj in rows:
            for code in [wanted.language] if wanted.language else Language.values:
                entry = _entry(kind, obj, code)
                if entry is not None and wanted.takes(entry.status):
                    found.append(entry)
    return sorted(found, key=lambda entry: entry.order)


def waiting_counts(user) -> Counter[tuple[str, str, str]]:
    """How many records wait by (kind, language, status), of what is missing or outdated.

    Every text is read for that: once for each state of the portal and each set of kinds, not for each look at home.
    """
    seen = [kind for kind in kinds() if may_see(user, kind)]

    def count(_ids) -> dict[int, Counter[tuple[str, str, str]]]:
        return {0: count_waiting(seen)}

    return kept_parts(f"waiting texts:{','.join(kind.label for kind in seen)}", [0], count)[0]


def count_waiting(seen: Sequence[Translated]) -> Counter[tuple[str, str, str]]:
    """As ``entries`` would find them, from the required texts alone. Two queries, however many the kinds are."""
    found: Counter[tuple[str, str, str]] = Counter()
    for kind, obj in texts_of(seen):
        sources = _with_a_source(kind, obj)
        for language in CODES if sources else ():
            status = worst(status_of(obj, field, language, source) for field, source in sources.items())
            if status in WAITING:
                found[kind.label, language, str(status)] += 1
    return found


def next_after(ordered: list[Entry], key: tuple[str, int, str]) -> Entry | None:
    """The entry that follows the one of ``key``; the first where that has left the queue, None when it was alone."""
    place = next((number for number, entry in enumerate(ordered) if entry.key == key), -1)
    rest = ordered[place + 1 :] or ordered[: max(place, 0)]
    return rest[0] if rest else None


def _entry(kind: Translated, obj, language: str) -> Entry | None:
    sources = _with_a_source(kind, obj)
    states = {field: status_of(obj, field, language, source) for field, source in sources.items()}
    status = worst(states.values()) if states else Status.REVIEWED
    if status not in TO_DO:
        return None
    return Entry(kind, obj, language, status, _since(obj, language, status, states))


def _with_a_source(kind: Translated, obj) -> dict[str, str]:
    """The required fields of ``obj`` that have something to translate from, each with the language of that."""
    sources = {field: source_of(obj, field) for field in kind.required}
    return {field: source for field, source in sources.items() if text_in(obj, field, source)}


def _since(obj, language: str, status: Status, states: dict[str, Status]) -> datetime | None:
    """When the first of the fields in this state came into it: for a text to write, when its source was written."""
    lines, moments = records_of(obj), []
    for field, state in states.items():
        if state == status:
            line = lines.get((field, source_of(obj, field) if status in WAITING else language))
            moments += [line.written_at] if line else []
    return min(moments, default=None)
