"""Staff pages are tested without the second factor, which has tests of its own."""

import pytest


@pytest.fixture(autouse=True)
def no_second_factor(settings):
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "second_factor" not in name]
