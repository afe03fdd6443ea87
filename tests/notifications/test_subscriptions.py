"""News by mail: asked for, proved, and ended with one click (RFC 8058)."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.utils import timezone

from iurc_portal.notifications import registry, services, subscriptions
from iurc_portal.notifications.letters import compose_news
from iurc_portal.notifications.models import AddressStatus, Message, Subscription, SubscriptionToken
from iurc_portal.notifications.words import Words
from tests.factories import make_user

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
LINK = re.compile(r"http://localhost:8000(/s/([A-Za-z0-9_-]{43})/)")
NEWS = "tests.news"


def render_news(message, *, preview) -> EmailMultiAlternatives:
    words = Words(subject="News", opening=["Something new."], button="Read", link="http://localhost:8000/en/")
    return compose_news(message, words, template="plain", context={}, preview=preview)


if NEWS not in registry.names():
    registry.register(NEWS, render=render_news, is_news=True)


@pytest.fixture(autouse=True)
def _nobody_has_asked_before():
    cache.clear()


def ask(email="Aiko@Example.org", language="ja", now=NOW):
    return subscriptions.request_subscription(email=email, topic="events", language=language, now=now)


def proved(**fields):
    return subscriptions.prove(ask(**fields), now=NOW)


def leave():
    """Let what waits leave, and return the new letters."""
    before = len(mail.outbox)
    services.deliver_all(list(Message.objects.waiting().values_list("pk", flat=True)), now=timezone.now())
    return mail.outbox[before:]


def link_in(letter) -> str:
    return LINK.search(letter.body)[1]


def news_to(subscription, key="news"):
    return services.queue_message(
        key=key,
        kind=NEWS,
        to=subscription.email,
        language="en",
        tzid="Asia/Tokyo",
        subject_id=str(subscription.pk),
    )


# --- Asking and proving ----------------------------------------------------------------------------------------------


def test_the_whole_way_from_the_form_to_the_end(client):
    answer = client.post("/ja/news/", {"email": "aiko@example.org", "topic": "events"}, follow=True)
    assert (answer.redirect_chain, answer.status_code) == ([("/ja/news/asked/", 302)], 200)
    (letter,) = leave()
    assert letter.to == ["aiko@example.org"]

    shown = client.get(link_in(letter))
    assert (shown.status_code, shown["Content-Language"], shown["Referrer-Policy"]) == (200, "ja", "no-referrer")
    assert not Subscription.objects.get().is_active
    client.post(link_in(letter))
    assert Subscription.objects.get().is_active
    again = client.post(link_in(letter))
    assert again.status_code == 200

    (welcome,) = leave()
    end = link_in(welcome)
    client.get(end)
    assert Subscription.objects.get().is_active
    client.post(end)
    assert not Subscription.objects.get().is_active
    assert client.post(end).status_code == 200


def test_the_page_answers_the_same_for_known_and_unknown_addresses(client):
    proved(email="known@example.org")

    answers = [
        client.post("/it/news/", {"email": email, "topic": "events"})
        for email in ("known@example.org", "unknown@example.org")
    ]

    assert len({(answer.status_code, answer.url, answer.content) for answer in answers}) == 1


def test_who_has_the_news_already_is_told_by_mail_how_to_leave():
    proved()
    leave()

    ask(email="aiko@EXAMPLE.org", now=NOW + timedelta(hours=1))

    (letter,) = leave()
    assert Subscription.objects.count() == 1
    token = SubscriptionToken.objects.order_by("-pk").first()
    assert (token.purpose, letter.to) == ("end", ["Aiko@Example.org"])


def test_asking_twice_in_ten_minutes_sends_one_letter():
    ask()
    ask(now=NOW + timedelta(minutes=9))
    assert Message.objects.count() == 1

    ask(now=NOW + timedelta(minutes=20))

    assert Message.objects.count() == 2


def test_who_left_and_comes_back_proves_the_address_again():
    subscription = proved()
    Subscription.objects.end(now=NOW)
    assert subscriptions.subscribers_of("events").count() == 0

    ask(now=NOW + timedelta(minutes=1), language="it")

    subscription.refresh_from_db()
    assert (subscription.is_active, subscription.ended_at, subscription.language) == (False, None, "it")
    assert Subscription.objects.count() == 1


def test_a_link_is_good_for_two_days_and_says_so_afterwards(client):
    ask(now=timezone.now())
    (letter,) = leave()
    SubscriptionToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert [client.get(link_in(letter)).status_code, client.post(link_in(letter)).status_code] == [410, 409]
    assert not Subscription.objects.get().is_active


def test_a_subscription_that_was_ended_is_not_proved_by_an_old_link(client):
    ask(now=timezone.now())
    (letter,) = leave()
    Subscription.objects.end(now=NOW)

    assert client.post(link_in(letter)).status_code == 409
    assert not Subscription.objects.get().is_active


def test_proving_makes_an_address_that_bounced_good_again():
    AddressStatus.objects.create(email_key="aiko@example.org", state="hard", since=NOW)
    subscription = ask()
    assert [letter.to for letter in leave()] == [["Aiko@Example.org"]]

    subscriptions.prove(subscription, now=NOW + timedelta(hours=1))

    assert AddressStatus.objects.get().state == "good"


def test_news_that_do_not_exist_are_refused(client):
    with pytest.raises(ValidationError) as refused:
        subscriptions.request_subscription(email="a@example.org", topic="gossip", language="it", now=NOW)
    assert refused.value.code == "topic"

    answer = client.post("/it/news/", {"email": "a@example.org", "topic": "gossip"})

    assert (answer.status_code, Subscription.objects.count()) == (422, 0)


@pytest.mark.parametrize(
    "email", ["", "nobody", "a@b", "a\x00@example.org", "x" * 250 + "@example.org", "a@b.org\nBcc: c@d.org"]
)
def test_a_bad_address_is_told_at_its_field(client, email):
    answer = client.post("/en/news/", {"email": email, "topic": "events"})

    assert (answer.status_code, Subscription.objects.count()) == (422, 0)
    assert "email" in answer.context["form"].errors


def test_a_robot_is_thanked_and_forgotten(client):
    answer = client.post("/en/news/", {"email": "a@example.org", "topic": "events", "website": "x"})

    assert (answer.status_code, Subscription.objects.count()) == (302, 0)


def test_one_address_is_not_written_to_again_and_again(client):
    answers = [client.post("/en/news/", {"email": "a@example.org", "topic": "events"}) for _ in range(6)]

    assert [answer.status_code for answer in answers] == [302] * 5 + [429]
    assert int(answers[-1]["Retry-After"]) <= 3600


def test_visitors_need_no_cookie_and_signed_in_people_a_token():
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/en/news/", {"email": "a@example.org", "topic": "events"}).status_code == 302

    strict.force_login(make_user())

    assert strict.post("/en/news/", {"email": "b@example.org", "topic": "events"}).status_code == 403


@pytest.mark.parametrize("token", ["x", "x" * 43, "preview", "\x00" * 3, "あ" * 43])
def test_links_that_are_wrong_have_one_page(client, token):
    answers = [client.get(f"/s/{token}/"), client.post(f"/s/{token}/")]

    assert [answer.status_code for answer in answers] == [404, 404]


# --- One click -------------------------------------------------------------------------------------------------------


def test_every_letter_of_news_offers_the_way_out_in_its_headers():
    subscription = proved()
    leave()
    news_to(subscription)

    (letter,) = leave()

    headers = letter.message()
    address = LINK.search(letter.body)[0]
    assert headers["List-Unsubscribe"] == f"<{address}one-click/>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert address in letter.alternatives[0][0]


def test_a_mail_program_ends_the_subscription_with_one_bare_post():
    subscription = proved()
    news_to(subscription)
    letters = leave()
    address = letters[-1].message()["List-Unsubscribe"].strip("<>").removeprefix("http://localhost:8000")
    program = Client(enforce_csrf_checks=True)

    answer = program.post(address, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")

    subscription.refresh_from_db()
    assert (answer.status_code, answer.cookies, subscription.is_active) == (200, {}, False)


def test_opening_the_one_click_address_asks_first(client):
    token = subscriptions.issue(proved().pk, "end", now=NOW)

    answer = client.get(f"/s/{token}/one-click/")

    assert (answer.status_code, answer.url) == (302, f"/s/{token}/")
    assert Subscription.objects.get().is_active


def test_one_click_answers_alike_whatever_the_token(client):
    subscription = proved()
    tokens = [
        subscriptions.issue(subscription.pk, "prove", now=NOW),
        "x" * 43,
        "nonsense",
        subscriptions.issue(subscription.pk, "end", now=NOW),
    ]

    def answer(token):
        got = client.post(f"/s/{token}/one-click/")
        return got.status_code, got.content, sorted(got.headers)

    answers = [answer(token) for token in tokens[:3]]
    assert Subscription.objects.get().is_active
    answers += [answer(tokens[3]), answer(tokens[3])]

    assert len({str(got) for got in answers}) == 1
    assert not Subscription.objects.get().is_active


def test_news_that_wait_are_dropped_once_the_subscription_has_ended():
    subscription = proved()
    leave()
    message = news_to(subscription)
    Subscription.objects.end(now=NOW)

    assert services.deliver(message.pk, now=timezone.now()) == "dropped"

    message.refresh_from_db()
    assert (message.state, message.error) == ("dropped", "the subscription has ended")


def test_news_to_nobodys_subscription_are_dropped():
    message = services.queue_message(key="n", kind=NEWS, to="a@example.org", language="en", tzid="UTC")

    assert services.deliver(message.pk, now=timezone.now()) == "dropped"


def test_a_preview_of_news_makes_no_token():
    email = services.render(news_to(proved()), preview=True)

    assert "/s/preview/" in email.body
    assert SubscriptionToken.objects.count() == 0


def test_letters_about_a_booked_event_carry_no_such_header():
    ask()
    (letter,) = leave()

    assert letter.message()["List-Unsubscribe"] is None


@pytest.mark.parametrize("language", ["it", "en", "ja"])
def test_the_pages_open_in_every_language(client, language):
    ask(language=language, now=timezone.now())
    (letter,) = leave()

    pages = [f"/{language}/news/", f"/{language}/news/asked/", link_in(letter)]

    for address in pages:
        answer = client.get(address)
        assert (answer.status_code, f'lang="{language}"' in answer.content.decode()) == (200, True)
