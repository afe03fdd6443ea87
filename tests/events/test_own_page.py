"""A registrant's own page: what the mailed link shows and what it can do."""

from datetime import timedelta

import icalendar
import pytest
from django.core.cache import cache
from django.utils import timezone

from events.models import AccessToken, Event, Registration
from events.services import tokens
from tests.factories import START, make_event, make_registration

pytestmark = pytest.mark.django_db
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
PROVE, MANAGE = AccessToken.Purpose.PROVE, AccessToken.Purpose.MANAGE


class Clock:
    now = START - 20 * DAY


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    cache.clear()
    clock = Clock()
    monkeypatch.setattr(timezone, "now", lambda: clock.now)
    return clock


def link(registration, purpose=MANAGE, now=START - 20 * DAY) -> str:
    return f"/r/{tokens.issue(registration, purpose, now=now)}/"


def unproved(**fields):
    return make_registration(state="unproved", confirmed_at=None, hold_until=START - 20 * DAY + 30 * MINUTE, **fields)


def state_of(registration) -> str:
    return Registration.objects.get(pk=registration.pk).state


def test_opening_the_link_changes_nothing_and_shows_a_button(client):
    registration = unproved(language="en")
    path = link(registration, PROVE)

    for method in (client.get, client.head, client.get):
        assert method(path).status_code == 200

    assert state_of(registration) == "unproved"
    assert "Confirm my registration" in client.get(path).content.decode()


def test_pressing_the_button_confirms_and_leads_to_ones_own_page(client):
    registration = unproved(language="en")

    answer = client.post(link(registration, PROVE))

    assert answer.status_code == 303
    assert state_of(registration) == "confirmed"
    page = client.get(answer["Location"]).content.decode()
    assert "Your place is confirmed." in page
    assert "Cancel my registration" in page


def test_pressing_it_twice_shows_that_it_is_done(client):
    registration = unproved(language="en")
    path = link(registration, PROVE)
    client.post(path)

    for again in (client.post(path), client.get(path)):
        assert again.status_code == 200
        assert "Your place is confirmed." in again.content.decode()


def test_the_page_is_in_the_registrants_language_whatever_the_browser_says(client):
    path = link(make_registration(language="ja"))

    response = client.get(path, headers={"Accept-Language": "it"})

    assert response["Content-Language"] == "ja"
    assert '<html lang="ja">' in response.content.decode()


