"""The ladder, the tiers and what is told to the reader."""

from datetime import date

import pytest
from django.http import QueryDict
from django.utils import translation

from ecosystem.filters import OrganisationFilter
from ecosystem.models import Concept, Organisation
from iurc_portal.search.models import MissedQuery
from iurc_portal.search.service import Search, note_missed
from tests.factories import make_organisation, make_theme

pytestmark = pytest.mark.django_db


def make_concept(notation, themes=(), alt=(), hidden=(), **labels):
    concept = Concept.objects.create(
        scheme="glossary",
        notation=notation,
        state="approved",
        **{f"pref_label_{code}": text for code, text in labels.items()},
    )
    for kind, texts in (("alt", alt), ("hidden", hidden)):
        for language, text in texts:
            concept.labels.create(language=language, text=text, kind=kind)
    concept.related.add(*themes)
    return concept


@pytest.fixture
def autonomous():
    return make_concept(
        "autonomous-driving",
        en="autonomous driving",
        it="guida autonoma",
        ja="自動運転",
        alt=[("en", "driverless")],
        hidden=[("it", "auto senza pilota")],
    )


def find(words, language="en", **more):
    data = QueryDict(mutable=True)
    data.update({"q": words, **more})
    with translation.override(language):
        filterset = OrganisationFilter(data, queryset=Organisation.objects.all())
        rows = filterset.results()[0:24]
    return filterset, rows


def names(words, language="en", **more):
    return [row.name_en for row in find(words, language, **more)[1]]


def test_a_text_in_italian_alone_is_found_in_japanese_and_says_why(autonomous):
    make_organisation(name_en="Lab", summary_en="", summary_it="Laboratorio per la guida autonoma.")

    _filterset, (row,) = find("自動運転", "ja")

    assert row.hit.is_related
    assert row.hit.label == "guida autonoma"
    assert (row.hit.language, row.hit.excerpt) == ("it", "Laboratorio per la <mark>guida autonoma</mark>.")


def test_what_says_the_very_words_comes_before_what_the_glossary_knows(autonomous):
    make_organisation(name_en="Related", summary_en="Driverless, driverless, driverless.")
    make_organisation(name_en="Direct", summary_en="Once a year it shows autonomous driving among other things.")

    _filterset, rows = find("autonomous driving")

    assert [(row.name_en, row.hit.is_related) for row in rows] == [("Direct", False), ("Related", True)]


def test_what_has_the_words_for_a_name_comes_first(autonomous):
    make_organisation(name_en="Lab of autonomous driving and much more", summary_en="Autonomous driving.")
    make_organisation(name_en="Autonomous Driving", summary_en="A firm.")

    assert names("autonomous driving")[0] == "Autonomous Driving"


def test_a_japanese_reader_sees_torino_before_nagoya_in_each_tier():
    make_organisation(name_en="Nagoya", side="nagoya", summary_ja="水素、水素、水素。")
    make_organisation(name_en="Torino", summary_ja="燃料電池や太陽光などとともに水素も扱う企業です。")

    assert names("水素", "ja") == ["Torino", "Nagoya"]
    assert names("水素", "it") == ["Nagoya", "Torino"]


def test_the_labels_that_were_also_searched_are_told_and_hidden_ones_are_not(autonomous):
    make_organisation(summary_it="Un'auto senza pilota.")

    filterset, rows = find("自動運転", "ja")

    assert len(rows) == 1
    assert [label.text for label in filterset.search.also_searched()] == [
        "autonomous driving",
        "guida autonoma",
        "driverless",
    ]


def test_exact_leaves_out_what_only_the_glossary_finds(autonomous):
    make_organisation(name_en="Related", summary_en="Driverless.")

    filterset, rows = find("autonomous driving", exact="1")

    assert rows == []
    assert filterset.search.also_searched() == []


def test_a_slip_is_corrected_and_told():
    make_organisation(name_en="Politecnico")

    filterset, rows = find("Politecnco")

    assert [row.name_en for row in rows] == ["Politecnico"]
    assert [(c.typed, c.used) for c in filterset.search.corrections] == [("Politecnco", "politecnico")]


