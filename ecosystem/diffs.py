"""What a proposal changes in a text: by words, in Japanese by characters."""

import re
from difflib import SequenceMatcher
from typing import NamedTuple

SAME, GONE, NEW = "same", "gone", "new"
JAPANESE = r"\u3040-\u30ff\u3400-\u9fff\uff66-\uff9f"
PIECES = re.compile(rf"[{JAPANESE}]|\s+|[^\W{JAPANESE}]+|.", re.DOTALL)
SHORT = 2  # so few equal pieces between two changes are noise, which reads worse than one longer change
MOST = 4000  # pieces; beyond it the whole text counts as changed


class Piece(NamedTuple):
    """A run of text and what happens to it: ``same``, ``gone`` or ``new``."""

    kind: str
    text: str


def compare(old: str, new: str) -> tuple[list[Piece], list[Piece]]:
    """``old`` with what goes marked, and ``new`` with what comes marked, to stand beside each other."""
    before, after = PIECES.findall(old), PIECES.findall(new)
    if max(len(before), len(after)) > MOST:
        return [Piece(GONE, old)], [Piece(NEW, new)]
    left, right = _Side(GONE), _Side(NEW)
    steps = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    for place, (kind, i1, i2, j1, j2) in enumerate(steps):
        inside = 0 < place < len(steps) - 1
        is_same = kind == "equal" and not (inside and _is_noise(before[i1:i2]))
        left.add("".join(before[i1:i2]), is_same=is_same)
        right.add("".join(after[j1:j2]), is_same=is_same)
    return left.pieces, right.pieces


def _is_noise(pieces: list[str]) -> bool:
    """Few pieces that say little: a space between two words, a particle between two characters."""
    words = [piece for piece in pieces if not piece.isspace()]
    return len(words) < SHORT and all(len(word) < SHORT for word in words)


class _Side:
    """One of the two texts, its neighbouring pieces of one kind joined."""

    def __init__(self, changed: str):
        self.changed = changed
        self.pieces: list[Piece] = []

    def add(self, text: str, *, is_same: bool) -> None:
        if not text:
            return
        kind = SAME if is_same else self.changed
        if self.pieces and self.pieces[-1].kind == kind:
            text = self.pieces.pop().text + text
        self.pieces.append(Piece(kind, text))
