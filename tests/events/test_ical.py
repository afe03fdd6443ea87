"""What goes into other people's calendars, read back with an implementation that is not ours."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
from dateutil.rrule import rrulestr
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from events import ical
from events.models import Event
from events.when import When
from iurc_portal.clock import known_zones
from tests.factories import START, make_city, make_event

pytestmark = pytest.mark.django_db
ROME = ZoneInfo("Europe/Rome")
LONG = "実証フィールドとしての都市:" * 20 + "; comma, back\\slash\nnew line è"


def read(octets: bytes) -> icalendar.Calendar:
    return icalendar.Calendar.from_ical(octets)


def vevent(octets: bytes):
    (found,) = read(octets).walk("VEVENT")
    return found


def download(event, language="ja", **fields) -> bytes:
    return ical.calendar([ical.entry_for(event, language=language, **fields)])


def invite(event, **fields) -> bytes:
    return ical.invitation(
        event,
        **{
            "attendee": "taro@example.org",
            "language": "ja",
            "tzid": "Asia/Tokyo",
            "method": "REQUEST",
            "sequence": 3,
            "when": event.when,
            "now": datetime(2026, 2, 1, 10, 0, tzinfo=UTC),
            **fields,
        },
    )


# --- The shape of lines ----------------------------------------------------------------------------------------------


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cc",)), max_size=300))
def test_folded_lines_are_short_whole_and_unfold_to_what_they_were(text):
    line = f"SUMMARY:{text}"

    folded = ical.fold(line)

    assert folded.endswith(b"\r\n")
    for part in folded[:-2].split(b"\r\n"):
        assert len(part) <= 75
        part.decode()
    assert folded[:-2].replace(b"\r\n ", b"").decode() == line


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cc", "Zl", "Zp")), max_size=200))
def test_any_text_reads_back_equal(text):
    line = ical.fold(ical.text_line("SUMMARY", text, LANGUAGE="ja"))
    octets = b"BEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260101T000000Z\r\n" + line + b"END:VEVENT\r\n"

    assert str(icalendar.Event.from_ical(octets)["SUMMARY"]) == text


def test_control_characters_do_not_reach_a_calendar():
    assert ical.escape("a\x00b\x1b[31mc\r\nd\te\x7f") == "ab[31mc\\nd e"


def test_every_line_of_a_file_ends_with_crlf_and_is_short():
    octets = download(make_event(name_ja=LONG[:200], description_ja=LONG))

    lines = octets.split(b"\r\n")
    assert lines[-1] == b""
    assert max(len(line) for line in lines) <= 75
    assert b"\n" not in b"".join(lines)


# --- The zones -------------------------------------------------------------------------------------------------------


def test_the_rome_block_agrees_with_the_law_hour_by_hour_over_ten_years():
    """If this fails the European rule on clock changes has changed: rewrite the block and tell people (6.13)."""
    block = read(download(make_event())).walk("VTIMEZONE")[0]
    changes = []
    for part in block.subcomponents:
        rule = rrulestr(part["RRULE"].to_ical().decode(), dtstart=part["DTSTART"].dt)
        offset_from, offset_to = part["TZOFFSETFROM"].td, part["TZOFFSETTO"].td
        year = datetime.now(UTC).year
        for wall in rule.between(datetime(year - 1, 1, 1), datetime(year + 11, 1, 1)):
            changes.append(((wall - offset_from).replace(tzinfo=UTC), offset_to, str(part["TZNAME"])))
    changes.sort()

    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    end = hour + timedelta(days=3653)
    position, wrong = 0, []
    while hour < end:
        while position + 1 < len(changes) and changes[position + 1][0] <= hour:
            position += 1
        _at, offset, name = changes[position]
        local = hour.astimezone(ROME)
        if (local.utcoffset(), local.tzname()) != (offset, name):
            wrong.append(hour)
        hour += timedelta(hours=1)

    assert wrong == []


def test_the_tokyo_block_is_one_rule_without_end():
    octets = download(make_event(tzid="Asia/Tokyo"))

    (block,) = read(octets).walk("VTIMEZONE")
    (part,) = block.subcomponents
    assert (part.name, part["TZOFFSETFROM"].td, part["TZOFFSETTO"].td, str(part["TZNAME"])) == (
        "STANDARD",
        timedelta(hours=9),
        timedelta(hours=9),
        "JST",
    )
    assert "RRULE" not in part


def test_no_block_lists_single_dates():
    assert b"RDATE" not in download(make_event())


@pytest.mark.parametrize("tzid", ["Europe/Rome", "Asia/Tokyo"])
def test_times_stand_on_the_clocks_of_the_event(tzid):
    found = vevent(download(make_event(tzid=tzid)))

    assert found["DTSTART"].params["TZID"] == tzid
    assert found["DTSTART"].dt.astimezone(UTC) == START
    assert found["DTEND"].dt.astimezone(UTC) == START + timedelta(minutes=90)


def test_a_third_zone_is_written_in_utc_without_a_block():
    octets = download(make_event(tzid="America/New_York"))

    assert b"DTSTART:20260303T080000Z\r\n" in octets
    assert b"VTIMEZONE" not in octets


@pytest.mark.parametrize("hour", [0, 1])
def test_the_hour_that_comes_twice_keeps_its_instant(hour):
    start = datetime(2026, 10, 25, hour, 30, tzinfo=UTC)

    found = vevent(download(make_event(dtstart=start)))

    assert found["DTSTART"].dt.astimezone(UTC) == start


@given(st.datetimes(datetime(2024, 1, 1), datetime(2036, 1, 1), timezones=st.just(UTC)))
def test_any_instant_reads_back_equal(instant):
    start = instant.replace(microsecond=0)
    entry = ical.Entry(
        uid="1", sequence=0, dtstart=start, dtend=start + timedelta(hours=1), tzid="Europe/Rome", summary="s",
        summary_language="en", description="", language="en", location="", url="https://x.example", stamp=start,
        last_modified=start,
    )  # fmt: skip

    assert vevent(ical.calendar([entry]))["DTSTART"].dt.timestamp() == start.timestamp()


# --- Files and feeds -------------------------------------------------------------------------------------------------


def test_a_file_names_no_people_and_asks_for_nothing():
    calendar = read(download(make_event()))

    (found,) = calendar.walk("VEVENT")
    assert "METHOD" not in calendar
    assert "ATTENDEE" not in found
    assert "ORGANIZER" not in found
    assert found["DTSTAMP"].dt == found["LAST-MODIFIED"].dt


def test_a_file_is_the_same_until_something_changes():
    event = make_event()
    first, second = download(event), download(Event.objects.get(pk=event.pk))
    Event.objects.get(pk=event.pk).save()

    third = download(Event.objects.get(pk=event.pk))

    assert first == second
    assert (ical.etag(first) == ical.etag(third)) is (first == third)


def test_texts_are_in_the_readers_language_and_say_which():
    event = make_event(name_it="Città", name_ja="", name_en="Cities")

    found = vevent(download(event, language="ja"))

    assert (str(found["SUMMARY"]), found["SUMMARY"].params["LANGUAGE"]) == ("Cities", "en")
    assert found["DESCRIPTION"].params["LANGUAGE"] == "ja"


def test_the_description_gives_both_cities_times_in_words_and_the_page(settings):
    settings.SITE_URL = "https://portal.example"
    event = make_event(description_en="<p>What we <strong>learnt</strong> &amp; more</p>")

    description = str(vevent(download(event, language="en"))["DESCRIPTION"])

    assert description.split("\n") == [
        "Torino time: Tuesday 3 March 2026, 09:00–10:30 CET (UTC+1)",
        "Nagoya time: Tuesday 3 March 2026, 17:00–18:30 JST (UTC+9)",
        "",
        "What we learnt & more",
        "",
        f"https://portal.example/en/events/{event.slug}/",
    ]


@pytest.mark.parametrize(
    ("mode", "location"),
    [
        ("online", "Online – http://localhost:8000/en/events/{slug}/"),
        ("offline", "Town hall"),
        ("mixed", "Town hall / Online – http://localhost:8000/en/events/{slug}/"),
    ],
)
def test_the_providers_address_is_nowhere(mode, location):
    event = make_event(event_attendance_mode=mode, location_en="Town hall", join_url="https://secret.example/room")

    for octets in (download(event, language="en"), invite(event, language="en")):
        assert str(vevent(octets)["LOCATION"]) == location.format(slug=event.slug)
        assert b"secret.example" not in octets


def test_a_place_is_named_with_its_address_and_city():
    city = make_city()
    place = city.places.create(name_en="Open Incet", address="Via Cigna 96/17")
    event = make_event(event_attendance_mode="offline", place=place)

    assert str(vevent(download(event, language="en"))["LOCATION"]) == "Open Incet, Via Cigna 96/17, Torino"


@pytest.mark.parametrize(("status", "word"), [("CONFIRMED", "CONFIRMED"), ("CANCELLED", "CANCELLED")])
def test_a_cancelled_event_stays_and_says_so(status, word):
    assert str(vevent(download(make_event(status=status)))["STATUS"]) == word


def test_a_feed_names_itself_and_how_often_to_look():
    octets = ical.calendar([], name="トリノ・名古屋", language="ja")

    calendar = read(octets)
    assert str(calendar["NAME"]) == str(calendar["X-WR-CALNAME"]) == "トリノ・名古屋"
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT12H\r\n" in octets


# --- Invitations -----------------------------------------------------------------------------------------------------


def test_a_request_invites_one_person_who_has_already_said_yes(settings):
    settings.DEFAULT_FROM_EMAIL = "Torino–Nagoya <portal@city.example>"
    event = make_event()

    octets = invite(event)

    calendar, found = read(octets), vevent(octets)
    assert str(calendar["METHOD"]) == "REQUEST"
    assert (str(found["UID"]), found["SEQUENCE"], str(found["STATUS"])) == (event.uid, 3, "CONFIRMED")
    assert str(found["ORGANIZER"]) == "mailto:portal@city.example"
    assert found["ORGANIZER"].params == {}
    assert str(found["ATTENDEE"]) == "mailto:taro@example.org"
    assert found["ATTENDEE"].params == {"PARTSTAT": "ACCEPTED", "RSVP": "FALSE", "ROLE": "REQ-PARTICIPANT"}
    assert found["DTSTAMP"].dt == datetime(2026, 2, 1, 10, 0, tzinfo=UTC)
    assert found["DTSTAMP"].dt != found["LAST-MODIFIED"].dt


def test_one_person_leaving_does_not_cancel_the_event_for_others():
    octets = invite(make_event(), method="CANCEL")

    assert str(read(octets)["METHOD"]) == "CANCEL"
    assert "STATUS" not in vevent(octets)


def test_an_event_that_is_off_is_cancelled_for_everybody():
    octets = invite(make_event(status="CANCELLED"), method="CANCEL", event_is_off=True)

    found = vevent(octets)
    assert (str(read(octets)["METHOD"]), str(found["STATUS"])) == ("CANCEL", "CANCELLED")
    assert {"UID", "ORGANIZER", "ATTENDEE", "DTSTART", "SEQUENCE"} <= set(found)


def test_an_invitation_says_what_was_true_when_it_was_queued():
    event = make_event()
    former = START - timedelta(days=7)

    octets = invite(event, when=When(former, former + timedelta(hours=1), event.tzid))

    assert vevent(octets)["DTSTART"].dt.astimezone(UTC) == former
    assert "2026年2月24日" in str(vevent(octets)["DESCRIPTION"])


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("taro+torino@example.org", "mailto:taro+torino@example.org"),
        ("o'brien@example.org", "mailto:o'brien@example.org"),
        ("a?b&c#d@example.org", "mailto:a%3Fb%26c%23d@example.org"),
        ('"a;b:c,d"@example.org', "mailto:%22a%3Bb%3Ac%2Cd%22@example.org"),
    ],
)
def test_an_odd_address_cannot_break_the_line(address, written):
    found = vevent(invite(make_event(), attendee=address))

    assert str(found["ATTENDEE"]) == written
    assert len(found["ATTENDEE"].params) == 3


def test_dates_in_descriptions_are_those_of_each_city():
    late = datetime(2026, 3, 3, 20, 0, tzinfo=UTC)  # 21:00 in Torino, 05:00 the next day in Nagoya
    event = make_event(dtstart=late)

    description = str(vevent(download(event, language="en"))["DESCRIPTION"])

    assert "Tuesday 3 March 2026, 21:00" in description
    assert "Wednesday 4 March 2026, 05:00" in description


@pytest.mark.parametrize(
    ("mode", "access", "words"),
    [
        ("online", "public", "Online"),
        ("mixed", "public", "the place will be announced / Online"),
        ("offline", "public", "the place will be announced"),
        ("offline", "participants", ""),
    ],
)
def test_where_no_place_is_known_yet_people_read_so_and_items_of_an_agenda_stay_silent(mode, access, words):
    event = make_event(event_attendance_mode=mode, access=access, place=None)
    with translation.override("en"):
        assert ical.where(event, language="en") == words


def test_zones_of_further_cities_are_looked_up_without_listing_the_computers_folder_again(monkeypatch):
    event = make_event(
        further_cities=[{"tzid": "Asia/Seoul", "en": "Seoul"}, {"tzid": "Mars/Olympus", "en": "Olympus"}]
    )
    known_zones()
    monkeypatch.setattr("iurc_portal.clock.available_timezones", lambda: pytest.fail("the folder was walked"))

    assert [city.tzid for city in event.further] == ["Asia/Seoul"]
