"""Vehicles, seats, opening hours; questions without an item; ranks (P6, P15, P22)."""

from dataclasses import replace
from datetime import date, time
from zoneinfo import ZoneInfo

import pytest

from programme.conflicts.facts import Code, Opening, Question, Ride
from programme.conflicts.rules import check
from tests.programme.conflicts.agendas import (
    CITY_HALL,
    HEAD,
    NORTH,
    NOW,
    ROME,
    SOUTH,
    YUMI,
    duty,
    in_groups,
    of_groups,
    told,
)

BUS = Ride(5, "Bus 1", 3)
WEEK = tuple((day, time(9), time(18)) for day in range(5))


# --- One vehicle --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (("3 09:00", "3 10:00"), ("3 09:59", "3 11:00"), 1),
        (("3 09:00", "3 10:00"), ("3 10:00", "3 11:00"), 0),
        (("3 23:30", "4 00:10"), ("4 00:00", "4 01:00"), 1),
        (("2026-03-29 01:30", "2026-03-29 03:15"), ("2026-03-29 03:00", "2026-03-29 04:00"), 1),
        (("2026-03-29 01:30", "2026-03-29 03:00"), ("2026-03-29 03:00", "2026-03-29 04:00"), 0),
    ],
)
def test_a_vehicle_takes_one_group_at_a_time(first, second, expected):
    rides = of_groups(1, *first, NORTH, vehicle=BUS), of_groups(2, *second, SOUTH, vehicle=BUS)

    assert told(in_groups(*rides), Code.VEHICLE_DOUBLE) == [("block", [1, 2], ("Bus 1",))] * expected


def test_also_over_two_visits_and_another_vehicle_is_no_matter():
    own = of_groups(1, "3 09:00", "3 10:00", vehicle=BUS)
    theirs = of_groups(2, "3 09:00", "3 10:00", vehicle=BUS, visit=2, delegates=frozenset())
    other = replace(theirs, vehicle=Ride(6, "Bus 2", 20))

    assert told(in_groups(own, others=(theirs,)), Code.VEHICLE_DOUBLE) == [("block", [1, 2], ("Bus 1",))]
    assert told(in_groups(own, others=(other,)), Code.VEHICLE_DOUBLE) == []


def test_people_fit_into_the_vehicle_and_interpreters_ride_with_them():
    ride = of_groups(1, "3 09:00", "3 10:00", NORTH, kind="travel", vehicle=BUS)
    with_two = replace(ride, duties=(duty(YUMI, "3 09:00", "3 10:00"), duty(99, "3 09:00", "3 10:00")))
    (conflict,) = check(in_groups(with_two), now=NOW)

    assert check(in_groups(ride), now=NOW) == []
    assert (conflict.code, conflict.who, conflict.has, conflict.needs) == (Code.GROUP_TOO_LARGE, ("Bus 1",), 3, 4)


@pytest.mark.parametrize(("capacity", "expected"), [(4, []), (3, [("warn", [1], ("",))])])
def test_a_host_receives_so_many_people(capacity, expected):
    assert told(in_groups(of_groups(1, "3 09:00", "3 10:00", capacity=capacity)), Code.GROUP_TOO_LARGE) == expected


# --- Opening hours ------------------------------------------------------------------------------------


def closed(start, end, *, hours=WEEK, spells=(), zone=ROME, kind="ceremony"):
    opening = {CITY_HALL.pk: Opening(zone, hours, spells)}
    conflicts = check(in_groups(of_groups(1, start, end, spot=CITY_HALL, kind=kind), opening=opening), now=NOW)
    return [(one.level.value, one.note) for one in conflicts if one.code == Code.VENUE_CLOSED]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("3 09:00", "3 18:00", []),
        ("3 08:59", "3 10:00", [("warn", "09:00–18:00")]),
        ("3 17:00", "3 18:01", [("warn", "09:00–18:00")]),
        ("7 10:00", "7 11:00", [("warn", "")]),  # a Saturday
    ],
)
def test_an_item_outside_of_the_hours_of_its_place_warns_and_tells_them(start, end, expected):
    assert closed(start, end) == expected


