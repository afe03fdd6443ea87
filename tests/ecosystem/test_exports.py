"""The directory as open data: what the screen shows, safe in a spreadsheet, with nothing of a person."""

import csv
import io
import json

import pytest
from django.core.cache import cache
from openpyxl import load_workbook

from tests.factories import make_city, make_initiative, make_organisation, make_theme

pytestmark = pytest.mark.django_db
LICENCE = "https://creativecommons.org/licenses/by/4.0/"


@pytest.fixture(autouse=True)
def as_often_as_one_likes(settings):
    settings.RATE_LIMITS = False  # the limit has a test of its own


def download(client, extension, query="", language="en"):
    response = client.get(f"/{language}/ecosystem/export.{extension}?{query}")
    assert response.status_code == 200
    return response, b"".join(response.streaming_content)


def table(content, encoding="utf-8-sig"):
    return list(csv.DictReader(io.StringIO(content.decode(encoding))))


@pytest.fixture
def two():
    make_organisation(
        name_it="Officina",
        name_en="",
        summary_en="",
        summary_it="Robot.",
        slug="officina",
        themes=[make_theme("robotics"), make_theme("energy")],
        initiatives=[make_initiative(slug="seed")],
        latitude="45.07",
        longitude="-7.68",
        precision="street",
        contact_languages=["ja", "it"],
        open_to_japan=True,
    )
    make_organisation(name_en="Cells", slug="cells", side="nagoya", city=make_city("nagoya"))


def test_a_table_holds_the_facts_and_says_which_language_a_text_is(client, two):
    response, content = download(client, "csv", language="ja")

    rows = {row["slug"]: row for row in table(content)}
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="organisations.csv"'
    assert content.startswith(b"\xef\xbb\xbf")
    assert {name: rows["officina"][name] for name in ("name", "name_lang", "name_it", "name_en", "name_ja")} == {
        "name": "Officina",
        "name_lang": "it",
        "name_it": "Officina",
        "name_en": "",
        "name_ja": "",
    }
    assert {name: rows["officina"][name] for name in ("themes", "initiatives", "contact_languages", "licence")} == {
        "themes": "energy;robotics",
        "initiatives": "seed",
        "contact_languages": "ja;it",
        "licence": LICENCE,
    }
    assert rows["officina"]["longitude"] == "-7.680000"


@pytest.mark.parametrize("extension", ["csv", "xlsx", "json", "geojson"])
def test_the_file_has_the_filter_of_the_screen(client, two, extension):
    everything, nothing = download(client, extension)[1], download(client, extension, "q=zzzzzz")[1]
    chosen = download(client, extension, "q=robot&side=torino")[1]

    assert [slugs(extension, content) for content in (everything, chosen, nothing)] == [
        {"officina"} if extension == "geojson" else {"officina", "cells"},
        {"officina"},
        set(),
    ]


def slugs(extension, content) -> set[str]:
    if extension == "csv":
        return {row["slug"] for row in table(content)}
    if extension == "xlsx":
        _head, *rows = load_workbook(io.BytesIO(content))["organisations"].iter_rows(values_only=True)
        return {row[0] for row in rows}
    data = json.loads(content)
    if extension == "geojson":
        return {feature["id"] for feature in data["features"]}
    return {organisation["url"].rstrip("/").rsplit("/", 1)[-1] for organisation in data["organisations"]}


def test_points_are_longitude_first_and_the_rest_is_counted(client, two):
    data = json.loads(download(client, "geojson")[1])

    assert data["type"] == "FeatureCollection"
    assert data["features"][0]["geometry"] == {"type": "Point", "coordinates": [-7.68, 45.07]}
    assert (data["unmapped"], data["licence"]) == (1, LICENCE)


def test_json_names_licence_date_and_query(client, two):
    data = json.loads(download(client, "json", "side=torino")[1])

    assert (data["licence"], data["query"], data["count"]) == (LICENCE, "side=torino", 1)
    assert data["organisations"][0]["@type"] == "Organization"


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_text_becomes_a_formula(client, evil):
    make_organisation(slug="evil", name_en="A", summary_en=evil, legal_name=evil)

    (row,) = table(download(client, "csv")[1])
    book = load_workbook(io.BytesIO(download(client, "xlsx")[1]))
    cells = {cell.value: cell.data_type for line in book["organisations"].iter_rows(min_row=2) for cell in line}

    assert row["summary"] == f"'{evil}"
    assert "f" not in cells.values()


def test_a_japanese_code_page_names_what_it_cannot_write(client):
    make_organisation(slug="fits", name_en="Fits", name_ja="トリノ")
    make_organisation(slug="does-not", name_en="Società", name_it="Società")

    response, content = download(client, "csv", "encoding=cp932")

    lines = list(csv.reader(io.StringIO(content.decode("cp932"))))
    assert response["Content-Type"] == "text/csv; charset=cp932"
    assert [line[0] for line in lines[1:]] == ["fits", "left out, for CP932 cannot write them:"]
    assert lines[2][1] == "does-not"


def test_nothing_of_a_person_is_in_any_file(client):
    organisation = make_organisation(name_en="Firm")
    organisation.contact_points.create(label_en="Anna Rossi", email="anna.rossi@example.org", phone="+39 011 1")

    for extension in ("csv", "json", "geojson"):
        assert b"anna" not in download(client, extension)[1].lower()


def test_the_statements_do_not_grow_with_the_rows(client, two, django_assert_max_num_queries):
    for _n in range(20):
        make_organisation(themes=[make_theme()], initiatives=[make_initiative()])

    with django_assert_max_num_queries(14):
        download(client, "csv")


def test_the_results_lead_to_the_files_with_their_filter(client, two):
    html = client.get("/en/ecosystem/?side=torino").content.decode()

    assert 'href="/en/ecosystem/export.csv?side=torino"' in html


def test_one_network_takes_so_many_files_a_minute(client, monkeypatch, settings):
    settings.RATE_LIMITS = True
    monkeypatch.setattr("iurc_portal.limits.time.time", lambda: 1_800_000_000.0)  # in the middle of a span
    cache.clear()
    monkeypatch.setattr("ecosystem.views.directory.FILES_A_MINUTE", 2)
    address = "/en/ecosystem/export.csv"

    answers = [client.get(address, REMOTE_ADDR="192.0.2.1") for _n in range(3)]
    other = client.get(address, REMOTE_ADDR="192.0.2.2")

    assert [answer.status_code for answer in (*answers, other)] == [200, 200, 429, 200]
    assert answers[2]["Retry-After"] == "60"


def test_a_file_does_not_look_for_why_each_was_found(client, monkeypatch):
    monkeypatch.setattr("iurc_portal.search.facets.explain", None)
    make_organisation(name_en="Zolfora")

    assert b"Zolfora" in client.get("/en/ecosystem/export.csv", {"q": "zolfora"}).getvalue()
