"""The directory: one query, seen as a list or on a map, with and without scripts."""

import json
import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ecosystem.models import Organisation
from tests.ecosystem.reading import parsed, texts
from tests.factories import make_city, make_initiative, make_organisation, make_theme

pytestmark = pytest.mark.django_db
PARAMETERS = ["q", "theme", "initiative", "kind", "city", "side", "language", "open_to_japan", "sort", "page", "view"]
HOSTILE = [
    "\x00",
    "' OR 1=1 --",
    "<script>alert(1)</script>",
    "x" * 5000,
    "名古屋" * 900,
    "-1",
    "9" * 400,
    "%",
    "{{ 7 }}",
    "‮",
]


def names(response):
    return texts(parsed(response), ".//article//h3/a")


def queries_of(client, address):
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)
    assert response.status_code == 200
    return len(queries)


def make_full_organisation(**fields):
    n = Organisation.objects.count()
    return make_organisation(
        themes=[make_theme(), make_theme()],
        initiatives=[make_initiative()],
        latitude="45.07",
        longitude="7.68",
        precision="street",
        contact_languages=["ja"],
        city=make_city(f"city-{n}"),
        **fields,
    )


@pytest.mark.parametrize("view", ["list", "map"])
def test_the_number_of_statements_does_not_grow_with_the_rows(client, view):
    make_full_organisation()
    with_one = queries_of(client, f"/en/ecosystem/?view={view}")
    make_full_organisation()
    make_full_organisation()

    assert queries_of(client, f"/en/ecosystem/?view={view}") == with_one <= 12


@pytest.mark.parametrize("name", PARAMETERS)
@pytest.mark.parametrize("value", HOSTILE)
def test_nonsense_in_any_parameter_is_answered_kindly(client, name, value):
    make_organisation()

    response = client.get("/it/ecosystem/", {name: value})

    assert response.status_code == 200
    assert b"<script>alert" not in response.content


@pytest.mark.parametrize("name", ["theme", "initiative", "kind", "city", "side", "language", "open_to_japan", "sort"])
def test_an_unknown_value_is_named_above_the_unfiltered_rest(client, name):
    make_organisation(name_en="Alpha")

    response = client.get("/en/ecosystem/", {name: "atlantis"})

    assert "These filter values are not known and were left out: atlantis." in texts(
        parsed(response), ".//*[@class='tn-notice tn-notice--warning']"
    )
    assert names(response) == ["Alpha"]


def test_an_unknown_view_is_told_and_the_list_is_shown(client):
    make_organisation(name_en="Alpha")

    response = client.get("/en/ecosystem/?view=globe")

    assert "This view is not known: here is the list." in response.content.decode()
    assert names(response) == ["Alpha"]


def test_an_htmx_request_gets_the_results_alone(client):
    make_organisation(name_en="Alpha")

    whole = client.get("/en/ecosystem/")
    part = client.get("/en/ecosystem/", headers={"HX-Request": "true"})

    assert whole.content.startswith(b"<!doctype html>")
    assert part.content.strip().startswith(b'<p class="tn-count" role="status" id="results-status">1 organisation</p>')
    assert b"<html" not in part.content
    assert b"Alpha" in part.content
    assert ["HX-Request" in response["Vary"] for response in (whole, part)] == [True, True]


def test_the_count_is_a_status_that_stays_outside_what_is_replaced(client):
    make_organisation()
    page = parsed(client.get("/en/ecosystem/"))

    assert texts(page, ".//p[@role='status'][@id='results-status']") == ["1 organisation"]
    assert page.findall(".//*[@id='results']//*[@id='results-status']") == []


def test_chips_take_off_one_value_each_and_keep_the_rest(client):
    make_organisation(themes=[make_theme("mobility"), make_theme("energy")])

    page = parsed(client.get("/en/ecosystem/?theme=mobility&theme=energy&kind=company&page=3&q=what"))

    links = [link.get("href") for link in page.findall(".//ul[@class='tn-chips']//a")]
    assert links == [
        "?theme=mobility&theme=energy&kind=company",
        "?theme=mobility&kind=company&q=what",
        "?theme=energy&kind=company&q=what",
        "?theme=mobility&theme=energy&q=what",
        "?",
    ]
    assert texts(page, ".//details[@id='filters']/summary") == ["Filters (4)"]  # the words count too


