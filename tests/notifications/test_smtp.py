"""The outbox against a real SMTP server: refusals, slow words and broken connections."""

import email
import email.policy
import socket
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from django.utils import timezone

from iurc_portal.notifications import services
from iurc_portal.notifications.letters import LetterMail
from iurc_portal.notifications.models import Message
from tests.notifications.kinds import KIND

pytestmark = pytest.mark.django_db


class Post:
    """Takes letters, unless a recipient's name says what to do instead."""

    def __init__(self):
        self.letters = []
        self.connections = 0

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):
        refusals = {"unknown@": "550 5.1.1 no such person", "greylisted@": "450 4.2.0 come back later"}
        for start, answer in refusals.items():
            if address.startswith(start):
                return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        name = envelope.rcpt_tos[0]
        if name.startswith("spam@"):
            return "554 5.7.1 looks like advertising"
        if name.startswith("full@"):
            return "452 4.2.2 mailbox full"
        if name.startswith("crash@"):
            server.transport.abort()
            return "421 gone"
        self.letters.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 taken"


class Utf8Controller(Controller):
    def factory(self):
        return SMTP(self.handler, decode_data=False, enable_SMTPUTF8=True)


@pytest.fixture
def post(settings):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Utf8Controller(Post(), hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_TIMEOUT = 5
    yield controller.handler
    controller.stop()


def put(to, **fields):
    return services.queue_message(
        **{"key": f"news to {to}", "kind": KIND, "to": to, "language": "ja", "tzid": "Asia/Tokyo", **fields}
    )


def states():
    return dict(Message.objects.values_list("to", "state"))


def test_a_batch_goes_over_one_connection(post):
    messages = [put(f"person{n}@example.org") for n in range(20)]

    counts = services.deliver_all([message.pk for message in messages], now=timezone.now())

    assert counts == {"sent": 20}
    assert post.connections == 1
    assert [letter["To"] for letter in post.letters] == [message.to for message in messages]


def test_letters_arrive_as_they_were_written(post):
    put(
        "aiko@example.org",
        payload={"subject": "お申し込みを受け付けました:" + "長い件名" * 20, "body": "山田 太郎 様\n\nè già così"},
    )

    services.sweep_outbox(now=timezone.now())

    (letter,) = post.letters
    assert letter["Subject"].strip() == "お申し込みを受け付けました:" + "長い件名" * 20
    assert letter.get_body(("plain",)).get_content().splitlines() == ["山田 太郎 様", "", "è già così"]
    assert letter["Message-ID"] == Message.objects.get().message_id
    assert letter["Auto-Submitted"] == "auto-generated"


def test_refusals_for_good_fail_and_passing_ones_come_back_and_the_others_arrive(post):
    addresses = ["unknown@example.org", "a@example.org", "spam@example.org", "greylisted@example.org"]
    messages = [put(to) for to in [*addresses, "full@example.org", "b@example.org"]]
    now = timezone.now()

    counts = services.deliver_all([message.pk for message in messages], now=now)

    assert counts == {"failed": 2, "sent": 2, "put back": 2}
    assert states() == {
        "unknown@example.org": "failed",
        "a@example.org": "sent",
        "spam@example.org": "failed",
        "greylisted@example.org": "queued",
        "full@example.org": "queued",
        "b@example.org": "sent",
    }
    assert "no such person" in Message.objects.get(to="unknown@example.org").error


def test_a_connection_that_breaks_in_the_middle_costs_one_letter_a_pause(post):
    messages = [put(to) for to in ("a@example.org", "crash@example.org", "b@example.org")]
    now = timezone.now()

    counts = services.deliver_all([message.pk for message in messages], now=now)

    assert counts == {"sent": 2, services.NO_ANSWER: 1}
    assert [letter["To"] for letter in post.letters] == ["a@example.org", "b@example.org"]
    put_back = Message.objects.get(to="crash@example.org")
    assert put_back.state == "queued"
    assert now + timedelta(seconds=30) <= put_back.not_before <= now + timedelta(seconds=40)


def test_a_server_that_is_away_keeps_everything_in_the_outbox(post, settings):
    settings.EMAIL_PORT = 1
    messages = [put(f"person{n}@example.org") for n in range(4)]

    counts = services.deliver_all([message.pk for message in messages], now=timezone.now())

    assert counts == {services.NO_ANSWER: 2, "left for the sweep": 2}
    assert set(states().values()) == {"queued"}


def test_a_japanese_subject_begins_on_the_line_of_its_name_and_reads_back_the_same():
    subject = "【お申し込み完了】トリノで試す自動運転（見本）の第三回オンライン説明会"

    octets = LetterMail(subject=subject, to=["aiko@example.org"]).message().as_bytes(linesep="\r\n")

    assert b"\r\nSubject: =?utf-8?b?" in octets
    assert email.message_from_bytes(octets, policy=email.policy.default)["Subject"] == subject
