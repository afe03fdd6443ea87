"""The pages on which people get the addresses of their calendars (events spec 7.2, 7.7, 16)."""

import re
from datetime import UTC, datetime, timedelta

import icalendar
import pytest

from events.models import AccessToken, FeedToken
from events.services import feeds as services
from events.services.tokens import issue
from iurc_portal.logs import TOKEN_IN_PATH
from tests.factories import make_event, make_registration, make_track, make_user

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 2, 20, 9, 0, tzinfo=UTC)
MINE = "/en/my/calendars/"


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def user(client):
    person = make_user(language="en")
    client.force_login(person)
    return person


def own_page(registration=None, purpose=AccessToken.Purpose.MANAGE):
    registration = registration or make_registration(language="en")
    return f"/r/{issue(registration, purpose, now=NOW)}/calendars/"


def form(**fields):
    return {"make": "yes", "name": "telephone", **fields}


def address_on(response):
    """The path of the address that the page shows, the only place where it is."""
    found = set(re.findall(r'value="https?://[^/"]+(/feeds/me/[^"]+)"', response.content.decode()))
    assert len(found) == 1
    return found.pop()


# --- Of signed-in people ---------------------------------------------------------------------------------------------


def test_the_page_asks_to_sign_in(client):
    assert client.get(MINE).status_code == 302
    assert client.post(MINE, form()).status_code == 302
    assert FeedToken.objects.count() == 0


def test_a_new_address_is_shown_once_and_works(client, user):
    make_registration(make_event(name_en="Talk"), user=user)

    made = client.post(MINE, form(alarm="15", lasts="365"))

    row = FeedToken.objects.get()
    path = address_on(made)
    assert made["Cache-Control"] == "no-store"
    assert f'href="webcal://localhost{path}"' in made.content.decode().replace(":8000", "")
    assert (row.user, row.name, row.alarm, row.expires_at) == (user, "telephone", 15, NOW + timedelta(days=365))
    (event,) = icalendar.Calendar.from_ical(client.get(path).content).walk("VEVENT")
    assert str(event["SUMMARY"]) == "Talk"
    again = client.get(MINE).content.decode()
    assert "telephone" in again
    assert "/feeds/me/" not in again


def test_pressing_twice_makes_one_calendar_and_says_so(client, user):
    client.post(MINE, form())

    again = client.post(MINE, form())

    assert again.status_code == 409
    assert "You have a calendar called “telephone” already." in again.content.decode()
    assert FeedToken.objects.count() == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"name": ""},
        {"name": "   "},
        {"name": "x" * 61},
        {"name": "a\x00b"},
        {"name": "a\nb"},
        {"alarm": "16"},
        {"alarm": "soon"},
        {"lasts": "forever"},
    ],
)
def test_what_cannot_be_is_refused_at_its_field(client, user, fields):
    answer = client.post(MINE, form(**fields))

    assert answer.status_code == 422
    assert "There is 1 problem" in answer.content.decode()
    assert FeedToken.objects.count() == 0


def test_an_address_is_renewed_and_switched_off_by_its_owner(client, user):
    row, former = services.make_feed(name="telephone", user=user, now=NOW)

    renewed = client.post(MINE, {"renew": row.pk})
    present = address_on(renewed)
    assert client.get(f"/feeds/me/{former}.ics").status_code == 404
    assert client.get(present).status_code == 200

    ended = client.post(MINE, {"revoke": row.pk})
    assert "“telephone” is switched off" in ended.content.decode()
    assert client.get(present).status_code == 404
    assert client.post(MINE, {"revoke": row.pk}).status_code == 200
    assert client.post(MINE, {"renew": row.pk}).status_code == 409


@pytest.mark.parametrize("which", ["", "x", "-1", "999999", "9" * 40, "１"])
@pytest.mark.parametrize("act", ["renew", "revoke"])
def test_nobody_reaches_what_is_not_there(client, user, act, which):
    assert client.post(MINE, {act: which}).status_code == 404


