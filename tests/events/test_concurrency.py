"""Many people, few places, real connections. On SQLite the same code must at least not fail."""

import os
import subprocess
import sys
import threading
from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import connection, connections  # noqa: F401 - skipif reads connection
from django.utils import timezone

from events.exceptions import Busy
from events.models import AccessToken, Delivery, ReminderRule
from events.services import registrations, reminders, tokens
from events.services.registrations import locked
from iurc_portal.notifications import services as outbox
from iurc_portal.notifications.models import Message
from tests.factories import make_event, make_registration
from tests.notifications.kinds import KIND

pytestmark = pytest.mark.django_db(transaction=True)
PERSON = {"family_name": "Yamada", "given_name": "Taro", "language": "ja", "tzid": "Asia/Tokyo"}


def parallel(test):
    """Mark a test that needs real parallel connections."""
    reason = "needs parallel connections: set DATABASE_URL=postgres://…"
    return pytest.mark.postgres(pytest.mark.skipif("connection.vendor != 'postgresql'", reason=reason)(test))


def at_once(number, act) -> list:
    """Run ``act(n)`` in ``number`` threads that start together; what each returned or the refusal it raised."""
    barrier, results = threading.Barrier(number), [None] * number

    def run(n):
        try:
            barrier.wait(timeout=30)
            results[n] = act(n)
        except ValidationError as refusal:
            results[n] = refusal.code
        except Exception as error:
            results[n] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def soon():
    return timezone.now() + timedelta(days=10)


@parallel
def test_twenty_requests_at_once_for_the_last_three_places_give_exactly_three(settings):
    settings.IURC_EVENTS = {**settings.IURC_EVENTS, "lock_seconds": 30}
    event = make_event(maximum_attendee_capacity=3, dtstart=soon())
    now = timezone.now()

    def ask(n):
        registrations.request_registration(event=event, email=f"person{n}@example.org", person=PERSON, now=now)
        return "seat"

    assert Counter(at_once(20, ask)) == {"seat": 3, "full": 17}
    assert event.registrations.taking_seats(now=now).count() == 3


@parallel
def test_one_address_asking_many_times_at_once_has_one_row_and_one_letter(settings):
    number = 12
    settings.IURC_EVENTS = {**settings.IURC_EVENTS, "lock_seconds": 30}
    event = make_event(dtstart=soon())
    now = timezone.now()

    def ask(n):
        return registrations.request_registration(event=event, email="a@example.org", person=PERSON, now=now).pk

    assert len(set(at_once(number, ask))) == 1
    assert event.registrations.count() == 1
    assert Message.objects.count() == 1


@parallel
def test_one_link_pressed_many_times_at_once_confirms_once(settings):
    number = 8
    settings.IURC_EVENTS = {**settings.IURC_EVENTS, "lock_seconds": 30}
    now = timezone.now()
    registration = make_registration(
        make_event(dtstart=soon()), state="unproved", confirmed_at=None, hold_until=now + timedelta(minutes=30)
    )
    clear = tokens.issue(registration, AccessToken.Purpose.PROVE, now=now)

    results = at_once(number, lambda n: registrations.prove_registration(tokens.find(clear), now=now).state)

    assert Counter(results) == {"confirmed": number}
    assert Message.objects.filter(kind="events.confirmed").count() == 1


@parallel
def test_of_many_workers_one_sends_the_letter():
    number = 6
    message = outbox.queue_message(key=f"{uuid4()}", kind=KIND, to="a@example.org", language="it", tzid="UTC")
    Message.objects.update(state="queued")
    mail.outbox.clear()
    now = timezone.now()

    results = at_once(number, lambda n: outbox.deliver(message.pk, now=now))

    assert Counter(results) == {"sent": 1, "already taken": number - 1}
    assert len(mail.outbox) == 1


@parallel
def test_sweeps_at_the_same_time_remind_once():
    number = 4
    start = soon()
    event = make_event(dtstart=start)
    event.reminder_rules.create(trigger="-PT24H")
    ReminderRule.objects.update(created_at=start - timedelta(days=30))
    for n in range(10):
        make_registration(event, email=f"person{n}@example.org")

    results = at_once(number, lambda n: reminders.send_due(now=start - timedelta(hours=24)) and "done")

    assert results == ["done"] * number
    assert (Delivery.objects.count(), Message.objects.filter(kind="events.reminder").count()) == (10, 10)


@parallel
def test_who_waits_too_long_for_the_lock_is_asked_to_try_again(settings):
    settings.IURC_EVENTS = {**settings.IURC_EVENTS, "lock_seconds": 1}
    event = make_event(dtstart=soon())
    taken, answered = threading.Event(), threading.Event()

    def hold(n):
        with locked(event):
            taken.set()
            answered.wait(timeout=20)

    holder = threading.Thread(target=lambda: (hold(0), connections.close_all()))
    holder.start()
    taken.wait(timeout=10)
    with pytest.raises(Busy) as refusal:
        registrations.request_registration(event=event, email="a@example.org", person=PERSON, now=timezone.now())
    answered.set()
    holder.join(timeout=20)

    assert refusal.value.code == "busy"
    assert event.registrations.count() == 0


def test_requests_one_after_another_never_fail_and_never_oversell():
    """What every database must do; SQLite in memory has one connection, so the threads above are PostgreSQL's."""
    event = make_event(maximum_attendee_capacity=3, dtstart=soon())
    outcomes = Counter()
    for n in range(20):
        try:
            registrations.request_registration(
                event=event, email=f"person{n}@example.org", person=PERSON, now=timezone.now()
            )
            outcomes["seat"] += 1
        except ValidationError as refusal:
            outcomes[refusal.code] += 1

    assert outcomes == {"seat": 3, "full": 17}


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="about SQLite's own lock")
def test_parallel_requests_on_a_sqlite_file_never_fail_and_never_oversell(tmp_path):
    """SQLite in a file, several processes, transactions that open IMMEDIATE: as `make run` works."""
    script = (
        "import django,sys;django.setup()\n"
        "from django.core.exceptions import ValidationError\n"
        "from django.utils import timezone\n"
        "from events.models import Event\n"
        "from events.services import registrations\n"
        "event=Event.objects.get();outcomes=[]\n"
        "for n in range(8):\n"
        "  try:\n"
        "    registrations.request_registration(event=event,email=f'{sys.argv[1]}-{n}@example.org',\n"
        "      person=dict(language='it',tzid='UTC'),now=timezone.now())\n"
        "    outcomes.append('seat')\n"
        "  except ValidationError as refusal: outcomes.append(refusal.code)\n"
        "print(*outcomes)\n"
    )
    seed = (
        "import django;django.setup()\n"
        "from django.core.management import call_command;call_command('migrate',verbosity=0)\n"
        "from datetime import timedelta;from django.utils import timezone;from tests.factories import make_event\n"
        "make_event(maximum_attendee_capacity=5,dtstart=timezone.now()+timedelta(days=10))\n"
    )
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": f"sqlite:///{tmp_path}/portal.sqlite3",
        "REDIS_URL": "",
    }

    subprocess.run([sys.executable, "-c", seed], env=environment, check=True, timeout=120)
    running = [
        subprocess.Popen([sys.executable, "-c", script, f"p{n}"], env=environment, stdout=subprocess.PIPE, text=True)
        for n in range(3)
    ]
    words = [word for process in running for word in process.communicate(timeout=120)[0].split()]

    assert [process.returncode for process in running] == [0, 0, 0]
    assert Counter(words) == {"seat": 5, "full": 19}
