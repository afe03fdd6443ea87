"""Beside a concept, and as themes of a record, stands only what is in use, linked only where a page tells of it."""

import json

import pytest

from ecosystem.models import Concept
from tests.ecosystem.reading import parsed, texts
from tests.factories import (
    make_initiative,
    make_listing,
    make_organisation,
    make_practice,
    make_term,
    make_test_run,
    make_testbed,
    make_theme,
)

pytestmark = pytest.mark.django_db


def near(page):
    """The neighbours on the page of a concept, each with the address it leads to."""
    section = page.find(".//section[@aria-labelledby='near']")
    links = [] if section is None else [item for item in section.iter() if item.tag in {"a", "span"}]
    return [(item.text, item.get("href")) for item in links]


@pytest.mark.parametrize("state", ["draft", "deprecated"])
def test_neighbours_that_are_not_in_use_are_not_told(client, state):
    broader = make_term("vehicle", state=state)
    term = make_term("bus", broader=broader)
    make_term("minibus", broader=term, state=state)
    term.related.add(make_term("tram", state=state))

    page = parsed(client.get("/en/ecosystem/glossary/bus/"))
    record = client.get("/api/v1/concepts/bus/?lang=en").json()

    assert near(page) == []
    assert "skos:broader" not in json.loads(page.find(".//script[@type='application/ld+json']").text)
    assert [record[name] for name in ("broader", "narrower", "related")] == [None, [], []]


def test_a_broader_theme_leads_to_the_directory_and_a_kind_of_cooperation_nowhere(client):
    term = make_term("bus", broader=make_theme("mobility"))
    fair = Concept.objects.create(scheme="cooperation", notation="fair", pref_label_en="fair", state="approved")
    fair.broader = term
    fair.save()
    make_term("minibus", broader=term)

    page = parsed(client.get("/en/ecosystem/glossary/bus/"))

    assert near(page) == [
        ("mobility", "/en/ecosystem/?theme=mobility"),
        ("fair", None),
        ("minibus", "/en/ecosystem/glossary/minibus/"),
    ]


def test_no_page_tags_a_theme_that_is_out_of_use(client):
    gone, kept = make_theme("weaving", state="deprecated"), make_theme("mobility")
    organisation = make_organisation(themes=[gone, kept])
    initiative, test, practice = make_initiative(), make_test_run(), make_practice()
    for record in (initiative, test, practice):
        record.themes.set([gone, kept])
    testbed = make_testbed(themes=[gone, kept], owner=organisation)
    listing = make_listing(organisation)

    pages = (
        "",
        f"organisations/{organisation.slug}/",
        f"initiatives/{initiative.slug}/",
        f"tests/{test.slug}/",
        f"practices/{practice.slug}/",
        f"testbeds/{testbed.slug}/",
        f"offers/{listing.pk}/",
        "offers/",
        "initiatives/",
        "practices/",
    )
    found = [(page, client.get(f"/en/ecosystem/{page}").content.decode()) for page in pages]
    record = client.get(f"/api/v1/organisations/{organisation.slug}/").json()

    assert [page for page, html in found if "weaving" in html] == []
    assert [page for page, html in found if "mobility" not in html] == []
    assert [theme["notation"] for theme in record["themes"]] == ["mobility"]


def test_a_theme_taken_out_of_use_is_no_longer_counted(client):
    theme = make_theme("weaving")
    make_organisation(themes=[theme])
    theme.state = "deprecated"
    theme.save()

    assert texts(parsed(client.get("/en/ecosystem/?theme=weaving")), ".//article//h3") != []
    assert client.get("/en/ecosystem/?q=weaving").context["page"].paginator.count == 0
