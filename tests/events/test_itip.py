"""A registration's whole life in somebody else's calendar: sent by SMTP, read back with another implementation.

What each method must and must not carry is RFC 5546's table for it (§3.2.2 REQUEST, §3.2.5 CANCEL).
"""

import email
import email.policy
import socket
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import icalendar
import pytest
from aiosmtpd.controller import Controller
from django.core.mail import get_connection
from django.utils import timezone

from events import ical
from events.models import Event, Registration
from events.services import notices, registrations, scheduling
from iurc_portal.notifications import services as outbox
from iurc_portal.notifications.models import Message
from tests.factories import START, make_event, make_organisation, make_user

pytestmark = pytest.mark.django_db
NOW = START - timedelta(days=20)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
GUEST = "taro@example.org"

# RFC 5546, how often each property stands in the one VEVENT: required, at most once, never.
ONCE = {
    "REQUEST": {"DTSTAMP", "DTSTART", "ORGANIZER", "SUMMARY", "UID", "SEQUENCE", "ATTENDEE"},
    "CANCEL": {"DTSTAMP", "ORGANIZER", "SEQUENCE", "UID", "ATTENDEE"},
}
AT_MOST_ONCE = {"CLASS", "CREATED", "DESCRIPTION", "DTSTART", "DTEND", "DURATION", "GEO", "LAST-MODIFIED", "LOCATION"}
AT_MOST_ONCE |= {"PRIORITY", "RECURRENCE-ID", "STATUS", "SUMMARY", "TRANSP", "URL"}
NEVER = {"REQUEST-STATUS", "RRULE", "RDATE", "EXDATE"}  # the last three by our own rule: one UID a date (6.3)


class Post:
    """An SMTP server that keeps what it is given."""

    def __init__(self):
        self.letters = []

    async def handle_DATA(self, server, session, envelope):
        self.letters.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 taken"


