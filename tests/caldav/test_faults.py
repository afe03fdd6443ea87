"""After each fault, with the fault gone: both sides as a person would expect, nothing lost, nothing twice."""

import pytest

from events.services.calendars import running
from tests.caldav import story
from tests.caldav.matrix import ALL
from tests.caldav.proxy import Proxy
from tests.caldav.rig import Rig


@pytest.fixture(scope="session")
def proxy(server):
    proxy = Proxy(server)
    yield proxy
    proxy.close()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    """As in production, only in less time."""
    monkeypatch.setattr(running, "LIMITS", story.IMPATIENT)


@pytest.mark.parametrize("name", list(ALL))
def test_no_edit_is_lost_and_nothing_stands_there_twice(name, server, proxy, db):
    fault = ALL[name]
    proxy.behave()

    told = story.tell(fault, Rig(server, server.new_calendar(), proxy.address), proxy)

    assert (told.lost, told.doubled) == ([], [])
    assert set(told.outcomes) <= set(fault.outcomes)
    assert told.open == 3
    assert told.is_quiet
