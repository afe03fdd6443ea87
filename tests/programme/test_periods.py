from datetime import UTC, date, datetime
from itertools import pairwise
from types import SimpleNamespace

import pytest

from programme.indicators.periods import Period, months_after, periods_of


def edition(first, last):
    return SimpleNamespace(first_day=first, last_day=last)


def test_two_years_have_four_half_years_without_gap_or_overlap():
    periods = periods_of(edition(date(2026, 1, 1), date(2027, 12, 31)), "half_year")

    assert periods == [
        Period(date(2026, 1, 1), date(2026, 6, 30)),
        Period(date(2026, 7, 1), date(2026, 12, 31)),
        Period(date(2027, 1, 1), date(2027, 6, 30)),
        Period(date(2027, 7, 1), date(2027, 12, 31)),
    ]


def test_the_last_period_is_cut_at_the_last_day_of_the_edition():
    periods = periods_of(edition(date(2026, 3, 15), date(2027, 4, 30)), "year")

    assert periods == [Period(date(2026, 3, 15), date(2027, 3, 14)), Period(date(2027, 3, 15), date(2027, 4, 30))]


def test_the_whole_edition_is_one_period():
    assert periods_of(edition(date(2026, 1, 1), date(2027, 12, 31)), "whole") == [
        Period(date(2026, 1, 1), date(2027, 12, 31))
    ]


def test_an_edition_of_one_day_has_one_period():
    assert periods_of(edition(date(2026, 1, 1), date(2026, 1, 1)), "half_year") == [
        Period(date(2026, 1, 1), date(2026, 1, 1))
    ]


def test_an_edition_without_days_has_no_periods():
    assert periods_of(edition(None, date(2027, 12, 31)), "half_year") == []
    assert periods_of(edition(date(2026, 1, 1), None), "whole") == []


@pytest.mark.parametrize(
    ("day", "months", "after"),
    [
        (date(2025, 8, 31), 6, date(2026, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2025, 8, 30), 12, date(2026, 8, 30)),
        (date(2025, 12, 31), 1, date(2026, 1, 31)),
    ],
)
def test_months_end_with_their_own_last_day(day, months, after):
    assert months_after(day, months) == after


def test_periods_from_the_end_of_a_month_lose_no_day():
    periods = periods_of(edition(date(2025, 8, 31), date(2027, 8, 30)), "half_year")

    assert [one.first_day for one in periods] == [
        date(2025, 8, 31),
        date(2026, 2, 28),
        date(2026, 8, 31),
        date(2027, 2, 28),
    ]
    assert all((b.first_day - a.last_day).days == 1 for a, b in pairwise(periods))
    assert periods[-1].last_day == date(2027, 8, 30)


def test_a_period_ends_with_the_day_in_torino():
    assert Period(date(2026, 1, 1), date(2026, 6, 30)).end == datetime(2026, 6, 30, 22, 0, tzinfo=UTC)


def test_a_period_is_found_by_its_name():
    period = Period(date(2026, 1, 1), date(2026, 6, 30))

    assert Period.parse(period.slug) == period


@pytest.mark.parametrize(
    "slug", ["", "2026", "2026-01-01_x", "2026-06-30_2026-01-01", "2026-01-01_2026-01-02_2026-01-03"]
)
def test_what_is_no_period_is_none(slug):
    assert Period.parse(slug) is None


def test_a_period_is_called_by_its_days():
    period = Period(date(2026, 1, 1), date(2026, 6, 30))

    assert period.words("it") == "1 gennaio – 30 giugno 2026"
    assert period.words("ja") == "2026年1月1日〜6月30日"
