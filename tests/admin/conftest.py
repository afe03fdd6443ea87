import pytest
from django.contrib.auth.models import Group

from tests.events.sources.conftest import partner
from tests.factories import make_user

__all__ = ["partner"]  # a real server, for calendars of others


@pytest.fixture(autouse=True)
def no_second_factor(settings):
    """These tests are about the pages behind the door; ``tests/accounts`` has the door itself."""
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "second_factor" not in name]


@pytest.fixture
def superuser(db):
    return make_user(email="admin@example.org", is_staff=True, is_superuser=True)


@pytest.fixture
def admin_page(client, superuser):
    """The browser of a superuser."""
    client.force_login(superuser)
    return client


def member_of(*groups, **fields):
    user = make_user(is_staff=True, **fields)
    user.groups.set(Group.objects.filter(name__in=groups))
    return user


@pytest.fixture
def staff_of_torino(db):
    return member_of("Staff", email="staff@torino.example", side="torino")


@pytest.fixture
def staff_of_nagoya(db):
    return member_of("Staff", email="staff@nagoya.example", side="nagoya", language="ja")


@pytest.fixture
def manager(db):
    return member_of("Managers", email="manager@torino.example", side="torino")
