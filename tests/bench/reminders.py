"""How the sweep of reminders finds what is due among 100,000 registrations.

``DATABASE_URL=postgres://… python -m tests.bench.reminders`` on a fresh database: rows are added. It prints the plan
of the one query of a rule, before and after its letters are written, and what a sweep takes when nothing, and when
10,000 reminders, are due. Couriers are not called: what they take is the outbox's affair.
"""

import os
import time
from datetime import timedelta

BIG, SMALL, EVENTS = 80_000, 100, 200  # people at one event, people at each of the others, and how many those are
BURST = 10_000


def fill(now):
    """One event with most people, two hundred others, and one with the burst. Returns them."""
    from django.core.management import call_command
    from django.db import connection

    from tests.factories import make_event, make_organisation, make_track

    call_command("migrate", verbosity=0)
    organizer, track = make_organisation(), make_track()
    common = {"organizer": organizer, "track": track, "published_at": now - timedelta(days=60)}
    big = make_event(dtstart=now + timedelta(hours=24), slug="bench-big", **common)
    others = [make_event(dtstart=now + timedelta(days=n % 60 + 2), **common) for n in range(EVENTS)]
    burst = make_event(dtstart=now + timedelta(hours=30), slug="bench-burst", **common)
    for event, people in ((big, BIG), *((event, SMALL) for event in others), (burst, BURST)):
        register(event, people, now=now)
        for trigger in ("-P7D", "-PT24H", "-PT1H", "-PT15M"):
            event.reminder_rules.create(trigger=trigger)
    from events.models import ReminderRule

    ReminderRule.objects.update(created_at=now - timedelta(days=50))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return big, others, burst


def register(event, people, *, now) -> None:
    from events.models import Registration

    Registration.objects.bulk_create(
        (
            Registration(
                event=event,
                email=f"person{n}@bench.example",
                email_key=f"person{n}@bench.example",
                family_name="Sample",
                state="confirmed" if n % 10 else "cancelled",
                joined_at=now - timedelta(days=30),
                confirmed_at=now - timedelta(days=30),
                language=("it", "ja", "en")[n % 3],
                tzid=("Europe/Rome", "Asia/Tokyo")[n % 2],
            )
            for n in range(people * 10 // 9)
        ),
        batch_size=2000,
    )


def plan(rule) -> str:
    from events.services import reminders

    owed = reminders.owed_people(rule, due_at=rule.due_at()).values("pk")
    return owed.explain(analyze=True, buffers=True, costs=False, summary=True)


def timed(title: str, act) -> None:
    started = time.perf_counter()
    outcome = act()
    print(f"{title}: {time.perf_counter() - started:.2f} s, {outcome}", flush=True)


def main() -> None:
    os.environ.update(DJANGO_SETTINGS_MODULE="tests.bench.settings", DEMO="on", RATE_LIMITS="off")
    import django

    django.setup()
    from django.db import connection
    from django.utils import timezone

    from events.models import Registration
    from events.services import reminders
    from iurc_portal.notifications import services as outbox

    if connection.vendor != "postgresql":
        raise SystemExit("Set DATABASE_URL to a fresh PostgreSQL database: its plans are what is asked for.")
    outbox.call_courier = lambda message_ids: None
    now = timezone.now().replace(microsecond=0)
    big, others, burst = fill(now)
    print(f"{Registration.objects.count()} registrations, {Registration.objects.confirmed().count()} confirmed")
    rule = big.reminder_rules.get(trigger="-PT24H")
    timed("a sweep with nothing due", lambda: reminders.send_due(now=now - timedelta(minutes=1)))
    print("\nNobody has had it yet:\n" + plan(rule))
    small = others[0].reminder_rules.get(trigger="-PT24H")
    print(f"\nThe same for an event of {SMALL} people:\n" + plan(small))
    timed(f"\na sweep that writes {BIG}", lambda: reminders.send_due(now=now))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print("\nEverybody has had it:\n" + plan(rule))
    timed("\nthe sweep a minute later", lambda: reminders.send_due(now=now + timedelta(minutes=1)))
    timed(f"a sweep that writes {BURST}", lambda: reminders.send_due(now=burst.dtstart - timedelta(hours=24)))


if __name__ == "__main__":
    main()
