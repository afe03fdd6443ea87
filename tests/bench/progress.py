"""The progress pages of a programme of ten editions, 500 activities and 100,000 registrations (issue 7).

``BENCH_ONLY=progress make bench``: processor time of this process for a page rendered anew, and its ratio to the
reference view measured in turn. Two thirds of the activities are of the edition that is looked at.
"""

import os
import statistics
import time
from datetime import date, timedelta

EDITIONS, ACTIVITIES = 10, 500
REGISTRATIONS = int(os.environ.get("BENCH_REGISTRATIONS", "100000"))
CURRENT, OTHERS = 320, 20  # activities of the current edition and of each other
ROUNDS = 9
ITEMS = 24  # of a visit's agenda
REFERENCE = "/reference/list/"
PAGES = {
    "progress": "/ja/programme/progress/",
    "an edition": "/ja/programme/progress/bench-0/",
    "an indicator": "/ja/programme/progress/bench-0/I1/",
    "who met whom, CSV": "/ja/programme/progress/meetings.csv",
    "time line, CSV": "/ja/programme/progress/timeline.csv",
}
KEYS = (
    "webinars_held", "webinar_attendance", "visits_completed", "delegates", "practices_validated",
    "transfers_confirmed", "organisations_in_japanese", "stays_completed",
)  # fmt: skip


def prepare() -> None:
    """Rows by the hundred, written at once; the database learns of them as it would by itself."""
    from django.db import connection
    from django.utils import timezone

    from ecosystem.models import City, Concept, Initiative, Organisation
    from programme.models import Edition, Exchange, Indicator, Milestone

    now, today = timezone.now(), timezone.localdate()
    Edition.objects.filter(state="running").update(state="closed")
    editions = Edition.objects.bulk_create(
        Edition(
            slug=f"bench-{n}", name_en=f"Edition {n}", name_ja=f"第{n}期", state="closed" if n else "running",
            first_day=date(today.year - 1 - 2 * n, 1, 1), last_day=date(today.year - 2 * n, 12, 31),
        )
        for n in range(EDITIONS)
    )  # fmt: skip
    exchanges = Exchange.objects.bulk_create(
        Exchange(slug=f"bench-{n}", edition=editions[n % EDITIONS], title_en=f"Strand {n}", state="active")
        for n in range(8 * EDITIONS)
    )
    themes, initiatives = list(Concept.objects.themes()), list(Initiative.objects.all())
    _join(Exchange.themes.through, "concept_id", exchanges, themes, 3)
    _join(Exchange.initiatives.through, "initiative_id", exchanges, initiatives, 2)
    for edition in editions:
        Milestone.objects.bulk_create(
            Milestone(edition=edition, title_en=f"Step {n}", due_on=edition.first_day + timedelta(days=60 * n))
            for n in range(12)
        )
        Indicator.objects.bulk_create(
            Indicator(edition=edition, code=f"I{n}", name_en=f"Number {n}", key=key, target=20 if n % 2 else None)
            for n, key in enumerate(KEYS, start=1)
        )
    _readings(now)
    told = Organisation.objects.told()
    home = list(told.filter(side="torino").order_by("pk")[:40])
    away = Organisation.objects.bulk_create(
        Organisation(
            slug=f"bench-away-{n}", name_en=f"Nagoya Works {n}", name_ja=f"名古屋製作所{n}", side="nagoya",
            kind="company", state="published", city=City.objects.get(slug="nagoya"),
        )
        for n in range(25)
    )  # fmt: skip
    _outcomes(exchanges)
    numbers = {edition.pk: OTHERS if place else CURRENT for place, edition in enumerate(editions)}
    _activities(exchanges, numbers, home, away, now, today)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _join(through, column: str, exchanges, others, each: int) -> None:
    rows = {(one.pk, others[(n + k) % len(others)].pk) for n, one in enumerate(exchanges) for k in range(each)}
    through.objects.bulk_create(through(exchange_id=exchange, **{column: other}) for exchange, other in sorted(rows))


def _readings(now) -> None:
    from programme.indicators.periods import periods_of
    from programme.models import Indicator, Reading

    Reading.objects.bulk_create(
        Reading(
            indicator=indicator, first_day=period.first_day, last_day=period.last_day, value=n, state="frozen",
            entered_at=now, validated_at=now, frozen_at=now,
        )
        for indicator in Indicator.objects.filter(edition__slug__startswith="bench-").select_related("edition")
        for n, period in enumerate(periods_of(indicator.edition, "half_year")[:2])
    )  # fmt: skip


def _outcomes(exchanges) -> None:
    from ecosystem.models import City, GoodPractice, Transfer
    from programme.models import Exchange

    torino, nagoya = City.objects.get(slug="torino"), City.objects.get(slug="nagoya")
    practices = GoodPractice.objects.bulk_create(
        GoodPractice(slug=f"bench-{n}", title_en=f"Practice {n}", city=torino, state="validated") for n in range(60)
    )
    _join(Exchange.practices.through, "goodpractice_id", exchanges, practices, 2)
    transfers = Transfer.objects.bulk_create(
        Transfer(practice=practice, city=nagoya, adapted_en="The hours.", state="confirmed") for practice in practices
    )
    _join(Exchange.transfers.through, "transfer_id", exchanges, transfers, 1)


