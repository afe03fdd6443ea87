"""Initiatives, tests, good practices and the glossary as visitors see them."""

import itertools
import json
import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ecosystem.models import Concept, InitiativeFigure, TakePart
from tests.ecosystem.reading import ids, parsed, texts
from tests.factories import (
    make_city,
    make_initiative,
    make_listing,
    make_organisation,
    make_pair,
    make_practice,
    make_term,
    make_test_run,
    make_testbed,
    make_theme,
    make_transfer,
    make_user,
)

pytestmark = pytest.mark.django_db


def statements(client, address):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


@pytest.fixture
def lab():
    initiative = make_initiative(slug="lab", code="LAB", name_en="City Lab", started_year=2018, started_month=5)
    initiative.themes.add(make_theme("streets"))
    return initiative


def test_the_initiatives_are_counted_in_one_go(client, lab):
    make_organisation(initiatives=[lab])
    make_organisation(initiatives=[lab], state="draft")
    with_one = statements(client, "/en/ecosystem/initiatives/")
    for _ in range(2):
        make_organisation(initiatives=[make_initiative()])

    page = parsed(client.get("/en/ecosystem/initiatives/"))

    assert statements(client, "/en/ecosystem/initiatives/") == with_one <= 12
    assert "1 organisation" in texts(page, ".//article//span")
    assert texts(page, ".//article/p[@class='tn-eyebrow']") == ["since May 2018"]


def test_an_initiative_tells_how_to_take_part_and_gives_figures_with_day_and_source(client, lab):
    TakePart.objects.create(initiative=lab, kind="open_desk", text_en="Ask at any time.", source="https://a.example/x")
    InitiativeFigure.objects.create(
        initiative=lab, value="130 km²", label_en="open to tests", as_of="2018-11", source="https://b.example/y"
    )

    page = parsed(client.get("/en/ecosystem/initiatives/lab/"))

    assert texts(page, ".//ul[@class='tn-doors']/li") == [
        "Propose a test at any time Ask at any time. Source: a.example"
    ]
    assert texts(page, ".//dl[@class='tn-figures']/div") == ["open to tests 130 km² November 2018 · b.example"]


def test_an_initiative_shows_members_before_those_involved_and_leads_to_all(client, lab):
    for number in range(7):
        make_organisation(name_en=f"Involved {number}", initiatives=[lab])
    make_organisation(name_en="Zeta").parts.create(initiative=lab, role="member")

    page = parsed(client.get("/en/ecosystem/initiatives/lab/"))

    shown = texts(page, ".//section[@aria-labelledby='organisations']//h3")
    way = page.find(".//section[@aria-labelledby='organisations']//a")
    assert shown == ["Zeta", *(f"Involved {number}" for number in range(5))]
    assert (way.get("href"), way.text.strip()) == ("/en/ecosystem/?initiative=lab", "See all 8 organisations")


def test_an_initiative_shows_its_tests_and_only_validated_practices(client, lab):
    make_test_run(title_en="Shuttle").initiatives.add(lab)
    make_practice(title_en="Pacts").initiatives.add(lab)
    make_practice(title_en="Draft", state="draft").initiatives.add(lab)

    page = parsed(client.get("/en/ecosystem/initiatives/lab/"))

    assert texts(page, ".//section[@aria-labelledby='tests']//h3") == ["Shuttle"]
    assert texts(page, ".//section[@aria-labelledby='practices']//h3") == ["Pacts"]


@pytest.mark.parametrize(
    "path", ["initiatives/none/", "testbeds/none/", "tests/none/", "mirrors/1/", "practices/none/", "glossary/none/"]
)
def test_unknown_records_are_not_found(client, path):
    assert client.get(f"/ja/ecosystem/{path}").status_code == 404


@pytest.mark.parametrize(
    ("state", "start", "precision", "shown"),
    [
        ("running", date(2025, 10, 1), "month", "October 2025"),
        ("completed", date(2018, 1, 1), "year", "2018"),
        ("planned", date(2027, 3, 3), "day", "3 March 2027"),
    ],
)
def test_a_test_shows_no_more_of_a_date_than_is_known(client, state, start, precision, shown):
    test = make_test_run(state=state, start=start, start_precision=precision)

    found = texts(parsed(client.get(f"/en/ecosystem/tests/{test.slug}/")), ".//dl/div")

    assert f"Start {shown}" in found


def test_tests_are_filtered_by_state_theme_initiative_and_city(client, lab):
    shuttle = make_test_run(title_en="Shuttle", state="running")
    shuttle.themes.add(make_theme("driving"))
    shuttle.initiatives.add(lab)
    make_test_run(title_en="Sensors", state="completed", city=make_city("nagoya"))

    for query in ("state=running", "theme=driving", "initiative=lab", "city=torino", "q=shuttle"):
        assert texts(parsed(client.get(f"/en/ecosystem/tests/?{query}")), ".//article//h3") == ["Shuttle"], query