def test_nobody_reaches_the_calendars_of_others(client, user):
    row, clear = services.make_feed(name="fridge", user=make_user(), now=NOW)

    assert client.post(MINE, {"revoke": row.pk}).status_code == 404
    assert client.post(MINE, {"renew": row.pk}).status_code == 404
    assert client.get(f"/feeds/me/{clear}.ics").status_code == 200
    assert "fridge" not in client.get(MINE).content.decode()


def test_an_expired_calendar_says_so_and_can_be_put_away(client, user):
    services.make_feed(name="telephone", user=user, now=NOW - timedelta(days=40), expires_at=NOW)

    content = client.get(MINE).content.decode()

    assert "expired" in content
    assert 'name="renew"' not in content
    assert 'name="revoke"' in content


def test_the_page_costs_the_same_for_many_as_for_one(client, user, django_assert_num_queries):
    for n in range(4):
        services.make_feed(name=f"device {n}", user=user, now=NOW)
        if n in {0, 3}:
            with django_assert_num_queries(4):  # session, person, calendars, the footer
                client.get(MINE)


@pytest.mark.parametrize("language", ["it", "en", "ja"])
def test_the_page_says_what_mail_and_calendar_are_for(client, user, language):
    content = client.get(f"/{language}/my/calendars/").content.decode()

    assert {"it": "Posta o calendario?", "en": "Mail or calendar?", "ja": "メールとカレンダーの使い分け"}[
        language
    ] in content


# --- Of guests -------------------------------------------------------------------------------------------------------


def test_a_guest_gets_an_address_on_their_own_page(client):
    registration = make_registration(make_event(name_en="Talk"), language="en")
    path = own_page(registration)

    made = client.post(path, form())

    assert made["Referrer-Policy"] == "no-referrer"
    assert made["Cache-Control"] == "no-store"
    row = FeedToken.objects.get()
    assert (row.registration, row.user) == (registration, None)
    (event,) = icalendar.Calendar.from_ical(client.get(address_on(made)).content).walk("VEVENT")
    assert str(event["SUMMARY"]) == "Talk"


def test_the_own_page_leads_there_while_the_registration_lives(client):
    registration = make_registration(language="en")
    path = own_page(registration)
    assert f'href="{path}"' in client.get(path.replace("calendars/", "")).content.decode()

    registration.state = "cancelled"
    registration.save()

    assert client.get(path).status_code == 404
    assert client.post(path, form()).status_code == 404
    assert "calendars/" not in client.get(path.replace("calendars/", "")).content.decode()


def test_a_link_that_only_confirms_or_is_over_opens_no_calendars(client, monkeypatch):
    registration = make_registration(language="en")
    proof, old = own_page(registration, AccessToken.Purpose.PROVE), own_page(registration)
    assert client.get(proof).status_code == 404

    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(days=365))

    assert client.get(old).status_code == 404
    assert client.get(f"/r/{'x' * 43}/calendars/").status_code == 404


def test_two_guests_do_not_reach_each_others_calendars(client):
    row, _clear = services.make_feed(name="telephone", registration=make_registration(), now=NOW)

    refused = client.post(own_page(), {"revoke": row.pk})

    assert (refused.status_code, refused["Referrer-Policy"]) == (404, "no-referrer")
    assert FeedToken.objects.get().revoked_at is None


# --- Of everybody ----------------------------------------------------------------------------------------------------


def test_public_calendars_are_listed_with_both_kinds_of_address(client):
    make_track("webinars", name_en="Webinars")

    content = client.get("/en/events/calendars/").content.decode()

    addresses = re.findall(r'value="https?://[^/"]+(/feeds/[^"]+)"', content)
    further = ["offers", "needs", "programme", "study-visits"]
    assert addresses == [f"/feeds/{slug}.en.ics" for slug in ("all", "webinars", *further)]
    assert len(re.findall(r'href="webcal://[^"]+\.en\.ics"', content)) == len(addresses)
    for path in addresses:
        assert client.get(path).status_code == 200


def test_no_log_holds_an_address():
    masked = TOKEN_IN_PATH.sub(r"\1…", f"GET /feeds/me/{'a' * 43}.ics /r/{'b' * 43}/calendars/")

    assert masked == "GET /feeds/me/….ics /r/…/calendars/"
