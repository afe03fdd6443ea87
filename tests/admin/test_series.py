"""Series at the staff's desk: look first, then make; this one, or this and the later ones."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from events.admin.series_forms import every_of, rrule_for
from events.models import Series
from events.recurrence import Rule
from events.services.series import start_series
from tests.factories import make_event, make_organisation, make_registration

pytestmark = pytest.mark.django_db
ROME = ZoneInfo("Europe/Rome")


def soon(**fields):
    start = timezone.now().astimezone(ROME).replace(hour=10, minute=0, second=0, microsecond=0) + timedelta(days=9)
    return make_event(dtstart=start, dtend=start + timedelta(minutes=90), **fields)


def draft(**fields):
    return soon(status="TENTATIVE", published_at=None, **fields)


def weekly(event, count=4):
    return start_series(event, rrule=f"FREQ=WEEKLY;COUNT={count}", now=timezone.now())


def page(name, event):
    return reverse(f"admin:events_series_{name}", args=[event.pk])


def dates(series):
    return [f"{one.dtstart.astimezone(ROME):%a %H:%M}" for one in series.events.order_by("dtstart")]


def later_data(event, *, hour="10:00", end="+90", **fields):
    start = event.dtstart.astimezone(ROME)
    return {
        "anchor": "Europe/Rome",
        "starts_0": f"{start:%Y-%m-%d}",
        "starts_1": hour,
        "ends_0": "",
        "ends_1": end,
        "every": "week",
        "times": "3",
        "do": "change",
        **fields,
    }


def test_the_dates_are_shown_in_both_cities_before_they_are_made(client, staff_of_torino):
    event = draft()
    client.force_login(staff_of_torino)

    shown = client.get(page("start", event), {"every": "week", "times": "3"})

    assert [len(row["times"]) for row in shown.context["rows"]] == [2, 2, 2]
    assert Series.objects.count() == 0


def test_dates_are_made_without_those_left_out(client, staff_of_torino):
    event = draft()
    client.force_login(staff_of_torino)
    rows = client.get(page("start", event), {"every": "week", "times": "3"}).context["rows"]

    answer = client.post(
        page("start", event), {"every": "week", "times": "3", "leave_out": [rows[1]["wall"], "rubbish"]}
    )

    made = Series.objects.get()
    assert answer.url == reverse("admin:events_series_change", args=[made.pk])
    assert [one.dtstart - event.dtstart > timedelta(days=13) for one in made.events.order_by("dtstart")] == [
        False,
        True,
    ]


def test_what_cannot_be_understood_is_said_beside_the_field(client, staff_of_torino):
    event = draft()
    client.force_login(staff_of_torino)

    wrong = client.get(page("start", event), {"every": "own", "own_rule": "ogni martedì", "times": "0"}).context[
        "form"
    ]
    both = client.get(page("start", event), {"every": "week", "until": "2030-01-01", "times": "2"}).context["form"]

    assert sorted(wrong.errors) == ["own_rule", "times"]
    assert [error.code for error in both.errors["times"].as_data()] == ["two_ends"]


def test_a_series_of_the_other_city_is_not_mine_to_change(client, staff_of_torino):
    event = draft(organizer=make_organisation(side="nagoya"))
    made = weekly(event)
    client.force_login(staff_of_torino)

    answers = [client.get(page(name, event)).status_code for name in ("start", "later", "remove")]

    assert answers == [403, 403, 403]
    assert not Series.objects.editable_by(staff_of_torino).filter(pk=made.pk).exists()


def test_the_outcome_is_shown_before_the_later_dates_move(client, staff_of_torino):
    event = draft()
    made = weekly(event)
    second = made.events.order_by("dtstart")[1]
    client.force_login(staff_of_torino)

    shown = client.post(page("later", second), later_data(second, hour="15", do="show"))
    before = dates(made)
    client.post(page("later", second), later_data(second, hour="15"))

    weekday = f"{event.dtstart.astimezone(ROME):%a}"
    assert (len(shown.context["moved"]), before) == (3, [f"{weekday} 10:00"] * 4)
    assert dates(made) == [f"{weekday} 10:00", *[f"{weekday} 15:00"] * 3]


def test_the_form_of_the_later_dates_begins_with_what_is(client, staff_of_torino):
    made = weekly(draft())
    second = made.events.order_by("dtstart")[1]
    client.force_login(staff_of_torino)

    form = client.get(page("later", second)).context["form"]

    assert (form["times"].value(), form["starts"].value()) == (3, second.dtstart)
    assert form["every"].value() == "week"


def test_an_edit_on_the_events_own_page_is_this_one_alone(client, admin_page):
    made = weekly(draft())
    second = made.events.order_by("dtstart")[1]
    address = reverse("admin:events_event_change", args=[second.pk])
    form = admin_page.get(address).context["adminform"].form
    start = second.dtstart.astimezone(ROME)
    data = {name: value for name in form.fields if (value := form[name].value()) not in (None, "", [])}
    data |= {"starts_0": f"{start:%Y-%m-%d}", "starts_1": "16:00", "ends_0": "", "ends_1": "+1:00"}
    for prefix in ("languages", "reminder_rules"):
        data |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}

    answer = admin_page.post(address, data)

    second.refresh_from_db()
    assert answer.status_code == 302
    assert (second.changed_alone, second.dtend - second.dtstart) == (True, timedelta(hours=1))


def test_a_published_date_taken_off_asks_and_is_cancelled(client, staff_of_torino):
    event = soon()
    made = weekly(event)
    second = made.events.order_by("dtstart")[1]
    make_registration(second)
    client.force_login(staff_of_torino)

    asked = client.get(page("remove", second))
    client.post(page("remove", second), {"confirmed": "yes", "reason_it": "Ferie"})

    second.refresh_from_db()
    assert (asked.context["told"], second.status, second.cancellation_reason_it) == (1, "CANCELLED", "Ferie")


def test_a_series_is_ended_from_one_date_on(client, staff_of_torino):
    made = weekly(draft())
    client.force_login(staff_of_torino)

    client.post(page("remove", made.events.order_by("dtstart")[2]), {"confirmed": "yes", "later_too": "on"})

    assert made.events.count() == 2


def test_the_page_of_a_series_asks_no_more_for_more_dates(client, staff_of_torino, django_assert_max_num_queries):
    few, many = weekly(draft(), 2), weekly(draft(), 20)
    client.force_login(staff_of_torino)
    counts = []

    for made in (few, few, many):
        with django_assert_max_num_queries(80) as asked:
            client.get(reverse("admin:events_series_change", args=[made.pk]))
        counts.append(len(asked))

    assert counts[1] == counts[2]


@pytest.mark.parametrize("every", ["week", "fortnight", "four_weeks", "month_weekday", "month_day"])
def test_each_choice_is_recognised_again(every):
    wall = soon().dtstart.astimezone(ROME).replace(tzinfo=None)

    rule = Rule(f"{rrule_for(every, wall)};COUNT=3", wall, timedelta(hours=1), "Europe/Rome")

    assert every_of(rule) == every
    assert len(rule.walls(until=timezone.now() + timedelta(days=365))) == 3


def test_the_list_of_events_shows_the_dates_of_one_series(client, staff_of_torino):
    made = weekly(draft())
    draft()
    client.force_login(staff_of_torino)

    shown = client.get(reverse("admin:events_event_changelist"), {"series__id__exact": made.pk})

    assert shown.context["cl"].result_count == 4
