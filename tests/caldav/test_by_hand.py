"""What staff start themselves, and what beat does."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from events.caldav import errors
from events.caldav.auth import Basic
from events.models import RemoteCalendar
from events.services.calendars import connecting, running, scheduling
from tests.caldav.rig import Rig
from tests.caldav.servers import PASSWORD, USER
from tests.factories import make_remote_calendar, make_user


def test_a_calendar_is_found_connected_and_probed(server, db):
    path = server.new_calendar()
    owner = make_user(is_staff=True, language="it")

    found = connecting.discover(server.address + "/", Basic(USER, PASSWORD))
    collection = next(one for one in found if one.url == server.address + path)
    calendar = connecting.connect(
        owner=owner, collection=collection, scope="webinars", now=timezone.now(), username=USER, secret=PASSWORD
    )

    calendar.refresh_from_db()
    assert collection.name == calendar.display_name == "Torino"
    assert (calendar.secret, calendar.language) == (PASSWORD, "it")
    assert calendar.quirks["sync"]
    assert calendar.quirks["etag_on_put"]
    assert not calendar.quirks["rewrites"]
    assert Rig.there(Rig(server, path)) == {}


def test_a_wrong_password_is_said_in_words(radicale, db):
    with pytest.raises(errors.Unauthorized):
        connecting.discover(radicale.address + "/", Basic(USER, "wrong"))


@pytest.mark.parametrize("address", ["http://192.0.2.1/", "https://10.0.0.1/", "ftp://example.org/", "https://u:p@h/"])
def test_addresses_that_are_not_called(address, db):
    with pytest.raises(errors.NotAllowed):
        connecting.discover(address, Basic(USER, PASSWORD))


def test_by_hand_one_sees_how_far_it_is(radicale, db):
    now = timezone.now()
    rig = Rig(radicale, radicale.new_calendar(), now=now, first=now.replace(microsecond=0))
    rig.event()
    out = StringIO()

    call_command("sync_calendars", str(rig.calendar.pk), "--dry-run", stdout=out)
    assert rig.there() == {}
    call_command("sync_calendars", "--all", stdout=out)

    assert len(rig.there()) == 1
    assert "writing 1/1" in out.getvalue()
    assert out.getvalue().endswith("1 calendars, 0 not in step.\n")
    with pytest.raises(CommandError):
        call_command("sync_calendars", "0")


def test_one_calendar_that_fails_does_not_stop_another(radicale, db, monkeypatch):
    now = timezone.now()
    broken = make_remote_calendar(url="http://127.0.0.1:1/c/")
    rig = Rig(radicale, radicale.new_calendar(), now=now, first=now.replace(microsecond=0))
    rig.event()
    paused = make_remote_calendar(paused_because="staff")

    counts = scheduling.start_due(now=now)

    assert counts == {"started": 2, "paused": 1}
    assert len(rig.there()) == 1
    broken.refresh_from_db()
    assert (broken.failures, broken.runs.get().error) == (1, "unreachable")
    assert not paused.runs.exists()
    assert not RemoteCalendar.objects.due(now=now).exists()
    assert running.LIMITS.largest == 10 * 1024 * 1024
