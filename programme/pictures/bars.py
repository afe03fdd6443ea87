"""What an indicator said at the end of each period, and says now, beside its target."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from programme.pictures.geometry import SIZE, Picture, Shape, Text, height_of, line, rect, width_of, wrap

WIDTH, ROOM, THICK, PAD = 316.0, 66.0, 16.0, 12.0


@dataclass(frozen=True)
class Bar:
    """``value`` is None where nothing is reported; ``shown`` is the number, or why there is none, in words.

    ``is_live``: counted at this moment and reported nowhere; it is drawn hatched.
    """

    label: str
    value: Decimal | None
    shown: str
    is_live: bool = False


def bars(rows: Sequence[Bar], *, target: Decimal | None, target_words: str, title: str, words: str) -> Picture:
    """One below the other, from zero, on one scale with the target; what is above the target is drawn so far."""
    most = max([row.value for row in rows if row.value is not None] + [target or Decimal(0)], default=Decimal(0))
    scale = (WIDTH - ROOM) / float(most) if most > 0 else 0.0
    goal = float(target) * scale if target is not None and target > 0 else None
    head = wrap(target_words, WIDTH - 4)
    wide = max(width_of(one) for one in head)
    at = 0.0 if goal is None else min(max(goal - wide / 2, 0.0), WIDTH - wide)
    quiet, strong = "tn-pic__text tn-pic__quiet", "tn-pic__text tn-pic__strong"
    texts = [Text(at, SIZE, head, quiet if goal is None else strong)]
    shapes: list[Shape] = []
    top = y = height_of(head) + 4
    for row in rows:
        label = wrap(row.label, WIDTH)
        texts.append(Text(4, y + SIZE, label, quiet))
        y += height_of(label) + 4
        if row.value is None:
            texts.append(Text(4, y + THICK - 3, (row.shown,), quiet))
        else:
            end = float(row.value) * scale
            shapes += _bar(end, y, is_live=row.is_live)
            shapes += _goal(goal, y)
            texts.append(Text(_beside(end, goal, row.shown), y + 13, (row.shown,), strong))
        y += THICK + PAD
    shapes.append(line(0.5, top, 0.5, y - PAD + 4, "tn-pic__zero"))
    return Picture(WIDTH, y, shapes, texts, title, words)


def _bar(long: float, y: float, *, is_live: bool) -> list[Shape]:
    long = max(long, 1.5)
    if not is_live:
        return [rect(0, y, long, THICK, "tn-pic__bar", 2)]
    middle = y + THICK / 2
    return [
        line(0, middle, long, middle, "tn-pic__hatch"),
        rect(0.8, y + 0.8, max(long - 1.6, 0.5), THICK - 1.6, "tn-pic__outline", 2),
    ]


def _goal(goal: float | None, y: float) -> list[Shape]:
    """The target's line across one bar: it does not cross words, and is light where the bar is dark."""
    if goal is None:
        return []
    both = ("tn-pic__goal tn-pic__goal--under", "tn-pic__goal")
    return [line(goal, y - 3, goal, y + THICK + 3, css) for css in both]


def _beside(end: float, goal: float | None, shown: str) -> float:
    """Where the number begins: after its bar, and after the target's line where that would cross it."""
    crossed = goal is not None and end < goal < end + 12 + width_of(shown)
    return (goal if goal is not None and crossed else end) + 8
