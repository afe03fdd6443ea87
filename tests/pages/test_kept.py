"""Copies of public pages for visitors: what is kept, for whom, and when it is void."""

import gzip
import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ecosystem.models import Organisation
from events.models import Event
from iurc_portal import kept
from iurc_portal.pages.models import PageRating
from iurc_portal.privacy.models import ConsentText
from iurc_portal.translation.queue import waiting_counts
from tests.factories import make_event, make_organisation, make_registration, make_user

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/en/ecosystem/organisations/pianca/"


@pytest.fixture(autouse=True)
def keep_pages(settings):
    settings.KEEP_PAGES = True
    for name in ("pages", "parts"):
        caches[name].clear()
    yield
    for name in ("pages", "parts"):
        caches[name].clear()


@pytest.fixture
def pianca(db):
    return make_organisation(slug="pianca", name_en="Pianca", summary_en="Makes gears.")


def queries_of(client, address=PAGE, **headers):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        response = client.get(address, headers=headers)
    return response, len(captured)


def test_a_page_is_rendered_once_for_all_visitors(client, pianca):
    first, asked_first = queries_of(client)
    second, asked_second = queries_of(client)

    assert (asked_first > 0, asked_second) == (True, 0)
    assert second.content == first.content
    assert second["Content-Security-Policy"] == first["Content-Security-Policy"]
    assert second["Content-Language"] == "en"


def test_what_is_saved_is_seen_at_once(client, pianca):
    client.get(PAGE)

    pianca.summary_en = "Makes clocks."
    pianca.save()

    assert "Makes clocks." in client.get(PAGE).content.decode()


def test_who_registers_is_seen_on_kept_pages_after_seconds_and_a_rush_costs_no_page_each(client, monkeypatch):
    event = make_event(slug="talk", dtstart=timezone.now() + timedelta(days=9), maximum_attendee_capacity=9)
    clock = SimpleNamespace(time=lambda: clock.now, time_ns=lambda: int(clock.now * 1e9), now=300.5)
    monkeypatch.setattr(kept, "time", clock)
    asked = [queries_of(client, "/en/events/talk/")]

    for moment in (301.0, 302.9, 303.0, 303.1, 305.9, 306.0):
        clock.now = moment
        make_registration(event, state="confirmed", email=f"at{moment}@example.org")
        asked.append(queries_of(client, "/en/events/talk/"))

    fresh = [number > 0 for _answer, number in asked]
    left = [re.search(r"(\d) places? left", answer.content.decode())[1] for answer, _number in asked]
    assert fresh == [True, False, False, True, False, False, True]
    assert left == ["9", "9", "9", "6", "6", "6", "3"]


def test_of_all_who_find_places_changed_one_makes_the_page_anew_and_the_others_get_the_former_one(client, monkeypatch):
    event = make_event(slug="talk", dtstart=timezone.now() + timedelta(days=9), maximum_attendee_capacity=9)
    clock = SimpleNamespace(time=lambda: clock.now, time_ns=lambda: int(clock.now * 1e9), now=300.5)
    monkeypatch.setattr(kept, "time", clock)
    client.get("/en/events/talk/")
    make_registration(event, state="confirmed", email="a@example.org")
    clock.now = 303.1
    others = []
    written = kept.Copy.of

    def while_it_is_written(*args, **kwargs):
        others.append(queries_of(Client(), "/en/events/talk/"))
        return written(*args, **kwargs)

    monkeypatch.setattr(kept.Copy, "of", while_it_is_written)

    def left(answer) -> str:
        return re.search(r"(\d) places? left", answer.content.decode())[1]

    assert left(client.get("/en/events/talk/")) == "8"
    assert [(left(answer), asked) for answer, asked in others] == [("9", 0)]
    assert [(left(answer), asked) for answer, asked in [queries_of(client, "/en/events/talk/")]] == [("8", 0)]


def test_a_form_that_comes_back_is_read_against_a_copy_of_its_event_that_each_change_voids(client, settings):
    settings.RATE_LIMITS = False
    event = make_event(slug="talk", dtstart=timezone.now() + timedelta(days=9))
    form = {"given_name": "Ada", "family_name": "Rossi", "consent": "on", "language": "en", "tzid": "Europe/Rome"}

    def send(email: str):
        return queries_of_post(client, "/en/events/talk/register/", {**form, "email": email})

    first, second = send("a@example.org"), send("b@example.org")
    assert (first[0].status_code, second[0].status_code) == (302, 302)
    assert first[1] - second[1] == 3  # the event, its languages, its seats

    Event.objects.filter(pk=event.pk).update(
        registration_open=False
    )  # no signal tells: the lock reads it all the same
    assert send("c@example.org")[0].status_code == 409
    event.refresh_from_db()
    event.slug = "talks"
    event.save()
    assert send("d@example.org")[0].status_code == 404