@pytest.fixture
def post(settings):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(Post(), hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 5
    settings.DEFAULT_FROM_EMAIL = "Torino–Nagoya <portal@torino-nagoya.example>"
    yield controller.handler
    controller.stop()


@dataclass
class Part:
    """The calendar part of one letter, read back."""

    letter: email.message.EmailMessage
    octets: bytes
    calendar: icalendar.Calendar
    vevent: icalendar.Event
    content_type: dict

    @property
    def step(self) -> tuple:
        status = str(self.vevent["STATUS"]) if "STATUS" in self.vevent else None
        return str(self.calendar["METHOD"]), str(self.vevent["UID"]), int(self.vevent["SEQUENCE"]), status


def read(letter) -> Part | None:
    parts = [part for part in letter.walk() if part.get_content_type() == "text/calendar"]
    if not parts:
        return None
    (part,) = parts
    octets = part.get_payload(decode=True)
    calendar = icalendar.Calendar.from_ical(octets)
    (vevent,) = calendar.walk("VEVENT")
    return Part(letter, octets, calendar, vevent, dict(part["Content-Type"].params))


def deliver(post) -> list[Part]:
    """Send what waits and return the calendar parts that arrived now."""
    before = len(post.letters)
    for message in Message.objects.filter(state=Message.State.QUEUED).order_by("pk"):
        assert outbox.deliver(message.pk, now=timezone.now(), connection=get_connection()) == "sent"
    return [part for letter in post.letters[before:] if (part := read(letter))]


def guest_registers(event, *, now) -> Registration:
    user = make_user(email=GUEST) if not Registration.objects.exists() else Registration.objects.get().user
    user.emailaddress_set.get_or_create(email=GUEST, defaults={"verified": True, "primary": True})
    person = {"family_name": "Yamada", "given_name": "Taro", "language": "ja", "tzid": "Asia/Tokyo"}
    return registrations.request_registration(event=event, email=GUEST, person=person, now=now, user=user)


def an_event():
    return make_event(
        name_en="Cities as testbeds",
        name_ja="実証フィールドとしての都市：" + "長い題名" * 12,
        organizer=make_organisation(),
        contact_email="desk@torino.example",
    )


@pytest.fixture
def life(post) -> dict[str, list[Part]]:
    """Registered, moved, texts edited, withdrawn, back, and the event cancelled: what arrived at each step."""
    event = an_event()
    steps = {}
    registration = guest_registers(event, now=NOW)
    steps["registered"] = deliver(post)
    start = START + 2 * HOUR
    scheduling.schedule_event(event, start=start, end=start + 90 * MINUTE, now=NOW + DAY)
    notices.send_notices(now=NOW + DAY + 3 * MINUTE)
    steps["moved"] = deliver(post)
    Event.objects.filter(pk=event.pk).update(description_ja="新しい説明", last_modified=NOW + 2 * DAY)
    notices.send_notices(now=NOW + 2 * DAY + 3 * MINUTE)
    steps["texts edited"] = deliver(post)
    registrations.withdraw_registration(registration, now=NOW + 3 * DAY)
    steps["withdrawn"] = deliver(post)
    guest_registers(event, now=NOW + 4 * DAY)
    steps["returned"] = deliver(post)
    scheduling.cancel_event(event, now=NOW + 5 * DAY, reason={"ja": "ストライキのため。"})
    notices.send_notices(now=NOW + 5 * DAY + 3 * MINUTE)
    steps["cancelled"] = deliver(post)
    return steps


def test_uid_stays_and_the_number_rises_with_all_that_is_new(life):
    uid = Event.objects.get().uid

    assert {step: [part.step for part in parts] for step, parts in life.items()} == {
        "registered": [("REQUEST", uid, 0, "CONFIRMED")],
        "moved": [("REQUEST", uid, 1, "CONFIRMED")],
        "texts edited": [],
        "withdrawn": [("CANCEL", uid, 2, None)],
        "returned": [("REQUEST", uid, 3, "CONFIRMED")],
        "cancelled": [("CANCEL", uid, 4, "CANCELLED")],
    }


def test_each_letter_carries_what_the_table_of_its_method_asks_for_and_nothing_it_forbids(life):
    for part in (part for parts in life.values() for part in parts):
        method = str(part.calendar["METHOD"])
        names = [name for name, _value in part.vevent.property_items(recursive=False) if name not in {"BEGIN", "END"}]
        counts = {name: names.count(name) for name in names}

        assert {name for name in ONCE[method] if counts.get(name) != 1} == set()
        assert {name for name in AT_MOST_ONCE if counts.get(name, 0) > 1} == set()
        assert NEVER & set(counts) == set()
        assert {item.name for item in part.calendar.subcomponents} == {"VTIMEZONE", "VEVENT"}
        assert part.vevent.subcomponents == []  # no alarm: reminders are our letters' business
        assert (str(part.calendar["VERSION"]), "PRODID" in part.calendar) == ("2.0", True)


def test_every_zone_that_is_named_is_described(life):
    for part in (part for parts in life.values() for part in parts):
        named = {part.vevent[name].params.get("TZID") for name in ("DTSTART", "DTEND")}
        assert named == {str(zone["TZID"]) for zone in part.calendar.walk("VTIMEZONE")} == {"Europe/Rome"}


def test_organizer_is_the_visible_sender_and_attendee_the_one_addressed(life):
    for part in (part for parts in life.values() for part in parts):
        sender = part.letter["From"].addresses[0].addr_spec
        assert (str(part.vevent["ORGANIZER"]), part.vevent["ORGANIZER"].params) == (f"mailto:{sender}", {})
        assert str(part.vevent["ATTENDEE"]) == f"mailto:{part.letter['To'].addresses[0].addr_spec}"
        assert part.vevent["ATTENDEE"].params == {"PARTSTAT": "ACCEPTED", "RSVP": "FALSE", "ROLE": "REQ-PARTICIPANT"}


def test_the_parts_have_the_shape_that_clients_want(life):
    for part in (part for parts in life.values() for part in parts):
        alternatives, attached = part.letter.iter_parts()
        assert part.letter.get_content_type() == "multipart/mixed"
        assert [item.get_content_type() for item in alternatives.iter_parts()] == [
            "text/plain",
            "text/html",
            "text/calendar",
        ]
        assert part.content_type == {
            "method": str(part.calendar["METHOD"]),
            "component": "VEVENT",
            "charset": "utf-8",
        }
        assert (attached.get_content_type(), attached.get_payload(decode=True)) == ("application/ics", part.octets)


def test_lines_are_short_and_end_with_crlf_after_the_way_through_the_post(life):
    for part in (part for parts in life.values() for part in parts):
        lines = part.octets.split(b"\r\n")
        assert lines[-1] == b""
        assert max(len(line) for line in lines) <= 75
        assert b"\n" not in b"".join(lines)
        assert str(part.vevent["SUMMARY"]) == Event.objects.get().name_ja
        assert part.vevent["SUMMARY"].params["LANGUAGE"] == "ja"


def test_the_hours_are_those_that_held_at_each_step(life):
    starts = {step: [part.vevent["DTSTART"].dt.astimezone(UTC) for part in parts] for step, parts in life.items()}

    assert starts == {
        "registered": [START],
        "moved": [START + 2 * HOUR],
        "texts edited": [],
        "withdrawn": [START + 2 * HOUR],
        "returned": [START + 2 * HOUR],
        "cancelled": [START + 2 * HOUR],
    }


def test_an_edited_text_reaches_calendars_that_look_and_raises_no_number(post):
    event = an_event()
    guest_registers(event, now=NOW)
    Event.objects.filter(pk=event.pk).update(description_ja="新しい説明", last_modified=NOW + HOUR)
    event.refresh_from_db()

    (file,) = icalendar.Calendar.from_ical(ical.calendar([ical.entry_for(event, language="ja")])).walk("VEVENT")
    assert (file["SEQUENCE"], file["LAST-MODIFIED"].dt) == (0, NOW + HOUR)
    assert "新しい説明" in str(file["DESCRIPTION"])


def test_the_stamp_is_the_moment_of_sending_and_the_edit_has_its_own(post, monkeypatch):
    event = an_event()
    guest_registers(event, now=NOW)
    sending = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
    monkeypatch.setattr("django.utils.timezone.now", lambda: sending)
    Message.objects.update(expires_at=sending + HOUR)

    (part,) = deliver(post)

    assert part.vevent["DTSTAMP"].dt == sending
    assert part.vevent["LAST-MODIFIED"].dt == event.last_modified.replace(microsecond=0)


def test_a_cancellation_and_its_undoing_reach_everyone_with_their_own_numbers(post):
    """Who came, left and came back is ahead of the others; each number rises for each, and nobody's falls."""
    event = an_event()
    returned = guest_registers(event, now=NOW)
    registrations.withdraw_registration(returned, now=NOW + HOUR)
    guest_registers(event, now=NOW + 2 * HOUR)
    registrations.register_by_staff(
        event=event,
        email="anna@example.org",
        person={"family_name": "Rossi", "given_name": "Anna", "language": "it", "tzid": "Europe/Rome"},
        now=NOW + 2 * HOUR,
        by=None,
    )
    deliver(post)
    scheduling.cancel_event(event, now=NOW + DAY)
    notices.send_notices(now=NOW + DAY + 3 * MINUTE)
    cancelled = deliver(post)
    scheduling.restore_event(event, now=NOW + 2 * DAY)
    notices.send_notices(now=NOW + 2 * DAY + 3 * MINUTE)
    restored = deliver(post)

    def numbers(parts):
        return {part.letter["To"]: (str(part.calendar["METHOD"]), int(part.vevent["SEQUENCE"])) for part in parts}

    assert numbers(cancelled) == {GUEST: ("CANCEL", 3), "anna@example.org": ("CANCEL", 1)}
    assert numbers(restored) == {GUEST: ("REQUEST", 4), "anna@example.org": ("REQUEST", 2)}


def test_a_setting_writes_all_times_in_utc(settings):
    settings.IURC_EVENTS = {**settings.IURC_EVENTS, "ics_in_utc": True}

    octets = ical.calendar([ical.entry_for(make_event(), language="it")])

    assert b"DTSTART:20260303T080000Z\r\n" in octets
    assert b"VTIMEZONE" not in octets
