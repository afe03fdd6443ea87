"""A partner's calendar of 5 MB: fetched, read in its own process, compared (issue 6: under 300 MB).

Run by ``BENCH_ONLY=sources make bench``. What waits is a worker's task; the web processes have no part in it.
"""

import resource
import time
from datetime import timedelta

SIZE = 5 * 1024 * 1024 - 2000
SERIES = 50


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
            f"{rule if number < SERIES else ''}DESCRIPTION:{'Trasporti e energia, 交通。 ' * 24}\r\nEND:VEVENT\r\n"
        )
        size += len(text.encode())
        if size > SIZE:
            break
        parts.append(text)
        number += 1
    return ("".join(parts) + "END:VCALENDAR\r\n").encode()


def report() -> None:
    """Print seconds, CPU and peak memory of the first import and of one that brings nothing new."""
    from django.conf import settings
    from django.utils import timezone

    from ecosystem.models import Organisation
    from events.models import FeedSource, Track
    from events.services import sources
    from tests.events.sources.server import serving

    settings.FEED_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    body = a_large_file()
    with serving() as partner:
        source = FeedSource.objects.create(
            name="Bench", url=partner.serve(body), owner=Organisation.objects.first(), track=Track.objects.first()
        )
        for words in ("first import", "the same again"):
            before, started = _cpu(), time.perf_counter()
            outcome = sources.fetch(source.pk, now=timezone.now())
            seconds = time.perf_counter() - started
            worker, child = (after - earlier for after, earlier in zip(_cpu(), before, strict=True))
            FeedSource.objects.update(last_fetch_at=None)
            peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
            own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(
                f"calendar of {len(body) / 1024 / 1024:.1f} MiB, {words}: {outcome}, {source.items.count()} items, "
                f"{seconds:.1f} s; CPU {worker:.1f} s worker, {child:.1f} s reading; "
                f"peak {own:.0f} MiB worker, {peak:.0f} MiB reading",
                flush=True,
            )


def _cpu() -> tuple[float, float]:
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return tuple(sum(resource.getrusage(kind)[:2]) for kind in kinds)