@pytest.mark.parametrize("name", ["q", "state", "theme", "initiative", "city", "organisation", "page", "view"])
@pytest.mark.parametrize("value", ["\x00", "<b>", "x" * 3000, "-1", "'"])
@pytest.mark.parametrize("kind", ["testbeds", "practices", "glossary"])
def test_nonsense_in_any_parameter_is_answered_kindly(client, kind, name, value):
    assert client.get(f"/ja/ecosystem/{kind}/", {name: value}).status_code == 200


@pytest.mark.parametrize("state", ["draft", "submitted", "info_requested", "retired"])
def test_a_practice_is_public_once_it_is_validated(client, state):
    practice = make_practice(state=state)

    assert client.get(f"/en/ecosystem/practices/{practice.slug}/").status_code == 404
    client.force_login(make_user(is_staff=True, is_superuser=True))
    page = parsed(client.get(f"/en/ecosystem/practices/{practice.slug}/"))
    assert page.find(".//meta[@name='robots']").get("content") == "noindex"
    assert "This page is not public: only staff see it." in texts(page, ".//header//p")


def test_a_practice_goes_from_the_problem_to_the_conditions(client):
    practice = make_practice(
        problem_en="Empty buildings.",
        solution_en="Pacts.",
        results_en="50 pacts.",
        what_failed_en="Slow start.",
        replicability_en="A regulation.",
        costs_en="",
        recognition_en="UIA",
        first_year=2017,
        last_year=2020,
    )

    page = parsed(client.get(f"/en/ecosystem/practices/{practice.slug}/"))

    assert texts(page, ".//section/h2")[:5] == [
        "The problem",
        "What was done",
        "Results",
        "Conditions to repeat it",
        "What did not work",
    ]
    assert texts(page, ".//dl/div") == ["City Torino", "Period 2017–2020", "Recognition UIA"]


def test_the_glossary_puts_the_readers_language_first(client):
    make_term("tram", pref_label_it="tram", pref_label_ja="路面電車")

    columns = {
        language: texts(parsed(client.get(f"/{language}/ecosystem/glossary/")), ".//table//th[@scope='col']")
        for language in ("it", "en", "ja")
    }

    assert columns == {
        "it": ["Italiano", "English", "日本語"],
        "en": ["English", "Italiano", "日本語"],
        "ja": ["日本語", "English", "Italiano"],
    }


def test_a_term_shows_alternatives_and_never_hidden_or_forbidden_words(client):
    term = make_term("carsharing", pref_label_ja="カーシェア")
    for kind, text in (("alt", "car club"), ("hidden", "carsharin"), ("forbidden", "car pool")):
        term.labels.create(language="en", text=text, kind=kind)

    page = client.get("/en/ecosystem/glossary/carsharing/").content.decode()
    found = texts(parsed(client.get("/en/ecosystem/glossary/?q=carsharin")), ".//table//tbody//a")

    assert [word in page for word in ("car club", "carsharin<", "car pool")] == [True, False, False]
    assert found == ["carsharing"]


def test_a_term_leads_to_its_neighbours_and_to_what_its_themes_tag(client):
    mobility = make_theme("mobility")
    transport = make_term("transport")
    bus = make_term("bus", themes=[mobility], broader=transport)
    make_term("trolleybus", broader=bus)
    make_term("draft-term", broader=bus, state="draft")
    make_organisation(themes=[mobility])
    make_organisation(themes=[mobility], state="draft")
    make_test_run().themes.add(mobility)

    page = parsed(client.get("/en/ecosystem/glossary/bus/"))

    assert texts(page, ".//section[@aria-labelledby='near']//div") == [
        "Broader term transport",
        "Narrower terms trolleybus",
    ]
    assert texts(page, ".//section[@aria-labelledby='themes']//ul[@class='tn-plain']/li") == [
        "Organisations 1",
        "Tests carried out 1",
    ]


def test_a_term_is_a_skos_concept(client):
    term = make_term("bus", pref_label_it="autobus", broader=make_term("transport"))
    term.labels.create(language="en", text="omnibus", kind="alt")
    term.labels.create(language="en", text="bbus", kind="hidden")

    page = client.get("/en/ecosystem/glossary/bus/").content.decode()

    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page)[1])
    assert data["@type"] == "skos:Concept"
    assert data["skos:prefLabel"] == [{"@value": "bus", "@language": "en"}, {"@value": "autobus", "@language": "it"}]
    assert data["skos:altLabel"] == [{"@value": "omnibus", "@language": "en"}]
    assert data["@id"] == "http://localhost:8000/vocabulary/glossary/bus"
    assert data["skos:broader"] == [{"@id": "http://localhost:8000/vocabulary/glossary/transport"}]


