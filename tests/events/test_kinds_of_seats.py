"""Asking again for a seat of another kind: one seat, never two, and none that is not there (events spec 2.7, 2.17)."""

from datetime import timedelta

import pytest

from events.services import groups, registrations
from events.services.groups import Member
from tests.events.histories import PERSON
from tests.factories import START, make_event, make_user

pytestmark = pytest.mark.django_db
NOW = START - timedelta(days=20)
LATER = NOW + timedelta(minutes=31)  # a hold has lapsed


def event_in(*, room, online):
    event = make_event(waiting_list=True)
    event.seat_pools.create(kind="room", size=room)
    event.seat_pools.create(kind="online", size=online)
    return event


def ask(event, name, kind, *, now=NOW):
    return registrations.request_registration(
        event=event, email=f"{name}@example.org", person=PERSON, now=now, wanted=[kind]
    )


def seats(registration):
    return sorted(registration.seats.values_list("pool__kind", "state"))


def test_who_asks_again_for_another_kind_while_their_seat_is_held_changes_to_it():
    event = event_in(room=1, online=1)
    ask(event, "anna", "online")

    again = ask(event, "anna", "room")
    other = ask(event, "bruno", "online")

    assert seats(again) == [("room", "held")]
    assert seats(other) == [("online", "held")]


def test_where_the_other_kind_is_full_they_keep_the_seat_they_have():
    event = event_in(room=1, online=1)
    ask(event, "bruno", "room")
    ask(event, "anna", "online")

    again = ask(event, "anna", "room")

    assert seats(again) == [("online", "held")]
    assert again.state == "unproved"
    assert event.registrations.taking_seats(now=NOW).count() == 2


@pytest.mark.parametrize("withdraws", [True, False])
def test_a_seat_of_a_former_request_is_not_kept_beside_the_new_one(withdraws):
    event = event_in(room=1, online=1)
    first = ask(event, "anna", "online")
    if withdraws:
        registrations.withdraw_registration(first, now=NOW)

    again = ask(event, "anna", "room", now=LATER)

    assert seats(again) == [("room", "held")]
    assert seats(ask(event, "bruno", "online", now=LATER)) == [("online", "held")]


def test_what_a_change_sets_free_goes_to_the_next_in_line(django_capture_on_commit_callbacks):
    event = event_in(room=1, online=1)
    ask(event, "anna", "online")
    with django_capture_on_commit_callbacks(execute=True):
        waiting = registrations.register_by_staff(
            event=event, email="bruno@example.org", person=PERSON, now=NOW, by=make_user(), wanted=["online"]
        )
    assert waiting.state == "waiting"

    with django_capture_on_commit_callbacks(execute=True):
        ask(event, "anna", "room")

    waiting.refresh_from_db()
    assert waiting.state == "offered"


def test_staff_register_somebody_in_another_kind_than_they_had_asked_for():
    event = event_in(room=1, online=1)
    ask(event, "anna", "online")

    placed = registrations.register_by_staff(
        event=event, email="anna@example.org", person=PERSON, now=NOW, by=make_user(), wanted=["room"]
    )

    assert (placed.state, seats(placed)) == ("confirmed", [("room", "held")])


def test_a_group_that_asks_again_for_another_kind_moves_over_as_a_whole():
    event = event_in(room=2, online=5)
    members = [Member(email="bruno@example.org", language="it")]
    asked = {"event": event, "email": "anna@example.org", "person": PERSON, "members": members, "now": NOW}
    groups.request_group(**asked, wanted=["online"])

    lead = groups.request_group(**asked, wanted=["room"])

    assert [seats(row) for row in lead.group.members.all()] == [[("room", "held")]] * 2
