"""When reminders are due, reckoned a second way."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.triggers import Trigger

ROME = "Europe/Rome"
starts = st.datetimes(datetime(2024, 1, 1), datetime(2036, 12, 31), timezones=st.just(UTC))


@given(starts, st.sampled_from(["-PT24H", "-PT1H", "-PT15M"]), st.sampled_from([ROME, "Asia/Tokyo"]))
def test_hours_and_minutes_are_exact(start, text, tzid):
    seconds = {"-PT24H": 86_400, "-PT1H": 3_600, "-PT15M": 900}[text]

    assert (start - Trigger.parse(text).due_at(start, tzid)).total_seconds() == seconds


@given(starts, st.sampled_from([ROME, "Asia/Tokyo", "America/New_York"]))
def test_a_week_before_is_the_same_hour_on_the_wall(start, tzid):
    zone = ZoneInfo(tzid)
    due = Trigger.parse("-P7D").due_at(start, tzid).astimezone(zone)
    wall = start.astimezone(zone).replace(tzinfo=None) - timedelta(days=7)
    exists = wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) == wall

    assert (due.replace(tzinfo=None, fold=0) == wall) is exists
    assert due.fold == 0


@pytest.mark.parametrize(
    ("start", "due"),
    [  # 09:00 in Torino a week after the clocks went forward, back, and with no change
        (datetime(2026, 4, 1, 7, 0, tzinfo=UTC), datetime(2026, 3, 25, 8, 0, tzinfo=UTC)),
        (datetime(2026, 10, 28, 8, 0, tzinfo=UTC), datetime(2026, 10, 21, 7, 0, tzinfo=UTC)),
        (datetime(2026, 7, 1, 7, 0, tzinfo=UTC), datetime(2026, 6, 24, 7, 0, tzinfo=UTC)),
        # a week before falls into the hour that is skipped, and into the one that comes twice
        (datetime(2026, 4, 5, 0, 30, tzinfo=UTC), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        (datetime(2026, 11, 1, 1, 30, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_week_before_follows_the_clocks_of_torino(start, due):
    assert Trigger.parse("-P7D").due_at(start, ROME) == due


def test_the_same_event_seen_from_nagoya_knows_no_clock_change():
    start = datetime(2026, 4, 1, 7, 0, tzinfo=UTC)

    assert Trigger.parse("-P7D").due_at(start, "Asia/Tokyo") == start - timedelta(days=7)


@pytest.mark.parametrize(
    ("text", "grace"),
    [
        ("-P7D", timedelta(hours=12)),
        ("-P2D", timedelta(hours=12)),
        ("-PT24H", timedelta(hours=3)),
        ("-PT6H", timedelta(hours=3)),
        ("-PT1H", timedelta(minutes=20)),
        ("-PT30M", timedelta(minutes=20)),
    ],
)
def test_the_nearer_the_trigger_the_shorter_its_grace(text, grace):
    start = datetime(2026, 6, 1, 7, 0, tzinfo=UTC)
    trigger = Trigger.parse(text)
    due = trigger.due_at(start, ROME)

    assert trigger.too_late_at(due, start) == due + grace + timedelta.resolution


def test_a_quarter_of_an_hour_before_may_leave_until_the_start():
    start = datetime(2026, 6, 1, 7, 0, tzinfo=UTC)
    trigger = Trigger.parse("-PT15M")

    assert trigger.too_late_at(trigger.due_at(start, ROME), start) == start


@pytest.mark.parametrize(
    ("due", "tzid", "leaves"),
    [
        (datetime(2026, 6, 1, 14, 0, tzinfo=UTC), "Asia/Tokyo", datetime(2026, 6, 2, 0, 0, tzinfo=UTC)),  # 23:00
        (datetime(2026, 6, 1, 21, 59, tzinfo=UTC), "Asia/Tokyo", datetime(2026, 6, 2, 0, 0, tzinfo=UTC)),  # 06:59
        (datetime(2026, 6, 1, 22, 0, tzinfo=UTC), "Asia/Tokyo", datetime(2026, 6, 1, 22, 0, tzinfo=UTC)),  # 07:00
        (datetime(2026, 6, 1, 12, 59, tzinfo=UTC), "Asia/Tokyo", datetime(2026, 6, 1, 12, 59, tzinfo=UTC)),  # 21:59
        (datetime(2026, 6, 1, 14, 0, tzinfo=UTC), ROME, datetime(2026, 6, 1, 14, 0, tzinfo=UTC)),
    ],
)
def test_a_day_rule_does_not_wake_people(due, tzid, leaves):
    assert Trigger.parse("-P7D").leaves_at(due, due + timedelta(days=7), tzid) == leaves


def test_a_day_rule_leaves_by_night_when_morning_would_be_less_than_a_day_before():
    due = datetime(2026, 6, 1, 14, 0, tzinfo=UTC)  # 23:00 in Nagoya

    assert Trigger.parse("-P1D").leaves_at(due, due + timedelta(days=1), "Asia/Tokyo") == due


def test_an_hour_rule_leaves_by_night_too():
    due = datetime(2026, 6, 1, 18, 0, tzinfo=UTC)  # 03:00 in Nagoya

    assert Trigger.parse("-PT1H").leaves_at(due, due + timedelta(hours=1), "Asia/Tokyo") == due


@pytest.mark.parametrize("text", ["", "P", "-P", "-PT", "-P7", "-P1Y", "-P1M", "7D", "-PT1H30", "-P1W2D", "-P-7D"])
def test_what_is_not_a_duration_is_a_mistake(text):
    with pytest.raises(ValueError, match="duration"):
        Trigger.parse(text)
