"""A little of everything that the API tells, in one language here and another there."""

from datetime import UTC, date, datetime, timedelta

from django.utils import timezone

from ecosystem.models import Concept
from iurc_portal.search.index import postponed
from tests.factories import (
    make_city,
    make_event,
    make_initiative,
    make_listing,
    make_organisation,
    make_pair,
    make_practice,
    make_test_run,
    make_testbed,
    make_theme,
    make_track,
    make_transfer,
)


def make_concept(notation, **fields):
    values = {"scheme": "glossary", "notation": notation, "pref_label_en": notation, "state": "approved", **fields}
    return Concept.objects.create(**values)


def make_cooperation(notation, **fields):
    return make_concept(notation, scheme="cooperation", **fields)


def torino_place():
    return make_city().places.get_or_create(name_en="Town hall", address="Via Roma 1")[0]


@postponed()
def make_world(copies: int = 1, *, first: int = 0):
    """The records of every resource, ``copies`` times; texts, points, dates and links are all there."""
    for n in range(first, first + copies):
        theme, other = make_theme(f"energy-{n}", pref_label_ja=f"エネルギー{n}"), make_theme(f"mobility-{n}")
        initiative = make_initiative(slug=f"seed-{n}", tagline_it="Semi", started_year=2020, started_month=3)
        initiative.themes.add(theme)
        initiative.figures.create(value="12", label_en="members", as_of="2024", source="https://example.org/f")
        initiative.take_parts.create(kind="membership", text_it="Iscriversi.", source="https://example.org/m")
        robots = make_organisation(
            slug=f"robots-{n}",
            name_it=f"Officina dei robot {n}",
            name_en=None,
            summary_ja="ロボットを作る。",
            themes=[theme, other],
            initiatives=[initiative],
            latitude="45.07",
            longitude="7.68",
            precision="street",
            contact_languages=["it", "ja"],
            website="https://robots.example",
            founded_year=1999,
            open_to_japan=True,
            verified_on=date(2026, 1, 2),
            sources=["https://example.org/"],
            size_band="10-49",
            capital=50_000,
            capital_currency="EUR",
            registry_id=f"0123456789{n}",
            registry_country="IT",
            nace=["28.99"],
            open_to_japan_since=2015,
            open_to_japan_how_en="An office in Nagoya.",
        )
        initiative.leads.add(robots)
        nagoya = make_city("nagoya")
        cells = make_organisation(slug=f"cells-{n}", side="nagoya", city=nagoya, kind="university")
        pilots = make_cooperation(f"pilot-{n}", pref_label_ja="共同実証")
        make_listing(
            robots,
            title_en=f"Robot arms {n}",
            title_ja="ロボットアーム",
            wanted_partner_it="Chi assembla.",
            trl=7,
            stage="pilot",
            regions=["nagoya", "japan"],
            cooperation=[pilots],
            valid_until=timezone.localdate() + timedelta(days=30 + n),
        )
        make_listing(robots, direction="need", type="test_site", title_en=f"A street for robots {n}")
        street = make_testbed(
            slug=f"street-{n}",
            name_it=f"Strada dei robot {n}",
            owner=robots,
            themes=[theme, other],
            latitude="45.06",
            longitude="7.66",
            precision="exact",
            capacity=2,
            languages=["it", "en"],
            cost_it="Gratuito.",
        )
        street.initiatives.add(initiative)
        tomorrow = timezone.localdate() + timedelta(days=1)
        street.closures.create(first_day=tomorrow, last_day=tomorrow, reason_it="Festa.")
        harbour = make_testbed(slug=f"harbour-{n}", city=nagoya, owner=cells, kind="district")
        make_pair(torino=street, nagoya=harbour, state="agreed")
        run = make_test_run(
            slug=f"shuttle-{n}",
            title_en=f"Robot shuttle {n}",
            start=date(2024, 1, 1),
            start_precision="year",
            trl_in=5,
            trl_out=7,
            testbed=street,
        )
        run.themes.add(theme, other)
        run.initiatives.add(initiative)
        run.organisations.add(robots)
        practice = make_practice(slug=f"co-city-{n}", first_year=2017, results_it="Sessanta patti.")
        practice.themes.add(theme)
        practice.organisations.add(robots)
        make_transfer(practice=practice, organisation=cells, started=date(2020, 5, 1), proof="https://example.org/t")
        seminar = make_event(
            slug=f"seminar-{n}",
            name_en=f"Robots in the street {n}",
            name_ja="街のロボット",
            description_it="Prove e domande.",
            track=make_track(name_ja="ウェビナー"),
            organizer=robots,
            dtstart=datetime(2100, 3, 28 + n, 1, 30, tzinfo=UTC),
            event_attendance_mode="mixed",
            place=torino_place(),
            maximum_attendee_capacity=2,
            join_url="https://secret.example/room",
        )
        seminar.languages.create(language="it", role="spoken")
        seminar.languages.create(language="ja", role="interpreted")
        seminar.themes.add(theme)
        transport = make_concept(f"transport-{n}", pref_label_it=f"trasporti {n}")
        bus = make_concept(f"bus-{n}", broader=transport, definition_en="It carries many.")
        bus.labels.create(language="en", text=f"omnibus {n}", kind="alt")
        bus.labels.create(language="en", text=f"buss {n}", kind="hidden")
        bus.labels.create(language="en", text=f"jalopy {n}", kind="forbidden")
        bus.related.add(theme, other)