def test_a_pause_at_noon_closes_and_rides_and_rest_do_not_ask():
    hours = ((1, time(9), time(12, 30)), (1, time(14), time(18)))

    assert closed("3 12:00", "3 14:30", hours=hours) == [("warn", "09:00–12:30, 14:00–18:00")]
    assert closed("3 14:00", "3 15:00", hours=hours) == []
    assert closed("3 12:00", "3 14:30", hours=hours, kind="rest") == []


def test_a_place_whose_hours_nobody_wrote_down_is_not_known_to_close():
    assert closed("7 03:00", "7 04:00", hours=()) == []


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("3 20:00", "4 00:00", []),
        ("3 22:00", "4 01:00", []),  # open until midnight and from midnight on
        ("3 22:00", "4 02:01", [("warn", "18:00–00:00")]),
    ],
)
def test_hours_may_go_over_midnight(start, end, expected):
    hours = ((1, time(18), time(0)), (2, time(0), time(2)))

    assert closed(start, end, hours=hours) == expected


def test_hours_are_those_of_the_places_own_clocks_also_when_these_change():
    sunday = ((6, time(1), time(4)),)

    assert closed("2026-03-29 01:00", "2026-03-29 04:00", hours=sunday) == []
    assert closed("2026-10-25 01:00", "2026-10-25 04:00", hours=sunday) == []
    assert closed("2026-10-25 00:59", "2026-10-25 04:00", hours=sunday) == [("warn", "01:00–04:00")]
    # 09:00 in Nagoya is 01:00 in Torino.
    assert closed("3 01:00", "3 10:00", zone=ZoneInfo("Asia/Tokyo")) == []
    assert closed("3 00:59", "3 10:00", zone=ZoneInfo("Asia/Tokyo")) == [("warn", "09:00–18:00")]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2 10:00", "2 11:00", []),
        ("3 10:00", "3 11:00", [("warn", "lavori")]),
        ("4 10:00", "4 11:00", [("warn", "lavori")]),
        ("5 10:00", "5 11:00", []),
        ("2 22:00", "3 00:00", []),  # it ends when the closed days begin
    ],
)
def test_closed_days_close_from_the_first_to_the_last(start, end, expected):
    assert closed(start, end, hours=(), spells=((date(2026, 3, 3), date(2026, 3, 4), "lavori"),)) == expected


# --- Questions and ranks ------------------------------------------------------------------------------


def test_a_question_is_asked_at_an_item_that_takes_place():
    item = of_groups(1, "3 09:00", "3 10:00")
    questions = (Question(7, "Chi paga?", 1), Question(8, "Chi decide?"), Question(9, "E poi?", item=44))
    conflicts = check(in_groups(item, questions=questions), now=NOW)

    assert [(one.code, one.level.value, one.note, one.key) for one in conflicts] == [
        (Code.QUESTION_OPEN, "block", "Chi decide?", "QUESTION_OPEN::8:"),
        (Code.QUESTION_OPEN, "block", "E poi?", "QUESTION_OPEN::9:"),
    ]


@pytest.mark.parametrize(
    ("kind", "bands", "expected"),
    [
        ("ceremony", (3, 5), []),
        ("ceremony", (4, 5), [("warn", [1], ("Sato Ken",))]),
        ("meeting", (4,), [("warn", [1], ("Sato Ken",))]),
        ("meeting", (2,), []),
        ("site_visit", (6,), []),
        ("ceremony", (), []),  # that nobody receives is another matter
    ],
)
def test_a_head_is_received_by_somebody_of_the_same_rank(kind, bands, expected):
    item = of_groups(1, "3 09:00", "3 10:00", NORTH, kind=kind, host_bands=bands, accepted=frozenset({9}))

    assert told(in_groups(item, head=(HEAD, 3)), Code.RANK_MISMATCH) == expected


def test_where_the_head_does_not_go_no_rank_is_asked_for():
    item = of_groups(1, "3 09:00", "3 10:00", SOUTH, host_bands=(6,))

    assert told(in_groups(item, head=(HEAD, 1)), Code.RANK_MISMATCH) == []