def _activities(exchanges, numbers, home, away, now, today) -> None:
    """Three of five are webinars, one a visit, one a stay; all spread over the days of their edition."""
    from ecosystem.models import City
    from events.models import Event, Track
    from events.models.events import uid_for
    from programme.models import AgendaVersion, Speaker, StaffExchange, StudyVisit, Webinar

    track, _made = Track.objects.get_or_create(slug="bench", defaults={"name_en": "Bench"})
    torino, nagoya = City.objects.get(slug="torino"), City.objects.get(slug="nagoya")
    events, webinars, visits, stays = [], [], [], []
    by_edition: dict[int, list] = {}
    for exchange in exchanges:
        by_edition.setdefault(exchange.edition_id, []).append(exchange)
    for edition, number in numbers.items():
        strands = by_edition[edition]
        begins = strands[0].edition.first_day
        for n in range(number):
            strand, day = strands[n % len(strands)], begins + timedelta(days=725 * n // number)
            is_over = day < today - timedelta(days=5)
            if n % 5 < 3:
                start = now + timedelta(days=(day - today).days)
                event = Event(
                    slug=f"bench-{edition}-{n}", name_en=f"Talk {n}", name_ja=f"講演 {n}", track=track,
                    organizer=home[n % len(home)], status="CONFIRMED", published_at=now, last_modified=now,
                    dtstart=start, dtend=start + timedelta(hours=1),
                )  # fmt: skip
                event.uid = uid_for(event.public_id)
                events.append(event)
                webinars.append(Webinar(exchange=strand, event=event, attended=40, attended_is_stale=False))
            elif n % 5 == 3:
                state = "completed" if is_over else "accepted"
                visits.append(
                    StudyVisit(
                        slug=f"bench-{edition}-{n}", exchange=strand, title_en=f"Visit {n}", title_ja=f"視察 {n}",
                        state=state, host_city=torino, guest_city=nagoya, first_day=day,
                        last_day=day + timedelta(days=2),
                    )
                )  # fmt: skip
            else:
                stays.append(
                    StaffExchange(
                        exchange=strand, sending=away[n % len(away)], hosting=home[n % len(home)], aims_en="Permits.",
                        state="completed" if is_over else "agreed", first_day=day, last_day=day + timedelta(days=4),
                    )
                )  # fmt: skip
    Event.objects.bulk_create(events, batch_size=500)
    Webinar.objects.bulk_create(webinars, batch_size=500)
    Speaker.objects.bulk_create(
        Speaker(webinar=webinar, family_name="Yamada", organisation=away[(n + k) % len(away)], order=k)
        for n, webinar in enumerate(webinars)
        for k in range(2)
    )
    StudyVisit.objects.bulk_create(visits)
    StaffExchange.objects.bulk_create(stays)
    AgendaVersion.objects.bulk_create(
        AgendaVersion(visit=visit, number=1, released_at=now, snapshot=_snapshot(home, n))
        for n, visit in enumerate(visits)
        if visit.state == "completed"
    )
    _registrations(events, now)


def _snapshot(home, n: int) -> dict:
    """As much as a released agenda of some days holds; four hosts of it are public."""
    texts = {
        "it": "Incontro con i tecnici del cantiere " * 4,
        "en": "A meeting " * 12,
        "ja": "現場の担当者との面談" * 6,
    }
    items = [
        {
            "pk": k, "event": k, "public": k % 6 == 0, "status": "CONFIRMED", "name": texts, "location": texts,
            "organisation": home[(n + k) % len(home)].pk, "hosts": [k], "tracks": [], "languages": ["it", "ja"],
        }
        for k in range(ITEMS)
    ]  # fmt: skip
    return {"items": items, "people": [], "tracks": [], "days": {}}


def _registrations(events, now) -> None:
    from events.models import Registration
    from iurc_portal.accounts.addresses import email_key

    made = (
        Registration(
            event=events[n % len(events)], email=f"guest{n}@example.org", email_key=email_key(f"guest{n}@example.org"),
            family_name="Yamada", given_name="Taro", state="confirmed", joined_at=now, confirmed_at=now,
            language="ja", tzid="Asia/Tokyo",
        )
        for n in range(REGISTRATIONS)
    )  # fmt: skip
    Registration.objects.bulk_create(made, batch_size=2000)


def report() -> None:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext, override_settings

    print(f"{EDITIONS} editions, {ACTIVITIES} activities, {REGISTRATIONS:,} registrations, {connection.vendor}")
    print(f"{'page':<22}{'queries':>8}{'KiB':>6}   CPU ms: min, median, max      ratio to the reference's CPU")
    with override_settings(ALLOWED_HOSTS=["*"], KEEP_PAGES=False):
        client = Client()
        for name, path in PAGES.items():
            with CaptureQueriesContext(connection) as queries:
                answer = client.get(path)
            asked = len(queries)  # now: the log begins anew with each request
            assert answer.status_code == 200, path
            rounds = [(_spent(client, path), _spent(client, REFERENCE)) for _round in range(ROUNDS)]
            pages = sorted(page for page, _bare in rounds)
            ratios = sorted(page / bare for page, bare in rounds)
            print(
                f"{name:<22}{asked:>8}{len(answer.content) / 1024:>6.0f}   "
                f"{pages[0]:.0f} {statistics.median(pages):.0f} {pages[-1]:.0f}      "
                f"{ratios[0]:.0f} {statistics.median(ratios):.0f} {ratios[-1]:.0f}",
                flush=True,
            )


def _spent(client, path: str) -> float:
    """Milliseconds of this process's processor for one answer."""
    started = time.process_time()
    client.get(path)
    return (time.process_time() - started) * 1000