def test_ticked_values_stay_ticked_and_empty_ones_cannot_be_ticked(client):
    make_organisation(themes=[make_theme("mobility")])
    make_theme("energy")

    page = parsed(client.get("/en/ecosystem/?theme=mobility"))

    boxes = {box.get("id"): box for box in page.findall(".//input[@type='checkbox']")}
    assert boxes["f-theme-mobility"].get("checked") is not None
    assert boxes["f-theme-energy"].get("disabled") is not None
    assert boxes["f-side-torino"].get("disabled") is None


def test_many_empty_values_are_folded_away_and_few_are_not(client):
    make_organisation(kind="company", themes=[make_theme("mobility")])
    make_theme("energy")

    page = parsed(client.get("/en/ecosystem/"))

    folded = page.findall(".//details[@id='more-kind']//input")
    assert len(folded) == len(Organisation.Kind) - 1
    assert all(box.get("disabled") is not None for box in folded)
    assert page.find(".//details[@id='more-theme']") is None


def test_cities_beyond_the_two_are_folded_away_unless_one_is_selected(client):
    for slug in ("torino", "nagoya", "cuneo"):
        make_organisation(city=make_city(slug))

    closed = parsed(client.get("/en/ecosystem/")).find(".//details[@id='more-city']")
    opened = parsed(client.get("/en/ecosystem/?city=cuneo")).find(".//details[@id='more-city']")

    assert texts(closed, "./summary") == ["1 more"]
    assert closed.get("open") is None
    assert opened.get("open") is not None


@pytest.mark.parametrize(("page", "shown"), [("1", 24), ("2", 1), ("99", 1), ("0", 1), ("-4", 24), ("two", 24)])
def test_pages_out_of_range_lead_to_the_nearest(client, page, shown):
    for number in range(25):
        make_organisation(name_en=f"Organisation {number:02}")

    response = client.get("/en/ecosystem/", {"page": page})

    assert len(names(response)) == shown


def test_only_what_is_published_open_and_not_merged_is_listed(client):
    listed = make_organisation(name_en="Listed")
    make_organisation(name_en="Inactive", activity="inactive")
    make_organisation(name_en="Closed", activity="closed")
    make_organisation(name_en="Merged", merged_into=listed)
    for state in ("draft", "in_review", "unlisted", "archived"):
        make_organisation(name_en=state.title(), state=state)

    assert names(client.get("/en/ecosystem/")) == ["Inactive", "Listed"]


def test_names_are_ordered_as_the_reader_sees_them(client):
    make_organisation(name_en="beta", name_it="zeta")
    make_organisation(name_en="Gamma", name_it="")
    make_organisation(name_en="Alpha", name_it="omega")

    assert names(client.get("/en/ecosystem/")) == ["Alpha", "beta", "Gamma"]
    assert names(client.get("/it/ecosystem/")) == ["Gamma", "omega", "zeta"]


def test_readers_of_japanese_see_torino_first_and_readings_in_order(client):
    nagoya = make_city("nagoya")
    make_organisation(name_en="", name_ja="名城大学", kana="メイジョウダイガク", side="nagoya", city=nagoya)
    make_organisation(name_en="", name_ja="愛知県", kana="アイチケン", side="nagoya", city=nagoya)
    make_organisation(name_en="Zeta")

    assert names(client.get("/ja/ecosystem/")) == ["Zeta", "愛知県", "名城大学"]


def test_sorting_by_last_check_puts_the_never_checked_last(client):
    make_organisation(name_en="Never")
    make_organisation(name_en="Old", verified_on=date(2025, 1, 1))
    make_organisation(name_en="New", verified_on=date(2026, 1, 1))

    response = client.get("/en/ecosystem/?sort=checked")

    assert names(response) == ["New", "Old", "Never"]
    assert parsed(response).find(".//details[@id='filters']//input[@name='sort']").get("value") == "checked"


def test_what_is_up_to_date_comes_first_unless_names_are_asked_for(client):
    make_organisation(name_en="Alpha", verified_on=None)
    make_organisation(name_en="Beta", verified_on=timezone.localdate())
    make_organisation(name_en="Gamma", verified_on=timezone.localdate())

    assert names(client.get("/en/ecosystem/")) == ["Beta", "Gamma", "Alpha"]
    assert names(client.get("/en/ecosystem/?sort=name")) == ["Alpha", "Beta", "Gamma"]


