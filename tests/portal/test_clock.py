"""Two cities, one moment: on both sides of every clock change, from both cities."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from iurc_portal import clock
from iurc_portal.translation import times

ROME, TOKYO = ZoneInfo("Europe/Rome"), ZoneInfo("Asia/Tokyo")
instants = st.datetimes(datetime(2000, 1, 1), datetime(2037, 12, 31), timezones=st.just(UTC))
walls = st.datetimes(datetime(2000, 1, 1), datetime(2037, 12, 31)).map(
    lambda wall: wall.replace(second=0, microsecond=0)
)


@given(instants, st.sampled_from(["Europe/Rome", "Asia/Tokyo", "America/New_York", "Australia/Lord_Howe"]))
def test_what_clocks_show_leads_back_to_the_instant(instant, tzid):
    local = instant.replace(second=0, microsecond=0).astimezone(ZoneInfo(tzid))

    back = clock.resolve_wall_clock(local.replace(tzinfo=None, fold=0), tzid, fold=local.fold)

    assert back.timestamp() == local.timestamp()


@given(walls)
def test_tokyo_has_every_wall_clock_time_once(wall):
    resolved = clock.resolve_wall_clock(wall, "Asia/Tokyo")

    assert resolved.astimezone(UTC) == (wall - timedelta(hours=9)).replace(tzinfo=UTC)


@given(walls)
def test_a_time_in_torino_is_refused_exactly_when_an_independent_reckoning_says_so(wall):
    """The clocks change at 01:00 UTC on the last Sundays of March and October (Directive 2000/84/EC)."""
    spring, autumn = _last_sunday(wall.year, 3), _last_sunday(wall.year, 10)
    skipped = wall.date() == spring and wall.hour == 2
    doubled = wall.date() == autumn and wall.hour == 2

    try:
        clock.resolve_wall_clock(wall, "Europe/Rome")
        code = ""
    except clock.WallClockError as error:
        code = error.code

    assert code == ("gap" if skipped else "fold" if doubled else "")


def test_a_skipped_time_names_the_next_valid_one():
    with translation.override("it"), pytest.raises(clock.WallClockError) as refusal:
        clock.from_wall_clock(date(2026, 3, 29), 2, 30, "Europe/Rome")

    assert refusal.value.code == "gap"
    assert refusal.value.params == {"time": "02:30", "day": "dom 29 mar 2026", "zone": "Torino", "next": "03:00"}


def test_a_doubled_time_asks_which_of_the_two_is_meant():
    with pytest.raises(clock.WallClockError) as refusal:
        clock.from_wall_clock(date(2026, 10, 25), 2, 30, "Europe/Rome")

    assert refusal.value.code == "fold"
    assert refusal.value.choices == ((0, "02:30 CEST (UTC+02:00)"), (1, "02:30 CET (UTC+01:00)"))


@pytest.mark.parametrize(("fold", "hour"), [(0, 0), (1, 1)])
def test_an_answered_doubled_time_is_the_one_that_was_meant(fold, hour):
    instant = clock.from_wall_clock(date(2026, 10, 25), 2, 30, "Europe/Rome", fold=fold)

    assert instant.astimezone(UTC) == datetime(2026, 10, 25, hour, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wall", "utc"),
    [
        (datetime(2026, 3, 29, 1, 59), datetime(2026, 3, 29, 0, 59, tzinfo=UTC)),
        (datetime(2026, 3, 29, 3, 0), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        (datetime(2026, 10, 25, 1, 59), datetime(2026, 10, 24, 23, 59, tzinfo=UTC)),
        (datetime(2026, 10, 25, 3, 0), datetime(2026, 10, 25, 2, 0, tzinfo=UTC)),
    ],
)
def test_minutes_beside_a_clock_change_are_plain(wall, utc):
    assert clock.resolve_wall_clock(wall, "Europe/Rome").astimezone(UTC) == utc


def test_a_computed_time_in_a_gap_moves_on_by_the_length_of_the_gap():
    assert clock.shift_out_of_gap(datetime(2026, 3, 29, 2, 30), "Europe/Rome") == datetime(
        2026, 3, 29, 1, 30, tzinfo=UTC
    )


def test_a_computed_time_in_a_fold_is_the_first_of_the_two():
    assert clock.shift_out_of_gap(datetime(2026, 10, 25, 2, 30), "Europe/Rome") == datetime(
        2026, 10, 25, 0, 30, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("instant", "hours"),
    [
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), 8),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), 7),
        (datetime(2026, 10, 25, 0, 59, tzinfo=UTC), 7),
        (datetime(2026, 10, 25, 1, 0, tzinfo=UTC), 8),
    ],
)
def test_nagoya_is_eight_hours_ahead_in_winter_and_seven_in_italian_summer(instant, hours):
    assert clock.hours_between(instant) == hours


@pytest.mark.parametrize(
    ("language", "tzid", "order"),
    [
        ("ja", "", ["nagoya", "torino"]),
        ("it", "", ["torino", "nagoya"]),
        ("en", "", ["torino", "nagoya"]),
        ("en", "Asia/Tokyo", ["nagoya", "torino"]),
        ("ja", "Europe/Rome", ["torino", "nagoya"]),
        ("ja", "Europe/London", ["nagoya", "torino"]),
    ],
)
def test_the_readers_own_city_comes_first(language, tzid, order):
    assert clock.cities_in_order(language, tzid) == order


def test_the_second_city_says_when_its_date_differs():
    first, second = clock.both_cities(datetime(2026, 3, 3, 17, 0, tzinfo=UTC), language="it")

    assert (f"{first.start:%d %H:%M}", first.abbreviation, first.day_shift) == ("03 18:00", "CET", 0)
    assert (f"{second.start:%d %H:%M}", second.abbreviation, second.day_shift) == ("04 02:00", "JST", 1)


def test_a_time_without_a_zone_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="aware"):
        clock.both_cities(datetime(2026, 3, 3), language="it")


@pytest.mark.parametrize("name", ["", "Rome", "UTC+2", "europe/rome", "Europe/Rome\n", "../../etc/passwd", "日本"])
def test_an_unknown_zone_is_refused_with_a_code(name):
    with pytest.raises(ValidationError) as refusal:
        clock.validate_tzid(name)

    assert refusal.value.code == "tzid"


def test_letters_in_a_third_zone_begin_with_it_and_then_give_both_cities():
    lines = times.both_cities_lines(
        datetime(2026, 3, 3, 8, 0, tzinfo=UTC), datetime(2026, 3, 3, 9, 30, tzinfo=UTC), "en", tzid="Asia/Kolkata"
    )

    assert lines == [
        "Your time, Kolkata (India): Tuesday 3 March 2026, 13:30–15:00 IST (UTC+5:30)",
        "Torino time: Tuesday 3 March 2026, 09:00–10:30 CET (UTC+1)",
        "Nagoya time: Tuesday 3 March 2026, 17:00–18:30 JST (UTC+9)",
    ]


@pytest.mark.parametrize(
    ("language", "wanted"),
    [
        ("it", ["Londra (Regno Unito)", "Calcutta (India)", "UTC"]),
        ("en", ["London (United Kingdom)", "Kolkata (India)", "UTC"]),
        ("ja", ["ロンドン（イギリス）", "コルカタ（インド）", "UTC"]),
    ],
)
def test_a_zone_is_named_by_its_city_as_the_reader_writes_it(language, wanted):
    assert [times.zone_place(tzid, language) for tzid in ("Europe/London", "Asia/Kolkata", "UTC")] == wanted


def test_an_end_on_the_next_day_says_so():
    lines = times.both_cities_lines(
        datetime(2026, 7, 1, 14, 0, tzinfo=UTC), datetime(2026, 7, 1, 16, 0, tzinfo=UTC), "en"
    )

    assert lines == [
        "Torino time: Wednesday 1 July 2026, 16:00–18:00 CEST (UTC+2)",
        "Nagoya time: Wednesday 1 July 2026, 23:00–01:00 (+1 day) JST (UTC+9)",
    ]


@pytest.mark.parametrize(
    ("language", "wanted"),
    [("ja", "23:00〜翌日00:30"), ("it", "23:00–00:30 (+1 giorno)"), ("en", "23:00–00:30 (+1 day)")],
)
def test_a_range_over_midnight_says_so_in_every_language(language, wanted):
    over_midnight = clock.in_zone(
        datetime(2026, 7, 1, 14, 0, tzinfo=UTC), datetime(2026, 7, 1, 15, 30, tzinfo=UTC), "Asia/Tokyo"
    )

    assert times.time_range(over_midnight, language) == wanted


def _last_sunday(year: int, month: int) -> date:
    day = date(year, month, 31)
    return day - timedelta(days=(day.weekday() + 1) % 7)
