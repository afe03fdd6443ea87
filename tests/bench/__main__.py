"""Each page's throughput as a ratio to a bare Django view on the same server in the same run.

``BENCH_SIZE=200|10000|100000 make bench``; ``DATABASE_URL`` chooses the database (rows are added to it);
``BENCH_ONLY=search`` leaves out the pages, ``BENCH_ONLY=feed`` measures a calendar of a thousand events and nothing
else, ``BENCH_ONLY=sources`` the import of a foreign one of 5 MB, ``BENCH_ONLY=caldav`` the first push of so many to a
calendar server, ``BENCH_ONLY=changes`` ten changes among so many there, ``BENCH_ONLY=evidence`` an evidence pack of
500 activities, ``BENCH_ONLY=desk`` the staff's home with 100,000 registrations, ``BENCH_ONLY=progress`` the pages of a
programme of ten editions, any other word keeps the pages that have it in their name.
Rounds are interleaved, so that a slow moment of the machine falls on page and reference alike.
"""

import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time

from tests.bench import caldav, desk, evidence, feeds, progress, search, sources
from tests.bench.server import Server, resident_mib, serving

ROUNDS, SECONDS = 3, 2.0
SIZE = int(os.environ.get("BENCH_SIZE") or 200)
ONLY = os.environ.get("BENCH_ONLY", "")
PAGES = {
    "home": ("/ja/", "/reference/list/"),
    "directory": ("/ja/ecosystem/", "/reference/list/"),
    "directory, text and facet": ("/ja/ecosystem/?q=Torino&theme=smart-mobility", "/reference/list/"),
    "profile": ("/ja/ecosystem/organisations/politecnico-di-torino/", "/reference/detail/"),
    "event list": ("/ja/events/", "/reference/list/"),
    "event page": ("/ja/events/{event}/", "/reference/detail/"),
    "programme": ("/ja/programme/", "/reference/list/"),
}


def load(port: int, path: str, visitors: int, seconds: float = SECONDS, *, fresh: bool = False) -> dict:
    command = [sys.executable, "-m", "tests.bench.load", str(port), path, str(visitors), str(seconds)]
    environment = os.environ | {"FRESH": str(int(fresh))}
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout)


def prepare() -> str:
    """Fill the database and return the slug of a coming event."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from ecosystem.models import City, Concept, Organisation
    from events.models import Event

    call_command("migrate", verbosity=0)
    call_command("load_content", "content", verbosity=0, stdout=open(os.devnull, "w"))
    call_command("load_demo", verbosity=0, stdout=open(os.devnull, "w"))
    cities, themes = list(City.objects.order_by("-is_partner", "-slug")), list(Concept.objects.themes())
    labels, chance = search.labels_of_concepts(), random.Random(11)
    lacking = SIZE - Organisation.objects.count()
    made = Organisation.objects.bulk_create(
        [
            Organisation(
                slug=f"bench-{n}", name_en=f"Officina {n}", state="published",
                kind=chance.choice(Organisation.Kind.values), side=chance.choice(["torino", "torino", "nagoya"]),
                city=cities[min(int(chance.paretovariate(0.8)) - 1, len(cities) - 1)], **search.texts(labels, chance),
            )
            for n in range(max(lacking, 0))
        ],
        batch_size=2000,
    )  # fmt: skip
    link = Organisation.themes.through
    link.objects.bulk_create(
        [link(organisation_id=o.pk, concept_id=themes[n % len(themes)].pk) for n, o in enumerate(made)],
        batch_size=5000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as the database does by itself some minutes after so many rows came
    if made or not ONLY:
        started = time.perf_counter()
        call_command("search_reindex", verbosity=0, stdout=open(os.devnull, "w"), stderr=open(os.devnull, "w"))
        print(f"whole index written in {time.perf_counter() - started:.1f} s", flush=True)
    if ONLY == "feed":
        feeds.prepare()
    elif ONLY == "desk":
        desk.prepare()
        desk.report()
    elif ONLY == "progress":
        progress.prepare()
        progress.report()
    elif ONLY in ("", "search"):
        search.report()
    return Event.objects.listed().upcoming(now=timezone.now()).first().slug


def main() -> None:
    if ONLY in ("caldav", "changes"):
        size = os.environ.get("BENCH_SIZE") or {"caldav": "1000", "changes": "10000"}[ONLY]
        caldav.main(int(size), changes=ONLY == "changes")
        return
    os.environ.update(DJANGO_SETTINGS_MODULE="tests.bench.settings", DEMO="on", RATE_LIMITS="off")
    folder = tempfile.mkdtemp(prefix="iurc-bench-")
    os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/bench.sqlite3")
    if ONLY == "evidence":
        evidence.main()
        return
    event = prepare()
    if ONLY in ("search", "desk", "progress"):
        return
    with serving(workers=1) as server:
        if ONLY == "sources":
            sources.report(server.port)
            return
        report(server, event)


def measure(port: int, name: str, path: str, reference: str, fresh: bool) -> None:
    """Print a page's figures: its copy as most visitors get it, or each answer rendered anew."""
    for visitors in (1, 16):
        load(port, path, visitors, 0.5, fresh=fresh)
        load(port, reference, visitors, 0.5)
        rounds = [
            (load(port, path, visitors, fresh=fresh), load(port, reference, visitors)) for _round in range(ROUNDS)
        ]
        if any(page["failures"] for page, _bare in rounds):
            sys.exit(f"{path} answered with errors")
        ratios = sorted(page["per_second"] / bare["per_second"] for page, bare in rounds)
        middle = {key: statistics.median(page[key] for page, _bare in rounds) for key in ("per_second", "p50", "p95")}
        print(
            f"{name:<34}{visitors:>9}{middle['per_second']:>9.0f}{middle['p50']:>9.1f}{middle['p95']:>9.1f}   "
            f"{ratios[0]:.2f} {ratios[len(ratios) // 2]:.2f} {ratios[-1]:.2f}",
            flush=True,
        )


def report(server: Server, event: str) -> None:
    port = server.port
    engine = os.environ["DATABASE_URL"].split(":")[0]
    print(f"{platform.python_version()}, {os.cpu_count()} cores shared with the load, {engine}, {SIZE} organisations")
    print(f"cold start to the first page: {server.cold:.2f} s")
    print(
        f"{'page':<34}{'visitors':>9}{'req/s':>9}{'p50 ms':>9}{'p95 ms':>9}  ratio to the reference: min, median, max"
    )
    if ONLY == "feed":
        feeds.report(port, measure)
    for name, (path, reference) in PAGES.items():
        if ONLY not in name:
            continue
        for fresh in (False, True):
            measure(port, f"{name}, {'rendered' if fresh else 'kept'}", path.format(event=event), reference, fresh)
    print(f"web process after the load: {resident_mib(server.pid):.0f} MiB")


if __name__ == "__main__":
    main()
