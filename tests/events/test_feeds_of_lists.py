"""Calendars of filtered lists: what the page shows is what the calendar holds, named by its filter (events spec 7)."""

from datetime import UTC, date, datetime, timedelta

import icalendar
import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events import feeds
from events.models import EventLanguage
from iurc_portal.kept_files import PLACES
from iurc_portal.search.index import reindex_many
from programme.models import Webinar
from tests.factories import make_event, make_exchange, make_listing, make_milestone, make_track, make_visit

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 2, 20, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def calendar_of(response):
    assert response.status_code == 200
    return icalendar.Calendar.from_ical(response.content)


def names_in(response):
    return [str(entry["SUMMARY"]) for entry in calendar_of(response).walk("VEVENT")]


@pytest.fixture
def two_talks():
    talk = make_event(name_en="Talk", track=make_track("webinars", name_en="Webinars", name_ja="ウェビナー"))
    tour = make_event(name_en="Tour", track=make_track("tours", name_en="Tours"))
    EventLanguage.objects.create(event=tour, language="ja", role="spoken")
    reindex_many("events", [talk.pk, tour.pk])
    return talk, tour


def test_a_filtered_calendar_holds_what_the_list_shows_and_is_named_by_its_filter(client, two_talks):
    answer = client.get("/feeds/all.en.ics?track=webinars")
    in_japanese = client.get("/feeds/all.ja.ics?track=webinars&language=ja")

    assert names_in(answer) == ["Talk"]
    assert str(calendar_of(answer)["NAME"]) == "Torino–Nagoya: events – Webinars"
    assert names_in(in_japanese) == []
    assert str(calendar_of(in_japanese)["NAME"]) == "トリノ・名古屋 催し（ウェビナー、日本語）"


def test_words_filter_too_and_stand_in_the_name(client, two_talks):
    answer = client.get("/feeds/all.en.ics", {"q": "Tour"})

    assert names_in(answer) == ["Tour"]
    assert str(calendar_of(answer)["NAME"]) == "Torino–Nagoya: events – “Tour”"


def test_a_filter_that_has_lost_its_meaning_gives_an_empty_calendar(client, two_talks):
    for query in ("theme=no-such-theme", "track=gone&language=ja", "theme=%00", "track=" + "x" * 5000):
        assert names_in(client.get(f"/feeds/all.en.ics?{query}")) == []


def test_of_several_values_the_known_ones_hold(client, two_talks):
    assert names_in(client.get("/feeds/all.en.ics?track=webinars&track=gone")) == ["Talk"]


def test_what_no_list_knows_is_not_looked_at(client, two_talks):
    plain = client.get("/feeds/all.en.ics")

    assert client.get("/feeds/all.en.ics?utm_source=x&page=7&view=month").content == plain.content
    assert client.get("/feeds/webinars.en.ics?language=ja").status_code == 200


def test_the_order_of_the_question_changes_no_byte(client, two_talks):
    first = client.get("/feeds/all.en.ics?track=tours&language=ja&language=it")
    second = client.get("/feeds/all.en.ics?language=it&language=ja&language=ja&track=tours&x=1")

    assert (first.content, first["ETag"]) == (second.content, second["ETag"])


def test_a_filtered_calendar_is_kept_and_answered_304_and_void_when_an_event_is_saved(client, two_talks, settings):
    settings.KEEP_PAGES = True
    caches["pages"].clear()
    address = "/feeds/all.en.ics?track=webinars"
    first = client.get(address)
    with CaptureQueriesContext(connection) as asked:
        same = client.get(address, headers={"if-none-match": first["ETag"]})
    number = len(asked)  # a further request empties the log
    talk = two_talks[0]
    talk.name_en = "Another talk"
    talk.save()
    feeds.SHELF.raise_version()
    after = client.get(address, headers={"if-none-match": first["ETag"]})

    assert same.status_code == 304
    assert number == 1  # the versions of the index
    assert names_in(after) == ["Another talk"]


def test_questions_without_end_fill_no_cache_and_none_gets_the_answer_to_another(client, two_talks, settings):
    settings.KEEP_PAGES = True
    caches["pages"].clear()
    questions = [f"zz{number}" for number in range(PLACES + 20)]
    named = {str(calendar_of(client.get("/feeds/all.en.ics", {"q": words}))["NAME"]) for words in questions}

    places = {feeds.SHELF.place_for("all.en", f"q={words}") for words in questions}
    assert named == {f"Torino–Nagoya: events – “{words}”" for words in questions}
    assert len(places) <= PLACES


def test_a_cancelled_event_stays_in_a_filtered_calendar(client, two_talks):
    talk = two_talks[0]
    talk.status, talk.cancelled_at = "CANCELLED", NOW - DAY
    talk.save()
    (entry,) = calendar_of(client.get("/feeds/all.en.ics?track=webinars")).walk("VEVENT")

    assert entry["STATUS"] == "CANCELLED"


