"""Katakana by its sound, for those who cannot type it."""

import pytest

from iurc_portal.search.romaji import romaji, sound


@pytest.mark.parametrize(
    ("kana", "latin"),
    [
        ("ヤマダ タロウ", "yamada tarou"), ("ショウタ", "shouta"), ("キョウコ", "kyouko"), ("ジュンイチ", "junichi"),
        ("ハットリ", "hattori"), ("イッチャン", "itchan"), ("チヅル", "chizuru"), ("ヴィットリア", "vittoria"),
        ("ティナ", "tina"), ("ルーカ", "ruka"), ("山田", "山田"), ("", ""),
    ],
)  # fmt: skip
def test_katakana_reads_as_hepburn(kana, latin):
    assert romaji(kana) == latin


@pytest.mark.parametrize(
    "spellings", [("Ōno", "Oono", "Ohno", "Ono", "Ouno"), ("Shinbei", "Shimbei"), ("Yuuko", "Yūko", "YUKO")]
)
def test_all_spellings_of_a_long_vowel_sound_alike(spellings):
    assert len({sound(spelling) for spelling in spellings}) == 1


def test_an_h_that_is_heard_stays():
    assert sound("Ohara") == "ohara"
