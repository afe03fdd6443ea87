"""Waiting for a place, offers, and what staff do about them (events spec 2.14–2.17, 3)."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import translation

from events.exceptions import EventFull, OfferGone, RegistrationClosed
from events.models import AccessToken, Event, Offer, Registration
from events.services import registrations, scheduling, tokens
from events.services.registrations import offers
from events.services.registrations.rules import change_rules
from iurc_portal.audit.models import Transition
from iurc_portal.notifications.models import Heartbeat, Message
from tests.factories import START, make_event, make_registration, make_user

pytestmark = pytest.mark.django_db
NOW = START - timedelta(days=20)
PERSON = {"family_name": "Yamada", "given_name": "Taro", "language": "ja", "tzid": "Asia/Tokyo"}
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def full_event(**fields):
    """An event with a waiting list whose one place is taken."""
    event = make_event(**{"maximum_attendee_capacity": 1, "waiting_list": True, **fields})
    make_registration(event, email="first@example.org")
    return event


def waits(event, name, *, minutes=0, **fields):
    asked = NOW - DAY + minutes * MINUTE
    return make_registration(
        event, email=f"{name}@example.org", state="waiting", confirmed_at=None, joined_at=asked, **fields
    )


def has_offer(event, name, *, until=NOW + DAY, **fields):
    row = waits(event, name, **fields)
    Registration.objects.filter(pk=row.pk).update(state="offered", hold_until=until)
    Offer.objects.create(registration=row, offered_at=NOW - HOUR, expires_at=until)
    row.refresh_from_db()
    return row


def states(event):
    rows = event.registrations.order_by("pk").values_list("email", "state")
    return {email.partition("@")[0]: state for email, state in rows}


def kinds(name):
    return list(Message.objects.filter(to=f"{name}@example.org").order_by("pk").values_list("kind", flat=True))


def leave(event, name, now=NOW):
    return registrations.withdraw_registration(event.registrations.get(email=f"{name}@example.org"), now=now)


# --- Joining ---------------------------------------------------------------------------------------------------------


def test_who_finds_no_seat_is_asked_to_confirm_and_then_waits(django_capture_on_commit_callbacks):
    event = full_event()

    asked = registrations.request_registration(event=event, email="aiko@example.org", person=PERSON, now=NOW)
    token = tokens.find(tokens.issue(asked, AccessToken.Purpose.PROVE, now=NOW))
    proved = registrations.prove_registration(token, now=NOW + 5 * HOUR)

    assert (asked.state, asked.hold_until) == ("unproved", None)
    assert (proved.state, proved.joined_at) == ("waiting", NOW)
    assert kinds("aiko") == ["events.proof", "events.waiting"]


def test_while_somebody_waits_a_newcomer_joins_the_line_even_if_a_seat_is_free():
    event = make_event(maximum_attendee_capacity=5, waiting_list=True, promotion="manual")
    waits(event, "aiko")
    user = make_user(email="bruno@example.org")
    user.emailaddress_set.create(email=user.email, verified=True)

    row = registrations.request_registration(event=event, email=user.email, person=PERSON, now=NOW, user=user)

    assert row.state == "waiting"


def test_without_a_list_who_still_waits_from_former_days_keeps_newcomers_out():
    event = make_event(maximum_attendee_capacity=5)
    waits(event, "aiko")

    with pytest.raises(EventFull):
        registrations.request_registration(event=event, email="b@example.org", person=PERSON, now=NOW)


def test_priority_then_the_time_of_asking_then_the_number_make_the_order():
    event = full_event()
    waits(event, "late", minutes=2)
    waits(event, "early", minutes=1)
    waits(event, "equal", minutes=1)
    waits(event, "first-of-all", minutes=3, priority=1)

    line = event.registrations.in_line().with_position()

    assert [(row.email.partition("@")[0], row.position) for row in line] == [
        ("first-of-all", 1),
        ("early", 2),
        ("equal", 3),
        ("late", 4),
    ]


def test_staff_put_somebody_first_and_it_is_written_down():
    event, staff = full_event(), make_user()
    waits(event, "aiko")
    bruno = waits(event, "bruno", minutes=1)

    registrations.set_priority(bruno, priority=5, now=NOW, by=staff)

    assert event.registrations.in_line().first() == bruno
    note = Transition.objects.of(bruno).get()
    assert (note.reason, note.comment, note.actor) == ("priority", "0 → 5", staff)


# --- Promotion -------------------------------------------------------------------------------------------------------


def test_a_place_given_back_is_offered_to_the_next_on_commit(django_capture_on_commit_callbacks):
    event = full_event()
    waits(event, "aiko")
    waits(event, "bruno", minutes=1)

    with django_capture_on_commit_callbacks(execute=True):
        leave(event, "first")

    assert states(event) == {"first": "cancelled", "aiko": "offered", "bruno": "waiting"}
    offer = Offer.objects.get()
    assert (offer.offered_at, offer.expires_at, offer.outcome) == (NOW, NOW + DAY, "open")
    assert event.registrations.get(state="offered").hold_until == offer.expires_at
    assert kinds("aiko") == ["events.offered"]
    assert Message.objects.get(kind="events.offered").expires_at == offer.expires_at


def test_promoting_twice_offers_once():
    event = make_event(maximum_attendee_capacity=1, waiting_list=True)
    waits(event, "aiko")
    waits(event, "bruno", minutes=1)

    assert [registrations.promote(event, now=NOW) for _ in range(2)] == [1, 0]


def test_the_sweep_hands_on_what_lapsed_with_time_alone():
    event = full_event(maximum_attendee_capacity=2)
    has_offer(event, "late", until=NOW)
    waits(event, "aiko")

    counts = registrations.sweep(now=NOW)

    assert counts == {"offered": 1, "busy": 0}
    assert states(event) == {"first": "confirmed", "late": "expired", "aiko": "offered"}
    assert kinds("late") == ["events.missed"]
    assert Heartbeat.objects.get(name="promote_waiting_lists").last_error == ""


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": "TENTATIVE"}, "draft"),
        ({"status": "CANCELLED"}, "cancelled"),
        ({"dtstart": NOW}, "begun"),
        ({"registration_closes_at": NOW}, "closed"),
        ({"registration_open": False}, "closed"),
        ({"promotion": "manual"}, "Staff"),
        ({"approval_required": True}, "Staff"),
        ({"dtstart": NOW + 15 * MINUTE}, "too soon"),
    ],
)
def test_a_list_that_offers_nothing_says_why(fields, words):
    event = make_event(maximum_attendee_capacity=1, waiting_list=True, **fields)
    waits(event, "aiko")

    assert registrations.promote(event, now=NOW) == 0
    with translation.override("en"):
        assert words in str(registrations.why_idle(event, now=NOW))


@pytest.mark.parametrize(
    ("before_start", "window"),
    [
        (3 * DAY, DAY),
        (48 * HOUR, DAY),
        (48 * HOUR - MINUTE, 4 * HOUR),
        (6 * HOUR, 4 * HOUR),
        (6 * HOUR - MINUTE, 30 * MINUTE),
        (40 * MINUTE, 25 * MINUTE),
        (16 * MINUTE, MINUTE),
        (15 * MINUTE, None),
        (MINUTE, None),
    ],
)
def test_an_offer_lasts_less_the_nearer_the_start(before_start, window):
    event = make_event(dtstart=NOW + before_start)

    end = offers.ends_at(event, now=NOW)

    assert end == (None if window is None else NOW + window)


def test_nobody_is_woken_by_an_offer_where_that_is_wished(settings):
    settings.IURC_EVENTS = {**settings.IURC_EVENTS, "offers_sleep_at_night": True}
    night_in_tokyo = NOW.replace(hour=14, minute=0)  # 23:00
    event = make_event(maximum_attendee_capacity=1, waiting_list=True)
    waits(event, "aiko")

    assert registrations.promote(event, now=night_in_tokyo) == 0
    assert registrations.promote(event, now=night_in_tokyo + 8 * HOUR) == 1


# --- Claiming, declining, missing ------------------------------------------------------------------------------------


def test_a_claim_is_good_strictly_before_the_end():
    event = full_event(maximum_attendee_capacity=2)
    in_time, late = (has_offer(event, name, until=NOW) for name in ("aiko", "bruno"))

    claimed = registrations.claim_offer(in_time, now=NOW - timedelta(microseconds=1))
    with pytest.raises(OfferGone):
        registrations.claim_offer(late, now=NOW)

    assert claimed.state == "confirmed"
    assert states(event) == {"first": "confirmed", "aiko": "confirmed", "bruno": "expired"}
    assert dict(Offer.objects.values_list("registration__email", "outcome")) == {
        "aiko@example.org": "claimed",
        "bruno@example.org": "expired",
    }


def test_claiming_twice_is_no_error_and_sends_one_invitation():
    row = has_offer(full_event(maximum_attendee_capacity=2), "aiko")

    for _ in range(2):
        registrations.claim_offer(row, now=NOW)

    assert kinds("aiko") == ["events.confirmed"]


def test_a_declined_offer_goes_to_the_next_and_the_person_gets_no_more(django_capture_on_commit_callbacks):
    event = full_event(maximum_attendee_capacity=2)
    aiko = has_offer(event, "aiko")
    waits(event, "bruno", minutes=1)

    with django_capture_on_commit_callbacks(execute=True):
        registrations.decline_offer(aiko, now=NOW)
        registrations.decline_offer(aiko, now=NOW)

    assert states(event) == {"first": "confirmed", "aiko": "expired", "bruno": "offered"}


def test_who_missed_an_offer_joins_again_at_the_end():
    event = full_event(maximum_attendee_capacity=1)
    aiko = has_offer(event, "aiko", until=NOW)
    waits(event, "bruno", minutes=1)

    back = registrations.rejoin_waiting_list(aiko, now=NOW + HOUR)

    assert (back.state, back.joined_at) == ("waiting", NOW + HOUR)
    assert [row.email for row in event.registrations.in_line()] == ["bruno@example.org", "aiko@example.org"]


@pytest.mark.parametrize("state", ["unproved", "cancelled", "confirmed", "pending", "rejected"])
def test_only_a_missed_offer_leads_back_into_the_line(state):
    row = make_registration(full_event(), email="aiko@example.org", state=state)

    with pytest.raises(ValidationError) as refusal:
        registrations.rejoin_waiting_list(row, now=NOW)

    assert refusal.value.code == "transition"


def test_leaving_after_a_claim_ends_every_link_of_the_offer_and_the_next_is_offered_once(
    django_capture_on_commit_callbacks,
):
    event = full_event(maximum_attendee_capacity=2)
    aiko = has_offer(event, "aiko")
    clear = tokens.issue(aiko, AccessToken.Purpose.OFFER, now=NOW)
    waits(event, "bruno", minutes=1)
    with django_capture_on_commit_callbacks(execute=True):
        registrations.claim_offer(aiko, now=NOW)

    with django_capture_on_commit_callbacks(execute=True):
        leave(event, "aiko")
    registrations.sweep(now=NOW)

    assert not tokens.find(clear).manages
    assert states(event) == {"first": "confirmed", "aiko": "cancelled", "bruno": "offered"}
    assert Offer.objects.filter(registration__email="bruno@example.org").count() == 1


@pytest.mark.parametrize("act", ["move", "cancel", "unpublish"])
def test_an_event_that_changes_closes_its_offers_and_nobody_loses_their_place(act, django_capture_on_commit_callbacks):
    event = full_event(maximum_attendee_capacity=2)
    has_offer(event, "aiko")
    waits(event, "bruno", minutes=1)

    with django_capture_on_commit_callbacks(execute=act == "move"):
        if act == "move":
            start = event.dtstart + DAY
            scheduling.schedule_event(event, start=start, end=start + HOUR, now=NOW)
        else:
            {"cancel": scheduling.cancel_event, "unpublish": scheduling.unpublish_event}[act](event, now=NOW)

    outcomes = list(Offer.objects.order_by("pk").values_list("registration__email", "outcome"))
    if act == "move":  # offered anew, with the new times, to the same person
        assert outcomes == [("aiko@example.org", "closed"), ("aiko@example.org", "open")]
        assert states(event) == {"first": "confirmed", "aiko": "offered", "bruno": "waiting"}
    else:
        assert outcomes == [("aiko@example.org", "closed")]
        assert [row.email.partition("@")[0] for row in event.registrations.in_line()] == ["aiko", "bruno"]


# --- Staff -----------------------------------------------------------------------------------------------------------


def test_staff_offer_in_order_freely_and_out_of_order_with_a_reason():
    event, staff = make_event(maximum_attendee_capacity=2, waiting_list=True, promotion="manual"), make_user()
    waits(event, "aiko")
    bruno = waits(event, "bruno", minutes=1)

    with pytest.raises(ValidationError) as refusal:
        registrations.offer_place(bruno, now=NOW, by=staff)
    registrations.offer_place(bruno, now=NOW, by=staff, reason="speaker")

    assert refusal.value.code == "reason"
    assert states(event) == {"aiko": "waiting", "bruno": "offered"}
    assert Transition.objects.of(bruno).get().comment == "speaker"


def test_staff_take_an_offer_back_and_the_person_stands_where_they_stood():
    event = full_event(maximum_attendee_capacity=2, promotion="manual")
    aiko = has_offer(event, "aiko")
    waits(event, "bruno", minutes=1)

    registrations.close_offer(aiko, now=NOW, by=make_user())

    assert [row.email for row in event.registrations.in_line()] == ["aiko@example.org", "bruno@example.org"]


def test_a_place_beyond_the_limit_needs_the_permission_and_a_reason():
    event, staff, manager = full_event(), make_user(is_staff=True), make_user(is_superuser=True)
    aiko = waits(event, "aiko")

    with pytest.raises(EventFull):
        registrations.give_place(aiko, now=NOW, by=manager)
    with pytest.raises(ValidationError) as unreasoned:
        registrations.give_place(aiko, now=NOW, by=manager, beyond=True)
    with pytest.raises(PermissionDenied):
        registrations.give_place(aiko, now=NOW, by=staff, beyond=True, reason="the mayor")
    registrations.give_place(aiko, now=NOW, by=manager, beyond=True, reason="the mayor")

    assert unreasoned.value.code == "reason"
    assert states(event) == {"first": "confirmed", "aiko": "confirmed"}
    assert kinds("aiko") == ["events.promoted"]
    step = Transition.objects.of(aiko).get()
    assert (step.reason, step.comment, step.actor) == ("beyond_limit", "the mayor", manager)


def test_staff_register_somebody_into_the_line_where_there_is_no_place():
    event = full_event()

    row = registrations.register_by_staff(
        event=event, email="aiko@example.org", person=PERSON, now=NOW, by=make_user(is_staff=True)
    )

    assert (row.state, row.source) == ("waiting", "staff")


def test_staff_register_who_missed_an_offer_step_by_step():
    event = make_event(maximum_attendee_capacity=1, waiting_list=True)
    row = make_registration(event, email="aiko@example.org", state="expired", confirmed_at=None)

    registrations.register_by_staff(event=event, email="aiko@example.org", person=PERSON, now=NOW, by=None)

    steps = Transition.objects.of(row).values_list("from_state", "to_state")
    assert list(steps) == [("expired", "waiting"), ("waiting", "confirmed")]


# --- Seats by kind ---------------------------------------------------------------------------------------------------


def divided(**pools):
    event = make_event(event_attendance_mode="mixed", waiting_list=True)
    for kind, size in pools.items():
        event.seat_pools.create(kind=kind, size=size)
    return event


def comes(event, name, *wanted):
    user = make_user(email=f"{name}@example.org")
    user.emailaddress_set.create(email=user.email, verified=True)
    return registrations.request_registration(
        event=event, email=user.email, person=PERSON, now=NOW, user=user, wanted=wanted
    )


def seats_of(row):
    return dict(row.seats.values_list("pool__kind", "state"))


def test_a_full_room_holds_up_nobody_who_comes_online():
    event = divided(room=1, online=5)

    rows = [comes(event, "aiko", "room"), comes(event, "bruno", "room"), comes(event, "chiara", "online")]

    assert [row.state for row in rows] == ["confirmed", "waiting", "confirmed"]
    assert [seats_of(row) for row in rows] == [{"room": "held"}, {"room": "waiting"}, {"online": "held"}]


def test_a_free_seat_in_the_room_goes_to_who_waits_for_the_room(django_capture_on_commit_callbacks):
    event = divided(room=1, online=1)
    comes(event, "aiko", "room")
    comes(event, "bruno", "online")
    comes(event, "chiara", "online")
    comes(event, "daichi", "room")

    with django_capture_on_commit_callbacks(execute=True):
        leave(event, "aiko")

    assert states(event)["chiara"] == "waiting"
    assert states(event)["daichi"] == "offered"


def test_strictly_in_order_nobody_is_passed_over_for_the_same_seats():
    event = divided(room=0, online=2)
    event.maximum_attendee_capacity = 2
    event.save()
    both = event.seat_pools.all()
    for name, minutes in (("aiko", 0), ("bruno", 1)):
        row = waits(event, name, minutes=minutes)
        row.seats.create(pool=both[0] if name == "aiko" else both[1])

    registrations.promote(event, now=NOW)

    assert states(event) == {"aiko": "waiting", "bruno": "offered"}


def test_where_one_can_choose_one_must():
    event = divided(room=1, online=1)

    with pytest.raises(ValidationError) as refusal:
        registrations.request_registration(event=event, email="a@example.org", person=PERSON, now=NOW)

    assert refusal.value.code == "pool"


def test_visitors_do_not_take_seats_of_a_delegation_and_staff_do():
    event = divided(online=1, delegation=1)

    visitor = comes(event, "aiko", "delegation")
    delegate = registrations.register_by_staff(
        event=event, email="b@example.org", person=PERSON, now=NOW, by=None, wanted=["delegation"]
    )

    assert seats_of(visitor) == {"online": "held"}
    assert seats_of(delegate) == {"delegation": "held"}


def test_a_missing_headset_keeps_nobody_out_and_is_handed_on_in_order(django_capture_on_commit_callbacks):
    event = divided(room=5, headset=1)
    first, second = comes(event, "aiko", "room", "headset"), comes(event, "bruno", "room", "headset")

    assert (second.state, seats_of(second)) == ("confirmed", {"room": "held", "headset": "waiting"})
    with django_capture_on_commit_callbacks(execute=True):
        registrations.withdraw_registration(first, now=NOW)

    assert seats_of(second) == {"room": "held", "headset": "held"}
    assert kinds("bruno") == ["events.confirmed", "events.extra"]


def test_a_headset_goes_with_a_place_that_is_only_kept_and_nobody_is_written_to_before_they_proved():
    event = divided(room=1, headset=0)
    asked = registrations.request_registration(
        event=event, email="aiko@example.org", person=PERSON, now=NOW, wanted=["room", "headset"]
    )
    event.seat_pools.filter(kind="headset").update(size=1)

    assert seats_of(asked) == {"room": "held", "headset": "waiting"}
    registrations.sweep(now=NOW + MINUTE)

    assert (states(event), seats_of(asked)) == ({"aiko": "unproved"}, {"room": "held", "headset": "held"})
    assert "events.extra" not in kinds("aiko")


def test_a_smaller_number_drops_nobody_and_a_larger_one_is_offered(django_capture_on_commit_callbacks):
    event, staff = divided(room=2), make_user()
    for name in ("aiko", "bruno", "chiara"):
        comes(event, name)

    change_rules(event, switches={}, pools={"room": 1}, now=NOW, by=staff)
    assert states(event) == {"aiko": "confirmed", "bruno": "confirmed", "chiara": "waiting"}

    with django_capture_on_commit_callbacks(execute=True):
        change_rules(event, switches={}, pools={"room": 3}, now=NOW, by=staff)
    assert states(event)["chiara"] == "offered"


def test_a_kind_of_seats_that_somebody_has_is_not_taken_away():
    event = divided(room=2)
    comes(event, "aiko")

    with pytest.raises(ValidationError) as refusal:
        change_rules(event, switches={}, pools={"room": None}, now=NOW, by=make_user())

    assert refusal.value.code == "pool"
    assert event.seat_pools.count() == 1


def test_an_event_that_is_divided_late_seats_those_who_came_before():
    event = make_event(event_attendance_mode="mixed", maximum_attendee_capacity=9, waiting_list=True)
    held, waiting = make_registration(event), waits(event, "aiko")

    change_rules(event, switches={}, pools={"room": 0, "online": 3}, now=NOW, by=make_user())

    assert (seats_of(held), seats_of(waiting)) == ({"room": "held"}, {"room": "waiting"})


# --- Limits of who may come ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("email", "admitted"),
    [
        ("a@company.jp", True),
        ("A@COMPANY.JP", True),
        ("a@mail.company.jp", False),
        ("a@company.jp.example", False),
        ("a@notcompany.jp", False),
        ("a@名古屋.example", True),
    ],
)
def test_only_addresses_of_the_named_domains_register(email, admitted):
    event = make_event(allowed_domains=["company.jp", "名古屋.example"])

    try:
        registrations.request_registration(event=event, email=email, person=PERSON, now=NOW)
        code = ""
    except ValidationError as refusal:
        code = refusal.code

    assert code == ("" if admitted else "domain")


@pytest.mark.parametrize("value", [["company"], ["@"], ["a b.jp"], [3], "company.jp", ["x.jp"] * 51])
def test_what_is_no_domain_is_refused(value):
    event = Event(allowed_domains=value)

    with pytest.raises(ValidationError) as refusal:
        event.clean_fields(exclude={field.name for field in Event._meta.fields if field.name != "allowed_domains"})

    assert [error.code for error in refusal.value.error_dict["allowed_domains"]] == ["domain"]


def test_before_its_day_registration_is_closed():
    event = make_event(registration_opens_at=NOW + MINUTE)

    with pytest.raises(RegistrationClosed):
        registrations.request_registration(event=event, email="a@example.org", person=PERSON, now=NOW)

    assert (
        registrations.request_registration(event=event, email="a@example.org", person=PERSON, now=NOW + MINUTE).state
        == "unproved"
    )
