"""A worker killed with the server's answer on its way, and two workers at once, on a database of their own.

``python -m tests.caldav.killed [together]`` prints one line of JSON. Small ones run with the tests.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import timedelta

from cryptography.fernet import Fernet

from tests.caldav.servers import radicale
from tests.faults.home import own_home
from tests.faults.workers import ROOT, kill


def worker(calendar) -> subprocess.Popen:
    command = [sys.executable, "manage.py", "sync_calendars", str(calendar.pk)]
    return subprocess.Popen(command, cwd=ROOT, start_new_session=True, stdout=subprocess.PIPE, text=True)


def figures(rig, events) -> dict:
    there = Counter(copy.uid for copy in rig.there().values())
    return {
        "there": sum(there.values()),
        "doubled": sum(number - 1 for number in there.values()),
        "lost": sum(not there[event.uid] for event in events),
        "open": len(rig.proposals()),
        "quiet": rig.run().counts == {"requests": 1},
    }


def killed(rig, proxy) -> dict:
    """SIGKILL while the server has the third and the fourth entry, and nobody here knows."""
    from events.models import RemoteCalendar, RemoteItem

    events = [rig.event(f"Talk {n}", days=n) for n in range(8)]
    first: list[subprocess.Popen] = []

    def strike(exchange):
        exchange.status = -1
        if first[0].poll() is None:
            kill(first[0])

    proxy.misbehave(behind=strike, methods=("PUT",), after=2)
    first.append(worker(rig.calendar))
    first[0].wait(60)
    proxy.behave()
    known = RemoteItem.objects.count()
    RemoteCalendar.objects.update(lease_until=None)  # five minutes later
    rig.run()
    rig.run()
    return {"known after the death": known, **figures(rig, events)}


def together(rig, proxy) -> dict:
    """Two workers begin at the same moment."""
    events = [rig.event(f"Talk {n}", days=n) for n in range(20)]
    both = [worker(rig.calendar), worker(rig.calendar)]
    for process in both:
        process.communicate(timeout=60)
    writes = proxy.methods.count("PUT")
    rig.run()
    return {**figures(rig, events), "writes": writes}


def main(what: str = "killed") -> None:
    os.environ |= {"CALDAV_ALLOWED_NETWORKS": "127.0.0.0/8", "FIELD_KEY": Fernet.generate_key().decode()}
    with own_home():
        from django.utils import timezone

        from tests.caldav.proxy import Proxy
        from tests.caldav.rig import Rig

        server = radicale().start()
        try:
            proxy = Proxy(server)
            now = timezone.now()
            first = now.replace(microsecond=0) + timedelta(days=10)
            rig = Rig(server, server.new_calendar(), proxy.address, now=now, first=first)
            told = {"killed": killed, "together": together}[what](rig, proxy)
        finally:
            server.stop()
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
