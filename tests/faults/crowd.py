"""Many people at once for the last places, over HTTP and several web processes, also with a database that crashes.

``python -m tests.faults.crowd rush|restart [people] [places]`` prints one line of JSON. People fill in the form, read
the letter that a real worker sends them through a real mail server, and press the button behind its link. ``restart``
does it on a PostgreSQL server of its own, which is restarted twice, as after a crash, while they ask.
"""

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Thread

from tests.faults import mail, visitors, workers
from tests.faults.cluster import Cluster, own_cluster
from tests.faults.home import own_home
from tests.faults.post_office import PostOffice
from tests.faults.visitors import LINK, Answers

WEB_WORKERS, AT_ONCE = 3, 24
SEATED_BEFORE = 20
SETTINGS = "tests.faults.web_settings"


def busy_event(places: int):
    """An event in ten days with a waiting list, of which ``places`` are left."""
    from django.utils import timezone

    from tests.factories import make_event, make_registration

    event = make_event(
        dtstart=timezone.now() + timedelta(days=10),
        maximum_attendee_capacity=SEATED_BEFORE + places,
        waiting_list=True,
    )
    for _number in range(SEATED_BEFORE):
        make_registration(event)
    return event


def visitor(number: int) -> str:
    """Everybody has an address of their own."""
    return f"198.51.{100 + number // 250}.{number % 250 + 1}"


def everybody(acts) -> None:
    """Do ``acts`` with many hands; an error in one ends the scenario."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for done in [pool.submit(act) for act in acts]:
            done.result()


def crash_twice(cluster: Cluster, asked: Answers, people: int) -> None:
    """Restart when a fifth and when a half of all have been answered."""
    for share in (5, 2):
        while len(asked.confirmed) < people // share and not asked.unkind:
            time.sleep(0.02)
        cluster.restart()


def deliver_everything() -> None:
    """Sweeps as beat would call them, until no letter waits. Where nothing moves, time goes on: a claim that was lost
    with the database is free later.
    """
    before = -1

    def beat() -> None:
        nonlocal before
        mail.sweep()
        left = mail.waiting()
        if left == before:
            mail.ten_minutes_later()
        before = left

    mail.wait_for(lambda: mail.waiting() == 0, each=beat, patience=mail.PATIENCE + mail.waiting())


def crowd(people: int, places: int, *, cluster: Cluster | None = None) -> None:
    """Everybody asks, reads their letter and presses its button; what became of them is printed."""
    from django.db import connections

    event = busy_event(places)
    asked, pressed = Answers(), Answers()
    with PostOffice() as office:
        os.environ["SMTP_PORT"] = str(office.port)
        worker = workers.start_worker(1)
        try:
            with visitors.web(workers=WEB_WORKERS) as port:
                path = f"/en/events/{event.slug}/register/"
                began = visitors.form_mark(port, event.slug)
                crash = Thread(target=crash_twice, args=(cluster, asked, people)) if cluster else None
                if crash:
                    crash.start()
                started = time.monotonic()
                everybody(
                    partial(
                        visitors.insist, port, path, {**visitors.person(n), "began": began}, asked, visitor=visitor(n)
                    )
                    for n in range(people)
                )
                seconds = time.monotonic() - started
                if crash:
                    crash.join()
                    connections.close_all()  # our own was cut, too
                after_asking = standing(event)
                deliver_everything()
                links = {address: LINK.search(text)[1] for address, text in office.texts if LINK.search(text)}
                everybody(
                    partial(visitors.press, port, link, pressed, visitor=visitor(n))
                    for n, link in enumerate(links.values())
                )
                deliver_everything()
        finally:
            workers.stop(worker)
        figures = {
            "people": people,
            "places": places,
            "told that it is done": len(asked.confirmed),
            "asked to try again": dict(asked.told),
            "unkind answers": asked.unkind + pressed.unkind,
            "after asking": after_asking,
            "lost": len(set(asked.confirmed) - set(event.registrations.values_list("email", flat=True))),
            "links": len(links),
            "pressed": len(pressed.confirmed),
            "in the end": standing(event),
            "letters": letters(office),
            "asked a second": round(people / seconds),
        }
    sys.stdout.write(json.dumps(figures))


def standing(event) -> dict:
    """Who has what, and whether the line stands in the order of the asking, no two in one place."""
    from django.db.models import Count
    from django.utils import timezone

    rows = event.registrations
    line = list(rows.in_line().with_position())
    return {
        "states": dict(rows.order_by().values_list("state").annotate(n=Count("pk"))),
        "taken": rows.taking_seats(now=timezone.now()).count() - SEATED_BEFORE,
        "line in order": [row.position for row in line] == list(range(1, len(line) + 1))
        and [row.joined_at for row in line] == sorted(row.joined_at for row in line),
    }


def letters(office: PostOffice) -> dict:
    """Letters by kind, how many were lost, and how many came twice under one Message-ID."""
    from django.db.models import Count

    from iurc_portal.notifications.models import Message

    sent = Message.objects.filter(state=Message.State.SENT)
    return {
        "kinds": dict(Message.objects.order_by("kind").values_list("kind").annotate(n=Count("pk"))),
        "states": mail.states(),
        "lost": len(set(sent.values_list("message_id", flat=True)) - set(office.taken)),
        "doubled": sum(n - 1 for n in office.taken.values()),
    }


def main(scenario: str, people: str = "60", places: str = "12") -> None:
    if scenario == "rush":
        with own_home(settings=SETTINGS):
            crowd(int(people), int(places))
        return
    with own_cluster() as cluster, own_home(settings=SETTINGS, database=cluster.address):
        crowd(int(people), int(places), cluster=cluster)


if __name__ == "__main__":
    main(*sys.argv[1:])
