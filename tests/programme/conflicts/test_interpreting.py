"""Interpreters: whoever does not understand has one, nobody works at two places or for too long (P6, P9)."""

from dataclasses import replace

import pytest

from programme.conflicts.facts import Code
from programme.conflicts.interpreting import interpreters_needed, needed_minutes, proposed_minutes
from programme.conflicts.rules import check
from tests.programme.conflicts.agendas import (
    ANNA,
    GUEST,
    HEAD,
    HOST,
    LUCA,
    NORTH,
    NOW,
    SOUTH,
    YUMI,
    duty,
    in_groups,
    of_groups,
    told,
)

JAPANESE = {"guests_speak": frozenset({"ja"})}


def missing(*items, **fields):
    return [
        (one.note, one.has, one.needs, one.who)
        for one in check(in_groups(*items, **{**JAPANESE, **fields}), now=NOW)
        if one.code == Code.INTERP_MISSING
    ]


# --- Whoever does not understand ----------------------------------------------------------------------


def test_a_language_that_a_delegate_does_not_understand_blocks_until_somebody_interprets_it():
    item = of_groups(1, "3 09:00", "3 10:00", NORTH, spoken=("it",))

    assert missing(item) == [("it", 0, 60, ("Ito Yui", "Sato Ken"))]
    assert missing(replace(item, duties=(duty(YUMI, "3 09:00", "3 10:00"),))) == []
    assert told(in_groups(item, **JAPANESE), Code.INTERP_MISSING) == [("block", [1], ("Ito Yui", "Sato Ken"))]


def test_what_a_delegate_is_listed_with_counts_instead_of_the_language_of_the_guests():
    item = of_groups(1, "3 09:00", "3 10:00", NORTH, spoken=("en", "ja"))

    assert missing(item, understood={HEAD: frozenset({"ja", "en"})}) == [("en", 0, 60, ("Ito Yui",))]
    assert missing(item, understood={HEAD: frozenset({"en"}), GUEST: frozenset({"ja", "en"})}) == [
        ("ja", 0, 60, ("Sato Ken",))
    ]


@pytest.mark.parametrize(
    ("duties", "expected"),
    [
        ([("3 09:00", "3 09:30"), ("3 09:30", "3 10:00")], []),
        ([("3 09:00", "3 09:45"), ("3 09:30", "3 10:00")], []),
        ([("3 09:00", "3 09:30"), ("3 09:40", "3 10:00")], [50]),
        ([("3 09:00", "3 09:59")], [59]),
    ],
)
def test_colleagues_may_share_an_item_but_not_leave_minutes_out(duties, expected):
    item = of_groups(1, "3 09:00", "3 10:00", spoken=("it",))
    people = [YUMI, LUCA]
    shared = replace(item, duties=tuple(duty(people[n], *span) for n, span in enumerate(duties)))

    assert [has for _language, has, _needs, _who in missing(shared)] == expected


def test_an_interpreter_has_to_know_the_language_spoken_and_one_that_is_understood():
    item = of_groups(1, "3 09:00", "3 10:00", spoken=("it",), duties=(duty(LUCA, "3 09:00", "3 10:00", "it-en"),))

    assert [language for language, *_rest in missing(item)] == ["it"]
    assert missing(item, guests_speak=frozenset({"en"})) == []


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("3 23:00", "4 01:00", 120),
        ("2026-03-29 01:00", "2026-03-29 04:00", 120),  # the hour from two to three does not exist
        ("2026-10-25 01:00", "2026-10-25 04:00", 240),  # and comes twice
    ],
)
def test_an_item_over_midnight_or_a_change_of_clocks_is_interpreted_to_its_end(start, end, minutes):
    item = of_groups(1, start, end, spoken=("it",))
    whole = replace(item, duties=(duty(YUMI, start, end),))

    assert missing(item)[0][1:3] == (0, minutes)
    assert missing(whole) == []


def test_interpreters_themselves_and_items_at_which_nothing_is_said_need_nobody():
    item = of_groups(1, "3 09:00", "3 10:00", NORTH, spoken=("it",), interpreting=frozenset({HEAD, GUEST}))

    assert missing(item) == []
    assert missing(of_groups(2, "3 11:00", "3 12:00")) == []


