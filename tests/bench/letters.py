"""Letters a second over two task processes: real reminders, rendered and with their own links, to a local SMTP server.

``LETTERS=1000 python -m tests.bench.letters``; DATABASE_URL chooses the database (a fresh one: rows are added),
REDIS_URL the broker. The reference is what the mail server takes from one process that renders nothing: the same
letter again and again over one connection. Rounds alternate, so that a slow moment falls on both.
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
ROUNDS = 3
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


def prepare() -> list[int]:
    """Registrations of one event tomorrow; returns their ids."""
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
    return list(event.registrations.values_list("pk", flat=True))


def deliver(round_number: int) -> float:
    """Queue a reminder for everybody at once and wait until all have left. Returns letters a second."""
    from events.models import Registration
    from events.services import letters
    from iurc_portal.notifications.models import Message

    registrations = list(Registration.objects.select_related("event"))
    rule = registrations[0].event.reminder_rules.get()
    for registration in registrations:
        registration.event.schedule_version = round_number  # another key each round; the row itself stays
    type(registrations[0].event).objects.update(schedule_version=round_number)
    letters.queue_reminders((one, rule, one.event.dtstart) for one in registrations)
    started = time.perf_counter()
    while left := Message.objects.waiting().count():
        time.sleep(0.05)
        if time.perf_counter() - started > 300:
            sys.exit(f"{left} letters have not left")
    seconds = time.perf_counter() - started
    states = set(Message.objects.values_list("state", flat=True))
    if states != {"sent"}:
        sys.exit(f"not everything was sent: {states}")
    return len(registrations) / seconds


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
            prepare()
            running = [workers.start_worker(1), workers.start_worker(2)]
            time.sleep(6)  # until both have imported what they need
            deliver(1)
            rounds = []
            for number in range(2, 2 + ROUNDS):
                rounds.append((deliver(number), reference(port)))
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


if __name__ == "__main__":
    main()
