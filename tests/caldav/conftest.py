import pytest
from cryptography.fernet import Fernet

from tests.caldav.rig import Rig
from tests.caldav.servers import KINDS
from tests.faults.conftest import figures_of, migrated  # noqa: F401 - fixtures

FIELD_KEY = Fernet.generate_key().decode()


@pytest.fixture(scope="session", params=list(KINDS))
def server(request):
    """Each test runs against both servers."""
    server = KINDS[request.param]().start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def radicale():
    server = KINDS["radicale"]().start()
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def _allowed(settings):
    settings.CALDAV_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    settings.FIELD_KEY = FIELD_KEY


@pytest.fixture
def rig(server, db):
    return Rig(server, server.new_calendar())
