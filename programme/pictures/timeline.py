"""Days on a line: numbered marks above it, visits and webinars below it, and where today is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from iurc_portal.translation.times import date_words
from programme.indicators.periods import months_after
from programme.pictures.geometry import (
    Picture,
    Shape,
    Text,
    circle,
    lanes,
    line,
    polygon,
    rect,
    width_of,
)

MARGIN, RADIUS, LANE = 18.0, 11.0, 27.0
STEPS = (1, 3, 6, 12, 24, 60, 120, 240, 600, 1200)  # months between two dates on the axis
MOST_MARKS = 60  # further ones would hide each other: the list has them


@dataclass(frozen=True)
class Mark:
    """Something numbered as in the list beside the picture. ``state`` chooses its form: see ``FORMS``."""

    number: int
    day: date
    state: str = "done"


@dataclass(frozen=True)
class Row:
    """What stands below the line under a name: days, and spans of days."""

    name: str
    spans: Sequence[tuple[date, date]] = ()


@dataclass(frozen=True)
class Span:
    """The days that a line shows; ``x`` says where a day is."""

    first: date
    last: date
    width: float

    def x(self, day: date) -> float:
        days = max((self.last - self.first).days, 1)
        share = (day - self.first).days / days
        return MARGIN + min(max(share, 0.0), 1.0) * (self.width - 2 * MARGIN)


def timeline(
    first: date,
    last: date,
    *,
    width: float,
    title: str,
    words: str,
    marks: Sequence[Mark] = (),
    rows: Sequence[Row] = (),
    today: date | None = None,
) -> Picture:
    """``today`` outside of the line is not drawn."""
    span = Span(first, last, width)
    marks = sorted(marks, key=lambda mark: (mark.day, mark.number))[:MOST_MARKS]
    floors = lanes([span.x(mark.day) for mark in marks], 2 * RADIUS + 2)
    is_within = today is not None and first <= today <= last
    top = 26.0 if is_within else 4.0
    axis = top + (max(floors, default=-1) + 1) * LANE + 10
    shapes: list[Shape] = [rect(MARGIN, axis - 3, width - 2 * MARGIN, 6, "tn-pic__axis", 3)]
    texts: list[Text] = []
    if today is not None and today > first:
        shapes.append(rect(MARGIN, axis - 3, span.x(today) - MARGIN, 6, "tn-pic__gone", 3))
    for day, label in ticks(span):
        shapes.append(line(span.x(day), axis + 3, span.x(day), axis + 10, "tn-pic__tick"))
        texts.append(Text(_inside(span.x(day), label, width), axis + 24, (label,)))
    for mark, floor in zip(marks, floors, strict=True):
        x, y = span.x(mark.day), axis - 14 - RADIUS - floor * LANE
        shapes.append(line(x, y, x, axis - 3, "tn-pic__stem"))
    bottom = axis + 32.0
    for row in rows:
        drawn, lettered = _row(row, span, bottom)
        shapes += drawn
        texts.append(lettered)
        bottom += 38
    if today is not None and is_within:
        x, label = span.x(today), _("Today, %(day)s") % {"day": date_words(today, "day")}
        shapes.append(line(x, 18, x, bottom, "tn-pic__today"))
        texts.append(Text(_inside(x, label, width), 13, (label,), "tn-pic__text tn-pic__strong"))
    for mark, floor in zip(marks, floors, strict=True):
        x, y = span.x(mark.day), axis - 14 - RADIUS - floor * LANE
        shapes.append(form(mark.state, x, y))
        on_dark = " tn-pic__onfill" if mark.state == "done" else ""
        texts.append(Text(x, y + 4.5, (str(mark.number),), f"tn-pic__number{on_dark}", "middle"))
    return Picture(width, bottom + 4, shapes, texts, title, words)


def form(state: str, x: float, y: float, radius: float = RADIUS) -> Shape:
    """A filled circle for what is done, a triangle for what is late, a diamond for what is next, else a ring."""
    css = f"tn-pic__mark tn-pic__mark--{state}"
    if state == "late":
        r = radius + 4
        return polygon([(x, y - r), (x + r, y + radius), (x - r, y + radius)], css)
    if state == "next":
        r = radius + 3
        return polygon([(x, y - r), (x + r, y), (x, y + r), (x - r, y)], css)
    return circle(x, y, radius, css)


def ticks(span: Span) -> list[tuple[date, str]]:
    """Dates on the axis with what they are called, as many as have room."""
    months = (span.last.year - span.first.year) * 12 + span.last.month - span.first.month + 1
    room = max(int((span.width - 2 * MARGIN) // 62), 1)
    step = next((one for one in STEPS if months / one <= room), STEPS[-1])
    begins = date(span.first.year - (span.first.year % (step // 12) if step >= 12 else 0), 1, 1)
    found, n = [], 0
    while (day := months_after(begins, n * step)) <= span.last:
        if day >= span.first:
            form = "year" if step >= 12 or day.month == 1 else "month_short"
            found.append((day, date_words(day, form)))
        n += 1
    return found


def _row(row: Row, span: Span, top: float) -> tuple[list[Shape], Text]:
    y = top + 24
    shapes = [line(MARGIN, y, span.width - MARGIN, y, "tn-pic__lane")]
    for first, last in row.spans:
        left, right = span.x(first), span.x(last)
        if first == last:
            shapes.append(circle(left, y, 4.5, "tn-pic__dot"))
        else:
            shapes.append(rect(left - 2, y - 5, max(right - left, 4) + 4, 10, "tn-pic__stay", 3))
    return shapes, Text(MARGIN, top + 13, (row.name,), "tn-pic__text tn-pic__strong")


def _inside(x: float, label: str, width: float) -> float:
    """``x`` for the beginning of ``label`` centred there, kept inside of the picture."""
    wide = width_of(label)
    return min(max(x - wide / 2, 2.0), max(width - wide - 2, 2.0))
