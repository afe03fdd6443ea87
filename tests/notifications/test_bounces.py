"""What mail servers and services say of addresses, and what follows."""

import json
import smtplib
from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed
from anymail.signals import AnymailTrackingEvent, tracking
from django.core import mail
from django.urls import clear_url_caches
from django.utils import timezone

from iurc_portal.notifications import bounces, services
from iurc_portal.notifications.models import AddressStatus, Message, Subscription
from tests.factories import make_registration, make_user
from tests.notifications.test_outbox import Scripted, put, server  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
State = AddressStatus.State


def told(event_type, *, at=AT, recipient="Aiko@Example.org", **fields):
    event = AnymailTrackingEvent(event_type=event_type, timestamp=at, recipient=recipient, **fields)
    tracking.send(sender=None, event=event, esp_name="Test")


def state_of(key="aiko@example.org"):
    return AddressStatus.objects.filter(email_key=key).values_list("state", flat=True).first()


@pytest.mark.parametrize(
    ("event_type", "reason", "state"),
    [
        ("bounced", "bounced", State.HARD),
        ("bounced", "invalid", State.HARD),
        ("bounced", "timed_out", State.SOFT),
        ("bounced", "blocked", State.SOFT),
        ("bounced", "other", State.SOFT),
        ("bounced", None, State.SOFT),
        ("rejected", "bounced", State.HARD),
        ("rejected", "invalid", State.HARD),
        ("rejected", "spam", State.COMPLAINT),
        ("rejected", "blocked", None),
        ("deferred", None, State.SOFT),
        ("complained", None, State.COMPLAINT),
        ("delivered", None, None),
        ("opened", None, None),
        ("clicked", None, None),
        ("failed", None, None),
        ("unknown", None, None),
    ],
)
def test_what_a_service_tells_becomes_one_of_four_states(event_type, reason, state):
    told(event_type, reject_reason=reason)

    assert state_of() == state


def test_the_servers_own_words_are_kept_for_staff():
    told("bounced", reject_reason="bounced", mta_response="550 5.1.1 no \0 such person", description="Unknown user")

    status = AddressStatus.objects.get()
    assert (status.detail, status.since) == ("550 5.1.1 no  such person Unknown user", AT)
    assert bounces.words_about("AIKO@example.org").endswith(": 550 5.1.1 no  such person Unknown user")


def test_after_a_hard_bounce_letters_are_dropped_until_the_address_is_proved_again():
    told("bounced", reject_reason="bounced")
    now = timezone.now()
    assert services.deliver(put("one").pk, now=now) == "dropped"

    services.clear_bounces("aiko@example.org", now=now)

    assert services.deliver(put("two").pk, now=now) == "sent"


def test_news_older_than_the_proof_change_nothing():
    told("bounced", reject_reason="bounced", at=AT)
    services.clear_bounces("aiko@example.org", now=AT + timedelta(hours=1))

    told("bounced", reject_reason="bounced", at=AT + timedelta(minutes=30))

    assert state_of() == State.GOOD


def test_a_weaker_word_does_not_reopen_what_a_stronger_one_closed():
    told("bounced", reject_reason="bounced")
    told("deferred", at=AT + timedelta(minutes=5))
    assert state_of() == State.HARD

    told("complained", at=AT + timedelta(minutes=6))
    told("bounced", reject_reason="bounced", at=AT + timedelta(minutes=7))

    assert state_of() == State.COMPLAINT


def test_a_letter_that_arrives_ends_a_passing_trouble_and_no_other():
    told("deferred")
    told("bounced", reject_reason="bounced", recipient="gone@example.org")

    told("delivered", at=AT + timedelta(minutes=5))
    told("delivered", at=AT + timedelta(minutes=5), recipient="gone@example.org")

    assert (state_of(), state_of("gone@example.org")) == (State.GOOD, State.HARD)


def test_the_same_event_twice_changes_nothing():
    told("bounced", reject_reason="bounced", description="first")
    told("bounced", reject_reason="bounced", description="again")

    assert AddressStatus.objects.get().detail == "first"


def test_an_event_of_the_future_counts_from_now():
    told("bounced", reject_reason="bounced", at=timezone.now() + timedelta(days=900))

    services.clear_bounces("aiko@example.org", now=timezone.now())
    assert AddressStatus.objects.get().since <= timezone.now()


@pytest.mark.parametrize("recipient", [None, "", "nobody", "x" * 300 + "@example.org"])
def test_an_event_about_no_address_is_passed_over(recipient):
    told("bounced", reject_reason="bounced", recipient=recipient)

    assert AddressStatus.objects.count() == 0


def test_a_complaint_and_a_wish_to_leave_end_the_subscriptions():
    for n, event in enumerate(("complained", "unsubscribed")):
        address = f"a{n}@example.org"
        Subscription.objects.create(
            email=address, email_key=address, topic="events", language="it", tzid="UTC", asked_at=AT, proved_at=AT
        )
        told(event, recipient=address.upper())

    assert set(Subscription.objects.values_list("ended_at", flat=True)) == {AT}


