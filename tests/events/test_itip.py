"""A registration's whole life in somebody else's calendar: sent by SMTP, read back from the bytes that arrived.

``icalendar`` reads them as a mail client does; ``itip_rules`` compares them with the tables of RFC 5546.
"""

import email
import email.policy
import re
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
from iurc_portal.accounts.models import User
from iurc_portal.notifications import services as outbox
from iurc_portal.notifications.models import Message
from tests.events import itip_rules
from tests.factories import START, make_event, make_organisation, make_user

pytestmark = pytest.mark.django_db
NOW = START - timedelta(days=20)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
GUEST = "taro@example.org"

GUEST, BESIDE = "taro@example.org", "anna@example.org"  # who comes and goes, and who only stays


class Post:
    """An SMTP server that keeps the bytes it is given."""

    def __init__(self):
        self.letters: list[bytes] = []

    async def handle_DATA(self, server, session, envelope):
        self.letters.append(envelope.content)
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

    raw: bytes
    letter: email.message.EmailMessage
    octets: bytes
    calendar: icalendar.Calendar
    vevent: icalendar.Event
    content_type: dict

    @property
    def to(self) -> str:
        return self.letter["To"].addresses[0].addr_spec

    @property
    def step(self) -> tuple:
        status = str(self.vevent["STATUS"]) if "STATUS" in self.vevent else None
        return str(self.calendar["METHOD"]), int(self.vevent["SEQUENCE"]), status


def read(raw: bytes) -> Part | None:
    letter = email.message_from_bytes(raw, policy=email.policy.default)
    parts = [part for part in letter.walk() if part.get_content_type() == "text/calendar"]
    if not parts:
        return None
    (part,) = parts
    octets = part.get_payload(decode=True)
    calendar = icalendar.Calendar.from_ical(octets)
    (vevent,) = calendar.walk("VEVENT")
    return Part(raw, letter, octets, calendar, vevent, dict(part["Content-Type"].params))


def deliver(post) -> list[Part]:
    """Send what waits and return the calendar parts that arrived now."""
    before = len(post.letters)
    for message in Message.objects.filter(state=Message.State.QUEUED).order_by("pk"):
        assert outbox.deliver(message.pk, now=timezone.now(), connection=get_connection()) == "sent"
    return [part for raw in post.letters[before:] if (part := read(raw))]


def guest_registers(event, *, now) -> Registration:
    user = User.objects.filter(email=GUEST).first() or make_user(email=GUEST)
    user.emailaddress_set.get_or_create(email=GUEST, defaults={"verified": True, "primary": True})
    person = {"family_name": "Yamada", "given_name": "Taro", "language": "ja", "tzid": "Asia/Tokyo"}
    return registrations.request_registration(event=event, email=GUEST, person=person, now=now, user=user)


def registered_beside(event, *, now) -> Registration:
    person = {"family_name": "Rossi", "given_name": "Anna", "language": "it", "tzid": "Europe/Rome"}
    return registrations.register_by_staff(event=event, email=BESIDE, person=person, now=now, by=None)


def an_event():
    return make_event(
        name_en="Cities as testbeds",
        name_ja="実証フィールドとしての都市：" + "長い題名" * 12,
        organizer=make_organisation(),
        contact_email="desk@torino.example",
    )


@pytest.fixture
def life(post) -> dict[str, list[Part]]:
    """What arrived at each step, while one person registers, leaves, comes back, and another simply stays."""
    event = an_event()
    steps = {}
    registration = guest_registers(event, now=NOW)
    registered_beside(event, now=NOW)
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
    scheduling.restore_event(event, now=NOW + 6 * DAY)
    notices.send_notices(now=NOW + 6 * DAY + 3 * MINUTE)
    steps["restored"] = deliver(post)
    return steps


@pytest.mark.parametrize(
    ("whose", "expected"),
    [
        (
            GUEST,
            {
                "registered": [("REQUEST", 0, "CONFIRMED")],
                "moved": [("REQUEST", 1, "CONFIRMED")],
                "texts edited": [],
                "withdrawn": [("CANCEL", 2, None)],
                "returned": [("REQUEST", 3, "CONFIRMED")],
                "cancelled": [("CANCEL", 4, "CANCELLED")],
                "restored": [("REQUEST", 5, "CONFIRMED")],
            },
        ),
        (
            BESIDE,
            {
                "registered": [("REQUEST", 0, "CONFIRMED")],
                "moved": [("REQUEST", 1, "CONFIRMED")],
                "texts edited": [],
                "withdrawn": [],
                "returned": [],
                "cancelled": [("CANCEL", 2, "CANCELLED")],
                "restored": [("REQUEST", 3, "CONFIRMED")],
            },
        ),
    ],
)
def test_the_number_rises_with_all_that_is_new_to_this_person_and_nobody_elses_does(life, whose, expected):
    theirs = {step: [part.step for part in parts if part.to == whose] for step, parts in life.items()}

    assert theirs == expected


