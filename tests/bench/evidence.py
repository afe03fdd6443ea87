"""An evidence pack of a large edition: ten editions, 500 activities and 100,000 registrations, nearly all in one.

``BENCH_ONLY=evidence python -m tests.bench`` (``DATABASE_URL`` chooses the database, rows are added to it) prints the
seconds of approving and of making the pack step by step, the size of the file and the most memory that it took.
"""

import os
import resource
import sys
import time
from datetime import UTC, date, datetime, timedelta

EDITIONS, WEBINARS, VISITS, STAYS, MEETINGS = 10, 380, 80, 20, 20
REGISTRATIONS = int(os.environ.get("BENCH_REGISTRATIONS", "100000"))
DELEGATES_A_VISIT, COSTS_A_VISIT, PRESENT_SHARE = 12, 6, 3  # of three registered two are there
NOW = datetime(2027, 1, 5, 9, tzinfo=UTC)
COUNTRIES = ("IT", "JP", "JP", "GB", "")
KEYS = (
    "visits_completed", "delegates", "hosts_confirmed", "webinars_held", "webinar_attendance", "cluster_webinars_held",
    "cluster_attendance", "organisations_published", "organisations_in_japanese", "introductions", "settlements",
    "tests_started", "trl_gain", "practices_validated", "transfers_confirmed", "follow_ups_on_time", "stays_completed",
)  # fmt: skip


def main() -> None:
    os.environ.setdefault("DEMO", "on")
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.settings"
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    began = time.perf_counter()
    edition, period = prepare()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    say(f"filled in {time.perf_counter() - began:.0f} s ({connection.vendor})")
    report(edition, period)


def say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


class Watch:
    """Seconds since it was made: on the wall, and of this process's own."""

    def __init__(self):
        self.began = time.perf_counter(), time.process_time()

    def __str__(self):
        return f"{time.perf_counter() - self.began[0]:.1f} s ({time.process_time() - self.began[1]:.1f} s of CPU)"


def memory() -> int:
    """The most that this process has held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def prepare():
    from programme.indicators.periods import Period
    from tests import factories

    for year in range(EDITIONS - 1):
        days = {"first_day": date(2000 + year, 1, 1), "last_day": date(2001 + year, 12, 31)}
        factories.make_edition(state="closed", **days)
    edition = factories.make_edition(slug=f"bench-{time.time_ns()}", programme_name_en="")
    for number, key in enumerate(KEYS, start=1):
        factories.make_indicator(edition=edition, code=f"I{number}", key=key, frequency="year", target=number * 10)
    exchange = factories.make_exchange(edition=edition)
    line = factories.make_budget_line(edition=edition, ceiling=100_000)
    webinars(exchange)
    visits(exchange, line)
    for number in range(STAYS):
        factories.make_stay(exchange=exchange, state="completed", first_day=days_in(number), last_day=days_in(number))
    for _number in range(MEETINGS):
        factories.make_meeting(exchange=exchange)
    return edition, Period(date(2026, 1, 1), date(2026, 12, 31))


def days_in(number: int) -> date:
    return date(2026, 1, 5) + timedelta(days=number % 350)


def webinars(exchange) -> None:
    """Each with its share of the registrations, two of three seen at the door, and a recording."""
    from events.models import CheckIn, Registration
    from tests import factories

    organizer, each = factories.make_organisation(), REGISTRATIONS // WEBINARS + 1
    for number in range(WEBINARS):
        start = datetime(2026, 1, 5, 9, tzinfo=UTC) + timedelta(days=number % 350)
        event = factories.make_event(
            dtstart=start, organizer=organizer, name_en=f"Webinar {number}", name_it=f"Incontro {number}",
            name_ja=f"ウェビナー{number}",
        )  # fmt: skip
        webinar = factories.make_webinar(event=event, exchange=exchange)
        factories.make_library_item(webinar=webinar)
        rows = Registration.objects.bulk_create(
            [
                Registration(
                    event=event, email=f"p{place}@example.org", email_key=f"p{place}@example.org", state="confirmed",
                    family_name="Yamada", joined_at=start, confirmed_at=start, language="ja", tzid="Asia/Tokyo",
                    country=COUNTRIES[place % len(COUNTRIES)],
                )
                for place in range(each)
            ]
        )  # fmt: skip
        CheckIn.objects.bulk_create(
            [
                CheckIn(registration=row, state="present", at=start)
                for place, row in enumerate(rows)
                if place % PRESENT_SHARE
            ]
        )


def visits(exchange, line) -> None:
    from programme.models import CostLine
    from tests import factories

    for number in range(VISITS):
        day = days_in(number * 4)
        visit = factories.make_visit(exchange=exchange, state="completed", first_day=day, last_day=day)
        item = factories.make_agenda_item(visit)
        for rank in range(1, DELEGATES_A_VISIT + 1):
            person = factories.make_person(organisation=None)
            delegate = visit.delegates.create(person=person, rank=rank, reply="accepted")
            delegate.attendance.create(item=item, state="present", at=NOW)
        for place in range(COSTS_A_VISIT):
            CostLine.objects.create(
                visit=visit, budget_line=line, payer="programme", heading_en=f"Cost {place}", actual=100,
                no_receipt_reason="bench",
            )  # fmt: skip


def report(edition, period) -> None:
    from events.models import Registration
    from programme.models.programme_reports import NEEDED_TEXTS
    from programme.services import evidence, programme_reports, readings
    from programme.services.attendance_counts import count_stale
    from tests.factories import make_user

    activities = WEBINARS + VISITS + STAYS + MEETINGS
    say(f"{EDITIONS} editions, {activities} activities, {Registration.objects.count()} registrations")
    watch = Watch()
    count_stale(now=NOW)
    say(f"attendance of all webinars counted in {watch}: by a task, as it changes")
    by = make_user(is_superuser=True, is_staff=True)
    for reading in readings.propose_readings(edition, period, by=by, now=NOW):
        readings.validate_reading(reading, by=by, now=NOW)
    draft = programme_reports.begin_report(edition, period, by=by, now=NOW)
    draft = programme_reports.write_report(draft, {f"{name}_en": name for name in NEEDED_TEXTS}, by=by)
    watch = Watch()
    approved = programme_reports.approve_report(draft, by=by, now=NOW)
    rows = sum(sheet["rows"] for sheet in approved.snapshot["sheets"])
    say(f"approved in {watch}: {rows} rows frozen, {memory()} MiB at most so far")
    pack = evidence.ask_for_pack(approved, by=by, now=NOW)
    whole, watch = evidence._keep_part, Watch()

    def told(pack, claim, name, content, **more):
        say(f"  {name}: {len(content) / 1024:.0f} KiB after {watch}")
        return whole(pack, claim, name, content, **more)

    evidence._keep_part = told
    state = evidence.make(pack.pk)
    pack.refresh_from_db()
    say(f"pack {state} in {watch}: {pack.size / 1024:.0f} KiB, {memory()} MiB at most")
    pack.file.storage.delete(pack.file.name)


if __name__ == "__main__":
    main()
