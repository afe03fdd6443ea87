"""The open data: what the page shows, in the same order and with the same counts, for programs."""

import json
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ecosystem.api.resources import RESOURCES
from ecosystem.models import Concept, GoodPractice, Organisation, TestRun
from ecosystem.views.cards import Card
from events.api.resources import RESOURCES as EVENTS
from iurc_portal import limits
from iurc_portal.api import conditional, throttling
from tests.api.world import make_world
from tests.factories import make_city, make_organisation, make_theme, make_user

pytestmark = pytest.mark.django_db
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
LISTS = [resource.address for resource in [*RESOURCES, *EVENTS]]
PAGES = {
    "organisations": "",
    "offers": "offers/",
    "needs": "needs/",
    "testbeds": "testbeds/",
    "tests": "tests/",
    "practices": "practices/",
    "concepts": "glossary/",
}
PARAMETERS = ["q", "theme", "organisation", "page", "page_size", "lang", "sort", "exact", "from", "to", "unknown"]
HOSTILE = ["\x00", "' OR 1=1 --", "<script>", "x" * 5000, "名古屋" * 900, "9" * 5000, "%", "\u202e", "🏯", "%ED%A0%80"]


@pytest.fixture(autouse=True)
def _without_limit(settings):
    settings.RATE_LIMITS = False


def ask(client, address, **headers):
    return client.get(f"/api/v1/{address}", headers=headers)


def queries_of(client, address, **headers):
    with CaptureQueriesContext(connection) as queries:
        response = ask(client, address, **headers)
    return response.status_code, len(queries)


def facets_of(filterset):
    return [
        (facet.name, [(value.key, value.label, value.count, value.selected) for value in values])
        for facet, values in filterset.counted()
    ]


def slugs(response):
    return [record["slug"] for record in response.json()["results"]]


def called(record):
    """What a record is called in addresses: of the page's own, or as it is told."""
    if isinstance(record, dict):
        return record.get("slug") or record["id"]
    if isinstance(record, Card):
        record = Organisation.objects.get(pk=record.pk)
    return getattr(record, "slug", None) or getattr(record, "notation", None) or record.pk


@pytest.mark.parametrize("name", PAGES)
def test_the_api_gives_what_the_page_shows(client, name):
    make_world(copies=2)
    words = "omnibus" if name == "concepts" else "robot"
    queries = ["", "theme=energy-1", "theme=energy-0&theme=mobility-1", f"q={words}", f"q={words}&theme=energy-0"]

    for language, query in product(("it", "en", "ja"), queries):
        page = client.get(f"/{language}/ecosystem/{PAGES[name]}?{query}").context
        data = ask(client, f"{name}/?{query}&lang={language}").json()

        keys = [called(record) for record in page["page"].object_list]
        facets = [
            (facet["name"], [(v["value"], v["label"], v["count"], v["selected"]) for v in facet["values"]])
            for facet in data["facets"]
        ]
        assert keys, (language, query)
        assert [called(record) for record in data["results"]] == keys, (language, query)
        assert facets == facets_of(page["filterset"])
        assert data["total"] == page["page"].paginator.count


def test_the_initiatives_come_in_the_order_of_the_page(client):
    make_world(copies=2)

    page = client.get("/en/ecosystem/initiatives/").context["initiatives"]

    assert slugs(ask(client, "initiatives/")) == [initiative.slug for initiative in page] == ["seed-0", "seed-1"]


def test_a_text_says_its_language(client):
    make_world()

    in_japanese = ask(client, "organisations/robots-0/?lang=ja").json()
    in_english = ask(client, "organisations/robots-0/").json()

    assert in_japanese["name"] == {"text": "Officina dei robot 0", "lang": "it"}
    assert in_japanese["themes"][0]["label"] == {"text": "エネルギー0", "lang": "ja"}
    assert in_english["themes"][0]["label"] == {"text": "energy-0", "lang": "en"}
    assert in_english["description"] is None
    assert in_japanese["page"] == "http://localhost:8000/ja/ecosystem/organisations/robots-0/"


