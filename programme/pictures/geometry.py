"""Shapes with numbers in the units of the picture, and texts cut into lines by an estimate of their width."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.utils.safestring import SafeString

from iurc_portal.translation.phrases import pieces

NARROW, WIDE = 340.0, 1000.0  # about the column on a telephone of 390 px, and the page on a desk: see pictures.css
SIZE = 14.0  # of letters
LEADING = 1.3
NEVER_FIRST = frozenset("、。，．・：；？！）］｝」』】〉》ー々ゃゅょっャュョッ")  # no Japanese line begins with these
THIN, BROAD = frozenset("iljtfrI.,;:|!'’()[] "), frozenset("mwMW@%—")


@dataclass(frozen=True)
class Shape:
    """An SVG element: its tag, its class, and attributes made of numbers alone (nothing to escape)."""

    tag: str
    css: str
    attributes: str


@dataclass(frozen=True)
class Text:
    """Lines of words, the first with its base line at ``y``. ``anchor`` is start, middle or end of ``x``."""

    x: float
    y: float
    lines: tuple[str, ...]
    css: str = "tn-pic__text"
    anchor: str = "start"
    language: str = ""

    @property
    def placed(self) -> list[tuple[str, str, str]]:
        """(x, y, line) of each, as attributes."""
        step = SIZE * LEADING
        return [(number(self.x), number(self.y + step * n), line) for n, line in enumerate(self.lines)]


@dataclass(frozen=True)
class Picture:
    """``words`` says in a sentence what is to be seen, for who does not see it; all of it stands in the table."""

    width: float
    height: float
    shapes: Sequence[Shape]
    texts: Sequence[Text]
    title: str
    words: str

    @property
    def drawing(self) -> SafeString:
        """The shapes as SVG: tags, classes and numbers of this package, so that nothing is there to escape."""
        return SafeString("".join(f'<{one.tag} class="{one.css}" {one.attributes}/>' for one in self.shapes))

    @property
    def view_box(self) -> str:
        return f"0 0 {number(self.width)} {number(self.height)}"


def number(value: float) -> str:
    """One decimal at most, and a point whatever the language."""
    return f"{value:.1f}".removesuffix(".0")


def _shape(tag: str, css: str, **facts: float) -> Shape:
    return Shape(tag, css, " ".join(f'{name}="{number(value)}"' for name, value in facts.items()))


def rect(x: float, y: float, width: float, height: float, css: str, radius: float = 0) -> Shape:
    return _shape("rect", css, x=x, y=y, width=max(width, 0), height=height, rx=radius)


def line(x1: float, y1: float, x2: float, y2: float, css: str) -> Shape:
    return _shape("line", css, x1=x1, y1=y1, x2=x2, y2=y2)


def circle(x: float, y: float, radius: float, css: str) -> Shape:
    return _shape("circle", css, cx=x, cy=y, r=radius)


def polygon(points: Iterable[tuple[float, float]], css: str) -> Shape:
    return Shape("polygon", css, 'points="' + " ".join(f"{number(x)},{number(y)}" for x, y in points) + '"')


def curve(x1: float, y1: float, x2: float, y2: float, css: str, width: float) -> Shape:
    """From left to right, level at both ends, ``width`` thick."""
    middle = (x1 + x2) / 2
    path = f"M{number(x1)} {number(y1)}C{number(middle)} {number(y1)} {number(middle)} {number(y2)} "
    return Shape("path", css, f'd="{path}{number(x2)} {number(y2)}" stroke-width="{number(width)}"')


@lru_cache(maxsize=8192)
def width_of(text: str) -> float:
    """About how wide ``text`` is, rather too wide than too narrow: nobody measures fonts on a server."""
    return SIZE * sum(_share(letter) for letter in text)


def _share(letter: str) -> float:
    if letter in THIN:
        return 0.34
    if letter in BROAD:
        return 0.9
    if letter < "\u2e80":
        return 0.66 if letter.isupper() else 0.56
    return 1.0 if unicodedata.east_asian_width(letter) in "WF" else 0.6


@lru_cache(maxsize=4096)
def wrap(text: str, width: float) -> tuple[str, ...]:
    """``text`` in as many lines as it needs at ``width``: between words, inside of one that is too long alone."""
    lines, now = [], ""
    for piece in pieces(text):
        if now and _is_long(now + piece, width):
            lines.append(now.rstrip())
            now = ""
        now += piece
        while _is_long(now, width) and len(now) > 1:
            fits = _fitting(now, width)
            lines.append(now[:fits])
            now = now[fits:]
    return tuple([*lines, now.rstrip()] if now.strip() or not lines else lines)


def _is_long(text: str, width: float) -> bool:
    """A space or a ・ at the end of a line may hang over."""
    return width_of(text.rstrip(" ・")) > width


def _fitting(text: str, width: float) -> int:
    """How many letters of ``text`` fit: one at least, and no next line begins as none may."""
    used = 0.0
    for place, letter in enumerate(text):
        used += SIZE * _share(letter)
        if used > width and place:
            while place > 1 and text[place] in NEVER_FIRST:
                place -= 1
            return place
    return len(text)


def height_of(lines: Sequence[str]) -> float:
    return len(lines) * SIZE * LEADING


def lanes(places: Sequence[float], apart: float) -> list[int]:
    """For each of ``places`` (in order) the lowest lane in which it is ``apart`` from the one before."""
    ends: list[float] = []
    found = []
    for place in places:
        lane = next((n for n, end in enumerate(ends) if place - end >= apart), len(ends))
        if lane == len(ends):
            ends.append(place)
        else:
            ends[lane] = place
        found.append(lane)
    return found
