"""The page of a series and its calendar (events spec 7.1, 7.9, 12.11, 12.14)."""

import json
import re
from datetime import UTC, datetime, timedelta

import icalendar
import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from events import feeds
from events.models import Event, Series
from events.recurrence import Rule
from events.rule_words import rule_words
from events.services import series
from events.sitemaps import SeriesPages
from events.slugs import free_event_slug, free_series_slug
from tests.factories import make_days, make_event, make_track
from tests.pages.html import on_one_line

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
FIRST = datetime(2026, 3, 24, 8, 0, tzinfo=UTC)  # a Tuesday, 09:00 in Torino; clocks change on the 29th


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def weekly(count=3, **fields):
    event = make_event(**{"dtstart": FIRST, "name_en": "Round table", **fields})
    return series.start_series(event, rrule=f"FREQ=WEEKLY;COUNT={count}", now=NOW)


def page_of(client, made, language="en"):
    return client.get(f"/{language}/events/series/{made.slug}/")


def json_ld(response):
    (found,) = re.findall(r'<script type="application/ld\+json"[^>]*>(.*?)</script>', response.content.decode(), re.S)
    return json.loads(found)


# --- The page -----------------------------------------------------------------------------------------------------


def test_the_page_has_each_date_in_both_cities_and_says_where_clocks_have_moved_the_hour(client):
    made = weekly()

    page = page_of(client, made).content.decode()

    assert page.count("17:00–18:30</time> Nagoya") == 1
    assert page.count("16:00–17:30</time> Nagoya") == 2
    assert page.count("In Nagoya this date begins at 16:00, not at 17:00 as the first: clocks have changed.") == 2
    assert page.count("/register/") == 3
    assert "Every week on Tuesday, 3 dates" in page


def test_a_series_without_a_public_date_has_no_page_for_visitors(client, admin_client):
    draft = weekly(status="TENTATIVE", published_at=None)
    unlisted = weekly(access="unlisted", name_en="Quiet table")

    assert [page_of(client, made).status_code for made in (draft, unlisted)] == [404, 404]
    assert [page_of(admin_client, made).status_code for made in (draft, unlisted)] == [200, 200]


def test_a_page_of_many_dates_costs_as_much_as_one_of_two(client):
    counts = []
    for made in (weekly(2, name_en="Two"), weekly(12, name_en="Twelve")):
        page_of(client, made)
        with CaptureQueriesContext(connection) as queries:
            page_of(client, made, "it")
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_past_dates_stay_on_the_page(client, monkeypatch):
    made = weekly()
    monkeypatch.setattr("django.utils.timezone.now", lambda: FIRST + timedelta(days=60))

    page = on_one_line(page_of(client, made).content.decode())

    assert "No date is to come." in page
    assert page.count('<li><a href="/en/events/') >= 3


def test_search_engines_learn_of_the_series_and_each_date_names_it(client):
    made = weekly()

    whole = json_ld(page_of(client, made))
    one = json_ld(client.get(made.events.first().get_absolute_url()))

    assert (whole["@type"], len(whole["subEvent"]), whole["startDate"]) == (
        "EventSeries",
        3,
        "2026-03-24T09:00:00+01:00",
    )
    assert one["superEvent"] == {"@type": "EventSeries", "name": "Round table", "url": whole["url"]}
    assert [item.pk for item in SeriesPages().items()] == [made.pk]


def test_the_page_of_a_date_leads_to_its_series(client):
    made = weekly()

    page = client.get(f"/it/events/{made.events.first().slug}/").content.decode()

    assert f'href="/it/events/series/{made.slug}/"' in page


# --- Its calendar ---------------------------------------------------------------------------------------------------


def test_each_series_has_a_calendar_of_its_own_in_three_languages(client):
    made = weekly()
    make_event(dtstart=FIRST)

    answers = [client.get(f"/feeds/{made.slug}.{code}.ics") for code in ("it", "en", "ja")]

    for answer in answers:
        assert len(icalendar.Calendar.from_ical(answer.content).walk("VEVENT")) == 3
    assert client.get("/feeds/no-such-series.en.ics").status_code == 404


def test_the_calendars_page_lists_series_with_dates_to_come(client, monkeypatch):
    made = weekly()

    slugs = [feed.slug for feed in feeds.public_feeds(now=NOW)]
    later = [feed.slug for feed in feeds.public_feeds(now=NOW + timedelta(days=90))]

    assert f"/feeds/{made.slug}.en.ics" in client.get("/en/events/calendars/").content.decode()
    assert (made.slug in slugs, made.slug in later) == (True, False)


@pytest.mark.parametrize("slug", ["all", "events", "me", "webinars"])
def test_a_series_may_not_take_the_address_of_another_calendar(slug):
    made = weekly()
    make_track("webinars")
    made.slug = slug

    with pytest.raises(ValidationError) as refusal:
        made.full_clean()

    assert [error.code for error in refusal.value.error_dict["slug"]] == ["calendar"]