def queries_of_post(client, address, data):
    with CaptureQueriesContext(connection) as captured:
        response = client.post(address, data)
    return response, len(captured)


def test_a_new_text_on_personal_data_stands_on_kept_forms_at_once(client):
    now = timezone.now()
    make_event(slug="talk", dtstart=now + timedelta(days=9))
    client.get("/en/events/talk/")

    ConsentText.objects.create(kind="registration", version=99, valid_from=now, text_en="Kept for a year.")

    assert "Kept for a year." in client.get("/en/events/talk/").content.decode()


def test_what_is_not_committed_makes_no_copy_void(client, pianca):
    client.get(PAGE)

    with transaction.atomic():
        pianca.save()
        transaction.set_rollback(True)

    assert queries_of(client)[1] == 0


def test_a_page_that_was_begun_before_a_change_is_not_kept_as_the_new_one(client, pianca, monkeypatch):
    from ecosystem.views import organisations

    related = organisations._related

    def change_meanwhile(user, organisation):
        Organisation.objects.get(pk=pianca.pk).save()
        return related(user, organisation)

    monkeypatch.setattr(organisations, "_related", change_meanwhile)
    client.get(PAGE)
    monkeypatch.undo()

    assert queries_of(client)[1] > 0


def test_signed_in_people_get_a_page_of_their_own(client, pianca):
    client.get(PAGE)
    client.force_login(make_user(email="aiko@example.org"))

    own = client.get(PAGE).content.decode()

    assert "My area" in own
    client.logout()
    assert "My area" not in client.get(PAGE).content.decode()


def test_a_visitor_who_has_the_copy_already_is_told_so(client, pianca):
    client.get(PAGE)
    etag = client.get(PAGE)["ETag"]

    again = client.get(PAGE, headers={"If-None-Match": etag})

    assert (again.status_code, again.content) == (304, b"")


def test_the_copy_is_given_compressed_to_those_who_read_that(client, pianca):
    plain = client.get(PAGE).content

    packed = client.get(PAGE, headers={"Accept-Encoding": "gzip, br"})

    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain
    assert {word.strip() for word in packed["Vary"].split(",")} == {"Accept-Encoding", "Cookie"}


def test_each_visitor_is_remembered_in_their_own_language_all_the_same(client, pianca):
    client.get(PAGE)
    client.cookies.clear()

    assert client.get(PAGE).cookies["language"].value == "en"


@pytest.mark.parametrize("address", ["/en/ecosystem/?q=gears", "/en/nowhere/", "/en/report/", "/en/account/login/"])
def test_searches_refusals_and_forms_are_not_kept(client, pianca, address):
    client.get(address)

    assert caches["pages"].get("version") is not None
    assert "ETag" not in client.get(address)


def test_the_part_that_htmx_asks_for_is_not_the_page(client, pianca):
    client.get("/en/ecosystem/")

    part = client.get("/en/ecosystem/", headers={"HX-Request": "true"}).content.decode()

    assert "<html" not in part
    assert "<html" in client.get("/en/ecosystem/").content.decode()


def test_an_unknown_host_is_refused_as_ever(client, pianca):
    client.get(PAGE)

    assert client.get(PAGE, headers={"Host": "elsewhere.example"}).status_code == 400


def test_without_the_cache_the_page_still_comes(client, pianca, monkeypatch):
    def away(*_args, **_kwargs):
        raise ConnectionError

    monkeypatch.setattr(caches["pages"], "get_many", away)

    assert client.get(PAGE).status_code == 200


def test_no_public_page_sets_a_cookie_but_the_language(client, pianca):
    assert set(client.get(PAGE).cookies) == {"language"}


@pytest.mark.parametrize("signed_in", [False, True])
def test_a_forged_rating_is_refused_only_where_there_is_a_session_to_abuse(pianca, signed_in):
    visitor = Client(enforce_csrf_checks=True)
    if signed_in:
        visitor.force_login(make_user(email="aiko@example.org"))

    forged = visitor.post("/en/rating/", {"path": PAGE, "rating": "5"})

    assert (forged.status_code, PageRating.objects.count()) == ((403, 0) if signed_in else (200, 1))


