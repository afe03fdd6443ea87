"""The table of three states as a pure function, and the guards."""

import pytest

from events.caldav import errors
from events.caldav.compare import ALL, NONE, Action, compare, said
from events.caldav.guards import Counts, at_most, stop
from events.caldav.multistatus import href_of
from events.services.calendars.outcomes import EVERY, LONGEST, wait

BASE = {"when": "1/2", "summary": "Talk", "location": "Room"}


def judge(ours=None, theirs=None, **options):
    facts = {
        "base_ours": BASE,
        "base_theirs": BASE,
        "ours": {**BASE, **(ours or {})},
        "theirs": {**BASE, **(theirs or {})},
    }
    return compare(**{**facts, **options})


def test_the_same_on_both_sides_is_nothing():
    assert judge().action == Action.NOTHING
    assert judge({"summary": "New"}, {"summary": "New"}).action == Action.NOTHING


def test_ours_goes_there_and_theirs_is_proposed():
    assert (judge({"summary": "New"}).action, judge({"summary": "New"}).write) == (Action.WRITE, {"summary"})
    assert judge(theirs={"summary": "New"}).propose == {"summary"}
    assert judge(theirs={"location": "New"}, owned={"location"}).take == {"location"}


def test_different_fields_are_merged_and_the_same_is_a_conflict():
    merged = judge({"summary": "New"}, {"when": "3/4"})
    assert (merged.action, merged.write, merged.propose) == (Action.WRITE, {"summary"}, {"when"})
    assert judge({"summary": "Ours"}, {"summary": "Theirs"}).conflict == {"summary"}
    assert judge({"location": "Ours"}, {"location": "Theirs"}, owned={"location"}).conflict == {"location"}


def test_a_decision_holds_for_what_was_decided_on():
    assert judge(theirs={"summary": "New"}, owed={"summary": "New"}).write == {"summary"}
    assert judge(theirs={"summary": "Newer"}, owed={"summary": "New"}).propose == {"summary"}


@pytest.mark.parametrize(
    ("ours", "options", "action", "deletion"),
    [
        ({}, {}, Action.NOTHING, True),
        ({"summary": "New"}, {}, Action.CREATE, False),
        ({}, {"owed": {ALL: ""}}, Action.CREATE, False),
        ({}, {"is_over": True}, Action.AGREE_GONE, False),
        ({}, {"was_gone": True, "waits": True}, Action.NOTHING, True),
        ({}, {"was_gone": True}, Action.NOTHING, False),
    ],
)
def test_deleted_there(ours, options, action, deletion):
    verdict = compare(base_ours=BASE, base_theirs=BASE, ours={**BASE, **ours}, theirs=None, **options)

    assert (verdict.action, verdict.deletion) == (action, deletion)


def test_withdrawn_by_us():
    def withdrawn(theirs, **options):
        return compare(base_ours=BASE, base_theirs=BASE, ours=None, theirs=theirs, **options)

    changed = {**BASE, "summary": "New"}
    assert withdrawn(BASE).action == Action.DELETE
    assert withdrawn(None).action == Action.FORGET
    assert withdrawn(changed).withdrawn
    assert withdrawn(changed, owed={NONE: said(changed)}).action == Action.DELETE
    assert withdrawn(changed, owed={NONE: said(BASE)}).withdrawn


@pytest.mark.parametrize(
    ("counts", "reason"),
    [
        (Counts(copies=0, missing=0, withdrawn=0, there=0, ours=0), ""),
        (Counts(copies=5, missing=5, withdrawn=0, there=0, ours=5), "remote_empty"),
        (Counts(copies=5, missing=1, withdrawn=0, there=4, ours=5), ""),
        (Counts(copies=5, missing=3, withdrawn=0, there=2, ours=5), "remote_many"),
        (Counts(copies=100, missing=10, withdrawn=0, there=90, ours=100), ""),
        (Counts(copies=100, missing=11, withdrawn=0, there=89, ours=100), "remote_many"),
        (Counts(copies=5, missing=0, withdrawn=5, there=5, ours=0), "portal_empty"),
        (Counts(copies=50, missing=0, withdrawn=11, there=50, ours=39), "portal_many"),
        (Counts(copies=8, missing=0, withdrawn=2, there=8, ours=6), ""),
    ],
)
def test_guards(counts, reason):
    assert stop(counts) == reason


def test_what_leaves_with_time_goes_a_few_at_once():
    assert [at_most(copies) for copies in (0, 1, 2, 5, 10, 100)] == [0, 1, 2, 2, 3, 10]


def test_addresses_have_one_spelling():
    assert href_of("http://h/a%40b/c d.ics") == href_of("/a@b/c%20d.ics") == "/a@b/c%20d.ics"


def test_pauses_grow_and_a_server_may_ask_for_longer():
    down = errors.Unreachable()
    assert [wait(n, down) for n in (1, 2, 3)] == [EVERY, EVERY * 2, EVERY * 4]
    assert wait(50, down) == LONGEST
    assert wait(1, errors.Throttled(retry_after=7200)).total_seconds() == 7200
    assert wait(1, errors.Throttled(retry_after=10)) == EVERY
    assert wait(1, errors.Throttled(retry_after=10**9)).days == 1
