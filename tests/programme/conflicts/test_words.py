"""Every conflict is told whole in three languages, with its numbers, its mend and where it is mended."""

from datetime import date

import pytest
from django.utils import translation

from programme.conflicts.facts import Code, Conflict, Level
from programme.conflicts.words import MOST_MINUTES, tell
from tests.programme.conflicts.agendas import in_groups, of_groups

FIRST, SECOND = of_groups(1, "3 09:00", "3 10:00"), of_groups(2, "3 09:30", "3 11:00")
DAY = date(2026, 3, 3)
WARN, BLOCK = Level.WARN, Level.BLOCK
PAIR = (FIRST, SECOND)
CASES = [
    Conflict(Code.HOST_DOUBLE, BLOCK, PAIR, ("Bruno Silvia",)),
    Conflict(Code.DELEGATE_DOUBLE, BLOCK, PAIR, ("Ito Yui",)),
    Conflict(Code.DELEGATE_DOUBLE, BLOCK, PAIR),
    Conflict(Code.VENUE_DOUBLE, BLOCK, PAIR, ("Sala 100%",)),
    Conflict(Code.VENUE_CLOSED, WARN, (FIRST,), ("Sala",), note="09:00–18:00"),
    Conflict(Code.VENUE_CLOSED, WARN, (FIRST,), ("Sala",)),
    Conflict(Code.VENUE_CLOSED, WARN, (FIRST,), ("Sala",), note="lavori al 50%", has=0),
    Conflict(Code.VENUE_CLOSED, WARN, (FIRST,), ("Sala",), has=0),
    Conflict(Code.VEHICLE_DOUBLE, BLOCK, PAIR, ("Bus 1",)),
    Conflict(Code.GROUP_TOO_LARGE, WARN, (FIRST,), ("Sala",), has=8, needs=10),
    Conflict(Code.GROUP_TOO_LARGE, WARN, (FIRST,), ("",), has=8, needs=10),
    Conflict(Code.INTERP_MISSING, BLOCK, (FIRST,), ("Ito Yui",), has=0, needs=60, note="ja"),
    Conflict(Code.INTERP_MISSING, BLOCK, (FIRST,), ("Ito Yui",), has=30, needs=60, note="ja"),
    Conflict(Code.INTERP_MISSING, BLOCK, (FIRST,), has=0, needs=60, note="ja"),
    Conflict(Code.INTERP_DOUBLE, BLOCK, PAIR, ("Yumi",)),
    Conflict(Code.INTERP_OVERLOAD, WARN, (), ("Yumi",), has=400, needs=360, day=DAY),
    Conflict(Code.INTERP_OVERLOAD, WARN, (FIRST,), ("Yumi",), has=100, needs=90),
    Conflict(Code.INTERP_TIME, WARN, (FIRST,), has=60, needs=82),
    Conflict(Code.TRAVEL_SHORT, BLOCK, PAIR, has=30, needs=50),
    Conflict(Code.TRAVEL_SHORT, BLOCK, PAIR, ("Nord",), has=30, needs=50),
    Conflict(Code.TRAVEL_SHORT, BLOCK, (FIRST,), has=30, needs=50),
    Conflict(Code.TRAVEL_UNKNOWN, WARN, PAIR),
    Conflict(Code.MEAL_MISSING, WARN, day=DAY),
    Conflict(Code.MEAL_MISSING, WARN, (), ("Nord",), day=DAY),
    Conflict(Code.REST_SHORT, WARN, PAIR, has=640, needs=660),
    Conflict(Code.REST_SHORT, WARN, (FIRST,), ("Sato Ken",), has=100, needs=180),
    Conflict(Code.DAY_HEAVY, WARN, has=4, needs=3, day=DAY),
    Conflict(Code.HOST_UNCONFIRMED, WARN, (FIRST,), ("Bruno Silvia",)),
    Conflict(Code.HOST_UNCONFIRMED, WARN, (FIRST,)),
    Conflict(Code.QUESTION_OPEN, BLOCK, note="Chi paga il 100%?"),
    Conflict(Code.HEAD_MISSING, BLOCK, has=0, needs=1),
    Conflict(Code.RANK_MISMATCH, WARN, (FIRST,), ("Sato Ken",), has=5, needs=3),
    Conflict(Code.BLACKOUT, WARN, (), ("Nagoya",), day=DAY, note="昭和の日"),
]


def told(conflict, language="it"):
    with translation.override(language):
        return tell(conflict, in_groups(*PAIR), {})


def test_no_code_is_left_out():
    assert {case.code for case in CASES} == set(Code)


@pytest.mark.parametrize("language", ["it", "en", "ja"])
@pytest.mark.parametrize("conflict", CASES, ids=lambda case: f"{case.code}-{case.note or case.who}")
def test_a_conflict_names_its_items_its_people_and_its_numbers_and_says_what_to_do(conflict, language):
    words = told(conflict, language)

    assert words.mend
    assert "%(" not in str(words)
    assert all(item.name in words.text for item in conflict.items)
    assert all(name in words.text for name in conflict.who)
    if conflict.code != Code.INTERP_MISSING and conflict.code != Code.VENUE_CLOSED:
        assert not conflict.note or conflict.note in words.text


def test_hours_are_told_as_hours_and_minutes_as_minutes():
    overload, ride = CASES[15], CASES[18]

    assert "6:40" in told(overload).text
    assert "30 minuti e ne servono 50: ne mancano 20" in told(ride).text


def test_languages_and_ranks_are_named_in_the_readers_language():
    assert "giapponese" in told(CASES[11]).text
    assert "日本語" in told(CASES[11], "ja").text
    assert "局長" in told(CASES[31], "ja").text or "director general" in told(CASES[31], "en").text


@pytest.mark.parametrize(
    ("conflict", "offered"),
    [
        (CASES[0], ["move:2:30", "shift:2:30"]),  # from 09:30 to the end of the first
        (CASES[18], ["move:2:20", "shift:2:20"]),
        (CASES[25], ["move:1:80", "shift:1:80"]),
        (CASES[17], ["lengthen:1:25"]),  # 22 minutes, in steps of five
        (CASES[20], ["lengthen:1:20"]),
        (CASES[22], []),
    ],
)
def test_a_conflict_offers_a_time_that_would_do(conflict, offered):
    assert [mend.value for mend in told(conflict).mends] == offered


def test_of_two_visits_the_own_item_is_moved_and_not_too_far():
    theirs = of_groups(3, "3 09:30", "3 11:00", visit=2)
    whole_day = of_groups(4, "3 09:30", "3 19:00", visit=2)

    assert [mend.value for mend in told(Conflict(Code.HOST_DOUBLE, BLOCK, (FIRST, theirs))).mends] == [
        "move:1:120",
        "shift:1:120",
    ]
    assert whole_day.minutes > MOST_MINUTES
    assert told(Conflict(Code.HOST_DOUBLE, BLOCK, (FIRST, whole_day))).mends == ()


def test_interpreters_and_questions_are_mended_on_pages_of_their_own():
    assert [told(CASES[number]).page for number in (11, 14, 16, 29, 30, 18)] == [
        "interpreters",
        "interpreters",
        "interpreters",
        "#questions",
        "#delegation",
        "",
    ]
