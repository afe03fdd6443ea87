"""On the day: own group's agenda, what the release changed, running late, who was there (programme spec P20, P21)."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import translation

from iurc_portal.notifications import registry
from iurc_portal.notifications.models import Message
from programme import services
from programme.models import Attendance, DelayNotice
from programme.services import day
from programme.versions.held import read
from tests.factories import make_organisation, make_person, make_user, make_version, make_visit

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 3, 3), date(2026, 3, 4)
BEFORE = datetime(2026, 2, 2, 8, 0, tzinfo=UTC)
NOW = datetime(2026, 3, 3, 9, 30, tzinfo=UTC)  # 10:30 in Torino


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def visit():
    make_organisation(kind="public_body", slug="citta-di-torino")
    return make_visit(state="preparing", first_day=FIRST, last_day=LAST)


def an_item(visit, name, hour, **fields):
    slot = {"date": FIRST, "starts": time(hour), "ends": time(hour + 1), "names": {"en": name}, "now": BEFORE}
    return services.plan_agenda_item(visit=visit, **{**slot, **fields})


def a_delegate(visit, *, user=None, track=None, role="member", **fields):
    person = make_person(user=user, **fields)
    return visit.delegates.create(person=person, role=role, track=track, rank=2, reply="accepted")


def address(visit, name="visit_agenda", language="en"):
    with translation.override(language):
        return reverse(f"programme:{name}", args=[visit.slug])


@pytest.fixture
def delegate(client, visit):
    user = make_user(language="ja")
    client.force_login(user)
    return user


@pytest.fixture
def staff(client):
    user = make_user(is_staff=True, side="torino", language="en")
    user.user_permissions.add(*Permission.objects.filter(codename__in=["view_studyvisit", "change_studyvisit"]))
    client.force_login(user)
    return user


def shown(response):
    return [slot.event.name_en for one in response.context["days"] for slot in one.slots]


# --- The page --------------------------------------------------------------------------------------------------------


def test_a_delegate_reads_the_items_of_their_group_and_of_everybody(client, visit, delegate):
    a, b = visit.tracks.create(name_en="Group A"), visit.tracks.create(name_en="Group B")
    a_delegate(visit, user=delegate, track=a)
    an_item(visit, "Everybody", 9)
    an_item(visit, "For A", 11).tracks.add(a)
    an_item(visit, "For B", 11).tracks.add(b)
    make_version(visit, now=BEFORE)

    response = client.get(address(visit))

    assert shown(response) == ["Everybody", "For A"]
    assert "Group A" in response.content.decode()


def test_who_came_to_the_delegation_since_reads_what_their_group_reads(client, visit, delegate):
    a = visit.tracks.create(name_en="Group A")
    an_item(visit, "Everybody", 9)
    an_item(visit, "For A", 11).tracks.add(a)
    make_version(visit, now=BEFORE)
    a_delegate(visit, user=delegate)

    assert shown(client.get(address(visit))) == ["Everybody"]


def test_staff_see_what_people_hold_and_the_working_copy_marked_as_such(client, visit, staff):
    item = an_item(visit, "Held", 9)
    make_version(visit, now=BEFORE)
    services.change_agenda_item(item, names={"en": "Planned since"}, now=BEFORE)

    held, working = client.get(address(visit)), client.get(address(visit), {"working": ""})

    assert (shown(held), held.context["working"]) == (["Held"], False)
    assert (shown(working), working.context["working"]) == (["Planned since"], True)
    assert "Working copy" in working.content.decode()


def test_the_working_copy_is_for_staff_alone(client, visit, delegate):
    item = an_item(visit, "Held", 9)
    a_delegate(visit, user=delegate)
    make_version(visit, now=BEFORE)
    services.change_agenda_item(item, names={"en": "Planned since"}, now=BEFORE)

    assert shown(client.get(address(visit), {"working": ""})) == ["Held"]


def test_what_the_last_release_moved_is_marked_with_its_former_time(client, visit, delegate):
    item = an_item(visit, "Moved", 9)
    a_delegate(visit, user=delegate)
    make_version(visit, now=BEFORE)
    services.reschedule_agenda_item(item, date=FIRST, starts=time(14), ends=time(15), now=BEFORE)
    make_version(visit, now=BEFORE)

    response = client.get(address(visit))

    slot = response.context["changed"][0]
    assert (slot.event.name_en, f"{slot.former.start:%H:%M}") == ("Moved", "09:00")
    assert "New time" in response.content.decode()


def test_the_page_says_which_version_it_is_and_when_it_was_read(client, visit, delegate):
    an_item(visit, "Held", 9)
    a_delegate(visit, user=delegate)
    make_version(visit, now=BEFORE, note={"en": "Bring an umbrella."})

    html = client.get(address(visit)).content.decode()

    assert "Version 1" in html
    assert "Last updated:" in html
    assert "Bring an umbrella." in html


@pytest.mark.parametrize(("state", "kept"), [("released", True), ("running", True), ("cancelled", False)])
def test_phones_keep_a_copy_until_two_days_after_the_visit_and_none_of_what_is_off(
    client, visit, delegate, state, kept
):
    an_item(visit, "Held", 9)
    a_delegate(visit, user=delegate)
    make_version(visit, now=BEFORE)
    type(visit).objects.filter(pk=visit.pk).update(state=state)

    html = client.get(address(visit)).content.decode()
    worker = client.get(address(visit, "agenda_worker"))

    assert ("data-worker" in html) is kept
    assert worker.status_code == (200 if kept else 404)
    if kept:
        over = datetime(2026, 3, 6, 23, 0, tzinfo=UTC)  # the 7th begins in Torino
        assert f'"until": {int(over.timestamp() * 1000)}' in worker.content.decode()
        assert worker["Content-Type"].startswith("text/javascript")


def test_the_worker_is_for_who_may_read_the_page(client, visit):
    an_item(visit, "Held", 9)
    make_version(visit, now=BEFORE)

    assert client.get(address(visit, "agenda_worker")).status_code == 404


# --- Running late ----------------------------------------------------------------------------------------------------


@pytest.fixture
def late(visit):
    """Three items of today, one of tomorrow, released; two hosts."""
    hosts = {name: make_person(email=f"{name}@torino.example", languages=["it"]) for name in ("first", "second")}
    items = [
        an_item(visit, "Over", 8, hosts=[hosts["first"]]),
        an_item(visit, "Now", 10),
        an_item(visit, "Next", 14, hosts=[hosts["second"]]),
        an_item(visit, "Tomorrow", 9, date=LAST, hosts=[hosts["first"]]),
    ]
    make_version(visit, now=BEFORE)
    return items


def test_a_delay_moves_the_shown_times_of_today_from_an_item_on_and_no_event(visit, late):
    day.note_delay(visit, item=late[1].pk, minutes=20, now=NOW)

    held = day.last_held(visit)
    for item in late:
        before = item.event.dtstart
        item.event.refresh_from_db()
        assert item.event.dtstart == before
    assert day.minutes_late(visit, held.items, now=NOW) == {late[1].pk: 20, late[2].pk: 20}


def test_the_last_word_counts_and_is_of_today(visit, late):
    held = day.last_held(visit)
    day.note_delay(visit, item=late[1].pk, minutes=20, now=NOW)
    day.note_delay(visit, item=late[2].pk, minutes=-10, now=NOW + timedelta(minutes=5))
    early = day.minutes_late(visit, held.items, now=NOW + timedelta(minutes=6))
    day.note_delay(visit, item=late[2].pk, minutes=0, now=NOW + timedelta(minutes=7))

    assert early == {late[2].pk: -10}
    assert day.minutes_late(visit, held.items, now=NOW + timedelta(minutes=8)) == {}
    assert day.minutes_late(visit, held.items, now=NOW + timedelta(days=1)) == {}


def test_hosts_concerned_are_told_once_in_their_language(visit, late):
    day.note_delay(visit, item=late[1].pk, minutes=20, now=NOW)
    day.note_delay(visit, item=late[1].pk, minutes=20, now=NOW)

    message = Message.objects.get(kind="programme.delay")
    with translation.override("it"):
        email = registry.kind_of(message).render(message, preview=False)
    assert (message.to, DelayNotice.objects.count()) == ("second@torino.example", 1)
    assert "La delegazione è in ritardo di 20 minuti." in email.body
    assert "Arrivo previsto alle 14:20" in email.body
    assert message.expires_at == datetime(2026, 3, 3, 14, 20, tzinfo=UTC)


@pytest.mark.parametrize(("number", "minutes", "field"), [(0, 20, "item"), (3, 20, "item"), (1, 300, "minutes")])
def test_what_is_over_not_today_or_beyond_reason_is_refused(visit, late, number, minutes, field):
    with pytest.raises(ValidationError) as error:
        day.note_delay(visit, item=late[number].pk, minutes=minutes, now=NOW)

    assert list(error.value.error_dict) == [field]
    assert not DelayNotice.objects.exists()


def test_the_delay_of_one_group_is_not_that_of_another(visit):
    a, b = visit.tracks.create(name_en="A"), visit.tracks.create(name_en="B")
    first, same, other, everybody = (an_item(visit, str(hour), hour) for hour in (11, 13, 14, 16))
    first.tracks.add(a)
    same.tracks.add(a)
    other.tracks.add(b)
    make_version(visit, now=BEFORE)

    day.note_delay(visit, item=first.pk, minutes=15, now=NOW)

    assert set(day.minutes_late(visit, day.last_held(visit).items, now=NOW)) == {first.pk, same.pk, everybody.pk}


def test_the_team_writes_it_on_the_page_and_delegates_read_it(client, visit, late, staff):
    client.post(address(visit, "visit_delay"), {"item": late[1].pk, "minutes": "20"})
    user = make_user()
    a_delegate(visit, user=user)
    client.force_login(user)

    response = client.get(address(visit))

    assert response.context["late"].item.pk == late[1].pk
    assert response.context["current"].item.pk == late[1].pk
    assert "20 minutes late" in response.content.decode()
    assert client.post(address(visit, "visit_delay"), {"item": late[1].pk, "minutes": "5"}).status_code == 403


@pytest.mark.parametrize("posted", [{}, {"item": "x", "minutes": "y"}, {"item": "1", "minutes": "99999999999999"}])
def test_nonsense_about_a_delay_gets_a_kind_word(client, visit, late, staff, posted):
    answer = client.post(address(visit, "visit_delay"), posted, follow=True)

    assert answer.status_code == 200
    assert [message.level_tag for message in answer.context["messages"]] == ["error"]


# --- Who was there ---------------------------------------------------------------------------------------------------


def test_whoever_is_not_ticked_is_not_counted(visit, late):
    there, silent = a_delegate(visit), a_delegate(visit)

    counts = day.note_attendance(visit, item=late[0].pk, states={there.pk: "present"}, now=NOW)

    assert counts == {"present": 1, "part": 0, "absent": 0}
    assert not silent.attendance.exists()


def test_a_tick_is_changed_and_taken_back_with_who_and_when(visit, late):
    one, by = a_delegate(visit), make_user()
    day.note_attendance(visit, item=late[0].pk, states={one.pk: "present"}, now=NOW)
    day.note_attendance(visit, item=late[0].pk, states={one.pk: "part"}, now=NOW + timedelta(minutes=1), by=by)
    row = Attendance.objects.get()
    day.note_attendance(visit, item=late[0].pk, states={one.pk: ""}, now=NOW)

    assert (row.state, row.by, row.at) == ("part", by, NOW + timedelta(minutes=1))
    assert not Attendance.objects.exists()


def test_items_to_come_and_cancelled_ones_are_refused(visit, late):
    one = a_delegate(visit)
    services.withdraw_agenda_item(late[0], now=BEFORE)

    codes = []
    for item in (late[2], late[0]):
        with pytest.raises(ValidationError) as error:
            day.note_attendance(visit, item=item.pk, states={one.pk: "present"}, now=NOW)
        codes.append(error.value.code)

    assert codes == ["future", "cancelled"]
    assert not Attendance.objects.exists()


def test_only_people_expected_at_an_item_of_this_visit_are_ticked(visit, late):
    stranger, elsewhere = a_delegate(make_visit()), make_visit()

    for about, states in ((visit, {stranger.pk: "present"}), (elsewhere, {})):
        with pytest.raises(ValidationError) as error:
            day.note_attendance(about, item=late[0].pk, states=states, now=NOW)
        assert error.value.code == "unknown"


def test_the_head_of_the_delegation_and_the_team_tick_and_nobody_else(client, visit, late):
    head, member = make_user(), make_user()
    a_delegate(visit, user=head, role="head")
    person = a_delegate(visit, user=member)
    page = address(visit, "visit_attendance")
    answers = []
    for user in (head, member):
        client.force_login(user)
        answers.append(client.get(page).status_code)
    client.force_login(head)
    client.post(page, {"item": late[0].pk, f"delegate-{person.pk}": "present", "delegate-x": "present"})
    client.force_login(member)
    client.post(page, {"item": late[1].pk, f"delegate-{person.pk}": "present"})

    assert answers == [200, 404]
    assert list(Attendance.objects.values_list("item", "state", "by")) == [(late[0].pk, "present", head.pk)]


def test_one_button_ticks_everybody_whom_nobody_has_ticked(client, visit, late, staff):
    part, first, second = (a_delegate(visit) for _ in range(3))
    ticks = {f"delegate-{part.pk}": "part", f"delegate-{first.pk}": "", f"delegate-{second.pk}": ""}

    client.post(address(visit, "visit_attendance"), {"item": late[0].pk, **ticks, "rest": "present"})

    assert {row.delegate_id: row.state for row in Attendance.objects.all()} == {
        part.pk: "part",
        first.pk: "present",
        second.pk: "present",
    }


def test_the_list_shows_what_has_begun_and_names_what_is_to_come(client, visit, late, staff):
    a_delegate(visit)

    context = client.get(address(visit, "visit_attendance")).context

    assert [slot.event.name_en for _day, rows in context["days"] for slot, _form in rows] == ["Over", "Now"]
    assert [slot.event.name_en for slot in context["coming"]] == ["Next", "Tomorrow"]


@pytest.mark.parametrize("posted", [{}, {"item": "٣"}, {"item": "9" * 40}, {"item": "1", "delegate-1": "flying"}])
def test_nonsense_on_the_list_gets_a_kind_word(client, visit, late, staff, posted):
    answer = client.post(address(visit, "visit_attendance"), posted, follow=True)

    assert answer.status_code == 200
    assert [message.level_tag for message in answer.context["messages"]] == ["error"]


def test_versions_are_read_in_so_many_queries_whatever_they_hold(visit, late, django_assert_num_queries):
    version = visit.versions.get()
    version.visit = visit

    with django_assert_num_queries(2):  # organisations, people; no place has been chosen
        read([version])
