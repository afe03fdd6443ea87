"""Shared fixtures. Factories are plain functions in ``tests/factories``."""

import gc
import os
from unittest.mock import patch

import pytest
from django.utils import translation
from hypothesis import settings

# A slow moment of the machine is no failure: how long something takes is the benchmark's question.
settings.register_profile("portal", deadline=None)
settings.load_profile("portal")


def why_no_documents() -> str:
    """What keeps PDF files from being made on this machine, or nothing."""
    from iurc_portal.documents import DocumentsUnavailable, ready

    try:
        ready()
    except DocumentsUnavailable as error:
        packages = {"library": "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0", "font": "fonts-noto-cjk"}
        return f"No PDF can be made: install {packages[error.missing]}"
    return ""


# What takes longest is begun first, so that at the end no process waits for another (``--dist loadfile`` in order).
BEGUN_FIRST = (
    "tests/browser/test_public_pages.py",
    "tests/browser/test_staff_pages.py",
    "tests/caldav/test_faults.py",
    "tests/permissions/test_walk.py",
    "tests/faults/test_mail.py",
    "tests/faults/test_crowd.py",
    "tests/content/test_edits.py",
    "tests/content/test_loading.py",
    "tests/content/test_load_demo.py",
)


def pytest_collection_modifyitems(items):
    """Where the system lacks what documents need, their tests say so; with REQUIRE_BROWSER=1 they fail instead."""
    places = {file: place for place, file in enumerate(BEGUN_FIRST)}
    items.sort(key=lambda item: places.get(item.nodeid.partition("::")[0], len(places)))
    wanting = [item for item in items if item.get_closest_marker("documents")]
    if wanting and os.environ.get("REQUIRE_BROWSER") != "1" and (reason := why_no_documents()):
        for item in wanting:
            item.add_marker(pytest.mark.skip(reason=reason))


def pytest_collection_finish():
    """What is there by now stays to the end: nothing looks again and again at whether it may go."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup):
    """After a test that commits, PostgreSQL loses its rows and keeps its files, which is many times faster."""
    from django.db import connection

    from tests.snapshots import deletions

    if connection.vendor == "postgresql":
        with patch.object(connection.ops, "sql_flush", lambda *_args, **_options: deletions()):
            yield
    else:
        yield


@pytest.fixture(autouse=True)
def _in_the_default_language():
    """No test speaks the language of the page that another one asked for last."""
    translation.deactivate()
