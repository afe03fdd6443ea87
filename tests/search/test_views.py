"""The search of the whole portal: kinds apart, nothing hidden shown, any text taken kindly."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from iurc_portal.search import registry
from iurc_portal.search.models import Document, MissedQuery
from iurc_portal.search.query import clean_query
from tests.ecosystem.reading import parsed, texts
from tests.factories import (
    make_event,
    make_initiative,
    make_listing,
    make_organisation,
    make_practice,
    make_test_run,
    make_theme,
)

pytestmark = pytest.mark.django_db


def found(response):
    """Titles by kind, as the page shows them."""
    sections = parsed(response).findall(".//main//section[@class='tn-part']")
    return {texts(section, ".//h2")[0]: texts(section, ".//h3") for section in sections}


def test_results_are_grouped_by_kind(client):
    make_organisation(name_en="Robots of Torino")
    make_initiative(name_en="Robot initiative")
    make_test_run(title_en="Delivery robots")
    make_practice(title_en="Robots at school")
    make_event(name_en="Robots for all", organizer=make_organisation(name_en="Office"))

    assert found(client.get("/en/search/?q=robot")) == {
        "Organisations": ["Robots of Torino"],
        "Initiatives": ["Robot initiative"],
        "Tests carried out": ["Delivery robots"],
        "Good practices": ["Robots at school"],
        "Webinars & events": ["Robots for all"],
    }


def test_what_is_not_public_is_not_found(client):
    make_organisation(name_en="Robots draft", state="draft")
    make_organisation(name_en="Robots unlisted", state="unlisted")
    make_practice(title_en="Robots draft", state="draft")
    make_event(name_en="Robots draft", published_at=None, status="TENTATIVE")

    assert found(client.get("/en/search/?q=robot")) == {}


def test_a_word_in_any_language_finds_a_record_once(client):
    make_organisation(
        name_en="Alpha",
        themes=[make_theme("one", pref_label_ja="ロボット"), make_theme("two", pref_label_ja="ロボット工学")],
    )

    assert found(client.get("/en/search/?q=ロボット")) == {"Organisations": ["Alpha"]}


def test_few_are_shown_of_many_with_the_way_to_all_of_them(client):
    for number in range(7):
        make_organisation(name_en=f"Robots {number}")

    response = client.get("/en/search/", {"q": "robots"})

    page = parsed(response)
    way = page.find(".//section[@class='tn-part']//a")
    assert texts(page, ".//p[@role='status']") == ["7 results for “robots”"]
    assert len(found(response)["Organisations"]) == 5
    assert way.get("href") == "/en/ecosystem/?q=robots"
    assert texts(page, ".//section[@class='tn-part']/div/a") == ["See all 7 results (Organisations)"]
    assert texts(parsed(client.get(way.get("href"))), ".//p[@id='results-status']") == ["7 organisations"]


def test_an_empty_search_is_a_form_and_no_complaint(client):
    page = parsed(client.get("/ja/search/?q=%20"))

    assert page.find(".//main//input[@id='q']").get("value") == ""
    assert page.findall(".//p[@role='status']") == []


def test_nothing_found_says_what_to_try(client):
    page = parsed(client.get("/en/search/?q=atlantis"))

    assert texts(page, ".//p[@role='status']") == ["0 results for “atlantis”"]
    assert "Try fewer or other words. You may write in Italian, English or Japanese." in texts(page, ".//p")


def test_a_long_search_is_cut_and_says_so(client):
    page = parsed(client.get("/en/search/", {"q": "x" * 5000}))

    assert page.find(".//main//input[@id='q']").get("value") == "x" * 200
    assert "Your search was long: only its first 200 characters were used." in texts(page, ".//p")


@pytest.mark.parametrize(
    "words", ["\x00", "'; DROP TABLE", "<script>alert(1)</script>", "%_%", "((((", "\\", "\ud7ff‮"]
)
def test_hostile_words_are_only_words(client, words):
    make_organisation()

    response = client.get("/it/search/", {"q": words})

    assert response.status_code == 200
    assert b"<script>alert" not in response.content


def test_statements_do_not_grow_with_the_rows(client):
    def grow():
        make_organisation(name_en="Robots", themes=[make_theme()])
        make_test_run(title_en="Robots")
        make_practice(title_en="Robots").themes.add(make_theme())
        make_event(name_en="Robots").languages.create(language="ja")

    def statements():
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/en/search/?q=robots").status_code == 200
        return len(queries)

    grow()
    with_one = statements()
    grow()
    grow()

    assert statements() == with_one <= 2 * len(registry.kinds()) + 4


def test_the_same_kind_cannot_be_registered_twice():
    with pytest.raises(ValueError, match="registered twice"):
        registry.register(registry.kinds()[0])


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [("  a   b ", "a b"), ("ＡＢＣ　ﾛﾎﾞｯﾄ", "ABC ロボット"), ("a\x00b​c", "a b c"), ("", ""), ("x" * 300, "x" * 200)],
)
def test_queries_are_folded_and_cut(typed, cleaned):
    assert clean_query(typed) == cleaned


@pytest.mark.parametrize("page", ["/en/search/", "/en/ecosystem/"])
def test_one_network_fills_the_list_of_what_was_sought_in_vain_only_so_far(client, monkeypatch, settings, page):
    settings.RATE_LIMITS = True
    monkeypatch.setattr("iurc_portal.limits.time.time", lambda: 1_800_000_000.0)  # in the middle of a span
    cache.clear()
    monkeypatch.setattr("iurc_portal.search.missed.NOTED_AN_HOUR", 2)

    found = [client.get(page, {"q": f"zzzzzz{n}"}, REMOTE_ADDR="192.0.2.1").status_code for n in range(4)]
    client.get(page, {"q": "yyyyyy"}, REMOTE_ADDR="192.0.2.2")

    assert found == [200] * 4
    assert sorted(MissedQuery.objects.values_list("text", flat=True)) == ["yyyyyy", "zzzzzz0", "zzzzzz1"]


def test_a_listing_past_its_day_is_not_counted_before_any_task_has_run(client):
    make_listing(title_en="Zolfora")
    past = make_listing(title_en="Zolfora again")
    Document.objects.filter(kind="offers", object_id=past.pk).update(dated=timezone.localdate() - timedelta(days=1))

    answer = client.get("/en/search/", {"q": "zolfora"})

    offers = [entry for entry in answer.context["found"] if entry["group"].name == "offers"]
    assert [(entry["total"], [str(row) for row in entry["rows"]]) for entry in offers] == [(1, ["Zolfora"])]