def test_who_insists_on_what_they_typed_gets_it():
    make_organisation(name_en="Politecnico")

    assert names("Politecnco", literal="1") == []


@pytest.mark.parametrize("words", ["5G1", "2045", "zz", "abcd"])
def test_digits_codes_and_short_words_are_not_corrected(words):
    make_organisation(name_en="5G2 2046 zy abce")

    assert find(words)[0].search.corrections == []


def test_where_nothing_says_it_the_theme_stands_in():
    theme = make_theme("urban", pref_label_en="Services of the town", pref_label_ja="都市サービス")
    make_concept("smart", themes=[theme], en="smart city", ja="スマートシティ")
    make_organisation(name_en="Tagged", themes=[theme])
    make_organisation(name_en="Other")

    filterset, rows = find("スマートシティ", "ja")

    assert [row.name_en for row in rows] == ["Tagged"]
    assert filterset.search.is_widened


def test_half_of_the_words_will_do_where_no_record_has_all():
    make_organisation(name_en="Robots and drones")
    make_organisation(name_en="Robots")

    filterset, rows = find("robots drones submarines zeppelins")

    assert [row.name_en for row in rows] == ["Robots and drones"]
    assert filterset.search.is_partial


def test_all_words_must_be_there_where_a_record_has_them():
    make_organisation(name_en="Robots and drones")
    make_organisation(name_en="Robots")

    assert names("drones robots") == ["Robots and drones"]


@pytest.mark.parametrize(
    "words",
    [
        "' OR 1=1 --",
        '"',
        "*",
        "a:b & !c | (d",
        "NEAR(a b)",
        "x" * 5000,
        "‮abc",
        "🤖",
        "％",
        "市:*",
        "\\",
        "-- ;",
        "κ1",
    ],
)
def test_whatever_is_typed_is_text(words):
    make_organisation(name_en="Robots")

    assert names(words) == []


@pytest.mark.parametrize("words", ["", "\x00", "\ud83d", "\u200b \t"])
def test_what_is_no_text_asks_for_nothing(words):
    make_organisation(name_en="Robots")

    assert names(words) == ["Robots"]


def test_words_that_found_nothing_are_noted_without_the_person():
    for day in (1, 1, 2):
        note_missed("Ｗａｓｓｅｒ", today=date(2026, 5, day))
    note_missed("somebody@example.org", today=date(2026, 5, 1))

    assert list(MissedQuery.objects.values_list("text", "count", "days", "last_on")) == [
        ("wasser", 3, 2, date(2026, 5, 2))
    ]


def test_a_page_of_results_takes_four_statements_at_most(autonomous, django_assert_max_num_queries):
    for _n in range(3):
        make_organisation(summary_en="autonomous driving")
    data = QueryDict("q=autonomous+driving")
    filterset = OrganisationFilter(data, queryset=Organisation.objects.all())

    with django_assert_max_num_queries(4):
        rows = filterset.results()[0:24]

    assert len(rows) == 3


def test_the_tools_are_made_once_for_a_version(autonomous):
    assert Search("a").tools.glossary is Search("b").tools.glossary


def test_a_hit_in_another_text_shows_that_text():
    make_organisation(name_en="Fonderia", summary_en="A foundry.", description_en="It casts bells for towers.")

    _filterset, (row,) = find("bells")

    assert (row.hit.excerpt, row.hit.language) == ("It casts <mark>bells</mark> for towers.", "en")


def test_what_a_theme_led_to_names_the_theme_in_the_reader_s_language():
    theme = make_theme("mobility", pref_label_en="Mobility", pref_label_it="Mobilità", pref_label_ja="モビリティ")
    make_organisation(name_en="Tram works", summary_en="Trams.", themes=[theme])
    make_concept("omnibus", themes=[theme], it="Torpedone", en="Omnibus")

    _filterset, (row,) = find("torpedone")

    assert (row.hit.is_related, row.hit.label) == (True, "Mobility")
