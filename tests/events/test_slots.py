"""When both cities can meet: inside both offices, on working days of both, around both clock changes (12.16)."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecosystem.closures import Closures
from ecosystem.models import CityPeriod
from events.slots import BOTH_OFFICES, OFFICE, STEP, assess, best_first, find_slots
from iurc_portal.clock import PartnerSide
from tests.factories import make_city

ROME, TOKYO = ZoneInfo("Europe/Rome"), ZoneInfo("Asia/Tokyo")
TORINO, NAGOYA = PartnerSide.TORINO, PartnerSide.NAGOYA
HOUR = timedelta(hours=1)


class WeekdaysAlone:
    """A calendar without holidays, so that what is tested is the clock."""

    def on(self, side, day):
        return []

    def is_working_day(self, side, day):
        return day.weekday() < 5


def slots(first, last=None, length=HOUR, **more):
    return find_slots(first, last or first, length, **{"closures": WeekdaysAlone(), **more})


def hours(found, zone):
    return [f"{slot.start.astimezone(zone):%H:%M}" for slot in found]


CLOCK_CHANGES = [date(2026, 3, 29), date(2026, 10, 25), date(2027, 3, 28), date(2030, 10, 27)]
around = st.tuples(st.sampled_from(CLOCK_CHANGES), st.integers(-10, 10)).map(lambda t: t[0] + timedelta(days=t[1]))
office = st.tuples(st.integers(6, 11), st.integers(15, 22)).map(lambda t: (time(t[0]), time(t[1])))


@given(around, st.integers(1, 8), st.sampled_from(list(PartnerSide)), office, office)
def test_a_common_slot_lies_inside_both_cities_hours(first, halves, anchor, torino, nagoya):
    offices = {TORINO: torino, NAGOYA: nagoya}

    found = slots(first, first + timedelta(days=3), halves * STEP, anchor=anchor, offices=offices)

    for slot in found:
        assert slot.end - slot.start == halves * STEP
        for side, zone in ((TORINO, ROME), (NAGOYA, TOKYO)):
            begins, ends = slot.start.astimezone(zone), slot.end.astimezone(zone)
            assert begins.date() == ends.date()
            assert begins.weekday() < 5
            assert offices[side][0] <= begins.time() <= ends.time() <= offices[side][1]


@given(around, st.integers(1, 6))
def test_no_common_slot_is_missed(first, halves):
    """Reckoned another way: every half hour of the day in UTC, tried by hand."""
    length = halves * STEP
    expected = []
    for number in range(96):
        start = datetime.combine(first, time(), UTC) - timedelta(hours=12) + number * STEP
        if start.astimezone(ROME).date() != first:
            continue
        inside = [
            OFFICE[0] <= start.astimezone(zone).time()
            and (start + length).astimezone(zone).time() <= OFFICE[1]
            and start.astimezone(zone).date() == (start + length).astimezone(zone).date()
            and start.astimezone(zone).weekday() < 5
            for zone in (ROME, TOKYO)
        ]
        if all(inside):
            expected.append(start)

    assert [slot.start for slot in slots(first, length=length)] == expected


@given(around, st.integers(0, 8))
def test_a_stretched_slot_says_by_how_much_on_the_clock_of_the_wall(first, halves):
    for slot in slots(first, length=HOUR, stretch=halves * STEP):
        assert slot.stretch <= halves * STEP
        assert slot.is_common == (slot.stretch == timedelta())


@pytest.mark.parametrize(
    ("day", "torino", "nagoya"),
    [
        (date(2026, 3, 27), ["09:00"], ["17:00"]),  # winter: eight hours apart
        (date(2026, 3, 30), ["09:00", "09:30", "10:00"], ["16:00", "16:30", "17:00"]),  # summer: seven
        (date(2026, 10, 23), ["09:00", "09:30", "10:00"], ["16:00", "16:30", "17:00"]),
        (date(2026, 10, 26), ["09:00"], ["17:00"]),
    ],
)
def test_the_common_hour_on_both_sides_of_the_clock_changes(day, torino, nagoya):
    found = slots(day)

    assert (hours(found, ROME), hours(found, TOKYO)) == (torino, nagoya)


def test_a_long_winter_meeting_stretches_somebody_and_the_fairest_comes_first():
    found = best_first(slots(date(2026, 1, 20), length=timedelta(hours=2), stretch=timedelta(hours=2)))

    best = found[0]
    assert hours(found[:1], ROME) == ["08:30"]
    assert (best.sides[TORINO].early, best.sides[NAGOYA].late) == (timedelta(minutes=30), timedelta(minutes=30))
    assert slots(date(2026, 1, 20), length=timedelta(hours=2)) == []


def test_a_meeting_at_midnight_is_seven_hours_late_and_not_nine_early():
    start = datetime(2026, 1, 20, 15, 0, tzinfo=UTC)  # 16:00 in Torino, midnight in Nagoya

    slot = assess(start, start + HOUR, offices=BOTH_OFFICES, closures=WeekdaysAlone())

    nagoya = slot.sides[NAGOYA]
    assert (nagoya.early, nagoya.late) == (timedelta(), timedelta(hours=7))


def test_a_length_of_nothing_is_refused():
    with pytest.raises(ValueError, match="longer than nothing"):
        slots(date(2026, 1, 20), length=timedelta())


@pytest.mark.django_db
def test_no_slot_on_a_holiday_of_either_city():
    assert find_slots(date(2026, 6, 2), date(2026, 6, 2), HOUR) == []  # Republic Day
    assert find_slots(date(2026, 11, 23), date(2026, 11, 23), HOUR) == []  # Labour Thanksgiving Day
    assert len(find_slots(date(2026, 6, 3), date(2026, 6, 3), HOUR)) == 3


@pytest.mark.django_db
def test_a_day_better_avoided_keeps_its_slots_and_names_itself():
    CityPeriod.objects.create(
        city=make_city("nagoya"),
        kind="blackout",
        name_en="Assembly",
        first_day=date(2026, 6, 3),
        last_day=date(2026, 6, 3),
    )

    slot = find_slots(date(2026, 6, 3), date(2026, 6, 3), HOUR)[0]

    assert [closure.name for closure in slot.sides[NAGOYA].closures] == ["Assembly"]
    assert (slot.sides[TORINO].closures, slot.is_common) == ((), True)


@pytest.mark.django_db
def test_a_month_of_slots_is_one_query(django_assert_num_queries):
    make_city("torino")

    with django_assert_num_queries(1):
        find_slots(date(2026, 6, 1), date(2026, 6, 30), HOUR, closures=Closures(), stretch=timedelta(hours=2))