def test_the_browser_and_the_person_do_not_change_an_answer(client):
    make_world()
    plain = ask(client, "organisations/")
    client.force_login(make_user(is_staff=True, is_superuser=True))
    client.cookies["language"] = "ja"
    make_organisation(slug="draft", state="draft")

    signed_in = ask(client, "organisations/", **{"Accept-Language": "ja"})

    assert signed_in.content == plain.content
    assert plain["Vary"] == "Accept-Encoding"
    assert (plain["Access-Control-Allow-Origin"], plain["Cache-Control"]) == ("*", "public, max-age=60")
    assert plain.cookies == {}


def test_a_list_states_licence_date_query_and_the_ways_on(client):
    make_world(copies=2)

    data = ask(client, "organisations/?page_size=2&sort=name&page=1").json()
    second = client.get(data["next"].removeprefix("http://localhost:8000")).json()

    assert (data["licence"], data["query"]) == (LICENCE, "page_size=2&sort=name&page=1")
    assert (data["total"], data["page"], data["pages"], data["previous"]) == (4, 1, 2, None)
    assert data["next"] == "http://localhost:8000/api/v1/organisations/?page_size=2&sort=name&page=2"
    assert second["next"] is None
    assert second["previous"].endswith("page=1")
    assert len({record["slug"] for record in data["results"] + second["results"]}) == 4


def test_words_that_were_corrected_are_told(client):
    make_organisation(name_en="Robotics of Torino")

    search = ask(client, "organisations/?q=robotcis").json()["search"]

    assert search["corrections"] == [{"typed": "robotcis", "used": "robotics"}]
    assert ask(client, "organisations/").json()["search"] is None


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ("theme=no-such-theme", "unknown_value", "theme"),
        ("theme=energy-0&theme=", "unknown_value", "theme"),
        ("kind=company&kind=x", "unknown_value", "kind"),
        ("sort=price", "unknown_value", "sort"),
        ("lang=de", "unknown_value", "lang"),
        ("lang=it&lang=en", "repeated", "lang"),
        ("q=a&q=b", "repeated", "q"),
        ("exact=yes", "unknown_value", "exact"),
        ("page=0", "bad_number", "page"),
        ("page=two", "bad_number", "page"),
        ("page=１", "bad_number", "page"),
        ("page=1&page=2", "repeated", "page"),
        ("page_size=201", "bad_number", "page_size"),
        ("page_size=-1", "bad_number", "page_size"),
        ("page=" + "9" * 5000, "bad_number", "page"),
    ],
)
def test_what_has_no_meaning_is_refused_by_name(client, query, code, field):
    make_world()

    response = ask(client, f"organisations/?{query}")

    assert response.status_code == 400
    assert (response.json()["code"], response.json()["field"]) == (code, field)
    assert (response["Access-Control-Allow-Origin"], response["Cache-Control"]) == ("*", "no-store")


def test_a_refusal_speaks_the_language_asked_for(client):
    response = ask(client, "organisations/?page=x&lang=it")

    assert response.json()["message"] == "“x” non è un numero intero da 1 a 1000000."
    assert response["Content-Language"] == "it"


def test_a_page_beyond_the_last_is_not_there(client):
    response = ask(client, "organisations/?page=2")

    assert (response.status_code, response.json()["code"]) == (404, "no_such_page")


@pytest.mark.parametrize("address", ["nothing/", "organisations/no-such/", "organisations/a/b/", "organisations/è/"])
def test_what_is_not_there_answers_in_json(client, address):
    response = ask(client, address)

    assert (response.status_code, response.json()["code"]) == (404, "not_found")
    assert response["Content-Type"] == "application/json"


def test_a_forgotten_slash_is_forgiven(client):
    assert ask(client, "organisations")["Location"] == "/api/v1/organisations/"


@pytest.mark.parametrize("address", ["organisations/", "organisations/robots-0/", "schema/"])
def test_nothing_can_be_written(client, address):
    for method in ("post", "put", "patch", "delete"):
        response = getattr(client, method)(f"/api/v1/{address}")

        assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")
        assert response["Allow"] == "GET, HEAD, OPTIONS"


