"""Tables that people take away: XLSX, CSV and JSON, row by row (events spec 11.1–11.6).

A table is columns and an iterable of records; nothing here knows what the records are. Texts never become formulas:
in a workbook a cell is typed, in CSV it is marked.
"""

import csv
import io
import json
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")  # with these a spreadsheet begins a formula
BOM = "\ufeff"
NOT_IN_SHEET_NAMES = re.compile(r"[\\/*?:\[\]]")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Signs of one place in JIS X 0208 that Unicode has twice: Windows and macOS write different ones, CP932 holds one.
CP932_TWINS = str.maketrans(
    {"〜": "～", "−": "－", "‖": "∥", "¢": "￠", "£": "￡", "¬": "￢", "—": "―", "\u00a0": " "}
)


@dataclass(frozen=True)
class Column:
    """One column. ``name`` stays the same for ever; ``title`` is what a reader calls it.

    ``value`` gives a record's cell for programs: text, number, bool, date, aware datetime or None. ``words``, where a
    code has words, gives the cell for readers.
    """

    name: str
    title: str
    value: Callable[[Any], Any]
    words: Callable[[Any], Any] | None = None
    sensitive: bool = False


@dataclass(frozen=True)
class Table:
    """What is written: columns, records (read once, in order), and for whom.

    ``stable``: titles are the stable names and cells the codes, for programs; else both are in the reader's language.
    ``tzid`` is the zone of the times in a workbook, whose cells know none. ``head`` are lines of cells that a workbook
    has above the titles; ``widths`` of its columns are in characters, from the first on.
    """

    columns: Sequence[Column]
    records: Iterable[Any]
    stable: bool = False
    tzid: str = "UTC"
    head: Sequence[Sequence[Any]] = ()
    widths: Sequence[int] = ()

    @property
    def titles(self) -> list[str]:
        return [column.name if self.stable else column.title for column in self.columns]

    def cells(self, record: Any) -> list[Any]:
        return [
            column.words(record) if column.words is not None and not self.stable else column.value(record)
            for column in self.columns
        ]


def safe(cell):
    """A cell that no spreadsheet takes for a formula: texts that look like one begin with an apostrophe (11.3)."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(DANGEROUS) else cell


def write_csv(table: Table, *, encoding: str = "utf-8") -> Iterator[bytes]:
    """UTF-8 with a byte order mark, or CP932 without the rows it cannot hold (``unwritable`` names them)."""
    lines = _lines(table)
    if encoding == "utf-8":
        yield BOM.encode()
        for line in lines:
            yield line.encode()
        return
    titles = next(lines)
    if _missing(titles, encoding):  # accents: then the stable names, never a question mark
        titles = _line([column.name for column in table.columns], table.tzid)
    yield titles.translate(CP932_TWINS).encode(encoding)
    for line in lines:
        if not _missing(line, encoding):
            yield line.translate(CP932_TWINS).encode(encoding)


def unwritable(table: Table, encoding: str) -> Iterator[tuple[Any, str]]:
    """The records that ``encoding`` cannot hold, each with the letters that it lacks (11.2)."""
    for record in table.records:
        if letters := _missing(_line(table.cells(record), table.tzid), encoding):
            yield record, letters


def write_json(table: Table) -> Iterator[bytes]:
    """An array of objects under the stable names, never whole in memory. Times are ISO 8601 with their offset."""
    yield b"["
    for number, row in enumerate(rows_of(table)):
        yield (("," if number else "") + "\n" + json.dumps(row, ensure_ascii=False)).encode()
    yield b"\n]\n"


def rows_of(table: Table) -> Iterator[dict[str, Any]]:
    """The records as JSON holds them: values by stable name, times as ISO 8601 with their offset."""
    for record in table.records:
        yield {column.name: _plain(column.value(record), table.tzid, typed=True) for column in table.columns}


def write_xlsx(table: Table, *, name: str) -> BinaryIO:
    """A workbook of one sheet in a temporary file, at its beginning. Rows go through one by one; texts are typed."""
    return write_workbook([(name, table)])


def write_workbook(sheets: Sequence[tuple[str, Table]]) -> BinaryIO:
    """A workbook with a sheet for each (name, table), in a temporary file, at its beginning.

    Names are cut and made to differ as spreadsheets want them; a workbook without tables has one empty sheet.
    """
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for name, table in sheets:
        _fill(book.create_sheet(NOT_IN_SHEET_NAMES.sub(" ", name)[:31]), table)
    if not sheets:
        book.create_sheet()
    file = tempfile.TemporaryFile()  # noqa: SIM115 – the answer closes it once it is sent
    book.save(file)
    file.seek(0)
    return file


def _fill(sheet: Any, table: Table) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet.freeze_panes = f"A{len(table.head) + 2}"
    if table.widths:  # printed as wide as the paper, on as many pages as it takes
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    for number, width in enumerate(table.widths, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    bold = Font(bold=True)

    def typed(value: Any, *, is_title: bool = False) -> Any:
        if isinstance(value, datetime):
            value = value.astimezone(ZoneInfo(table.tzid)).replace(tzinfo=None, microsecond=0)
        cell = WriteOnlyCell(sheet, value=ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value)
        if isinstance(value, str):
            cell.data_type = "s"
            cell.number_format = "@"
        elif isinstance(value, datetime):
            cell.number_format = "yyyy-mm-dd hh:mm"
        elif isinstance(value, date):
            cell.number_format = "yyyy-mm-dd"
        if is_title:
            cell.font = bold
        return cell

    for line in table.head:
        sheet.append([typed(value, is_title=place == 0) for place, value in enumerate(line)])
    sheet.append([typed(title, is_title=True) for title in table.titles])
    for record in table.records:
        sheet.append([typed(value) for value in table.cells(record)])


def _lines(table: Table) -> Iterator[str]:
    yield _line(table.titles, table.tzid)
    for record in table.records:
        yield _line(table.cells(record), table.tzid)


def _line(cells: Iterable[Any], tzid: str) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow([safe(_plain(cell, tzid)) for cell in cells])
    return buffer.getvalue()


def _plain(value: Any, tzid: str, *, typed: bool = False) -> Any:
    """A cell where everything is text: times as ISO 8601 in ``tzid``; JSON keeps numbers, truth and nothing."""
    if isinstance(value, datetime):
        return value.astimezone(ZoneInfo(tzid)).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if typed:
        return value if isinstance(value, int | float | bool) or value is None else str(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else value


def _missing(text: str, encoding: str) -> str:
    """The letters of ``text`` that ``encoding`` lacks, each once, in their order."""
    lacking = []
    for letter in dict.fromkeys(text.translate(CP932_TWINS)):
        try:
            letter.encode(encoding)
        except UnicodeEncodeError:
            lacking.append(letter)
    return "".join(lacking)
