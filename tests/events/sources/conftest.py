import pytest

from tests.events.sources.server import serving
from tests.events.sources.world import Calendar


@pytest.fixture
def partner(settings):
    """A real server on loopback, which the settings of a trial let the portal call."""
    settings.FEED_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    with serving() as running:
        yield running


@pytest.fixture
def limits(settings):
    """Limits of the import, to be changed by a test: ``limits(seconds=1)``."""

    def change(**values):
        own = settings.IURC_EVENTS["feed_import"] | values
        settings.IURC_EVENTS = settings.IURC_EVENTS | {"feed_import": own}

    return change


@pytest.fixture
def calendar(partner):
    return Calendar(partner)
