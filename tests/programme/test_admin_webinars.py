import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from events.models import Event
from events.services import notices
from programme import services
from programme.models import Webinar
from tests.factories import make_event, make_organisation, make_registration, make_user, make_webinar

pytestmark = pytest.mark.django_db
ADD = reverse("admin:programme_webinar_add")
NOW = datetime(2026, 2, 1, tzinfo=UTC)


@pytest.fixture
def city():
    return make_organisation(kind="public_body", slug="citta-di-torino")


@pytest.fixture
def staff(client, city):
    user = make_user(is_staff=True, side="torino")
    user.user_permissions.set(
        [
            *Permission.objects.filter(content_type__app_label="programme").exclude(codename__startswith="delete_"),
            *Permission.objects.filter(codename__in=["publish_event", "see_join_address"]),
        ]
    )
    client.force_login(user)
    return user


def change(webinar):
    return reverse("admin:programme_webinar_change", args=[webinar.pk])


def rows_of(prefix, rows, *, initial=0):
    """What the page sends of the rows of one kind."""
    data = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": initial}
    return data | {f"{prefix}-{n}-{name}": value for n, row in enumerate(rows) for name, value in row.items()}


def page_data(city, /, *, segments=(), initial=0, **fields):
    event = {
        "name_it": "Sperimentare a Torino",
        "anchor": "Europe/Rome",
        "date": "2026-03-03",
        "starts": "9",
        "ends": "10:30",
        "organizer": city.pk,
        "event_attendance_mode": "online",
        "registration_open": "on",
        "maximum_attendee_capacity": "50",
        "spoken": ["it"],
        "interpreted": ["ja"],
        "reminders": ["-PT24H"],
    }
    own = {name[4:]: value for name, value in fields.items() if name.startswith("own_")}
    event |= {name: value for name, value in fields.items() if not name.startswith("own_")}
    data = {f"event-{name}": value for name, value in event.items()} | own
    return data | rows_of("speakers", []) | rows_of("library", []) | rows_of("segments", segments, initial=initial)


def a_webinar(organizer, **fields):
    return services.plan_webinar(
        **{
            "start": datetime(2026, 3, 3, 9, 0),
            "end": datetime(2026, 3, 3, 10, 30),
            "now": NOW,
            "name_it": "Sperimentare a Torino",
            "organizer": organizer,
            "maximum_attendee_capacity": 50,
            "registration_open": True,
            "languages": [("it", "spoken"), ("ja", "interpreted")],
            "reminders": ["-PT24H"],
            **fields,
        }
    )


def event_errors(response):
    form = response.context["adminform"].form.event_form
    return {name: [error.code for error in form.errors[name].as_data()] for name in form.errors}


def test_a_webinar_and_its_event_are_written_on_one_page(client, staff, city):
    segments = [{"starts_after": "15", "title_it": "Apertura", "speakers_it": "Anna Rossi", "language": "it"}]

    response = client.post(
        ADD,
        page_data(city, segments=segments, own_audience_ja="日本企業", closes_date="2026-03-02", closes_time="18:00"),
    )

    webinar = Webinar.objects.get()
    event = webinar.event
    assert response.status_code == 302
    assert (event.status, event.wall_start, event.wall_end) == (
        "TENTATIVE",
        "2026-03-03T09:00:00",
        "2026-03-03T10:30:00",
    )
    assert event.registration_closes_at == datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
    assert {(line.language, line.role) for line in event.languages.all()} == {("it", "spoken"), ("ja", "interpreted")}
    assert [rule.trigger for rule in event.reminder_rules.all()] == ["-PT24H"]
    assert webinar.audience_ja == "日本企業"
    assert [(part.starts_after, part.title_it) for part in webinar.segments.all()] == [(15, "Apertura")]


def test_times_typed_on_the_clock_of_nagoya_are_those_of_nagoya(client, staff, city):
    client.post(ADD, page_data(city, anchor="Asia/Tokyo", starts="17:00", ends="18:30"))

    assert Event.objects.get().dtstart == datetime(2026, 3, 3, 8, 0, tzinfo=UTC)


def test_saving_the_same_again_moves_nothing(client, staff, city):
    webinar = a_webinar(city)
    before = Event.objects.values("dtstart", "sequence", "schedule_version").get()

    response = client.post(change(webinar), page_data(city, name_it="Altro nome"))

    assert response.status_code == 302
    assert Event.objects.values("dtstart", "sequence", "schedule_version").get() == before
    assert Event.objects.get().name_it == "Altro nome"


