"""The outbox: each letter once, in order, whatever workers, brokers and mail servers do."""

import smtplib
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import OperationalError
from django.utils import timezone

from iurc_portal.notifications import registry, services
from iurc_portal.notifications.models import AddressStatus, Heartbeat, Message
from iurc_portal.notifications.tasks import deliver_messages, sweep_outbox
from tests.notifications.kinds import KIND

pytestmark = pytest.mark.django_db
State = Message.State


def put(key="news", **fields):
    return services.queue_message(
        **{"key": key, "kind": KIND, "to": "aiko@example.org", "language": "en", "tzid": "Asia/Tokyo", **fields}
    )


class Scripted(BaseEmailBackend):
    """A mail server whose answers a test writes down: an exception is raised, None means that it takes the letter."""

    answers: list = []
    taken: list = []
    closed = 0
    meanwhile = staticmethod(lambda: None)  # what happens while it takes a letter

    def send_messages(self, emails):
        self.meanwhile()
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            raise answer
        self.taken.extend(emails)
        return len(emails)

    def close(self):
        type(self).closed += 1


@pytest.fixture
def server(settings):
    settings.EMAIL_BACKEND = "tests.notifications.test_outbox.Scripted"
    Scripted.answers, Scripted.taken, Scripted.closed = [], [], 0
    Scripted.meanwhile = staticmethod(lambda: None)
    return Scripted


