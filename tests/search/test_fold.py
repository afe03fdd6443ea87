"""One spelling for what is written in many."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from iurc_portal.search.fold import fold, fold_aligned, to_katakana

LETTERS = st.text(
    alphabet=st.one_of(st.characters(codec="utf-8"), st.sampled_from("ヴァィゥヵヶがｶﾞﾊﾟèÀßﬁ'’-–ー")), max_size=40
)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("ﾄﾘﾉ", "トリノ"),
        ("ｶﾞﾗｽ", "ガラス"),
        ("か\u3099", "が"),
        ("Ｓｍａｒｔ　ＣＩＴＹ", "smart city"),
        ("CO₂", "co2"),
        ("Città dell’Università", "citta dell'universita"),
        ("Straße", "strasse"),
        ("C‑ITS – Wi−Fi", "c-its - wi-fi"),
        ("ヴァイオリン", "バイオリン"),
        ("ヴェネツィア", "ベネツイア"),
        ("フィアット", "フイアツト"),
        ("がぎ", "がぎ"),
    ],
)
def test_spellings_of_one_word_become_the_same(written, folded):
    assert fold(written) == folded


@given(LETTERS)
@example("ẞ\u0345İ")
def test_folding_twice_changes_nothing_more(text):
    assert fold(fold(text)) == fold(text)


@given(LETTERS)
def test_every_folded_letter_knows_where_it_comes_from(text):
    folded, origins = fold_aligned(text)

    assert len(origins) == len(folded)
    assert origins == sorted(origins)
    assert all(0 <= origin < len(text) for origin in origins)


@given(st.text(alphabet="Politecnico di Torino スマートシティ自動運転 ｽﾏｰﾄヴェネツィアè", max_size=30))
def test_folding_with_places_gives_the_same_text(text):
    assert fold_aligned(text)[0] == fold(text)


def test_hiragana_becomes_katakana_and_nothing_else_does():
    assert to_katakana("ものづくりトリノ市abc") == "モノヅクリトリノ市abc"
