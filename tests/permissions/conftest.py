import pytest

from tests.permissions.world import World


@pytest.fixture(autouse=True)
def no_second_factor_and_no_limits(settings):
    """These tests are about the pages behind the door, and go to many of them; other tests have door and limits."""
    settings.RATE_LIMITS = False
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "second_factor" not in name]


@pytest.fixture
def world(db):
    return World()
