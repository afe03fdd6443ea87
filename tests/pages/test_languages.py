"""Which language a reader gets: the address first, then the last one read, then the browser's, then Italian."""

import pytest
from lxml import html

from tests.factories import make_event, make_initiative, make_organisation, make_practice, make_test_run

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("cookie", "browser", "wanted"),
    [
        ("", "", "/it/"),
        ("", "ja,en;q=0.8", "/ja/"),
        ("", "fr-FR,fr", "/it/"),
        ("en", "ja", "/en/"),
        ("xx", "en-GB", "/en/"),
    ],
)
def test_the_root_follows_cookie_then_browser_then_italian(client, cookie, browser, wanted):
    if cookie:
        client.cookies["language"] = cookie

    response = client.get("/", headers={"accept-language": browser})

    assert (response.status_code, response["Location"]) == (302, wanted)


def test_reading_a_page_makes_its_language_the_one_of_the_root(client):
    client.get("/ja/")

    response = client.get("/", headers={"accept-language": "it"})

    assert response["Location"] == "/ja/"


def test_the_address_wins_over_the_cookie(client):
    client.cookies["language"] = "it"

    response = client.get("/ja/")

    assert response["Content-Language"] == "ja"
    assert client.cookies["language"].value == "ja"


def test_the_cookie_is_sent_once_and_only_with_pages_that_exist(client):
    assert "language" not in client.get("/en/nothing-here/").cookies
    assert client.get("/en/").cookies["language"].value == "en"
    assert "language" not in client.get("/en/").cookies


def test_a_page_under_a_language_does_not_vary_with_the_browser(client):
    assert "accept-language" not in client.get("/ja/").get("Vary", "").lower()


def switch_and_alternates(page):
    """The languages that the switch marks as not translated, and those that hreflang names."""
    tree = html.document_fromstring(page.content)
    marked = tree.xpath('//nav[@class="tn-languages"]//a[@class="tn-untranslated"]/@lang')
    return marked, tree.xpath('//link[@rel="alternate"]/@hreflang')


@pytest.mark.parametrize(
    "make",
    [
        lambda: f"/en/ecosystem/organisations/{make_organisation(summary_it='Treni.').slug}/",
        lambda: (
            f"/en/ecosystem/initiatives/{make_initiative(description_en='Trains.', description_it='Treni.').slug}/"
        ),
        lambda: f"/en/ecosystem/practices/{make_practice(problem_en='Noise.', problem_it='Rumore.').slug}/",
        lambda: f"/en/ecosystem/tests/{make_test_run(tested_en='A bus.', tested_it='Un bus.').slug}/",
        lambda: f"/en/events/{make_event(description_en='Talks.', description_it='Parole.').slug}/",
    ],
)
def test_the_switch_marks_what_is_not_translated_and_hreflang_leaves_it_out(client, make):
    marked, alternates = switch_and_alternates(client.get(make()))

    assert marked == ["ja"]
    assert [code for code in alternates if code != "x-default"] == ["it", "en"]


def test_a_page_of_the_portal_itself_is_in_all_languages(client):
    marked, alternates = switch_and_alternates(client.get("/en/events/"))

    assert (marked, alternates) == ([], ["it", "en", "ja", "x-default"])
