"""Events as open data: what is told, when it changes, and what never is."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from ecosystem.models import Organisation
from events.models import Event
from tests.api.test_api import ask, facets_of, queries_of, save, slugs
from tests.api.world import make_world, torino_place
from tests.factories import make_city, make_event, make_registration, make_track

pytestmark = pytest.mark.django_db
SITE = "http://localhost:8000"
BEFORE = datetime(2027, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _without_limit(settings):
    settings.RATE_LIMITS = False


@pytest.fixture
def clock(monkeypatch):
    """The hour in which the API is asked; ``clock["now"]`` moves it."""
    moment = {"now": BEFORE}
    monkeypatch.setattr(timezone, "now", lambda: moment["now"])
    return moment


def told(client, query=""):
    return slugs(ask(client, f"events/?{query}"))


def english(text):
    return {"text": text, "lang": "en"}


def test_an_event_says_what_its_page_says(client):
    make_world()
    organizer = Organisation.objects.get(slug="robots-0")

    event = ask(client, "events/seminar-0/?lang=ja").json()

    assert event == {
        "slug": "seminar-0",
        "page": f"{SITE}/ja/events/seminar-0/",
        "uid": Event.objects.get().uid,
        "name": {"text": "街のロボット", "lang": "ja"},
        "track": {"slug": "webinars", "name": {"text": "ウェビナー", "lang": "ja"}},
        "status": "CONFIRMED",
        "mode": "mixed",
        "start": "2100-03-28T03:30:00+02:00",
        "end": "2100-03-28T05:00:00+02:00",
        "tzid": "Europe/Rome",
        "local_times": {
            "torino": {"start": "2100-03-28T03:30:00+02:00", "end": "2100-03-28T05:00:00+02:00"},
            "nagoya": {"start": "2100-03-28T10:30:00+09:00", "end": "2100-03-28T12:00:00+09:00"},
        },
        "location": None,
        "place": {
            "name": english("Town hall"),
            "address": "Via Roma 1",
            "city": {"slug": "torino", "name": english("Torino"), "country": "IT"},
        },
        "languages": [{"language": "ja", "role": "interpreted"}, {"language": "it", "role": "spoken"}],
        "themes": [{"notation": "energy-0", "label": {"text": "エネルギー0", "lang": "ja"}}],
        "organizer": {
            "slug": "robots-0",
            "name": {"text": organizer.name_it, "lang": "it"},
            "page": f"{SITE}/ja/ecosystem/organisations/robots-0/",
        },
        "maximum_attendee_capacity": 2,
        "seats_open": True,
        "is_sample": False,
        "description": {"text": "Prove e domande.", "lang": "it"},
        "cancellation_reason": None,
        "registration_ends_at": "2100-03-28T03:30:00+02:00",
        "calendar": f"{SITE}/ja/events/seminar-0/event.ics",
        "licence": "https://creativecommons.org/licenses/by/4.0/",
    }


def test_only_public_events_are_told_and_cancelled_ones_stay(client):
    make_event(slug="public")
    make_event(slug="off", status="CANCELLED", cancellation_reason_en="A strike.")
    make_event(slug="draft", status="TENTATIVE", published_at=None)
    make_event(slug="unpublished", status="TENTATIVE")
    make_event(slug="unlisted", access="unlisted")
    make_event(slug="closed", access="participants")

    assert set(told(client)) == {"public", "off"}
    statuses = {slug: ask(client, f"events/{slug}/").status_code for slug in ("draft", "unlisted", "closed")}
    assert set(statuses.values()) == {404}
    off = ask(client, "events/off/").json()
    assert (off["status"], off["cancellation_reason"], off["seats_open"]) == ("CANCELLED", english("A strike."), False)


def test_neither_the_room_nor_a_person_is_told(client):
    make_world()
    event = Event.objects.get()
    save(event, phone_access="011 555", contact_email="desk@torino.example")
    make_registration(event, email="taro@example.org")

    for address in ("events/", "events/seminar-0/"):
        answer = ask(client, address).content
        assert [
            secret for secret in (b"secret.example", b"555", b"taro", b"Yamada", b"desk@") if secret in answer
        ] == []


def test_an_organizer_that_is_not_public_is_not_told(client):
    event = make_event(slug="talk")
    save(event.organizer, state="draft")

    assert ask(client, "events/talk/").json()["organizer"] is None


def test_days_are_those_of_either_city(client):
    """22:30 on 27 March in Torino is 06:30 on the 28th in Nagoya: both days find it, and no other."""
    start = datetime(2027, 3, 27, 21, 30, tzinfo=UTC)
    make_event(slug="late", dtstart=start, dtend=start + timedelta(hours=1))

    assert [told(client, f"from=2027-03-{day}&to=2027-03-{day}") for day in (26, 27, 28, 29)] == [
        [],
        ["late"],
        ["late"],
        [],
    ]
    assert (told(client, "from=2027-03-28"), told(client, "from=2027-03-29")) == (["late"], [])
    assert (told(client, "to=2027-03-27"), told(client, "to=2027-03-26")) == (["late"], [])
    assert told(client, "from=2027-03-28&to=2027-03-27") == []
    assert told(client, "from=0001-01-01&to=9999-12-31") == ["late"]


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ("from=tomorrow", "bad_day", "from"),
        ("from=", "bad_day", "from"),
        ("to=2027-02-29", "bad_day", "to"),
        ("to=20270301", "bad_day", "to"),
        ("to=2027-03-01T10:00:00Z", "bad_day", "to"),
        ("from=2027-03-01&from=2027-03-02", "repeated", "from"),
        ("mode=hybrid", "unknown_value", "mode"),
        ("sort=name", "unknown_value", "sort"),
    ],
)
def test_what_has_no_meaning_is_refused_by_name(client, query, code, field):
    response = ask(client, f"events/?{query}")

    assert (response.status_code, response.json()["code"], response.json()["field"]) == (400, code, field)


def test_events_are_filtered_by_kind_language_mode_and_city_and_come_in_order(client):
    make_city("nagoya").places.create(name_en="Arena")
    first = make_event(slug="first", event_attendance_mode="offline", place=torino_place())
    second = make_event(
        slug="second",
        dtstart=first.dtstart + DAY,
        event_attendance_mode="mixed",
        place=make_city("nagoya").places.get(),
        track=make_track("visits"),
    )
    second.languages.create(language="ja")
    make_event(slug="third", dtstart=first.dtstart + 2 * DAY)

    assert told(client) == ["first", "second", "third"]
    assert told(client, "sort=latest") == ["third", "second", "first"]
    assert told(client, "track=visits") == ["second"]
    assert told(client, "language=ja") == ["second"]
    assert told(client, "mode=offline&mode=online") == ["first", "third"]
    assert [told(client, f"city={city}") for city in ("torino", "nagoya", "not-stated")] == [
        ["first"],
        ["second"],
        ["third"],
    ]
    assert told(client, "city=torino&mode=online") == []


def test_filters_count_as_on_the_page_and_within_the_days_asked_for(client):
    make_world(copies=2)
    page = client.get("/en/events/").context["filterset"]

    data = ask(client, "events/").json()
    one_day = ask(client, "events/?to=2100-03-28").json()

    facets = [
        (f["name"], [(v["value"], v["label"], v["count"], v["selected"]) for v in f["values"]]) for f in data["facets"]
    ]
    assert facets[:3] == facets_of(page)
    counts = {facet["name"]: {v["value"]: v["count"] for v in facet["values"]} for facet in one_day["facets"]}
    assert (one_day["total"], counts["mode"]["mixed"], counts["track"]["webinars"]) == (1, 1, 1)


# --- When an answer is another one -----------------------------------------------------------------------------------


EDITS = {
    "name": lambda event: save(event, name_en="Another"),
    "language": lambda event: event.languages.create(language="en"),
    "place": lambda event: save(event.place, name_en="Market hall"),
    "city": lambda event: save(event.place.city, name_en="Turin"),
    "track": lambda event: save(event.track, name_en="Talks"),
    "organizer": lambda event: save(event.organizer, name_en="Ville"),
    "cancelled": lambda event: save(event, status="CANCELLED"),
    "the last seat is taken": make_registration,
}


@pytest.mark.parametrize("edit", EDITS)
def test_no_edit_leaves_an_old_answer_standing(client, clock, edit):
    event = make_event(
        slug="talk", dtstart=BEFORE + 9 * DAY, place=torino_place(), maximum_attendee_capacity=1, name_en="Talk"
    )
    before = {address: ask(client, address) for address in ("events/", "events/talk/")}

    EDITS[edit](event)

    after = {address: ask(client, address, **{"If-None-Match": old["ETag"]}) for address, old in before.items()}
    assert {new.status_code for new in after.values()} == {200}
    assert all(after[address].content != before[address].content for address in before)


def test_a_seat_is_open_until_registration_ends_and_no_mark_keeps_it(client, clock):
    make_event(slug="talk", dtstart=BEFORE + 9 * DAY, registration_closes_at=BEFORE + timedelta(minutes=1))
    before = ask(client, "events/talk/")

    clock["now"] += timedelta(minutes=1)
    after = ask(client, "events/talk/", **{"If-None-Match": before["ETag"]})

    assert (before.json()["seats_open"], after.status_code, after.json()["seats_open"]) == (True, 200, False)


def test_a_seat_is_free_again_when_the_hold_on_it_lapses(client, clock):
    event = make_event(slug="talk", dtstart=BEFORE + 9 * DAY, maximum_attendee_capacity=1)
    make_registration(event, state="unproved", hold_until=BEFORE + timedelta(minutes=30), confirmed_at=None)
    before = ask(client, "events/talk/")

    clock["now"] += timedelta(minutes=30)
    after = ask(client, "events/talk/", **{"If-None-Match": before["ETag"]})

    assert (before.json()["seats_open"], after.json()["seats_open"]) == (False, True)


def test_who_has_an_answer_already_is_told_so_with_two_statements(client):
    make_world()
    first = ask(client, "events/")

    assert queries_of(client, "events/", **{"If-None-Match": first["ETag"]}) == (304, 2)


def test_seats_are_open_only_to_who_may_ask(client, clock):
    later = {"dtstart": BEFORE + 9 * DAY}
    make_event(slug="open", **later)
    make_event(slug="invited", invitation_only=True, **later)
    make_event(slug="opens-later", registration_opens_at=BEFORE + DAY, **later)
    make_event(slug="no-form", registration_open=False, **later)
    waited_for = make_event(slug="waited-for", maximum_attendee_capacity=5, **later)
    make_registration(waited_for, state="waiting", confirmed_at=None)

    found = {event["slug"]: event["seats_open"] for event in ask(client, "events/").json()["results"]}

    assert [slug for slug, is_open in found.items() if is_open] == ["open"]
    assert len(found) == 5