def test_a_page_elsewhere_may_ask_what_is_allowed(client):
    response = client.options("/api/v1/organisations/", headers={"Origin": "https://partner.example"})

    assert (response.status_code, response.content) == (204, b"")
    assert response["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert response["Access-Control-Allow-Headers"] == "Accept, If-None-Match"


def test_only_json_is_answered(client):
    response = ask(client, "organisations/", Accept="text/csv")

    assert (response.status_code, response.json()["code"]) == (406, "not_acceptable")


def test_a_head_has_the_marks_and_no_body(client):
    response = client.head("/api/v1/organisations/")

    assert (response.status_code, response.content) == (200, b"")
    assert response["ETag"] == ask(client, "organisations/")["ETag"]


@pytest.mark.parametrize("name", LISTS)
def test_nothing_that_is_sent_is_a_fault_of_ours(client, name):
    make_world()

    for parameter, evil in product(PARAMETERS, HOSTILE):
        for values in ([evil], [evil, evil]):
            response = client.get(f"/api/v1/{name}/", {parameter: values})
            assert response.status_code in {200, 400}, (parameter, evil)
            json.loads(response.content)


# --- What is not told ------------------------------------------------------------------------------------------------


def test_only_what_is_public_is_told(client):
    for state in Organisation.State.values:
        make_organisation(slug=state.replace("_", "-"), state=state)
    make_organisation(slug="closed", activity="closed")

    opened = {slug: ask(client, f"organisations/{slug}/").status_code for slug in ("draft", "unlisted", "archived")}

    assert slugs(ask(client, "organisations/")) == ["published"]
    assert set(opened.values()) == {404}
    assert ask(client, "organisations/closed/").json()["activity"] == "closed"


def test_drafts_are_not_told_by_their_neighbours(client):
    make_world()
    hidden = make_organisation(slug="hidden", state="draft")
    GoodPractice.objects.get().organisations.set([hidden])
    Concept.objects.create(
        scheme="glossary", notation="secret", pref_label_en="secret", broader=Concept.objects.get(notation="bus-0")
    )

    practice, concept = ask(client, "practices/co-city-0/").json(), ask(client, "concepts/bus-0/").json()

    assert practice["organisations"] == []
    assert concept["narrower"] == []
    assert concept["alternative"] == [{"lang": "en", "text": "omnibus 0"}]


def test_nothing_of_a_person_is_told(client):
    make_world()
    robots = Organisation.objects.get(slug="robots-0")
    robots.contact_points.create(label_en="Anna", email="anna@robots.example", phone="+39 011 1", is_public=True)

    answers = [ask(client, address).content for address in ("organisations/", "organisations/robots-0/")]

    assert not [answer for answer in answers if b"anna" in answer.lower() or b"011" in answer]


# --- What it costs ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LISTS)
def test_the_number_of_statements_does_not_grow_with_the_rows(client, name):
    make_world()
    ask(client, f"{name}/")
    with_one = queries_of(client, f"{name}/")
    make_world(copies=2, first=1)
    ask(client, f"{name}/")

    with_three = queries_of(client, f"{name}/")

    assert with_one == with_three
    assert with_one[1] <= 12


@pytest.mark.parametrize(
    "address", ["organisations/robots-0/", "initiatives/seed-0/", "testbeds/street-0/", "tests/shuttle-0/"]
)
def test_a_record_costs_few_statements(client, address):
    make_world()

    assert queries_of(client, address)[1] <= 12


@pytest.mark.parametrize(
    "address", ["organisations/?q=robot&theme=energy-0&lang=ja", "initiatives/seed-0/", "schema/"]
)
def test_who_has_an_answer_already_is_told_so_with_one_statement(client, address):
    make_world()
    first = ask(client, address)

    for mark in (first["ETag"], f"W/{first['ETag']}", f'"other", {first["ETag"]}'):
        assert queries_of(client, address, **{"If-None-Match": mark}) == (304, 1)
    again = ask(client, address, **{"If-None-Match": first["ETag"]})
    assert (again.content, again["ETag"], again["Cache-Control"]) == (b"", first["ETag"], first["Cache-Control"])
    assert again["Access-Control-Allow-Origin"] == "*"


EDITS = {
    "organisation": lambda: save(Organisation.objects.get(slug="robots-0"), founded_year=2001),
    "draft": lambda: save(make_organisation(state="draft"), name_en="still a draft"),
    "theme": lambda: save(Concept.objects.get(notation="energy-0"), pref_label_en="power"),
    "theme taken off": lambda: Organisation.objects.get(slug="robots-0").themes.clear(),
    "city": lambda: save(make_city(), name_en="Turin"),
    "role": lambda: save(Organisation.objects.get(slug="robots-0").parts.get(), role="lead"),
    "initiative": lambda: save(Organisation.objects.get(slug="robots-0").parts.get().initiative, name_en="SEED"),
    "figure": lambda: save(Organisation.objects.get(slug="robots-0").parts.get().initiative.figures.get(), value="13"),
    "way": lambda: Organisation.objects.get(slug="robots-0").parts.get().initiative.take_parts.all().delete(),
    "lead": lambda: Organisation.objects.get(slug="robots-0").initiatives_led.clear(),
    "label": lambda: Concept.objects.get(notation="bus-0").labels.filter(kind="alt").delete(),
    "new": make_theme,
    "gone": lambda: TestRun.objects.get().delete(),
}


def save(record, **fields):
    for name, value in fields.items():
        setattr(record, name, value)
    record.save()


@pytest.mark.parametrize("edit", EDITS)
def test_no_edit_leaves_an_old_answer_standing(client, edit):
    make_world()
    addresses = ("organisations/", "initiatives/seed-0/", "concepts/bus-0/")
    before = {address: ask(client, address) for address in addresses}

    EDITS[edit]()

    after = {address: ask(client, address, **{"If-None-Match": old["ETag"]}) for address, old in before.items()}
    assert {address: new.status_code for address, new in after.items()} == dict.fromkeys(addresses, 200)


def test_the_mark_changes_with_language_query_and_day():
    now = datetime(2026, 11, 26, 22, 59, tzinfo=UTC)
    marks = {
        conditional.etag("/api/v1/tests/", now=now),
        conditional.etag("/api/v1/tests/?lang=it", now=now),
        conditional.etag("/api/v1/tests/?page=2", now=now),
        conditional.etag("/api/v1/tests/", now=now + timedelta(minutes=1)),  # the next day in Torino
        conditional.etag("/api/v1/tests/", now=now + timedelta(minutes=61)),  # and in UTC
    }

    assert len(marks) == 5
    assert conditional.etag("/api/v1/tests/", now=now - timedelta(hours=1)) in marks


# --- How often -------------------------------------------------------------------------------------------------------


@pytest.fixture
def at_noon(settings, monkeypatch):
    """The limit is on and the clock stands ten seconds before the next minute; returns how to move it."""
    cache.clear()
    settings.RATE_LIMITS = True
    clock = {"now": 1_800_000_000 - 1_800_000_000 % 60 + 50.0}
    monkeypatch.setattr(limits.time, "time", lambda: clock["now"])
    return clock


def test_the_sixty_first_request_in_a_minute_waits(client, at_noon):
    answers = [ask(client, "initiatives/").status_code for _n in range(throttling.TIMES)]
    refused = ask(client, "initiatives/?lang=en")
    preflight = client.options("/api/v1/initiatives/")
    at_noon["now"] += 10
    later = ask(client, "initiatives/")

    assert set(answers) == {200}
    assert (refused.status_code, refused.json()["code"], refused["Retry-After"]) == (429, "too_many_requests", "10")
    assert refused["Access-Control-Allow-Origin"] == "*"
    assert (preflight.status_code, later.status_code) == (204, 200)


def test_an_unchanged_answer_counts_too_and_others_do_not_wait(client, at_noon):
    mark = ask(client, "initiatives/")["ETag"]
    for _n in range(throttling.TIMES - 1):
        ask(client, "initiatives/", **{"If-None-Match": mark})

    assert ask(client, "initiatives/", **{"If-None-Match": mark}).status_code == 429
    assert client.get("/api/v1/initiatives/", REMOTE_ADDR="192.0.2.7").status_code == 200