def test_while_nobody_is_named_the_guests_understand_their_own_language():
    nobody = [replace(group, people=frozenset()) for group in in_groups().groups]
    item = of_groups(1, "3 09:00", "3 10:00", spoken=("it",), delegates=frozenset())

    assert missing(item, groups=tuple(nobody)) == [("it", 0, 60, ())]


# --- The same interpreter twice -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (("3 09:00", "3 10:00"), ("3 09:59", "3 11:00"), 1),
        (("3 09:00", "3 10:00"), ("3 10:00", "3 11:00"), 0),
        (("3 23:00", "4 00:30"), ("4 00:00", "4 01:00"), 1),
        (("3 23:00", "4 00:00"), ("4 00:00", "4 01:00"), 0),
        (("2026-03-29 01:30", "2026-03-29 03:30"), ("2026-03-29 03:15", "2026-03-29 04:00"), 1),
        (("2026-03-29 01:30", "2026-03-29 03:00"), ("2026-03-29 03:00", "2026-03-29 04:00"), 0),
    ],
)
def test_an_interpreter_is_at_one_place_at_a_time(first, second, expected):
    one = of_groups(1, *first, NORTH, duties=(duty(YUMI, *first),))
    other = of_groups(2, *second, SOUTH, duties=(duty(YUMI, *second),))

    assert told(in_groups(one, other), Code.INTERP_DOUBLE) == [("block", [1, 2], ("Yumi",))] * expected


def test_at_another_visit_too_and_for_two_pairs_of_languages_at_one_item_not():
    here = of_groups(
        1, "3 09:00", "3 10:00", duties=(duty(YUMI, "3 09:00", "3 10:00"), duty(YUMI, "3 09:00", "3 10:00", "en-ja"))
    )
    there = of_groups(
        2, "3 09:30", "3 11:00", duties=(duty(YUMI, "3 09:30", "3 11:00"),), visit=2, delegates=frozenset()
    )

    assert told(in_groups(here), Code.INTERP_DOUBLE) == []
    assert told(in_groups(here, others=(there,)), Code.INTERP_DOUBLE) == [("block", [1, 2], ("Yumi",))]


def test_a_host_cannot_interpret_elsewhere_meanwhile():
    here = of_groups(1, "3 09:00", "3 10:00", NORTH, hosts=frozenset({HOST}))
    there = of_groups(2, "3 09:00", "3 10:00", SOUTH, duties=(duty(HOST, "3 09:50", "3 10:00"),))

    assert told(in_groups(here, there), Code.HOST_DOUBLE) == [("block", [1, 2], ("Bruno Silvia",))]


# --- For too long -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ends", "expected"), [("3 15:00", []), ("3 15:01", [(361, 360)])])
def test_six_hours_a_day_are_enough(ends, expected):
    item = of_groups(1, "3 09:00", ends, mode="consecutive", duties=(duty(YUMI, "3 09:00", ends),))
    conflicts = check(in_groups(item), now=NOW)

    assert [(one.has, one.needs) for one in conflicts if one.code == Code.INTERP_OVERLOAD] == expected
    assert {level for level, *_rest in told(in_groups(item), Code.INTERP_OVERLOAD)} <= {"warn"}


def test_hours_of_other_visits_count_and_two_pairs_at_once_count_once():
    here = of_groups(
        1, "3 09:00", "3 12:00", duties=(duty(YUMI, "3 09:00", "3 12:00"), duty(YUMI, "3 09:00", "3 12:00", "en-ja"))
    )
    there = of_groups(2, "3 14:00", "3 17:30", visit=2, duties=(duty(YUMI, "3 14:00", "3 17:30"),))

    assert told(in_groups(here), Code.INTERP_OVERLOAD) == []
    assert told(in_groups(here, elsewhere=(there,)), Code.INTERP_OVERLOAD) == [("warn", [], ("Yumi",))]


def test_midnight_of_the_host_city_parts_the_days():
    evening = of_groups(1, "3 19:00", "4 01:00", duties=(duty(YUMI, "3 19:00", "4 01:00"),))
    morning = of_groups(2, "4 09:00", "4 14:00", duties=(duty(YUMI, "4 09:00", "4 14:00"),))

    assert told(in_groups(evening, morning), Code.INTERP_OVERLOAD) == []  # five hours, then one and five


