"""Typing times at the staff's desk: gaps, folds, lengths, slots, what a day is in both cities (12.2–12.4, 12.17)."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from events.admin.forms import EventTimesForm
from events.models import Event
from iurc_portal.staff.times import EndField, WallClockField
from programme.admin.webinar_forms import EventPartForm
from programme.schedule import wall_pair
from tests.factories import make_event

pytestmark = pytest.mark.django_db
SLOTS = reverse("admin:events_slots")
NOTES = reverse("admin:events_day_notes")


def typed(**fields):
    data = {"anchor": "Europe/Rome", "name": "Event", "starts_0": "2026-03-28", "starts_1": "09:00"}
    form = EventTimesForm({**data, "ends_1": "+60", **fields})
    form.is_valid()
    return form


def codes(form, name):
    return [error.code for error in form.errors[name].as_data()]


# --- One time ------------------------------------------------------------------------------------------------------


def test_a_time_that_does_not_exist_is_refused_with_the_next_one():
    form = typed(starts_0="2026-03-29", starts_1="02:30")

    assert codes(form, "starts") == ["gap"]
    assert "03:00" in str(form.errors["starts"])


def test_a_time_that_comes_twice_is_asked_about_and_the_answer_counts():
    asked = typed(starts_0="2026-10-25", starts_1="02:30")
    answered = typed(starts_0="2026-10-25", starts_1="02:30", starts_2="1")

    assert codes(asked, "starts") == ["fold"]
    assert '<option value="1">02:30 CET (UTC+01:00)</option>' in str(asked["starts"])
    assert answered.cleaned_data["starts"].astimezone(UTC) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_the_question_is_not_shown_where_there_is_none():
    assert "starts_2" not in str(typed()["starts"])


def test_a_stored_second_hour_is_shown_with_its_answer():
    event = make_event(dtstart=datetime(2026, 10, 25, 1, 30, tzinfo=UTC))

    shown = str(EventTimesForm(instance=event)["starts"])

    assert '<option value="1" selected>' in shown


def test_a_length_is_elapsed_time_whatever_clocks_do():
    over_the_gap = typed(starts_0="2026-03-29", starts_1="01:30", ends_1="+1:00")
    over_the_fold = typed(starts_0="2026-10-25", starts_1="01:30", ends_1="+120")

    assert over_the_gap.cleaned_data["ends"].strftime("%H:%M %Z") == "03:30 CEST"
    assert over_the_fold.cleaned_data["ends"].strftime("%H:%M %Z") == "02:30 CET"


def test_registration_closes_on_the_clock_of_the_event():
    form = typed(anchor="Asia/Tokyo", registration_closes_at_0="2026-03-27", registration_closes_at_1="18:00")
    late = typed(registration_closes_at_0="2026-03-28", registration_closes_at_1="10:00")

    assert form.cleaned_data["registration_closes_at"].astimezone(UTC) == datetime(2026, 3, 27, 9, 0, tzinfo=UTC)
    assert codes(late, "registration_closes_at") == ["closes_late"]


@pytest.mark.parametrize(
    ("text", "length"),
    [("+90", 90), ("+1:30", 90), ("＋１：３０", 90), ("+1h30", 90), ("+2h", 120), ("+90分", 90), ("+1時間30分", 90)],
)
def test_lengths_as_people_type_them(text, length):
    assert EndField().clean(text) == timedelta(minutes=length)


@pytest.mark.parametrize("text", ["+", "+0", "+abc", "+99999", "+1:30:00", "+-5"])
def test_what_is_no_length_is_refused_kindly(text):
    with pytest.raises(ValidationError) as refusal:
        EndField().clean(text)

    assert refusal.value.code == "length"


@pytest.mark.parametrize(
    ("day", "hour", "code"), [("", "09:00", "day"), ("2026-03-28", "", "hour"), ("28/13/2026", "09:00", "invalid")]
)
def test_half_a_moment_is_told_by_name(day, hour, code):
    with pytest.raises(ValidationError) as refusal:
        WallClockField().clean([day, hour])

    assert refusal.value.error_list[0].code == code


# --- Webinars and items of visits ----------------------------------------------------------------------------------


def test_a_webinar_takes_a_length_and_names_both_readings_of_a_doubled_hour():
    data = {"event-anchor": "Europe/Rome", "event-date": "2026-10-25", "event-starts": "02:30", "event-ends": "+90"}
    form = EventPartForm(data, prefix="event")

    form.is_valid()

    assert codes(form, "starts") == ["fold"]
    assert [words for _value, words in form.fields["start_fold"].choices][1:] == [
        "02:30 CEST (UTC+02:00)",
        "02:30 CET (UTC+01:00)",
    ]


def test_the_doubled_hour_in_which_registration_closes_is_asked_about():
    data = {
        "event-anchor": "Europe/Rome",
        "event-date": "2026-10-26",
        "event-starts": "10",
        "event-ends": "11",
        "event-closes_date": "2026-10-25",
        "event-closes_time": "02:30",
    }
    form = EventPartForm(data, prefix="event")

    form.is_valid()

    assert (codes(form, "closes_time"), form.asks_fold["closes"]) == (["fold"], True)


def test_an_item_of_a_visit_takes_a_length():
    start, end = wall_pair(datetime(2026, 10, 24).date(), time(23, 30), timedelta(hours=5), "Europe/Rome")

    assert (end - start, end.strftime("%d %H:%M")) == (timedelta(hours=4), "25 03:30")


# --- The slot finder -----------------------------------------------------------------------------------------------


def test_the_page_finds_slots_and_leads_to_an_event_that_begins_so(client, staff_of_torino):
    client.force_login(staff_of_torino)

    found = client.get(SLOTS, {"first": "2026-06-03", "last": "2026-06-03", "length": "60"})
    ways = dict(found.context["rows"][0]["starts"])
    event = client.get(ways["Evento"]).context["adminform"].form
    webinar = client.get(ways["Webinar"]).context["adminform"].form.event_form

    assert [[cell["range"] for cell in row["cells"]] for row in found.context["rows"]] == [
        ["09:00–10:00", "16:00–17:00"],
        ["09:30–10:30", "16:30–17:30"],
        ["10:00–11:00", "17:00–18:00"],
    ]
    assert 'value="2026-06-03"' in str(event["starts"])
    assert (webinar["date"].value(), webinar["starts"].value(), webinar["ends"].value()) == (
        "2026-06-03",
        "09:00",
        "10:00",
    )


def test_where_nothing_is_common_the_least_stretched_are_shown(client, staff_of_nagoya):
    client.force_login(staff_of_nagoya)

    found = client.get(SLOTS, {"first": "2026-01-20", "last": "2026-01-20", "length": "120"})

    assert found.context["nearest"] == "30分"
    assert [cell["city"] for cell in found.context["rows"][0]["cells"]] == ["名古屋", "トリノ"]


def test_closed_days_are_listed_with_their_reason(client, staff_of_torino):
    client.force_login(staff_of_torino)

    found = client.get(SLOTS, {"first": "2026-11-23", "last": "2026-11-23"})

    assert (found.context["rows"], len(found.context["closed"])) == ([], 1)
    assert "Festa del lavoro e del ringraziamento" in found.context["closed"][0]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"first": "soon"}, "first"),
        ({"first": "2026-06-03", "last": "9999-12-31"}, "last"),
        ({"first": "2026-06-03", "last": "2026-06-01"}, "last"),
        ({"first": "2026-01-01", "last": "2027-01-01"}, "last"),
        ({"length": "-5"}, "length"),
        ({"torino_opens": "18:00", "torino_closes": "09:00"}, "torino_closes"),
    ],
)
def test_a_question_that_makes_no_sense_comes_back_with_its_reason(client, staff_of_torino, query, field):
    client.force_login(staff_of_torino)

    answer = client.get(SLOTS, query)

    assert (answer.status_code, list(answer.context["form"].errors)) == (200, [field])


def test_a_slip_in_the_year_is_told_beside_the_field():
    assert codes(typed(starts_0="0026-03-28"), "starts") == ["range"]


def test_an_address_of_nonsense_begins_an_empty_event(client, staff_of_torino):
    client.force_login(staff_of_torino)

    answer = client.get(reverse("admin:events_event_add"), {"date": "x", "starts": "y", "anchor": "Mars/Base"})

    assert answer.status_code == 200
    assert 'value="y"' not in str(answer.context["adminform"].form["starts"])


# --- What a day is -------------------------------------------------------------------------------------------------


def test_each_city_is_looked_at_on_its_own_date(client, staff_of_torino):
    client.force_login(staff_of_torino)

    evening = client.get(NOTES, {"day": "2026-11-22", "hour": "20:00", "tzid": "Europe/Rome"}).json()["notes"]
    spring = client.get(NOTES, {"day": "2026-03-27"}).json()["notes"]

    assert [note.partition(":")[0] for note in evening] == ["Torino", "Nagoya"]
    assert "Festa del lavoro e del ringraziamento" in evening[1]
    assert spring == ["dom 29 mar cambia l'ora a Torino: da allora tra le due città ci sono 7 ore, prima 8."]


def test_a_range_names_its_closed_days_once(client, staff_of_torino):
    client.force_login(staff_of_torino)

    notes = client.get(NOTES, {"day": "2026-05-01", "last": "2026-05-08"}).json()["notes"]

    assert len(notes) == 5  # Labour Day in Torino, four days of Golden Week


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"day": "tomorrow"},
        {"day": "2026-02-30"},
        {"day": "9999-12-31", "hour": "23:59"},
        {"day": "0001-01-01"},
        {"day": "2026-05-01", "tzid": "x"},
    ],
)
def test_what_is_no_date_yet_has_no_notes(client, staff_of_torino, query):
    client.force_login(staff_of_torino)

    assert client.get(NOTES, query).json() == {"notes": []}


def test_the_notes_stand_on_the_page_without_scripts(client, admin_page):
    event = make_event(dtstart=datetime(2026, 6, 24, 8, 0, tzinfo=UTC))

    page = admin_page.get(reverse("admin:events_event_change", args=[event.pk])).content.decode()

    assert "San Giovanni, patrono di Torino" in page


def test_strangers_are_told_nothing(client):
    assert client.get(NOTES).status_code == 302
    assert Event.objects.count() == 0
