"""Events of whole days: dates alone, the same in both cities, in every form they leave us (events spec 6.11, 12.8)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
from django.core.exceptions import ValidationError
from django.template import Context, Template
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from events import ical, month
from events.joining import window_of
from events.linked_data import event_json_ld
from events.models import Event, ReminderRule
from events.services import notices, scheduling
from events.services.attendance import is_long_enough
from events.services.registrations import withdraw_registration
from events.when import When
from iurc_portal.clock import begins_day, day_bounds
from iurc_portal.notifications.models import Message
from iurc_portal.notifications.services import render
from tests.factories import make_days, make_event, make_organisation, make_registration, make_track

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 2, 1, 9, 0, tzinfo=UTC)
ROME, TOKYO = ZoneInfo("Europe/Rome"), ZoneInfo("Asia/Tokyo")
FORWARD, BACK = date(2026, 3, 29), date(2026, 10, 25)  # clocks in Italy change on these days
FAIR = (date(2026, 5, 14), date(2026, 5, 16))


def calendar_of(event, language="en"):
    octets = ical.calendar([ical.entry_for(event, language=language)])
    return octets, icalendar.Calendar.from_ical(octets).walk("VEVENT")[0]


def shown(source, event, language):
    with translation.override(language):
        return Template("{% load events_tags %}" + source).render(Context({"event": event})).strip()


# --- The bounds of the days -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "tzid", "start", "hours"),
    [
        (FORWARD, "Europe/Rome", "2026-03-28T23:00:00+00:00", 23),
        (BACK, "Europe/Rome", "2026-10-24T22:00:00+00:00", 25),
        (FORWARD, "Asia/Tokyo", "2026-03-28T15:00:00+00:00", 24),
        (date(2026, 4, 24), "Africa/Cairo", "2026-04-23T22:00:00+00:00", 23),  # where midnight itself is skipped
    ],
)
def test_a_day_is_as_long_as_its_city_makes_it(day, tzid, start, hours):
    bounds = day_bounds(day, day, tzid)

    assert (bounds[0].isoformat(), bounds[1] - bounds[0]) == (start, timedelta(hours=hours))


@given(
    first=st.dates(date(2025, 1, 1), date(2030, 12, 31)),
    days=st.integers(1, 40),
    tzid=st.sampled_from(["Europe/Rome", "Asia/Tokyo", "Africa/Cairo", "America/New_York"]),
)
@settings(max_examples=60, deadline=None)
def test_days_come_back_as_they_were_typed(first, days, tzid):
    last = first + timedelta(days=days - 1)
    when = When(*day_bounds(first, last, tzid), tzid, all_day=True)

    assert (when.first_day, when.last_day, when.day_after) == (first, last, last + timedelta(days=1))
    assert when.days_on(ROME) == when.days_on(TOKYO) == (first, last)
    assert begins_day(when.start, tzid)


def test_hours_are_no_whole_days():
    event = make_days(*FAIR)

    with pytest.raises(ValidationError) as refusal:
        scheduling.schedule_event(event, start=event.dtstart, end=event.dtend - timedelta(hours=1), now=NOW)

    assert refusal.value.code == "all_day"


def test_a_new_event_of_whole_days_stores_their_bounds_and_no_reminder_of_hours():
    start, end = day_bounds(FORWARD, FORWARD, "Europe/Rome")

    event = scheduling.create_event(
        start=start,
        end=end,
        all_day=True,
        now=NOW,
        name_en="Open day",
        track=make_track(),
        organizer=make_organisation(),
    )

    assert (event.wall_start, event.wall_end) == ("2026-03-29T00:00:00", "2026-03-30T00:00:00")
    assert [rule.trigger for rule in event.reminder_rules.all()] == ["-PT24H"]


# --- Calendars ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tzid", ["Europe/Rome", "Asia/Tokyo"])
@pytest.mark.parametrize("days", [FAIR, (FORWARD, FORWARD), (BACK, BACK + timedelta(days=1))])
def test_a_calendar_has_dates_with_an_exclusive_end_and_no_zone(days, tzid):
    octets, entry = calendar_of(make_days(*days, tzid=tzid))

    assert (entry["DTSTART"].dt, entry["DTEND"].dt) == (days[0], days[1] + timedelta(days=1))
    assert [entry[name].params["VALUE"] for name in ("DTSTART", "DTEND")] == ["DATE", "DATE"]
    assert b"VTIMEZONE" not in octets
    assert b"TZID" not in octets


def test_the_invitation_and_the_cancellation_have_dates(django_capture_on_commit_callbacks):
    event = make_days(*FAIR, sequence=2)
    registration = make_registration(event)
    scheduling.cancel_event(event, now=NOW)
    notices.tell(event.pk, now=NOW + timedelta(minutes=3))
    other = make_registration(make_days(*FAIR))
    withdraw_registration(other, now=NOW)

    letters = [render(Message.objects.get(to=person.email)) for person in (registration, other)]
    entries = [icalendar.Calendar.from_ical(letter.attachments[0][1]).walk("VEVENT")[0] for letter in letters]

    assert [(entry["DTSTART"].dt, entry["DTEND"].dt) for entry in entries] == [(FAIR[0], date(2026, 5, 17))] * 2


def test_an_alarm_of_whole_days_rings_in_the_morning_before():
    entry = ical.entry_for(make_days(*FAIR), language="en")
    octets = ical.calendar([replace(entry, alarm=15)])

    (alarm,) = icalendar.Calendar.from_ical(octets).walk("VALARM")
    assert alarm["TRIGGER"].dt == timedelta(hours=-15)


# --- Words --------------------------------------------------------------------------------------------------------


def test_readers_of_both_cities_see_the_same_dates():
    event = make_days(*FAIR, tzid="Asia/Tokyo")

    assert event.when.lines("it", tzid="Europe/Rome") == ["Tutto il giorno (Nagoya): 14–16 maggio 2026"]
    assert event.when.lines("ja", tzid="Asia/Tokyo") == ["終日（名古屋）：2026年5月14日〜16日"]
    assert make_days(FORWARD).when.lines("en") == ["All day (Torino): Sunday 29 March 2026"]
    assert event.when.short_lines("en") == ["14–16 May 2026 all day"]


@pytest.mark.parametrize("language", ["it", "ja"])
def test_tile_list_and_block_have_no_hours(language):
    event = make_days(FORWARD, tzid="Asia/Tokyo")

    assert 'datetime="2026-03-29"' in shown("{% event_tile event %}", event, language)
    for source in ("{% event_times event %}", "{% event_when event %}", "{% event_times event dated=False %}"):
        assert ":" not in shown(source, event, language).replace("http:", "")


@pytest.mark.parametrize("language", ["it", "ja"])
@pytest.mark.parametrize("tzid", ["Europe/Rome", "Asia/Tokyo"])
def test_the_month_shows_whole_days_on_their_own_dates_in_either_city(language, tzid):
    event = make_days(date(2026, 3, 31), date(2026, 4, 1), tzid=tzid)

    months = [month.build(Event.objects.all(), date(2026, n, 1), language=language, now=NOW) for n in (3, 4)]

    for built in months:
        days = [day.date for week in built.weeks for day in week if day.events]
        assert days == [date(2026, 3, 31), date(2026, 4, 1)]
        assert built.events == [event]


def test_search_engines_read_dates_alone():
    event = make_days(*FAIR)

    data = event_json_ld(event, places_left=None, now=NOW, former_start=datetime(2026, 5, 11, 22, tzinfo=UTC))

    assert (data["startDate"], data["endDate"]) == ("2026-05-14", "2026-05-16")
    assert data["previousStartDate"] == "2026-05-12"


def test_the_page_of_an_event_of_whole_days_opens_in_three_languages(client):
    event = make_days(*FAIR)

    pages = {code: client.get(f"/{code}/events/{event.slug}/").content.decode() for code in ("it", "en", "ja")}

    assert "14–16 maggio 2026" in pages["it"]
    assert "14–16 May 2026" in pages["en"]
    assert "2026年5月14日〜16日" in pages["ja"]
    assert not any("00:00" in page for page in pages.values())


# --- Changes ------------------------------------------------------------------------------------------------------


def test_a_notice_names_the_old_days_and_the_new_ones():
    event = make_days(*FAIR)
    registration = make_registration(event, language="en", tzid="Europe/Rome")
    start, end = day_bounds(date(2026, 5, 21), date(2026, 5, 21), "Europe/Rome")

    scheduling.schedule_event(event, start=start, end=end, now=NOW)
    notices.tell(event.pk, now=NOW + timedelta(minutes=3))

    letter = render(Message.objects.get(to=registration.email))
    assert letter.subject == f"New time: {event.name_en}, Thu 21 May 2026 all day"
    assert "All day (Torino): 14–16 May 2026" in letter.body
    assert "All day (Torino): Thursday 21 May 2026" in letter.body


def test_an_event_of_hours_becomes_one_of_whole_days():
    event = make_event()
    registration = make_registration(event, language="en", tzid="Europe/Rome")
    event.reminder_rules.create(trigger="-PT1H")
    event.reminder_rules.create(trigger="-P7D")
    start, end = day_bounds(date(2026, 3, 3), date(2026, 3, 3), "Europe/Rome")

    scheduling.schedule_event(event, start=start, end=end, all_day=True, now=NOW)
    notices.tell(event.pk, now=NOW + timedelta(minutes=3))

    body = render(Message.objects.get(to=registration.email)).body
    assert "09:00–10:30" in body
    assert "All day (Torino): Tuesday 3 March 2026" in body
    assert [rule.trigger for rule in event.reminder_rules.all()] == ["-P7D"]
    assert event.sequence == 1


# --- The day itself -----------------------------------------------------------------------------------------------


def test_reminders_of_whole_days_come_in_the_morning():
    event = make_days(FORWARD)
    rules = {trigger: ReminderRule(event=event, trigger=trigger) for trigger in ("-P1D", "-PT24H", "-P7D")}
    follow_up = ReminderRule(event=event, trigger="PT2H", relative_to="end")

    due = {trigger: f"{rule.due_at().astimezone(ROME):%d/%m %H:%M}" for trigger, rule in rules.items()}

    assert due == {"-P1D": "28/03 09:00", "-PT24H": "28/03 08:00", "-P7D": "22/03 09:00"}
    assert f"{follow_up.due_at().astimezone(ROME):%d/%m %H:%M}" == "30/03 11:00"


def test_a_reminder_of_whole_days_in_nagoya_does_not_wake_torino():
    event = make_days(FORWARD, tzid="Asia/Tokyo")
    rule = ReminderRule(event=event, trigger="-PT24H")

    leaves = rule.leaves_at(rule.due_at(), event, "Europe/Rome")

    assert f"{leaves.astimezone(ROME):%d/%m %H:%M}" == "28/03 09:00"
    assert leaves < event.dtstart


def test_the_room_is_open_on_the_days_themselves():
    event = make_days(*FAIR)

    window = window_of(event)

    assert (window.opens, window.closes) == (event.dtstart, event.dtend)


def test_having_come_in_counts_where_nobody_sits_through_whole_days():
    event = make_days(*FAIR)

    assert is_long_enough(event, timedelta(minutes=40))
    assert not is_long_enough(event, timedelta())
    event.attended_minutes = 60
    assert not is_long_enough(event, timedelta(minutes=40))
