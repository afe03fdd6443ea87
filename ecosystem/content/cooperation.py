"""Tests carried out in the two cities, and good practices to repeat."""

import re

from ecosystem.content.cities import city_of
from ecosystem.content.vocabulary import theme_refs
from ecosystem.models import City, GoodPractice, Initiative, Organisation, Testbed, TestRun
from iurc_portal.clock import PartnerSide
from iurc_portal.content.engine import Record, Ref
from iurc_portal.content.reading import Entry

SITE_TEXTS = ("testable", "provided", "not_provided", "data_available", "rules", "cost", "opening")
PERIOD = re.compile(r"(since (?P<about>about )?)?(?P<first>\d{4})(-(?P<last>\d{4})?)?")


def testbed_records(
    sites: dict[str, Entry],
    themes: dict[str, Entry],
    initiatives: dict[str, Entry],
    organisations: dict[str, Entry],
) -> list[Record]:
    """Published, since the content has been reviewed: what no source says of a site is left empty."""
    records = []
    for slug, entry in sites.items():
        entry.known(
            *("slug", "name", "kind", "owner", "city", "place", "latitude", "longitude", "pillars", "themes", "tests"),
            *(*SITE_TEXTS, "source", "more_sources", "verify", "verify_fields"),
        )
        owner = entry.text("owner", needed=True)
        if owner and owner not in organisations:
            entry.wrong("owner", f"“{owner}” is not a known organisation. Correct it, or add the organisation.")
        if not entry.text("city"):
            entry.wrong("city", "is missing. A testbed is in a city.")
        values = {
            "slug": slug,
            "kind": entry.choice("kind", Testbed.Kind.values),
            "state": Testbed.State.PUBLISHED,
            "owner": Ref(Organisation, owner),
            "city": city_of(entry),
            "sources": entry.sources(),
            "needs_check": entry.flag("verify"),
            "to_verify": entry.words("verify_fields"),
        }
        values |= entry.texts("name", needed=True) | entry.texts("place", "place_name")
        for name in SITE_TEXTS:
            values |= entry.texts(name, needed=name in {"testable", "provided"})
        values |= entry.point(precision="street")
        within = entry.references("pillars", initiatives, "initiative")
        sets = {
            "initiatives": [Ref(Initiative, initiative) for initiative in within],
            "themes": theme_refs(entry, themes),
        }
        records.append(Record("testbeds", Testbed, slug, entry.file, values, sets))
    return records


def _site_of_each(sites: dict[str, Entry], tests: dict[str, Entry]) -> dict[str, str]:
    """The testbed of each test that a site names; a test is carried out at one."""
    found: dict[str, str] = {}
    for slug, entry in sites.items():
        for test in entry.references("tests", tests, "test"):
            if found.setdefault(test, slug) != slug:
                entry.wrong("tests", f"“{test}” is already at “{found[test]}”. Keep it at one of the two.")
    return found


def test_records(
    tests: dict[str, Entry],
    sites: dict[str, Entry],
    themes: dict[str, Entry],
    initiatives: dict[str, Entry],
    organisations: dict[str, Entry],
) -> list[Record]:
    records = []
    site_of = _site_of_each(sites, tests)
    for slug, entry in tests.items():
        entry.known(
            *("slug", "title", "tested", "outcome", "status", "start", "end", "organisations", "place", "city"),
            *("latitude", "longitude", "pillars", "themes", "budget", "source", "more_sources"),
        )
        start, start_precision = entry.partial_date("start")
        end, end_precision = entry.partial_date("end", last=True)
        if start and end and end < start:
            entry.wrong("end", f"“{entry.text('end')}” is before the start, “{entry.text('start')}”.")
        values = {
            "slug": slug,
            "state": entry.choice("status", TestRun.State.values),
            "start": start,
            "start_precision": start_precision,
            "end": end,
            "end_precision": end_precision,
            "city": city_of(entry),
            "testbed": Ref(Testbed, site_of[slug]) if slug in site_of else None,
            "sources": entry.sources(),
        }
        values |= entry.texts("title", needed=True) | entry.texts("tested") | entry.texts("outcome")
        values |= entry.texts("place", "place_name", plain="en") | entry.texts("budget", plain="en")
        values |= entry.point(precision="street" if entry.data.get("place") else "city")
        taking_part = entry.references("organisations", organisations, "organisation")
        within = entry.references("pillars", initiatives, "initiative")
        sets = {
            "organisations": [Ref(Organisation, organisation) for organisation in taking_part],
            "initiatives": [Ref(Initiative, initiative) for initiative in within],
            "themes": theme_refs(entry, themes),
        }
        records.append(Record("tests", TestRun, slug, entry.file, values, sets))
    return records


def practice_records(
    practices: dict[str, Entry], themes: dict[str, Entry], organisations: dict[str, Entry]
) -> list[Record]:
    """Validated, since the content has been reviewed. The file has practices of Torino only and names no city."""
    records = []
    for slug, entry in practices.items():
        entry.known(
            *("slug", "title", "recognition", "period", "problem", "solution", "results", "replicability", "costs"),
            *("organisations", "themes", "source", "more_sources"),
        )
        period = entry.years("period", PERIOD, "2017-2020, since 2014 or since about 2006")
        values = {
            "slug": slug,
            "state": GoodPractice.State.VALIDATED,
            "city": Ref(City, PartnerSide.TORINO),
            "first_year": int(period["first"]) if period else None,
            "last_year": int(period["last"]) if period and period["last"] else None,
            "first_year_is_approximate": bool(period and period["about"]),
            "sources": entry.sources(),
        }
        for name in ("title", "problem", "solution", "results", "replicability", "costs"):
            values |= entry.texts(name, needed=name == "title")
        values |= entry.texts("recognition", plain="en")
        taking_part = entry.references("organisations", organisations, "organisation")
        sets = {
            "organisations": [Ref(Organisation, organisation) for organisation in taking_part],
            "themes": theme_refs(entry, themes),
        }
        records.append(Record("practices", GoodPractice, slug, entry.file, values, sets))
    return records
