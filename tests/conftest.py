"""Shared fixtures. Factories are plain functions in ``tests/factories.py``."""

import os

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


def pytest_collection_modifyitems(items):
    """Where the system lacks what documents need, their tests say so; with REQUIRE_BROWSER=1 they fail instead."""
    wanting = [item for item in items if item.get_closest_marker("documents")]
    if wanting and os.environ.get("REQUIRE_BROWSER") != "1" and (reason := why_no_documents()):
        for item in wanting:
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(autouse=True)
def _in_the_default_language():
    """No test speaks the language of the page that another one asked for last."""
    translation.deactivate()
