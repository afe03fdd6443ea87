"""Scenarios are scripts of their own, which print their figures as one line of JSON."""

import json
import os
import subprocess
import sys

import pytest

from tests.faults import blueprint
from tests.faults.workers import ROOT


@pytest.fixture(scope="session")
def migrated(django_db_setup, django_db_blocker, tmp_path_factory):
    """A migrated database that scenarios copy."""
    with django_db_blocker.unblock():
        return blueprint.write(tmp_path_factory.mktemp("faults"))


@pytest.fixture
def figures_of(migrated, db):
    """Run a scenario on the kind of database and broker that the tests run on; what it printed.

    ``db`` is asked for so that pytest-django makes the database that is copied.
    """

    def run(script: str, *arguments: str, package: str = "tests.faults") -> dict:
        ended = subprocess.run(
            [sys.executable, "-m", f"{package}.{script}", *map(str, arguments)],
            cwd=ROOT,
            env={**os.environ, "FAULTS_BLUEPRINT": str(migrated or ""), "DJANGO_SETTINGS_MODULE": ""},
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr[-2000:]
        return json.loads(ended.stdout)

    return run
