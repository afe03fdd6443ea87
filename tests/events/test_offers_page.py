"""Position, offer and decision on a registrant's own page, and the way in by form and by invitation."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from events.models import AccessToken, Offer, Registration
from events.services import registrations, tokens
from events.services.registrations import locks
from tests.events.test_registering import VISITOR, mark
from tests.factories import START, make_event, make_registration, make_user

pytestmark = pytest.mark.django_db
NOW = START - timedelta(days=20)
HOUR = timedelta(hours=1)
PROVE, MANAGE, OFFER = AccessToken.Purpose.PROVE, AccessToken.Purpose.MANAGE, AccessToken.Purpose.OFFER


class Clock:
    now = NOW


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    cache.clear()
    clock = Clock()
    monkeypatch.setattr(timezone, "now", lambda: clock.now)
    return clock


def link(registration, purpose=MANAGE) -> str:
    return f"/r/{tokens.issue(registration, purpose, now=NOW)}/"


def page(client, path, **headers) -> str:
    return client.get(path).content.decode()


def waits(event=None, **fields):
    event = event or make_event(maximum_attendee_capacity=0, waiting_list=True)
    fields = {"state": "waiting", "confirmed_at": None, "language": "en", **fields}
    return make_registration(event, **fields)


def offered(*, until=NOW + HOUR, **fields):
    row = waits(
        make_event(maximum_attendee_capacity=1, waiting_list=True), state="offered", hold_until=until, **fields
    )
    Offer.objects.create(registration=row, offered_at=NOW - HOUR, expires_at=until)
    return row


def state_of(row) -> str:
    return Registration.objects.get(pk=row.pk).state


def test_who_waits_sees_the_position_in_their_language(client):
    event = make_event(maximum_attendee_capacity=0, waiting_list=True)
    waits(event, joined_at=NOW - HOUR)
    second = waits(event, joined_at=NOW, language="ja")

    content = page(client, link(second))

    assert "現在の順番：<strong>2</strong>番目" in content
    assert "キャンセル待ちとして承っております。" in content


def test_who_waits_leaves_the_line_after_being_asked_once(client):
    row = waits()
    path = link(row)

    asked = page(client, f"{path}cancel/")
    answer = client.post(f"{path}cancel/")

    assert "Yes, take my request back" in asked
    assert (answer.status_code, state_of(row)) == (303, "cancelled")


def test_an_offer_shows_its_end_in_both_cities_and_a_get_claims_nothing(client):
    row = offered(language="en", tzid="Asia/Tokyo")
    path = link(row, OFFER)

    content = page(client, path)
    for method in (client.get, client.head):
        assert method(f"{path}claim/").status_code == 200

    assert state_of(row) == "offered"
    assert "18:00 JST" in content
    assert "10:00 CET" in content


@pytest.mark.parametrize("purpose", [OFFER, MANAGE])
def test_the_offered_place_is_accepted_with_one_button(client, purpose):
    row = offered()
    path = link(row, purpose)

    answer = client.post(f"{path}claim/")

    assert (answer.status_code, answer["Location"], state_of(row)) == (303, path, "confirmed")
    assert "Your place is confirmed." in page(client, path)
    assert client.post(f"{path}claim/").status_code == 303  # already done


def test_an_offer_is_declined_after_being_asked_once_and_one_may_join_again(client):
    row = offered()
    path = link(row, MANAGE)

    asked = page(client, f"{path}decline/")
    client.post(f"{path}decline/")
    assert state_of(row) == "expired"
    assert "Join the waiting list again, at its end" in page(client, path)
    client.post(f"{path}rejoin/")

    assert "Yes, decline the place" in asked
    assert state_of(row) == "waiting"


def test_an_offer_that_has_ended_is_missed_whether_or_not_a_sweep_has_run(client, clock):
    row = offered()
    path = link(row, MANAGE)
    clock.now = NOW + HOUR

    shown = page(client, path)
    answer = client.post(f"{path}claim/")

    assert "The offer of a place has ended." in shown
    assert "Accept the place" not in shown
    assert (answer.status_code, state_of(row)) == (409, "expired")
    assert "This offer has ended" in answer.content.decode()


def test_a_busy_event_says_try_again_and_nothing_is_done(client, monkeypatch):
    from events.exceptions import Busy
    from events.views import offers as views

    row = offered()

    def busy(registration, *, now):
        raise Busy(registration.event)

    monkeypatch.setattr(views.registrations, "claim_offer", busy)

    assert client.post(f"{link(row)}claim/").status_code == 503
    assert state_of(row) == "offered"
    assert locks.locked is registrations.locked


@pytest.mark.parametrize("act", ["claim", "decline", "rejoin"])
def test_a_link_that_proves_the_address_decides_nothing_else(client, act):
    row = offered()

    answer = client.post(f"{link(row, PROVE)}{act}/")

    assert (answer.status_code, state_of(row)) == (200, "offered")


@pytest.mark.parametrize("act", ["claim", "decline", "rejoin"])
@pytest.mark.parametrize("token", ["x" * 43, "short", "%00" * 43])
def test_wrong_links_are_answered_alike(client, act, token):
    assert client.post(f"/r/{token}/{act}/").status_code == 404


def test_a_rejected_person_reads_the_reason_that_staff_wished_to_tell(client):
    row = waits(state="rejected", decision_note="<b>Only</b> this year's partners")

    content = page(client, link(row))

    assert "Your request could not be accepted." in content
    assert "&lt;b&gt;Only&lt;/b&gt; this year&#x27;s partners" in content


def test_pressing_the_button_of_a_request_that_found_no_seat_leads_into_the_line(client):
    row = waits(state="unproved")
    path = link(row, PROVE)

    before = page(client, path)
    answer = client.post(path)

    assert "only then are you on the waiting list" in before
    assert (answer.status_code, state_of(row)) == (303, "waiting")
    assert "Your position on the waiting list: <strong>1</strong>" in page(client, answer["Location"])
    assert client.post(path).status_code == 200  # already done


# --- The way in ------------------------------------------------------------------------------------------------------


def send(client, event, path="", **fields):
    return client.post(path or f"/en/events/{event.slug}/register/", {**VISITOR, "began": mark(), **fields})


def codes(response) -> dict:
    return {
        field: [error.code for error in errors.as_data()] for field, errors in response.context["form"].errors.items()
    }


def test_a_full_event_with_a_list_offers_the_form_and_takes_the_request(client):
    event = make_event(maximum_attendee_capacity=0, waiting_list=True)

    shown = page(client, f"/en/events/{event.slug}/")
    answer = send(client, event)

    assert "Join the waiting list" in shown
    assert "Free places are offered strictly in the order of the requests." in shown
    assert (answer.status_code, Registration.objects.get().hold_until) == (302, None)


def test_an_address_of_another_domain_is_told_at_its_field(client):
    response = send(client, make_event(allowed_domains=["company.jp"]))

    assert (response.status_code, codes(response)) == (200, {"email": ["domain"]})
    assert response.context["form"]["family_name"].value() == "Yamada"


def test_in_the_room_or_online_is_asked_where_there_is_a_choice(client):
    event = make_event(event_attendance_mode="mixed")
    for kind in ("room", "online", "headset"):
        event.seat_pools.create(kind=kind, size=5)

    event.seat_pools.filter(kind="online").update(size=0)
    choices = client.get(f"/en/events/{event.slug}/register/").context["form"].fields["takes_part"].choices
    unanswered = send(client, event)
    foreign = send(client, event, takes_part="delegation")
    answer = send(client, event, takes_part="room", headset="on")

    assert choices == [("room", "in the room"), ("online", "online – Fully booked")]
    assert codes(unanswered) == {"takes_part": ["required"]}
    assert codes(foreign) == {"takes_part": ["invalid_choice"]}
    assert answer.status_code == 302
    assert dict(Registration.objects.get().seats.values_list("pool__kind", "state")) == {
        "room": "held",
        "headset": "held",
    }


def test_the_choice_begins_with_the_first_way_that_has_places(client):
    event = make_event(event_attendance_mode="mixed", waiting_list=True)
    pools = {kind: event.seat_pools.create(kind=kind, size=size) for kind, size in (("room", 0), ("online", 5))}

    def chosen():
        return client.get(f"/en/events/{event.slug}/register/").context["form"]["takes_part"].value()

    assert chosen() == "online"
    event.seat_pools.filter(pk=pools["online"].pk).update(size=0)
    assert chosen() == "room"


def test_an_event_by_invitation_shows_no_form(client):
    event = make_event(invitation_only=True)

    assert 'name="family_name"' not in page(client, f"/en/events/{event.slug}/")
    refused = send(client, event)
    assert refused.status_code == 409
    assert "by invitation only" in refused.content.decode()


def test_an_invited_person_registers_behind_the_link_and_arrives_on_their_page(client):
    event = make_event(invitation_only=True)
    clear = tokens.issue_invitation(event, email_key="taro@example.org")

    shown = client.get(f"/i/{clear}/")
    answer = send(client, event, path=f"/i/{clear}/")
    again = client.get(f"/i/{clear}/")

    assert f'action="/i/{clear}/"' in shown.content.decode()
    for response in (shown, answer, again):
        assert (response["Referrer-Policy"], response["Cache-Control"]) == ("no-referrer", "no-store")
    assert (answer.status_code, Registration.objects.get().state) == (303, "confirmed")
    assert (again.status_code, client.post(f"/i/{clear}/").status_code) == (410, 409)


@pytest.mark.parametrize("token", ["x" * 43, "short", "%00" * 43])
def test_an_unknown_invitation_is_not_found(client, token):
    assert client.get(f"/i/{token}/").status_code == 404


def test_a_manage_link_is_no_invitation_and_an_invitation_manages_nothing(client):
    row = waits()
    clear = tokens.issue_invitation(row.event)

    assert client.get(link(row).replace("/r/", "/i/")).status_code == 404
    assert client.get(f"/r/{clear}/").status_code == 404


def test_a_signed_in_person_sees_what_they_wait_for_among_their_own(client):
    user = make_user()
    row = waits(user=user, event=make_event(maximum_attendee_capacity=0, waiting_list=True, name_en="Robots"))
    client.force_login(user)

    mine = page(client, "/en/my/")
    event = page(client, f"/en/events/{row.event.slug}/")

    assert "on the waiting list" in mine
    assert "on the waiting list" in event