def test_another_hour_moves_the_event_and_raises_its_sequence(client, staff, city):
    webinar = a_webinar(city)
    services.publish_webinar(webinar, now=NOW)

    client.post(change(webinar), page_data(city, starts="11:00", ends="12:00"))

    event = Event.objects.get()
    assert (event.wall_start, event.sequence) == ("2026-03-03T11:00:00", 1)


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"name_it": ""}, {"name_it": ["required"]}),
        ({"name_it": "視" * 201}, {"name_it": ["max_length", "required"]}),
        ({"starts": "9h"}, {"starts": ["invalid"]}),
        ({"date": "2026-02-30"}, {"date": ["invalid"]}),
        ({"ends": "08:00"}, {"ends": ["ends_before"]}),
        ({"anchor": "Mars/Base"}, {"anchor": ["invalid_choice"]}),
        ({"date": "2026-03-29", "starts": "02:30", "ends": "04:00"}, {"starts": ["gap"]}),
        ({"date": "2026-10-25", "starts": "02:30", "ends": "04:00"}, {"starts": ["fold"]}),
        ({"closes_date": "2026-03-04", "closes_time": "09:00"}, {"closes_date": ["closes_late"]}),
        ({"closes_time": "09:00"}, {"closes_date": ["required"]}),
        ({"closes_date": "2026-03-02"}, {"closes_time": ["required"]}),
        ({"maximum_attendee_capacity": "-1"}, {"maximum_attendee_capacity": ["min_value"]}),
        ({"join_url": "javascript:alert(1)"}, {"join_url": ["invalid"]}),
        ({"organizer": "99999"}, {"organizer": ["invalid_choice"]}),
        ({"spoken": ["tlh"]}, {"spoken": ["invalid_choice"]}),
    ],
)
def test_a_wrong_field_is_refused_where_it_stands_and_nothing_is_written(client, staff, city, fields, errors):
    response = client.post(ADD, page_data(city, own_goals_it="Resta scritto", **fields))

    assert response.status_code == 200
    assert event_errors(response) == errors
    assert "Resta scritto" in response.content.decode()
    assert Event.objects.count() == 0


def test_the_buttons_publish_take_back_and_restore(client, staff, city):
    webinar = a_webinar(city)
    states = []
    for button in ("publish", "unpublish", "publish"):
        client.post(change(webinar), page_data(city) | {"_do": button})
        states.append(Event.objects.get().status)
    services.cancel_webinar(webinar, now=NOW)
    client.post(change(webinar), page_data(city) | {"_do": "restore"})

    assert [*states, Event.objects.get().status] == ["CONFIRMED", "TENTATIVE", "CONFIRMED", "CONFIRMED"]


def test_cancelling_asks_for_a_reason_and_tells_those_registered(
    client, staff, city, mailoutbox, django_capture_on_commit_callbacks, monkeypatch
):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    webinar = a_webinar(city)
    services.publish_webinar(webinar, now=NOW)
    make_registration(webinar.event, email="aiko@example.org")
    page = reverse("admin:programme_webinar_cancel", args=[webinar.pk])

    sent = client.post(change(webinar), page_data(city) | {"_do": "cancel"})
    looked = client.get(page)
    unsaid = client.post(page, {"reason_it": " "})
    still = Event.objects.get().status
    with django_capture_on_commit_callbacks(execute=True):
        client.post(page, {"reason_ja": "登壇者の都合により中止します。"})
        notices.send_notices(now=NOW + timedelta(minutes=3))

    event = Event.objects.get()
    assert sent["Location"] == page
    assert (looked.status_code, unsaid.status_code, still) == (200, 200, "CONFIRMED")
    assert (event.status, event.cancellation_reason_ja) == ("CANCELLED", "登壇者の都合により中止します。")
    assert [message.to for message in mailoutbox] == [["aiko@example.org"]]


def test_without_the_rights_to_it_neither_room_nor_buttons_are_there(client, staff, city):
    staff.user_permissions.remove(*Permission.objects.filter(codename__in=["publish_event", "see_join_address"]))
    webinar = a_webinar(city, join_url="https://meet.example.org/secret-room")

    page = client.get(change(webinar)).content.decode()
    client.post(change(webinar), page_data(city, join_url="https://evil.example.org/") | {"_do": "publish"})
    cancel = client.post(reverse("admin:programme_webinar_cancel", args=[webinar.pk]), {"reason_it": "no"})

    event = Event.objects.get()
    assert "secret-room" not in page
    assert (event.status, event.join_url) == ("TENTATIVE", "https://meet.example.org/secret-room")
    assert cancel.status_code == 403