def test_the_letter_that_came_back_says_so_and_stays_sent():
    message = put()
    services.deliver(message.pk, now=AT)
    Message.objects.update(provider_id="abc-1", state="sent")

    told("bounced", reject_reason="bounced", message_id="abc-1", description="Unknown user")
    told("bounced", reject_reason="bounced", message_id="abc-1", description="once more", at=AT + timedelta(hours=1))

    message.refresh_from_db()
    assert (message.state, message.returned_at, message.error) == ("sent", AT, "Unknown user")


# --- The SMTP dialogue itself ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "state"),
    [
        (b"5.1.1 no such person", State.HARD),
        (b"5.1.10 null MX", State.HARD),
        (b"5.7.1 your network is on a list", None),
        (b"5.2.2 mailbox full", None),
        (b"unknown", None),
    ],
)
def test_a_server_that_knows_no_such_person_closes_the_address_and_one_that_dislikes_us_does_not(
    server,  # noqa: F811
    words,
    state,
):
    server.answers = [smtplib.SMTPRecipientsRefused({"aiko@example.org": (550, words)})]

    assert services.deliver(put().pk, now=AT) == "failed"

    assert state_of() == state


class ServiceSays(OSError):
    """What django-anymail raises when the service answers with an HTTP error."""

    def __init__(self, status_code):
        self.status_code = status_code


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (400, "failed"),
        (422, "failed"),
        (401, "no answer"),
        (429, "no answer"),
        (500, "no answer"),
        (None, "no answer"),
    ],
)
def test_a_service_that_refuses_the_letter_is_not_asked_again(server, status, outcome):  # noqa: F811
    server.answers = [ServiceSays(status)]

    assert services.deliver(put().pk, now=AT) == outcome


def test_what_the_service_calls_a_letter_is_kept(settings):
    settings.EMAIL_BACKEND = "anymail.backends.test.EmailBackend"
    message = put()

    assert services.deliver(message.pk, now=AT) == "sent"

    message.refresh_from_db()
    assert message.provider_id != ""
    assert Message.objects.filter(provider_id=mail.outbox[0].anymail_status.message_id).count() == 1


# --- The webhook -----------------------------------------------------------------------------------------------------

SECRET = "mail:0123456789-0123456789-0123456789"
BOUNCE = {
    "event": "hard_bounce",
    "email": "aiko@example.org",
    "id": 1,
    "date": "2026-03-03 09:00:00",
    "ts": 1772524800,
    "message-id": "<201798300811.5787683@example.org>",
    "ts_event": 1772524800,
    "subject": "x",
    "reason": "550 5.1.1 unknown user",
    "ts_epoch": 1772524800000,
}


@pytest.fixture
def with_secret(settings):
    from importlib import reload

    from iurc_portal import urls
    from iurc_portal.notifications import urls_plain

    settings.ANYMAIL = {**settings.ANYMAIL, "WEBHOOK_SECRET": SECRET}
    reload(urls_plain), reload(urls)
    clear_url_caches()
    yield
    settings.ANYMAIL = {**settings.ANYMAIL, "WEBHOOK_SECRET": None}
    reload(urls_plain), reload(urls)
    clear_url_caches()


def post(client, secret, body=BOUNCE):
    headers = {"Authorization": f"Basic {b64encode(secret.encode()).decode()}"} if secret else {}
    return client.post(
        "/mail-events/brevo/tracking/", json.dumps(body), content_type="application/json", headers=headers
    )


@pytest.mark.usefixtures("with_secret")
def test_a_service_with_the_secret_is_believed_and_nobody_else(client):
    refused = [post(client, secret).status_code for secret in (None, "mail:wrong")]
    assert (refused, state_of()) == ([400, 400], None)

    assert post(client, SECRET).status_code == 200

    assert (state_of(), AddressStatus.objects.get().detail) == (State.HARD, "550 5.1.1 unknown user")


def test_without_a_secret_there_is_no_such_address(client):
    assert post(client, SECRET).status_code == 404


def test_confirming_an_address_of_the_account_makes_it_good_again():
    user = make_user(email="aiko@example.org")
    address = EmailAddress.objects.create(user=user, email=user.email)
    told("bounced", reject_reason="bounced")

    email_confirmed.send(sender=EmailAddress, request=None, email_address=address)

    assert state_of() == State.GOOD


def test_staff_see_at_the_registration_what_servers_said(client, settings):
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "second_factor" not in name]
    client.force_login(make_user(is_staff=True, is_superuser=True, language="en"))
    registration = make_registration(email="Aiko@example.org")
    told("bounced", reject_reason="bounced", description="550 unknown user")

    page = client.get(f"/admin/events/registration/{registration.pk}/change/").content.decode()

    assert "refused for good: 550 unknown user" in page
