"""Answers of calendar programs: what is noted for staff, and all that is not (events spec 6.8)."""

import io
import sys
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from events import replies_mailbox
from events.models import Registration
from events.services import registrations
from events.services.replies import LARGEST, Outcome, dismiss_reply, take_reply
from iurc_portal.audit.models import Transition
from iurc_portal.notifications.models import Heartbeat, Message
from tests.factories import START, make_event, make_registration
from tests.faults.mailbox import Mailbox, serving

pytestmark = pytest.mark.django_db
NOW = START - timedelta(days=5)
TARO = "taro@example.org"
# As three programs write it: one part, folded lines, and base64 in a letter of several parts.
PLAIN = """\
From: {attendee}
To: portal@torino-nagoya.example
Subject: Declined: Talk
Content-Type: text/calendar; method={method}; charset=utf-8

BEGIN:VCALENDAR
PRODID:-//Somebody//EN
VERSION:2.0
METHOD:{method}
BEGIN:VEVENT
UID:{uid}
DTSTAMP:20260226T080000Z
SEQUENCE:0
ORGANIZER:mailto:portal@torino-nagoya.example
ATTENDEE;PARTSTAT={partstat};CN="Yamada,
  Taro":mailto:{attendee}
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture
def held():
    return make_registration(make_event(name_en="Talk"), email=TARO)


def reply(registration, *, partstat="DECLINED", method="REPLY", attendee=TARO, uid=None) -> bytes:
    uid = uid or registration.event.uid
    text = PLAIN.format(partstat=partstat, method=method, attendee=attendee, uid=uid)
    return text.replace("\n", "\r\n").encode()


def in_parts(registration) -> bytes:
    from email.message import EmailMessage

    letter = EmailMessage()
    letter["From"], letter["Subject"] = TARO, "辞退"
    letter.set_content("欠席します。")
    body = reply(registration).partition(b"\r\n\r\n")[2]
    letter.add_attachment(body, maintype="text", subtype="calendar", params={"method": "REPLY", "charset": "utf-8"})
    return letter.as_bytes()


def wants(registration):
    registration.refresh_from_db()
    return registration.wants_to_withdraw_at


# --- One letter ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("write", [reply, in_parts])
def test_who_declines_is_noted_and_keeps_the_place(held, write):
    assert take_reply(write(held), now=NOW) == Outcome.NOTED

    assert (wants(held), held.state, Message.objects.count()) == (NOW, "confirmed", 0)
    assert Transition.objects.of(held).get().reason == "declined_by_mail"


def test_the_same_answer_twice_is_one(held):
    take_reply(reply(held), now=NOW)

    assert take_reply(reply(held), now=NOW + timedelta(hours=1)) == Outcome.NOTHING_NEW
    assert (wants(held), Transition.objects.of(held).count()) == (NOW, 1)


def test_who_accepts_after_all_is_no_longer_asked_about(held):
    take_reply(reply(held), now=NOW)

    assert take_reply(reply(held, partstat="ACCEPTED"), now=NOW) == Outcome.TAKEN_BACK
    assert wants(held) is None


def test_an_acceptance_alone_changes_nothing(held):
    assert take_reply(reply(held, partstat="ACCEPTED"), now=NOW) == Outcome.NOTHING_NEW


def test_an_address_is_known_however_it_is_written(held):
    assert take_reply(reply(held, attendee="Taro%40Example.ORG"), now=NOW) == Outcome.NOTED


@pytest.mark.parametrize(
    "other",
    [
        {"attendee": "anna@example.org"},
        {"uid": "somebody-elses@torino-nagoya.example"},
    ],
)
def test_another_person_or_another_event_is_nobodys_place(held, other):
    assert take_reply(reply(held, **other), now=NOW) == Outcome.UNKNOWN
    assert wants(held) is None


@pytest.mark.parametrize("state", ["waiting", "cancelled", "pending"])
def test_who_holds_no_place_has_no_invitation_to_decline(held, state):
    Registration.objects.update(state=state)

    assert take_reply(reply(held), now=NOW) == Outcome.UNKNOWN


@pytest.mark.parametrize("when", [START, START + timedelta(days=1)])
def test_once_it_has_begun_nobody_is_asked(held, when):
    assert take_reply(reply(held), now=when) == Outcome.UNKNOWN


@pytest.mark.parametrize(
    "other",
    [{"method": "REQUEST"}, {"method": "COUNTER"}, {"partstat": "TENTATIVE"}, {"partstat": "NEEDS-ACTION"}],
)
def test_what_is_no_yes_or_no_is_no_answer(held, other):
    assert take_reply(reply(held, **other), now=NOW) == Outcome.NO_ANSWER


def test_letters_that_are_none_of_ours_change_nothing(held):
    good = reply(held)
    strange = [
        b"",
        b"\xff\xfe\x00",
        good.replace(b"text/calendar", b"text/plain"),
        good.replace(b"BEGIN:VEVENT", b"BEGIN:VEVENT\r\nATTENDEE;PARTSTAT=DECLINED:mailto:anna@example.org"),
        good.replace(b"mailto:taro", b"tel:taro"),
        good + b" " * LARGEST,
    ]

    assert {take_reply(octets, now=NOW) for octets in strange} == {Outcome.NO_ANSWER}
    assert wants(held) is None


@settings(max_examples=60)
@given(st.data())
def test_no_letter_raises(data):
    good = PLAIN.format(partstat="DECLINED", method="REPLY", attendee=TARO, uid="x").encode()
    at = data.draw(st.integers(0, len(good)))
    spoilt = good[:at] + data.draw(st.binary(max_size=20)) + good[at + data.draw(st.integers(0, 40)) :]

    assert take_reply(spoilt, now=NOW) in Outcome


# --- What staff do ---------------------------------------------------------------------------------------------------


def test_where_nobody_wants_to_leave_there_is_nothing_to_dismiss(held):
    with pytest.raises(ValidationError) as refusal:
        dismiss_reply(held, now=NOW, by=None)

    assert refusal.value.code == "reply"


def test_who_leaves_and_comes_back_starts_anew(held):
    take_reply(reply(held), now=NOW)
    registrations.withdraw_registration(held, now=NOW)

    assert wants(held) is None


# --- The mailbox -----------------------------------------------------------------------------------------------------


def test_the_mailbox_gives_up_its_answers_and_keeps_the_rest_unread(held):
    letter = b"From: anna@example.org\r\nContent-Type: text/plain\r\n\r\nHello\r\n"
    foreign = reply(held, method="REQUEST")
    mailbox = Mailbox([letter, reply(held), foreign])

    with serving(mailbox) as url:
        first = replies_mailbox.read_mailbox(url, now=NOW)
        again = replies_mailbox.read_mailbox(url, now=NOW)

    assert (dict(first), dict(again)) == ({"noted": 1, "no answer": 1}, {"no answer": 1})
    assert (mailbox.seen, wants(held)) == ({2}, NOW)
    assert "UID SEARCH UNSEEN SINCE 12-Feb-2026" in mailbox.asked
    assert [line for line in mailbox.asked if line.startswith("UID FETCH 1 ")] == []


@pytest.mark.parametrize("refuses", ["LOGIN", "SELECT", "UID SEARCH", "UID FETCH", "UID STORE"])
def test_a_mailbox_that_refuses_is_a_fault_without_the_password(held, refuses):
    with serving(Mailbox([reply(held)], refuses=refuses)) as url, pytest.raises(replies_mailbox.MailboxError) as fault:
        replies_mailbox.read_mailbox(url, now=NOW)

    assert "secret" not in str(fault.value)


def test_the_job_says_how_it_went(held, settings):
    from events.tasks import take_replies

    with serving(Mailbox([])) as url:
        settings.REPLY_MAILBOX_URL = url
        assert take_replies() == {}
    settings.REPLY_MAILBOX_URL = url  # nobody is there any more
    with pytest.raises(ConnectionRefusedError):
        take_replies()

    job = Heartbeat.objects.get(name="take_replies")
    assert (job.last_success_at is not None, job.last_error.partition(":")[0]) == (True, "ConnectionRefusedError")


# --- The command -----------------------------------------------------------------------------------------------------


def run(monkeypatch, octets, *arguments) -> str:
    class Piped:
        buffer = io.BytesIO(octets)

    monkeypatch.setattr(sys, "stdin", Piped)
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    said = io.StringIO()
    call_command("take_replies", *arguments, stdout=said)
    return said.getvalue().strip()


def test_a_mail_server_may_pipe_one_letter(held, monkeypatch):
    assert run(monkeypatch, reply(held), "--dry-run") == "noted"
    assert wants(held) is None
    assert run(monkeypatch, reply(held)) == "noted"
    assert wants(held) == NOW
    assert run(monkeypatch, b"no letter") == "no answer"


def test_the_command_reads_the_mailbox_or_says_why_not(held, monkeypatch, settings):
    with pytest.raises(CommandError, match="not set"):
        run(monkeypatch, b"", "--mailbox")
    with serving(Mailbox([reply(held)])) as url:
        settings.REPLY_MAILBOX_URL = url
        with pytest.raises(CommandError, match="reads no mailbox"):
            run(monkeypatch, b"", "--mailbox", "--dry-run")
        assert run(monkeypatch, b"", "--mailbox") == "noted: 1"
    with pytest.raises(CommandError):
        run(monkeypatch, b"", "--mailbox")
