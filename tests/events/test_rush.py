"""Many people at once for few places, over several processes; claims against expiry; seats added meanwhile (18.1).

Each process has its own connection and its own interpreter, as the portal's web workers have. PostgreSQL alone.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone

from events.models import Event, Offer, Registration
from iurc_portal.audit.models import Transition
from iurc_portal.notifications.models import Message
from tests.events.test_concurrency import at_once, parallel, soon
from tests.factories import make_event, make_registration

pytestmark = pytest.mark.django_db(transaction=True)
PROCESSES = 4
BEGIN = """
import django, json, sys
django.setup()
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone
from events.exceptions import Busy
from events.models import Event, Registration
from events.services import registrations
from iurc_portal.notifications import services as outbox
outbox.call_courier = lambda keys: None
person = dict(family_name="Yamada", given_name="Taro", language="ja", tzid="Asia/Tokyo")
event, first, last = Event.objects.get(), int(sys.argv[1]), int(sys.argv[2])
def ask(n):
    while True:  # the form asks to try again in a moment, and people do (2.12)
        try:
            row = registrations.request_registration(
                event=event, email=f"person{n}@example.org", person=person, now=timezone.now())
            return "seat" if row.hold_until else "line"
        except Busy:
            outcomes.append("busy")
        except ValidationError as refusal:
            return refusal.code
outcomes = []
print("ready", flush=True)
sys.stdin.readline()
"""
ASK = BEGIN + "for n in range(first, last): outcomes.append(ask(n))\nprint(json.dumps(outcomes))\n"


def start(script, *arguments):
    database = connection.settings_dict
    address = f"postgres://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}"
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": f"{address.replace(':@', '@')}/{database['NAME']}",
    }
    process = subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        cwd=django_settings.BASE_DIR,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "ready\n"
    return process


def run(processes) -> Counter:
    """Let all begin together; how often each outcome came."""
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = [process.communicate(timeout=180)[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * len(processes)
    return Counter(outcome for answer in answers for outcome in json.loads(answer))


def shares(number):
    """``number`` people divided among the processes, as pairs (first, one past the last)."""
    share = number // PROCESSES
    return [(n * share, (n + 1) * share) for n in range(PROCESSES)]


@parallel
def test_500_people_on_the_last_100_places_over_four_processes():
    event = make_event(maximum_attendee_capacity=100, dtstart=soon())

    outcomes = run([start(ASK, first, last) for first, last in shares(500)])

    assert {name: outcomes[name] for name in ("seat", "full")} == {"seat": 100, "full": 400}
    assert event.registrations.taking_seats(now=timezone.now()).count() == 100
    assert event.registrations.count() == 100
    assert Message.objects.filter(kind="events.proof").count() == 100


@parallel
def test_500_people_on_100_places_with_a_waiting_list_lose_nobody():
    event = make_event(maximum_attendee_capacity=100, dtstart=soon(), waiting_list=True)

    outcomes = run([start(ASK, first, last) for first, last in shares(500)])

    assert (outcomes["full"], outcomes["seat"] + outcomes["line"]) == (0, 500)
    assert event.registrations.taking_seats(now=timezone.now()).count() == outcomes["seat"] == 100
    assert event.registrations.count() == Message.objects.filter(kind="events.proof").count() == 500


@parallel
def test_enlarging_while_people_register_neither_oversells_nor_wastes():
    event = make_event(maximum_attendee_capacity=20, dtstart=soon())
    enlarge = (
        BEGIN.replace("outcomes = []", "outcomes = []\nimport time") + "for size in range(30, 101, 10):\n"
        "  time.sleep(0.05)\n"
        "  Event.objects.filter(pk=event.pk).update(maximum_attendee_capacity=size)\n"
        "  registrations.promote(event, now=timezone.now())\n"
        "print(json.dumps(outcomes))\n"
    )
    insist = (
        BEGIN + "for n in range(first, last):\n"
        "  answer = ask(n)\n"
        "  while answer == 'full' and Event.objects.get().maximum_attendee_capacity < 100: answer = ask(n)\n"
        "  outcomes.append(answer)\n"
        "print(json.dumps(outcomes))\n"
    )

    outcomes = run([start(enlarge, 0, 0), *(start(insist, first, last) for first, last in shares(120))])

    assert outcomes["seat"] == event.registrations.taking_seats(now=timezone.now()).count() <= 100
    assert outcomes["seat"] + outcomes["full"] == 120
    assert outcomes["seat"] == 100


@parallel
def test_a_claim_and_the_expiry_in_the_same_second_have_one_winner(settings):
    """The claim comes an instant before the end, the sweep at the end; whoever has the lock first decides alone."""
    settings.IURC_EVENTS = {**settings.IURC_EVENTS, "lock_seconds": 30}
    rounds = Counter()
    for n in range(6):
        now = timezone.now()
        event = make_event(maximum_attendee_capacity=1, waiting_list=True, dtstart=soon())
        holder, follower = (
            make_registration(
                event, email=f"{who}{n}@example.org", state="waiting", confirmed_at=None, joined_at=now + k * MINUTE
            )
            for k, who in enumerate(("holder", "follower"))
        )
        Registration.objects.filter(pk=holder.pk).update(state="offered", hold_until=now)
        Offer.objects.create(registration=holder, offered_at=now - MINUTE, expires_at=now)
        holder.refresh_from_db()

        answers = at_once(4, lambda k, event=event, holder=holder, now=now: _claim_or_sweep(k, event, holder, now))

        states = dict(event.registrations.values_list("email", "state"))
        outcome = (states[holder.email], states[follower.email])
        assert outcome in {("confirmed", "waiting"), ("expired", "offered")}, (outcome, answers)
        assert event.registrations.taking_seats(now=now).count() == 1
        assert Transition.objects.of(holder).count() == 1
        rounds[outcome] += 1
    assert sum(rounds.values()) == 6


@parallel
def test_two_sweeps_at_once_offer_each_place_once(settings):
    settings.IURC_EVENTS = {**settings.IURC_EVENTS, "lock_seconds": 30}
    from events.services import registrations

    event = make_event(maximum_attendee_capacity=5, waiting_list=True, dtstart=soon())
    now = timezone.now()
    for n in range(12):
        make_registration(event, email=f"p{n}@example.org", state="waiting", confirmed_at=None, joined_at=now)

    at_once(4, lambda n: registrations.sweep(now=now)["offered"])

    offered = event.registrations.filter(state="offered").values_list("email", flat=True)
    assert sorted(offered) == [f"p{n}@example.org" for n in range(5)]
    assert Offer.objects.count() == Message.objects.filter(kind="events.offered").count() == 5


MINUTE = timedelta(minutes=1)


def _claim_or_sweep(k, event: Event, holder: Registration, now):
    from events.services import registrations

    if k % 2:
        return registrations.promote(event, now=now)
    return registrations.claim_offer(holder, now=now - timedelta(microseconds=1)).state
