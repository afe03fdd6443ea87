"""The letters: what they say, in whose language, with whose hours first, and what is attached."""

import email
import email.policy
import re
from datetime import UTC, datetime, timedelta

import icalendar
import pytest
from django.core import mail
from django.utils import translation

from events.models import AccessToken, Registration
from events.services import letters, notices, registrations, reminders, scheduling, tokens
from iurc_portal.notifications import services as outbox
from iurc_portal.notifications.models import Message
from tests.factories import START, make_event, make_organisation, make_registration

pytestmark = pytest.mark.django_db
KINDS = ("proof", "known", "confirmed", "withdrawn", "reminder", "event_cancelled", "event_restored")
LATER = timedelta(minutes=3)  # after the quiet minutes
LINK = re.compile(r"http://localhost:8000/r/([A-Za-z0-9_-]{43})/")


def event_for_letters(**fields):
    return make_event(
        **{
            "name_en": "Cities as testbeds",
            "name_it": "Città come banco di prova",
            "name_ja": "実証フィールドとしての都市",
            "slug": "testbeds",
            "join_url": "https://secret.example/room",
            "organizer": make_organisation(name_en="City of Torino", name_it="Città di Torino", name_ja="トリノ市"),
            "contact_email": "desk@torino.example",
            **fields,
        }
    )


def letter_of(kind, registration=None, **fields) -> Message:
    """Bring about one letter of ``kind`` as life does."""
    event = registration.event if registration else event_for_letters()
    now = event.dtstart - timedelta(days=10)
    if registration is None:
        registration = make_registration(event, email="taro@example.org", **fields)
    if kind == "proof":
        Registration.objects.update(state="unproved", confirmed_at=None)
        letters.queue_proof(registration, now=now)
    elif kind == "known":
        letters.queue_known(registration, now=now)
    elif kind == "confirmed":
        letters.queue_confirmed(registration)
    elif kind == "withdrawn":
        registrations.withdraw_registration(registration, now=now)
    elif kind == "reminder":
        event.reminder_rules.create(trigger="-PT24H")
        event.reminder_rules.update(created_at=now)
        reminders.send_due(now=event.dtstart - timedelta(hours=24))
    else:
        scheduling.cancel_event(
            event, now=now, reason={"en": "A strike.", "it": "Sciopero.", "ja": "ストライキのため。"}
        )
        notices.send_notices(now=now + LATER)
        if kind == "event_restored":
            scheduling.restore_event(event, now=now + LATER)
            notices.send_notices(now=now + 2 * LATER)
    return Message.objects.get(kind=f"events.{kind}")


def in_time(message) -> datetime:
    return message.expires_at - timedelta(minutes=1) if message.expires_at else message.created_at


def sent(message) -> email.message.EmailMessage:
    Message.objects.filter(pk__lt=message.pk).update(state="sent")  # what came before has left
    assert outbox.deliver(message.pk, now=in_time(message)) == "sent"
    octets = mail.outbox[-1].message().as_bytes(linesep="\r\n")
    return email.message_from_bytes(octets, policy=email.policy.default)


def text_of(letter) -> str:
    return letter.get_body(("plain",)).get_content().replace("\r\n", "\n")


def html_of(letter) -> str:
    return letter.get_body(("html",)).get_content()


@pytest.mark.parametrize("language", ["it", "en", "ja"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_letter_is_whole_in_every_language(kind, language):
    letter = sent(letter_of(kind, language=language, tzid="Europe/Rome"))
    name = {"en": "Cities as testbeds", "it": "Città come banco di prova", "ja": "実証フィールドとしての都市"}[
        language
    ]

    assert letter["To"] == "taro@example.org"
    assert letter["Reply-To"] == "desk@torino.example"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Content-Language"] == language
    assert name in letter["Subject"]
    for text in (text_of(letter), html_of(letter)):
        assert name in text
        assert "secret.example" not in text
        assert not re.search(r"%\(|\{\{|\{%|None|&amp;#", text)
    hosts = set(re.findall(r"https?://([^/\s\"<]+)", text_of(letter) + html_of(letter)))
    assert hosts == {"localhost:8000"}
    assert f'<html lang="{language}">' in html_of(letter)


@pytest.mark.parametrize("kind", KINDS)
def test_japanese_letters_begin_with_the_name_and_give_japans_hours_first(kind):
    lines = text_of(sent(letter_of(kind))).split("\n")

    assert lines[0] == "Yamada Taro 様"
    hours = [line for line in lines if "UTC+" in line]
    assert hours == [
        "日本時間（名古屋）：2026年3月3日(火) 17:00〜18:30 JST (UTC+9)",
        "トリノ時間：2026年3月3日(火) 09:00〜10:30 CET (UTC+1)",
    ]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("自動運転", "自動運転（見本）"),
        ("見本の自動運転", "見本の自動運転"),
        ("Guida autonoma (esempio)", "Guida autonoma (esempio)"),
    ],
)
def test_a_letter_says_once_that_its_event_is_a_sample(name, wanted):
    event = event_for_letters(is_sample=True, name_ja=name, name_en="", name_it="")

    letter = sent(letter_of("known", make_registration(event)))

    assert wanted in text_of(letter).split("\n")
    assert re.search(rf">\s*{re.escape(wanted)}\s*</p>", html_of(letter))


