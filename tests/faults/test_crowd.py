"""Crowds over HTTP, several processes and real letters: nobody oversold, nobody lost, nobody written to twice (18.1).

Small here; the figures of large ones, and how to run them, are in ``docs/FAULTS.md``.
"""

import pytest
from django.db import connection  # noqa: F401 - skipif reads connection

from tests.events.test_concurrency import parallel
from tests.faults.cluster import binaries

PEOPLE, PLACES = 24, 6
EVERYBODY = {
    "told that it is done": PEOPLE,
    "unkind answers": [],
    "after asking": {
        "states": {"confirmed": 20, "unproved": PEOPLE},
        "taken": PLACES,
        "line in order": True,
    },
    "lost": 0,
    "links": PEOPLE,
    "pressed": PEOPLE,
    "in the end": {
        "states": {"confirmed": 20 + PLACES, "waiting": PEOPLE - PLACES},
        "taken": PLACES,
        "line in order": True,
    },
}
LETTERS = {"events.confirmed": PLACES, "events.proof": PEOPLE, "events.waiting": PEOPLE - PLACES}


@parallel
def test_a_crowd_on_the_last_places_over_several_web_processes(figures_of):
    figures = figures_of("crowd", "rush", PEOPLE, PLACES)

    assert {name: figures[name] for name in EVERYBODY} == EVERYBODY
    assert figures["letters"] == {"kinds": LETTERS, "states": {"sent": 2 * PEOPLE}, "lost": 0, "doubled": 0}


@parallel
@pytest.mark.skipif(binaries() is None, reason="needs initdb and pg_ctl: install PostgreSQL's server")
def test_a_database_that_crashes_twice_while_people_ask_loses_and_oversells_nothing(figures_of):
    figures = figures_of("crowd", "restart", PEOPLE, PLACES)

    assert {name: figures[name] for name in EVERYBODY} == EVERYBODY
    assert figures["asked to try again"]
    assert figures["letters"]["kinds"] == LETTERS
    assert (figures["letters"]["states"], figures["letters"]["lost"]) == ({"sent": 2 * PEOPLE}, 0)


@parallel
def test_of_claims_and_ends_of_offers_at_the_same_instant_exactly_one_wins(figures_of):
    figures = figures_of("claims", 20, 4)

    assert figures["the claim won"] + figures["the end won"] == figures["rounds"] == 20
    assert figures["both or neither"] == 0
