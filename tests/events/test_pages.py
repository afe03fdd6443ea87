"""The public pages of events: lists, the month, one event, calendars."""

import json
import re
from datetime import UTC, datetime, timedelta

import icalendar
import pytest
from django.utils import timezone
from lxml import html

from events.models import Event
from tests.factories import (
    make_city,
    make_event,
    make_organisation,
    make_registration,
    make_theme,
    make_track,
    make_user,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 2, 1, 10, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _first_of_february(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def names_on(response) -> list[str]:
    return re.findall(r'<h3 lang="..">\s*<a href="[^"]+">([^<]+)</a>', response.content.decode())


@pytest.mark.parametrize("address", ["/ja/", "/ja/events/"])
def test_a_row_whose_name_is_in_another_language_says_so(client, address):
    make_event(name_en="", name_it="Città come banco di prova")

    assert "イタリア語のみ" in client.get(address).content.decode()


@pytest.mark.parametrize(
    ("language", "wanted"),
    [("ja", "通訳：日本語"), ("it", "Interpretazione: giapponese"), ("en", "Interpretation: Japanese")],
)
def test_each_role_of_a_language_is_kept_together(client, language, wanted):
    make_event().languages.create(language="ja", role="interpreted")

    assert f'<span class="tn-role">{wanted}</span>' in client.get(f"/{language}/events/").content.decode()


def json_ld_on(response) -> dict:
    (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', response.content.decode(), re.S)
    return json.loads(text)


# --- The list --------------------------------------------------------------------------------------------------------


def test_coming_events_stand_soonest_first_under_their_months_and_past_ones_below(client):
    make_event(name_en="April", dtstart=NOW + 70 * DAY)
    make_event(name_en="March", dtstart=NOW + 40 * DAY)
    make_event(name_en="January", dtstart=NOW - 10 * DAY)

    response = client.get("/en/events/")

    assert names_on(response) == ["March", "April", "January"]
    assert re.findall(r'<h2 class="tn-month">([^<]+)</h2>', response.content.decode()) == ["March 2026", "April 2026"]


@pytest.mark.parametrize(
    "hidden", [{"status": "TENTATIVE"}, {"access": "unlisted"}, {"access": "participants"}, {"published_at": None}]
)
def test_lists_show_only_what_is_public_even_to_staff(client, admin_client, hidden):
    make_event(name_en="Hidden", dtstart=NOW + DAY, **hidden)

    for reader in (client, admin_client):
        assert names_on(reader.get("/en/events/")) == []
        assert icalendar.Calendar.from_ical(reader.get("/feeds/events.en.ics").content).walk("VEVENT") == []


def test_a_cancelled_event_stays_in_the_list_and_says_so(client):
    make_event(name_en="Off", dtstart=NOW + DAY, status="CANCELLED")

    response = client.get("/en/events/")

    assert names_on(response) == ["Off"]
    assert "Cancelled" in response.content.decode()


def test_past_events_have_a_list_of_their_own_by_pages(client):
    for n in range(25):
        make_event(name_en=f"Talk {n}", dtstart=NOW - (n + 1) * DAY)

    first, last = (names_on(client.get(f"/en/events/?view=past&page={page}")) for page in (1, 2))

    assert first == [f"Talk {n}" for n in range(20)]
    assert last == [f"Talk {n}" for n in range(20, 25)]


def test_filters_by_type_theme_and_language(client):
    theme = make_theme("mobility")
    wanted = make_event(name_en="Wanted", dtstart=NOW + DAY, track=make_track("webinars"))
    wanted.themes.add(theme)
    wanted.languages.create(language="ja", role="interpreted")
    wanted.languages.create(language="ja", role="captioned")
    make_event(name_en="Other", dtstart=NOW + DAY, track=make_track("visits"))

    for query in ("track=webinars", "theme=mobility", "language=ja", "q=want", "track=webinars&theme=mobility"):
        assert names_on(client.get(f"/en/events/?{query}")) == ["Wanted"], query


@pytest.mark.parametrize(
    "query",
    ["track=nonsense", "theme=%00", "language=xx", "track=%F0%9F%98%80", "theme=" + "x" * 5000, "page=abc", "page=-7"],
)
def test_nonsense_in_filters_gets_the_list_with_a_kind_message(client, query):
    make_event(name_en="Talk", dtstart=NOW + DAY)

    response = client.get(f"/en/events/?{query}")

    assert response.status_code == 200
    assert names_on(response) == ["Talk"]
    assert ("tn-notice--warning" in response.content.decode()) is (not query.startswith("page"))


def test_a_page_beyond_the_last_is_the_last(client):
    for n in range(25):
        make_event(name_en=f"Talk {n}", dtstart=NOW + (n + 1) * DAY)

    assert names_on(client.get("/en/events/?page=99")) == [f"Talk {n}" for n in range(20, 25)]


def test_an_unknown_view_is_the_list_with_a_message(client):
    make_event(name_en="Talk", dtstart=NOW + DAY)

    response = client.get("/en/events/?view=zodiac")

    assert names_on(response) == ["Talk"]
    assert "This view is not known" in response.content.decode()


def test_an_htmx_request_gets_the_results_alone(client):
    response = client.get("/en/events/", headers={"HX-Request": "true"})

    assert "<html" not in response.content.decode()
    assert 'id="results"' in response.content.decode()
    assert "HX-Request" in response["Vary"]


@pytest.mark.parametrize("query", ["", "?view=past", "?view=month&month=2026-02"])
def test_the_list_costs_the_same_with_three_rows_as_with_one(client, django_assert_max_num_queries, query):
    def one(n):
        past = "past" in query
        event = make_event(dtstart=NOW - n * DAY if past else NOW + n * DAY, maximum_attendee_capacity=10)
        event.languages.create(language="it")
        make_registration(event, email=f"{n}@example.org")

    counts = []
    for n in (1, 2, 3):
        one(n)
        if n != 2:
            with django_assert_max_num_queries(12) as captured:
                client.get(f"/en/events/{query}")
            counts.append(len(captured))

    assert counts[0] == counts[1]


# --- The month -------------------------------------------------------------------------------------------------------


def cells_of(response) -> dict[str, list[str]]:
    """The names of the events on each day of the table."""
    cells = html.document_fromstring(response.content).xpath('//table[contains(@class, "tn-calendar")]//td')
    return {
        cell.xpath("string(.//time/@datetime)"): [link.text_content().strip() for link in cell.xpath(".//a")]
        for cell in cells
    }


def test_the_month_is_a_table_of_whole_weeks_on_the_readers_calendar(client):
    make_event(name_en="Late talk", dtstart=datetime(2026, 2, 10, 20, 0, tzinfo=UTC))  # 05:00 on the 11th in Nagoya

    torino = cells_of(client.get("/en/events/?view=month&month=2026-02"))
    nagoya = cells_of(client.get("/ja/events/?view=month&month=2026-02"))

    assert (min(torino), max(torino), len(torino)) == ("2026-01-26", "2026-03-01", 35)
    assert [day for day, names in torino.items() if names] == ["2026-02-10"]
    assert [day for day, names in nagoya.items() if names] == ["2026-02-11"]


def test_an_event_of_several_days_stands_on_each(client):
    make_event(
        name_en="Conference",
        dtstart=datetime(2026, 2, 10, 8, 0, tzinfo=UTC),
        dtend=datetime(2026, 2, 12, 23, 0, tzinfo=UTC),  # midnight in Torino: the 13th is not touched
    )

    cells = cells_of(client.get("/en/events/?view=month&month=2026-02"))

    assert [day for day, names in cells.items() if names] == ["2026-02-10", "2026-02-11", "2026-02-12"]


@pytest.mark.parametrize("month", ["2026-13", "2026-00", "0000-01", "9999-12", "february", "2026-2", "%00"])
def test_a_month_that_is_none_is_the_present_one_with_a_message(client, month):
    response = client.get(f"/en/events/?view=month&month={month}")

    assert response.status_code == 200
    assert "February 2026" in response.content.decode()
    assert "This month was not understood" in response.content.decode()


def test_a_month_in_full_width_digits_is_understood(client):
    content = client.get("/ja/events/?view=month&month=２０２６-12").content.decode()

    assert "2026年12月" in content
    assert "tn-notice--warning" not in content


@pytest.mark.parametrize(("month", "link"), [("2000-01", "prev"), ("2100-12", "next")])
def test_the_calendar_has_two_ends(client, month, link):
    content = client.get(f"/en/events/?view=month&month={month}").content.decode()

    assert f'rel="{link}"' not in content


# --- One event -------------------------------------------------------------------------------------------------------


def test_the_page_shows_both_cities_hours_the_readers_first(client):
    event = make_event()

    ja, en = (client.get(f"/{code}/events/{event.slug}/").content.decode() for code in ("ja", "en"))

    assert ja.index("17:00〜18:30") < ja.index("09:00〜10:30")
    assert en.index("09:00–10:30") < en.index("17:00–18:30")


@pytest.mark.parametrize(
    ("fields", "anonymous", "staff"),
    [
        ({}, 200, 200),
        ({"access": "unlisted"}, 200, 200),
        ({"access": "participants"}, 404, 200),
        ({"status": "TENTATIVE"}, 404, 200),
        ({"status": "CANCELLED"}, 200, 200),
        ({"status": "CANCELLED", "published_at": None}, 404, 200),
    ],
)
def test_what_one_may_not_see_does_not_exist(client, admin_client, fields, anonymous, staff):
    slug = make_event(**fields).slug

    for path in (f"/en/events/{slug}/", f"/en/events/{slug}/event.ics"):
        assert client.get(path).status_code == anonymous
        assert admin_client.get(path).status_code == staff


def test_an_event_for_participants_opens_for_who_holds_a_place(client):
    event = make_event(access="participants")
    inside, outside, left = make_user(), make_user(), make_user()
    make_registration(event, user=inside)
    make_registration(event, user=left, state="cancelled")

    statuses = []
    for user in (inside, outside, left):
        client.force_login(user)
        statuses.append(client.get(f"/en/events/{event.slug}/").status_code)

    assert statuses == [200, 404, 404]


@pytest.mark.parametrize("slug", ["nothing-here", "x" * 300])
def test_an_unknown_event_is_not_found(client, slug):
    assert client.get(f"/en/events/{slug}/").status_code == 404


def test_places_left_are_counted_from_rows(client):
    event = make_event(maximum_attendee_capacity=5)
    make_registration(event, email="a@example.org")
    make_registration(event, email="b@example.org", state="unproved", hold_until=NOW + timedelta(minutes=1))
    make_registration(event, email="c@example.org", state="unproved", hold_until=NOW)
    make_registration(event, email="d@example.org", state="cancelled")

    assert "3 places left" in client.get(f"/en/events/{event.slug}/").content.decode()


@pytest.mark.parametrize(
    ("fields", "words", "form"),
    [
        ({"maximum_attendee_capacity": 1}, "1 place left", True),
        ({"maximum_attendee_capacity": 0}, "Fully booked", False),
        ({}, "Registration is open", True),
        ({"registration_closes_at": NOW}, "Registration is closed", False),
        ({"registration_open": False}, "", False),
        ({"status": "CANCELLED"}, "This event has been cancelled.", False),
        ({"dtstart": NOW - DAY}, "This event is over.", False),
    ],
)
def test_the_page_says_whether_one_can_register(client, fields, words, form):
    content = client.get(f"/en/events/{make_event(**fields).slug}/").content.decode()

    assert words in content
    assert ('name="consent"' in content) is form


def test_the_reason_of_a_cancellation_is_shown_in_the_language_there_is(client):
    event = make_event(status="CANCELLED", cancellation_reason_it="Sciopero dei treni")

    content = client.get(f"/en/events/{event.slug}/").content.decode()

    assert '<p lang="it">Sciopero dei treni</p>' in content


def test_who_is_signed_in_and_registered_is_led_to_their_own_page(client):
    event = make_event()
    user = make_user()
    make_registration(event, user=user)
    client.force_login(user)

    content = client.get(f"/en/events/{event.slug}/").content.decode()
    answer = client.post(f"/en/events/{event.slug}/mine/")

    assert "You are registered" in content
    assert 'name="consent"' not in content
    assert answer.status_code == 303
    assert client.get(answer["Location"]).status_code == 200


def test_nobody_gets_anothers_page(client):
    event = make_event()
    make_registration(event, user=make_user())
    client.force_login(make_user())

    answer = client.post(f"/en/events/{event.slug}/mine/")

    assert answer["Location"] == f"/en/events/{event.slug}/"
    assert client.get(f"/en/events/{event.slug}/mine/").status_code == 405


def test_the_providers_address_is_on_no_page_and_in_no_file(client):
    event = make_event(join_url="https://secret.example/room", dtstart=NOW + timedelta(minutes=10))
    slug = event.slug

    for path in (f"/en/events/{slug}/", "/en/events/", f"/en/events/{slug}/event.ics", "/feeds/events.it.ics"):
        assert b"secret.example" not in client.get(path).content


def test_texts_of_staff_lose_what_is_not_on_the_list(client):
    event = make_event(
        description_en="<p>Hello <script>alert(1)</script><b onclick=x>there</b></p>", name_en="<i>x</i>"
    )

    content = client.get(f"/en/events/{event.slug}/").content.decode()

    assert "alert(1)" not in content
    assert "onclick" not in content
    assert "<i>x</i>" not in content


def test_plain_descriptions_keep_their_lines(client):
    event = make_event(description_en="First <line>\n\nSecond & third")

    content = client.get(f"/en/events/{event.slug}/").content.decode()

    assert "<p>First &lt;line&gt;</p>" in content
    assert "<p>Second &amp; third</p>" in content


def test_a_text_in_another_language_says_so(client):
    event = make_event(name_en="", name_it="Solo in italiano")

    content = client.get(f"/en/events/{event.slug}/").content.decode()

    assert '<h1 id="event-name" lang="it">' in content
    assert "Available in Italian only" in content


def test_the_page_of_an_event_costs_the_same_with_three_of_everything(client, django_assert_max_num_queries):
    def page(n):
        event = make_event(maximum_attendee_capacity=10, dtstart=NOW + DAY)
        for code in ("it", "en", "ja")[:n]:
            event.languages.create(language=code)
            event.themes.add(make_theme())
            make_registration(event, email=f"{code}@example.org")
        with django_assert_max_num_queries(12) as captured:
            assert client.get(f"/en/events/{event.slug}/").status_code == 200
        return len(captured)

    assert page(1) == page(3)


# --- For machines ----------------------------------------------------------------------------------------------------


def test_search_engines_get_the_offset_of_the_events_own_zone(client, settings):
    settings.SITE_URL = "https://portal.example"
    event = make_event(name_en="Cities", organizer=make_organisation(name_en="City of Torino", slug="city"))
    event.languages.create(language="it", role="spoken")
    event.languages.create(language="en", role="captioned")

    data = json_ld_on(client.get(f"/en/events/{event.slug}/"))

    url = f"https://portal.example/en/events/{event.slug}/"
    assert data == {
        "@context": "https://schema.org",
        "@type": "Event",
        "identifier": event.uid,
        "name": "Cities",
        "url": url,
        "startDate": "2026-03-03T09:00:00+01:00",
        "endDate": "2026-03-03T10:30:00+01:00",
        "eventStatus": "https://schema.org/EventScheduled",
        "eventAttendanceMode": "https://schema.org/OnlineEventAttendanceMode",
        "location": {"@type": "VirtualLocation", "url": url},
        "organizer": {
            "@type": "Organization",
            "name": "City of Torino",
            "url": "https://portal.example/en/ecosystem/organisations/city/",
        },
        "isAccessibleForFree": True,
        "inLanguage": ["it"],
        "offers": {
            "@type": "Offer",
            "price": 0,
            "priceCurrency": "EUR",
            "url": url,
            "availability": "https://schema.org/InStock",
        },
    }


def test_search_engines_are_told_place_capacity_and_cancellation(client):
    place = make_city().places.create(name_en="Open Incet", address="Via Cigna 96/17")
    event = make_event(event_attendance_mode="mixed", place=place, status="CANCELLED", maximum_attendee_capacity=3)

    data = json_ld_on(client.get(f"/en/events/{event.slug}/"))

    assert data["eventStatus"] == "https://schema.org/EventCancelled"
    assert [where["@type"] for where in data["location"]] == ["Place", "VirtualLocation"]
    assert data["location"][0]["address"] == {
        "@type": "PostalAddress",
        "streetAddress": "Via Cigna 96/17",
        "addressLocality": "Torino",
        "addressCountry": "IT",
    }
    assert (data["maximumAttendeeCapacity"], data["remainingAttendeeCapacity"]) == (3, 3)
    assert "offers" not in data


def test_linked_data_cannot_be_broken_out_of(client):
    event = make_event(name_en="</script><script>alert(1)</script>")

    assert "<script>alert(1)" not in client.get(f"/en/events/{event.slug}/").content.decode()
    assert json_ld_on(client.get(f"/en/events/{event.slug}/"))["name"] == "</script><script>alert(1)</script>"


def test_a_file_answers_304_until_something_changes(client):
    event = make_event()
    path = f"/en/events/{event.slug}/event.ics"
    first = client.get(path)

    again = client.get(path, headers={"If-None-Match": first["ETag"]})
    Event.objects.update(name_en="Another name")
    changed = client.get(path, headers={"If-None-Match": first["ETag"]})

    assert (first.status_code, again.status_code, changed.status_code) == (200, 304, 200)
    assert first["Content-Type"] == "text/calendar; charset=utf-8"
    assert not first["ETag"].startswith("W/")
    assert changed["ETag"] != first["ETag"]


@pytest.mark.parametrize(
    ("fields", "listed"),
    [
        ({"dtstart": NOW - 89 * DAY}, True),
        ({"dtstart": NOW - 91 * DAY}, False),
        ({"dtstart": NOW + 729 * DAY}, True),
        ({"dtstart": NOW + 731 * DAY}, False),
        ({"status": "CANCELLED", "cancelled_at": NOW - 89 * DAY}, True),
        ({"status": "CANCELLED", "cancelled_at": NOW - 91 * DAY}, False),
    ],
)
def test_the_feed_reaches_90_days_back_and_two_years_ahead(client, fields, listed):
    make_event(**fields)

    events = icalendar.Calendar.from_ical(client.get("/feeds/events.en.ics").content).walk("VEVENT")

    assert len(events) == listed


def test_each_track_has_its_own_feed_in_each_language(client):
    make_event(name_ja="ウェビナー", track=make_track("webinars"))
    make_event(name_ja="視察", track=make_track("visits"))

    calendar = icalendar.Calendar.from_ical(client.get("/feeds/visits.ja.ics").content)

    assert [str(event["SUMMARY"]) for event in calendar.walk("VEVENT")] == ["視察"]


@pytest.mark.parametrize("path", ["/feeds/nothing.en.ics", "/feeds/events.fr.ics", "/feeds/events.ics"])
def test_an_unknown_feed_is_not_found(client, path):
    assert client.get(path).status_code == 404


def test_a_feed_costs_the_same_for_many_as_for_one(client, django_assert_num_queries):
    for n in range(5):
        make_event(dtstart=NOW + n * DAY)
        if n in {0, 4}:
            with django_assert_num_queries(1):
                client.get("/feeds/events.ja.ics")


@pytest.mark.parametrize("path", ["/en/events/", "/en/events/x/", "/en/events/x/event.ics", "/feeds/events.en.ics"])
def test_pages_that_only_show_take_no_post(client, path):
    make_event(slug="x")

    assert client.post(path).status_code == 405


# --- Borrowed by other pages -----------------------------------------------------------------------------------------


def test_the_home_page_shows_the_next_three(client):
    for n in range(4):
        make_event(name_en=f"Talk {n}", dtstart=NOW + (n + 1) * DAY)
    make_event(name_en="Off", dtstart=NOW + timedelta(hours=1), status="CANCELLED")

    assert names_on(client.get("/en/")) == ["Talk 0", "Talk 1", "Talk 2"]


def test_an_organisations_page_shows_what_it_holds(client):
    organisation = make_organisation(slug="city-lab")
    make_event(name_en="Past", organizer=organisation, dtstart=NOW - DAY)
    make_event(name_en="Coming", organizer=organisation, dtstart=NOW + DAY)
    make_event(name_en="Of another", dtstart=NOW + DAY)

    assert names_on(client.get("/en/ecosystem/organisations/city-lab/")) == ["Coming", "Past"]


def test_ones_own_area_shows_ones_own_places_only(client):
    user = make_user()
    mine, over = make_event(name_en="Mine", dtstart=NOW + DAY), make_event(name_en="Over", dtstart=NOW - DAY)
    make_registration(mine, user=user)
    make_registration(over, user=user)
    make_registration(make_event(name_en="Left", dtstart=NOW + DAY), user=user, state="cancelled")
    make_registration(make_event(name_en="Anothers", dtstart=NOW + DAY), user=make_user())
    client.force_login(user)

    content = client.get("/en/my/").content.decode()

    assert names_on(client.get("/en/my/")) == ["Mine"]
    assert "Over" in content
    assert "Left" not in content
    assert "Anothers" not in content


def test_events_are_found_by_the_search_of_the_portal(client):
    make_event(name_ja="実証フィールド", name_en="Testbeds", dtstart=NOW + DAY)
    make_event(name_en="Testbeds in secret", status="TENTATIVE")

    assert names_on(client.get("/en/search/?q=testbeds")) == ["Testbeds"]
    assert "実証フィールド" in client.get("/ja/search/?q=実証フィールド").content.decode().replace("<wbr>", "")


def test_where_every_kind_of_seat_is_taken_nothing_is_left_even_without_a_limit_for_the_whole():
    event = make_event(waiting_list=True)
    room, online = (event.seat_pools.create(kind=kind, size=1) for kind in ("room", "online"))
    make_registration(event).seats.create(pool=room, state="held")
    assert Event.objects.with_places_taken(now=NOW).get().places_left is None

    make_registration(event).seats.create(pool=online, state="held")

    assert Event.objects.with_places_taken(now=NOW).get().places_left == 0