@pytest.mark.parametrize("kind", ["withdrawn", "event_cancelled"])
def test_a_letter_whose_button_leads_to_the_event_names_that_address_once(kind):
    letter = sent(letter_of(kind))

    assert text_of(letter).count("/ja/events/testbeds/") == 1
    assert html_of(letter).count('href="http://localhost:8000/ja/events/testbeds/"') == 1


def test_italian_letters_greet_given_name_first_and_give_torinos_hours_first():
    lines = text_of(sent(letter_of("confirmed", language="it", tzid="Europe/Rome"))).split("\n")

    assert lines[0] == "Gentile Taro Yamada,"
    assert [line for line in lines if "UTC+" in line] == [
        "Ora di Torino: martedì 3 marzo 2026, 09:00–10:30 CET (UTC+1)",
        "Ora di Nagoya: martedì 3 marzo 2026, 17:00–18:30 JST (UTC+9)",
    ]


def test_an_italian_reader_in_nagoya_gets_nagoyas_hours_first():
    text = text_of(sent(letter_of("confirmed", language="it", tzid="Asia/Tokyo")))

    assert text.index("Ora di Nagoya") < text.index("Ora di Torino")


@pytest.mark.parametrize(
    ("kind", "purpose"),
    [("proof", "prove"), *((kind, "manage") for kind in ("known", "confirmed", "reminder", "event_restored"))],
)
def test_the_link_in_the_letter_opens_the_persons_own_page(kind, purpose):
    letter = sent(letter_of(kind))

    clear = LINK.search(text_of(letter))[1]
    assert LINK.search(html_of(letter))[1] == clear
    token = tokens.find(clear)
    assert (token.purpose, token.registration.email) == (purpose, "taro@example.org")
    assert clear not in str(Message.objects.values())


@pytest.mark.parametrize("kind", ["withdrawn", "event_cancelled"])
def test_who_has_no_place_is_led_to_the_events_page(kind):
    letter = sent(letter_of(kind))

    assert LINK.search(text_of(letter)) is None
    assert "http://localhost:8000/ja/events/testbeds/" in text_of(letter)
    assert AccessToken.objects.count() == 0


@pytest.mark.parametrize("kind", KINDS)
def test_a_preview_makes_no_token_and_changes_nothing(kind):
    message = letter_of(kind)
    before = Message.objects.values().get(pk=message.pk)

    preview = outbox.render(message, preview=True)

    assert AccessToken.objects.count() == 0
    assert Message.objects.values().get(pk=message.pk) == before
    assert "実証フィールドとしての都市" in preview.subject
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("kind", "method", "status"),
    [
        ("confirmed", "REQUEST", "CONFIRMED"),
        ("event_restored", "REQUEST", "CONFIRMED"),
        ("withdrawn", "CANCEL", None),
        ("event_cancelled", "CANCEL", "CANCELLED"),
    ],
)
def test_invitations_stand_in_the_letter_as_clients_want_them(kind, method, status):
    message = letter_of(kind)
    letter = sent(message)

    assert letter.get_content_type() == "multipart/mixed"
    alternatives, attached = letter.iter_parts()
    assert alternatives.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in alternatives.iter_parts()] == [
        "text/plain",
        "text/html",
        "text/calendar",
    ]
    calendar = list(alternatives.iter_parts())[-1]
    assert dict(calendar["Content-Type"].params) == {"method": method, "component": "VEVENT", "charset": "utf-8"}
    assert (attached.get_content_type(), attached.get_filename()) == ("application/ics", "testbeds.ics")
    octets = attached.get_payload(decode=True)
    assert calendar.get_payload(decode=True) == octets

    parsed = icalendar.Calendar.from_ical(octets)
    (found,) = parsed.walk("VEVENT")
    assert str(parsed["METHOD"]) == method
    assert (str(found["STATUS"]) if "STATUS" in found else None) == status
    assert found["SEQUENCE"] == message.payload["sequence"]
    assert found["DTSTART"].dt.astimezone(UTC) == START
    assert str(found["ORGANIZER"]) == f"mailto:{letter['From'].addresses[0].addr_spec}"
    assert str(found["SUMMARY"]) == "実証フィールドとしての都市"


