"""Two columns of names and a line between those that met; where they are many, a square for each pair (``grid``)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from programme.pictures.geometry import (
    LEADING,
    NARROW,
    SIZE,
    Picture,
    Shape,
    Text,
    circle,
    curve,
    height_of,
    wrap,
)
from programme.pictures.grid import grid

MOST_LINES, MOST_NAMES = 40, 12  # beyond, lines cross too often to be followed


@dataclass(frozen=True)
class Name:
    """What is called so, in its ``language``; ``key`` tells one from another."""

    key: str
    text: str
    language: str = ""


Pairs = Mapping[tuple[str, str], int]  # keys of a left and of a right name → how often they met


def meetings(
    left: Sequence[Name],
    right: Sequence[Name],
    pairs: Pairs,
    *,
    heads: tuple[str, str],
    width: float,
    title: str,
    words: str,
) -> Picture:
    """``heads`` are the names of the columns. Those who met most stand first."""
    left, right = _by_times(left, pairs, 0), _by_times(right, pairs, 1)
    if is_many(left, right, pairs):
        return grid(left, right, pairs, heads=heads, width=width, title=title, words=words)
    return _lines(left, right, pairs, heads=heads, width=width, title=title, words=words)


def is_many(left: Sequence[Name], right: Sequence[Name], pairs: Pairs) -> bool:
    """Whether they are drawn as a grid."""
    return len(pairs) > MOST_LINES or max(len(left), len(right)) > MOST_NAMES


def _by_times(names: Sequence[Name], pairs: Pairs, end: int) -> list[Name]:
    times: Counter[str] = Counter()
    for pair, met in pairs.items():
        times[pair[end]] += met
    return sorted(names, key=lambda name: (-times[name.key], name.text))


def _lines(left, right, pairs: Pairs, *, heads, width: float, title: str, words: str) -> Picture:
    column = width * (0.39 if width <= NARROW else 0.34)
    ends = (column + 10, width - column - 10)
    shapes: list[Shape] = []
    texts: list[Text] = []
    heights: list[dict[str, float]] = []
    lengths = [_length(names, column) for names in (left, right)]
    for side, (names, head) in enumerate(zip((left, right), heads, strict=True)):
        x, anchor = (column, "end") if side == 0 else (width - column, "start")
        texts.append(Text(x, SIZE, (head,), "tn-pic__text tn-pic__strong", anchor))
        places: dict[str, float] = {}
        gap = (max(lengths) - lengths[side]) / max(len(names), 1)  # the shorter column is spread over the longer
        y = SIZE * LEADING + 12 + gap / 2
        for name in names:
            lines = wrap(name.text, column)
            tall = height_of(lines)
            texts.append(Text(x, y + SIZE * 0.95, lines, "tn-pic__text", anchor, name.language))
            places[name.key] = y + tall / 2
            y += tall + 12 + gap
        heights.append(places)
    most = max(pairs.values(), default=1)
    for (one, other), met in sorted(pairs.items(), key=lambda pair: -pair[1]):
        thick = 1.5 + 6.5 * (met - 1) / max(most - 1, 1)
        shapes.append(curve(ends[0], heights[0][one], ends[1], heights[1][other], "tn-pic__met", thick))
    for side, css in enumerate(("tn-pic__end", "tn-pic__end tn-pic__end--other")):
        shapes += [circle(ends[side], y, 4.5, css) for y in heights[side].values()]
    return Picture(width, SIZE * LEADING + 12 + max(lengths), shapes, texts, title, words)


def _length(names: Sequence[Name], column: float) -> float:
    return sum(height_of(wrap(name.text, column)) + 12 for name in names)
