"""Tokens: bigrams for Japanese, stems for the others, places cut as people read them."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from iurc_portal.search.analyse import SEPARATOR, SMALL_WORD, Analyser, Phrase
from iurc_portal.search.fold import fold

ANALYSER = Analyser(["名古屋", "東京", "愛知"])
CJK = st.text(
    alphabet="自動運転名古屋市東京都愛知県水素社会的トリノスマートシティーものづくり", min_size=1, max_size=12
)


def tokens(text, language="ja"):
    return ANALYSER.index_tokens(text, language)


def finds(query, text, language="ja"):
    """Whether any phrase of ``query`` stands in ``text``, as both databases would say."""
    stream = tokens(text, language)
    return any(
        stream[first : first + len(phrase.tokens) - 1] == list(phrase.tokens[:-1])
        and first + len(phrase.tokens) <= len(stream)
        and (
            stream[first + len(phrase.tokens) - 1].startswith(phrase.tokens[-1])
            if phrase.prefix
            else stream[first + len(phrase.tokens) - 1] == phrase.tokens[-1]
        )
        for phrase in ANALYSER.phrases(query)
        for first in range(len(stream))
    )


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("自動運転", "ja", ["自動", "動運", "運転", "転"]),
        ("市", "ja", ["市"]),
        ("トリノ市", "ja", ["トリ", "リノ", "ノ", "市"]),
        ("東京都", "ja", ["東京", "京", "都"]),
        ("名古屋市立大学", "ja", ["名古", "古屋", "屋", "市立", "立大", "大学", "学"]),
        ("まち", "ja", ["マチ", "チ"]),
        ("センサー", "ja", ["セン", "ンサ", "サ"]),
        ("ビール", "ja", ["ビー", "ール", "ル"]),
        ("AI活用", "ja", ["ai", "活用", "用"]),
        ("Startups for cities", "en", ["startup", SMALL_WORD, "citi"]),
        ("Le imprese dell'innovazione", "it", [SMALL_WORD, "impres", SMALL_WORD, "innov"]),
        ("servizi ai cittadini con AI", "it", ["serviz", SMALL_WORD, "cittadin", SMALL_WORD, "ai"]),
        ("5G, CO₂", "it", ["5g", "co2"]),
        ("C-ITS", "en", ["c", "its", SEPARATOR, "cits"]),
        ("トリノ・ラボ", "ja", ["トリ", "リノ", "ノ", "ラボ", "ボ", SEPARATOR, "トリ", "リノ", "ノラ", "ラボ", "ボ"]),
        ("Мост", "en", ["мост"]),
        ("🤖 ‮ \x00", "en", []),
    ],
)
def test_a_text_becomes_these_tokens(text, language, expected):
    assert tokens(text, language) == expected


@pytest.mark.parametrize(
    ("query", "text", "language", "found"),
    [
        ("運転", "自動運転シャトル", "ja", True),
        ("動運", "自動運転シャトル", "ja", True),
        ("京都", "東京都の企業", "ja", False),
        ("京都", "京都の企業", "ja", True),
        ("市", "名古屋市", "ja", True),
        ("名古屋", "名古屋市", "ja", True),
        ("名古屋市", "愛知県名古屋市中区", "ja", True),
        ("スマートシティー", "スマートシティ構想", "ja", True),
        ("まちづくり", "マチヅクリ", "ja", True),
        ("ビル", "ビール", "ja", False),
        ("CITS", "C-ITS", "en", True),
        ("C-ITS", "CITS", "en", True),
        ("wifi", "Wi-Fi", "it", True),
        ("internet of things", "Internet of Things", "en", True),
        ("internet of things", "internet things", "en", False),
        ("AI", "servizi ai cittadini", "it", False),
        ("università", "Universita degli Studi", "it", True),
        ("companies", "A company", "en", True),
        ("imprese", "Impresa sociale", "it", True),
    ],
)
def test_a_query_finds_what_a_reader_would_expect(query, text, language, found):
    assert finds(query, text, language) is found


@given(CJK, st.data())
def test_every_part_of_two_letters_or_more_of_a_japanese_run_is_found(text, data):
    run = data.draw(st.sampled_from([run for run in ANALYSER.runs(fold(text)) if len(run.text) > 1] or [None]))
    assume(run is not None)
    start = data.draw(st.integers(0, len(run.text) - 2))
    end = data.draw(st.integers(start + 2, len(run.text)))

    assert finds(run.text[start:end], text)


def test_a_single_letter_asks_for_the_beginning_of_a_token():
    assert ANALYSER.phrases("市") == {Phrase(("市",), prefix=True)}


def test_marks_lead_back_to_the_letters_of_the_text():
    text = "ｽﾏｰﾄ City dell’Università"
    stream, *_joined = ANALYSER.spans(text, "it")

    assert [(span.token, text[span.start : span.end]) for span in stream] == [
        ("スマ", "ｽﾏ"),
        ("マー", "ﾏｰ"),
        ("ート", "ｰﾄ"),
        ("ト", "ﾄ"),
        ("city", "City"),
        (SMALL_WORD, "dell"),
        ("univers", "Università"),
    ]


@given(st.text(max_size=60), st.sampled_from(["it", "en", "ja"]))
def test_no_text_makes_a_token_that_a_database_could_misread(text, language):
    for token in tokens(text, language):
        assert token.isalnum() or all(letter.isalnum() or letter in "ー々〆〇ヽヾゝゞ" for letter in token)
