"""A group in line is one unit: all of its seats or none, offered once, to its lead (events spec 2.18, 3.1–3.9)."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import override

from events.exceptions import EventFull
from events.models import Registration, Seat
from events.services import registrations, tokens
from events.services.registrations import waiting
from iurc_portal.notifications.models import Message
from iurc_portal.notifications.services import render
from tests.admin.conftest import member_of
from tests.events.test_groups import LEAD, NOW, ask, letters, prove, states, taken
from tests.factories import make_event, make_registration

pytestmark = pytest.mark.django_db
State = Registration.State
LATER = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def _twenty_days_before(monkeypatch):
    cache.clear()
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def event():
    return make_event(maximum_attendee_capacity=3, waiting_list=True)


def fill(event, number=3):
    return [make_registration(event, email=f"first{n}@example.org") for n in range(number)]


def in_line(event, *names):
    """A group of whom the lead has proved the address, while all places are taken."""
    fill(event)
    return prove(ask(event, *names))


def leave(*rows, now=LATER):
    for row in rows:
        registrations.withdraw_registration(row, now=now)


def firsts(event):
    return list(event.registrations.filter(email__startswith="first").order_by("pk"))


def test_a_group_that_does_not_fit_waits_and_only_its_lead_is_written_to(event):
    fill(event, 1)

    lead = ask(event, "sato", "suzuki")
    proved = prove(lead)

    assert proved.state == "waiting"
    assert states(event) == {"first0": "confirmed", "anna": "waiting", "sato": "unproved", "suzuki": "unproved"}
    assert taken(event) == 1
    assert letters() == [(LEAD, "events.proof"), (LEAD, "events.waiting")]
    assert len(set(event.registrations.exclude(state="confirmed").values_list("joined_at", "priority"))) == 1


def test_a_group_takes_no_seat_for_which_others_wait(event):
    make_registration(event, state=State.WAITING, email="first@example.org")

    ask(event, "sato")

    assert taken(event) == 0
    assert states(event) == {"first": "waiting", "anna": "unproved", "sato": "unproved"}


def test_a_group_whose_holds_have_lapsed_waits_from_now_on_if_its_seats_have_gone(event):
    lead = ask(event, "sato")
    fill(event, 2)

    proved = prove(lead, now=LATER)

    assert (proved.state, proved.joined_at) == ("waiting", LATER)
    assert event.registrations.get(email="sato@example.org").joined_at == LATER
    assert taken(event, now=LATER) == 2


def test_one_offer_to_the_lead_keeps_seats_for_all(event):
    lead = in_line(event, "sato", "suzuki")
    leave(*firsts(event))

    assert registrations.promote(event, now=LATER) == 1

    lead.refresh_from_db()
    assert states(event) | {"first0": "cancelled"} == states(event)
    assert (lead.state, lead.offers.get().outcome) == ("offered", "open")
    assert set(event.registrations.untold().values_list("hold_until", flat=True)) == {lead.hold_until}
    assert taken(event, now=LATER) == 3
    assert letters()[-1] == (LEAD, "events.offered")


def test_the_leads_yes_keeps_everybodys_seat_for_72_hours_and_writes_to_them(event):
    lead = in_line(event, "sato", "suzuki")
    leave(*firsts(event))
    registrations.promote(event, now=LATER)

    claimed = registrations.claim_offer(lead, now=LATER)

    assert claimed.state == "confirmed"
    members = event.registrations.filter(group=lead.group).exclude(pk=lead.pk)
    assert {row.hold_until for row in members} == {LATER + timedelta(hours=72)}
    assert sorted(letters()[-2:]) == [("sato@example.org", "events.member"), ("suzuki@example.org", "events.member")]
    assert taken(event, now=LATER) == 3
    lead.group.refresh_from_db()
    assert lead.group.invited_at == LATER


@pytest.mark.parametrize("end", ["declined", "missed"])
def test_an_offer_that_ends_without_a_yes_frees_all_the_seats_at_once(event, end):
    lead = in_line(event, "sato", "suzuki")
    leave(*firsts(event))
    registrations.promote(event, now=LATER)

    if end == "declined":
        registrations.decline_offer(lead, now=LATER)
        then = LATER
    else:
        then = LATER + timedelta(hours=24)
        registrations.promote(event, now=then)

    assert states(event) | {"anna": "expired", "sato": "unproved", "suzuki": "unproved"} == states(event)
    assert taken(event, now=then) == 0
    back = registrations.rejoin_waiting_list(lead, now=then)
    assert set(event.registrations.untold().values_list("joined_at", flat=True)) == {back.joined_at} == {then}


def test_an_offer_that_staff_take_back_puts_all_into_the_old_place(event):
    lead = in_line(event, "sato", "suzuki")
    leave(*firsts(event))
    registrations.promote(event, now=LATER)

    registrations.close_offer(lead, now=LATER)

    assert states(event) | {"anna": "waiting", "sato": "unproved", "suzuki": "unproved"} == states(event)
    assert (taken(event, now=LATER), event.registrations.get(email=LEAD).joined_at) == (0, NOW)


def test_in_strict_order_a_group_holds_up_those_behind_it_and_staff_see_why(event):
    in_line(event, "sato")
    single = make_registration(event, state=State.WAITING, email="single@example.org", joined_at=LATER)
    leave(firsts(event)[0])

    assert registrations.promote(event, now=LATER) == 0
    why = "The first in line is a group of 2: it gets all of its places at once, and so many are not free."
    with override("en"):
        assert waiting.why_blocked(event, now=LATER) == why

    leave(firsts(event)[1])
    registrations.promote(event, now=LATER)
    single.refresh_from_db()
    assert (states(event)["anna"], single.state) == ("offered", "waiting")


def test_where_gaps_are_filled_who_fits_goes_first_and_the_group_keeps_its_place(event):
    event.group_policy = "fill_gaps"
    event.save()
    lead = in_line(event, "sato")
    make_registration(event, state=State.WAITING, email="single@example.org", joined_at=LATER)
    leave(firsts(event)[0])

    assert registrations.promote(event, now=LATER) == 1

    lead.refresh_from_db()
    assert (states(event)["single"], lead.state, lead.joined_at) == ("offered", "waiting", NOW)
    assert Registration.objects.with_position().get(pk=lead.pk).position == 1


def test_in_strict_order_a_group_for_which_the_house_is_too_full_holds_up_other_pools_too():
    event = make_event(maximum_attendee_capacity=3, waiting_list=True)
    event.seat_pools.create(kind="room", size=3)
    online = event.seat_pools.create(kind="online", size=3)
    rows = fill(event)
    Seat.objects.bulk_create(Seat(registration=row, pool=online, state="held") for row in rows)
    prove(ask(event, "sato", wanted=["room"]))
    single = make_registration(event, state=State.WAITING, email="single@example.org", joined_at=LATER)
    single.seats.create(pool=online)
    leave(rows[0])

    assert registrations.promote(event, now=LATER) == 0

    leave(rows[1])
    assert registrations.promote(event, now=LATER) == 1
    room = Seat.objects.filter(pool__kind="room", state="held")
    assert set(room.values_list("registration__email", flat=True)) == {LEAD, "sato@example.org"}


def test_staff_who_give_the_lead_a_place_give_it_to_all_or_to_nobody(event):
    staff = member_of("Managers", email="m@torino.example")
    lead = in_line(event, "sato")
    leave(firsts(event)[0])

    with pytest.raises(EventFull):
        registrations.give_place(lead, now=LATER, by=staff)
    registrations.give_place(lead, now=LATER, by=staff, beyond=True, reason="The mayor's guests")

    assert states(event) | {"anna": "confirmed", "sato": "unproved"} == states(event)
    assert letters()[-1] == ("sato@example.org", "events.member")
    assert taken(event, now=LATER) == 4


def test_priority_is_the_groups(event):
    lead = in_line(event, "sato")

    registrations.set_priority(lead, priority=5, now=LATER, by=None)

    assert set(event.registrations.filter(group=lead.group).values_list("priority", flat=True)) == {5}


def test_when_the_lead_leaves_the_line_whom_they_named_never_hear_of_it(event):
    lead = in_line(event, "sato")

    registrations.withdraw_registration(lead, now=LATER)

    assert states(event) | {"anna": "cancelled", "sato": "cancelled"} == states(event)
    assert [to for to, _kind in letters() if to != LEAD] == []


def test_somebody_whom_a_waiting_lead_has_named_and_who_asks_by_themselves_waits_by_themselves(event):
    lead = in_line(event, "sato", "suzuki")

    own = registrations.request_registration(
        event=event, email="sato@example.org", person={"language": "ja", "tzid": "Asia/Tokyo"}, now=LATER
    )

    assert (own.group, own.joined_at, own.state) == (None, LATER, "unproved")
    assert event.registrations.with_party().get(pk=lead.pk).party == 2


def test_the_forms_of_the_group_say_that_all_wait_together(client, event):
    fill(event)

    page = client.get(f"/en/events/{event.slug}/register/group/")

    assert page.status_code == 200
    assert "you wait together" in page.content.decode()


def test_the_lead_reads_on_the_own_page_and_in_the_letter_that_the_offer_is_for_all(client, event):
    lead = in_line(event, "sato")
    page = f"/r/{tokens.issue(lead, 'manage', now=NOW)}/"

    assert "quando ci saranno posti per tutti (2)" in client.get(page).content.decode()
    letter = render(Message.objects.get(kind="events.waiting"), preview=True)
    assert "2 persone insieme" in letter.body
