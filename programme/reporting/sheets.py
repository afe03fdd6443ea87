"""The records behind a report, frozen with it: those of each number, costs, papers and recordings.

A row is a list of plain cells: text, number or nothing, or a text by language. Rows are kept as lines of canonical
JSON, compressed as they are read, so that neither writing nor reading holds all of them.
"""

import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.utils import translation

from iurc_portal.translation.languages import CODES
from programme.costs import committed_in_euro, in_euro
from programme.indicators.counting import Query, Scope
from programme.indicators.queries import on_day
from programme.models import (
    AgendaVersion,
    CostLine,
    Document,
    DocumentKind,
    LibraryItem,
    ProgrammeReport,
    ReportSheet,
    StudyVisit,
    VisitReport,
)
from programme.models.costs import COSTS_ALONG
from programme.reporting.canonical import in_each_language, number_text, octets_of, texts_of, told_once

CHUNK = 1000  # rows read from the database at a time
COSTS, PAPERS, RECORDINGS = "costs", "papers", "recordings"
INDICATOR = "indicator:"
AGENDA, VISIT_REPORT = "agenda", "report"  # kinds of papers


@dataclass(frozen=True)
class Kept:
    """A sheet that was written: how many rows, and what they add up to."""

    key: str
    rows: int
    total: int
    sha256: str

    def told(self) -> dict[str, Any]:
        """As the report's snapshot keeps it."""
        return {"key": self.key, "rows": self.rows, "sha256": self.sha256}


def keep(report: ProgrammeReport, key: str, rows: Iterable[list], *, amount: int | None = None) -> Kept:
    """Write ``rows`` as the sheet ``key``. ``amount`` is the place of the cell that is added up."""
    pack, digest, packed, number, total = zlib.compressobj(9), hashlib.sha256(), [], 0, 0
    for row in rows:
        line = octets_of(row) + b"\n"
        digest.update(line)
        packed.append(pack.compress(line))
        number += 1
        total += row[amount] if amount is not None else 0
    packed.append(pack.flush())
    kept = Kept(key, number, total, digest.hexdigest())
    ReportSheet.objects.create(report=report, key=key, rows=number, sha256=kept.sha256, content=b"".join(packed))
    return kept


def rows_of(sheet: ReportSheet) -> Iterator[list]:
    return (json.loads(line) for line in sheet.lines())


# --- The records behind a number -------------------------------------------------------------------------------------

AMOUNT = 3  # the place of what a row adds to its number


def indicator_rows(query: Query, scope: Scope) -> Iterator[list]:
    """Title, day, state, what it adds, link. The record is read once and described in each language."""
    for record in query.found(scope).iterator(chunk_size=CHUNK):
        rows = {}
        for code in CODES:
            with translation.override(code):
                rows[code] = query.describe(record)
        row = rows[CODES[0]]
        yield [
            told_once({code: one.title for code, one in rows.items()}),
            row.day.isoformat() if row.day else None,
            told_once({code: str(one.state) for code, one in rows.items()}),
            row.amount,
            told_once({code: one.link for code, one in rows.items()}),
        ]


# --- Costs, papers, recordings ---------------------------------------------------------------------------------------


def cost_rows(edition) -> Iterator[list]:
    """Budget line, visit or activity, what for, payer, currency, estimate, actual, rate, its day, committed and spent
    in euro, receipt (its SHA-256, or the word on why there is none). The files stay in the portal, for they may name
    people.
    """
    costs = CostLine.objects.of_edition(edition).select_related(*COSTS_ALONG)
    for cost in costs.order_by("budget_line__order", "budget_line", *CostLine.OWNERS, "pk").iterator(chunk_size=CHUNK):
        yield [
            texts_of(cost.budget_line, "heading") if cost.budget_line else "",
            told_once(in_each_language(partial(str, cost.owner))),
            texts_of(cost, "heading"),
            cost.payer,
            cost.currency,
            number_text(cost.estimate),
            number_text(cost.actual),
            number_text(cost.rate),
            cost.rate_date.isoformat() if cost.rate_date else None,
            number_text(committed_in_euro(cost)),
            number_text(in_euro(cost.actual, cost)),
            _digest(cost.receipt),
            cost.no_receipt_reason,
        ]


def _digest(file) -> str:
    """The SHA-256 of a stored file, "" where there is none, or none any more."""
    if not file:
        return ""
    digest = hashlib.sha256()
    try:
        with file.open("rb") as stored:
            for octets in iter(partial(stored.read, 1 << 16), b""):
                digest.update(octets)
    except OSError:
        return ""
    return digest.hexdigest()


def paper_rows(edition, *, until: datetime) -> Iterator[list]:
    """Kind, visit, version, day, address, SHA-256 of the PDF: released agendas, and visits' reports that were sent."""
    visits = StudyVisit.objects.filter(exchange__edition=edition)
    public = set(visits.public().values_list("pk", flat=True))
    versions = AgendaVersion.objects.filter(visit__in=visits, released_at__lt=until).defer("snapshot", "acknowledged")
    for version in versions.select_related("visit").order_by("visit__first_day", "visit", "number").iterator():
        link = _link(version.visit) if version.visit_id in public else ""
        day = on_day(version.released_at).isoformat()
        yield [AGENDA, texts_of(version.visit, "title"), version.number, day, link, ""]
    printed: dict[int, str] = {}
    papers = Document.objects.ready().filter(visit__in=visits, kind=DocumentKind.REPORT).order_by("number", "pk")
    for document in papers:
        printed[document.visit_id] = document.sha256
    sent = VisitReport.objects.sent().filter(visit__in=visits).defer("snapshot")
    for report in sent.select_related("visit").order_by("visit__first_day", "visit", "version"):
        link = _link(report.visit) if report.visit_id in public else ""
        digest = printed.get(report.visit_id, "")
        yield [VISIT_REPORT, texts_of(report.visit, "title"), report.version, str(report.sent_on), link, digest]


def recording_rows(edition, *, until: datetime, now: datetime) -> Iterator[list]:
    """Kind, title, language, webinar, its day, address: what anybody finds of webinars that were over by ``until``."""
    items = LibraryItem.objects.for_everybody(now=now).filter(
        webinar__exchange__edition=edition, webinar__event__dtend__lt=until
    )
    for item in items.select_related("webinar__event").order_by("webinar__event__dtstart", "kind", "language", "pk"):
        event = item.webinar.event
        yield [
            item.kind,
            texts_of(item, "title"),
            item.language,
            texts_of(event, "name"),
            on_day(event.dtstart).isoformat(),
            _link(item),
        ]


def _link(record) -> Any:
    return told_once(in_each_language(record.get_absolute_url))
