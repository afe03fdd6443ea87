"""The outbox with real task processes, a real broker and a real mail server, under faults (events spec 18.2).

Each scenario is a script of its own, which prints its figures: ``python -m tests.faults.mail <name>``.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def figures_of(scenario: str) -> dict:
    """Run a scenario in a database and with a broker of its own, whatever those of the tests are."""
    environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    ended = subprocess.run(
        [sys.executable, "-m", "tests.faults.mail", scenario],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    return json.loads(ended.stdout)


def test_of_a_worker_killed_in_mid_delivery_only_the_letter_in_flight_arrives_twice_under_its_own_message_id():
    figures = figures_of("killed")

    assert figures["after the death"]["sending"] == 1
    assert figures["states"] == {"sent": 40}
    assert (figures["lost"], figures["doubled"], figures["unknown ids"], figures["taken"]) == (0, 1, 0, 41)


def test_two_beats_at_once_and_two_workers_send_each_letter_once():
    figures = figures_of("beats")

    assert (figures["beats"], figures["states"]) == ([0, 0], {"sent": 200})
    assert (figures["lost"], figures["doubled"], figures["attempts"]) == (0, 0, 200)


def test_a_server_that_refuses_cuts_and_dawdles_loses_and_doubles_nothing():
    figures = figures_of("refused")

    assert figures["states"] == {"failed": 4, "sent": 16}
    assert (figures["lost"], figures["doubled"], figures["unknown ids"]) == (0, 0, 0)
    assert figures["tries"] == {"twice451": [3], "unknown": [1], "cut": [2], "slow": [1], "plain": [1]}
