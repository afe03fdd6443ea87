"""A delegation that divides: what concerns one group says nothing of the other (P6, P8)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from programme.conflicts.facts import Code, Group, Spot
from programme.conflicts.rules import check
from tests.programme.conflicts.agendas import (
    CITY_HALL,
    EVERYONE,
    GROUPS,
    GUEST,
    HEAD,
    LINGOTTO,
    NORTH,
    NOW,
    SOUTH,
    YUMI,
    at,
    duty,
    in_groups,
    of_groups,
    told,
)


def test_two_groups_may_be_at_two_items_at_once_and_their_people_are_not_doubled():
    both = in_groups(of_groups(1, "3 09:00", "3 10:00", NORTH), of_groups(2, "3 09:00", "3 10:00", SOUTH))

    assert check(both, now=NOW) == []


def test_an_item_for_all_at_the_hour_of_a_group_doubles_the_people_of_that_group():
    plan = in_groups(of_groups(1, "3 09:00", "3 10:00"), of_groups(2, "3 09:30", "3 10:30", SOUTH))

    assert told(plan, Code.DELEGATE_DOUBLE) == [("block", [1, 2], ("Kato Jun", "Mori Ai"))]


def test_a_group_without_people_yet_cannot_be_at_two_items_either():
    empty = tuple(replace(group, people=frozenset()) for group in GROUPS)
    one = of_groups(1, "3 09:00", "3 10:00", SOUTH, delegates=frozenset())
    other = of_groups(2, "3 09:30", "3 10:00", SOUTH, delegates=frozenset())

    assert told(in_groups(one, other, groups=empty), Code.DELEGATE_DOUBLE) == [("block", [1, 2], ())]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (("3 23:00", "4 00:30"), ("4 00:00", "4 01:00"), 1),
        (("3 23:00", "4 00:00"), ("4 00:00", "4 01:00"), 0),
        (("2026-03-29 01:30", "2026-03-29 03:15"), ("2026-03-29 03:00", "2026-03-29 04:00"), 1),
        (("2026-03-29 01:30", "2026-03-29 03:00"), ("2026-03-29 03:00", "2026-03-29 04:00"), 0),
    ],
)
def test_a_group_overlaps_itself_across_midnight_and_the_missing_hour(first, second, expected):
    plan = in_groups(of_groups(1, *first, NORTH), of_groups(2, *second, NORTH), of_groups(3, *first, SOUTH))

    assert len(told(plan, Code.DELEGATE_DOUBLE)) == expected


def test_each_group_goes_its_own_way_and_the_one_that_is_late_is_told():
    start = of_groups(1, "3 09:00", "3 10:00", spot=CITY_HALL)
    stays = of_groups(2, "3 10:00", "3 11:00", NORTH, spot=CITY_HALL)
    leaves = of_groups(3, "3 10:10", "3 11:00", SOUTH, spot=LINGOTTO)

    assert told(in_groups(start, stays, leaves), Code.TRAVEL_SHORT) == [("block", [1, 3], ("Sud",))]


def test_what_both_groups_meet_is_told_once_and_of_nobody_in_particular():
    pair = (
        of_groups(1, "3 09:00", "3 10:00", spot=CITY_HALL),
        of_groups(2, "3 10:10", "3 11:00", spot=LINGOTTO),
    )

    assert told(in_groups(*pair), Code.TRAVEL_SHORT) == [("block", [1, 2], ())]


def test_the_meal_of_one_group_feeds_the_other_as_little_as_its_night_rests_it():
    day = [of_groups(1, "3 10:00", "3 12:30"), of_groups(2, "3 13:00", "3 14:00", NORTH, kind="meal")]
    late = [of_groups(3, "3 15:00", "3 22:30"), of_groups(4, "4 09:00", "4 10:00", SOUTH)]
    plan = in_groups(*day, *late)

    assert told(plan, Code.MEAL_MISSING) == [("warn", [], ("Sud",))]
    assert told(plan, Code.REST_SHORT) == [("warn", [3, 4], ("Sud",))]


def test_a_day_is_heavy_for_the_group_that_bears_it():
    hours = [("3 08:00", "3 09:00"), ("3 09:00", "3 10:00"), ("3 10:00", "3 11:00"), ("3 11:00", "3 11:30")]
    agenda = [
        of_groups(n, *hour, *([NORTH] if n == 4 else []), kind="talk", hosts=frozenset({9}), accepted=frozenset({9}))
        for n, hour in enumerate(hours, start=1)
    ]

    assert told(in_groups(*agenda), Code.DAY_HEAVY) == [("warn", [], ("Nord",))]
    assert told(in_groups(*agenda[:3]), Code.DAY_HEAVY) == []


def test_a_conflict_of_one_group_has_another_key_than_that_of_both():
    alone = in_groups(of_groups(1, "3 10:00", "3 15:00"), of_groups(2, "3 12:00", "3 13:00", NORTH, kind="meal"))
    both = in_groups(of_groups(1, "3 10:00", "3 15:00"))
    keys = [[one.key for one in check(plan, now=NOW) if one.code == Code.MEAL_MISSING] for plan in (alone, both)]

    assert keys == [["MEAL_MISSING::group2:2026-03-03"], ["MEAL_MISSING:::2026-03-03"]]


@pytest.mark.parametrize(("capacity", "expected"), [(2, []), (1, [("warn", [1], ("Sala",))])])
def test_a_room_has_to_hold_the_group_not_the_delegation(capacity, expected):
    item = of_groups(1, "3 09:00", "3 10:00", NORTH, spot=Spot(9, "Sala", capacity=capacity))

    assert told(in_groups(item), Code.GROUP_TOO_LARGE) == expected


def test_an_interpreter_among_the_delegates_goes_where_they_are_needed():
    """Whoever came to interpret is not doubled by the item of their own group, only by two duties at once."""
    groups = (Group(NORTH, "Nord", frozenset({HEAD, YUMI})), GROUPS[1])
    mine = of_groups(1, "3 09:00", "3 10:00", NORTH, delegates=frozenset({HEAD, YUMI}), interpreting=frozenset({YUMI}))
    there = of_groups(2, "3 09:00", "3 10:00", SOUTH, duties=(duty(YUMI, "3 09:00", "3 10:00"),))

    assert check(in_groups(mine, there, groups=groups), now=NOW) == []

    here_too = replace(mine, duties=(duty(YUMI, "3 09:45", "3 10:00"),))
    assert told(in_groups(here_too, there, groups=groups), Code.INTERP_DOUBLE) == [("block", [1, 2], ("Yumi",))]


def test_a_member_who_interprets_elsewhere_is_missed_in_the_own_group():
    there = of_groups(2, "3 09:00", "3 10:00", SOUTH, duties=(duty(GUEST, "3 09:00", "3 09:30"),))

    assert told(in_groups(of_groups(1, "3 09:00", "3 10:00", NORTH), there), Code.DELEGATE_DOUBLE) == [
        ("block", [1, 2], ("Ito Yui",))
    ]
    assert told(in_groups(of_groups(1, "3 09:30", "3 10:00", NORTH), there), Code.DELEGATE_DOUBLE) == []


@pytest.mark.parametrize(
    ("landed", "kind", "expected"),
    [
        ("3 06:00", "meeting", []),
        ("3 06:01", "meeting", [(179, 180, ("Sato Ken",))]),
        ("3 09:30", "ceremony", [(0, 180, ("Sato Ken",))]),  # it begins before they are there
        ("3 10:00", "meeting", []),  # over when they land
        ("3 08:00", "travel", []),  # the ride from the airport
        ("2026-03-02 23:30", "meeting", []),
    ],
)
def test_between_landing_and_the_first_item_lie_three_hours(landed, kind, expected):
    item = of_groups(1, "3 09:00", "3 10:00", kind=kind, hosts=frozenset({9}), accepted=frozenset({9}))
    conflicts = check(in_groups(item, landings={HEAD: at(landed)}), now=NOW)

    assert [(one.has, one.needs, one.who) for one in conflicts if one.code == Code.REST_SHORT] == expected


def test_hours_after_a_landing_pass_also_while_clocks_change():
    item = of_groups(1, "2026-03-29 05:00", "2026-03-29 06:00")
    landed = at("2026-03-29 01:30")

    # From 01:30 to 05:00 clocks show three hours and a half; it is two and a half.
    assert item.start - landed == timedelta(hours=2, minutes=30)
    assert [one.has for one in check(in_groups(item, landings=dict.fromkeys(EVERYONE, landed)), now=NOW)] == [150]