def test_the_page_counts_registrations_and_leads_to_their_list(client, staff, city):
    webinar = a_webinar(city)
    make_registration(webinar.event)
    make_registration(webinar.event, state="cancelled")

    response = client.get(change(webinar))

    assert response.context["counts"] == {"confirmed": 1, "unproved": 0, "cancelled": 1}
    assert f"event__id__exact={webinar.event_id}" in response.context["registrations_url"]


def test_the_list_asks_the_database_no_more_often_for_more_webinars(client, staff):
    def count():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("admin:programme_webinar_changelist")).status_code == 200
        return len(queries)

    make_webinar()
    count()
    one = count()
    make_webinar()
    make_webinar()

    assert count() == one


@pytest.mark.parametrize("model", ["edition", "exchange", "milestone", "phase", "datedevent", "programmefigure"])
def test_every_other_list_and_form_of_the_programme_opens(client, staff, model):
    listed = client.get(reverse(f"admin:programme_{model}_changelist"))
    new = client.get(reverse(f"admin:programme_{model}_add"))

    assert (listed.status_code, new.status_code) == (200, 200)


# --- Whose it is, and who is told -----------------------------------------------------------------


@pytest.fixture
def desk_of_torino(client, city):
    user = make_user(is_staff=True, side="torino")
    user.groups.set(Group.objects.filter(name="Staff"))
    client.force_login(user)
    return user


def written_by(city, **fields):
    """A webinar that ``city`` organises, published, with somebody registered."""
    event = make_event(organizer=city, registration_open=True, **fields)
    make_registration(event)
    return make_webinar(event=event)


def told(response):
    return [str(message) for message in response.context["messages"]]


def test_the_other_citys_webinar_is_read_and_neither_saved_nor_cancelled(client, desk_of_torino):
    nagoyas = written_by(make_organisation(side="nagoya"))

    page = client.get(change(nagoyas))
    saved = client.post(change(nagoyas), page_data(nagoyas.event.organizer, name_it="Altro"))
    cancelled = client.post(f"{change(nagoyas)[:-7]}cancel/", {"reason_it": "No"})

    nagoyas.event.refresh_from_db()
    assert (page.status_code, saved.status_code, cancelled.status_code) == (200, 403, 403)
    assert 'name="_do"' not in page.content.decode()
    assert nagoyas.event.status == "CONFIRMED"


def test_nobody_writes_a_webinar_in_the_name_of_the_other_city(client, desk_of_torino):
    response = client.post(ADD, page_data(make_organisation(side="nagoya")))

    form = response.context["adminform"].form.event_form
    assert [error.code for error in form.errors["organizer"].as_data()] == ["foreign"]
    assert Webinar.objects.count() == 0


def test_moving_a_published_webinar_says_that_people_are_to_be_told(client, city, desk_of_torino):
    webinar = written_by(city)

    response = client.post(change(webinar), {**page_data(city, starts="11", ends="12"), "_continue": "1"}, follow=True)

    (words,) = [words for words in told(response) if "1 persona" in words]
    assert f"event__id__exact={webinar.event_id}" in words


def test_changing_a_word_of_a_published_webinar_says_nothing_of_a_move(client, city, desk_of_torino):
    webinar = written_by(city, wall_start="2026-03-03T09:00:00", wall_end="2026-03-03T10:30:00")
    data = page_data(city, name_it="Altro nome", name_en=webinar.event.name_en)

    response = client.post(change(webinar), {**data, "_continue": "1"}, follow=True)

    assert len(told(response)) == 1


def test_a_new_webinar_is_open_for_registration_unless_staff_untick_it(client, city, desk_of_torino):
    form = client.get(ADD).context["adminform"].form.event_form

    assert form["registration_open"].value() is True


def test_publishing_a_webinar_nobody_can_register_for_says_so(client, city, desk_of_torino):
    client.post(ADD, {**page_data(city, registration_open=""), "_continue": "1"})
    webinar = Webinar.objects.get()

    response = client.post(change(webinar), {**page_data(city, registration_open=""), "_do": "publish"}, follow=True)

    assert any("nessuno può iscriversi" in words for words in told(response))


def test_a_part_begins_on_each_citys_own_clock(client, city, staff):
    webinar = a_webinar(city)
    webinar.segments.create(starts_after=15, title_it="Apertura")

    page = client.get(change(webinar)).content.decode()

    assert re.findall(r"(Torino|Nagoya) <strong><time[^>]*>([\d:]+)</time>", page) == [
        ("Torino", "09:15"),
        ("Nagoya", "17:15"),
    ]
