"""The claim of an offer against its end, at the same instant, over several processes (events spec 3.6, 3.7).

``python -m tests.faults.claims [rounds] [processes]`` prints one line of JSON: how often the claim won and how
often the end, and in how many rounds both or neither did. In each round half of the processes claim and half sweep,
all of them within some milliseconds of the offer's end, by their own clocks.
"""

import json
import random
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta

from tests.faults.home import own_home
from tests.faults.workers import ROOT

APART = timedelta(milliseconds=150)  # between the ends of two rounds' offers
EARLIEST, LATEST = -0.03, 0.01  # seconds from the end in which the processes act; they wake a little late
BEGIN = timedelta(seconds=1)  # until the first round


def prepare(rounds: int) -> list[int]:
    """An event for each round: one seat, offered to one person, and another in line. Their ids."""
    from django.utils import timezone

    from tests.factories import make_event, make_registration

    now = timezone.now()
    holders = []
    for _number in range(rounds):
        event = make_event(maximum_attendee_capacity=1, waiting_list=True, dtstart=now + timedelta(days=10))
        waits = {"state": "waiting", "confirmed_at": None, "joined_at": now}
        holder, _follower = make_registration(event, **waits), make_registration(event, **waits)
        holders.append(holder.pk)
    return holders


def offer(holders: list[int]) -> None:
    """Each holder's offer ends a little after the one before."""
    from django.utils import timezone

    from events.models import Offer, Registration

    first = timezone.now() + BEGIN
    ends = {holder: first + number * APART for number, holder in enumerate(holders)}
    rows = [Registration(pk=holder, state="offered", hold_until=end) for holder, end in ends.items()]
    Registration.objects.bulk_update(rows, ["state", "hold_until"])
    Offer.objects.bulk_create(
        Offer(registration_id=holder, offered_at=end - timedelta(hours=1), expires_at=end)
        for holder, end in ends.items()
    )


def act(claims: bool) -> None:
    """One process: at each offer's end, claim it or sweep."""
    import django

    django.setup()
    from django.core.exceptions import ValidationError
    from django.utils import timezone

    from events.models import Registration
    from events.services import registrations
    from iurc_portal.notifications import services as outbox

    outbox.call_courier = lambda keys: None
    outcomes: Counter[str] = Counter()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    rows = Registration.objects.filter(state="offered").select_related("event").order_by("pk")
    for row in list(rows):
        moment = row.hold_until.timestamp() + random.uniform(EARLIEST, LATEST)
        time.sleep(max(0.0, moment - time.time()))
        try:
            if claims:
                registrations.claim_offer(row, now=timezone.now())
            else:
                registrations.promote(row.event, now=timezone.now())
            outcomes["done"] += 1
        except ValidationError as refusal:
            outcomes[refusal.code] += 1
    sys.stdout.write(json.dumps(outcomes))


def main(rounds: str = "200", processes: str = "4") -> None:
    with own_home():
        holders = prepare(int(rounds))
        command = [sys.executable, "-m", "tests.faults.claims", "act"]
        running = [
            subprocess.Popen(
                [*command, "claim" if n % 2 else "sweep"],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for n in range(int(processes))
        ]
        for process in running:
            process.stdout.readline()
        offer(holders)
        for process in running:
            process.stdin.write("go\n")
            process.stdin.flush()
        told = [process.communicate(timeout=180)[0] for process in running]
        if any(process.returncode for process in running):
            sys.exit("a process ended with an error")
        figures = {"rounds": len(holders), **judged(holders), "told": [json.loads(one) for one in told]}
        sys.stdout.write(json.dumps(figures))


def judged(holders: list[int]) -> dict:
    """Who won each round, by what is written down everywhere: states, seats, offers, letters and the log."""
    from django.utils import timezone

    from events.models import Offer, Registration
    from iurc_portal.audit.models import Transition
    from iurc_portal.notifications.models import Message

    results: Counter[str] = Counter()
    for holder in Registration.objects.filter(pk__in=holders).select_related("event"):
        follower = holder.event.registrations.exclude(pk=holder.pk).get()
        of_holder = Message.objects.filter(to=holder.email).values_list("kind", flat=True)
        facts = (
            holder.state,
            follower.state,
            *Offer.objects.filter(registration=holder).values_list("outcome", flat=True),
            *of_holder,
            *Transition.objects.of(holder).values_list("to_state", flat=True),
        )
        seated = holder.event.registrations.taking_seats(now=timezone.now())
        if facts == ("confirmed", "waiting", "claimed", "events.confirmed", "confirmed") and seated.count() == 1:
            results["the claim won"] += 1
        elif facts == ("expired", "offered", "expired", "events.missed", "expired") and seated.count() == 1:
            results["the end won"] += 1
        else:
            results["both or neither"] += 1
            sys.stderr.write(f"{facts}\n")
    return {"the claim won": 0, "the end won": 0, "both or neither": 0, **results}


if __name__ == "__main__":
    if sys.argv[1:2] == ["act"]:
        act(sys.argv[2] == "claim")
    else:
        main(*sys.argv[1:])
