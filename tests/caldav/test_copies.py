"""What a copy says: read back as written, the same whatever a server does to its form, hostile ones refused."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.caldav.copies import Stamp, content_hash, entry_of, fields_of, read, render, tidy
from events.caldav.errors import Unreadable
from events.services.calendars.plans import note_in, room_in
from tests.factories import make_days, make_event

WORDS = st.text(st.characters(blacklist_categories=("Cs",)), min_size=1, max_size=80).filter(lambda t: t.strip())


def rendered(event, **options):
    entry = entry_of(event, language="en")
    data, copy = render(event, entry, **options)
    return entry, data, copy


@pytest.mark.django_db
@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(name=WORDS, location=WORDS)
def test_what_is_written_reads_back_equal(name, location):
    event = make_event(event_attendance_mode="offline")
    event.name_en, event.location_en = name, location

    entry, data, copy = rendered(event)

    back = read(data)
    assert back.fields == fields_of(entry) == copy.fields
    assert back.is_as_written
    assert back.is_of(event)


def test_whole_days_are_dates(db):
    event = make_days(date(2026, 3, 3), date(2026, 3, 4))

    _entry, data, copy = rendered(event)

    assert copy.fields["when"] == read(data).fields["when"] == "2026-03-03/2026-03-05"


def test_a_server_that_rewrites_the_form_changes_nothing(db):
    _entry, data, copy = rendered(make_event())
    lines = data.decode().replace("\r\n ", "").split("\r\n")
    at = lines.index("BEGIN:VEVENT")
    inside = sorted(lines[at + 1 : lines.index("END:VEVENT")], reverse=True)
    inside = ["DTSTAMP:20300101T000000Z" if line.startswith("DTSTAMP") else line for line in inside]
    mixed = "\n".join(
        ["BEGIN:VCALENDAR", "PRODID:-//other//EN", "BEGIN:VEVENT", *inside, "END:VEVENT", "END:VCALENDAR"]
    )

    assert read(mixed.encode()).content_hash == copy.content_hash == read(data).content_hash


def test_other_zones_and_durations_say_the_same_instants():
    text = (
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;TZID=Asia/Tokyo:20260303T170000\r\nDURATION:PT1H\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    assert read(text.encode()).fields["when"] == "2026-03-03T08:00:00Z/2026-03-03T09:00:00Z"
    new_york = text.replace("Asia/Tokyo:20260303T170000", "America/New_York:20260303T030000")
    assert read(new_york.encode()).fields["when"] == "2026-03-03T08:00:00Z/2026-03-03T09:00:00Z"
    floating = text.replace(";TZID=Asia/Tokyo:20260303T170000", ":20260303T090000")
    assert read(floating.encode(), tzid="Europe/Rome").fields["when"] == "2026-03-03T08:00:00Z/2026-03-03T09:00:00Z"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data[: len(data) // 2],
        lambda data: data.replace(b"DTSTART", b"X-START"),
        lambda data: data.replace(b"SUMMARY", b"SUMMARY\xff"),
        lambda data: data.replace(b"END:VEVENT", b"no colon here"),
        lambda data: b"BEGIN:VEVENT\r\n" * 1000,
        lambda data: b"<html>hello</html>",
        lambda data: b"",
    ],
)
def test_what_cannot_be_read_is_said_so(db, spoil):
    _entry, data, _copy = rendered(make_event())

    with pytest.raises(Unreadable):
        read(spoil(data))


def test_fields_that_wait_and_lines_of_others_survive_a_write(db):
    event = make_event(name_en="Talk")
    entry, data, _copy = rendered(event)
    alarm = b"BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\n"
    people = b"ATTENDEE:mailto:a@example.org\r\nCOLOR:red\r\n"
    theirs = read(
        data.replace(b"SUMMARY;LANGUAGE=en:Talk", b"SUMMARY:Mine").replace(
            b"END:VEVENT", people + alarm + b"END:VEVENT"
        )
    )

    written, copy = render(event, entry, over=theirs, keep={"summary"})

    back = read(written)
    assert back.fields == copy.fields == {**fields_of(entry), "summary": "Mine"}
    assert back.is_as_written
    assert b"TRIGGER:-PT5M" in written
    assert b"COLOR:red" in written
    assert b"ATTENDEE" not in written


def test_the_hash_knows_no_order():
    assert content_hash({"when": "1", "summary": "2"}, ["b", "a"]) == content_hash(
        {"summary": "2", "when": "1"}, ["a", "b"]
    )
    assert content_hash({"summary": "2"}) != content_hash({"summary": "3"})


def test_a_room_is_what_stands_before_the_address(db):
    event = make_event(event_attendance_mode="mixed", location_en="Red room")

    assert room_in(event, "Blue room / Online", "en") == "Blue room"
    assert room_in(event, "Blue room", "en") == "Blue room"


def test_a_note_is_what_stands_around_our_words(db):
    entry = entry_of(make_event(), language="en")
    ours = fields_of(entry)["description"]

    assert note_in(entry, "", f"Before\n\n{ours}\n\nBehind") == "Before\n\nBehind"
    assert note_in(entry, "", "All new") == "All new"
    assert note_in(entry, "", ours) == ""


def test_stamps_and_tidy_text():
    assert str(Stamp("portal", "event", "hash")) == "portal event hash"
    assert tidy("a \r\nb\t\x00 ") == "a\nb"