def test_one_uid_from_the_first_letter_to_the_last(life):
    assert {str(part.vevent["UID"]) for parts in life.values() for part in parts} == {Event.objects.get().uid}
    assert Event.objects.get().sequence == 3  # moved, cancelled, restored


def test_each_letter_is_what_the_tables_of_rfc_5546_and_the_rules_of_rfc_6047_ask_for(life):
    letters = [part for parts in life.values() for part in parts]

    assert len(letters) == 10
    assert {(part.to, *part.step): itip_rules.faults_of_letter(part.raw) for part in letters} == {
        (part.to, *part.step): [] for part in letters
    }


def test_beyond_the_tables_we_send_no_recurrence_and_no_alarm(life):
    """One UID for each date (6.3); reminders are our letters' business (4.15)."""
    for part in (part for parts in life.values() for part in parts):
        assert {"RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"}.isdisjoint(part.vevent)
        assert part.vevent.subcomponents == []


def test_both_readers_read_the_same(life):
    for part in (part for parts in life.values() for part in parts):
        (plain,) = [found for found in itip_rules.read(part.octets).parts if found.name == "VEVENT"]
        for name in ("UID", "SEQUENCE", "SUMMARY", "DESCRIPTION", "LOCATION", "URL", "ORGANIZER", "ATTENDEE"):
            text = re.sub(r"\\([\\;,nN])", lambda m: "\n" if m[1] in "nN" else m[1], plain.value(name))
            assert text == str(part.vevent[name])


SPOILT = {
    "no SEQUENCE": (rb"SEQUENCE:\d+\r\n", b""),
    "two UIDs": (rb"(UID:.*?\r\n(?: .*?\r\n)*)", rb"\1\1"),
    "no ORGANIZER": (rb"ORGANIZER:.*?\r\n", b""),
    "another METHOD": (rb"METHOD:CANCEL", b"METHOD:REPLY"),
    "a status of others": (rb"SEQUENCE", b"STATUS:CONFIRMED\r\nSEQUENCE"),
    "an alarm": (rb"END:VEVENT", b"BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\nEND:VEVENT"),
    "no zone": (rb"BEGIN:VTIMEZONE.*END:VTIMEZONE\r\n", b""),
    "a zone without offsets": (rb"TZOFFSETTO:.*?\r\n", b""),
    "a to-do": (rb"END:VCALENDAR", b"BEGIN:VTODO\r\nEND:VTODO\r\nEND:VCALENDAR"),
    "an answer": (rb"END:VEVENT", b"REQUEST-STATUS:2.0;Success\r\nEND:VEVENT"),
    "a length and an end": (rb"SEQUENCE", b"DURATION:PT1H\r\nSEQUENCE"),
}


@pytest.mark.parametrize("how", SPOILT)
def test_the_tables_find_what_is_wrong(how):
    event = an_event()
    good = ical.invitation(
        event,
        attendee=GUEST,
        language="ja",
        tzid="Asia/Tokyo",
        method="CANCEL",
        sequence=2,
        when=event.when,
        now=NOW,
    )

    spoilt = re.sub(*SPOILT[how], good, flags=re.S)

    assert itip_rules.faults_of_object(good) == []
    assert len(itip_rules.faults_of_object(spoilt)) >= 1


def test_lines_that_are_too_long_or_cut_a_letter_are_found():
    assert itip_rules.faults_of_lines(b"X:" + b"x" * 73 + b"\r\n") == []
    assert len(itip_rules.faults_of_lines(b"X:" + b"x" * 74 + b"\r\n")) == 1
    assert len(itip_rules.faults_of_lines(b"X:" + "名".encode()[:2] + b"\r\n " + "名".encode()[2:] + b"\r\n")) == 2
    assert len(itip_rules.faults_of_lines(b"X:x\n")) == 1


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


def test_names_come_through_the_post_as_they_are_in_each_language(life):
    event = Event.objects.get()
    for part in (part for parts in life.values() for part in parts):
        name, language = (event.name_ja, "ja") if part.to == GUEST else (event.name_en, "en")
        assert (str(part.vevent["SUMMARY"]), part.vevent["SUMMARY"].params["LANGUAGE"]) == (name, language)


def test_the_hours_are_those_that_held_at_each_step(life):
    starts = {step: {part.vevent["DTSTART"].dt.astimezone(UTC) for part in parts} for step, parts in life.items()}

    later = {START + 2 * HOUR}
    assert starts == {
        "registered": {START},
        "moved": later,
        "texts edited": set(),
        "withdrawn": later,
        "returned": later,
        "cancelled": later,
        "restored": later,
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


def test_a_setting_writes_all_times_in_utc(settings):
    settings.IURC_EVENTS = {**settings.IURC_EVENTS, "ics_in_utc": True}

    octets = ical.calendar([ical.entry_for(make_event(), language="it")])

    assert b"DTSTART:20260303T080000Z\r\n" in octets
    assert b"VTIMEZONE" not in octets
