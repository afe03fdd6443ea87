"""Closed days of both cities and deadlines in working days (E26, events spec 12.17, 12.18)."""

from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from ecosystem.closures import NAMES, YEARS, Closures, _holidays
from ecosystem.models import CityPeriod
from ecosystem.working_days import answer_day, working_day_before
from iurc_portal.clock import PartnerSide
from tests.factories import make_city

pytestmark = pytest.mark.django_db
TORINO, NAGOYA = PartnerSide.TORINO, PartnerSide.NAGOYA


def names(side, day, language="en"):
    with translation.override(language):
        return [closure.name for closure in Closures().on(side, day)]


def period(first, last, *, side="nagoya", kind="holiday", **fields):
    return CityPeriod.objects.create(
        city=make_city(side), kind=kind, name_en="Obon", name_ja="お盆", first_day=first, last_day=last, **fields
    )


@pytest.mark.parametrize(
    ("side", "day"),
    [
        (TORINO, date(2026, 6, 24)),  # the patron saint of Torino
        (TORINO, date(2026, 4, 6)),  # Easter Monday
        (NAGOYA, date(2026, 5, 6)),  # a substitute day
        (NAGOYA, date(2026, 9, 22)),  # between two holidays
    ],
)
def test_public_holidays_are_no_working_days(side, day):
    assert not Closures().is_working_day(side, day)
    assert Closures().is_working_day(NAGOYA if side == TORINO else TORINO, day) == (day.weekday() < 5)


def test_holidays_are_named_in_the_readers_language_whoevers_they_are():
    labour = date(2026, 11, 23)
    saint_john = date(2026, 6, 24)

    assert [names(NAGOYA, labour, code) for code in ("en", "it", "ja")] == [
        ["Labour Thanksgiving Day"],
        ["Festa del lavoro e del ringraziamento"],
        ["勤労感謝の日"],
    ]
    assert names(TORINO, saint_john, "it") == ["San Giovanni, patrono di Torino"]
    assert names(TORINO, saint_john, "ja") == ["聖ヨハネの日（トリノの守護聖人）"]


def test_every_holiday_of_a_generation_has_a_name_of_ours():
    named = {
        name
        for side in PartnerSide
        for year in range(2015, 2046)
        for day in _holidays(side, year).values()
        for name in day
    }

    assert named - set(NAMES.values()) <= {"Emperor's Enthronement Day", "Physical Education Day"}


def test_years_that_nobody_knows_have_weekends_alone():
    assert Closures().is_working_day(NAGOYA, date(9998, 1, 1)) == (date(9998, 1, 1).weekday() < 5)
    assert 2026 in YEARS


def test_a_period_comes_again_every_year_over_the_turn_of_the_year_too():
    period(date(2025, 12, 29), date(2026, 1, 3), recurs_yearly=True)

    found = [
        Closures().is_working_day(NAGOYA, day) for day in (date(2027, 12, 30), date(2029, 1, 2), date(2029, 1, 4))
    ]

    assert found == [False, False, True]
    assert names(NAGOYA, date(2024, 12, 30)) == []  # not before it began
    assert Closures().on(NAGOYA, date(2029, 1, 2))[0].first_day == date(2028, 12, 29)


def test_a_leap_day_comes_again_on_the_28th():
    period(date(2024, 2, 29), date(2024, 2, 29), recurs_yearly=True)

    assert names(NAGOYA, date(2025, 2, 28), "ja") == ["お盆"]


def test_a_day_better_avoided_is_named_and_is_a_working_day():
    period(date(2026, 8, 12), date(2026, 8, 14), kind="blackout")

    assert names(NAGOYA, date(2026, 8, 13)) == ["Obon"]
    assert Closures().is_working_day(NAGOYA, date(2026, 8, 13))


def test_deadlines_leave_out_the_holidays_of_the_recipients_country():
    friday = datetime(2026, 5, 1, 3, 0, tzinfo=UTC)  # before Golden Week; in Torino Labour Day itself

    assert answer_day(friday, 1, "nagoya") == date(2026, 5, 7)
    assert answer_day(friday, 1, "torino") == date(2026, 5, 4)


def test_working_days_are_counted_backwards_too():
    after_golden_week = date(2026, 5, 7)

    assert working_day_before(after_golden_week, 1, "nagoya") == date(2026, 5, 1)
    assert working_day_before(after_golden_week, 1, "torino") == date(2026, 5, 6)
    assert working_day_before(date(2026, 3, 3), 5, "torino") == date(2026, 2, 24)


def test_a_city_that_closes_for_ever_ends_the_search():
    period(date(2026, 1, 1), date(2026, 12, 31), recurs_yearly=True)

    assert answer_day(datetime(2026, 5, 1, 3, 0, tzinfo=UTC), 1, "nagoya") == date(2027, 6, 5)


def test_many_questions_cost_one_query(django_assert_num_queries):
    closures = Closures()

    with django_assert_num_queries(1):
        for day in range(1, 29):
            closures.on(TORINO, date(2026, 2, day))
            closures.is_working_day(NAGOYA, date(2026, 2, day))
