"""Names by names: a circle at each crossing, as large as its number, which stands in it."""

from collections.abc import Mapping, Sequence
from typing import Any

from programme.pictures.geometry import (
    LEADING,
    NARROW,
    SIZE,
    Picture,
    Shape,
    Text,
    circle,
    height_of,
    line,
    wrap,
)

CELL, ROW_GAP = 30.0, 10.0
MOST_ROWS = 24


def most_columns(width: float) -> int:
    """How many columns have room; the first are shown, the table has all."""
    return int((width - _label_width(width)) // CELL)


def grid(
    rows: Sequence[Any],
    columns: Sequence[Any],
    cells: Mapping[tuple[str, str], int],
    *,
    heads: tuple[str, str],
    width: float,
    title: str,
    words: str,
) -> Picture:
    """``rows`` and ``columns`` have ``key``, ``text``, ``language``. Columns are called in a key of numbers below,
    where their names have no room above.
    """
    columns = columns[: most_columns(width)]
    rows = [row for row in rows if any((row.key, column.key) in cells for column in columns)][:MOST_ROWS]
    label = _label_width(width)
    cell = min((width - label) / max(len(columns), 1), 190.0)
    shapes: list[Shape] = []
    texts: list[Text] = []
    is_named = cell >= 100
    top = _heads(columns, texts, label=label, cell=cell, is_named=is_named)
    texts.append(Text(0, SIZE, wrap(heads[0], label - 8), "tn-pic__text tn-pic__strong"))
    top = max(top, height_of(wrap(heads[0], label - 8)) + 8)
    most = max(cells.values(), default=1)
    y = top
    for row in rows:
        lines = wrap(row.text, label - 10)
        tall = max(height_of(lines) + ROW_GAP, CELL)
        shapes.append(line(0, y, width, y, "tn-pic__lane"))
        texts.append(Text(0, y + (tall - height_of(lines)) / 2 + SIZE, lines, "tn-pic__text", "start", row.language))
        for place, column in enumerate(columns):
            if found := cells.get((row.key, column.key)):
                _cell(label + cell * (place + 0.5), y + tall / 2, found, most, shapes, texts)
        y += tall
    shapes.append(line(0, y, width, y, "tn-pic__lane"))
    y += 8
    if not is_named:
        y = _key(columns, heads[1], texts, y=y, width=width)
    return Picture(width, y + 2, shapes, texts, title, words)


def _label_width(width: float) -> float:
    return width * (0.44 if width <= NARROW else 0.3)


def _cell(x: float, y: float, found: int, most: int, shapes: list[Shape], texts: list[Text]) -> None:
    radius = 9.0 + 5.0 * (found / most) ** 0.5
    shapes.append(circle(x, y, radius, "tn-pic__cell"))
    texts.append(Text(x, y + 4.5, (str(found),), "tn-pic__number tn-pic__onfill", "middle"))


def _heads(columns, texts: list[Text], *, label: float, cell: float, is_named: bool) -> float:
    """The heads of the columns: names, or the numbers under which the key has them. Returns where rows begin."""
    tallest = SIZE
    for place, column in enumerate(columns):
        lines = wrap(column.text, cell - 10) if is_named else (str(place + 1),)
        language = column.language if is_named else ""
        middle = label + cell * (place + 0.5)
        texts.append(Text(middle, SIZE, lines, "tn-pic__text tn-pic__strong", "middle", language))
        tallest = max(tallest, height_of(lines))
    return tallest + 8


def _key(columns, head: str, texts: list[Text], *, y: float, width: float) -> float:
    """The numbered names of the columns below. Returns where it ends."""
    texts.append(Text(0, y + SIZE, (head,), "tn-pic__text tn-pic__strong"))
    y += SIZE * LEADING + 4
    for place, column in enumerate(columns, start=1):
        lines = wrap(column.text, width - 30)
        texts.append(Text(22, y + SIZE, (f"{place}",), "tn-pic__text tn-pic__strong", "end"))
        texts.append(Text(30, y + SIZE, lines, "tn-pic__text", "start", column.language))
        y += height_of(lines) + 3
    return y
