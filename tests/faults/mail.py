"""The outbox under faults: killed workers, an emptied broker, a mail server that refuses, cuts and dawdles.

``python -m tests.faults.mail killed|refused|beats|slower`` prints one line of JSON: letters, how many were lost, how
many arrived twice (and under how many Message-IDs). DATABASE_URL and REDIS_URL choose the servers on which it gets a
database and a broker of its own; the defaults are SQLite and files in a folder that goes away.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta

from tests.faults import workers
from tests.faults.home import own_home
from tests.faults.post_office import PostOffice

PATIENCE = 60  # seconds until a scenario gives up waiting
BEAT = "from django.utils import timezone; from iurc_portal.notifications import services; " \
    "[services.sweep_outbox(now=timezone.now()) for _ in range(3)]"  # fmt: skip


def queue(addresses: list[str]) -> None:
    """Letters whose courier was never called: the broker was away, or lost what it had."""
    from iurc_portal.notifications.models import Message
    from iurc_portal.notifications.services import message_id_for

    Message.objects.bulk_create(
        Message(
            key=f"news to {address}",
            kind="tests.letter",
            to=address,
            language="it",
            tzid="Europe/Rome",
            message_id=message_id_for(f"news to {address}"),
        )
        for address in addresses
    )


def sweep() -> None:
    from django.utils import timezone

    from iurc_portal.notifications import services

    services.sweep_outbox(now=timezone.now())


def ten_minutes_later() -> None:
    """The clock goes on: lost claims are free again, pauses are over."""
    from django.db.models import F
    from django.utils import timezone

    from iurc_portal.notifications.models import Message

    Message.objects.filter(state="sending").update(claimed_at=F("claimed_at") - timedelta(minutes=11))
    Message.objects.filter(state="queued").exclude(not_before=None).update(not_before=timezone.now())


def wait_for(done: Callable[[], bool], *, each: Callable[[], None] | None = None, patience: float = PATIENCE) -> None:
    """Wait until ``done()``; ``each`` is called at the beginning and every other second meanwhile."""
    until = time.monotonic() + patience
    again = 0.0
    while True:
        if each is not None and time.monotonic() > again:
            each()
            again = time.monotonic() + 2
        if done():
            return
        if time.monotonic() > until:
            sys.exit(f"still not there after {patience} s: {states()} {errors()}")
        time.sleep(0.05)


def states() -> dict[str, int]:
    from django.db.models import Count

    from iurc_portal.notifications.models import Message

    return dict(Message.objects.values_list("state").annotate(n=Count("pk")).order_by("state"))


def errors() -> list[str]:
    from iurc_portal.notifications.models import Message

    return list(Message.objects.exclude(error="").values_list("error", flat=True)[:3])


def waiting() -> int:
    from iurc_portal.notifications.models import Message

    return Message.objects.waiting().count()


def report(office: PostOffice, letters: int, **more) -> None:
    """Every letter has one Message-ID of its own, so that letters and ids can be counted alike."""
    from iurc_portal.notifications.models import Message

    expected = set(Message.objects.filter(state="sent").values_list("message_id", flat=True))
    doubled = {name: n for name, n in office.taken.items() if n > 1}
    sys.stdout.write(
        json.dumps(
            {
                "letters": letters,
                "states": states(),
                "lost": len(expected - set(office.taken)),
                "unknown ids": len(set(office.taken) - expected),
                "doubled": sum(n - 1 for n in doubled.values()),
                "attempts": sum(Message.objects.values_list("attempts", flat=True)),
                **more,
            }
        )
    )


def killed() -> None:
    """SIGKILL while the server has the eighth letter in hand and has not answered; then the broker is emptied, too.

    The letter in hand arrives twice with the same Message-ID, every other one once.
    """
    first: list[subprocess.Popen] = []
    office = PostOffice(in_hand=lambda taken: workers.kill(first[0]) if taken == 8 else None)
    with office:
        os.environ["SMTP_PORT"] = str(office.port)
        queue([f"person{n}@example.org" for n in range(40)])
        first.append(workers.start_worker(1))
        sweep()
        wait_for(lambda: first[0].poll() is not None)
        after_death = states()
        workers.empty_broker()
        second = workers.start_worker(2)
        try:
            sweep()
            wait_for(lambda: waiting() == 1)  # all but the one that the dead worker still claims
            ten_minutes_later()
            sweep()
            wait_for(lambda: waiting() == 0)
        finally:
            workers.stop(second)
        report(office, 40, **{"after the death": after_death, "taken": office.taken.total()})


def refused() -> None:
    """451 twice, 550, a connection cut in DATA, a slow answer; the others go on meanwhile, over two workers."""
    kinds = ("twice451", "unknown", "cut", "slow", "plain")
    addresses = [f"{kind}{n}@example.org" for n in range(4) for kind in kinds]
    with PostOffice() as office:
        os.environ["SMTP_PORT"] = str(office.port)
        queue(addresses)
        running = [workers.start_worker(1), workers.start_worker(2)]
        try:
            rounds = 0
            while waiting() and rounds < 8:
                rounds += 1
                sweep()
                wait_for(nothing_to_deliver)
                ten_minutes_later()
        finally:
            workers.stop(*running)
        tries = {kind: sorted({office.tries[a] for a in addresses if a.startswith(kind)}) for kind in kinds}
        report(office, len(addresses), tries=tries)


def deliverable() -> int:
    from django.utils import timezone

    from iurc_portal.notifications.models import Message

    now = timezone.now()
    return Message.objects.deliverable(now=now).count() + Message.objects.filter(state="sending").count()


def nothing_to_deliver() -> bool:
    return not deliverable()


def beats() -> None:
    """Two beats at once hand over the same letters again and again, to two workers: each letter arrives once."""
    with PostOffice() as office:
        os.environ["SMTP_PORT"] = str(office.port)
        queue([f"person{n}@example.org" for n in range(200)])
        running = [workers.start_worker(1), workers.start_worker(2)]
        try:
            shell = [sys.executable, "manage.py", "shell", "-v", "0", "-c", BEAT]
            both = [subprocess.Popen(shell, cwd=workers.ROOT) for _beat in range(2)]
            codes = [beat.wait(PATIENCE) for beat in both]
            wait_for(lambda: waiting() == 0)
            time.sleep(1)  # what was handed over twice is still looked at
        finally:
            workers.stop(*running)
        report(office, 200, beats=codes)


def slower() -> None:
    """The server answers later than we wait: the letter has arrived, and leaves again under the same Message-ID.

    That repeat is the one which cannot be avoided; letters to others leave in the same round, over two workers.
    """
    os.environ["SMTP_TIMEOUT"] = "1"
    addresses = [f"late{n}@example.org" for n in range(3)] + [f"plain{n}@example.org" for n in range(10)]
    with PostOffice() as office:
        os.environ["SMTP_PORT"] = str(office.port)
        queue(addresses)
        running = [workers.start_worker(1), workers.start_worker(2)]
        try:
            others = 0
            while waiting():
                wait_for(nothing_to_deliver, each=sweep)  # a batch that met two silences is left to the next sweep
                others = others or len(office.arrived("plain"))
                ten_minutes_later()
        finally:
            workers.stop(*running)
        tries = {
            kind: sorted({office.tries[a] for a in addresses if a.startswith(kind)}) for kind in ("late", "plain")
        }
        more = {"taken after we gave up": office.too_late.total(), "others in the first round": others}
        report(office, len(addresses), tries=tries, **more)


def main(scenario: str) -> None:
    with own_home():
        from tests.notifications import kinds  # noqa: F401 - registers the kind of letter

        {"killed": killed, "refused": refused, "beats": beats, "slower": slower}[scenario]()


if __name__ == "__main__":
    main(sys.argv[1])
