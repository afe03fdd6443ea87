"""The directory as open data: the filter, the words and the order of the screen (ecosystem spec 7).

Public facts only: no column of a person exists. Every file names its licence.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from django.conf import settings

from ecosystem.filters import OrganisationFilter
from ecosystem.linked_data import LICENCE, organisation_json_ld
from ecosystem.models import Organisation
from iurc_portal.search.service import in_order
from iurc_portal.tables import BOM, safe
from iurc_portal.translation.languages import Language, best_text

CHUNK = 500
TRANSLATED = ("name", "summary", "address")
TEXT_COLUMNS = [[name, f"{name}_lang", *(f"{name}_{code}" for code in Language.values)] for name in TRANSLATED]
COLUMNS = (
    "slug", *chain.from_iterable(TEXT_COLUMNS),
    "name_ja_suggested", "kind", "side", "city", "themes", "initiatives", "website", "founded_year",
    "contact_languages", "open_to_japan", "latitude", "longitude", "precision", "verified_on", "url", "licence",
    "kana", "size_band", "capital", "capital_currency", "nace", "registry_country", "registry_id",
    "open_to_japan_since",
)  # fmt: skip


@dataclass(frozen=True)
class Format:
    """How a file is written: its media type, and a function from the organisations to pieces of the file."""

    content_type: str
    write: Callable[["Selection"], Iterator[bytes]]


@dataclass(frozen=True)
class Selection:
    """What is exported: the organisations a FilterSet found, when and by which query. ``encoding`` is of CSV alone."""

    filterset: OrganisationFilter
    query: str
    now: datetime
    encoding: str = "utf-8"

    def __iter__(self) -> Iterator[Organisation]:
        """The organisations in the order of the screen, read in pieces; why each was found is no part of a file."""
        results = self.filterset.results()
        for start in range(0, results.count(), CHUNK):
            ids, _related = results.ids(start, start + CHUNK)
            yield from in_order(self.filterset.queryset, ids)

    @property
    def head(self) -> dict:
        return {"licence": LICENCE, "date": self.now.date().isoformat(), "query": self.query}


def row_of(organisation: Organisation) -> list:
    """The cells of one organisation, in the order of ``COLUMNS``. Reads ``themes``, ``initiatives`` and ``city``."""
    texts = []
    for name in TRANSLATED:
        text, language = best_text(organisation, name)
        texts += [
            text,
            language if text else "",
            *(getattr(organisation, f"{name}_{code}") or "" for code in Language.values),
        ]
    return [
        organisation.slug,
        *texts,
        organisation.name_ja_suggested,
        organisation.kind,
        organisation.side,
        organisation.city.slug if organisation.city else "",
        ";".join(theme.notation for theme in organisation.themes.all()),
        ";".join(sorted({part.initiative.slug for part in organisation.parts.all()})),
        organisation.website,
        organisation.founded_year,
        ";".join(organisation.contact_languages),
        "yes" if organisation.open_to_japan else "no",
        organisation.latitude,
        organisation.longitude,
        organisation.precision,
        organisation.verified_on.isoformat() if organisation.verified_on else "",
        f"{settings.SITE_URL}{organisation.get_absolute_url()}",
        LICENCE,
        organisation.kana,
        organisation.size_band,
        organisation.capital,
        organisation.capital_currency,
        ";".join(organisation.nace),
        organisation.registry_country,
        organisation.registry_id,
        organisation.open_to_japan_since,
    ]


def write_csv(selection: Selection) -> Iterator[bytes]:
    """UTF-8 with a byte order mark, or CP932, which leaves out the rows it cannot hold and names them at the end."""
    left_out: list[str] = []

    def line(cells: Iterable) -> str:
        buffer = io.StringIO()
        csv.writer(buffer).writerow([safe("" if cell is None else cell) for cell in cells])
        return buffer.getvalue()

    yield (BOM if selection.encoding == "utf-8" else "").encode() + line(COLUMNS).encode(selection.encoding)
    for organisation in selection:
        try:
            yield line(row_of(organisation)).encode(selection.encoding)
        except UnicodeEncodeError:
            left_out.append(organisation.slug)
    if left_out:
        yield line(["left out, for CP932 cannot write them:", *left_out]).encode(selection.encoding)


def write_xlsx(selection: Selection) -> Iterator[bytes]:
    """One sheet; texts are typed as texts, so that none becomes a formula."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = Workbook(write_only=True)
    sheet = book.create_sheet("organisations")
    sheet.append(COLUMNS)
    for organisation in selection:
        cells = []
        for value in row_of(organisation):
            cell = WriteOnlyCell(
                sheet, value=ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value
            )
            if isinstance(value, str):
                cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    about = book.create_sheet("about")
    for name, value in selection.head.items():
        about.append([name, safe(value)])
    buffer = io.BytesIO()
    book.save(buffer)
    yield buffer.getvalue()


def write_json(selection: Selection) -> Iterator[bytes]:
    """schema.org Organization for each, under the licence, the date and the query."""
    head = {"@context": "https://schema.org", **selection.head, "count": selection.filterset.counts.total}
    yield from _array(head, "organisations", map(organisation_json_ld, selection))


def write_geojson(selection: Selection) -> Iterator[bytes]:
    """RFC 7946: a feature for each that has a point, [longitude, latitude]; ``unmapped`` counts those without."""
    mapped = selection.filterset.qs.exclude(latitude=None).count()
    head = {"type": "FeatureCollection", **selection.head, "unmapped": selection.filterset.counts.total - mapped}
    yield from _array(head, "features", (_feature(row) for row in selection if row.has_point))


def _feature(organisation: Organisation) -> dict:
    facts = dict(zip(COLUMNS, row_of(organisation), strict=True))
    point = [float(facts.pop("longitude")), float(facts.pop("latitude"))]
    return {
        "type": "Feature",
        "id": organisation.slug,
        "geometry": {"type": "Point", "coordinates": point},
        "properties": {name: fact for name, fact in facts.items() if fact not in ("", None)},
    }


def _array(head: dict, name: str, rows: Iterable[dict]) -> Iterator[bytes]:
    """A JSON object with ``head`` and, at the end, a long array that is never whole in memory."""
    yield (json.dumps(head, ensure_ascii=False)[:-1] + f', "{name}": [').encode()
    for number, row in enumerate(rows):
        yield ((",\n" if number else "\n") + json.dumps(row, ensure_ascii=False)).encode()
    yield b"\n]}\n"


FORMATS = {
    "csv": Format("text/csv", write_csv),
    "xlsx": Format("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", write_xlsx),
    "json": Format("application/ld+json", write_json),
    "geojson": Format("application/geo+json", write_geojson),
}
ENCODINGS = ("utf-8", "cp932")
