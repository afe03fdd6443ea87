"""The staff's home and the budget with ten editions, 500 activities and 100,000 registrations (issue 7, "Speed").

Run by ``BENCH_ONLY=desk make bench``: processor time of this process and number of statements, nothing kept.
"""

import os
import statistics
import time
from datetime import timedelta

EDITIONS, ACTIVITIES = 10, 500
REGISTRATIONS = int(os.environ.get("BENCH_REGISTRATIONS", "100000"))
ROUNDS = 7
ADDRESSES = {"home": "/admin/", "budget": "/admin/programme/costline/budget/"}


def prepare() -> None:
    """Editions one after the other, the first one running, with exchanges, webinars, visits, readings and costs."""
    from django.db import connection
    from django.utils import timezone

    from ecosystem.models import City, Organisation
    from events.models import Event, Registration, Track
    from events.models.events import uid_for
    from programme.indicators.periods import periods_of
    from programme.indicators.queries import key_choices
    from programme.models import (
        ActionItem,
        BudgetLine,
        CostLine,
        Edition,
        Exchange,
        Indicator,
        Milestone,
        Objective,
        Reading,
        StudyVisit,
        Webinar,
    )

    now, today = timezone.now(), timezone.localdate()
    torino, nagoya = City.objects.get(slug="torino"), City.objects.get(slug="nagoya")
    organizer = Organisation.objects.filter(side="torino").first()
    track, _created = Track.objects.get_or_create(slug="bench", defaults={"name_en": "Bench"})
    Edition.objects.update(state="archived")
    editions = Edition.objects.bulk_create(
        [
            Edition(
                slug=f"bench-{n}", name_en=f"Edition {n}", programme_name_en=f"Programme {n}",
                state="running" if n == 0 else "closed",
                first_day=today - timedelta(days=400 + 730 * n), last_day=today + timedelta(days=330 - 730 * n),
            )
            for n in range(EDITIONS)
        ]
    )  # fmt: skip
    exchanges = Exchange.objects.bulk_create(
        [
            Exchange(slug=f"bench-{n}", title_en=f"Exchange {n}", edition=editions[n % EDITIONS], state="active")
            for n in range(50)
        ]
    )
    day = timedelta(days=1)
    events = [
        Event(
            slug=f"bench-desk-{n}", name_en=f"Talk {n}", description_en="What is tried in the city.",
            organizer=organizer, track=track, status=Event.Status.CONFIRMED, published_at=now, last_modified=now,
            dtstart=now + (n - 380) * day, dtend=now + (n - 380) * day + timedelta(hours=1),
        )
        for n in range(ACTIVITIES - 100)
    ]  # fmt: skip
    for event in events:
        event.uid = uid_for(event.public_id)
    Event.objects.bulk_create(events)
    Webinar.objects.bulk_create(
        [
            Webinar(event=event, exchange=exchanges[n % 50], audience_en="Cities", goals_en="To learn", attended=80)
            for n, event in enumerate(events)
        ]
    )
    visits = StudyVisit.objects.bulk_create(
        [
            StudyVisit(
                slug=f"bench-{n}", title_en=f"Visit {n}", exchange=exchanges[n % 50], host_city=torino,
                guest_city=nagoya, state="completed", first_day=today - n * day, last_day=today - n * day,
            )
            for n in range(100)
        ]
    )  # fmt: skip
    Registration.objects.bulk_create(
        [
            Registration(
                event=events[n % len(events)], email=f"p{n}@example.org", email_key=f"p{n}@example.org",
                state="confirmed", joined_at=now - timedelta(minutes=6 * n), confirmed_at=now, family_name="Bench",
            )
            for n in range(REGISTRATIONS)
        ],
        batch_size=2000,
    )  # fmt: skip
    for edition in editions:
        objective = Objective.objects.create(edition=edition, code="O1", text_en="Cleaner air")
        Milestone.objects.bulk_create(
            [Milestone(edition=edition, title_en=f"Step {n}", due_on=today + (n - 10) * day) for n in range(20)]
        )
        ActionItem.objects.bulk_create(
            [ActionItem(objective=objective, text_en=f"Do {n}", due_on=today + (n - 25) * day) for n in range(50)]
        )
        line = BudgetLine.objects.create(edition=edition, heading_en="Travel", ceiling=100000)
        CostLine.objects.bulk_create(
            [
                CostLine(visit=visits[n % 100], budget_line=line, heading_en=f"Train {n}", payer="torino", estimate=n)
                for n in range(200)
            ]
        )
        for n, (key, _words) in enumerate(key_choices()):
            indicator = Indicator.objects.create(edition=edition, code=f"I{n}", name_en=key, key=key)
            Reading.objects.bulk_create(
                [
                    Reading(
                        indicator=indicator, first_day=period.first_day, last_day=period.last_day, value=1,
                        state="frozen", entered_at=now, validated_at=now, frozen_at=now,
                    )
                    for period in periods_of(edition, indicator.frequency)
                    if period.is_over(today)
                ]
            )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as the database does by itself some minutes after so many rows came


def report() -> None:
    """Print processor time (minimum, median, maximum of the rounds) and statements of each page, as a manager."""
    from django.conf import settings
    from django.contrib.auth.models import Group
    from django.core.cache import caches
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from iurc_portal.accounts.models import User

    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "second_factor" not in name]
    settings.ALLOWED_HOSTS = ["testserver"]
    manager = User.objects.create(email="bench@example.org", is_staff=True, side="torino", language="it")
    manager.groups.add(Group.objects.get(name="Managers"))
    client = Client()
    client.force_login(manager)
    print(f"{'page':<10}{'statements':>12}   ms of processor time: min, median, max")
    for name, address in ADDRESSES.items():
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            caches["parts"].clear()
            assert client.get(address).status_code == 200
            statements = len(captured)
        times = []
        for _round in range(ROUNDS):
            caches["parts"].clear()
            started = time.process_time()
            client.get(address)
            times.append((time.process_time() - started) * 1000)
        print(f"{name:<10}{statements:>12}   {min(times):.0f} {statistics.median(times):.0f} {max(times):.0f}")
