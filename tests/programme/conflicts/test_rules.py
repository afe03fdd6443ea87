"""Each conflict: when it blocks, when it warns, when all is well. Around midnight and clock changes, too (P6)."""

from datetime import date, timedelta

import pytest

from programme.conflicts.facts import Closed, Code, Level, Spot
from programme.conflicts.rules import check
from programme.conflicts.travel import estimate, kilometres
from tests.programme.conflicts.agendas import (
    CITY_HALL,
    GUEST,
    HEAD,
    HOST,
    LINGOTTO,
    NOW,
    NOWHERE,
    OTHER_HOST,
    at,
    found,
    item,
    plan,
)

# --- The same person, the same room -------------------------------------------------------------------


def test_a_host_at_two_items_at_once_blocks_and_is_named():
    own = item(1, "3 09:00", "3 10:30", hosts=frozenset({HOST}), accepted=frozenset({HOST}))
    other = item(2, "3 10:00", "3 11:00", hosts=frozenset({HOST, OTHER_HOST}), visit=2)

    (conflict,) = check(plan(own, others=(other,)), now=NOW)

    assert (conflict.code, conflict.level, conflict.who) == (Code.HOST_DOUBLE, Level.BLOCK, ("Bruno Silvia",))
    assert conflict.items == (own, other)


def test_a_host_may_go_from_one_item_to_the_next_without_a_pause():
    received = {"hosts": frozenset({HOST}), "accepted": frozenset({HOST})}

    assert found(item(1, "3 09:00", "3 10:00", **received), item(2, "3 10:00", "3 11:00", **received)) == []


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (("3 23:00", "4 01:00"), ("4 00:30", "4 02:00"), 1),
        (("3 23:00", "4 00:00"), ("4 00:00", "4 01:00"), 0),
        # In the night to 29 March the hour from 2 to 3 does not exist: 01:30 + 1 h is 03:30.
        (("2026-03-29 01:30", "2026-03-29 03:30"), ("2026-03-29 03:15", "2026-03-29 04:00"), 1),
        (("2026-03-29 01:30", "2026-03-29 03:00"), ("2026-03-29 03:00", "2026-03-29 04:00"), 0),
        # On 25 October it comes twice: 02:30 is meant here the first time.
        (("2026-10-25 01:30", "2026-10-25 02:30"), ("2026-10-25 02:15", "2026-10-25 03:15"), 1),
    ],
)
def test_two_items_of_one_visit_overlap_across_midnight_and_clock_changes(first, second, expected):
    codes = [code for code, *_rest in found(item(1, *first), item(2, *second))]

    assert codes.count(Code.DELEGATE_DOUBLE) == expected


def test_a_delegate_of_two_visits_is_named_and_an_item_of_other_visits_alone_is_not_ours():
    mine = item(1, "3 09:00", "3 10:00", delegates=frozenset({HEAD, GUEST}))
    theirs = item(2, "3 09:30", "3 10:30", delegates=frozenset({GUEST}), visit=2)
    third = item(3, "3 09:30", "3 10:30", delegates=frozenset({GUEST}), visit=3)

    doubles = check(plan(mine, others=(theirs, third)), now=NOW)

    assert [(one.code, [item.pk for item in one.items], one.who) for one in doubles] == [
        (Code.DELEGATE_DOUBLE, [1, 2], ("Ito Yui",)),
        (Code.DELEGATE_DOUBLE, [1, 3], ("Ito Yui",)),
    ]


@pytest.mark.parametrize(("single_use", "expected"), [(True, 1), (False, 0)])
def test_a_place_for_one_group_is_wanted_once(single_use, expected):
    spot = Spot(9, "Sala", single_use=single_use)
    own = item(1, "3 09:00", "3 10:00", spot=spot)
    other = item(2, "3 09:30", "3 10:30", spot=spot, visit=2)

    assert len(check(plan(own, others=(other,)), now=NOW)) == expected