def test_a_track_may_not_take_the_address_of_a_series():
    made = weekly()
    track = make_track("talks")
    track.slug = made.slug

    with pytest.raises(ValidationError) as refusal:
        track.full_clean()

    assert [error.code for error in refusal.value.error_dict["slug"]] == ["calendar"]


def test_names_become_addresses_that_nobody_has():
    make_track("webinars")

    assert free_series_slug(Series(name_en="Webinars"), otherwise="x") == "webinars-2"
    assert free_series_slug(Series(name_ja="円卓会議"), otherwise="series-1") == "series-1"
    assert free_event_slug(Event(name_en="Calendars")) == "calendars-2"


# --- The rule in words ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rrule", "words"),
    [
        ("FREQ=WEEKLY", {"en": "every week on Tuesday", "it": "ogni settimana, martedì", "ja": "毎週 火曜日"}),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;COUNT=10",
            {
                "en": "every 2 weeks on Tuesday and Thursday, 10 dates",
                "it": "ogni 2 settimane, martedì e giovedì, 10 date",
                "ja": "2週間ごと 火曜日、木曜日（全10回）",
            },
        ),
        (
            "FREQ=MONTHLY;BYDAY=-1SU",
            {
                "en": "every month on the last Sunday",
                "it": "ogni mese, l'ultima domenica",
                "ja": "毎月 最終日曜日",
            },
        ),
        (
            "FREQ=MONTHLY;BYDAY=TU;BYSETPOS=2",
            {"en": "every month on the second Tuesday", "it": "ogni mese, il secondo martedì", "ja": "毎月 第2火曜日"},
        ),
        ("FREQ=MONTHLY", {"en": "every month on day 24", "it": "ogni mese, il giorno 24", "ja": "毎月 24日"}),
        ("FREQ=YEARLY", {"en": "every year on 24 March", "it": "ogni anno, 24 marzo", "ja": "毎年 3月24日"}),
        (
            "FREQ=DAILY;UNTIL=20260401T215959Z",
            {
                "en": "every day, until 1 April 2026",
                "it": "ogni giorno, fino al 1 aprile 2026",
                "ja": "毎日（2026年4月1日まで）",
            },
        ),
        ("FREQ=MONTHLY;BYDAY=TU", {"en": "", "it": "", "ja": ""}),
    ],
)
def test_a_rule_reads_as_people_say_it(rrule, words):
    rule = Rule(rrule, datetime(2026, 3, 24, 9), timedelta(hours=1), "Europe/Rome")

    found = {}
    for code in words:
        with translation.override(code):
            found[code] = rule_words(rule)

    assert found == words


# --- Whole days -----------------------------------------------------------------------------------------------------


def test_a_series_of_whole_days_stays_so_over_a_clock_change(client):
    day = make_days(FIRST.date(), (FIRST + timedelta(days=1)).date(), name_en="Open days")
    made = series.start_series(day, rrule="FREQ=WEEKLY;COUNT=3", now=NOW)

    events = made.events.order_by("dtstart")

    assert [(event.when.first_day.day, event.when.last_day.day) for event in events] == [(24, 25), (31, 1), (7, 8)]
    assert {event.all_day for event in events} == {True}
    assert "clocks have changed" not in page_of(client, made).content.decode()


def test_the_later_dates_of_a_series_become_whole_days():
    made = weekly()
    second = made.events.order_by("dtstart")[1]
    rule = series.shifted(
        made.rule, rrule="FREQ=WEEKLY;COUNT=2", wall_start=datetime(2026, 3, 31), duration=timedelta(days=1)
    )

    series.change_later(second, rule, all_day=True, now=NOW)

    kinds = [(event.all_day, event.wall_start) for event in made.events.order_by("dtstart")]
    assert kinds == [(False, ""), (True, "2026-03-31T00:00:00"), (True, "2026-04-07T00:00:00")]


# --- The list on other sites ----------------------------------------------------------------------------------------


def test_the_list_of_events_stands_in_frames_of_other_sites(client):
    made = weekly()
    make_days(FIRST.date(), name_en="Open day")

    answer = client.get("/en/events/embed/")
    page = answer.content.decode()

    assert "X-Frame-Options" not in answer
    assert "frame-ancestors *" in answer["Content-Security-Policy"]
    assert (page.count("<h2>"), "<nav" in page, "<script" in page) == (4, False, False)
    assert made.events.first().get_absolute_url() in page


def test_the_page_of_events_has_the_line_to_copy_with_its_filters(client):
    make_track("webinars")

    page = client.get("/en/events/?track=webinars&view=month&month=2026-03").content.decode()

    assert "/en/events/embed/?track=webinars" in page
    assert '<meta property="og:title" content="Webinars & events, March 2026">' in page
