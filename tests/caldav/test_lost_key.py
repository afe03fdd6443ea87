"""No key of the portal opens the stored password any more: the calendar waits for its owner."""

from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from django.utils import timezone

from events.models import RemoteCalendar
from events.services.calendars import connecting, scheduling
from iurc_portal.notifications.models import Message
from tests.caldav.rig import Rig
from tests.caldav.servers import PASSWORD
from tests.factories import make_remote_calendar

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("auth", ["password", "oauth"])
@pytest.mark.parametrize("key", [Fernet.generate_key().decode(), ""], ids=["another key", "no key"])
def test_a_run_pauses_the_calendar_and_its_owner_is_written_to_once(settings, auth, key):
    until = timezone.now() + timedelta(hours=1)
    calendar = make_remote_calendar(auth=auth, access_token="a-token", access_until=until)
    settings.FIELD_KEY = key

    words = [scheduling.run_one(calendar.pk, now=timezone.now()) for _n in range(2)]

    run, message = calendar.runs.get(), Message.objects.get()
    row = RemoteCalendar.objects.get()
    assert words == ["paused", "paused or gone"]
    assert (run.outcome, run.error, row.paused_because, row.lease) == ("paused", "secret_lost", "unauthorized", "")
    assert (message.kind, message.to) == ("events.calendar_refused", row.owner.email)


def test_with_its_password_entered_anew_the_calendar_goes_on(radicale, settings, db):
    rig = Rig(radicale, radicale.new_calendar())
    event = rig.event()
    rig.run()
    settings.FIELD_KEY = Fernet.generate_key().decode()
    assert scheduling.run_one(rig.calendar.pk, now=rig.now) == "paused"
    rig.rename(event, "Another talk")

    calendar = RemoteCalendar.objects.get()
    connecting.renew_secret(calendar, now=rig.now, by=calendar.owner, secret=PASSWORD)
    run = rig.run()

    assert (run.outcome, run.counts["updated"]) == ("done", 1)
    assert rig.copy(event).fields["summary"] == "Another talk"
