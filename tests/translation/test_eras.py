"""Dates by the Japanese era, for letters that ask for it (programme spec 7)."""

from datetime import date

import pytest

from iurc_portal.translation.times import era_date, era_range


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 5, 12), "令和8年5月12日"),
        (date(2020, 1, 1), "令和2年1月1日"),
        (date(2019, 12, 31), "令和元年12月31日"),
        (date(2019, 5, 1), "令和元年5月1日"),
        (date(2019, 4, 30), "平成31年4月30日"),
        (date(1989, 1, 8), "平成元年1月8日"),
        (date(1989, 1, 7), "1989年1月7日"),
    ],
)
def test_a_day_by_its_era(day, words):
    assert era_date(day) == words


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (None, None, ""),
        (date(2027, 5, 12), None, "令和9年5月12日"),
        (date(2027, 5, 12), date(2027, 5, 12), "令和9年5月12日"),
        (date(2027, 5, 12), date(2027, 5, 14), "令和9年5月12日〜14日"),
        (date(2027, 5, 31), date(2027, 6, 2), "令和9年5月31日〜6月2日"),
        (date(2026, 12, 30), date(2027, 1, 2), "令和8年12月30日〜令和9年1月2日"),
        (date(2019, 4, 30), date(2019, 5, 1), "平成31年4月30日〜令和元年5月1日"),
    ],
)
def test_two_days_say_once_what_they_share(first, last, words):
    assert era_range(first, last) == words