# --- Days that are no events -----------------------------------------------------------------------------------------


def test_offers_and_needs_stand_with_their_last_day_and_keep_nobody_busy(client):
    offer = make_listing(title_en="A lidar", direction="offer", state="published", valid_until=date(2026, 3, 31))
    make_listing(title_en="Lidar wanted", direction="need", state="published", valid_until=date(2026, 4, 1))
    (entry,) = calendar_of(client.get("/feeds/offers.en.ics")).walk("VEVENT")

    assert str(entry["SUMMARY"]) == "Last day: A lidar"
    assert (entry.decoded("DTSTART"), entry.decoded("DTEND")) == (date(2026, 3, 31), date(2026, 4, 1))
    assert (entry["TRANSP"], str(entry["UID"])) == ("TRANSPARENT", f"listing-{offer.pk}@{offer_domain()}")
    assert {"METHOD", "ATTENDEE", "SEQUENCE"}.isdisjoint(entry)
    assert entry.decoded("DTSTAMP") == entry.decoded("LAST-MODIFIED")
    assert names_in(client.get("/feeds/needs.en.ics")) == ["Last day: Lidar wanted"]
    assert names_in(client.get("/feeds/offers.en.ics?type=nothing")) == []


def offer_domain():
    from django.conf import settings

    return settings.ICS_DOMAIN


def test_an_offer_taken_back_is_cancelled_for_ninety_days(client):
    make_listing(title_en="Back", direction="offer", state="withdrawn", valid_until=date(2026, 3, 31))
    (entry,) = calendar_of(client.get("/feeds/offers.en.ics")).walk("VEVENT")

    assert entry["STATUS"] == "CANCELLED"


def test_public_visits_stand_as_days_and_drafts_do_not(client):
    visit = make_visit(title_en="Mobility", state="accepted", first_day=date(2026, 5, 11), last_day=date(2026, 5, 13))
    make_visit(title_en="Draft", state="draft", first_day=date(2026, 5, 11), last_day=date(2026, 5, 13))
    (entry,) = calendar_of(client.get("/feeds/study-visits.en.ics")).walk("VEVENT")
    visit.state = "cancelled"
    visit.save()
    (off,) = calendar_of(client.get("/feeds/study-visits.en.ics")).walk("VEVENT")

    assert str(entry["SUMMARY"]) == "Mobility"
    assert (entry.decoded("DTSTART"), entry.decoded("DTEND")) == (date(2026, 5, 11), date(2026, 5, 14))
    assert (off["STATUS"], str(off["UID"])) == ("CANCELLED", str(entry["UID"]))


def test_the_programme_has_webinars_visits_and_milestones_in_one(client):
    Webinar.objects.create(event=make_event(name_en="Webinar"))
    make_visit(title_en="Visit", state="accepted", first_day=date(2026, 5, 11), last_day=date(2026, 5, 13))
    make_milestone(title_en="Mid-term report", due_on=date(2026, 6, 30))

    assert names_in(client.get("/feeds/programme.en.ics")) == ["Webinar", "Visit", "Mid-term report"]
    assert names_in(client.get("/feeds/webinars.en.ics")) == ["Webinar"]


def test_a_strand_has_a_calendar_of_its_webinars_and_visits(client):
    exchange = make_exchange(title_en="Mobility strand")
    Webinar.objects.create(event=make_event(name_en="Webinar"), exchange=exchange)
    Webinar.objects.create(event=make_event(name_en="Other"))
    answer = client.get(f"/feeds/exchange-{exchange.slug}.en.ics")

    assert names_in(answer) == ["Webinar"]
    assert str(calendar_of(answer)["NAME"]) == "Torino–Nagoya: Mobility strand"
    assert client.get("/feeds/exchange-none.en.ics").status_code == 404


# --- Pages -----------------------------------------------------------------------------------------------------------


def test_the_list_offers_the_calendar_of_what_it_shows_in_its_language(client, two_talks):
    page = client.get("/ja/events/?track=webinars&page=1&view=month").content.decode()

    assert "https://" in page or "http://" in page
    assert "/feeds/all.ja.ics?track=webinars&quot;" in page or '/feeds/all.ja.ics?track=webinars"' in page
    assert "webcal://" in page


@pytest.mark.parametrize(
    ("page", "feed"),
    [
        ("/en/programme/visits/", "/feeds/study-visits.en.ics"),
        ("/en/programme/webinars/", "/feeds/webinars.en.ics"),
        ("/en/programme/progress/", "/feeds/programme.en.ics"),
    ],
)
def test_other_lists_offer_theirs(client, page, feed):
    assert f'{feed}"' in client.get(page).content.decode()
    assert client.get(feed).status_code == 200
