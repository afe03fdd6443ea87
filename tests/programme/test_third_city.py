"""A webinar of a cluster tells a third city's time on its page, in letters and in calendars."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from events.ical import entry_for
from events.services.registrations import register_by_staff
from events.when import When
from iurc_portal.clock import FurtherCity
from programme.models import Exchange
from programme.services.clusters import keep_all_cities, keep_cities_of
from tests.factories import (
    make_city,
    make_cluster,
    make_event,
    make_exchange,
    make_organisation,
    make_user,
    make_webinar,
)

pytestmark = pytest.mark.django_db
EVENING = datetime(2026, 3, 3, 16, 0, tzinfo=UTC)  # 17:00 in Torino; after midnight in Nagoya and in Sydney


@pytest.fixture
def sydney():
    return make_city(
        "sydney", name_en="Sydney", name_ja="シドニー", name_it="Sydney", country="AU", tzid="Australia/Sydney"
    )


@pytest.fixture
def webinar(sydney):
    cluster = make_cluster(sydney)
    cities = [make_city("torino"), make_city("nagoya"), sydney]
    exchange = make_exchange(cluster=cluster, cities=cities)
    made = make_webinar(exchange=exchange, event=make_event(name_en="Shared", dtstart=EVENING))
    keep_cities_of(exchange)
    made.event.refresh_from_db()
    return made


LINES = {
    "it": [
        "Ora di Torino: martedì 3 marzo 2026, 17:00–18:30 CET (UTC+1)",
        "Ora di Nagoya: mercoledì 4 marzo 2026, 01:00–02:30 JST (UTC+9)",
        "Ora di Sydney: mercoledì 4 marzo 2026, 03:00–04:30 AEDT (UTC+11)",
    ],
}


def test_letters_and_calendars_have_a_line_for_each_of_the_three(webinar):
    lines = webinar.event.when.lines("it")

    assert lines == LINES["it"]
    description = entry_for(webinar.event, language="it", tzid="Europe/Rome").description
    assert "\n".join(LINES["it"]) in description


def test_a_reader_in_japan_reads_their_own_city_first_and_the_third_last(webinar):
    first, second, third = webinar.event.when.lines("ja")

    assert "01:00" in first
    assert "3月4日" in first
    assert "17:00" in second
    assert "3月3日" in second
    assert "シドニー" in third
    assert "03:00" in third
    assert "3月4日" in third


def test_a_reader_in_the_third_city_reads_it_first_and_once(webinar):
    lines = webinar.event.when.lines("en", tzid="Australia/Sydney")

    assert len(lines) == 3
    assert lines[0].startswith("Sydney time: ")
    assert "03:00" in lines[0]


def test_the_page_shows_three_hours_and_whose_date_differs(client, webinar):
    with translation.override("en"):
        page = client.get(webinar.event.get_absolute_url()).content.decode()
        row = client.get(reverse("programme:webinars")).content.decode()

    for html in (page, row):
        for clock in ("2026-03-03T17:00:00+01:00", "2026-03-04T01:00:00+09:00", "2026-03-04T03:00:00+11:00"):
            assert f'datetime="{clock}"' in html
        assert "Sydney" in html
    times = row.split("03:00", 1)[1]
    assert "+1 day" in times[:120]


def test_the_downloaded_calendar_tells_the_third_city(client, webinar):
    with translation.override("en"):
        address = reverse("events:ics", args=[webinar.event.slug])

    text = client.get(address).content.decode().replace("\r\n ", "")

    assert "Sydney time: Wednesday 4 March 2026\\, 03:00–04:30 AEDT (UTC+11)" in text
    assert "DTSTART;TZID=Europe/Rome:20260303T170000" in text


def test_a_letter_of_confirmation_tells_the_third_city(webinar, mailoutbox, django_capture_on_commit_callbacks):
    person = {"family_name": "Yamada", "given_name": "Aiko", "language": "en", "tzid": "Asia/Tokyo"}
    by = make_user(is_superuser=True, is_staff=True)

    with django_capture_on_commit_callbacks(execute=True):
        register_by_staff(
            event=webinar.event, email="aiko@example.org", person=person, now=EVENING - timedelta(days=9), by=by
        )

    text = mailoutbox[-1].body
    assert "Nagoya time: Wednesday 4 March 2026, 01:00–02:30 JST (UTC+9)" in text
    assert "Torino time: Tuesday 3 March 2026, 17:00–18:30 CET (UTC+1)" in text
    assert "Sydney time: Wednesday 4 March 2026, 03:00–04:30 AEDT (UTC+11)" in text
    parts = [part for part in mailoutbox[-1].message().walk() if part.get_content_type() == "text/calendar"]
    calendar = parts[0].get_payload(decode=True).decode().replace("\r\n ", "")
    assert "Sydney time: Wednesday 4 March 2026\\, 03:00–04:30 AEDT (UTC+11)" in calendar


def test_whole_days_are_the_same_everywhere(webinar):
    further = FurtherCity.read(webinar.event.further_cities)
    days = When(
        datetime(2026, 3, 2, 23, tzinfo=UTC), datetime(2026, 3, 3, 23, tzinfo=UTC), "Europe/Rome", True, further
    )

    assert len(days.lines("en")) == 1


def test_an_exchange_without_cluster_tells_the_two_alone(sydney):
    exchange = make_exchange(cities=[make_city("torino"), make_city("nagoya")])
    webinar = make_webinar(exchange=exchange)

    assert keep_cities_of(exchange) == 0
    assert len(webinar.event.when.lines("en")) == 2


def test_a_city_that_leaves_is_told_no_more_and_a_new_name_is_followed(webinar, sydney):
    sydney.name_en = "Greater Sydney"
    sydney.save()

    assert keep_all_cities() == 1
    webinar.event.refresh_from_db()
    assert "Greater Sydney time" in webinar.event.when.lines("en")[2]
    sequence = webinar.event.sequence

    webinar.exchange.cities.remove(sydney)
    assert keep_cities_of(Exchange.objects.get(pk=webinar.exchange_id)) == 1
    webinar.event.refresh_from_db()
    assert len(webinar.event.when.lines("en")) == 2
    assert webinar.event.sequence == sequence


def test_a_zone_that_nobody_knows_is_left_out():
    assert FurtherCity.read([{"tzid": "Mars/Olympus", "en": "Olympus"}]) == ()
    assert FurtherCity.read(None) == ()


def test_a_webinar_planned_in_a_cluster_tells_three_times_from_the_start(sydney):
    from programme.services import plan_webinar

    exchange = make_exchange(cluster=make_cluster(sydney), cities=[make_city("torino"), make_city("nagoya"), sydney])

    webinar = plan_webinar(
        start=datetime(2026, 3, 3, 9, 0),
        end=datetime(2026, 3, 3, 10, 0),
        now=EVENING,
        exchange=exchange,
        name_en="New",
        organizer=make_organisation(),
    )

    assert [line.split(":")[0] for line in webinar.event.when.lines("en")] == [
        "Torino time",
        "Nagoya time",
        "Sydney time",
    ]