def test_a_group_larger_than_the_place_is_warned_of_with_both_numbers():
    hall = Spot(9, "Sala", capacity=8)
    (conflict,) = check(plan(item(1, "3 09:00", "3 10:00", spot=hall), size=10), now=NOW)

    assert (conflict.code, conflict.level) == (Code.GROUP_TOO_LARGE, Level.WARN)
    assert (conflict.has, conflict.needs, conflict.short_by) == (8, 10, 2)
    assert found(item(1, "3 09:00", "3 10:00", spot=hall), size=8) == []


# --- The way from one place to the next ---------------------------------------------------------------


def test_the_estimate_goes_by_the_straight_line_and_rounds_up_to_five():
    assert kilometres(CITY_HALL.point, LINGOTTO.point) == pytest.approx(4.79, abs=0.02)
    assert estimate(CITY_HALL.point, LINGOTTO.point) == 40  # 4.79 km × 1.4 ÷ 15 km/h = 26.8 min, + 10 = 36.8
    assert estimate(CITY_HALL.point, CITY_HALL.point) == 10


@pytest.mark.parametrize(
    ("starts", "size", "expected"),
    [
        ("3 10:50", 10, []),  # 40 for the way and 10 for the group
        ("3 10:49", 10, [(Code.TRAVEL_SHORT, 49, 50)]),
        ("3 10:50", 11, [(Code.TRAVEL_SHORT, 50, 55)]),
        ("3 10:55", 11, []),
    ],
)
def test_between_two_places_there_is_time_for_the_way_and_for_the_group(starts, size, expected):
    first = item(1, "3 09:00", "3 10:00", spot=CITY_HALL)
    second = item(2, starts, "3 11:30", spot=LINGOTTO)

    conflicts = check(plan(first, second, size=size), now=NOW)

    assert [(one.code, one.has, one.needs) for one in conflicts] == expected
    assert {one.level for one in conflicts} <= {Level.BLOCK}


def test_what_staff_wrote_down_counts_more_than_the_estimate_and_in_one_direction_only():
    first, second = item(1, "3 09:00", "3 10:00", spot=CITY_HALL), item(2, "3 10:30", "3 11:00", spot=LINGOTTO)

    assert found(first, second, size=5, travel={(1, 2): 20}) == []
    assert found(first, second, size=5, travel={(2, 1): 20}) == [(Code.TRAVEL_SHORT, Level.BLOCK, (1, 2))]


def test_free_time_and_rides_in_between_do_not_shorten_the_way():
    first, second = item(1, "3 09:00", "3 10:00", spot=CITY_HALL), item(2, "3 10:20", "3 11:00", spot=LINGOTTO)
    rest = item(3, "3 10:00", "3 10:20", kind="rest", spot=NOWHERE)

    assert found(first, rest, second, size=5) == [(Code.TRAVEL_SHORT, Level.BLOCK, (1, 2))]


@pytest.mark.parametrize(("ends", "expected"), [("3 10:40", []), ("3 10:39", [(39, 40)])])
def test_a_ride_lasts_as_long_as_its_way(ends, expected):
    first, second = item(1, "3 09:00", "3 10:00", spot=CITY_HALL), item(2, "3 11:00", "3 12:00", spot=LINGOTTO)
    conflicts = check(plan(first, item(3, "3 10:00", ends, kind="travel"), second, size=5), now=NOW)

    assert [(one.has, one.needs) for one in conflicts] == expected
    assert {(one.code, one.level, one.items[0].pk) for one in conflicts} <= {(Code.TRAVEL_SHORT, Level.BLOCK, 3)}


def test_two_rides_share_a_way():
    first, second = item(1, "3 09:00", "3 10:00", spot=CITY_HALL), item(2, "3 11:00", "3 12:00", spot=LINGOTTO)
    rides = [item(3, "3 10:00", "3 10:15", kind="travel"), item(4, "3 10:20", "3 10:45", kind="travel")]

    assert found(first, *rides, second, size=5) == []


