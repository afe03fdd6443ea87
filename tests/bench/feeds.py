"""A calendar of a thousand events: rendered, kept, and confirmed to who has it (issue 4, performance spec).

Run by ``BENCH_ONLY=feed make bench`` (with ``BENCH_EVENTS=200`` for the specification's row), since so many events
more would make other pages others.
"""

import json
import os
import urllib.request
from collections.abc import Callable
from datetime import timedelta

EVENTS = int(os.environ.get("BENCH_EVENTS", "1000"))
TRACK = "bench"
PATH = f"/feeds/{TRACK}.ja.ics"
# What is measured, and the bare view on the same server it is compared with. "rendered" is the very first answer.
ROWS = {"kept": "/reference/file/", "304": "/reference/not-modified/"}


def prepare() -> None:
    """A thousand public events of one track, one a half day, with texts in two languages."""
    from django.utils import timezone

    from ecosystem.models import Organisation
    from events.models import Event, Track
    from events.models.events import uid_for

    track, _created = Track.objects.get_or_create(slug=TRACK, defaults={"name_en": "Bench", "name_ja": "計測"})
    organizer, now = Organisation.objects.first(), timezone.now()
    events = [
        Event(
            slug=f"bench-{n}", name_en=f"Talk {n}", name_ja=f"講演 {n}", track=track, organizer=organizer,
            description_ja="トリノで試す自動運転について、許認可の窓口と走行ルートを紹介します。" * 4,
            status=Event.Status.CONFIRMED, published_at=now, last_modified=now,
            dtstart=now + timedelta(hours=12 * n), dtend=now + timedelta(hours=12 * n + 1),
        )
        for n in range(EVENTS)
    ]  # fmt: skip
    for event in events:
        event.uid = uid_for(event.public_id)
    Event.objects.bulk_create(events, batch_size=500)


def first_answer(port: int) -> tuple[float, int, str]:
    """Seconds, bytes (compressed) and ETag of the answer that had to be rendered."""
    import time

    request = urllib.request.Request(f"http://127.0.0.1:{port}{PATH}", headers={"Accept-Encoding": "gzip"})
    started = time.perf_counter()
    with urllib.request.urlopen(request) as answer:
        body = answer.read()
        return time.perf_counter() - started, len(body), answer.headers["ETag"]


def report(port: int, measure: Callable[..., None]) -> None:
    """Print the three rows; ``measure`` takes port, name, path, reference and further headers."""
    seconds, size, etag = first_answer(port)
    print(f"calendar of {EVENTS} events: rendered in {seconds * 1000:.0f} ms, {size / 1024:.0f} KiB compressed")
    for name, reference in ROWS.items():
        os.environ["HEADERS"] = json.dumps({"If-None-Match": etag} if name == "304" else {})
        measure(port, f"calendar of {EVENTS} events, {name}", PATH, reference, False)
    os.environ.pop("HEADERS")
