"""Series: dates of their own, "this one", "this and the later ones", clock changes (events spec 12.11–12.14)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from events.clock_notes import notes_for
from events.models import Event, Series
from events.recurrence import Rule
from events.services import scheduling, series
from iurc_portal.notifications.models import Heartbeat
from tests.factories import make_agenda_item, make_event, make_registration, make_theme, make_webinar

pytestmark = pytest.mark.django_db
ROME, TOKYO = ZoneInfo("Europe/Rome"), ZoneInfo("Asia/Tokyo")
NOW = datetime(2026, 2, 1, 9, 0, tzinfo=UTC)
FIRST = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)  # a Tuesday, 09:00 in Torino and 17:00 in Nagoya


def weekly(count=8, **fields):
    fields = {"status": "TENTATIVE", "published_at": None, "dtstart": FIRST, **fields}
    event = make_event(**fields)
    return event, series.start_series(event, rrule=f"FREQ=WEEKLY;COUNT={count}", now=NOW)


def starts(made, zone=ROME):
    return [f"{event.dtstart.astimezone(zone):%d/%m %H:%M}" for event in made.events.order_by("dtstart")]


def nth(made, number):
    return made.events.order_by("recurrence_id")[number]


def new_rule(wall, rrule="FREQ=WEEKLY", minutes=90):
    return Rule(rrule, wall, timedelta(minutes=minutes), "Europe/Rome")


# --- Beginning ----------------------------------------------------------------------------------------------------


def test_each_date_is_an_event_with_its_own_uid_and_slug():
    _event, made = weekly(4)

    events = list(made.events.all())
    assert len({one.uid for one in events}) == len({one.slug for one in events}) == 4
    assert starts(made) == ["03/03 09:00", "10/03 09:00", "17/03 09:00", "24/03 09:00"]
    assert [one.recurrence_id == one.dtstart for one in events] == [True] * 4
    assert {one.status for one in events} == {"TENTATIVE"}


def test_the_hour_stays_in_torino_and_moves_in_nagoya_when_clocks_change():
    _event, made = weekly(5)

    assert starts(made)[-2:] == ["24/03 09:00", "31/03 09:00"]
    assert starts(made, TOKYO)[-2:] == ["24/03 17:00", "31/03 16:00"]


def test_a_series_anchored_in_nagoya_keeps_its_hour_there():
    event = make_event(dtstart=FIRST, tzid="Asia/Tokyo", status="TENTATIVE", published_at=None)

    made = series.start_series(event, rrule="FREQ=WEEKLY;COUNT=5", now=NOW)

    assert starts(made, TOKYO)[-1] == "31/03 17:00"
    assert starts(made)[-2:] == ["24/03 09:00", "31/03 10:00"]


def test_dates_of_a_published_event_are_published_with_what_it_says():
    theme = make_theme()
    event = make_event(dtstart=FIRST, maximum_attendee_capacity=12, name_it="Tavolo", name_ja="円卓")
    event.themes.add(theme)
    event.languages.create(language="ja", role="interpreted")
    event.reminder_rules.create(trigger="-P7D")

    made = series.start_series(event, rrule="FREQ=WEEKLY;COUNT=2", now=NOW)

    second = nth(made, 1)
    assert (second.status, second.sequence, second.maximum_attendee_capacity) == ("CONFIRMED", 0, 12)
    assert (second.name_it, second.name_ja, made.name_ja) == ("Tavolo", "円卓", "円卓")
    assert [list(second.themes.all()), [row.language for row in second.languages.all()]] == [[theme], ["ja"]]
    assert [rule.trigger for rule in second.reminder_rules.all()] == ["-P7D"]


def test_registration_of_each_date_closes_at_the_same_hour_on_the_wall():
    closes = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)  # the evening before, 18:00 in Torino

    _event, made = weekly(5, registration_closes_at=closes)

    assert nth(made, 4).registration_closes_at.astimezone(ROME).strftime("%d/%m %H:%M") == "30/03 18:00"


def test_dates_left_out_at_the_beginning_are_not_made():
    event = make_event(dtstart=FIRST, status="TENTATIVE", published_at=None)

    made = series.start_series(event, rrule="FREQ=WEEKLY;COUNT=3", exdate=[datetime(2026, 3, 10, 9)], now=NOW)

    assert starts(made) == ["03/03 09:00", "17/03 09:00"]


def test_the_dates_of_a_webinar_are_webinars():
    webinar = make_webinar(event=make_event(dtstart=FIRST), goals_it="Capire", summary_it="È andata così")
    webinar.segments.create(starts_after=10, title_en="Talk")

    made = series.start_series(webinar.event, rrule="FREQ=WEEKLY;COUNT=2", now=NOW)

    again = nth(made, 1).webinar
    assert (again.goals_it, again.summary_it or "", [part.title_en for part in again.segments.all()]) == (
        "Capire",
        "",
        ["Talk"],
    )


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (lambda: make_event(dtstart=NOW - timedelta(hours=1)), "past"),
        (lambda: make_event(dtstart=FIRST, status="CANCELLED"), "past"),
        (lambda: make_agenda_item(event=make_event(dtstart=FIRST)).event, "owned"),
        (lambda: weekly()[0], "in_series"),
    ],
)
def test_what_cannot_begin_a_series(event, code):
    with pytest.raises(ValidationError) as refusal:
        series.start_series(event(), rrule="FREQ=WEEKLY", now=NOW)

    assert refusal.value.code == code


# --- A year ahead -------------------------------------------------------------------------------------------------


def test_dates_are_made_a_year_ahead_and_each_night_goes_on():
    event = make_event(dtstart=FIRST, status="TENTATIVE", published_at=None)
    made = series.start_series(event, rrule="FREQ=WEEKLY;INTERVAL=4", now=NOW)
    before = made.events.count()

    again = series.extend_all(now=NOW)
    later = series.extend_all(now=NOW + timedelta(days=60))

    last = made.events.order_by("dtstart").last()
    assert (before, again["made"], later["made"]) == (12, 0, 3)
    assert last.dtstart <= NOW + timedelta(days=60 + 365) < last.dtstart + timedelta(weeks=4)
    assert Heartbeat.objects.get(name="extend_series").counts == {"made": 3, "failed": 0}


def test_a_date_taken_off_does_not_come_back():
    _event, made = weekly(4)

    series.remove_date(nth(made, 1), now=NOW)
    series.extend_all(now=NOW + timedelta(days=3))

    assert starts(made) == ["03/03 09:00", "17/03 09:00", "24/03 09:00"]
    assert Series.objects.get().exdate == ["2026-03-10T09:00:00"]


def test_a_published_date_taken_off_is_cancelled(django_capture_on_commit_callbacks):
    event = make_event(dtstart=FIRST)
    made = series.start_series(event, rrule="FREQ=WEEKLY;COUNT=3", now=NOW)
    registration = make_registration(nth(made, 1))

    series.remove_date(nth(made, 1), now=NOW, reason="Ferie")

    removed = nth(made, 1)
    assert (removed.status, removed.sequence, Series.objects.get().exdate) == ("CANCELLED", 1, [])
    assert registration.event_id == removed.pk


# --- This and the later ones --------------------------------------------------------------------------------------


def test_a_new_hour_moves_this_and_the_later_dates():
    _event, made = weekly(4)

    series.change_later(nth(made, 2), new_rule(datetime(2026, 3, 17, 11), "FREQ=WEEKLY;COUNT=2"), now=NOW)

    assert starts(made) == ["03/03 09:00", "10/03 09:00", "17/03 11:00", "24/03 11:00"]


def test_another_weekday_moves_each_date_within_its_week():
    _event, made = weekly(4)
    keys = list(made.events.order_by("dtstart").values_list("pk", flat=True))

    series.change_later(nth(made, 1), new_rule(datetime(2026, 3, 13, 9), "FREQ=WEEKLY;COUNT=3"), now=NOW)

    assert starts(made) == ["03/03 09:00", "13/03 09:00", "20/03 09:00", "27/03 09:00"]
    assert list(made.events.order_by("dtstart").values_list("pk", flat=True)) == keys


def test_past_cancelled_and_singly_changed_dates_are_not_touched():
    event = make_event(dtstart=FIRST)
    made = series.start_series(event, rrule="FREQ=WEEKLY;COUNT=6", now=NOW)
    cancelled, alone, moved = nth(made, 2), nth(made, 3), nth(made, 4)
    scheduling.cancel_event(cancelled, now=NOW)
    series.change_alone(alone)
    scheduling.schedule_event(moved, start=datetime(2026, 4, 1, 15), end=datetime(2026, 4, 1, 16), now=NOW)
    later = datetime(2026, 3, 5, 9, tzinfo=UTC)  # the first date is over

    series.change_later(nth(made, 1), new_rule(datetime(2026, 3, 10, 14), "FREQ=WEEKLY;COUNT=5"), now=later)

    assert starts(made) == [
        "03/03 09:00",  # past
        "10/03 14:00",
        "17/03 09:00",  # cancelled
        "24/03 09:00",  # changed on its own
        "01/04 15:00",  # moved on its own
        "07/04 14:00",
    ]
    assert made.events.get(pk=cancelled.pk).status == "CANCELLED"


def test_a_date_put_off_into_the_next_week_remains_itself():
    event = make_event(dtstart=FIRST)
    made = series.start_series(event, rrule="FREQ=WEEKLY;COUNT=3", now=NOW)
    second = nth(made, 1)

    series.change_later(second, new_rule(datetime(2026, 3, 17, 9), "FREQ=WEEKLY;COUNT=2"), now=NOW)

    second.refresh_from_db()
    on = made.events.exclude(status="CANCELLED").order_by("dtstart")
    assert f"{second.dtstart.astimezone(ROME):%d/%m %H:%M}" == "17/03 09:00"
    assert [f"{one.dtstart.astimezone(ROME):%d/%m}" for one in on] == ["03/03", "17/03", "24/03"]


def test_a_date_far_ahead_moves_all_the_same():
    _event, made = weekly(2)

    series.change_later(nth(made, 1), new_rule(datetime(2029, 3, 6, 9), "FREQ=WEEKLY"), now=NOW)

    assert starts(made) == ["03/03 09:00", "06/03 09:00"]


def test_the_date_from_which_a_series_ends_goes_even_if_changed_on_its_own():
    _event, made = weekly(3)
    series.change_alone(nth(made, 1))

    series.end_before(nth(made, 1), now=NOW)

    assert starts(made) == ["03/03 09:00"]


def test_fewer_dates_remove_the_others_and_more_are_made():
    event = make_event(dtstart=FIRST)
    made = series.start_series(event, rrule="FREQ=WEEKLY;COUNT=4", now=NOW)

    change = series.change_later(
        nth(made, 0), new_rule(datetime(2026, 3, 3, 9), "FREQ=WEEKLY;INTERVAL=2;COUNT=3"), now=NOW
    )

    on = made.events.exclude(status="CANCELLED").order_by("dtstart")
    assert [f"{one.dtstart.astimezone(ROME):%d/%m %H:%M}" for one in on] == [
        "03/03 09:00",
        "17/03 09:00",
        "31/03 09:00",
    ]
    assert (len(change.removed), len(change.made), len(change.really_moved)) == (2, 1, 0)


def test_a_removed_date_stays_removed_under_the_new_rule():
    _event, made = weekly(4)
    series.remove_date(nth(made, 2), now=NOW)

    series.change_later(nth(made, 1), new_rule(datetime(2026, 3, 10, 14), "FREQ=WEEKLY;COUNT=3"), now=NOW)

    assert starts(made) == ["03/03 09:00", "10/03 14:00", "24/03 14:00"]


def test_twice_a_week_and_then_once_keeps_the_right_ones():
    event = make_event(dtstart=FIRST, status="TENTATIVE", published_at=None)
    made = series.start_series(event, rrule="FREQ=WEEKLY;BYDAY=TU,TH;COUNT=6", now=NOW)

    series.change_later(nth(made, 1), new_rule(datetime(2026, 3, 5, 9), "FREQ=WEEKLY;BYDAY=TH;COUNT=3"), now=NOW)

    assert starts(made) == ["03/03 09:00", "05/03 09:00", "12/03 09:00", "19/03 09:00"]


def test_texts_of_this_date_are_taken_over_by_the_later_ones():
    _event, made = weekly(3)
    second = nth(made, 1)
    second.name_it, second.maximum_attendee_capacity = "Nuovo nome", 7
    second.save()

    series.copy_to_later(second, now=NOW)

    assert [(one.name_it or "", one.maximum_attendee_capacity) for one in made.events.order_by("dtstart")] == [
        ("", None),
        ("Nuovo nome", 7),
        ("Nuovo nome", 7),
    ]


def test_a_series_can_be_ended():
    _event, made = weekly(4)

    series.end_before(nth(made, 2), now=NOW)
    series.extend_all(now=NOW + timedelta(days=90))

    assert starts(made) == ["03/03 09:00", "10/03 09:00"]


def test_a_refused_rule_changes_nothing():
    _event, made = weekly(3)

    with pytest.raises(ValidationError) as refusal:
        series.change_later(nth(made, 1), new_rule(datetime(2026, 3, 10, 9), "FREQ=WEEKLY;BYDAY=MO"), now=NOW)

    assert refusal.value.code == "start"
    assert starts(made) == ["03/03 09:00", "10/03 09:00", "17/03 09:00"]
    assert Series.objects.get().rrule == "FREQ=WEEKLY;COUNT=3"


# --- What a clock change does -------------------------------------------------------------------------------------


def test_a_date_with_another_hour_in_the_other_city_says_so_and_no_other_does():
    _event, made = weekly(5)

    before, after = notes_for(nth(made, 3), "en"), notes_for(nth(made, 4), "en")

    assert before == []
    assert after == ["In Nagoya this date begins at 16:00, not at 17:00 as the first: clocks have changed."]


def test_an_event_outside_a_series_asks_the_database_nothing(django_assert_num_queries):
    event = make_event()

    with django_assert_num_queries(0):
        assert notes_for(event) == []


def test_the_page_of_a_date_names_the_clock_change_and_the_other_dates(client):
    first = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=2)
    event = make_event(dtstart=first)
    made = series.start_series(event, rrule="FREQ=WEEKLY;COUNT=3", now=timezone.now())

    page = client.get(event.get_absolute_url().replace("/it/", "/en/")).content.decode()

    assert [one.slug in page for one in Event.objects.filter(series=made)] == [True, True, True]