def test_the_day_on_which_clocks_go_back_has_an_hour_more():
    item = of_groups(
        1, "2026-10-25 00:00", "2026-10-25 05:30", duties=(duty(YUMI, "2026-10-25 00:00", "2026-10-25 05:30"),)
    )

    assert told(in_groups(item), Code.INTERP_OVERLOAD) == [
        ("warn", [], ("Yumi",))
    ]  # six and a half, not five and a half


@pytest.mark.parametrize(
    ("mode", "ends", "expected"),
    [
        ("simultaneous", "3 10:30", []),
        ("simultaneous", "3 10:31", [(91, 90)]),
        ("whispered", "3 10:31", [(91, 90)]),
        ("consecutive", "3 12:00", []),
    ],
)
def test_at_once_one_is_alone_for_ninety_minutes_at_most(mode, ends, expected):
    item = of_groups(1, "3 09:00", ends, mode=mode, duties=(duty(YUMI, "3 09:00", ends),))
    conflicts = check(in_groups(item), now=NOW)

    assert [(one.has, one.needs) for one in conflicts if one.code == Code.INTERP_OVERLOAD] == expected


def test_a_colleague_for_the_same_languages_relieves_and_one_for_others_does_not():
    alone = duty(YUMI, "3 09:00", "3 12:00")
    item = of_groups(1, "3 09:00", "3 12:00", mode="simultaneous")

    def warned(*colleagues):
        return told(in_groups(replace(item, duties=(alone, *colleagues))), Code.INTERP_OVERLOAD)

    assert warned(duty(LUCA, "3 09:00", "3 12:00")) == []
    assert warned(duty(LUCA, "3 10:00", "3 11:00")) == []  # alone for an hour, twice
    assert warned(duty(LUCA, "3 11:00", "3 12:00")) == [("warn", [1], ("Yumi",))]
    assert warned(duty(ANNA, "3 09:00", "3 12:00", "en-ja")) == [
        ("warn", [1], ("Yumi",)),
        ("warn", [1], ("Anna",)),
    ]


def test_two_items_without_a_pause_are_one_stretch():
    first = of_groups(1, "3 09:00", "3 10:00", mode="simultaneous", duties=(duty(YUMI, "3 09:00", "3 10:00"),))
    second = of_groups(2, "3 10:00", "3 11:00", mode="whispered", duties=(duty(YUMI, "3 10:00", "3 11:00"),))

    assert told(in_groups(first, second), Code.INTERP_OVERLOAD) == [("warn", [1, 2], ("Yumi",))]


# --- How long it takes --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("speaking", "asking", "mode", "needed", "proposed"),
    [
        (30, 10, "consecutive", 80, 80),
        (30, 11, "liaison", 82, 85),
        (30, 11, "simultaneous", 41, 45),
        (30, None, "whispered", 30, 30),
        (None, 12, "none", 12, 15),
        (None, None, "consecutive", None, None),
    ],
)
def test_interpretation_afterwards_takes_twice_the_time(speaking, asking, mode, needed, proposed):
    assert needed_minutes(speaking, asking, mode) == needed
    assert proposed_minutes(speaking, asking, mode) == proposed


@pytest.mark.parametrize(("ends", "expected"), [("3 10:20", []), ("3 10:19", [(79, 80)])])
def test_a_slot_that_is_too_short_for_its_interpretation_warns(ends, expected):
    item = of_groups(1, "3 09:00", ends, mode="consecutive", speaking=30, asking=10)
    conflicts = check(in_groups(item), now=NOW)

    assert [(one.has, one.needs) for one in conflicts if one.code == Code.INTERP_TIME] == expected
    assert {level for level, *_rest in told(in_groups(item), Code.INTERP_TIME)} <= {"warn"}


@pytest.mark.parametrize(
    ("afterwards", "at_once", "longest", "expected"),
    [
        (0, 0, 0, 0),
        (360, 0, 0, 1),
        (361, 0, 0, 2),
        (0, 90, 90, 1),
        (0, 91, 91, 2),
        (0, 180, 60, 1),
        (0, 181, 60, 2),
        (60, 361, 120, 4),
    ],
)
def test_how_many_interpreters_a_day_takes(afterwards, at_once, longest, expected):
    assert interpreters_needed(afterwards, at_once, longest_at_once=longest) == expected
