"""The personal way into the room: before, while it is open, afterwards, and what it never gives away (8.1–8.5)."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from events import afterwards, joining
from events.exceptions import RoomClosed
from events.models import AccessToken, Event, JoinClick
from events.services import joining as rooms
from events.services import tokens
from events.services.scheduling import schedule_event
from iurc_portal.audit.models import Transition
from iurc_portal.notifications.models import Message
from tests.factories import START, make_event, make_library_item, make_registration, make_user, make_webinar
from tests.pages.html import on_one_line

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
ROOM = "https://video.example/room-4711?pwd=secret"


class Clock:
    now = START - timedelta(days=2)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    cache.clear()
    clock = Clock()
    monkeypatch.setattr(timezone, "now", lambda: clock.now)
    return clock


def online(**fields):
    return make_event(join_url=ROOM, **fields)


def link(registration, now=START - timedelta(days=2)) -> str:
    return f"/j/{tokens.issue(registration, AccessToken.Purpose.JOIN, now=now)}/"


def clicks(registration) -> int:
    return JoinClick.objects.filter(registration=registration).count()


# --- The page ------------------------------------------------------------------------------------------------------


def test_before_it_opens_the_page_says_when_in_both_cities_without_any_script(client):
    page = client.get(link(make_registration(online()))).content.decode()

    assert "参加ボタンは次の時刻からこのページに表示されます。" in page
    assert "日本時間（名古屋）：2026年3月3日(火) 16:30 JST (UTC+9)" in page
    assert "トリノ時間：2026年3月3日(火) 08:30 CET (UTC+1)" in page
    assert 'data-opens="2026-03-03T07:30:00+00:00"' in page
    assert "<button" not in page.split("<main")[1].split("</main>")[0]


@pytest.mark.parametrize(
    ("minutes", "status"), [(-31, 409), (-30, 303), (0, 303), (119, 303), (120, 409), (60 * 24 * 20, 409)]
)
def test_the_press_checks_the_window_again(client, clock, minutes, status):
    registration = make_registration(online())
    path = link(registration)
    clock.now = START + minutes * MINUTE

    answer = client.post(path)

    assert (answer.status_code, clicks(registration)) == (status, int(status == 303))
    assert answer.get("Location") == (ROOM if status == 303 else None)


def test_the_way_in_leaves_no_trace(client, clock):
    path = link(make_registration(online()))
    clock.now = START

    for answer in (client.get(path), client.post(path)):
        assert answer["Referrer-Policy"] == "no-referrer"
        assert answer["Cache-Control"] == "no-store"
        assert "noindex" in answer["X-Robots-Tag"]
        assert not answer.cookies


def test_mail_scanners_that_follow_the_link_enter_nothing(client, clock):
    registration = make_registration(online(), language="en")
    path = link(registration)
    clock.now = START

    for method in (client.get, client.head):
        assert method(path).status_code == 200

    assert clicks(registration) == 0
    assert "Join now" in client.get(path).content.decode()


def test_each_press_is_noted_and_means_joined_not_attended(client, clock):
    from events.services.attendance import attendance_of

    registration = make_registration(online())
    path = link(registration)
    clock.now = START
    client.post(path)
    client.post(path)

    found = attendance_of([registration])[registration.pk]
    assert (found.clicks, found.attended) == (2, False)


def test_a_room_without_an_address_asks_for_patience(client, clock):
    path = link(make_registration(make_event(), language="en"))
    clock.now = START

    answer = client.post(path)

    assert answer.status_code == 409
    assert "The room is not open yet." in answer.content.decode()


@pytest.mark.parametrize("minutes", [-60, 0])
def test_telephone_and_help_are_always_there(client, clock, minutes):
    event = online(phone_access="+39 011 000\nPIN 42", contact_email="help@torino.example")
    path = link(make_registration(event, language="en"))
    clock.now = START + minutes * MINUTE

    page = client.get(path).content.decode()

    assert "+39 011 000<br>PIN 42" in page
    assert 'This link does not work? Write to <a href="mailto:help@torino.example">' in page


def test_afterwards_it_leads_to_what_the_programme_has(client, clock):
    event = online()
    webinar = make_webinar(event=event, summary_en="All was said.")
    make_library_item(webinar, url="https://video.example/recording", title_en="Watch the recording")
    path = link(make_registration(event, language="en"))
    clock.now = START + timedelta(days=1)

    page = on_one_line(client.get(path).content.decode())

    assert '<a href="https://video.example/recording" hreflang="en" lang="en">Watch the recording</a>' in page
    assert f'<a href="/en/events/{event.slug}/">What was said</a>' in page


def test_an_event_of_no_app_above_has_nothing_afterwards_and_says_so(client, clock):
    event = online()
    path = link(make_registration(event, language="en"))
    clock.now = START + timedelta(days=1)

    assert afterwards.links_of(event) == []
    assert "What remains of the event will stand on its page." in client.get(path).content.decode()


@pytest.mark.parametrize("state", ["cancelled", "unproved"])
def test_the_link_dies_with_its_place(client, clock, state):
    registration = make_registration(online(), state=state, language="en")
    path = link(registration)
    clock.now = START

    shown, pressed = client.get(path), client.post(path)

    assert (shown.status_code, pressed.status_code, clicks(registration)) == (410, 409, 0)
    assert "you have no place at this event" in shown.content.decode()


@pytest.mark.parametrize("status", ["CANCELLED", "TENTATIVE"])
def test_nobody_enters_an_event_that_is_off(client, clock, status):
    registration = make_registration(online(status=status, cancellation_reason_en="A strike"), language="en")
    path = link(registration)
    clock.now = START

    assert (client.get(path).status_code, client.post(path).status_code) == (200, 409)
    assert ("A strike" in client.get(path).content.decode()) == (status == "CANCELLED")
    assert clicks(registration) == 0


def test_a_new_room_and_a_new_hour_need_no_new_mail(client, clock):
    registration = make_registration(online())
    path = link(registration)
    event = schedule_event(
        registration.event, start=START + timedelta(days=60), end=START + timedelta(days=60, hours=1), now=clock.now
    )
    Event.objects.filter(pk=event.pk).update(join_url="https://other.example/room")
    clock.now = START + timedelta(days=60)

    assert client.post(path)["Location"] == "https://other.example/room"


@pytest.mark.parametrize(("purpose", "address"), [("manage", "/j/{}/"), ("prove", "/j/{}/"), ("join", "/r/{}/")])
def test_a_token_opens_what_it_was_made_for_and_nothing_else(client, purpose, address):
    clear = tokens.issue(make_registration(online()), purpose, now=START - timedelta(days=2))

    assert client.get(address.format(clear)).status_code == 404
    assert client.post(address.format(clear)).status_code == 404


@pytest.mark.parametrize("suffix", ["cancel/", "join/", "event.ics", "certificate/"])
def test_the_link_into_the_room_can_change_nothing_else(client, suffix):
    clear = tokens.issue(make_registration(online()), AccessToken.Purpose.JOIN, now=START - timedelta(days=2))

    assert client.get(f"/r/{clear}/{suffix}").status_code == 404


@pytest.mark.parametrize("token", ["x" * 43, "short", "é" * 43, "x" * 300, "%00" * 43])
def test_wrong_links_are_all_answered_alike(client, token):
    assert [client.get(f"/j/{token}/").status_code, client.post(f"/j/{token}/").status_code] == [404, 404]


def test_speakers_may_enter_earlier_on_their_own_link(client, clock):
    event = online()
    speaker, guest = make_registration(event, join_window=60), make_registration(event)
    paths = [link(speaker), link(guest)]
    clock.now = START - 45 * MINUTE

    assert [client.post(path).status_code for path in paths] == [303, 409]


def test_what_is_pressed_is_checked_only_for_who_is_signed_in():
    from django.test import Client

    path = link(make_registration(online()))
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(path).status_code == 409  # too early, but not refused as forged
    strict.force_login(make_user())
    assert strict.post(path).status_code == 403


# --- By hand -------------------------------------------------------------------------------------------------------


def test_staff_open_the_room_early_and_close_it_early(clock):
    staff, event = make_user(is_staff=True), online()
    registration = make_registration(event)
    early = START - timedelta(hours=2)

    rooms.open_room(event, now=early, by=staff)
    assert rooms.enter(registration, now=early) == ROOM
    rooms.close_room(event, now=START + 50 * MINUTE, by=staff)

    with pytest.raises(RoomClosed) as refusal:
        rooms.enter(registration, now=START + 50 * MINUTE)
    assert refusal.value.code == "over"
    log = Transition.objects.of(event).values_list("reason", "actor")
    assert list(log) == [("room_opened", staff.pk), ("room_closed", staff.pk)]


def test_closing_before_the_usual_time_only_takes_the_early_opening_back():
    event = online()
    rooms.open_room(event, now=START - timedelta(hours=2))

    event = rooms.close_room(event, now=START - timedelta(hours=1))

    window = joining.window_of(event)
    assert [window.phase(START - timedelta(hours=1)), window.phase(START)] == ["before", "open"]


def test_a_closed_room_can_be_opened_again():
    event = online()
    event = rooms.close_room(event, now=START)
    event = rooms.open_room(event, now=START + MINUTE)

    assert joining.window_of(event).phase(START + MINUTE) == "open"


def test_what_was_pressed_counts_for_the_hours_it_was_pressed_for():
    event = online()
    rooms.open_room(event, now=START - timedelta(hours=2))
    event = schedule_event(
        Event.objects.get(pk=event.pk),
        start=START + timedelta(days=7),
        end=START + timedelta(days=7, hours=1),
        now=START - timedelta(hours=1),
    )

    assert joining.window_of(event).phase(START) == "before"


@pytest.mark.parametrize(
    ("fields", "now", "code"),
    [
        ({"join_url": ""}, START, "no_room"),
        ({"status": "CANCELLED"}, START, "off"),
        ({}, START + timedelta(hours=3), "over"),
    ],
)
def test_a_room_that_cannot_be_opened_says_why(fields, now, code):
    with pytest.raises(ValidationError) as refusal:
        rooms.open_room(make_event(**{"join_url": ROOM, **fields}), now=now)

    assert refusal.value.code == code


def test_the_event_may_have_a_window_of_its_own():
    event = online(join_window=5)

    assert joining.window_of(event) == joining.Window(START - 5 * MINUTE, START + 120 * MINUTE)


# --- What never leaves ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("minutes", [-60 * 24, 0, 60 * 24])
def test_the_room_stands_on_no_page_in_no_feed_and_in_no_data(client, clock, minutes):
    event = online(description_en="About", phone_access="+39 011 000")
    make_webinar(event=event)
    registration = make_registration(event, language="en")
    paths = [link(registration), f"/r/{tokens.issue(registration, 'manage', now=clock.now)}/"]
    clock.now = START + minutes * MINUTE
    for language in ("it", "en", "ja"):
        paths += [
            f"/{language}/",
            f"/{language}/events/",
            f"/{language}/events/?view=month",
            f"/{language}/events/?view=past",
            f"/{language}/events/{event.slug}/",
            f"/{language}/events/{event.slug}/event.ics",
            f"/{language}/search/?q=event",
            f"/feeds/events.{language}.ics",
            f"/feeds/{event.track.slug}.{language}.ics",
        ]
    paths += [f"{paths[1]}event.ics", "/sitemap.xml", "/api/v1/schema.json", reverse("certificates")]

    for path in paths:
        answer = client.get(path, follow=True)
        seen = answer.getvalue().decode() + str(answer.headers)
        assert "room-4711" not in seen, path
        assert not re.search(r"video\.example", seen), path


def test_the_room_stands_in_no_letter(clock):
    from events.services import letters, notices, scheduling
    from iurc_portal.notifications.services import render

    event = online(phone_access="+39 011 000")
    registration = make_registration(event, language="en")
    letters.queue_confirmed(registration)
    letters.write_again(registration, now=clock.now)
    scheduling.cancel_event(event, now=clock.now)
    notices.send_notices(now=clock.now + timedelta(minutes=3))

    assert Message.objects.count() == 3
    for message in Message.objects.all():
        letter = render(message)
        parts = [letter.body, *(part[0] for part in letter.alternatives), *(str(part) for part in letter.attachments)]
        assert not re.search("room-4711|011 000", "\n".join(parts))


def test_letters_lead_to_ones_own_way_in(clock):
    from events import mail
    from events.services import letters

    registration = make_registration(online(), language="en")
    letters.queue_confirmed(registration)
    (message,) = Message.objects.all()

    text = mail.confirmed(message, preview=False).body

    (clear,) = re.findall(r"/j/([A-Za-z0-9_-]{43})/", text)
    assert tokens.find(clear).purpose == "join"


def test_letters_about_a_hall_lead_into_no_room(clock):
    from events import mail
    from events.services import letters

    letters.queue_confirmed(make_registration(make_event(event_attendance_mode="offline")))

    assert "/j/" not in mail.confirmed(Message.objects.get(), preview=False).body


def test_the_history_of_an_event_does_not_remember_the_room():
    fields = {field.name for field in Event.history.model._meta.get_fields()}

    assert not fields & {"join_url", "phone_access"}
