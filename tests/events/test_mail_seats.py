"""Letters about requests, the waiting list and offers, in the reader's language."""

from datetime import timedelta

import pytest
from django.utils import timezone

from events.models import AccessToken, Offer, Registration
from events.services import letters
from events.services.registrations import writing
from iurc_portal.notifications.models import Message
from iurc_portal.notifications.services import deliver, render
from tests.factories import START, make_event, make_registration

pytestmark = pytest.mark.django_db
NOW = START - timedelta(days=20)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _twenty_days_before(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def person(state, language="ja", **fields):
    hold = NOW + HOUR if state == "offered" else None
    fields = {"hold_until": hold, "confirmed_at": None, **fields}
    event = make_event(
        maximum_attendee_capacity=1, waiting_list=True, name_ja="見本市", name_it="Fiera", name_en="Fair"
    )
    return make_registration(event, state=state, language=language, **fields)


def offer(registration):
    made = Offer.objects.create(registration=registration, offered_at=NOW, expires_at=registration.hold_until)
    writing.queue_offered(registration, made)
    return made


def letter(registration):
    return render(Message.objects.filter(subject_id=str(registration.pk)).latest("pk"))


@pytest.mark.parametrize(
    ("language", "tzid", "subject", "lines"),
    [
        (
            "ja",
            "Asia/Tokyo",
            "空席のご案内：見本市",
            ["日本時間（名古屋）：2026年2月11日(水) 18:00 JST", "トリノ時間：2026年2月11日(水) 10:00 CET"],
        ),
        ("it", "Europe/Rome", "C'è un posto per Lei: Fiera", ["10:00 CET", "18:00 JST"]),
        ("en", "Europe/Rome", "A place is free for you: Fair", ["10:00 CET", "18:00 JST"]),
    ],
)
def test_an_offer_says_its_end_in_both_cities_the_readers_own_first(language, tzid, subject, lines):
    row = person("offered", language, tzid=tzid)
    offer(row)

    email = letter(row)

    assert email.subject == subject
    assert [line in email.body for line in lines] == [True, True]
    assert email.body.index(lines[0]) < email.body.index(lines[1])
    assert AccessToken.objects.get().purpose == "offer"


@pytest.mark.parametrize(
    ("state", "queue", "subject"),
    [
        ("pending", writing.queue_pending, "お申し込みを受け付けました：見本市"),
        ("waiting", writing.queue_waiting, "キャンセル待ちを承りました：見本市"),
        ("expired", writing.queue_missed, "お席のご案内期限が過ぎました：見本市"),
        ("rejected", writing.queue_rejected, "お申し込みの結果について：見本市"),
    ],
)
def test_a_japanese_registrant_reads_where_they_stand_and_no_calendar_is_touched(state, queue, subject):
    row = person(state)

    queue(row, now=NOW)

    email = letter(row)
    assert email.subject == subject
    assert "Yamada Taro 様" in email.body
    assert [part.get_content_type() for part in email.message().walk() if not part.is_multipart()] == [
        "text/plain",
        "text/html",
    ]


def test_who_is_given_a_place_gets_the_invitation_with_their_first_number():
    row = person("confirmed")

    writing.queue_promoted(row)

    email = letter(row)
    assert email.subject == "参加が確定しました：見本市"
    calendars = [part for part in email.message().walk() if part.get_content_type() == "text/calendar"]
    assert [part.get_param("method") for part in calendars] == ["REQUEST"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"hold_until": None}, "キャンセル待ちの登録が完了します"),
        ({"hold_until": NOW + HOUR}, "30分間"),
    ],
)
def test_only_the_letter_says_whether_a_seat_was_free(fields, words):
    row = person("unproved", **fields)

    letters.queue_proof(row, now=NOW)

    assert words in letter(row).body


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"outcome": "claimed"}, "the offer is over"),
        ({"outcome": "closed"}, "the offer is over"),
    ],
)
def test_an_offer_that_is_over_is_not_sent(change, why):
    made = offer(person("offered"))
    Offer.objects.filter(pk=made.pk).update(**change)
    message = Message.objects.get()

    outcome = deliver(message.pk, now=NOW)

    message.refresh_from_db()
    assert (outcome, message.error) == ("dropped", why)


def test_an_offer_that_has_run_out_is_not_sent():
    offer(person("offered"))
    message = Message.objects.get()

    assert deliver(message.pk, now=NOW + HOUR) == "dropped"


@pytest.mark.parametrize("state", ["offered", "confirmed", "cancelled"])
def test_a_word_about_the_line_is_dropped_once_the_person_has_moved_on(state):
    row = person("waiting")
    writing.queue_waiting(row, now=NOW)
    Registration.objects.update(state=state, hold_until=NOW + HOUR if state == "offered" else None)

    assert deliver(Message.objects.get().pk, now=NOW) == "dropped"


def test_looking_at_an_offer_makes_no_link():
    offer(person("offered"))

    render(Message.objects.get(), preview=True)

    assert AccessToken.objects.count() == 0
