"""Whole registrations a second, and a rush of 500 visitors on 100 places, against the least Django that does it.

``DATABASE_URL=postgres://… REDIS_URL=redis://… python -m tests.bench.registration`` on a fresh database (rows are
added) and a Redis database of its own, in which the queue of tasks stays. The server runs as in docs/PRODUCTION.md:
two web workers of four threads. A visitor opens the page of the event, sends the form and reads the page that follows,
over one connection; no task process runs, so that handing a letter to Celery counts and delivering it does not.
"""

import http.client
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import timedelta
from urllib.parse import urlencode

ROUNDS, SECONDS, VISITORS = 3, 5.0, 16
CROWD, PLACES = 500, 100
OURS, LEAST = "portal", "reference"
HIDDEN = re.compile(r'name="(csrfmiddlewaretoken|began)" value="([^"]+)"')


def prepare() -> dict[str, dict[str, str]]:
    """An event without end of seats and one with few, ours and the reference's: the addresses of their forms."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from tests.bench.models import Meeting
    from tests.factories import make_event

    call_command("migrate", verbosity=0, run_syncdb=True)
    now = timezone.now()
    few = {"maximum_attendee_capacity": PLACES, "waiting_list": True}
    many = make_event(dtstart=now + timedelta(days=9), slug=f"bench-many-{now:%H%M%S}", name_ja="都市の実証")
    rush = make_event(dtstart=now + timedelta(days=9), slug=f"bench-rush-{now:%H%M%S}", name_ja="都市の実証", **few)
    return {
        OURS: {"many": f"/ja/events/{many.slug}/", "few": f"/ja/events/{rush.slug}/"},
        LEAST: {
            "many": f"/reference/book/{Meeting.objects.create(seats=10_000_000).pk}/",
            "few": f"/reference/book/{Meeting.objects.create(seats=PLACES).pk}/",
        },
    }


class Visitor:
    """Opens the page, sends the form, reads what follows. ``began`` is the form's mark, which must be a second old."""

    def __init__(self, port: int, page: str, began: str):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.page, self.began = page, began
        self.action = f"{page}register/" if "/events/" in page else page
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, body: str = "") -> tuple[int, str, str]:
        """Status, text and Location of the answer."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body=body or None, headers={k: v for k, v in headers.items() if v})
        answer = self.connection.getresponse()
        text = answer.read().decode()
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _equals, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, text, answer.headers.get("Location", "")

    def register(self, email: str) -> int:
        """The status of the last answer: 200, or what went otherwise."""
        status, text, _place = self.ask("GET", self.page)
        if status != 200:
            return status
        person = {"given_name": "Hanako", "family_name": "Yamada", "name": "Yamada", "email": email, "consent": "on"}
        form = person | {"language": "ja", "tzid": "Asia/Tokyo"} | dict(HIDDEN.findall(text)) | self.began_field()
        status, text, place = self.ask("POST", self.action, urlencode(form))
        if status not in (302, 303):
            return 422 if status == 200 else status  # the form again: it refused what we sent
        return self.ask("GET", place)[0]

    def began_field(self) -> dict[str, str]:
        return {"began": self.began} if self.began else {}


def began_of(port: int, page: str) -> str:
    text = Visitor(port, page, "").ask("GET", page)[1]
    return dict(HIDDEN.findall(text)).get("began", "")


def crowd(port: int, page: str, visitors: int, seconds: float, mark: str) -> None:
    """Print, as JSON, how often each status came and how long it took: for some ``seconds``, or (0) once each."""
    began = began_of(port, page)
    time.sleep(1.2)  # a form that is sent back within a second comes from a program
    statuses: Counter[int] = Counter()
    started = time.perf_counter()

    def visit(number: int) -> None:
        visitor, turn = Visitor(port, page, began), 0
        while turn == 0 or time.perf_counter() - started < seconds:
            statuses[visitor.register(f"guest-{mark}-{number}-{turn}@example.org")] += 1
            turn += 1

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(visitors)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - started
    sys.stdout.write(json.dumps({"statuses": statuses, "seconds": elapsed, "per_second": statuses[200] / elapsed}))


def run(port: int, page: str, visitors: int, seconds: float, mark: str) -> dict:
    command = [sys.executable, "-m", "tests.bench.registration", str(port), page, str(visitors), str(seconds), mark]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def report(port: int, pages: dict[str, dict[str, str]]) -> None:
    from django.utils import timezone

    from events.models import Event

    engine = os.environ["DATABASE_URL"].split(":")[0]
    print(f"{platform.python_version()}, {os.cpu_count()} cores shared with the load, {engine}")
    for side in pages:
        run(port, pages[side]["many"], VISITORS, 1, f"warm-{side}")
    rounds = []
    for number in range(ROUNDS):
        answers = {side: run(port, pages[side]["many"], VISITORS, SECONDS, f"{side}-{number}") for side in pages}
        if any(set(answer["statuses"]) != {"200"} for answer in answers.values()):
            sys.exit(f"not everybody was registered: {answers}")
        rounds.append({side: answer["per_second"] for side, answer in answers.items()})
    ratios = sorted(each[OURS] / each[LEAST] for each in rounds)
    ours, least = (statistics.median(each[side] for each in rounds) for side in (OURS, LEAST))
    print(f"whole registrations at {VISITORS}: {ours:.0f}/s, reference {least:.0f}/s")
    print(f"ratio min, median, max: {ratios[0]:.2f} {statistics.median(ratios):.2f} {ratios[-1]:.2f}")
    for side in pages:
        rush = run(port, pages[side]["few"], CROWD, 0, f"rush-{side}")
        print(f"rush of {CROWD} on {PLACES} places, {side}: {rush['seconds']:.1f} s, answers {rush['statuses']}")
    slug = pages[OURS]["few"].split("/")[-2]
    held = Event.objects.get(slug=slug).registrations.taking_seats(now=timezone.now()).count()
    print(f"places held after the rush: {held}; waiting behind them: {CROWD - held}")


def main() -> None:
    if len(sys.argv) > 1:
        port, page, visitors, seconds, mark = sys.argv[1:]
        crowd(int(port), page, int(visitors), float(seconds), mark)
        return
    os.environ.update(DJANGO_SETTINGS_MODULE="tests.bench.settings", DEMO="on", RATE_LIMITS="off")
    from tests.bench.server import serving

    pages = prepare()
    with serving(workers=2) as server:
        report(server.port, pages)


if __name__ == "__main__":
    main()
