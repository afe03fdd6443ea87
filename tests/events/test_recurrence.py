"""The dates of a rule on the wall of its anchor city, over clock changes in both directions."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from events.recurrence import Rule, check_start, validate_rrule

ROME = ZoneInfo("Europe/Rome")
HOUR = timedelta(hours=1)


def rule(rrule, start, *, tzid="Europe/Rome", duration=HOUR, exdate=()):
    return Rule(rrule, start, duration, tzid, frozenset(exdate))


def in_a_year(start):
    return start.replace(tzinfo=UTC) + timedelta(days=365)


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2034, 1, 1)).map(lambda t: t.replace(second=0, microsecond=0)),
    st.sampled_from(["Europe/Rome", "Asia/Tokyo"]),
    st.sampled_from(["FREQ=WEEKLY", "FREQ=WEEKLY;INTERVAL=2", "FREQ=DAILY;INTERVAL=3"]),
)
def test_a_series_keeps_its_hour_on_the_wall_of_its_anchor_city(start, tzid, rrule):
    zone = ZoneInfo(tzid)

    dates = rule(rrule, start, tzid=tzid).dates(until=in_a_year(start))

    assert len(dates) >= 26
    for date in dates:
        shown = date.start.astimezone(zone).replace(tzinfo=None)
        assert (shown == date.wall) == (date.question != "gap")
        assert date.wall.time() == start.time()
        assert date.end > date.start


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2034, 1, 1)).map(lambda t: t.replace(second=0, microsecond=0)),
    st.integers(15, 600),
)
def test_a_year_of_weeks_is_counted_independently(start, minutes):
    """Fifty-three weeks at most: the same weekday, seven days on the calendar apart."""
    dates = rule("FREQ=WEEKLY", start, duration=timedelta(minutes=minutes)).dates(until=in_a_year(start))

    assert [(after.wall - before.wall).days for before, after in pairwise(dates)] == [7] * (len(dates) - 1)
    assert len(dates) in {52, 53}


@pytest.mark.parametrize(
    ("start", "hours"),
    [
        (datetime(2026, 3, 24, 9), [8, 7]),  # Torino goes forward on 29 March …
        (datetime(2026, 10, 20, 9), [7, 8]),  # … and back on 25 October
    ],
)
def test_the_instant_moves_by_an_hour_over_a_clock_change(start, hours):
    dates = rule("FREQ=WEEKLY;COUNT=2", start).dates(until=in_a_year(start))

    assert [date.start.hour for date in dates] == hours
    assert [date.start.astimezone(ROME).hour for date in dates] == [9, 9]


def test_a_date_in_a_gap_moves_forward_and_says_so():
    found = rule("FREQ=DAILY;COUNT=3", datetime(2026, 3, 28, 2, 30)).dates(until=datetime(2027, 1, 1, tzinfo=UTC))

    assert [(date.start.astimezone(ROME).strftime("%d %H:%M"), date.question) for date in found] == [
        ("28 02:30", ""),
        ("29 03:30", "gap"),
        ("30 02:30", ""),
    ]


def test_a_date_that_comes_twice_is_the_first_and_says_so():
    found = rule("FREQ=DAILY;COUNT=2", datetime(2026, 10, 24, 2, 30)).dates(until=datetime(2027, 1, 1, tzinfo=UTC))

    assert [(date.start.strftime("%d %H:%M"), date.question) for date in found] == [
        ("24 00:30", ""),
        ("25 00:30", "fold"),
    ]


def test_a_short_date_pushed_out_of_a_gap_still_ends_after_it_starts():
    start = datetime(2026, 3, 29, 2, 30)

    found = rule("FREQ=DAILY;COUNT=1", start, duration=timedelta(minutes=45)).dates(until=in_a_year(start))

    assert [(date.end - date.start) for date in found] == [timedelta(minutes=45)]


def test_dates_left_out_are_left_out():
    start = datetime(2026, 5, 5, 10)

    walls = rule("FREQ=WEEKLY;COUNT=3", start, exdate=[datetime(2026, 5, 12, 10)]).walls(until=in_a_year(start))

    assert walls == [datetime(2026, 5, 5, 10), datetime(2026, 5, 19, 10)]


@pytest.mark.parametrize(
    ("until", "last"),
    [
        ("20260519", datetime(2026, 5, 19, 10)),  # a day is meant to its end
        ("20260519T080000Z", datetime(2026, 5, 19, 10)),  # 10:00 in Torino
        ("20260519T075959Z", datetime(2026, 5, 12, 10)),
    ],
)
def test_until_is_understood_as_a_day_or_as_an_instant(until, last):
    start = datetime(2026, 5, 5, 10)

    assert rule(f"FREQ=WEEKLY;UNTIL={until}", start).walls(until=in_a_year(start))[-1] == last


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=WEEKLY",
        "RRULE:FREQ=WEEKLY;BYDAY=TU,TH",
        "FREQ=MONTHLY;BYDAY=2TH",
        "freq=yearly;bymonth=5;bymonthday=27",
        "FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=12",
    ],
)
def test_rules_that_we_read(text):
    validate_rrule(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "every week",
        "FREQ=HOURLY",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;COUNT=0",
        "FREQ=WEEKLY;COUNT=2;UNTIL=20270101",
        "FREQ=WEEKLY;UNTIL=tomorrow",
        "FREQ=WEEKLY;UNTIL=99991231T235959Z",
        "FREQ=WEEKLY;FREQ=DAILY",
        "FREQ=DAILY;COUNT=100000",
        "FREQ=WEEKLY;INTERVAL=²",
        "FREQ=WEEKLY\nDTSTART:20260101T000000",
    ],
)
def test_rules_that_we_refuse(text):
    with pytest.raises(ValidationError) as refusal:
        validate_rrule(text)

    assert refusal.value.code == "rrule"


def test_the_first_date_must_follow_the_rule():
    with pytest.raises(ValidationError) as refusal:
        check_start(rule("FREQ=WEEKLY;BYDAY=MO;COUNT=3", datetime(2026, 5, 5, 10)))

    assert refusal.value.code == "start"


def test_a_rule_without_any_date_ends_soon():
    never = rule("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=3", datetime(2026, 5, 5, 10))

    with pytest.raises(ValidationError):
        check_start(never)