@pytest.mark.parametrize(
    ("spot", "starts", "expected"),
    [
        (LINGOTTO, "3 11:10", []),  # 15 after, 40 for the way, 10 for the group, 5 before
        (LINGOTTO, "3 11:09", [(69, 70)]),
        (CITY_HALL, "3 10:20", []),  # at the same place only what was asked to be kept free
        (CITY_HALL, "3 10:19", [(19, 20)]),
    ],
)
def test_minutes_to_keep_free_after_and_before_count_with_the_way(spot, starts, expected):
    first = item(1, "3 09:00", "3 10:00", spot=CITY_HALL, after=15)
    conflicts = check(plan(first, item(2, starts, "3 12:00", spot=spot, before=5), size=5), now=NOW)

    assert [(one.has, one.needs) for one in conflicts if one.code == Code.TRAVEL_SHORT] == expected


def test_a_place_without_a_point_warns_and_the_same_place_needs_nothing():
    first = item(1, "3 09:00", "3 10:00", spot=NOWHERE)

    assert found(first, item(2, "3 10:00", "3 11:00", spot=NOWHERE), size=20) == []
    assert found(first, item(2, "3 10:05", "3 11:00", spot=LINGOTTO), size=20) == [
        (Code.TRAVEL_UNKNOWN, Level.WARN, (1, 2))
    ]


# --- What people can bear -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("meal", "expected"),
    [
        (("3 12:00", "3 13:00"), 0),
        (("3 14:00", "3 15:00"), 0),
        (("3 14:30", "3 15:30"), 1),  # it begins when the time to eat is over
        (("3 11:00", "3 12:00"), 1),
    ],
)
def test_whoever_is_busy_over_noon_has_a_meal_between_noon_and_half_past_two(meal, expected):
    day = [item(1, "3 10:00", "3 11:00"), item(2, *meal, kind="meal"), item(3, "3 16:00", "3 17:00")]

    assert [code for code, *_rest in found(*day)] == [Code.MEAL_MISSING] * expected


@pytest.mark.parametrize(("begins", "ends"), [("3 12:00", "3 17:00"), ("3 09:00", "3 14:30")])
def test_half_a_day_needs_no_meal(begins, ends):
    assert found(item(1, begins, ends)) == []


@pytest.mark.parametrize(
    ("evening", "morning", "expected"),
    [
        (("3 20:00", "3 22:00"), ("4 09:00", "4 10:00"), []),
        (("3 20:00", "3 22:01"), ("4 09:00", "4 10:00"), [(659, 660)]),
        (("3 20:00", "4 00:30"), ("4 09:00", "4 10:00"), [(510, 660)]),
        # Clocks go forward in the night to 29 March: from 22:30 to 09:30 there are ten hours, not eleven.
        (("2026-03-28 20:00", "2026-03-28 22:30"), ("2026-03-29 09:30", "2026-03-29 10:00"), [(600, 660)]),
        (("2026-10-24 20:00", "2026-10-24 22:30"), ("2026-10-25 08:30", "2026-10-25 10:00"), []),
    ],
)
def test_between_two_days_lie_eleven_hours(evening, morning, expected):
    nights = check(plan(item(1, *evening), item(2, *morning)), now=NOW)

    assert [(one.has, one.needs) for one in nights if one.code == Code.REST_SHORT] == expected


def test_more_than_three_meetings_a_day_tire_and_ceremonies_do_not_count():
    hours = [("3 09:00", "3 10:00"), ("3 10:00", "3 11:00"), ("3 11:00", "3 11:30"), ("3 11:30", "3 12:00")]
    kinds = ["meeting", "site_visit", "talk", "meeting"]
    said = {"accepted": frozenset({HOST}), "hosts": frozenset()}
    four = [item(n, *hours[n], kind=kinds[n], **said) for n in range(4)]

    assert found(*four) == [(Code.DAY_HEAVY, Level.WARN, ())]
    assert found(*four[:3], item(3, *hours[3], kind="ceremony")) == []


# --- Who receives, who leads, what is closed ----------------------------------------------------------


