"""The evidence as a workbook: a sheet for each indicator with the records behind it, and what else was frozen."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import count
from operator import itemgetter
from textwrap import wrap
from typing import Any, BinaryIO

from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from iurc_portal.archives import settled_workbook
from iurc_portal.tables import Column, Table, write_workbook
from programme.models import CostLine, LibraryItem, ProgrammeReport, ReportSheet
from programme.reporting import sheets, telling
from programme.reporting.telling import address, said

Beat = Callable[[], None]  # called now and then while something long is written
LINE = 100  # letters
EVERY = 5000  # rows between two beats


def workbook_of(report: ProgrammeReport, language: str, *, beat: Beat = lambda: None) -> BinaryIO:
    """The workbook of an approved ``report``, in a temporary file; the same octets whenever it is made."""
    kept = {sheet.key: sheet.pk for sheet in report.sheets.defer("content")}
    with translation.override(language):
        book = write_workbook(list(_sheets(report, kept, beat)))
    return settled_workbook(book, at=report.frozen_at)


def _sheets(report: ProgrammeReport, kept: dict[str, int], beat: Beat) -> Iterator[tuple[str, Table]]:
    facts = report.snapshot
    yield _("Report"), _overview(facts, report.sha256)
    for one in facts["indicators"]:
        yield telling.line_of(one).code, _indicator(one, facts, _rows(kept.get(one["sheet"]), beat))
    yield _("Attendance"), _attendance(facts)
    yield _("What was done"), _activities(facts)
    yield _("Milestones"), _milestones(facts)
    yield _("Costs"), _costs(facts, _rows(kept.get(sheets.COSTS), beat))
    yield _("Agendas and reports"), _papers(facts, _rows(kept.get(sheets.PAPERS), beat))
    yield _("Recordings"), _recordings(facts, _rows(kept.get(sheets.RECORDINGS), beat))


def _rows(key: int | None, beat: Beat) -> Iterator[list]:
    """The rows of a kept sheet, read when their turn comes, so that one sheet at a time is in memory."""
    if key is None:
        return
    numbers = count(1)
    for row in sheets.rows_of(ReportSheet.objects.get(pk=key)):
        yield row
        if next(numbers) % EVERY == 0:
            beat()
    beat()


def _table(titles: Sequence[str], rows: Iterable[Sequence[Any]], *, head=(), widths=()) -> Table:
    """Rows of cells under ``titles``, after the lines of ``head``."""
    columns = [Column(str(place), title, itemgetter(place)) for place, title in enumerate(titles)]
    return Table(columns, rows, head=[*head, [""]] if head else [], widths=widths)


def _number(text: str | None) -> Decimal | None:
    return Decimal(text) if text is not None else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _period(facts) -> list[list[Any]]:
    return [[_("Edition"), str(said(facts["edition"]["name"]))], [_("Period"), telling.period_words(facts)]]


def _overview(facts, sha256: str) -> Table:
    head = [
        [_("Report of the programme"), ""],
        *_period(facts),
        [_("Version"), facts["version"]],
        [_("Approved"), _day(facts["approved"]["on"])],
        [_("By"), _("a manager of the programme")],
        [_("SHA-256 of the report"), sha256],
        [_("Personal data"), _("none: people are counted and never named; gender, age and health appear nowhere")],
        [_("Photographs"), _("none: the portal holds no photographs of people")],
    ]
    if facts["sample"]:
        head.append([_("Note"), pgettext("demonstration data", "sample")])
    titles = [_("Code"), _("Indicator"), _("Kind"), _("Unit"), _("Baseline"), _("Value"), _("Target"), _("Reached, %")]
    kinds = {kind: str(words()) for kind, words in telling.KIND_WORDS.items()}
    rows = [
        [
            one["code"],
            str(said(one["name"])),
            kinds[one["kind"]],
            str(said(one["unit"])),
            _number(one["baseline"]),
            _number(one["value"]),
            _number(one["target"]) if one["target"] is not None else _("no target"),
            _number(one["progress"]),
        ]
        for one in facts["indicators"]
    ]
    return _table(titles, rows, head=head, widths=[24, 48, 14, 18, 10, 10, 16, 12])


def _indicator(one, facts, rows: Iterable[list]) -> Table:
    """Value, definition and period above; below the records, whose last column adds up to the value."""
    line = telling.line_of(one)
    head = [
        [line.code, str(line.name)],
        [_("Value"), _number(one["value"]), str(line.unit)],
        *_in_lines(_("Definition"), str(line.definition)),
        *_period(facts),
        [_("Where the number comes from"), line.source],
        [_("Target"), _number(one["target"]) if one["target"] is not None else _("no target")],
    ]
    if one["source"] == "manual":
        head.append([_("Evidence"), one["evidence"]])
        rows = [[_("Entered by hand, with evidence"), None, "", one["value"], one["evidence"]]]
    else:
        head.append([_("Records behind it"), one["rows"]])
    for part in one["parts"]:
        title = capfirst(str(said(part["title"])))
        head += [[title, str(said(words)), n] for words, n in part["rows"]]
    told = (
        [str(said(title)), _day(on), str(said(state)), Decimal(amount), address(facts, link)]
        for title, on, state, amount, link in rows
    )
    titles = [pgettext("table", "Record"), _("Date"), _("State"), _("Adds"), pgettext("table", "Address")]
    return _table(titles, told, head=head, widths=[56, 14, 22, 10, 70])


def _in_lines(title: str, text: str) -> list[list[str]]:
    """A long text over as many rows as it takes, none wider than the paper; a Japanese letter is two wide."""
    lines = wrap(text, LINE // 2 if get_language() == "ja" else LINE) or [""]
    return [[title if number == 0 else "", line] for number, line in enumerate(lines)]


def _attendance(facts) -> Table:
    rows: list[list[Any]] = []
    for one in telling.attendance_of(facts):
        rows += [[one["title"], words, n] for words, n in one["rows"]]
        rows.append([one["title"], _("Total"), one["total"]])
        if one.get("not_noted"):
            rows.append([one["title"], _("Webinars of which nobody noted who came"), one["not_noted"]])
    return _table([_("What"), _("Who"), _("People")], rows, head=_period(facts), widths=[52, 36, 10])


def _activities(facts) -> Table:
    rows = [
        [kind["title"], str(row["title"]), row["when"], row["attended"], row["address"]]
        for kind in telling.activities_of(facts)
        for row in kind["rows"]
    ]
    titles = [_("Kind"), _("Title"), _("Date"), _("People present"), pgettext("table", "Address")]
    return _table(titles, rows, head=_period(facts), widths=[26, 56, 24, 14, 70])


def _milestones(facts) -> Table:
    rows = [
        [
            str(said(step["title"])),
            step["objective"],
            _day(step["due_on"]),
            _day(step["done_on"]),
            telling.step_words(step["state"]),
            step["evidence"],
        ]
        for step in facts["milestones"]
    ]
    titles = [_("Milestone"), _("Objective"), _("Due on"), _("Done on"), _("State"), _("Evidence")]
    return _table(titles, rows, head=_period(facts), widths=[56, 12, 14, 14, 14, 70])


def _costs(facts, rows: Iterable[list]) -> Table:
    """Each line with its receipt's digest; above them the budget lines, which they add up to."""
    total = facts["budget"]["total"]
    head = [[_("Committed, euro"), _number(total["committed"])], [_("Spent, euro"), _number(total["spent"])]]
    titles = [
        _("Budget line"), _("Visit or activity"), _("What for"), _("Who pays"), _("Currency"), _("Estimate"),
        _("Actual"), _("Yen for one euro"), _("Date of the rate"), _("Committed, euro"), _("Spent, euro"),
        _("SHA-256 of the receipt"), _("Why there is no receipt"),
    ]  # fmt: skip

    def told() -> Iterator[list[Any]]:
        for line, visit, what, payer, currency, estimate, actual, rate, on, committed, spent, digest, reason in rows:
            yield [
                str(said(line)), str(said(visit)), str(said(what)), str(CostLine.Payer(payer).label), currency,
                _number(estimate), _number(actual), _number(rate), _day(on), _number(committed), _number(spent),
                digest, reason,
            ]  # fmt: skip

    return _table(titles, told(), head=head, widths=[26, 40, 40, 20, 9, 12, 12, 12, 14, 14, 14, 30, 40])


def _papers(facts, rows: Iterable[list]) -> Table:
    kinds = {sheets.AGENDA: _("Released agenda"), sheets.VISIT_REPORT: _("Report of the visit")}
    told = (
        [kinds[kind], str(said(visit)), version, _day(on), address(facts, link), digest]
        for kind, visit, version, on, link, digest in rows
    )
    titles = [_("What"), _("Visit"), _("Version"), _("Date"), pgettext("table", "Address"), _("SHA-256 of the PDF")]
    return _table(titles, told, head=_period(facts), widths=[22, 56, 9, 14, 70, 30])


def _recordings(facts, rows: Iterable[list]) -> Table:
    told = (
        [
            str(LibraryItem.Kind(kind).label),
            str(said(title)),
            language,
            str(said(webinar)),
            _day(on),
            address(facts, link),
        ]
        for kind, title, language, webinar, on, link in rows
    )
    titles = [_("Kind"), _("Title"), _("Language"), _("Webinar"), _("Date"), pgettext("table", "Address")]
    return _table(titles, told, head=_period(facts), widths=[16, 40, 10, 56, 14, 70])
