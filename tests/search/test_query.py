"""What is typed becomes groups that must all be found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iurc_portal.search.analyse import Analyser
from iurc_portal.search.glossary import Glossary, Label
from iurc_portal.search.query import clean_query, parse, parts

ANALYSER = Analyser(["名古屋"])
GLOSSARY = Glossary(
    [
        Label(1, "en", "autonomous driving", "pref"),
        Label(1, "it", "guida autonoma", "pref"),
        Label(1, "ja", "自動運転", "pref"),
        Label(2, "en", "AI", "alt"),
        Label(2, "en", "artificial intelligence", "pref"),
        Label(3, "en", "C-ITS", "alt"),
        Label(4, "ja", "社会的インパクト", "pref"),
        Label(4, "ja", "かくれた言葉", "hidden"),
    ],
    ANALYSER,
    {1: {10}, 2: {10, 11}},
)


def groups(text):
    return [(group.text, set(group.concepts)) for group in parse(text, ANALYSER, GLOSSARY).groups]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("自動運転", [("自動運転", {1})]),
        ("Guida Autonoma a Torino", [("Guida Autonoma", {1}), ("Torino", set())]),
        ("トリノの自動運転", [("トリノ", set()), ("自動運転", {1})]),
        ("社会的インパクト", [("社会的インパクト", {4})]),
        ("かくれた言葉", [("かくれた言葉", {4})]),
        ("取り組み", [("取り組み", set())]),
        ("働き方改革", [("働き方改革", set())]),
        ("CITS", [("CITS", {3})]),
        ("c-its", [("c-its", {3})]),
        ("AI", [("AI", {2})]),
        ("ai", [("ai", {2})]),
        ("servizi ai cittadini", [("servizi", set()), ("cittadini", set())]),
        ("the", [("the", set())]),
        ("ＲＯＢＯＴ robot", [("ROBOT", set()), ("robot", set())]),
        ("' \" ) : * & | -- ％", []),
        ("", []),
    ],
)
def test_labels_come_first_and_the_rest_word_by_word(typed, expected):
    assert groups(typed) == expected


def test_a_query_is_cut_at_two_hundred_letters_and_twelve_groups():
    query = parse(" ".join(f"word{n}" for n in range(2000)), ANALYSER, GLOSSARY)

    assert len(query.typed) == 200
    assert len(query.groups) == 12


@given(st.text(max_size=300))
def test_any_text_is_read(text):
    query = parse(text, ANALYSER, GLOSSARY)

    assert query.typed == clean_query(text)
    assert all(phrase.tokens for phrase in query.phrases)


def test_a_longer_japanese_word_gives_the_labels_inside_it():
    (group,) = parse("自動運転車両", ANALYSER, GLOSSARY).groups

    assert [(part.text, set(part.concepts)) for part in parts(group, ANALYSER, GLOSSARY)] == [("自動運転", {1})]


def test_a_word_without_labels_inside_stays_whole():
    (group,) = parse("電気自動車", ANALYSER, GLOSSARY).groups

    assert parts(group, ANALYSER, GLOSSARY) == [group]


def test_a_text_speaks_of_the_concepts_whose_labels_stand_in_it():
    text = "Laboratorio per la guida autonoma; artificial intelligence"

    assert GLOSSARY.concepts_in(ANALYSER.index_tokens(text, "it")) == {1, 2}
    assert GLOSSARY.concepts_in(ANALYSER.index_tokens("servizi ai cittadini", "it")) == set()


def test_concepts_lead_to_their_themes():
    assert GLOSSARY.themes_of([1, 2, 3]) == {10, 11}
