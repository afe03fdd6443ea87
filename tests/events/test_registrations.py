"""Places: asked for, proved, taken, given back."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError

from events import signals
from events.exceptions import EventFull, RegistrationClosed
from events.models import AccessToken, Registration
from events.services import registrations, tokens
from iurc_portal.audit.models import Transition
from iurc_portal.notifications.models import AddressStatus, Message
from tests.factories import START, make_event, make_registration, make_user

pytestmark = pytest.mark.django_db
NOW = START - timedelta(days=20)
PERSON = {"family_name": "Yamada", "given_name": "Taro", "language": "ja", "tzid": "Asia/Tokyo"}
MINUTE = timedelta(minutes=1)


def ask(event, email="taro@example.org", now=NOW, user=None, **person):
    return registrations.request_registration(
        event=event, email=email, person={**PERSON, **person}, now=now, user=user
    )


def prove(registration, now=NOW):
    clear = tokens.issue(registration, AccessToken.Purpose.PROVE, now=now)
    return registrations.prove_registration(tokens.find(clear), now=now)


def kinds():
    return list(Message.objects.order_by("pk").values_list("kind", flat=True))


def test_a_guest_holds_a_seat_for_half_an_hour_and_is_asked_to_confirm():
    event = make_event(maximum_attendee_capacity=1)

    registration = ask(event)

    assert (registration.state, registration.hold_until) == ("unproved", NOW + timedelta(minutes=30))
    assert kinds() == ["events.proof"]
    assert event.registrations.taking_seats(now=NOW + timedelta(minutes=29, seconds=59)).count() == 1
    assert event.registrations.taking_seats(now=NOW + timedelta(minutes=30)).count() == 0


def test_confirming_makes_the_place_certain_and_sends_the_invitation():
    registration = prove(ask(make_event(maximum_attendee_capacity=1)), now=NOW + timedelta(minutes=29))

    assert (registration.state, registration.hold_until) == ("confirmed", None)
    assert registration.confirmed_at == NOW + timedelta(minutes=29)
    assert kinds() == ["events.proof", "events.confirmed"]
    assert Message.objects.get(kind="events.confirmed").payload["sequence"] == 0


def test_confirming_twice_is_no_error_and_sends_one_letter():
    registration = ask(make_event())
    clear = tokens.issue(registration, AccessToken.Purpose.PROVE, now=NOW)

    for _ in range(2):
        registrations.prove_registration(tokens.find(clear), now=NOW)

    assert kinds() == ["events.proof", "events.confirmed"]


def test_the_last_place_goes_to_the_first_to_ask():
    event = make_event(maximum_attendee_capacity=1)
    ask(event, "aiko@example.org")

    with pytest.raises(EventFull) as refusal:
        ask(event, "bruno@example.org")

    assert refusal.value.code == "full"
    assert list(event.registrations.values_list("email", flat=True)) == ["aiko@example.org"]


def test_a_hold_that_has_lapsed_is_free_at_once_though_no_job_ran():
    event = make_event(maximum_attendee_capacity=1)
    ask(event, "aiko@example.org")

    late = ask(event, "bruno@example.org", now=NOW + timedelta(minutes=30))

    assert late.state == "unproved"


def test_confirming_after_the_hold_takes_a_seat_if_one_is_left():
    registration = prove(ask(make_event(maximum_attendee_capacity=1)), now=NOW + timedelta(hours=5))

    assert (registration.state, registration.joined_at) == ("confirmed", NOW + timedelta(hours=5))


def test_confirming_after_the_hold_is_refused_when_others_took_the_seats():
    event = make_event(maximum_attendee_capacity=1)
    slow = ask(event, "aiko@example.org")
    prove(ask(event, "bruno@example.org", now=NOW + timedelta(hours=1)), now=NOW + timedelta(hours=1))

    with pytest.raises(EventFull):
        prove(slow, now=NOW + timedelta(hours=2))

    slow.refresh_from_db()
    assert slow.state == "unproved"


def test_confirming_while_the_hold_lasts_is_kept_even_if_the_capacity_was_lowered():
    event = make_event(maximum_attendee_capacity=2)
    first, second = ask(event, "aiko@example.org"), ask(event, "bruno@example.org")
    type(event).objects.update(maximum_attendee_capacity=1)

    assert [prove(registration).state for registration in (first, second)] == ["confirmed", "confirmed"]


def test_a_link_is_good_for_48_hours():
    registration = ask(make_event())
    clear = tokens.issue(registration, AccessToken.Purpose.PROVE, now=NOW)

    with pytest.raises(ValidationError) as refusal:
        registrations.prove_registration(tokens.find(clear), now=NOW + timedelta(hours=48))

    assert refusal.value.code == "expired"
    late = NOW + timedelta(hours=48) - MINUTE
    assert registrations.prove_registration(tokens.find(clear), now=late).state == "confirmed"


def test_asking_again_within_ten_minutes_sends_no_second_letter_and_prolongs_nothing():
    event = make_event()
    first = ask(event)

    again = ask(event, now=NOW + 9 * MINUTE)

    assert (again.pk, again.hold_until) == (first.pk, first.hold_until)
    assert kinds() == ["events.proof"]


def test_who_cancels_and_asks_again_at_once_gets_a_new_link():
    event = make_event()
    registrations.withdraw_registration(prove(ask(event)), now=NOW + MINUTE)

    again = ask(event, now=NOW + 2 * MINUTE)

    assert again.state == "unproved"
    assert kinds() == ["events.proof", "events.confirmed", "events.withdrawn", "events.proof"]
    assert prove(again, now=NOW + 3 * MINUTE).state == "confirmed"


def test_asking_again_later_sends_the_link_again():
    event = make_event()
    ask(event)

    ask(event, now=NOW + 10 * MINUTE)

    assert kinds() == ["events.proof", "events.proof"]
    assert Registration.objects.count() == 1


def test_asking_over_and_over_does_not_hold_a_seat_for_ever():
    event = make_event(maximum_attendee_capacity=1)
    for minutes in (0, 11, 22):
        ask(event, "aiko@example.org", now=NOW + minutes * MINUTE)

    assert event.registrations.taking_seats(now=NOW + 31 * MINUTE).count() == 0


@pytest.mark.parametrize(
    "written", ["Taro@Example.org", " taro@example.org ", "ｔａｒｏ@example.org", "taro@EXAMPLE.ORG"]
)
def test_one_address_however_written_has_one_place(written):
    event = make_event()
    ask(event, "taro@example.org")

    ask(event, written, now=NOW + MINUTE)

    assert Registration.objects.count() == 1


@pytest.mark.parametrize("other", ["ta.ro@example.org", "taro+torino@example.org"])
def test_dots_and_plus_signs_may_be_other_people(other):
    event = make_event()
    ask(event, "taro@example.org")

    ask(event, other)

    assert Registration.objects.count() == 2


def test_a_person_with_a_place_is_told_by_letter_and_nothing_of_theirs_changes():
    event = make_event()
    held = make_registration(event, email="taro@example.org", family_name="Yamada")

    answer = ask(event, family_name="Somebody")

    held.refresh_from_db()
    assert (answer.pk, held.family_name, held.state) == (held.pk, "Yamada", "confirmed")
    assert kinds() == ["events.known"]


def test_a_full_event_answers_the_known_and_the_unknown_alike_and_tells_the_known_by_letter():
    event = make_event(maximum_attendee_capacity=1)
    make_registration(event, email="taro@example.org")

    for email in ("taro@example.org", "stranger@example.org"):
        with pytest.raises(EventFull):
            ask(event, email)

    assert list(Message.objects.values_list("kind", "to")) == [("events.known", "taro@example.org")]


@pytest.mark.parametrize(
    "fields",
    [
        {"registration_open": False},
        {"status": "TENTATIVE"},
        {"status": "CANCELLED"},
        {"registration_closes_at": NOW},
        {"dtstart": NOW},
    ],
)
def test_registration_is_closed_unless_open_published_and_in_time(fields):
    event = make_event(**fields)

    with pytest.raises(RegistrationClosed) as refusal:
        ask(event)

    assert refusal.value.code == "closed"
    assert Registration.objects.count() == 0


def test_what_the_form_showed_counts_for_nothing():
    event = make_event(maximum_attendee_capacity=5)
    type(event).objects.update(maximum_attendee_capacity=0)

    with pytest.raises(EventFull):
        ask(event)


@pytest.mark.parametrize("status", ["TENTATIVE", "CANCELLED"])
def test_confirming_for_an_event_that_is_off_is_refused(status):
    registration = ask(make_event())
    type(registration.event).objects.update(status=status)

    with pytest.raises(RegistrationClosed):
        prove(registration)


def test_a_signed_in_person_with_a_proved_address_has_the_place_at_once():
    user = make_user(email="taro@example.org")
    EmailAddress.objects.create(user=user, email="taro@example.org", verified=True, primary=True)

    registration = ask(make_event(), user=user)

    assert (registration.state, registration.user) == ("confirmed", user)
    assert kinds() == ["events.confirmed"]


@pytest.mark.parametrize("verified", [False, None])
def test_a_signed_in_person_with_an_unproved_address_is_asked_to_confirm(verified):
    user = make_user(email="taro@example.org")
    if verified is not None:
        EmailAddress.objects.create(user=user, email="taro@example.org", verified=verified)

    registration = ask(make_event(), user=user)

    assert (registration.state, registration.user) == ("unproved", None)


def test_a_signed_in_person_cannot_take_somebody_elses_address():
    user = make_user(email="taro@example.org")
    EmailAddress.objects.create(user=user, email="taro@example.org", verified=True)

    registration = ask(make_event(), email="victim@example.org", user=user)

    assert (registration.state, registration.user) == ("unproved", None)


def test_a_guests_place_becomes_the_persons_when_they_ask_signed_in():
    event = make_event()
    held = make_registration(event, email="taro@example.org")
    user = make_user(email="taro@example.org")
    EmailAddress.objects.create(user=user, email="taro@example.org", verified=True)

    ask(event, user=user)

    held.refresh_from_db()
    assert held.user == user
    assert kinds() == []


def test_giving_a_place_back_frees_it_and_clears_the_calendar():
    event = make_event(maximum_attendee_capacity=1)
    registration = prove(ask(event, "aiko@example.org"))

    registrations.withdraw_registration(registration, now=NOW + MINUTE)
    other = ask(event, "bruno@example.org", now=NOW + MINUTE)

    assert other.state == "unproved"
    withdrawn = Message.objects.get(kind="events.withdrawn")
    assert (withdrawn.payload["method"], withdrawn.payload["sequence"]) == ("CANCEL", 1)


def test_giving_back_twice_is_no_error():
    registration = prove(ask(make_event()))

    for _ in range(2):
        registrations.withdraw_registration(registration, now=NOW)

    assert kinds().count("events.withdrawn") == 1


def test_a_request_that_was_never_confirmed_is_withdrawn_without_a_letter():
    registration = ask(make_event())

    registrations.withdraw_registration(registration, now=NOW)

    assert kinds() == ["events.proof"]


def test_a_place_cannot_be_given_back_once_the_event_has_begun():
    registration = make_registration()

    with pytest.raises(RegistrationClosed):
        registrations.withdraw_registration(registration, now=START)


def test_who_leaves_and_returns_gets_a_higher_number_and_nobody_elses_moves():
    event = make_event()
    stays = prove(ask(event, "stays@example.org"))
    leaves = prove(ask(event, "leaves@example.org"))
    registrations.withdraw_registration(leaves, now=NOW + 20 * MINUTE)

    returned = prove(ask(event, "leaves@example.org", now=NOW + 40 * MINUTE), now=NOW + 41 * MINUTE)

    stays.refresh_from_db()
    assert (returned.pk, returned.last_sequence, stays.last_sequence) == (leaves.pk, 2, 0)
    letters = Message.objects.filter(to="leaves@example.org").order_by("pk")
    assert [(m.kind, m.payload.get("sequence")) for m in letters] == [
        ("events.proof", None),
        ("events.confirmed", 0),
        ("events.withdrawn", 1),
        ("events.proof", None),
        ("events.confirmed", 2),
    ]


def test_an_old_link_does_not_revive_a_withdrawn_place():
    registration = ask(make_event())
    clear = tokens.issue(registration, AccessToken.Purpose.PROVE, now=NOW)
    registrations.withdraw_registration(registration, now=NOW)

    with pytest.raises(ValidationError) as refusal:
        registrations.prove_registration(tokens.find(clear), now=NOW)

    assert refusal.value.code == "expired"


def test_a_spent_link_does_not_confirm_a_later_request():
    event = make_event()
    registration = ask(event)
    clear = tokens.issue(registration, AccessToken.Purpose.PROVE, now=NOW)
    registrations.prove_registration(tokens.find(clear), now=NOW)
    registrations.withdraw_registration(registration, now=NOW)
    ask(event, now=NOW + 20 * MINUTE)

    with pytest.raises(ValidationError) as refusal:
        registrations.prove_registration(tokens.find(clear), now=NOW + 21 * MINUTE)

    assert refusal.value.code == "expired"


def test_a_proved_address_is_good_again_whatever_bounced_before():
    AddressStatus.objects.create(email_key="taro@example.org", state="hard", since=NOW)

    prove(ask(make_event()))

    assert AddressStatus.objects.get().state == "good"


def test_staff_register_a_person_with_the_usual_letter_and_within_the_limits():
    staff = make_user(is_staff=True)
    event = make_event(maximum_attendee_capacity=1, registration_open=False)

    registration = registrations.register_by_staff(
        event=event, email="taro@example.org", person=PERSON, now=NOW, by=staff
    )
    with pytest.raises(EventFull):
        registrations.register_by_staff(event=event, email="b@example.org", person=PERSON, now=NOW, by=staff)

    assert registration.state == "confirmed"
    assert kinds() == ["events.confirmed"]
    assert Transition.objects.of(registration).get().actor == staff


def test_every_step_is_written_down():
    registration = prove(ask(make_event()))
    registrations.withdraw_registration(registration, now=NOW)

    steps = Transition.objects.of(registration).values_list("from_state", "to_state")
    assert list(steps) == [("", "unproved"), ("unproved", "confirmed"), ("confirmed", "cancelled")]


def test_the_apps_above_hear_of_places_taken_and_given_back(django_capture_on_commit_callbacks):
    heard = []

    def listen(sender, event, registration, signal, **kwargs):
        heard.append((signal is signals.registration_confirmed, event.pk, registration.pk))

    signals.registration_confirmed.connect(listen)
    signals.registration_withdrawn.connect(listen)
    with django_capture_on_commit_callbacks(execute=True):
        registration = prove(ask(make_event()))
        registrations.withdraw_registration(registration, now=NOW)
    signals.registration_confirmed.disconnect(listen)
    signals.registration_withdrawn.disconnect(listen)

    place = (registration.event_id, registration.pk)
    assert heard == [(True, *place), (False, *place)]


def test_a_token_is_kept_as_a_digest_only():
    registration = make_registration()

    clear = tokens.issue(registration, AccessToken.Purpose.MANAGE, now=NOW)

    kept = AccessToken.objects.get()
    assert len(clear) == 43
    assert clear not in (kept.digest, str(kept))
    assert tokens.find(clear) == kept


@pytest.mark.parametrize("wrong", ["", "x", "x" * 43, "x" * 44, "é" * 43, "../" * 14 + "x", "\x00" * 43])
def test_a_wrong_token_finds_nothing(wrong):
    tokens.issue(make_registration(), AccessToken.Purpose.MANAGE, now=NOW)

    assert tokens.find(wrong) is None


def test_tokens_do_not_repeat():
    registration = make_registration()

    made = {tokens.issue(registration, AccessToken.Purpose.MANAGE, now=NOW) for _ in range(50)}

    assert len(made) == 50


def test_a_manage_link_outlives_the_event_by_a_month():
    registration = make_registration()
    token = tokens.find(tokens.issue(registration, AccessToken.Purpose.MANAGE, now=NOW))

    end = registration.event.dtend
    assert token.is_expired(now=end + timedelta(days=30))
    assert not token.is_expired(now=end + timedelta(days=30) - MINUTE)
