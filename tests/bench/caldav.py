"""The first push of many events to a calendar server, beside bare PUTs of the same bodies over one kept connection.

``BENCH_ONLY=caldav make bench``; ``BENCH_SIZE`` is the number of events (1,000 by default). Rounds of both are
interleaved, each into an empty calendar of the same Radicale: it grows slower with every entry, for both alike.
"""

import http.client
import os
import statistics
import sys
import time
from datetime import timedelta

from cryptography.fernet import Fernet

from tests.caldav.servers import HEADERS, Server, radicale
from tests.faults.home import own_home

ROUNDS = 3


def main(size: int) -> None:
    os.environ |= {"CALDAV_ALLOWED_NETWORKS": "127.0.0.0/8", "FIELD_KEY": Fernet.generate_key().decode()}
    with own_home():
        server = radicale().start()
        try:
            report(server, size)
        finally:
            server.stop()


def report(server: Server, size: int) -> None:
    from django.utils import timezone

    from events.models import RemoteItem, SyncRun
    from tests.caldav.rig import Rig

    now = timezone.now()
    make_events(size, first=now.replace(microsecond=0) + timedelta(days=10))
    ratios, ours_rates, bare_rates = [], [], []
    for _round in range(ROUNDS):
        SyncRun.objects.all().delete()
        RemoteItem.objects.all().delete()
        rig = Rig(server, server.new_calendar(), now=now)
        started = time.perf_counter()
        run = rig.run()
        ours = size / (time.perf_counter() - started)
        assert run.counts["created"] == size, (run.error, run.counts)
        with rig.client() as client:
            bodies = [resource.data for resource in client.fetch(client.listing().etags)]
        bare = put_all(server, bodies)
        idle, changed = quiet(rig), ten_changes(rig)
        ratios.append(ours / bare)
        ours_rates.append(ours)
        bare_rates.append(bare)
        print(
            f"{size} events: {ours:.0f}/s, bare PUTs {bare:.0f}/s, ratio {ours / bare:.2f}; {idle}; {changed}",
            flush=True,
        )
    low, middle, high = min(ratios), statistics.median(ratios), max(ratios)
    print(f"ratio {low:.2f} {middle:.2f} {high:.2f} (min, median, max of {ROUNDS})")


def make_events(size: int, *, first) -> None:
    from events.models import Event
    from events.models.events import uid_for
    from programme.models import Webinar
    from tests.factories import make_event

    pattern = make_event(name_en="Pattern", dtstart=first)
    events = []
    for number in range(size - 1):
        start = first + timedelta(hours=number)
        event = Event(
            slug=f"bench-{number}", name_en=f"Event {number}", name_ja=f"催し{number}", description_en="Words. " * 40,
            status="CONFIRMED", published_at=pattern.published_at, dtstart=start, dtend=start + timedelta(hours=1),
            track=pattern.track, organizer=pattern.organizer,
        )  # fmt: skip
        event.uid = uid_for(event.public_id)
        events.append(event)
    Event.objects.bulk_create(events, batch_size=500)
    Webinar.objects.bulk_create([Webinar(event=event) for event in (pattern, *events)], batch_size=500)


def put_all(server: Server, bodies: list[bytes]) -> float:
    """The least that can be done: one connection, one PUT after the other. Per second."""
    path = server.new_calendar()
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    headers = {**HEADERS, "Content-Type": "text/calendar; charset=utf-8", "If-None-Match": "*"}
    started = time.perf_counter()
    for number, body in enumerate(bodies):
        connection.request("PUT", f"{path}{number}.ics", body, headers)
        reply = connection.getresponse()
        reply.read()
        assert reply.status == 201, reply.status
    return len(bodies) / (time.perf_counter() - started)


def quiet(rig) -> str:
    rig.run()
    started = time.perf_counter()
    run = rig.run()
    return f"nothing to do: {run.counts['requests']} request, {(time.perf_counter() - started) * 1000:.0f} ms"


def ten_changes(rig) -> str:
    for item in rig.calendar.items.select_related("event").order_by("pk")[:10]:
        rig.set_there(item.event, SUMMARY="Changed there")
    started = time.perf_counter()
    run = rig.run()
    took = (time.perf_counter() - started) * 1000
    return f"10 changes: {run.counts['requests']} requests, {run.counts['seen']} seen, {took:.0f} ms"


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 1000)
