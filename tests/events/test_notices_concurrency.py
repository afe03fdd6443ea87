"""Two sweeps at once, and a confirmation beside a move: nobody is told twice and nobody is left out."""

from datetime import timedelta

import pytest
from django.db import connection  # noqa: F401 - skipif reads connection

from events.models import EventChange
from events.services import letters, notices, scheduling
from events.services.registrations import locked
from iurc_portal.notifications.models import Message
from tests.events.test_concurrency import at_once, parallel, soon
from tests.factories import make_event, make_registration

pytestmark = pytest.mark.django_db(transaction=True)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@parallel
def test_sweeps_at_the_same_time_tell_once():
    event = make_event(dtstart=soon())
    for n in range(10):
        make_registration(event, email=f"person{n}@example.org", last_sequence=0)
    now = event.dtstart - timedelta(days=5)
    start = event.dtstart + HOUR
    scheduling.schedule_event(event, start=start, end=start + HOUR, now=now)

    at_once(4, lambda n: notices.send_notices(now=now + 3 * MINUTE))

    assert Message.objects.filter(kind="events.changed").count() == 10
    assert set(event.registrations.values_list("last_sequence", flat=True)) == {1}
    assert not EventChange.objects.untold().exists()


@parallel
@pytest.mark.parametrize("turn", range(5))
def test_whoever_is_confirmed_beside_a_move_knows_the_new_hours_in_the_end(turn):
    """Whichever comes first: the last invitation of each person says what is true."""
    event = make_event(dtstart=soon())
    people = [make_registration(event, email=f"person{n}@example.org") for n in range(5)]
    now = event.dtstart - timedelta(days=5)
    start = event.dtstart + HOUR

    def confirm(registration):
        with locked(event) as fresh:
            registration.event = fresh
            letters.queue_confirmed(registration)

    def act(n):
        if n < len(people):
            confirm(people[n])
        else:
            scheduling.schedule_event(event, start=start, end=start + HOUR, now=now)

    at_once(len(people) + 1, act)
    notices.send_notices(now=now + 3 * MINUTE)

    last = {message.to: message.payload["dtstart"] for message in Message.objects.order_by("pk")}
    assert last == {registration.email: start.isoformat() for registration in people}
    first = Message.objects.filter(kind="events.confirmed", payload__dtstart=start.isoformat()).values_list("to")
    assert not Message.objects.filter(kind="events.changed", to__in=first).exists()