def test_a_letter_leaves_when_its_transaction_commits(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        put()

    message = Message.objects.get()
    assert (message.state, message.attempts) == (State.SENT, 1)
    assert [(email.to, email.subject) for email in mail.outbox] == [(["aiko@example.org"], "A subject")]


def test_the_same_news_is_queued_once(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        first = put()
    with django_capture_on_commit_callbacks(execute=True):
        again = put(payload={"body": "changed"})

    assert again.pk == first.pk
    assert len(mail.outbox) == 1


def test_many_letters_cost_as_many_queries_as_few(django_assert_num_queries):
    few = [services.Letter(key=f"a{n}", kind=KIND, to="a@example.org", language="it", tzid="UTC") for n in range(3)]
    many = [services.Letter(key=f"b{n}", kind=KIND, to="a@example.org", language="it", tzid="UTC") for n in range(50)]

    with django_assert_num_queries(1):
        services.queue_messages(few)
    with django_assert_num_queries(1):
        keys = services.queue_messages(many)

    assert keys == [letter.key for letter in many]
    with django_assert_num_queries(1):
        assert [row.key for row in services.queued(keys)] == keys


def test_which_letters_wait_is_looked_up_after_the_commit(
    django_assert_num_queries, django_capture_on_commit_callbacks, monkeypatch
):
    called: list[list[int]] = []
    monkeypatch.setattr(services, "call_courier", called.append)
    later = timezone.now() + timedelta(hours=1)
    many = [services.Letter(key=f"b{n}", kind=KIND, to="a@example.org", language="it", tzid="UTC") for n in range(60)]
    with django_capture_on_commit_callbacks() as callbacks:
        rows = services.queued(services.queue_messages(many))
        services.queue_message(key="later", kind=KIND, to="a@example.org", language="it", tzid="UTC", not_before=later)
    with django_assert_num_queries(1):
        for callback in callbacks:
            callback()
    assert called == [[row.pk for row in rows[:50]], [row.pk for row in rows[50:]]]


def test_a_letter_for_later_waits_for_its_moment(django_capture_on_commit_callbacks):
    soon = timezone.now() + timedelta(hours=30)
    with django_capture_on_commit_callbacks(execute=True):
        message = put(not_before=soon)

    assert services.deliver(message.pk, now=soon - timedelta(seconds=1)) == "already taken"
    assert services.deliver(message.pk, now=soon) == "sent"


def test_of_two_workers_the_first_claim_wins():
    message = put()
    now = timezone.now()
    Message.objects.filter(pk=message.pk).update(state=State.SENDING, claimed_at=now - timedelta(minutes=9))

    assert services.deliver(message.pk, now=now) == "already taken"
    assert mail.outbox == []


def test_a_letter_whose_worker_never_came_back_leaves_after_ten_minutes():
    message = put()
    now = timezone.now()
    Message.objects.filter(pk=message.pk).update(state=State.SENDING, claimed_at=now - timedelta(minutes=11))

    assert services.deliver(message.pk, now=now) == "sent"


def test_a_worker_that_was_overtaken_changes_nothing(server):
    message = put()
    late = timezone.now()

    class Overtaken(OSError):
        def __str__(self):
            Message.objects.filter(pk=message.pk).update(state=State.SENT, claimed_at=None)
            return "too slow"

    server.answers = [Overtaken()]
    services.deliver(message.pk, now=late)

    assert Message.objects.get().state == State.SENT


def test_a_letter_sent_is_not_sent_again():
    message = put()

    outcomes = [services.deliver(message.pk, now=timezone.now()) for _ in range(3)]

    assert outcomes == ["sent", "already taken", "already taken"]
    assert len(mail.outbox) == 1


def test_every_attempt_carries_the_same_message_id(server):
    message = put()
    now = timezone.now()
    server.answers = [ConnectionResetError("gone")]

    first = services.render(message).extra_headers["Message-ID"]
    services.deliver(message.pk, now=now)
    services.deliver(message.pk, now=now + timedelta(minutes=2))

    assert [email.extra_headers["Message-ID"] for email in server.taken] == [first]
    assert first.endswith("@torino-nagoya.example>")


@pytest.mark.parametrize(
    ("error", "outcome", "state"),
    [
        (ConnectionRefusedError("no"), services.NO_ANSWER, State.QUEUED),
        (TimeoutError("slow"), services.NO_ANSWER, State.QUEUED),
        (smtplib.SMTPServerDisconnected("bye"), services.NO_ANSWER, State.QUEUED),
        (smtplib.SMTPConnectError(554, b"not now"), services.NO_ANSWER, State.QUEUED),
        (smtplib.SMTPHeloError(501, b"who"), services.NO_ANSWER, State.QUEUED),
        (smtplib.SMTPAuthenticationError(535, b"password"), services.NO_ANSWER, State.QUEUED),
        (OperationalError("database is locked"), services.NO_ANSWER, State.QUEUED),
        (smtplib.SMTPDataError(451, b"try later"), "put back", State.QUEUED),
        (smtplib.SMTPRecipientsRefused({"a": (450, b"greylisted")}), "put back", State.QUEUED),
        (smtplib.SMTPSenderRefused(452, b"full", "x"), "put back", State.QUEUED),
        (smtplib.SMTPDataError(554, b"spam"), "failed", State.FAILED),
        (smtplib.SMTPRecipientsRefused({"a": (550, b"unknown")}), "failed", State.FAILED),
        (smtplib.SMTPRecipientsRefused({}), "failed", State.FAILED),
        (smtplib.SMTPSenderRefused(550, b"not you", "x"), "failed", State.FAILED),
        (ValueError("odd header"), "failed", State.FAILED),
    ],
)
def test_what_may_pass_is_tried_again_and_what_is_final_fails_at_once(server, error, outcome, state):
    server.answers = [error]
    message = put()
    now = timezone.now()

    assert services.deliver(message.pk, now=now) == outcome

    message.refresh_from_db()
    assert (message.state, message.attempts, message.claimed_at) == (state, 1, None)
    assert message.error != ""
    assert message.not_before == (now + timedelta(seconds=30) if state == State.QUEUED else None)


def test_pauses_double_up_to_an_hour():
    pauses = [Message(attempts=attempts).pause().total_seconds() for attempts in range(1, 12)]

    assert pauses == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600, 3600]


def test_a_letter_that_never_gets_through_is_dropped_after_a_day_and_keeps_the_servers_words(server):
    server.answers = [smtplib.SMTPDataError(451, b"try later")] * 100
    message = put()
    now = timezone.now()
    outcomes = []
    while Message.objects.get().state == State.QUEUED:
        now += timedelta(minutes=1)
        outcomes.append(services.deliver(message.pk, now=now))

    message.refresh_from_db()
    assert message.state == State.DROPPED
    assert message.error.startswith("expired. (451")
    assert now - message.created_at < timedelta(hours=25, minutes=2)
    assert outcomes.count("put back") == 30


def test_a_letter_past_its_use_is_dropped():
    message = put(expires_at=datetime(2026, 3, 3, 8, 0, tzinfo=UTC))

    assert services.deliver(message.pk, now=datetime(2026, 3, 3, 8, 0, tzinfo=UTC)) == "dropped"
    assert (Message.objects.get().state, Message.objects.get().error) == (State.DROPPED, "expired")


def test_a_letter_no_longer_wanted_is_dropped_with_its_reason():
    message = put(payload={"refusal": "the event has moved since"})

    assert services.deliver(message.pk, now=timezone.now()) == "dropped"
    assert Message.objects.get().error == "the event has moved since"


@pytest.mark.parametrize("state", ["hard", "complaint"])
def test_an_address_that_refuses_mail_gets_none_until_it_is_proved_again(state):
    now = timezone.now()
    AddressStatus.objects.create(email_key="aiko@example.org", state=state, since=now)
    assert services.deliver(put("one").pk, now=now) == "dropped"
    assert services.deliver(put("two", kind=f"{KIND}.proof").pk, now=now) == "sent"

    services.clear_bounces("Aiko@Example.org", now=now)

    assert services.deliver(put("three").pk, now=now) == "sent"


def test_an_address_that_was_full_once_still_gets_mail():
    AddressStatus.objects.create(email_key="aiko@example.org", state="soft", since=timezone.now())

    assert services.deliver(put().pk, now=timezone.now()) == "sent"


@pytest.mark.parametrize("fields", [{"payload": {"breaks": True}}, {"kind": "nobody.registered.this"}])
def test_one_bad_letter_never_stops_the_others(fields):
    messages = [put("one"), put("two", **fields), put("three")]

    counts = services.deliver_all([message.pk for message in messages], now=timezone.now())

    assert counts == {"sent": 2, "failed": 1}
    assert list(Message.objects.order_by("pk").values_list("state", flat=True)) == [
        State.SENT,
        State.FAILED,
        State.SENT,
    ]


def test_letters_with_one_ordering_key_leave_in_order(server):
    server.answers = [smtplib.SMTPDataError(451, b"later")]
    first, second = (put(key, ordering_key="event:1", payload={"subject": key}) for key in ("first", "second"))
    now = timezone.now()

    counts = services.deliver_all([first.pk, second.pk], now=now)
    assert counts == {"put back": 1, "after another": 1}
    services.deliver_all([first.pk], now=now + timedelta(minutes=1))

    assert [email.subject for email in server.taken] == ["first", "second"]


def test_a_later_letter_does_not_wait_for_one_that_failed():
    first = put("first", ordering_key="event:1", payload={"breaks": True})
    second = put("second", ordering_key="event:1")

    assert services.deliver_all([second.pk, first.pk], now=timezone.now()) == {"failed": 1, "sent": 1}


def test_a_letter_that_waited_long_for_its_turn_is_asked_about_again(server, monkeypatch):
    first, second = put("one"), put("two")
    now = [0.0]
    monkeypatch.setattr(services, "monotonic", lambda: now[0])

    def dawdle():
        now[0] += services.FRESH + 1
        Message.objects.filter(pk=second.pk).update(payload={"refusal": "the event is cancelled"})

    server.meanwhile = staticmethod(dawdle)
    counts = services.deliver_all([first.pk, second.pk], now=timezone.now())

    assert counts == {"sent": 1, "dropped": 1}
    assert Message.objects.get(pk=second.pk).error == "the event is cancelled"


def test_only_the_letter_in_hand_is_in_doubt(server):
    messages = [put(f"news {n}") for n in range(4)]
    seen = []
    states = Message.objects.order_by("pk").values_list("state", flat=True)
    server.meanwhile = staticmethod(lambda: seen.append(list(states.all())))

    services.deliver_all([message.pk for message in messages], now=timezone.now())

    assert seen == [[State.SENT] * n + [State.SENDING] + [State.QUEUED] * (3 - n) for n in range(4)]


def test_letters_without_an_ordering_key_do_not_wait_for_each_other(server):
    server.answers = [smtplib.SMTPDataError(451, b"later")]
    messages = [put("one"), put("two")]

    counts = services.deliver_all([message.pk for message in messages], now=timezone.now())

    assert counts == {"put back": 1, "sent": 1}


def test_a_silent_server_is_left_alone_after_two_tries(server):
    server.answers = [ConnectionRefusedError("no")] * 50
    messages = [put(f"news {n}") for n in range(5)]

    counts = services.deliver_all([message.pk for message in messages], now=timezone.now())

    assert counts == {services.NO_ANSWER: 2, "left for the sweep": 3}
    assert Message.objects.filter(state=State.QUEUED, attempts=0).count() == 3


def test_one_broken_connection_is_opened_anew_for_the_next_letter(server):
    server.answers = [smtplib.SMTPServerDisconnected("bye")]
    messages = [put("one"), put("two")]

    counts = services.deliver_all([message.pk for message in messages], now=timezone.now())

    assert counts == {services.NO_ANSWER: 1, "sent": 1}
    assert server.closed == 2


def test_a_broker_that_is_away_does_not_undo_what_the_person_did(monkeypatch, django_capture_on_commit_callbacks):
    def away(*args):
        raise ConnectionError("broker")

    monkeypatch.setattr(deliver_messages, "delay", away)
    with django_capture_on_commit_callbacks(execute=True):
        put()

    assert Message.objects.get().state == State.QUEUED


def test_the_sweep_hands_over_whatever_waits():
    messages = [put(f"news {n}") for n in range(60)]
    now = timezone.now()
    put("later", not_before=now + timedelta(hours=1))
    Message.objects.filter(pk=messages[0].pk).update(state=State.FAILED)

    assert services.sweep_outbox(now=now) == 59

    assert Message.objects.filter(state=State.SENT).count() == 59
    beat = Heartbeat.objects.get(name="sweep_outbox")
    assert (beat.last_success_at, beat.counts, beat.last_error) == (now, {"handed over": 59}, "")


def test_two_sweeps_at_once_send_each_letter_once():
    put()

    sweep_outbox()
    sweep_outbox()

    assert len(mail.outbox) == 1


def test_a_sweep_that_fails_says_why_and_keeps_its_last_success():
    now = timezone.now()
    services.beat("job", now=now)

    with pytest.raises(RuntimeError), services.heartbeat("job", now=now + timedelta(hours=1)):
        raise RuntimeError("no table")

    beat = Heartbeat.objects.get(name="job")
    assert (beat.last_success_at, beat.last_error) == (now, "RuntimeError: no table")


def test_subjects_are_one_line_whatever_is_in_them():
    message = put(payload={"subject": "Hello\r\nBcc: everybody@example.org\n there"})

    services.deliver(message.pk, now=timezone.now())

    (email,) = mail.outbox
    assert email.subject == "Hello Bcc: everybody@example.org there"
    assert email.message()["Bcc"] is None


def test_every_letter_says_that_nobody_need_answer_a_robot():
    services.deliver(put(language="ja").pk, now=timezone.now())

    headers = mail.outbox[0].message()
    assert (headers["Auto-Submitted"], headers["Content-Language"]) == ("auto-generated", "ja")


def test_a_preview_sends_nothing_and_says_that_it_is_one():
    email = services.render(put(), preview=True)

    assert email.body == "preview"
    assert mail.outbox == []


def test_a_kind_is_registered_once():
    with pytest.raises(ValueError, match="twice"):
        registry.register(KIND, render=lambda message, *, preview: None)


def test_errors_are_kept_in_a_form_every_database_takes(server):
    server.answers = [smtplib.SMTPDataError(554, b"no \x00 thanks" + b"!" * 5000)]
    message = put()

    services.deliver(message.pk, now=timezone.now())

    error = Message.objects.get(pk=message.pk).error
    assert len(error) <= 1000
    assert "\x00" not in error
