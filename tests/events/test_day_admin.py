"""The staff's pages of the day: the room, the provider's list, whose rows are whose, attendance in lists."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from events.models import CheckIn, Event
from iurc_portal.accounts.roles import ensure_roles
from tests.factories import START, make_event, make_organisation, make_presence, make_registration, make_user

pytestmark = pytest.mark.django_db
ROOM = "https://video.example/room-4711"
LIST = b"Name,Email,Join time,Leave time\nTaro Yamada,taro@example.org,09:00,10:30\nTablet,,09:00,10:00\n"
RIGHTS = ("view_event", "change_event", "view_registration", "change_registration", "check_in")


class Clock:
    now = START


@pytest.fixture(autouse=True)
def clock(monkeypatch, settings):
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "SecondFactor" not in name]
    clock = Clock()
    monkeypatch.setattr(timezone, "now", lambda: clock.now)
    return clock


def staff(*more, side="torino", rights=RIGHTS):
    user = make_user(is_staff=True, side=side, language="en")
    user.user_permissions.set(Permission.objects.filter(codename__in=[*rights, *more]))
    return user


@pytest.fixture
def desk(client):
    client.force_login(staff("see_join_address"))
    return client


def own_event(**fields):
    return make_event(organizer=make_organisation(side="torino"), **{"join_url": ROOM, **fields})


def page(event, name="day") -> str:
    return reverse(f"admin:events_event_{name}", args=[event.pk])


def upload(data=LIST, name="list.csv", tzid="Europe/Rome", **more):
    return {"file": SimpleUploadedFile(name, data), "tzid": tzid, "encoding": "", **more}


@pytest.mark.parametrize("language", ["it", "en", "ja"])
def test_its_pages_open_in_three_languages(client, language):
    user = staff("see_join_address")
    user.language = language
    user.save()
    client.force_login(user)
    event = own_event()
    make_registration(event)

    answers = [client.get(page(event, name)) for name in ("day", "matching", "check_in")]

    assert [answer.status_code for answer in answers] == [200] * 3
    assert all(f'lang="{language}"' in answer.content.decode() for answer in answers)


def test_the_room_is_opened_and_closed_by_a_press(desk, clock):
    event = own_event()
    clock.now = START - timedelta(hours=2)

    assert desk.get(page(event, "room")).status_code == 302
    desk.post(page(event, "room"), {"_do": "open"})
    assert Event.objects.get().join_opened_at == clock.now
    clock.now = START + timedelta(hours=1)
    told = desk.post(page(event, "room"), {"_do": "close"}, follow=True).content.decode()

    assert Event.objects.get().join_closed_at == clock.now
    assert "The room is closed." in told


def test_a_room_without_an_address_is_not_opened(desk):
    told = desk.post(page(own_event(join_url=""), "room"), {"_do": "open"}, follow=True).content.decode()

    assert "Write the address of the room first." in told


def test_the_way_in_and_what_counts_as_present_are_changed_together(desk):
    event = own_event()
    fields = {"join_url": "https://other.example/1", "phone_access": "+39 011", "join_window": "15"}

    answer = desk.post(page(event, "room"), {**fields, "attended_minutes": "40", "attended_share": "", "_do": "save"})

    event.refresh_from_db()
    assert (answer.status_code, event.join_url, event.phone_access) == (302, "https://other.example/1", "+39 011")
    assert (event.join_window, event.attended_minutes, event.attended_share) == (15, 40, None)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"join_url": "http://plain.example/"}, "Write an address that begins with https://."),
        ({"join_url": "javascript:alert(1)"}, "Enter a valid URL."),
        ({"attended_share": "101"}, "Ensure this value is less than or equal to 100."),
        ({"attended_share": "0"}, None),
        ({"attended_minutes": "-1"}, None),
        ({"join_window": "x"}, "Enter a whole number."),
        ({"join_window": "99999999"}, None),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_written(desk, fields, words):
    event = own_event()

    answer = desk.post(page(event, "room"), {"join_url": ROOM, "_do": "save", **fields})

    assert answer.status_code == 422
    assert "tnv-error" in answer.content.decode()
    assert words is None or words in answer.content.decode()
    event.refresh_from_db()
    assert (event.join_url, event.attended_share, event.join_window) == (ROOM, None, None)


def test_the_address_is_seen_and_changed_by_a_right_of_its_own(client):
    event = own_event(phone_access="+39 011 4711")
    pages = [page(event), reverse("admin:events_event_change", args=[event.pk])]

    seen = {}
    for name, user in (("without", staff("publish_event")), ("with", staff("see_join_address"))):
        client.force_login(user)
        seen[name] = ["room-4711" in client.get(address).content.decode() for address in pages]
    client.force_login(staff("publish_event"))
    client.post(page(event, "room"), {"join_url": "https://evil.example/", "join_window": "10", "_do": "save"})

    event.refresh_from_db()
    assert seen == {"without": [False, False], "with": [True, True]}
    assert (event.join_url, event.join_window) == (ROOM, 10)


def test_the_export_of_events_leaves_the_room_out(client):
    make_event(join_url=ROOM, phone_access="+39 011 4711")
    client.force_login(make_user(is_superuser=True, is_staff=True))

    answer = client.post(
        reverse("admin:events_event_export"),
        {"format": "1", "resource": "0", "eventresource_id": "on", "eventresource_slug": "on"},
    )
    offered = client.get(reverse("admin:events_event_export")).content.decode()

    assert "4711" not in answer.content.decode()
    assert "join_url" not in offered
    assert "phone_access" not in offered


def test_staff_have_the_rights_by_their_role():
    ensure_roles()

    user = make_user(is_staff=True)
    user.groups.add(Group.objects.get(name="Staff"))

    assert user.has_perms(["events.see_join_address", "events.check_in"])


def test_a_list_is_read_and_what_waits_is_matched_on_its_page(desk, clock):
    clock.now = START + timedelta(hours=3)
    event = own_event()
    taro = make_registration(event, email="taro@example.org")
    hanako = make_registration(event, given_name="Hanako")

    answer = desk.post(page(event, "presence"), upload(), follow=True)
    assert answer.redirect_chain[-1][0] == page(event, "matching")
    assert "New rows: 1 with their person, 1 without. Known already: 0." in answer.content.decode()
    (row,) = answer.context["rows"]
    who = row["who"]
    person = next(line for line in answer.context["people"] if line.startswith(f"{hanako.pk} ·"))
    desk.post(page(event, "matching"), {"_do": f"match:{who}", f"person-{who}": person})

    day = desk.get(page(event))
    assert day.context["numbers"] == {"places": 2, "clicked": 0, "checked_in": 0, "attended": 2}
    assert {line.registration.pk: line.attendance.minutes for line in day.context["page"]} == {
        taro.pk: 90,
        hanako.pk: 60,
    }
    again = desk.post(page(event, "presence"), upload(), follow=True)
    assert "New rows: 0 with their person, 0 without. Known already: 2." in again.content.decode()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (upload(b"Name,Company\nA,B\n"), "The file has no columns of a list of those present"),
        (upload(b"Name,Join time,Duration\nA,never,1\n"), "Line 2: “never” is no time."),
        (upload(tzid="Mars/Base"), "Select a valid choice."),
        ({"tzid": "Europe/Rome"}, "This field is required."),
        (upload(b""), "The submitted file is empty."),
    ],
)
def test_a_file_that_is_no_list_is_refused_kindly(desk, data, words):
    event = own_event()

    answer = desk.post(page(event, "presence"), data)

    assert (answer.status_code, event.attendance_intervals.count()) == (422, 0)
    assert words in answer.content.decode()


@pytest.mark.parametrize(
    "data", [{}, {"_do": "match:x"}, {"_do": "leave:"}, {"_do": "back:unknown"}, {"_do": "match:x", "person-x": "٣ ·"}]
)
def test_nonsense_on_the_page_of_matching_changes_nothing(desk, data):
    event = own_event()

    assert desk.post(page(event, "matching"), data).status_code == 302


def test_a_row_is_left_out_and_taken_back(desk, clock):
    clock.now = START + timedelta(hours=3)
    event = own_event()
    desk.post(page(event, "presence"), upload())
    who = event.attendance_intervals.get(name="Tablet").who

    states = []
    for act in ("leave", "back"):
        desk.post(page(event, "matching"), {"_do": f"{act}:{who}"})
        states.append(event.attendance_intervals.get(name="Tablet").state)

    assert states == ["ignored", "waiting"]


@pytest.mark.parametrize("name", ["day", "matching", "badges", "room", "presence"])
def test_the_other_city_and_those_without_the_right_see_nothing(client, name):
    event = own_event()

    answers = []
    for user in (staff(side="nagoya"), staff(rights=("view_event", "change_event"))):
        client.force_login(user)
        answers.append(client.get(page(event, name)).status_code)

    assert answers == [404, 403]


def test_the_day_costs_as_many_queries_for_many_as_for_one(desk):
    event = own_event()
    counts = []
    for _ in range(2):
        for _person in range(3):
            make_presence(make_registration(event))
        desk.get(page(event))
        with CaptureQueriesContext(connection) as queries:
            desk.get(page(event))
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_those_present_and_those_absent_can_be_shown_alone(desk):
    event = own_event()
    came, stayed_away = make_registration(event), make_registration(event)
    make_presence(came)

    shown = {
        show: [line.registration for line in desk.get(page(event), {"show": show}).context["page"]]
        for show in ("present", "absent")
    }

    assert shown == {"present": [came], "absent": [stayed_away]}


def test_the_list_of_registrations_says_who_attended_and_notes_presence(desk):
    event = own_event()
    registration = make_registration(event)
    make_presence(registration, 0, 65)
    address = reverse("admin:events_registration_changelist")

    assert "attended · 65 min" in desk.get(address).content.decode()
    desk.post(address, {"action": "check_in", "_selected_action": [registration.pk]})

    assert CheckIn.objects.get().registration == registration
    assert "attended · checked in · 65 min" in desk.get(address).content.decode()


def test_speakers_get_their_longer_window_on_their_registration(desk):
    registration = make_registration(own_event(), language="en")
    address = reverse("admin:events_registration_change", args=[registration.pk])
    form = desk.get(address).context["adminform"].form

    data = {name: value for name, value in form.initial.items() if value is not None} | {"join_window": "60"}
    answer = desk.post(address, data)

    registration.refresh_from_db()
    assert (answer.status_code, registration.join_window) == (302, 60)
