"""A partner's calendar of 5 MB: fetched, read in its own process, compared (issue 6: under 300 MB).

Run by ``BENCH_ONLY=sources make bench``. A worker of its own imports it, as the task does, while somebody reads a page
that the web process renders anew: how long that takes meanwhile, and how long when nothing else happens.
"""

import json
import resource
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

SIZE = 5 * 1024 * 1024 - 2000
SERIES = 50
PAGE = "/it/events/"


def a_large_file() -> bytes:
    """Just under 5 MB: events with long texts, and series with exceptions."""
    from django.utils import timezone

    start = timezone.now() + timedelta(days=5)
    parts, size, number = ["BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Bench//EN\r\n"], 0, 0
    while number < 4900:
        at = start + timedelta(hours=2 * number)
        rule = f"RRULE:FREQ=WEEKLY;COUNT=40\r\nEXDATE:{at + timedelta(weeks=3):%Y%m%dT%H%M%SZ}\r\n"
        text = (
            f"BEGIN:VEVENT\r\nUID:{number}@bench\r\nDTSTAMP:20260101T000000Z\r\n"
            f"DTSTART:{at:%Y%m%dT%H%M%SZ}\r\nDURATION:PT1H\r\nSUMMARY:Talk {number}\r\n"
            f"{rule if number < SERIES else ''}DESCRIPTION:{'Trasporti e energia, 交通。 ' * 30}\r\nEND:VEVENT\r\n"
        )
        size += len(text.encode())
        if size > SIZE:
            break
        parts.append(text)
        number += 1
    return ("".join(parts) + "END:VCALENDAR\r\n").encode()


def report(port: int) -> None:
    """Print seconds, CPU and peak memory of the first import and of one that brings nothing new."""
    from django.conf import settings

    from ecosystem.models import Organisation
    from events.models import FeedSource, Track
    from tests.events.sources.server import serving

    settings.FEED_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    body = a_large_file()
    with visits(port) as times:
        time.sleep(5)
    print(f"{PAGE} rendered for one reader: {words_of(times)}", flush=True)
    with serving() as partner:
        source = FeedSource.objects.create(
            name="Bench", url=partner.serve(body), owner=Organisation.objects.first(), track=Track.objects.first()
        )
        for words in ("first import", "the same again"):
            command = [sys.executable, "-m", "tests.bench.sources", str(source.pk)]
            with visits(port) as times:
                said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            found = json.loads(said.splitlines()[-1])
            FeedSource.objects.update(last_fetch_at=None)
            print(
                f"calendar of {len(body) / 1024 / 1024:.1f} MiB, {words}: {found['outcome']}, "
                f"{source.items.count()} items, {found['seconds']:.1f} s; CPU {found['worker']:.1f} s worker, "
                f"{found['reading']:.1f} s reading; peak {found['peak']:.0f} MiB worker "
                f"(before: {found['before']:.0f}), at most {found['peak_reading']:.0f} MiB reading; "
                f"the page meanwhile {words_of(times)}",
                flush=True,
            )


@contextmanager
def visits(port: int) -> Iterator[list[float]]:
    """Somebody opens the page again and again until the block ends: milliseconds of each."""
    times: list[float] = []
    over = threading.Event()

    def visit() -> None:
        while not over.is_set():
            asked = urllib.request.Request(f"http://127.0.0.1:{port}{PAGE}", headers={"Cookie": "sessionid=none"})
            started = time.perf_counter()
            with urllib.request.urlopen(asked) as answer:
                answer.read()
            times.append((time.perf_counter() - started) * 1000)
            over.wait(0.05)

    reader = threading.Thread(target=visit)
    reader.start()
    try:
        yield times
    finally:
        over.set()
        reader.join()


def words_of(times: list[float]) -> str:
    return f"{statistics.median(times):.0f} ms, the longest {max(times):.0f} (of {len(times)})"


def work(source_id: int) -> None:
    """What the worker does, and what it took."""
    import django

    django.setup()
    from django.conf import settings
    from django.utils import timezone

    from events.services import sources

    settings.FEED_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    before, started, small = _cpu(), time.perf_counter(), _peak()
    outcome = sources.fetch(source_id, now=timezone.now())
    seconds = time.perf_counter() - started
    worker, reading = (after - earlier for after, earlier in zip(_cpu(), before, strict=True))
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024  # never less than its parent had then
    peaks = {"before": small, "peak": _peak(), "peak_reading": child}
    print(json.dumps({"outcome": outcome, "seconds": seconds, "worker": worker, "reading": reading, **peaks}))


def _peak() -> float:
    """The most that this process has held, in MiB: what ``getrusage`` says would begin with what its parent held."""
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024


def _cpu() -> tuple[float, float]:
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return tuple(sum(resource.getrusage(kind)[:2]) for kind in kinds)


if __name__ == "__main__":
    work(int(sys.argv[1]))