def test_a_name_in_another_language_says_so_to_screen_readers(client):
    make_organisation(name_en="", name_it="Fondazione", summary_en="", summary_it="Una fondazione.")

    page = parsed(client.get("/ja/ecosystem/"))

    assert page.find(".//article//h3/a").get("lang") == "it"
    assert page.find(".//article/p[@class='tn-clamp']").get("lang") == "it"
    assert page.find(".//article//p[@class='tn-langs']/span").tail.strip() == "IT"


def test_a_suggested_japanese_name_is_shown_as_a_suggestion_to_readers_of_japanese(client):
    make_organisation(name_en="Links", name_ja_suggested="リンクス")

    assert "リンクス" in client.get("/ja/ecosystem/").content.decode()
    assert "リンクス" not in client.get("/en/ecosystem/").content.decode()


def test_the_map_numbers_its_pins_as_the_list_does_and_counts_the_rest(client):
    make_organisation(name_en="Alpha", latitude="45.1", longitude="7.7", precision="exact")
    make_organisation(name_en="Beta")
    make_organisation(name_en="</script><b>Gamma", latitude="45.2", longitude="7.6", precision="city")

    response = client.get("/en/ecosystem/?view=map")

    data = re.search(r'<script id="map-points" type="application/json">(.*?)</script>', response.content.decode())
    points = [(p["number"], p["name"], p["approximate"]) for p in json.loads(data[1])]
    page = parsed(response)
    assert points == [(1, "</script><b>Gamma", True), (2, "Alpha", False)]
    assert texts(page, ".//article//h3/span") == ["1", "2", "3"]
    assert names(response) == ["</script><b>Gamma", "Alpha", "Beta"]
    assert "1 organisation is not on the map: its position is not known. It is in the list." in texts(page, ".//li")
    assert page.find(".//a[@href='#list']") is not None


def test_a_map_that_shows_the_first_of_many_says_so_and_counts_all_the_rest(client, monkeypatch):
    monkeypatch.setattr("ecosystem.views.directory.MOST_POINTS", 2)
    point = {"latitude": "45.1", "longitude": "7.7", "precision": "exact"}
    for name, where in (("Alpha", point), ("Beta", {}), ("Gamma", point), ("Delta", {}), ("Epsilon", {})):
        make_organisation(name_en=name, **where)

    page = parsed(client.get("/en/ecosystem/?view=map&sort=name"))
    all_in_list = parsed(client.get("/en/ecosystem/?view=map&sort=name&q=alpha"))

    said = "The map shows the first 2 organisations of the list. Choose filters to see the others."
    notes = texts(page, ".//ul[@class='tn-map__notes']/li")
    assert notes[-2:] == [
        said,
        "3 organisations are not on the map: their position is not known. They are in the list.",
    ]
    assert said not in texts(all_in_list, ".//ul[@class='tn-map__notes']/li")


def test_the_list_beside_the_map_gives_the_addresses_as_the_map_promises(client):
    make_organisation(address_en="Corso Castelfidardo 22", latitude="45.1", longitude="7.7", precision="exact")

    assert "Corso Castelfidardo 22" in texts(parsed(client.get("/en/ecosystem/?view=map")), ".//article/p")
    assert "Corso Castelfidardo 22" not in texts(parsed(client.get("/en/ecosystem/")), ".//article/p")


def test_nothing_found_says_what_to_do_next(client):
    make_organisation()

    page = parsed(client.get("/en/ecosystem/?q=atlantis"))

    assert texts(page, ".//p[@id='results-status']") == ["0 organisations"]
    assert texts(page, ".//*[@class='tn-empty']//a") == ["Clear all", "Search the whole portal"]


def test_where_words_find_nothing_the_themes_lead_on(client):
    make_organisation(name_en="Alpha", themes=[make_theme("energy", pref_label_en="Energy")])
    make_theme("empty", pref_label_en="Empty")

    page = parsed(client.get("/en/ecosystem/?q=zzzzzz"))

    links = page.findall(".//div[@class='tn-empty']//ul//a")
    assert [(link.get("href"), link.text.strip()) for link in links] == [("?theme=energy", "Energy")]


def test_words_that_are_found_elsewhere_are_not_changed_by_a_filter(client):
    make_organisation(name_en="Robots", kind="company")
    make_organisation(name_en="Robotics school", kind="university")

    response = client.get("/en/ecosystem/?q=robots&kind=public_body")

    facets = {facet.name: values for facet, values in response.context["facets"]}
    counts = {value.key: value.count for value in facets["kind"]}
    assert (names(response), counts["company"], response.context["filterset"].search.has_climbed) == ([], 1, False)