@pytest.mark.parametrize("kind", ["proof", "known", "reminder"])
def test_other_letters_carry_no_calendar_part(kind):
    letter = sent(letter_of(kind))

    assert letter.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in letter.iter_parts()] == ["text/plain", "text/html"]


def test_an_invitation_keeps_the_hours_it_was_queued_with():
    registration = make_registration(event_for_letters())
    message = letter_of("confirmed", registration)
    type(registration.event).objects.update(dtstart=START + timedelta(days=9), dtend=START + timedelta(days=10))

    letter = sent(message)

    assert "2026年3月3日(火) 17:00〜18:30" in text_of(letter)
    octets = next(iter(letter.iter_attachments())).get_payload(decode=True)
    (found,) = icalendar.Calendar.from_ical(octets).walk("VEVENT")
    assert found["DTSTART"].dt.astimezone(UTC) == START


def test_the_reason_of_a_cancellation_is_told_in_the_readers_language():
    assert "ストライキのため。" in text_of(sent(letter_of("event_cancelled")))


def test_a_reminder_names_day_and_hour_on_the_readers_clock():
    assert sent(letter_of("reminder"))["Subject"].endswith("2026年3月3日(火) 17:00")


def test_an_event_in_summer_is_seven_hours_apart():
    event = event_for_letters(dtstart=datetime(2026, 7, 1, 8, 0, tzinfo=UTC))
    text = text_of(sent(letter_of("confirmed", make_registration(event, language="en", tzid="Europe/Rome"))))

    assert "Torino time: Wednesday 1 July 2026, 10:00–11:30 CEST (UTC+2)" in text
    assert "Nagoya time: Wednesday 1 July 2026, 17:00–18:30 JST (UTC+9)" in text


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", "{{ settings.SECRET_KEY }}", "%(event)s", '"><img src=x onerror=1>']
)
def test_hostile_names_stay_text(hostile):
    event = event_for_letters(name_ja=hostile)
    letter = sent(letter_of("confirmed", make_registration(event, family_name=hostile)))

    assert hostile in text_of(letter)
    assert "<script>alert" not in html_of(letter)
    assert "<img" not in html_of(letter)


@pytest.mark.parametrize(
    ("kind", "state", "status", "reason"),
    [
        ("proof", "confirmed", "CONFIRMED", "the registration is confirmed already"),
        ("proof", "unproved", "CANCELLED", "the event is cancelled"),
        ("known", "cancelled", "CONFIRMED", "the registration is cancelled"),
        ("confirmed", "cancelled", "CONFIRMED", "the registration is cancelled"),
        ("confirmed", "confirmed", "TENTATIVE", "the event is a draft"),
        ("event_cancelled", "confirmed", "CONFIRMED", "the event is on"),
        ("event_restored", "confirmed", "CANCELLED", "the event is cancelled"),
    ],
)
def test_a_letter_that_life_has_overtaken_is_dropped(kind, state, status, reason):
    message = letter_of(kind)
    Message.objects.filter(pk__lt=message.pk).update(state="sent")
    Registration.objects.update(state=state)
    type(Registration.objects.get().event).objects.update(status=status)

    assert outbox.deliver(message.pk, now=in_time(message)) == "dropped"
    assert Message.objects.get(pk=message.pk).error == reason


@pytest.mark.parametrize("kind", KINDS)
def test_a_letter_about_a_registration_that_is_gone_is_dropped(kind):
    message = letter_of(kind)
    Message.objects.filter(pk__lt=message.pk).update(state="sent")
    Registration.objects.all().delete()

    assert outbox.deliver(message.pk, now=in_time(message)) == "dropped"
    assert Message.objects.get(pk=message.pk).error == "the registration is gone"


def test_letters_follow_the_person_not_the_process():
    with translation.override("it"):
        letter = sent(letter_of("confirmed", language="ja"))
        assert translation.get_language() == "it"

    assert letter["Subject"].strip() == "【お申し込み完了】実証フィールドとしての都市"
