"""Pictures are pure: facts in, shapes out. What is drawn lies inside, says no untruth, and loses no word."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from django.utils import translation

from iurc_portal.translation.phrases import pieces
from programme.pictures.bars import WIDTH, Bar, bars
from programme.pictures.geometry import NARROW, SIZE, WIDE, lanes, width_of, wrap
from programme.pictures.grid import MOST_ROWS, grid, most_columns
from programme.pictures.meetings import Name, meetings
from programme.pictures.timeline import Mark, Row, Span, ticks, timeline

LONG = (
    "Camera di commercio, industria, artigianato e agricoltura di Torino",
    "名古屋市経済局イノベーション推進部スタートアップ支援課",
    "トリノ工科大学 環境・国土・インフラ工学科",
    "Donaudampfschifffahrtsgesellschaftskapitän",
    "5T",
    "",
)


def number_in(shape, name):
    return float(dict(part.split("=") for part in shape.attributes.split())[name].strip('"'))


def shapes(picture, css):
    return [shape for shape in picture.shapes if css in shape.css.split()]


def right_ends(picture):
    """Where each line of words ends, by the estimate that laid it out."""
    shift = {"start": 1.0, "middle": 0.5, "end": 0.0}
    return [text.x + shift[text.anchor] * width_of(line) for text in picture.texts for line in text.lines]


@pytest.mark.parametrize("text", LONG)
@pytest.mark.parametrize("width", [60.0, 132.0, 400.0])
def test_lines_hold_every_letter_and_none_is_too_wide(text, width):
    lines = wrap(text, width)

    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(width_of(line.rstrip(" ・")) <= width for line in lines)


def test_no_japanese_line_begins_with_a_mark_that_none_may_begin_with():
    for width in range(60, 200, 7):
        assert not [
            line for line in wrap("環境・国土・インフラ工学科（設備）、ほか。", width) if line[:1] in "・、。）ー"
        ]


@pytest.mark.parametrize("text", LONG)
def test_pieces_of_a_text_are_the_text(text):
    assert "".join(pieces(text)) == text


def test_marks_that_are_near_stand_in_lanes_of_their_own():
    assert lanes([0, 5, 10, 40, 41], 20) == [0, 1, 2, 0, 1]
    assert lanes([], 20) == []


def test_a_bar_above_its_target_is_not_cut_and_the_target_keeps_its_place():
    rows = [Bar("I", Decimal(5), "5"), Bar("II", Decimal(20), "20")]

    picture = bars(rows, target=Decimal(10), target_words="target 10", title="T", words="W")

    longs = [number_in(shape, "width") for shape in shapes(picture, "tn-pic__bar")]
    assert longs[1] == 4 * longs[0] < WIDTH
    assert {number_in(shape, "x1") for shape in shapes(picture, "tn-pic__goal")} == {2 * longs[0]}
    assert max(right_ends(picture)) <= WIDTH


def test_no_target_has_no_line_and_nothing_reported_has_no_bar():
    rows = [Bar("I", None, "not reported yet"), Bar("now", Decimal(3), "3", is_live=True)]

    picture = bars(rows, target=None, target_words="no target", title="T", words="W")

    assert shapes(picture, "tn-pic__goal") == shapes(picture, "tn-pic__bar") == []
    assert len(shapes(picture, "tn-pic__hatch")) == 1
    assert [text.lines for text in picture.texts] == [("no target",), ("I",), ("not reported yet",), ("now",), ("3",)]


def test_numbers_that_are_all_zero_are_drawn_as_nothing_much():
    picture = bars([Bar("I", Decimal(0), "0")], target=Decimal(0), target_words="no target", title="T", words="W")

    assert [number_in(shape, "width") for shape in shapes(picture, "tn-pic__bar")] == [1.5]


FIRST, LAST = date(2026, 1, 1), date(2027, 12, 31)


def line_of(today, width=WIDE, **more):
    return timeline(FIRST, LAST, width=width, title="T", words="W", today=today, **more)


@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize("language", ["it", "en", "ja"])
def test_everything_of_a_time_line_lies_inside_of_it(width, language):
    marks = [Mark(n, FIRST + timedelta(days=15 * n), "done") for n in range(48)]
    with translation.override(language):
        picture = line_of(LAST, width, marks=marks, rows=[Row("Webinars", [(FIRST, FIRST), (FIRST, LAST)])])

    assert max(right_ends(picture)) <= width
    assert min(text.y for text in picture.texts) >= SIZE * 0.9
    assert max(text.y for text in picture.texts) <= picture.height
    assert len([text for text in picture.texts if text.css.startswith("tn-pic__number")]) == 48


def test_today_is_drawn_within_the_days_and_nowhere_else():
    drawn = [bool(shapes(line_of(day), "tn-pic__today")) for day in (FIRST - timedelta(days=1), FIRST, LAST)]
    after = line_of(LAST + timedelta(days=1))

    assert drawn == [False, True, True]
    assert shapes(after, "tn-pic__today") == []
    assert number_in(shapes(after, "tn-pic__gone")[0], "width") == number_in(shapes(after, "tn-pic__axis")[0], "width")


def test_the_state_of_a_milestone_has_a_form_of_its_own():
    states = ["done", "late", "next", "planned"]
    picture = line_of(None, marks=[Mark(n, FIRST + timedelta(days=90 * n), state) for n, state in enumerate(states)])

    assert [shape.tag for shape in shapes(picture, "tn-pic__mark")] == ["circle", "polygon", "polygon", "circle"]
    assert [text.css for text in picture.texts if text.anchor == "middle"] == [
        "tn-pic__number tn-pic__onfill",
        *["tn-pic__number"] * 3,
    ]


@pytest.mark.parametrize(("years", "width"), [(1, NARROW), (2, WIDE), (25, NARROW), (90, WIDE), (400, NARROW)])
def test_dates_on_the_axis_leave_each_other_room(years, width):
    span = Span(date(1600, 3, 1), date(1600 + years, 3, 1), width)

    places = [span.x(day) for day, _label in ticks(span)]

    assert 1 <= len(places) <= 18
    assert all(later - former >= 40 for former, later in pairwise(places))


def names(side, number):
    return [Name(f"{side}{n}", f"Name {n}") for n in range(number)]


def test_few_are_joined_by_lines_as_thick_as_they_met_often():
    left, right = names("t", 2), names("n", 1)

    picture = meetings(
        left, right, {("t0", "n0"): 1, ("t1", "n0"): 5}, heads=("T", "N"), width=WIDE, title="T", words="W"
    )

    assert [number_in_path(shape) for shape in shapes(picture, "tn-pic__met")] == [8.0, 1.5]
    assert [text.lines[0] for text in picture.texts] == ["T", "Name 1", "Name 0", "N", "Name 0"]


def number_in_path(shape):
    return float(shape.attributes.split("stroke-width=")[1].strip('"'))


def test_many_are_a_grid_and_a_narrow_one_has_no_empty_row():
    left, right = names("t", 30), names("n", 20)
    pairs = {(one.key, right[n % 20].key): n + 1 for n, one in enumerate(left)}

    wide, narrow = (
        meetings(left, right, pairs, heads=("T", "N"), width=width, title="T", words="W") for width in (WIDE, NARROW)
    )

    assert len(shapes(wide, "tn-pic__cell")) == MOST_ROWS
    assert len(shapes(narrow, "tn-pic__cell")) == len(shapes(narrow, "tn-pic__lane")) - 1 > 0


@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize("columns", [1, 4, 12])
def test_a_grid_lies_inside_of_its_width_and_writes_its_numbers(width, columns):
    rows = [Name(f"r{n}", text or "–") for n, text in enumerate(LONG)]
    heads = [Name(f"c{n}", LONG[n % 3]) for n in range(columns)]
    cells = {(row.key, head.key): 7 for row in rows for head in heads}

    picture = grid(rows, heads, cells, heads=("Theme", "Initiatives"), width=width, title="T", words="W")

    shown = min(columns, most_columns(width))
    assert max(right_ends(picture)) <= width
    assert len([text for text in picture.texts if text.lines == ("7",) and "onfill" in text.css]) == shown * len(rows)
