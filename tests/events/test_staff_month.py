"""The staff's month: what stands in it, for whom, and moving an event from it (events spec 17)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ecosystem.models import Place
from events.models import Event, EventChange
from iurc_portal.notifications.models import Message
from programme.models import FollowUp, HostConfirmation, Webinar
from tests.factories import (
    make_agenda_item,
    make_city,
    make_event,
    make_listing,
    make_milestone,
    make_organisation,
    make_person,
    make_registration,
    make_track,
    make_user,
    make_visit,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 2, 20, 9, 0, tzinfo=UTC)
MAY = "/admin/events/event/calendar/?day=2026-05-01"


@pytest.fixture(autouse=True)
def clock(monkeypatch, settings):
    settings.DEMO = True  # staff need no second factor
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def staff_with(*names, side="torino"):
    user = make_user(is_staff=True, side=side, language="en")
    for name in names:
        app, codename = name.split(".")
        user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    return user


EVERYTHING = (
    "events.view_event",
    "events.change_event",
    "programme.view_studyvisit",
    "programme.change_studyvisit",
    "programme.change_webinar",
    "programme.view_followup",
    "programme.view_milestone",
    "ecosystem.view_listing",
)


@pytest.fixture
def boss(client):
    user = staff_with(*EVERYTHING)
    client.force_login(user)
    return user


def of_torino(**fields):
    return make_event(organizer=make_organisation(side="torino", city=make_city("torino")), **fields)


def make_place():
    number = Place.objects.count()
    return Place.objects.create(name_en=f"Place {number}", city=make_city("torino"))


def at(day, hour=8, minutes=60):
    start = datetime(2026, 5, day, hour, tzinfo=UTC)
    return {"dtstart": start, "dtend": start + timedelta(minutes=minutes)}


def marks_in(response):
    """Title and kind of what stands in the weeks, each once."""
    assert response.status_code == 200
    found = {}
    for week in response.context["weeks"]:
        for cell in (cell for line in week.bands for cell in line if cell.mark):
            found[cell.mark.key] = cell.mark
        for day in week.days:
            found |= {mark.key: mark for mark in (*day.closed, *day.marks)}
    return found.values()


def titles(response, *, kind=None):
    return sorted(mark.title for mark in marks_in(response) if not mark.background and kind in (None, mark.kind))


def move(client, event, *, confirmed=False, **typed):
    typed |= {"confirmed": "yes"} if confirmed else {}
    return client.post(f"/admin/events/event/calendar/{event.pk}/move/", {**typed, "back": "day=2026-05-01"})


# --- What stands in it -----------------------------------------------------------------------------------------------


def test_the_month_shows_events_visits_deadlines_and_closed_days(client, boss):
    of_torino(name_en="Round table", **at(5))
    Webinar.objects.create(event=of_torino(name_en="Webinar", **at(6)))
    visit = make_visit(title_en="Mobility", state="accepted", first_day=date(2026, 5, 11), last_day=date(2026, 5, 13))
    event = make_event(name_en="Lab", access="participants", track=make_track("visits"), **at(12))
    make_agenda_item(visit, event=event, materials_due=5)
    make_visit(title_en="Asked for", state="proposed", answer_by=date(2026, 5, 20))
    FollowUp.objects.create(
        visit=visit, text_en="Send the data", due_on=date(2026, 5, 21), owner_torino=make_organisation(side="torino")
    )
    make_milestone(title_en="Report", due_on=date(2026, 5, 29))
    make_listing(title_en="Lidar", valid_until=date(2026, 5, 28))

    page = client.get(MAY)

    found = {(mark.kind, mark.title, str(mark.first)) for mark in marks_in(page) if not mark.background}
    assert found == {
        ("events", "Round table", "2026-05-05"),
        ("webinars", "Webinar", "2026-05-06"),
        ("visits", "Mobility", "2026-05-11"),
        ("items", "Lab", "2026-05-12"),
        ("material", "Lab", "2026-05-07"),
        ("answers", "Asked for", "2026-05-20"),
        ("follow-ups", "Send the data", "2026-05-21"),
        ("milestones", "Report", "2026-05-29"),
        ("listings", "Lidar", "2026-05-28"),
    }
    closed = {mark.title for mark in marks_in(page) if mark.background}
    assert {"Nagoya: Children's Day", "Torino: Labour Day"} <= closed


def test_hours_stand_in_both_cities_and_a_visit_is_one_band_over_its_days(client, boss):
    of_torino(name_en="Talk", **at(5))
    make_visit(title_en="Mobility", state="accepted", first_day=date(2026, 5, 9), last_day=date(2026, 5, 12))

    page = client.get(MAY)

    (talk,) = [mark for mark in marks_in(page) if mark.title == "Talk"]
    bands = [
        [(cell.width, cell.begins, cell.ends) for cell in line if cell.mark and cell.mark.kind == "visits"]
        for week in page.context["weeks"]
        for line in week.bands
    ]
    assert talk.times == ["10:00–11:00 Torino", "17:00–18:00 Nagoya"]
    assert [band for band in bands if band] == [[(2, True, False)], [(2, False, True)]]


def test_an_event_at_night_stands_on_the_readers_own_day(client, boss):
    of_torino(name_en="Late", **at(5, hour=20))  # 22:00 in Torino, 05:00 of the sixth in Nagoya
    in_torino = [str(mark.first) for mark in marks_in(client.get(MAY)) if mark.title == "Late"]
    client.force_login(staff_with(*EVERYTHING, side="nagoya"))
    in_nagoya = [str(mark.first) for mark in marks_in(client.get(MAY)) if mark.title == "Late"]

    assert (in_torino, in_nagoya) == (["2026-05-05"], ["2026-05-06"])


def test_kinds_cities_and_mine_narrow_it(client, boss):
    of_torino(name_en="Mine", contact_email=boss.email, **at(5))
    of_torino(name_en="Theirs", **at(6))
    make_event(name_en="Nagoyan", organizer=make_organisation(side="nagoya", city=make_city("nagoya")), **at(7))
    make_visit(title_en="Led", state="accepted", first_day=date(2026, 5, 11), last_day=date(2026, 5, 12), lead=boss)
    make_visit(title_en="Other", state="accepted", first_day=date(2026, 5, 11), last_day=date(2026, 5, 12))

    assert titles(client.get(f"{MAY}&kind=visits")) == ["Led", "Other"]
    assert titles(client.get(f"{MAY}&city=nagoya")) == ["Nagoyan"]
    assert titles(client.get(f"{MAY}&mine=1")) == ["Led", "Mine"]
    assert titles(client.get(f"{MAY}&kind=events&mine=1")) == ["Mine"]


def test_what_collides_is_marked_on_both(client, boss):
    place = make_place()
    of_torino(name_en="One", place=place, **at(5))
    of_torino(name_en="Two", place=place, access="participants", **at(5, minutes=30))
    of_torino(name_en="Three", **at(5, hour=12))

    wrong = {mark.title: mark.conflicts for mark in marks_in(client.get(MAY)) if mark.conflicts}

    assert wrong == {
        "One": [f"At the same time and place ({place.name}): “Two”."],
        "Two": [f"At the same time and place ({place.name}): “One”."],
    }


def test_a_host_wanted_by_two_visits_at_once_is_marked(client, boss):
    host = make_person(family_name="Rossi")
    for name in ("First", "Second"):
        visit = make_visit(title_en=f"{name} visit", first_day=date(2026, 5, 12), last_day=date(2026, 5, 12))
        event = make_event(name_en=name, access="participants", track=make_track("visits"), **at(12))
        HostConfirmation.objects.create(item=make_agenda_item(visit, event=event), person=host)

    wrong = {mark.title for mark in marks_in(client.get(MAY)) if mark.conflicts and mark.kind == "items"}

    assert wrong == {"First", "Second"}


def test_the_number_of_queries_does_not_grow(client, boss):
    def fill(day):
        Webinar.objects.create(event=of_torino(place=make_place(), **at(day)))
        visit = make_visit(state="accepted", first_day=date(2026, 5, day), last_day=date(2026, 5, day + 1))
        event = make_event(access="participants", track=make_track("visits"), **at(day, hour=12))
        item = make_agenda_item(visit, event=event, materials_due=1)
        HostConfirmation.objects.create(item=item, person=make_person())
        make_visit(state="proposed", answer_by=date(2026, 5, day))
        FollowUp.objects.create(
            visit=visit, text_en="x", due_on=date(2026, 5, day), owner_torino=make_organisation(side="torino")
        )
        make_milestone(due_on=date(2026, 5, day))
        make_listing(valid_until=date(2026, 5, day))

    def asked():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(MAY).status_code == 200
        return len(queries)

    fill(4)
    client.get(MAY)
    one = asked()
    for day in (5, 6, 12):
        fill(day)

    assert asked() == one


@pytest.mark.parametrize("query", ["day=nonsense", "day=9999-12-31", "day=2026-02-30", "day=0001-01-01", "day=%00"])
def test_a_day_that_is_not_understood_is_said_and_today_shown(client, boss, query):
    page = client.get(f"/admin/events/event/calendar/?{query}&view=x&kind=y&city=z&mine=7")

    assert (page.context["not_understood"], page.context["day"]) == (True, date(2026, 2, 20))


def test_a_week_is_seven_days_around_the_day(client, boss):
    page = client.get("/admin/events/event/calendar/?view=week&day=2026-05-07")

    (week,) = page.context["weeks"]
    assert [day.date.day for day in week.days] == [4, 5, 6, 7, 8, 9, 10]
    assert (page.context["before"], page.context["after"]) == (date(2026, 4, 30), date(2026, 5, 14))


def test_who_sees_events_alone_sees_no_visits(client):
    client.force_login(staff_with("events.view_event"))
    of_torino(name_en="Talk", **at(5))
    make_visit(title_en="Mobility", state="accepted", first_day=date(2026, 5, 9), last_day=date(2026, 5, 12))

    page = client.get(MAY)

    assert titles(page) == ["Talk"]
    assert [mark.move for mark in marks_in(page) if mark.title == "Talk"] == [""]


# --- Moving ----------------------------------------------------------------------------------------------------------


def test_what_follows_is_said_first_and_nothing_has_moved_then(client, boss):
    event = of_torino(name_en="Talk", **at(5))
    for _number in range(3):
        make_registration(event)
    of_torino(name_en="Busy", **at(7))

    page = move(client, event, shift="2")

    found = page.context["found"]
    assert (found.told, found.letters, found.arising) == (3, 0, ["At the same time: “Busy”."])
    assert page.context["minutes"] == 2
    assert page.context["new_lines"] == ["Thu 7 May 2026 10:00–11:00 Torino", "Thu 7 May 2026 17:00–18:00 Nagoya"]
    event.refresh_from_db()
    assert (event.dtstart, event.sequence) == (at(5)["dtstart"], 0)
    assert (EventChange.objects.count(), Message.objects.count()) == (0, 0)


def test_confirmed_it_moves_through_the_same_service_and_people_will_be_told(client, boss):
    event = of_torino(name_en="Talk", **at(5))
    make_registration(event)

    answer = move(client, event, confirmed=True, date="2026-05-07", starts="11:30")

    event.refresh_from_db()
    assert answer["Location"] == "/admin/events/event/calendar/?day=2026-05-01"
    assert event.dtstart == datetime(2026, 5, 7, 9, 30, tzinfo=UTC)
    assert event.dtend == datetime(2026, 5, 7, 10, 30, tzinfo=UTC)
    assert event.sequence == 1
    assert EventChange.objects.filter(event=event, field="dtstart", by=boss, material=True).count() == 1


def test_a_move_over_a_clock_change_keeps_the_hour_on_the_wall_and_the_length(client, boss):
    event = of_torino(dtstart=datetime(2026, 10, 23, 8, tzinfo=UTC), dtend=datetime(2026, 10, 23, 9, tzinfo=UTC))

    move(client, event, confirmed=True, shift="4")

    event.refresh_from_db()
    assert (event.dtstart, event.wall_start) == (datetime(2026, 10, 27, 9, tzinfo=UTC), "2026-10-27T10:00:00")


def test_whole_days_move_by_days(client, boss):
    from iurc_portal.clock import day_bounds

    start, end = day_bounds(date(2026, 5, 4), date(2026, 5, 5), "Europe/Rome")
    event = of_torino(dtstart=start, dtend=end, all_day=True)

    move(client, event, confirmed=True, date="2026-05-11")

    event.refresh_from_db()
    assert (event.when.first_day, event.when.last_day) == (date(2026, 5, 11), date(2026, 5, 12))


@pytest.mark.parametrize(
    ("typed", "status", "words"),
    [
        ({"date": "2026-02-20", "starts": "09:00"}, 409, "That time is over"),
        ({"date": "2027-03-28", "starts": "02:30"}, 422, "02:30"),
        ({"date": "2026-10-25", "starts": "02:30"}, 422, "02:30 CEST (UTC+02:00)"),
        ({"date": "2026-05-05", "starts": "10:00"}, 409, "It is at that time already."),
        ({"date": "soon", "starts": "25:00"}, 422, "Write the time on 24 hours"),
        ({}, 422, "required"),
        ({"shift": "99999999"}, 422, "required"),
        ({"shift": "-90"}, 409, "That time is over"),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_nothing_changes(client, boss, typed, status, words):
    event = of_torino(**at(5))

    for confirmed in (False, True):
        page = move(client, event, confirmed=confirmed, **typed)
        assert page.status_code == status
        assert words in page.content.decode()

    event.refresh_from_db()
    assert event.dtstart == at(5)["dtstart"]


def test_a_doubled_hour_is_asked_about_and_the_answer_counts(client, boss):
    event = of_torino(**at(5))

    move(client, event, confirmed=True, date="2026-10-25", starts="02:30", fold="1")

    event.refresh_from_db()
    assert event.dtstart == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_cancelled_past_and_foreign_events_stay_where_they_are(client, boss):
    cancelled = of_torino(status="CANCELLED", **at(5))
    past = of_torino(dtstart=NOW - timedelta(hours=1), dtend=NOW + timedelta(hours=1))
    foreign = make_event(organizer=make_organisation(side="nagoya", city=make_city("nagoya")), **at(5))

    refusals = [
        move(client, event, confirmed=True, date="2026-06-01", starts="10:00").context["refusals"][0]
        for event in (cancelled, past, foreign)
    ]

    assert refusals == [
        "This event is cancelled: restore it before you move it.",
        "This event has begun already: what was is not moved.",
        "You may not move this event: it belongs to the other city's side.",
    ]
    assert Event.objects.filter(sequence=0).count() == 3


def test_a_get_moves_nothing_and_an_unknown_event_is_not_found(client, boss):
    event = of_torino(**at(5))

    page = client.get(f"/admin/events/event/calendar/{event.pk}/move/?date=2026-06-01&starts=10:00&confirmed=yes")

    event.refresh_from_db()
    assert (page.status_code, event.dtstart) == (200, at(5)["dtstart"])
    assert client.get("/admin/events/event/calendar/999999/move/").status_code == 404


def test_an_item_moves_within_its_visit_and_says_which_hosts_are_asked_again(client, boss):
    visit = make_visit(state="preparing", first_day=date(2026, 5, 11), last_day=date(2026, 5, 13))
    event = make_event(name_en="Lab", access="participants", track=make_track("visits"), **at(12))
    item = make_agenda_item(visit, event=event)
    from programme.services import hosts

    host = HostConfirmation.objects.create(item=item, person=make_person(email="host@example.org"))
    hosts.invite_hosts([host], now=NOW, by=boss)
    letters = Message.objects.count()

    page = move(client, event, shift="1")
    outside = move(client, event, shift="3")
    between = Message.objects.count()
    move(client, event, shift="1", confirmed=True)

    item.refresh_from_db()
    assert (page.context["found"].letters, between) == (1, letters)
    assert "is outside the visit" in outside.context["refusals"][0]
    assert (item.day.date, Message.objects.count()) == (date(2026, 5, 13), letters + 1)