def test_somebody_signed_in_rates_with_the_token_of_the_page(pianca):
    person = Client(enforce_csrf_checks=True)
    person.force_login(make_user(email="aiko@example.org"))
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', person.get(PAGE).content.decode())[1]

    answer = person.post("/en/rating/", {"path": PAGE, "rating": "5", "csrfmiddlewaretoken": token})

    assert (answer.status_code, PageRating.objects.count()) == (200, 1)


def test_a_card_is_read_once_for_every_list_and_reader(client, pianca):
    client.get("/en/ecosystem/")
    client.force_login(make_user())

    with CaptureQueriesContext(connection) as captured:
        page = client.get("/en/ecosystem/?sort=name").content.decode()

    records_read = [query["sql"] for query in captured if '"ecosystem_organisation"."summary_en"' in query["sql"]]
    assert ("Makes gears." in page, records_read) == (True, [])


def test_a_card_changes_with_its_record_and_speaks_the_language_of_the_page(client, pianca):
    client.get("/en/ecosystem/")
    pianca.summary_en, pianca.summary_it = "Makes wheels.", "Fa ruote."
    pianca.save()

    english, italian = (client.get(f"/{code}/ecosystem/").content.decode() for code in ("en", "it"))

    assert ("Makes wheels." in english, "Makes gears." in english) == (True, False)
    assert ("Fa ruote." in italian, "Makes wheels." in italian) == (True, False)


def test_a_kept_card_says_why_it_was_found_in_this_search(client, pianca):
    client.get("/en/ecosystem/")

    found = client.get("/en/ecosystem/?q=gears").content.decode()
    listed = client.get("/en/ecosystem/?sort=name").content.decode()

    assert ("Makes <mark>gears</mark>." in found, "Makes gears." in found) == (True, False)
    assert ("Makes gears." in listed, "\0" in found + listed) == (True, False)


def test_a_list_is_shown_when_the_cache_is_down(client, pianca, monkeypatch):
    def down(*_args, **_more):
        raise ConnectionError("no cache")

    for name in ("get_many", "set_many", "set"):
        monkeypatch.setattr(type(caches["pages"]), name, down)

    assert "Makes gears." in client.get("/en/ecosystem/").content.decode()


def test_the_pages_and_orders_of_one_question_are_counted_once(client, pianca):
    def counted(address):
        with CaptureQueriesContext(connection) as captured:
            response = client.get(address, headers={"Cookie": "sessionid=none"})
        facets = response.context["facets"]
        kinds = {value.key: value.count for facet, values in facets if facet.name == "kind" for value in values}
        return sum("WITH hit" in query["sql"] for query in captured), kinds["company"]

    first = counted("/en/ecosystem/?kind=company")
    again = counted("/en/ecosystem/?kind=company&sort=name&page=2")
    other = counted("/en/ecosystem/?kind=company&q=gears")
    make_organisation(kind="company")
    after = counted("/en/ecosystem/?kind=company")

    assert (first, again, other, after) == ((1, 1), (0, 1), (1, 1), (1, 2))


def test_what_the_index_forgets_is_no_longer_counted(client, pianca):
    client.get("/en/ecosystem/")
    Organisation.objects.filter(pk=pianca.pk)._raw_delete("default")  # behind the back of every signal

    call_command("search_reindex", "--stale")

    assert client.get("/en/ecosystem/", headers={"Cookie": "sessionid=none"}).context["page"].paginator.count == 0


@pytest.mark.parametrize("headers", [{"HX-Request": "1"}, {"HX-Request": "yes", "HX-Boosted": "1"}])
def test_odd_headers_of_one_visitor_change_no_page_of_another(client, pianca, headers):
    client.get("/en/ecosystem/", headers=headers)

    part = client.get("/en/ecosystem/", headers={"HX-Request": "true"}).content.decode()
    page = client.get("/en/ecosystem/").content.decode()

    assert ("<!doctype html>" in part, "<!doctype html>" in page) == (False, True)


def test_staff_s_count_of_texts_that_wait_is_made_once_and_follows_each_change(pianca):
    staff = make_user(is_staff=True, is_superuser=True)
    before = waiting_counts(staff)
    with CaptureQueriesContext(connection) as captured:
        assert waiting_counts(staff) == before

    pianca.summary_ja = "歯車を作っています。"
    pianca.save()

    assert len(captured) == 0
    missing = ("ecosystem.organisation", "ja", "missing")
    assert before[missing] - waiting_counts(staff)[missing] == 1
