"""Requests that staff decide on, invitations, and addresses that are proved later (events spec 2.13, 2.22, 14.6)."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed
from django.core.exceptions import ValidationError
from django.utils import timezone

from events.exceptions import EventFull, InvitationNeeded
from events.models import AccessToken
from events.services import registrations, tokens
from events.services.registrations import invitations
from iurc_portal.audit.models import Transition
from iurc_portal.notifications.models import Message
from iurc_portal.notifications.services import render
from tests.factories import START, make_event, make_registration, make_user

pytestmark = pytest.mark.django_db
NOW = START - timedelta(days=20)
PERSON = {"family_name": "Yamada", "given_name": "Taro", "language": "ja", "tzid": "Asia/Tokyo"}
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def ask(event, name="taro", now=NOW, **more):
    return registrations.request_registration(event=event, email=f"{name}@example.org", person=PERSON, now=now, **more)


def prove(registration, now=NOW):
    token = tokens.find(tokens.issue(registration, AccessToken.Purpose.PROVE, now=now))
    return registrations.prove_registration(token, now=now)


def by_approval(**fields):
    return make_event(**{"approval_required": True, "maximum_attendee_capacity": 1, **fields})


def request(event, name="taro"):
    return make_registration(event, email=f"{name}@example.org", state="pending", confirmed_at=None)


def kinds():
    return list(Message.objects.order_by("pk").values_list("kind", flat=True))


def test_a_proved_request_waits_for_approval_and_takes_no_seat():
    event = by_approval()

    asked = ask(event)
    pending = prove(asked)

    assert (asked.state, asked.hold_until, pending.state) == ("unproved", None, "pending")
    assert event.registrations.taking_seats(now=NOW).count() == 0
    assert kinds() == ["events.proof", "events.pending"]


def test_where_requests_keep_a_seat_the_next_finds_none():
    event = by_approval(pending_holds_seat=True)
    first = prove(ask(event, "aiko"))

    with pytest.raises(EventFull):
        ask(event, "bruno")

    assert first.state == "pending"
    assert event.registrations.taking_seats(now=NOW).count() == 1


def test_where_requests_keep_a_seat_the_next_waits_if_there_is_a_list():
    event = by_approval(pending_holds_seat=True, waiting_list=True)
    prove(ask(event, "aiko"))

    assert prove(ask(event, "bruno")).state == "waiting"


def test_the_seat_is_taken_at_approval_and_the_last_request_stays():
    event, staff = by_approval(), make_user(is_staff=True)
    aiko, bruno = request(event, "aiko"), request(event, "bruno")

    approved = registrations.approve(aiko, now=NOW, by=staff)
    with pytest.raises(EventFull):
        registrations.approve(bruno, now=NOW, by=staff)

    bruno.refresh_from_db()
    assert (approved.state, approved.confirmed_at, bruno.state) == ("confirmed", NOW, "pending")
    assert kinds() == ["events.promoted"]
    letter = Message.objects.get()
    assert (letter.payload["method"], letter.payload["sequence"]) == ("REQUEST", 0)
    assert Transition.objects.of(aiko).get().actor == staff


def test_approving_twice_is_no_error_and_writes_once():
    row = request(by_approval())

    for _ in range(2):
        registrations.approve(row, now=NOW, by=None)

    assert kinds() == ["events.promoted"]


@pytest.mark.parametrize("state", ["unproved", "waiting", "cancelled", "expired"])
def test_only_a_request_is_approved(state):
    row = make_registration(by_approval(), state=state)

    with pytest.raises(ValidationError) as refusal:
        registrations.approve(row, now=NOW, by=None)

    assert refusal.value.code == "transition"


@pytest.mark.parametrize(("tell", "note"), [(True, "Only companies of the region."), (False, "")])
def test_a_rejection_has_a_reason_that_is_told_if_staff_wish(tell, note):
    row, staff = request(by_approval()), make_user()

    rejected = registrations.reject(row, now=NOW, by=staff, reason=" Only companies of the region. ", tell=tell)

    assert (rejected.state, rejected.decision_note) == ("rejected", note)
    assert Transition.objects.of(row).get().comment == "Only companies of the region."
    body = render(Message.objects.get(kind="events.rejected")).body
    assert ("Only companies of the region." in body) is tell


def test_a_rejection_without_a_reason_is_refused():
    row = request(by_approval())

    with pytest.raises(ValidationError) as refusal:
        registrations.reject(row, now=NOW, by=None, reason="  ")

    assert refusal.value.code == "reason"
    assert kinds() == []


def test_a_rejection_frees_the_seat_that_the_request_kept():
    event = by_approval(pending_holds_seat=True)
    row = request(event)

    registrations.reject(row, now=NOW, by=None, reason="no")

    assert event.registrations.taking_seats(now=NOW).count() == 0


def test_a_rejected_person_may_be_approved_after_all_or_put_back():
    event = by_approval(maximum_attendee_capacity=5)
    first, second = (
        make_registration(event, state="rejected", decision_note="no", confirmed_at=None) for _ in range(2)
    )

    assert registrations.approve(first, now=NOW, by=None).state == "confirmed"
    again = registrations.reconsider(second, now=NOW, by=None)
    assert (again.state, again.decision_note) == ("pending", "")


@pytest.mark.parametrize("state", ["pending", "waiting", "rejected", "expired", "confirmed"])
def test_who_asks_again_is_told_by_letter_where_they_stand(state):
    event = by_approval(waiting_list=True)
    row = make_registration(event, email="taro@example.org", state=state, language="en")

    ask(event)

    row.refresh_from_db()
    words = {
        "pending": "The organisers have not decided on your request yet.",
        "waiting": "You are on the waiting list.",
        "rejected": "Your request could not be accepted.",
        "expired": "The offer of a place has ended",
        "confirmed": "You have a place; nothing has changed.",
    }
    assert (row.state, kinds()) == (state, ["events.known"])
    assert words[state] in render(Message.objects.get()).body


@pytest.mark.parametrize("state", ["pending", "waiting", "offered"])
def test_a_request_is_taken_back_without_touching_a_calendar(state):
    hold = NOW + HOUR if state == "offered" else None
    row = make_registration(make_event(waiting_list=True), state=state, hold_until=hold, confirmed_at=None)

    withdrawn = registrations.withdraw_registration(row, now=NOW)

    assert (withdrawn.state, withdrawn.hold_until) == ("cancelled", None)
    assert [(m.kind, m.payload.get("method")) for m in Message.objects.all()] == [("events.left", None)]


# --- Invitations -----------------------------------------------------------------------------------------------------


def invited(event, name="taro"):
    key = f"{name}@example.org" if name else ""
    return tokens.find_invitation(tokens.issue_invitation(event, email_key=key))


def test_without_an_invitation_nobody_registers():
    with pytest.raises(InvitationNeeded):
        ask(make_event(invitation_only=True))


def test_an_invitation_for_one_address_proves_it_and_works_once():
    event = make_event(invitation_only=True)
    invitation = invited(event)

    registration = ask(event, invitation=invitation)

    assert registration.state == "confirmed"
    assert kinds() == ["events.confirmed"]
    with pytest.raises(ValidationError) as refusal:
        ask(event, invitation=invitation)
    assert refusal.value.code == "invitation"


def test_an_invitation_for_whoever_has_it_leaves_the_address_to_be_proved():
    event = make_event(invitation_only=True)

    assert ask(event, invitation=invited(event, name="")).state == "unproved"


@pytest.mark.parametrize("wrong", ["another address", "another event", "too late"])
def test_an_invitation_is_refused(wrong):
    event = make_event(invitation_only=True, registration_closes_at=START - timedelta(days=1))
    invitation = invited(make_event() if wrong == "another event" else event)
    if wrong == "too late":
        AccessToken.objects.update(expires_at=NOW)

    with pytest.raises(ValidationError) as refusal:
        ask(event, "bruno" if wrong == "another address" else "taro", invitation=invitation)

    assert refusal.value.code == "invitation"
    assert event.registrations.count() == 0


def test_staff_invite_a_list_and_each_letter_carries_its_own_link(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    event = make_event(invitation_only=True)

    number = invitations.invite(
        event, ["aiko@example.jp", "AIKO@example.jp", "bruno@example.it"], language="ja", bound=True, now=NOW
    )

    letters = list(Message.objects.order_by("pk"))
    assert number == len(letters) == 2
    bodies = [render(letter).body for letter in letters]
    tokens_made = AccessToken.objects.filter(purpose="invitation").values_list("email_key", flat=True)
    assert sorted(tokens_made) == ["aiko@example.jp", "bruno@example.it"]
    assert all("/i/" in body for body in bodies)


def test_looking_at_an_invitation_makes_no_token():
    event = make_event(invitation_only=True)
    invitations.invite(event, ["aiko@example.jp"], language="it", bound=False, now=NOW)

    render(Message.objects.get(), preview=True)

    assert AccessToken.objects.count() == 0


# --- Addresses that are proved later ---------------------------------------------------------------------------------


def test_a_proved_address_gathers_what_was_asked_for_as_a_guest():
    mine = [
        make_registration(email="Taro@Example.org", state=state) for state in ("confirmed", "waiting", "cancelled")
    ]
    others, taken = (
        make_registration(email="b@example.org"),
        make_registration(user=make_user(), email="c@example.org"),
    )
    user = make_user(email="taro@example.org")
    address = EmailAddress.objects.create(user=user, email="taro@example.org", verified=True)

    for _ in range(2):
        email_confirmed.send(sender=EmailAddress, request=None, email_address=address)

    for row in (*mine, others, taken):
        row.refresh_from_db()
    assert [row.user for row in mine] == [user] * 3
    assert (others.user, taken.user == user) == (None, False)
    assert [row.state for row in mine] == ["confirmed", "waiting", "cancelled"]
    assert [Transition.objects.of(row).get().reason for row in mine] == ["adopted"] * 3
