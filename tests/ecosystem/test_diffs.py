"""What a proposal changes, as staff see it."""

import pytest

from ecosystem.diffs import MOST, compare

SAME, GONE, NEW = "same", "gone", "new"


@pytest.mark.parametrize(
    ("old", "new", "left", "right"),
    [
        ("same", "same", [(SAME, "same")], [(SAME, "same")]),
        ("", "new", [], [(NEW, "new")]),
        ("old", "", [(GONE, "old")], []),
        (
            "We test buses in the city.",
            "We test trams in the city.",
            [(SAME, "We test "), (GONE, "buses"), (SAME, " in the city.")],
            [(SAME, "We test "), (NEW, "trams"), (SAME, " in the city.")],
        ),
        (
            "one two three four",
            "one due tre four",
            [(SAME, "one "), (GONE, "two three"), (SAME, " four")],
            [(SAME, "one "), (NEW, "due tre"), (SAME, " four")],
        ),
        (
            "1999年に始まった大学です。",
            "2001年に始まった会社です。",
            [(GONE, "1999"), (SAME, "年に始まった"), (GONE, "大学"), (SAME, "です。")],
            [(NEW, "2001"), (SAME, "年に始まった"), (NEW, "会社"), (SAME, "です。")],
        ),
        ("line\nline", "line\nend", [(SAME, "line\n"), (GONE, "line")], [(SAME, "line\n"), (NEW, "end")]),
    ],
)
def test_words_and_japanese_characters_are_compared(old, new, left, right):
    assert compare(old, new) == (left, right)


def test_nothing_of_either_text_is_lost():
    old, new = "Il <b>Politecnico</b>, 自動運転の実証 2024!", "Un Politecnico – 自動運転の実験 2025?"

    left, right = compare(old, new)

    assert "".join(piece.text for piece in left) == old
    assert "".join(piece.text for piece in right) == new


def test_a_very_long_text_counts_as_changed_as_a_whole():
    old, new = "a " * MOST, "b " * MOST

    assert compare(old, new) == ([(GONE, old)], [(NEW, new)])
