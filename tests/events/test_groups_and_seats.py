"""Groups beside the other rules of seats: pools, the waiting list, domains, approval (events spec 2.9–2.18)."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from events.exceptions import AddressNotAdmitted, EventFull
from events.models import Registration, Seat
from events.services import groups, lapsing, tokens
from tests.admin.conftest import member_of
from tests.events.test_groups import LEAD, NOW, PERSON, ask, letters, member, prove, states
from tests.factories import START, make_event, make_registration

pytestmark = pytest.mark.django_db
State = Registration.State


@pytest.fixture(autouse=True)
def _twenty_days_before(monkeypatch):
    cache.clear()
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def test_all_sit_in_the_pools_of_the_lead():
    event = make_event()
    room = event.seat_pools.create(kind="room", size=3)
    event.seat_pools.create(kind="online", size=50)

    lead = ask(event, "sato", "suzuki", wanted=["room"])
    prove(lead)

    assert Seat.objects.filter(pool=room, state="held").count() == 3
    with pytest.raises(EventFull):
        groups.add_members(lead, [member("kato")], now=NOW)
    assert "kato" not in states(event)


def test_where_there_is_no_line_a_group_that_does_not_fit_is_told_so_and_nothing_is_kept():
    event = make_event(maximum_attendee_capacity=2)

    with pytest.raises(EventFull):
        ask(event, "sato", "suzuki")

    assert (states(event), letters()) == ({}, [])


def test_without_a_line_a_lead_whose_seats_have_gone_stays_where_they_were():
    event = make_event(maximum_attendee_capacity=2)
    lead = ask(event, "sato")
    make_registration(event, email="rival@example.org")
    make_registration(event, email="rival2@example.org")

    with pytest.raises(EventFull):
        prove(lead, now=NOW + timedelta(hours=1))

    lead.refresh_from_db()
    assert lead.state == "unproved"


def test_a_seat_that_a_member_declines_goes_to_who_waits(django_capture_on_commit_callbacks):
    event = make_event(maximum_attendee_capacity=2, waiting_list=True)
    prove(ask(event, "sato"))
    waiting = make_registration(event, state=State.WAITING, email="next@example.org", confirmed_at=None)

    with django_capture_on_commit_callbacks(execute=True):
        lapsing.decline(event.registrations.get(email="sato@example.org"), now=NOW)

    waiting.refresh_from_db()
    assert waiting.state == "offered"


def test_every_member_is_of_an_admitted_domain():
    event = make_event(allowed_domains=["example.com"])

    with pytest.raises(AddressNotAdmitted):
        groups.request_group(event=event, email="anna@example.com", person=PERSON, members=[member("sato")], now=NOW)

    assert states(event) == {}


@pytest.mark.parametrize("switch", ["approval_required", "invitation_only"])
def test_where_staff_choose_nobody_is_named_by_others(client, switch):
    event = make_event(**{switch: True})
    lead = make_registration(event, email=LEAD)

    assert event.group_limit == 1
    assert client.get(f"/en/events/{event.slug}/register/group/").status_code == 404
    assert client.get(f"/r/{tokens.issue(lead, 'manage', now=NOW)}/group/").status_code == 303


def test_staff_register_a_delegation_where_they_approve():
    event = make_event(approval_required=True)
    staff = member_of("Managers", email="m@torino.example")

    group = groups.register_delegation(
        event=event, email=LEAD, person=PERSON, members=[member("sato")], now=NOW, by=staff
    )
    row = event.registrations.get(email="sato@example.org")
    groups.prove(tokens.find(tokens.issue(row, "prove", now=NOW)), now=NOW)

    row.refresh_from_db()
    assert (group.lead.state, row.state, row.source) == ("confirmed", "pending", "delegation")


def test_a_delegation_sits_where_delegations_sit():
    event = make_event()
    event.seat_pools.create(kind="room", size=20)
    event.seat_pools.create(kind="online", size=50)
    pool = event.seat_pools.create(kind="delegation", size=2)
    staff = member_of("Managers", email="m@torino.example")
    delegation = {"event": event, "email": LEAD, "person": PERSON, "now": NOW, "by": staff}

    with pytest.raises(EventFull):
        groups.register_delegation(members=[member("sato"), member("kato")], **delegation)
    groups.register_delegation(members=[member("sato")], **delegation)

    assert Seat.objects.filter(pool=pool, state="held").count() == 2
    assert states(event) == {"anna": "confirmed", "sato": "unproved"}


def test_a_member_who_asked_and_found_no_seat_is_left_alone():
    event = make_event()
    own = make_registration(event, email="sato@example.org", state="unproved", confirmed_at=None, hold_until=None)

    prove(ask(event, "sato", "kato"))

    own.refresh_from_db()
    assert (own.group, own.source) == (None, "form")
    assert event.dtstart == START