def test_drafts_of_terms_have_no_page(client):
    make_term("bus", state="draft")

    assert client.get("/en/ecosystem/glossary/bus/").status_code == 404


@pytest.mark.parametrize("path", ["initiatives/lab/", "tests/", "practices/", "glossary/"])
def test_statements_do_not_grow_with_the_rows(client, lab, path):
    def grow():
        organisation = make_organisation(themes=[make_theme()], initiatives=[lab], city=make_city("cuneo"))
        lab.leads.add(organisation)
        organisation.parts.update(role="member")
        make_listing(organisation)
        for record in (make_test_run(), make_practice()):
            record.themes.add(make_theme())
            record.initiatives.add(lab)
            record.organisations.add(organisation)
        make_term(f"term-{Concept.objects.count()}", themes=[make_theme()])

    grow()
    with_one = statements(client, f"/en/ecosystem/{path}")
    grow()
    grow()

    assert statements(client, f"/en/ecosystem/{path}") == with_one <= 16


def test_pages_of_records_do_not_ask_more_for_more(client):
    test, practice, term = make_test_run(), make_practice(), make_term("bus")
    pages = [f"tests/{test.slug}/", f"practices/{practice.slug}/", "glossary/bus/"]

    def grow():
        theme = make_theme()
        for record in (test, practice):
            record.themes.add(theme)
            record.organisations.add(make_organisation(themes=[theme], initiatives=[make_initiative()]))
        make_practice().themes.add(theme)
        term.related.add(theme, make_term(f"near-{theme.notation}"))
        make_term(f"narrow-{theme.notation}", broader=term)
        term.labels.create(language="en", text=theme.notation)

    def counted():
        return [statements(client, f"/en/ecosystem/{page}") for page in pages]

    grow()
    with_one = counted()
    grow()
    grow()

    assert counted() == with_one
    assert max(with_one) <= 12


def test_every_kind_of_page_is_html_with_headings_in_order_and_no_id_twice(client, lab):
    theme = make_theme()
    organisation = make_organisation(themes=[theme], initiatives=[lab], latitude="45", longitude="7", precision="city")
    test, practice = make_test_run(latitude="45", longitude="7", precision="city"), make_practice()
    for record in (test, practice):
        record.themes.add(theme)
        record.organisations.add(organisation)
    make_term("bus", themes=[theme], broader=make_term("transport"))
    pair = make_pair(torino=make_testbed(latitude="45", longitude="7", precision="city"), state="active")
    pair.steps.create(order=1, text_en="Ask", owner_side="nagoya")
    make_transfer(practice=practice)
    paths = ["", "?view=map", f"organisations/{organisation.slug}/", "initiatives/", "initiatives/lab/", "testbeds/"]
    paths += [
        "tests/",
        f"tests/{test.slug}/",
        "practices/",
        f"practices/{practice.slug}/",
        "glossary/",
        "glossary/bus/",
        f"testbeds/{pair.torino.slug}/",
        f"mirrors/{pair.pk}/",
    ]

    for path in paths:
        page = parsed(client.get(f"/ja/ecosystem/{path}"))
        levels = [int(e.tag[1]) for e in page.find(".//main").iter() if re.fullmatch("h[1-6]", str(e.tag))]
        assert levels[0] == 1, path
        assert all(after - before <= 1 for before, after in itertools.pairwise(levels)), (path, levels)
        assert len(ids(page)) == len(set(ids(page))), path


def test_the_site_map_names_each_page_in_the_languages_it_is_written_in(client, settings):
    settings.SITE_URL = "https://portal.example"
    make_organisation(slug="alpha", summary_en="One.", summary_it="Uno.")
    make_organisation(slug="hidden", state="unlisted")

    found = client.get("/sitemap-ecosystem-organisations.xml").content.decode()

    assert re.findall(r"<loc>(https://portal.example/../ecosystem/organisations/[^<]+)</loc>", found) == [
        "https://portal.example/it/ecosystem/organisations/alpha/",
        "https://portal.example/en/ecosystem/organisations/alpha/",
    ]


def test_the_home_page_borrows_initiatives_and_practices(client, lab):
    make_practice(title_en="Pacts")
    make_practice(title_en="Draft", state="draft")

    shown = texts(parsed(client.get("/en/")), ".//article//h3")

    assert shown == ["City Lab", "Pacts"]
