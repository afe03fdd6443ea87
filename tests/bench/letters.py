"""Letters a second over two task processes: real reminders, rendered and with their own links, to a local SMTP server.

``LETTERS=1000 ROUNDS=1 python -m tests.bench.letters``; DATABASE_URL chooses the database (a fresh one: rows are
added), REDIS_URL the broker. ONE_A_TASK=1 calls a courier for each letter instead of one for fifty. The reference is
what the mail server takes from one process that renders nothing: the same letter again and again over one connection.
Rounds alternate, so that a slow moment falls on both. At the end all reminders fall due at once, and the time is taken
from the sweep that finds them until the last has left.
"""

import os
import platform
import smtplib
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import timedelta

from tests.faults import workers

LETTERS = int(os.environ.get("LETTERS", "10000"))
ROUNDS = int(os.environ.get("ROUNDS", "3"))
PATIENCE = 600  # seconds
ONE_A_TASK = os.environ.get("ONE_A_TASK") == "1"
SINK = """
import asyncio, sys
from aiosmtpd.smtp import SMTP

class Sink:
    async def handle_DATA(self, server, session, envelope):
        return "250 taken"

async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Sink(), enable_SMTPUTF8=True), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.sleep(3600)

asyncio.run(main())
"""


def prepare() -> None:
    """Registrations of one event tomorrow."""
    from django.core.management import call_command
    from django.utils import timezone

    from events.models import Registration
    from tests.factories import make_event

    call_command("migrate", verbosity=0)
    now = timezone.now()
    event = make_event(dtstart=now + timedelta(hours=20), name_it="Città come banco di prova", name_ja="都市の実証")
    Registration.objects.bulk_create(
        [
            Registration(
                event=event, email=f"guest{n}@example.org", email_key=f"guest{n}@example.org", family_name="Yamada",
                state="confirmed", joined_at=now, confirmed_at=now - timedelta(days=9), language="ja",
                tzid="Asia/Tokyo",
            )
            for n in range(LETTERS)
        ],
        batch_size=2000,
    )  # fmt: skip
    event.reminder_rules.create(trigger="-PT24H")


def queue(round_number: int) -> None:
    """Write a reminder for everybody into the outbox; couriers are called once that is committed."""
    from events.models import Event, Registration
    from events.services import letters

    Event.objects.update(schedule_version=round_number)  # another key each round
    registrations = list(Registration.objects.select_related("event"))
    rule = registrations[0].event.reminder_rules.get()
    letters.queue_reminders((one, rule, None, one.event.dtstart) for one in registrations)


def wait() -> None:
    """Until all have left. Ends the program if some do not."""
    from iurc_portal.notifications.models import Message

    started = time.perf_counter()
    while left := Message.objects.waiting().count():
        time.sleep(0.05)
        if time.perf_counter() - started > PATIENCE:
            sys.exit(f"{left} letters have not left")
    states = set(Message.objects.values_list("state", flat=True))
    if states != {"sent"}:
        sys.exit(f"not everything was sent: {states}")


def deliver(round_number: int) -> float:
    """Letters a second, from the first that left until the last."""
    from django.db.models import Max, Min

    from iurc_portal.notifications.models import Message

    before = Message.objects.aggregate(last=Max("pk"))["last"] or 0
    queue(round_number)
    wait()
    left = Message.objects.filter(pk__gt=before).aggregate(first=Min("sent_at"), last=Max("sent_at"))
    return LETTERS / (left["last"] - left["first"]).total_seconds()


def deliver_due() -> float:
    """Seconds from the sweep that finds everybody's reminder due until the last has left."""
    from django.utils import timezone

    from events.models import Delivery, Event, ReminderRule
    from events.services import reminders

    now = timezone.now()
    Event.objects.update(
        dtstart=now + timedelta(hours=24), dtend=now + timedelta(hours=25), schedule_version=2 + ROUNDS,
        published_at=now - timedelta(days=9), schedule_since=now - timedelta(days=9),
    )  # fmt: skip
    ReminderRule.objects.update(created_at=now - timedelta(days=9))
    started = time.perf_counter()
    reminders.send_due(now=now)
    written = Delivery.objects.count()
    if written != LETTERS:
        sys.exit(f"{written} of {LETTERS} reminders were due")
    wait()
    return time.perf_counter() - started


def reference(port: int) -> float:
    from iurc_portal.notifications.models import Message
    from iurc_portal.notifications.services import render

    letter = render(Message.objects.last(), preview=True).message().as_bytes(linesep="\r\n")
    count = min(LETTERS, 2000)
    with smtplib.SMTP("127.0.0.1", port) as connection:
        started = time.perf_counter()
        for _n in range(count):
            connection.sendmail("portal@torino-nagoya.example", ["guest@example.org"], letter)
        return count / (time.perf_counter() - started)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="iurc-letters-") as folder:
        sink = subprocess.Popen([sys.executable, "-c", SINK], stdout=subprocess.PIPE, text=True)
        running: list[subprocess.Popen] = []
        try:
            port = int(sink.stdout.readline())
            os.environ |= {
                "FAULTS_DIR": folder,
                "DJANGO_SETTINGS_MODULE": "tests.faults.mail_settings",
                "SMTP_PORT": str(port),
            }
            import django

            django.setup()
            from iurc_portal.notifications import services as outbox

            if ONE_A_TASK:
                outbox.BATCH = 1
            prepare()
            running = [workers.start_worker(1), workers.start_worker(2)]
            time.sleep(6)  # until both have imported what they need
            deliver(1)
            rounds = [(deliver(number), reference(port)) for number in range(2, 2 + ROUNDS)]
            due = deliver_due()
        finally:
            workers.stop(*running)
            sink.terminate()
            sink.wait(10)
    ratios = sorted(ours / bare for ours, bare in rounds)
    ours, bare = (statistics.median(row[side] for row in rounds) for side in (0, 1))
    engine = os.environ["DATABASE_URL"].split(":")[0]
    print(f"{platform.python_version()}, {os.cpu_count()} cores shared with the server, {engine}, {LETTERS} reminders")
    print(f"{ours:.0f} letters/s over two task processes; the mail server alone takes {bare:.0f}/s from one")
    print(f"ratio min, median, max: {ratios[0]:.2f} {ratios[len(ratios) // 2]:.2f} {ratios[-1]:.2f}")
    print(f"{LETTERS} reminders due at once, from the sweep until the last has left: {due:.1f} s")


if __name__ == "__main__":
    main()
