"""Letters at the staff's desk: what waits for what, writing anew, taking out."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from events.models import AccessToken
from iurc_portal.audit.models import Transition
from iurc_portal.notifications import outbox, services
from iurc_portal.notifications.models import Message
from tests.factories import make_event, make_registration, make_user
from tests.notifications.test_outbox import put

pytestmark = pytest.mark.django_db
LIST = reverse("admin:notifications_message_changelist")


@pytest.fixture
def page(client, settings):
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "second_factor" not in name]
    client.force_login(make_user(is_staff=True, is_superuser=True, language="en"))
    return client


def confirmed():
    event = make_event(dtstart=timezone.now() + timedelta(days=5))
    registration = make_registration(event)
    return services.queue_message(
        key=f"confirmed:{registration.pk}",
        kind="events.confirmed",
        to=registration.email,
        language="en",
        tzid="Asia/Tokyo",
        subject_id=str(registration.pk),
    )


def act(page, action, *messages):
    return page.post(LIST, {"action": action, "_selected_action": [message.pk for message in messages]}, follow=True)


def test_a_letter_that_has_left_is_written_anew_under_a_new_key_with_a_fresh_link(page):
    first = confirmed()
    services.deliver(first.pk, now=timezone.now())

    act(page, "write_anew", first)
    second = Message.objects.exclude(pk=first.pk).get()
    services.deliver(second.pk, now=timezone.now())

    first.refresh_from_db()
    assert (first.state, second.key != first.key, second.message_id != first.message_id) == ("sent", True, True)
    assert [letter.to for letter in mail.outbox] == [[first.to], [first.to]]
    assert mail.outbox[0].body != mail.outbox[1].body
    assert AccessToken.objects.filter(purpose="manage").count() == 2
    log = Transition.objects.of(second).get()
    assert (log.to_state, log.comment, log.actor is not None) == ("queued", str(first.pk), True)


def test_a_letter_written_anew_that_nobody_wants_any_more_is_dropped(page):
    first = confirmed()
    services.deliver(first.pk, now=timezone.now())
    type(make_registration()).objects.filter(pk=first.subject_id).update(state="cancelled")

    act(page, "write_anew", first)
    second = Message.objects.exclude(pk=first.pk).get()

    assert services.deliver(second.pk, now=timezone.now()) == "dropped"
    assert len(mail.outbox) == 1


def test_what_waits_is_not_written_anew_and_the_longest_key_has_room():
    put("waiting")
    message = put("k" * 200)
    Message.objects.filter(pk=message.pk).update(state="sent")
    now = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)

    assert outbox.write_anew(Message.objects.all(), now=now, by=make_user()) == 1
    assert outbox.write_anew(Message.objects.filter(pk=message.pk), now=now + timedelta(seconds=1), by=None) == 1

    assert Message.objects.count() == 4


def test_the_list_says_which_letter_waits_for_which_and_which_came_back(page):
    put("first", ordering_key="event:1", not_before=timezone.now() + timedelta(hours=1))
    put("second", ordering_key="event:1")
    put("third", to="other@example.org")
    Message.objects.filter(key="third").update(state="sent", returned_at=timezone.now())

    shown = page.get(LIST).content.decode()

    assert shown.count("waits for an earlier letter to the same person") == 1
    assert "came back" in shown


def test_a_letter_waits_for_an_earlier_one_that_a_lost_worker_still_claims():
    first, second = put("first", ordering_key="event:1"), put("second", ordering_key="event:1")
    now = timezone.now()
    Message.objects.filter(pk=first.pk).update(state="sending", claimed_at=now)

    assert services.deliver(second.pk, now=now) == "after another"
    assert services.deliver_all([first.pk, second.pk], now=now + timedelta(minutes=11)) == {"sent": 2}
    assert Message.objects.filter(state="sent").count() == 2


def test_headers_are_one_line_whatever_is_in_them():
    assert (
        services.one_line("Hello\r\nBcc: x@example.org\u2028there\x85 \x00you") == "Hello Bcc: x@example.org there you"
    )


def test_every_letter_comes_from_the_one_sender(settings):
    settings.DEFAULT_FROM_EMAIL = "Torino–Nagoya <portal@torino-nagoya.example>"
    services.deliver(put().pk, now=timezone.now())

    assert mail.outbox[0].from_email == settings.DEFAULT_FROM_EMAIL


def test_the_frame_of_a_letter_shows_it_with_dummy_links_and_runs_nothing(page):
    message = confirmed()

    html, text = (
        page.get(reverse("admin:notifications_message_letter", args=[message.pk, part])) for part in ("html", "text")
    )

    assert (html.status_code, text.status_code) == (200, 200)
    assert "/r/preview/" in html.content.decode()
    assert "/r/preview/" in text.content.decode()
    assert "default-src 'none'" in html["Content-Security-Policy"]
    assert AccessToken.objects.count() == 0
