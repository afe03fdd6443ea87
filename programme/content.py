"""How programme.yaml becomes the edition, the phases with their cities, the dated events and the figures."""

import re

from ecosystem.models.tests import DatePrecision
from iurc_portal.content.engine import Record, Rows, identify
from iurc_portal.content.reading import Documents, Entry
from programme.models import DatedEvent, Edition, Phase, ProgrammeFigure, SelectedCity

for model in (Edition, Phase, DatedEvent, ProgrammeFigure):
    identify(model, "slug")

FILE = "programme.yaml"
EDITION = "torino-nagoya"
PERIOD = re.compile(r"(?P<first>\d{4})-(?P<last>\d{4})?")
COUNTRIES = {
    "India": "IN",
    "Indonesia": "ID",
    "Japan": "JP",
    "Malaysia": "MY",
    "Republic of Korea": "KR",
    "Thailand": "TH",
    "Vietnam": "VN",
    "Australia": "AU",
    "New Zealand": "NZ",
}
# The file gives numbers by name; what each counts, in it, en and ja.
FIGURES = {
    "trade_million_eur": (
        "scambi fra Piemonte e Giappone, in milioni di euro",
        "trade between Piedmont and Japan, in million euro",
        "ピエモンテ州と日本の貿易額(百万ユーロ)",
    ),
    "exports_million_eur": (
        "esportazioni dal Piemonte al Giappone, in milioni di euro",
        "exports from Piedmont to Japan, in million euro",
        "ピエモンテ州から日本への輸出額(百万ユーロ)",
    ),
    "companies_with_registered_office": (
        "imprese giapponesi con sede legale in Piemonte",
        "Japanese companies with a registered office in Piedmont",
        "ピエモンテ州に本社登記のある日系企業",
    ),
    "production_sites": (
        "siti produttivi giapponesi in Piemonte",
        "Japanese production sites in Piedmont",
        "ピエモンテ州にある日系企業の生産拠点",
    ),
    "employees": (
        "addetti delle imprese giapponesi in Piemonte",
        "employees of Japanese companies in Piedmont",
        "ピエモンテ州の日系企業の従業員",
    ),
}


def prepare(documents: Documents) -> list[Record]:
    """Check programme.yaml and return its records."""
    documents.need(FILE, "facts", "phases", "countries", "selected_cities_phase_1", "events", "japan_in_piedmont")
    return [*_edition(documents), *_phases(documents), *_events(documents), *_figures(documents)]


def _edition(documents: Documents) -> list[Record]:
    """The files know how long the programme lasts but not from which day: those dates stay empty for staff."""
    entry = documents.section(FILE, "facts")
    entry.known(
        *("name", "programme", "objective", "duration_years", "partner_cities", "study_visits", "funding"),
        *("website", "source", "more_sources"),
    )
    values = {
        "slug": EDITION,
        "state": Edition.State.RUNNING,
        "duration_years": entry.whole("duration_years", 1, 20, needed=True),
        "partner_city_count": entry.whole("partner_cities", 2, 50, needed=True),
        "study_visit_count": entry.whole("study_visits", 0, 50, needed=True),
        "website": entry.url("website"),
        "sources": entry.sources(),
    }
    values |= entry.texts("name", needed=True) | entry.texts("programme", "programme_name")
    values |= entry.texts("objective") | entry.texts("funding", "funding_notice")
    return [Record("editions", Edition, EDITION, FILE, values)]


def _phases(documents: Documents) -> list[Record]:
    countries = documents.section(FILE, "countries")
    countries.known("items", "source", "more_sources")
    named = countries.references("items", COUNTRIES, "country")
    cities = documents.section(FILE, "selected_cities_phase_1")
    cities.known(*SelectedCity.Region.values, "source", "more_sources", "note")
    selected = [
        {"region": region, "order": order, **city}
        for region in SelectedCity.Region.values
        for order, city in enumerate(_city_names(cities, region), start=1)
    ]
    cities_note = cities.texts("note", "cities_note")
    records = []
    for slug, entry in documents.entries(FILE, "phases", "slug").items():
        entry.known("slug", "name", "period", "note", "source", "more_sources")
        period = entry.years("period", PERIOD, "2021-2023, or 2025- if it goes on")
        first, second = slug == "iurc-phase-1", slug == "iurc-phase-2"
        further = cities.sources() if first else countries.sources() if second else []
        values = {
            "slug": slug,
            "first_year": int(period["first"]) if period else 0,
            "last_year": int(period["last"]) if period and period["last"] else None,
            "countries": [COUNTRIES[name] for name in named] if second else [],
            "sources": list(dict.fromkeys(entry.sources() + further)),
        }
        values |= entry.texts("name", needed=True) | entry.texts("note")
        values |= cities_note if first else dict.fromkeys(cities_note, "")
        rows = Rows(("region", "order", "name_it", "name_en", "name_ja"), selected if first else [])
        records.append(Record("phases", Phase, slug, FILE, values, rows={"selected_cities": rows}))
    return records


def _city_names(cities: Entry, region: str) -> list[dict[str, str]]:
    """Each city as a bare English name, or as en, it and ja."""
    found = cities.data.get(region)
    if not isinstance(found, list):
        cities.wrong(region, "a list of cities is expected.")
        return []
    entries = [
        Entry(cities.documents, cities.file, {"name": city}, f"{cities.name}: {region} {number}")
        for number, city in enumerate(found, start=1)
    ]
    return [entry.texts("name", needed=True, plain="en") for entry in entries]


def _events(documents: Documents) -> list[Record]:
    records = []
    for slug, entry in documents.entries(FILE, "events", "slug").items():
        entry.known(
            *("slug", "kind", "date", "end_date", "date_precision", "title", "description", "place", "source"),
            "more_sources",
        )
        day, precision = entry.partial_date("date")
        end, _precision = entry.partial_date("end_date", last=True)
        if entry.data.get("date") is None:
            entry.wrong("date", "is missing. Write 2024, 2024-11 or 2024-11-18.")
        stated = entry.choice("date_precision", DatePrecision.values)
        if day and stated in DatePrecision.values and stated != precision:
            entry.wrong("date_precision", f"says “{stated}” but the date is given to the {precision}.")
        if day and end and end < day:
            entry.wrong("end_date", f"“{entry.text('end_date')}” is before the date, “{entry.text('date')}”.")
        values = {
            "slug": slug,
            "kind": entry.choice("kind", DatedEvent.Kind.values),
            "date": day,
            "end_date": end,
            "date_precision": precision,
            "sources": entry.sources(),
        }
        values |= entry.texts("title", needed=True) | entry.texts("description") | entry.texts("place", plain="en")
        records.append(Record("dated events", DatedEvent, slug, FILE, values))
    return records


def _figures(documents: Documents) -> list[Record]:
    """One figure for each number of ``japan_in_piedmont``, all of the same year and source."""
    entry = documents.section(FILE, "japan_in_piedmont")
    entry.known("year", "source", "more_sources", *FIGURES)
    year, sources = entry.whole("year", 1900, 2100, needed=True), entry.sources()
    records = []
    for order, (name, (label_it, label_en, label_ja)) in enumerate(FIGURES.items(), start=1):
        slug = name.replace("_", "-")
        values = {
            "slug": slug,
            "value": entry.whole(name, 0, 10**12, needed=True),
            "year": year,
            "order": order,
            "sources": sources,
            "label_it": label_it,
            "label_en": label_en,
            "label_ja": label_ja,
        }
        records.append(Record("figures", ProgrammeFigure, slug, FILE, values))
    return records