def test_a_host_who_has_not_said_yes_warns_at_first_and_blocks_when_it_is_late():
    talk = item(1, "3 09:00", "3 10:00", kind="talk", hosts=frozenset({HOST}))
    by = {"must_be_accepted_by": lambda day: day - timedelta(days=7)}

    assert found(talk, now=at("2026-02-23 23:59"), **by) == [(Code.HOST_UNCONFIRMED, Level.WARN, (1,))]
    assert found(talk, now=at("2026-02-24 00:00"), **by) == [(Code.HOST_UNCONFIRMED, Level.BLOCK, (1,))]
    assert found(talk, now=talk.end, **by) == []


def test_who_is_named_as_host_of_a_ceremony_or_a_meal_must_say_yes_too():
    dinner = item(1, "3 19:00", "3 21:00", kind="meal", hosts=frozenset({HOST}))

    assert found(dinner) == [(Code.HOST_UNCONFIRMED, Level.WARN, (1,))]


def test_one_host_who_said_yes_is_enough_and_a_meal_needs_none():
    hosts = {"hosts": frozenset({HOST, OTHER_HOST}), "accepted": frozenset({OTHER_HOST})}

    assert found(item(1, "3 09:00", "3 10:00", kind="meeting", **hosts)) == []
    assert found(item(1, "3 12:00", "3 13:00", kind="meal")) == []


@pytest.mark.parametrize(("heads", "expected"), [(0, 1), (1, 0), (2, 1)])
def test_a_delegation_has_one_head(heads, expected):
    conflicts = check(plan(heads=heads), now=NOW)

    assert [(one.code, one.level) for one in conflicts] == [(Code.HEAD_MISSING, Level.BLOCK)] * expected


def test_a_closed_day_of_either_city_is_told_with_its_reason():
    closed = Closed(date(2026, 5, 4), "名古屋市", "みどりの日")
    (conflict,) = check(plan(closed=(closed,)), now=NOW)

    assert (conflict.code, conflict.level) == (Code.BLACKOUT, Level.WARN)
    assert (conflict.day, conflict.who, conflict.note) == (date(2026, 5, 4), ("名古屋市",), "みどりの日")


def test_what_blocks_comes_first_then_the_order_of_time():
    late = item(1, "4 09:00", "4 10:00", spot=Spot(9, "Sala", capacity=1))
    early = item(2, "3 09:00", "3 10:00", spot=Spot(9, "Sala", capacity=1))

    assert found(late, early, size=5, heads=0) == [
        (Code.HEAD_MISSING, Level.BLOCK, ()),
        (Code.GROUP_TOO_LARGE, Level.WARN, (2,)),
        (Code.GROUP_TOO_LARGE, Level.WARN, (1,)),
    ]


def test_a_conflict_keeps_its_key_whatever_its_numbers_and_the_readers_language():
    hall = Spot(9, "Sala", capacity=8)
    one, more = (check(plan(item(1, "3 09:00", "3 10:00", spot=hall), size=size), now=NOW)[0] for size in (10, 12))
    italian, japanese = (
        check(plan(closed=(Closed(date(2026, 5, 4), city, reason, "nagoya"),)), now=NOW)[0]
        for city, reason in (("Nagoya", "Festa del verde"), ("名古屋市", "みどりの日"))
    )

    assert one.key == more.key == "GROUP_TOO_LARGE:1:place9:"
    assert italian.key == japanese.key == "BLACKOUT::nagoya:2026-05-04"


def test_other_people_at_the_same_two_items_are_another_conflict():
    def double(*people):
        items = (item(n, "3 09:00", "3 10:00", hosts=frozenset(people)) for n in (2, 1))
        return next(one for one in check(plan(*items), now=NOW) if one.code == Code.HOST_DOUBLE)

    assert double(HOST).key == "HOST_DOUBLE:1-2:11:"
    assert double(HOST, OTHER_HOST).key == "HOST_DOUBLE:1-2:11-12:"