@pytest.mark.parametrize("suffix", ["", "cancel/", "join/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_the_address_leaks_in_no_way(client, suffix, method):
    path = link(make_registration()) + suffix

    response = getattr(client, method)(path)

    assert response["Referrer-Policy"] == "no-referrer"
    assert response["Cache-Control"] == "no-store"
    assert "noindex" in response["X-Robots-Tag"]


def test_browsers_may_send_the_forms_of_the_page_naming_its_origin_alone(client):
    """Under no-referrer alone they say "Origin: null", and the CSRF check refuses the person's own click."""
    content = client.get(link(make_registration())).content.decode()

    assert '<meta name="referrer" content="strict-origin">' in content


def test_the_page_gives_its_address_to_no_form_but_its_own(client):
    path = link(make_registration())
    content = client.get(path).content.decode()
    token = path.strip("/").split("/")[1]

    uses = [line for line in content.splitlines() if token in line]
    assert uses
    for line in uses:
        assert "report/" not in line or token not in line.split("report/")[1].split('"')[0]
    assert 'name="path"' not in content


@pytest.mark.parametrize("suffix", ["", "cancel/", "join/", "event.ics"])
@pytest.mark.parametrize("token", ["x" * 43, "short", "é" * 43, "x" * 300, "%00" * 43])
def test_wrong_links_are_all_answered_alike(client, token, suffix):
    responses = [client.get(f"/r/{token}/{suffix}")]
    if suffix != "event.ics":
        responses.append(client.post(f"/r/{token}/{suffix}"))

    assert [response.status_code for response in responses] == [404] * len(responses)
    assert all('href="/it/events/"' in response.content.decode() for response in responses)


def test_a_wrong_link_is_explained_in_the_language_of_the_browser(client):
    page = client.get("/r/short/", headers={"accept-language": "ja"}).content.decode()

    assert "リンクが正しくないか、有効期限が切れています。" in page
    assert 'href="/ja/events/"' in page


def test_an_expired_link_says_what_to_do_and_a_late_press_changes_nothing(client, clock):
    registration = unproved(language="en")
    path = link(registration, PROVE)
    clock.now += timedelta(hours=48)

    shown, pressed = client.get(path), client.post(path)

    assert (shown.status_code, pressed.status_code) == (410, 409)
    assert f"/en/events/{registration.event.slug}/register/" in shown.content.decode()
    assert state_of(registration) == "unproved"


def test_a_link_pressed_after_others_took_the_seats_says_so(client, clock):
    registration = unproved(language="en", event=make_event(maximum_attendee_capacity=1))
    path = link(registration, PROVE)
    make_registration(registration.event)
    clock.now += timedelta(hours=1)

    response = client.post(path)

    assert response.status_code == 409
    assert "All places are taken." in response.content.decode()


def test_a_refused_confirmation_offers_to_register_again_and_no_button_that_would_fail_again(client):
    registration = unproved(language="en")
    path = link(registration, PROVE)
    AccessToken.objects.filter(registration=registration).update(used_at=START - 20 * DAY)

    answer = client.post(path)

    page = answer.content.decode()
    assert (answer.status_code, "Confirm my registration" in page) == (409, False)
    assert f'href="/en/events/{registration.event.slug}/register/"' in page


def test_a_spent_link_points_to_the_latest_mail(client):
    registration = unproved(language="en")
    path = link(registration, PROVE)
    AccessToken.objects.filter(registration=registration).update(used_at=START - 20 * DAY)

    page = client.get(path).content.decode()

    assert "Confirm my registration" not in page
    assert "please open the latest e-mail we sent you" in page


def test_giving_back_is_asked_once_and_done_by_post(client):
    registration = make_registration(language="en")
    path = link(registration)

    asked = client.get(f"{path}cancel/")
    assert "Yes, cancel my registration" in asked.content.decode()
    assert state_of(registration) == "confirmed"
    done = client.post(f"{path}cancel/")

    assert (done.status_code, done["Location"]) == (303, path)
    assert state_of(registration) == "cancelled"
    page = client.get(path).content.decode()
    assert "Your registration is cancelled." in page
    assert f"/en/events/{registration.event.slug}/register/" in page
    assert client.post(f"{path}cancel/").status_code == 200


def test_a_link_to_confirm_cannot_cancel(client):
    registration = make_registration()

    client.post(f"{link(registration, PROVE)}cancel/")

    assert state_of(registration) == "confirmed"


def test_a_place_cannot_be_given_back_once_the_event_has_begun(client, clock):
    registration = make_registration(language="en")
    path = link(registration)
    clock.now = START + MINUTE

    assert client.post(f"{path}cancel/").status_code == 409
    assert "cancel/" not in client.get(path).content.decode()
    assert state_of(registration) == "confirmed"


def test_a_cancelled_event_says_why(client):
    registration = make_registration(make_event(status="CANCELLED", cancellation_reason_en="A strike"), language="en")

    page = client.get(link(registration)).content.decode()

    assert "This event has been cancelled." in page
    assert "A strike" in page
    assert "join/" not in page


@pytest.mark.parametrize(
    ("minutes", "status"), [(-31, 409), (-30, 303), (0, 303), (89, 303), (119, 303), (120, 409), (60 * 24, 409)]
)
def test_the_room_opens_half_an_hour_before_and_closes_half_an_hour_after(client, clock, minutes, status):
    event = make_event(join_url="https://meet.example/room?pwd=1")
    path = link(make_registration(event))
    clock.now = START + minutes * MINUTE

    answer = client.post(f"{path}join/")

    assert answer.status_code == status
    assert answer.get("Location") == ("https://meet.example/room?pwd=1" if status == 303 else None)
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("kind", "is_led_in"), [("online", True), ("room", False)])
@pytest.mark.parametrize(("path", "purpose"), [("r", MANAGE), ("j", AccessToken.Purpose.JOIN)])
def test_at_an_event_with_both_ways_the_seat_says_where_one_is_led(client, kind, is_led_in, path, purpose):
    event = make_event(event_attendance_mode="mixed", location_en="Lingotto", join_url="https://video.example/1")
    registration = make_registration(event, language="en")
    registration.seats.create(pool=event.seat_pools.create(kind=kind, size=9), state="held")

    page = client.get(f"/{path}/{tokens.issue(registration, purpose, now=START - 20 * DAY)}/").content.decode()

    assert ("The button to join appears" in page) == is_led_in
    assert ("Lingotto" in page) != is_led_in


def test_opening_the_way_in_leads_nowhere_without_the_button(client, clock):
    event = make_event(join_url="https://meet.example/room")
    path = link(make_registration(event, language="en"))
    clock.now = START

    for page in (client.get(f"{path}join/"), client.get(path)):
        assert page.status_code == 200
        assert "Join now" in page.content.decode()
        assert "meet.example" not in page.content.decode()
        assert "meet.example" not in str(page.headers)


@pytest.mark.parametrize("fields", [{"state": "cancelled"}, {"state": "unproved", "confirmed_at": None}])
def test_only_who_has_a_place_may_enter(client, clock, fields):
    path = link(make_registration(make_event(join_url="https://meet.example/room"), **fields))
    clock.now = START

    assert client.post(f"{path}join/").status_code == 409


@pytest.mark.parametrize("fields", [{"status": "CANCELLED"}, {"status": "TENTATIVE"}, {"join_url": ""}])
def test_nobody_enters_an_event_that_is_off_or_has_no_room(client, clock, fields):
    path = link(make_registration(make_event(**{"join_url": "https://meet.example/room", **fields})))
    clock.now = START

    assert client.post(f"{path}join/").status_code == 409


def test_a_browser_may_follow_the_way_in(client):
    """Browsers check the redirect of a form against form-action; the room's host itself is not named (8.1)."""
    policy = client.get(link(make_registration(make_event(join_url="https://meet.example/room"))))

    directives = dict(part.split(" ", 1) for part in policy["Content-Security-Policy"].split("; ") if " " in part)
    assert directives["form-action"] == "'self' https:"


def test_the_calendar_file_is_in_ones_own_language(client):
    registration = make_registration(make_event(name_ja="実証フィールド", name_en="Testbeds"), language="ja")

    response = client.get(f"{link(registration)}event.ics")

    (found,) = icalendar.Calendar.from_ical(response.content).walk("VEVENT")
    assert str(found["SUMMARY"]) == "実証フィールド"
    assert "ATTENDEE" not in found
    assert response["Cache-Control"] == "no-store"


def test_the_calendar_file_dies_with_the_place(client):
    assert client.get(f"{link(make_registration(state='cancelled'))}event.ics").status_code == 404


def test_a_month_after_the_end_the_page_is_gone(client, clock):
    path = link(make_registration())
    clock.now = START + 32 * DAY

    assert client.get(path).status_code == 410


def test_a_press_without_its_csrf_token_is_refused():
    from django.test import Client

    registration = unproved()

    assert Client(enforce_csrf_checks=True).post(link(registration, PROVE)).status_code == 403
    assert state_of(registration) == "unproved"


def test_an_unpublished_event_has_no_public_page_but_the_place_is_kept(client):
    registration = make_registration(make_event(status="TENTATIVE"), language="en")

    response = client.get(link(registration))

    assert response.status_code == 200
    assert Event.objects.get().registrations.confirmed().count() == 1


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(client, method):
    assert getattr(client, method)(link(make_registration())).status_code == 405
