"""Testbeds, offers, needs and transfers as open data, and the facts of organisations."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from ecosystem.models import City, GoodPractice, Listing, MirrorPair, Organisation, Testbed, TestRun, Transfer
from tests.api.test_api import ask, save, slugs
from tests.api.world import make_cooperation, make_world
from tests.factories import make_city, make_listing, make_organisation, make_practice, make_testbed, make_transfer

pytestmark = pytest.mark.django_db
SITE = "http://localhost:8000"


@pytest.fixture(autouse=True)
def _without_limit(settings):
    settings.RATE_LIMITS = False


@pytest.fixture
def at(monkeypatch):
    """Set the clock: ``at("2026-11-26T22:59:00Z")``."""
    return lambda moment: monkeypatch.setattr(timezone, "now", lambda: datetime.fromisoformat(moment))


def ids(response):
    return [record["id"] for record in response.json()["results"]]


def english(text):
    return {"text": text, "lang": "en"}


def test_an_offer_says_what_it_is_and_whose(client):
    make_world()
    offer = Listing.objects.get(direction="offer")

    told = ask(client, f"offers/{offer.pk}/?lang=ja").json()

    assert told == {
        "id": offer.pk,
        "page": f"{SITE}/ja/ecosystem/offers/{offer.pk}/",
        "organisation": {
            "slug": "robots-0",
            "name": {"text": "Officina dei robot 0", "lang": "it"},
            "page": f"{SITE}/ja/ecosystem/organisations/robots-0/",
        },
        "type": "technology",
        "title": {"text": "ロボットアーム", "lang": "ja"},
        "text": english(offer.text_en),
        "wanted_partner": {"text": "Chi assembla.", "lang": "it"},
        "trl": 7,
        "trl_words": told["trl_words"],
        "stage": "pilot",
        "cooperation": [{"notation": "pilot-0", "label": {"text": "共同実証", "lang": "ja"}}],
        "regions": ["nagoya", "japan"],
        "valid_until": offer.valid_until.isoformat(),
        "licence": "https://creativecommons.org/licenses/by/4.0/",
    }
    assert ask(client, f"offers/{offer.pk}/").json()["trl_words"] == "a prototype has been demonstrated in real use"
    assert told["trl_words"] not in {"", "a prototype has been demonstrated in real use"}


def test_what_an_offer_does_not_state_is_null(client):
    offer = make_listing(make_organisation())

    told = ask(client, f"offers/{offer.pk}/").json()

    assert (told["stage"], told["trl"], told["trl_words"], told["wanted_partner"]) == (None, None, "", None)


def test_only_current_listings_of_listed_organisations_are_told(client):
    today = timezone.localdate()
    shown = make_listing(valid_until=today)
    hidden = [
        make_listing(valid_until=today - timedelta(days=1)),
        make_listing(state="draft"),
        make_listing(state="withdrawn"),
        make_listing(make_organisation(state="unlisted")),
        make_listing(make_organisation(activity="closed")),
    ]

    assert ids(ask(client, "offers/")) == [shown.pk]
    assert {ask(client, f"offers/{listing.pk}/").status_code for listing in hidden} == {404}
    assert (ids(ask(client, "needs/")), ask(client, f"needs/{shown.pk}/").status_code) == ([], 404)


def test_an_offer_is_gone_at_midnight_in_torino_and_no_mark_keeps_it(client, at):
    at("2026-11-26T22:59:00Z")
    offer = make_listing(valid_until="2026-11-26")
    before = ask(client, "offers/")

    at("2026-11-26T23:01:00Z")
    after = ask(client, "offers/", **{"If-None-Match": before["ETag"]})

    assert (ids(before), after.status_code, ids(after)) == ([offer.pk], 200, [])


def test_words_that_are_not_approved_are_not_told(client):
    approved, draft = make_cooperation("pilot"), make_cooperation("merger", state="draft")
    offer = make_listing(cooperation=[approved, draft])

    told = ask(client, f"offers/{offer.pk}/").json()

    assert [concept["notation"] for concept in told["cooperation"]] == ["pilot"]


@pytest.mark.parametrize("key", ["0", "9" * 19, "9" * 5000, "-1", "robots", "1.5", "%EF%BC%91"])
@pytest.mark.parametrize("name", ["offers", "needs", "transfers"])
def test_a_number_that_no_record_has_is_not_there(client, name, key):
    response = ask(client, f"{name}/{key}/")

    assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_a_testbed_says_all_that_its_page_says(client):
    make_world()

    told = ask(client, "testbeds/street-0/").json()

    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    pair = MirrorPair.objects.get()
    assert (told["page"], told["state"]) == (f"{SITE}/en/ecosystem/testbeds/street-0/", "published")
    assert (told["testable"], told["provided"], told["rules"]) == (english("Robots."), english("A permit."), None)
    assert told["cost"] == {"text": "Gratuito.", "lang": "it"}
    assert (told["owner"]["slug"], told["city"]["slug"], told["capacity"]) == ("robots-0", "torino", 2)
    assert told["languages"] == ["it", "en"]
    assert told["point"] == {"longitude": 7.66, "latitude": 45.06, "precision": "exact"}
    assert told["closures"] == [
        {"first_day": tomorrow, "last_day": tomorrow, "reason": {"text": "Festa.", "lang": "it"}}
    ]
    assert told["mirrors"] == [
        {
            "page": f"{SITE}/en/ecosystem/mirrors/{pair.pk}/",
            "state": "agreed",
            "rationale": english("They are alike."),
            "testbed": {
                "slug": "harbour-0",
                "name": english(pair.nagoya.name_en),
                "page": f"{SITE}/en/ecosystem/testbeds/harbour-0/",
            },
        }
    ]
    assert ask(client, "testbeds/harbour-0/").json()["mirrors"][0]["testbed"]["slug"] == "street-0"


def test_of_a_testbed_only_what_is_public_is_told(client):
    make_world()
    street = Testbed.objects.get(slug="street-0")
    yesterday = timezone.localdate() - timedelta(days=1)
    street.closures.update(first_day=yesterday, last_day=yesterday)
    MirrorPair.objects.update(nagoya_agreed_at=None)
    Organisation.objects.filter(slug="robots-0").update(state="draft")

    told = ask(client, "testbeds/street-0/").json()

    assert (told["closures"], told["mirrors"], told["owner"]) == ([], [], None)


def test_testbeds_in_use_are_listed_and_retired_ones_can_be_opened(client):
    for state in Testbed.State.values:
        make_testbed(slug=state, state=state)

    opened = {state: ask(client, f"testbeds/{state}/").status_code for state in Testbed.State.values}

    assert set(slugs(ask(client, "testbeds/"))) == {"published", "paused"}
    assert opened == {"draft": 404, "published": 200, "paused": 200, "retired": 200}


def test_a_test_names_its_page_and_its_testbed_once_it_is_public(client):
    make_world()

    told = ask(client, "tests/shuttle-0/").json()
    Testbed.objects.filter(slug="street-0").update(state="draft")
    later = ask(client, "tests/shuttle-0/").json()

    assert (told["page"], told["testbed"]) == (f"{SITE}/en/ecosystem/tests/shuttle-0/", "street-0")
    assert client.get(told["page"].removeprefix(SITE)).status_code == 200
    assert later["testbed"] is None
    document = client.get("/api/v1/schema/").json()
    assert document["components"]["schemas"]["Test"]["properties"]["testbed"]["type"] == ["string", "null"]


def test_a_transfer_says_who_took_over_what_and_since_when(client):
    make_world()
    transfer = Transfer.objects.get()

    told = ask(client, f"transfers/{transfer.pk}/").json()

    assert told == {
        "id": transfer.pk,
        "page": f"{SITE}/en/ecosystem/practices/co-city-0/#transfers",
        "practice": {
            "slug": "co-city-0",
            "title": english(transfer.practice.title_en),
            "page": f"{SITE}/en/ecosystem/practices/co-city-0/",
        },
        "city": None,
        "organisation": {
            "slug": "cells-0",
            "name": english(transfer.organisation.name_en),
            "page": f"{SITE}/en/ecosystem/organisations/cells-0/",
        },
        "adapted": english("The hours."),
        "started": "2020-05-01",
        "started_precision": "month",
        "in_use_since": None,
        "in_use_precision": "month",
        "proof": "https://example.org/t",
        "state": "reported",
        "licence": "https://creativecommons.org/licenses/by/4.0/",
    }
    assert 'id="transfers"' in client.get("/en/ecosystem/practices/co-city-0/").content.decode()


def test_reported_and_confirmed_transfers_of_public_practices_are_told(client):
    shown = [make_transfer(state=state, started=f"202{n}-01-01") for n, state in enumerate(Transfer.State.values)]
    hidden = make_transfer(practice=make_practice(state="proposed"))
    Transfer.objects.filter(pk=shown[0].pk).update(organisation=make_organisation(side="nagoya", state="draft"))

    told = ask(client, "transfers/")

    assert ids(told) == [transfer.pk for transfer in shown]
    assert [(r["city"]["slug"], r["organisation"]) for r in told.json()["results"]] == [("nagoya", None)] * 2
    assert ask(client, f"transfers/{hidden.pk}/").status_code == 404


def test_an_organisation_tells_the_facts_of_its_table_and_no_person(client):
    make_world()
    robots = Organisation.objects.get(slug="robots-0")
    save(robots, representative="CEO Anna Rossi", representative_consent_on=timezone.localdate())
    make_listing(robots, title_en="Past", valid_until=timezone.localdate() - timedelta(days=1))
    offer, need = (Listing.objects.filter(direction=d).order_by("pk").first() for d in ("offer", "need"))

    response = ask(client, "organisations/robots-0/")
    told, bare = response.json(), ask(client, "organisations/cells-0/").json()

    facts = ("size_band", "capital", "capital_currency", "registry_id", "registry_country", "nace")
    assert [told[name] for name in facts] == ["10-49", 50_000, "EUR", "01234567890", "IT", ["28.99"]]
    assert (told["open_to_japan_since"], told["open_to_japan_how"]) == (2015, english("An office in Nagoya."))
    assert told["offers"] == [
        {"id": offer.pk, "page": f"{SITE}/en/ecosystem/offers/{offer.pk}/", "title": english("Robot arms 0")}
    ]
    assert told["needs"] == [
        {"id": need.pk, "page": f"{SITE}/en/ecosystem/needs/{need.pk}/", "title": english("A street for robots 0")}
    ]
    assert [bare[name] for name in facts] == [None, None, None, "", "", []]
    assert b"Anna" not in response.content
    assert "representative" not in told


EDITS = {
    "offer": lambda: save(Listing.objects.get(direction="offer"), title_ja="腕"),
    "need": lambda: Listing.objects.get(direction="need").delete(),
    "cooperation taken off": lambda: Listing.objects.get(direction="offer").cooperation.clear(),
    "testbed": lambda: save(Testbed.objects.get(slug="street-0"), cost_en="Free."),
    "testbed of a test": lambda: save(TestRun.objects.get(), testbed=None),
    "pair": lambda: save(MirrorPair.objects.get(), rationale_en="Both have robots."),
    "pair gone": lambda: MirrorPair.objects.get().delete(),
    "closure": lambda: save(Testbed.objects.get(slug="street-0").closures.get(), reason_en="A feast."),
    "closure gone": lambda: Testbed.objects.get(slug="street-0").closures.get().delete(),
    "transfer": lambda: save(Transfer.objects.get(), adapted_en="The colours."),
    "transfer gone": lambda: Transfer.objects.get().delete(),
    "new transfer": lambda: make_transfer(practice=GoodPractice.objects.get()),
    "receiving city": lambda: save(City.objects.get(slug="osaka"), name_ja="大阪"),
    "practice": lambda: save(GoodPractice.objects.get(), state="retired"),
    "fact": lambda: save(Organisation.objects.get(slug="robots-0"), capital=60_000),
}


@pytest.mark.parametrize("edit", EDITS)
def test_no_edit_leaves_an_old_answer_standing(client, edit):
    make_world()
    save(Transfer.objects.get(), city=make_city("osaka"))  # a city that nothing else is in
    addresses = ("offers/", "needs/", "testbeds/street-0/", "tests/", "transfers/", "organisations/robots-0/")
    before = {address: ask(client, address) for address in addresses}

    EDITS[edit]()

    after = {address: ask(client, address, **{"If-None-Match": old["ETag"]}) for address, old in before.items()}
    assert {address: new.status_code for address, new in after.items()} == dict.fromkeys(addresses, 200)


def test_the_document_offers_no_filter_value_of_yesterday(client, at):
    make_listing(valid_until="2026-11-26")
    at("2026-11-26T12:00:00Z")
    before = client.get("/api/v1/schema/").json()
    at("2026-11-27T12:00:00Z")
    after = client.get("/api/v1/schema/").json()

    names = [
        {parameter["name"] for parameter in document["paths"]["/api/v1/organisations/"]["get"]["parameters"]}
        for document in (before, after)
    ]
    assert ["offers" in found for found in names] == [True, False]
