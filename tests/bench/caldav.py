"""The first push of many events to a calendar server, beside bare PUTs of the same bodies over one kept connection.

``BENCH_ONLY=caldav make bench``; ``BENCH_SIZE`` is the number of events. Each of both goes into an empty calendar of
the same Radicale, which grows slower with every entry, for both alike; who goes first changes with every round.
``BENCH_ONLY=changes``: ten changes among so many entries (10,000 unless ``BENCH_SIZE`` says otherwise).
"""

import http.client
import os
import statistics
import sys
import time
from datetime import timedelta

from cryptography.fernet import Fernet

from tests.caldav.servers import HEADERS, USER, Server, radicale
from tests.faults.home import own_home

ROUNDS = 3
LANGUAGE = "it"  # of the entries


def main(size: int, *, changes: bool = False) -> None:
    os.environ |= {"CALDAV_ALLOWED_NETWORKS": "127.0.0.0/8", "FIELD_KEY": Fernet.generate_key().decode()}
    with own_home():
        server = radicale().start()
        try:
            (report_changes if changes else report)(server, size)
        finally:
            server.stop()


def report(server: Server, size: int) -> None:
    from django.utils import timezone

    now = timezone.now()
    make_events(size, first=now.replace(microsecond=0) + timedelta(days=10))
    bodies = list(rendered().values())  # after which this process knows all addresses, as a worker does
    ratios = []
    for number in range(ROUNDS):
        if number % 2:
            bare = put_all(server, bodies)
            ours, own, rig = push(server, size, now)
        else:
            ours, own, rig = push(server, size, now)
            bare = put_all(server, bodies)
        ratios.append(ours / bare)
        print(
            f"{size} events: {ours:.1f}/s, {own:.1f} ms of our own processor time each; bare PUTs {bare:.1f}/s, "
            f"ratio {ratios[-1]:.2f}; {quiet(rig)}; {ten_changes(rig)}",
            flush=True,
        )
    low, middle, high = min(ratios), statistics.median(ratios), max(ratios)
    print(f"ratio {low:.2f} {middle:.2f} {high:.2f} (min, median, max of {ROUNDS})")


def report_changes(server: Server, size: int) -> None:
    """Entries are laid into the server's folder, as if the answers to all our writes had been lost."""
    from django.utils import timezone

    from tests.caldav.rig import Rig

    now = timezone.now()
    make_events(size, first=now.replace(microsecond=0) + timedelta(days=10))
    path = server.new_calendar()
    folder = server.folder / "collections" / "collection-root" / USER / path.strip("/").rpartition("/")[2]
    for name, body in rendered().items():
        (folder / f"{name}.ics").write_bytes(body)
    started = time.perf_counter()
    get_to_know(server, path)
    print(f"the server has read its {size} files: {time.perf_counter() - started:.0f} s", flush=True)
    rig = Rig(server, path, now=now, fields={"language": LANGUAGE})
    started = time.perf_counter()
    run = rig.run()
    assert run.counts.get("adopted") == size, (run.error, run.detail, run.counts)
    print(
        f"{size} entries found again: {run.counts['requests']} requests, {time.perf_counter() - started:.0f} s",
        flush=True,
    )
    for _round in range(ROUNDS):
        print(f"{quiet(rig)}; {ten_changes(rig)}", flush=True)


def get_to_know(server: Server, path: str) -> None:
    """Let the server read what was laid into its folder: that takes longer than a portal waits for an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=1800)
    connection.request("PROPFIND", path, headers={**HEADERS, "Depth": "1"})
    reply = connection.getresponse()
    reply.read()
    connection.close()
    assert reply.status == 207, reply.status


def rendered() -> dict[str, bytes]:
    """What the portal writes for each event, by the name that the entry gets."""
    from events.caldav.copies import entry_of, render
    from events.models import Event

    events = Event.objects.select_related("place__city").order_by("dtstart", "pk")
    return {str(event.public_id): render(event, entry_of(event, language=LANGUAGE))[0] for event in events}


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


def push(server: Server, size: int, now) -> tuple:
    """The first run into an empty calendar: entries per second, our processor time for each in ms, and the rig."""
    from events.models import RemoteItem, SyncRun
    from tests.caldav.rig import Rig

    SyncRun.objects.all().delete()
    RemoteItem.objects.all().delete()
    rig = Rig(server, server.new_calendar(), now=now, fields={"language": LANGUAGE})
    started, own = time.perf_counter(), time.process_time()
    run = rig.run()
    took, own = time.perf_counter() - started, time.process_time() - own
    assert run.counts["created"] == size, (run.error, run.counts)
    return size / took, own / size * 1000, rig


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
    assert run.counts == {"requests": 1}, run.counts
    return f"nothing to do: 1 request, {(time.perf_counter() - started) * 1000:.0f} ms"


def ten_changes(rig) -> str:
    """Ten entries get another name there. One question what changed, one for those ten, and nothing else."""
    from events.caldav.client import Client

    for item in rig.calendar.items.select_related("event").order_by("pk")[:10]:
        rig.set_there(item.event, SUMMARY=f"Changed there at {time.time()}")
    fetched: list[str] = []
    fetch, get = Client.fetch, Client.get

    def noting(client, hrefs):
        for resource in fetch(client, hrefs):
            fetched.append(resource.href)
            yield resource

    Client.fetch = noting
    Client.get = lambda client, href: (fetched.append(href), get(client, href))[1]
    try:
        started = time.perf_counter()
        run = rig.run()
        took = (time.perf_counter() - started) * 1000
    finally:
        Client.fetch, Client.get = fetch, get
    assert (run.counts["requests"], run.counts["seen"], len(fetched)) == (2, 10, 10), (run.counts, fetched)
    return f"10 changes: {run.counts['requests']} requests, {len(fetched)} entries fetched, {took:.0f} ms"


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 1000)
