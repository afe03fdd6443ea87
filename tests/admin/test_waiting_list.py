"""The staff's desk: decisions on requests and on the waiting list, and the page of how people get in."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from events.models import AccessToken, Event, Registration
from iurc_portal.audit.models import Transition
from iurc_portal.notifications.models import Message
from iurc_portal.staff import todo
from tests.factories import START, make_event, make_registration, make_webinar

pytestmark = pytest.mark.django_db
LIST = reverse("admin:events_registration_changelist")
ADD = reverse("admin:events_registration_add")
NOW = START - timedelta(days=20)


@pytest.fixture(autouse=True)
def _twenty_days_before(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def rules_page(event):
    return reverse("admin:events_event_registration", args=[event.pk])


def row(event, name, state, **fields):
    hold = NOW + timedelta(hours=1) if state == "offered" else None
    return make_registration(
        event, email=f"{name}@example.org", state=state, hold_until=hold, confirmed_at=None, **fields
    )


def act(client, action, *rows, **data):
    return client.post(
        LIST, {"action": action, "_selected_action": [str(one.pk) for one in rows], **data}, follow=True
    )


def said(answer):
    return [str(message) for message in answer.context["messages"]]


def states(event):
    return {
        email.partition("@")[0]: state
        for email, state in event.registrations.order_by("pk").values_list("email", "state")
    }


def test_many_requests_are_approved_at_once_and_who_finds_no_seat_stays(admin_page):
    event = make_event(approval_required=True, maximum_attendee_capacity=2)
    rows = [row(event, name, "pending") for name in ("aiko", "bruno", "chiara")]

    answer = act(admin_page, "approve", *rows)

    assert sorted(states(event).values()) == ["confirmed", "confirmed", "pending"]
    assert [words for words in said(answer) if "esauriti" in words]
    assert "Fatto: 2 voci." in said(answer)


def test_a_rejection_asks_for_its_reason_on_a_page_of_its_own(admin_page, superuser):
    event = make_event(approval_required=True)
    aiko = row(event, "aiko", "pending")

    asked = act(admin_page, "reject", aiko)
    empty = act(admin_page, "reject", aiko, confirmed="yes", reason="")
    act(admin_page, "reject", aiko, confirmed="yes", reason="Solo imprese", tell="on")

    assert (asked.status_code, empty.status_code) == (200, 200)
    assert empty.context["form"].errors["reason"].as_data()[0].code == "required"
    aiko.refresh_from_db()
    assert (aiko.state, aiko.decision_note) == ("rejected", "Solo imprese")
    assert Transition.objects.of(aiko).get().actor == superuser


def test_places_are_offered_in_order_and_out_of_order_with_a_reason(admin_page):
    event = make_event(maximum_attendee_capacity=1, waiting_list=True, promotion="manual")
    row(event, "aiko", "waiting", joined_at=NOW - timedelta(days=2))
    bruno = row(event, "bruno", "waiting", joined_at=NOW - timedelta(days=1))

    refused = act(admin_page, "offer", bruno, confirmed="yes", reason="")
    act(admin_page, "offer", bruno, confirmed="yes", reason="relatore")

    assert "scrivere perché questa persona viene prima" in said(refused)[0]
    assert states(event) == {"aiko": "waiting", "bruno": "offered"}


def test_beyond_the_limit_is_for_managers_alone(client, staff_of_torino, manager):
    event = make_event(maximum_attendee_capacity=0, waiting_list=True)
    aiko = row(event, "aiko", "waiting")

    client.force_login(staff_of_torino)
    page = act(client, "place", aiko).content.decode()
    act(client, "place", aiko, confirmed="yes", reason="sindaco", beyond="on")
    assert ('name="beyond"' in page, states(event)) == (False, {"aiko": "waiting"})

    client.force_login(manager)
    act(client, "place", aiko, confirmed="yes", reason="sindaco", beyond="on")
    assert states(event) == {"aiko": "confirmed"}


def test_the_other_citys_staff_decide_nothing(client, staff_of_nagoya):
    event = make_event(approval_required=True)
    aiko = row(event, "aiko", "pending")
    client.force_login(staff_of_nagoya)

    act(client, "approve", aiko)
    act(client, "reject", aiko, confirmed="yes", reason="x")

    assert states(event) == {"aiko": "pending"}


def test_an_offer_is_taken_back_and_the_order_changed(admin_page):
    event = make_event(maximum_attendee_capacity=1, waiting_list=True, promotion="manual")
    aiko = row(event, "aiko", "offered")
    aiko.offers.create(offered_at=NOW, expires_at=aiko.hold_until)
    bruno = row(event, "bruno", "waiting")

    act(admin_page, "close_offer", aiko)
    act(admin_page, "priority", bruno, confirmed="yes", priority="7")

    assert states(event) == {"aiko": "waiting", "bruno": "waiting"}
    assert [one.email for one in event.registrations.in_line()] == ["bruno@example.org", "aiko@example.org"]


def test_the_list_shows_the_position_at_a_constant_price(admin_page, django_assert_max_num_queries):
    event = make_event(maximum_attendee_capacity=0, waiting_list=True)
    for n in range(12):
        row(event, f"p{n}", "waiting", joined_at=NOW + timedelta(minutes=n))

    with django_assert_max_num_queries(20):
        content = admin_page.get(LIST).content.decode()

    assert "posizione 12" in content


def test_what_waits_for_staff_stands_on_the_home(admin_page):
    by_approval = make_event(approval_required=True)
    by_hand = make_event(promotion="manual", waiting_list=True)
    by_itself = make_event(waiting_list=True)
    row(by_approval, "aiko", "pending")
    row(by_hand, "bruno", "waiting")
    row(by_itself, "chiara", "waiting")

    counts = {name: todo.tasks[name].rows(NOW).count() for name in ("requests-to-decide", "line-without-offers")}

    assert counts == {"requests-to-decide": 1, "line-without-offers": 1}


# --- On behalf -------------------------------------------------------------------------------------------------------


def person(event, **fields):
    return {
        "event": event.pk,
        "email": "taro@example.org",
        "family_name": "Yamada",
        "given_name": "Taro",
        "language": "ja",
        "tzid": "Asia/Tokyo",
        **fields,
    }


def test_who_is_registered_by_staff_at_a_full_event_waits_and_staff_are_told(admin_page):
    event = make_event(maximum_attendee_capacity=0, waiting_list=True)

    answer = admin_page.post(ADD, person(event), follow=True)

    assert Registration.objects.get().state == "waiting"
    assert any("è in lista d'attesa" in words for words in said(answer))


def test_a_seat_of_a_delegation_and_a_place_beyond_the_limit_have_a_reason(admin_page):
    event = make_event(maximum_attendee_capacity=0)
    event.seat_pools.create(kind="delegation", size=0)

    refused = admin_page.post(ADD, person(event, takes_part="delegation"))
    admin_page.post(ADD, person(event, takes_part="delegation", beyond_because="Sindaco di Nagoya"))

    assert refused.context["adminform"].form.errors.as_data()["__all__"][0].code == "full"
    made = Registration.objects.get()
    assert (made.state, made.source) == ("confirmed", "staff")
    assert Transition.objects.of(made).get().comment == "Sindaco di Nagoya"


# --- How people get in -----------------------------------------------------------------------------------------------


def switches(**fields):
    return {"promotion": "automatic", "group_policy": "strict", "waiting_list": "on", **fields}


def test_the_page_sets_switches_and_seats_and_offers_what_is_free(admin_page, django_capture_on_commit_callbacks):
    event = make_event(event_attendance_mode="mixed", waiting_list=True)
    room = event.seat_pools.create(kind="room", size=0)
    row(event, "aiko", "waiting").seats.create(pool=room)

    with django_capture_on_commit_callbacks(execute=True):
        answer = admin_page.post(rules_page(event), switches(room="1", online="30", allowed_domains="Company.JP\n"))

    assert answer.status_code == 302
    event.refresh_from_db()
    assert (event.waiting_list, event.allowed_domains) == (True, ["company.jp"])
    assert dict(event.seat_pools.values_list("kind", "size")) == {"room": 1, "online": 30}
    assert states(event) == {"aiko": "offered"}
    assert Transition.objects.filter(reason="rules").get().comment == "room 0 → 1, online None → 30"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"room": "-1"}, "room"),
        ({"room": "many"}, "room"),
        ({"room": "9" * 30}, "room"),
        ({"allowed_domains": "not a domain"}, "allowed_domains"),
        ({"allowed_domains": "\n".join(f"d{n}.jp" for n in range(60))}, "allowed_domains"),
        ({"promotion": "lottery"}, "promotion"),
        ({"registration_opens_at_0": "2099-01-01", "registration_opens_at_1": "09:00"}, "registration_opens_at"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(admin_page, fields, field):
    event = make_event()

    answer = admin_page.post(rules_page(event), switches(**fields))

    assert (answer.status_code, list(answer.context["form"].errors)) == (200, [field])
    assert Event.objects.get(pk=event.pk).waiting_list is False


def test_the_page_says_why_nothing_is_offered_and_until_when_offers_are_good(admin_page):
    event = make_event(maximum_attendee_capacity=1, waiting_list=True, promotion="manual")
    row(event, "aiko", "offered")
    row(event, "bruno", "waiting")

    content = admin_page.get(rules_page(event)).content.decode()

    assert "È il personale a scegliere a chi offrire un posto." in content
    assert "1 persona in attesa" in content
    assert "JST" in content


def test_invitations_leave_and_wrong_lines_are_named(admin_page):
    event = make_event(invitation_only=True)
    data = {"invite": "yes", "language": "ja", "bound": "on"}

    wrong = admin_page.post(rules_page(event), {**data, "addresses": "aiko@example.jp\n\nnobody\nx y@z"})
    admin_page.post(rules_page(event), {**data, "addresses": "aiko@example.jp\nbruno@example.it"})

    assert "riga 3, 4" in str(wrong.context["letters"].errors["addresses"])
    assert list(Message.objects.order_by("to").values_list("to", "kind", "language")) == [
        ("aiko@example.jp", "events.invitation", "ja"),
        ("bruno@example.it", "events.invitation", "ja"),
    ]
    assert AccessToken.objects.filter(event=event).count() <= 2


def test_the_other_city_may_look_and_not_change(client, staff_of_nagoya):
    event = make_event()
    client.force_login(staff_of_nagoya)

    assert client.get(rules_page(event)).status_code == 200
    assert client.post(rules_page(event), switches()).status_code == 403
    assert client.get(reverse("admin:events_event_registration", args=[10**9])).status_code == 404


def test_the_webinars_page_leads_there(admin_page):
    webinar = make_webinar()

    content = admin_page.get(reverse("admin:programme_webinar_change", args=[webinar.pk])).content.decode()

    assert rules_page(webinar.event) in content
