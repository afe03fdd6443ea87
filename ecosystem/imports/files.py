"""From the bytes of a file to lines of cells: encodings, separators, limits. Nothing here knows what a cell means."""

import codecs
import csv
import io
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ecosystem.identity import CONTROL
from ecosystem.imports.messages import message

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 50_000
MAX_COLUMNS = 100
MAX_CELL = 20_000  # characters
SEPARATORS = ",;\t|"
ONE_COLUMN = "\x1f"  # a separator that no file has
ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "cp932": "Shift-JIS",
    "cp1252": "Windows-1252",
}
BOMS = [
    (codecs.BOM_UTF8, "utf-8-sig", "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16", "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "utf-16"),
]
ZIP, OLE = b"PK\x03\x04", bytes.fromhex("d0cf11e0a1b11ae1")


@dataclass
class Line:
    """A line that holds something: its number in the file from 1, its cells, what was noticed while reading."""

    number: int
    cells: list[str]
    notes: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Table:
    lines: list[Line]
    encoding: str = ""
    separator: str = ""
    sheet: str = ""


def refuse(code: str, words, **params):
    return ValidationError(words, code=code, params=params or None)


def check_size(number: int) -> None:
    """Refuse a file of more bytes than the limit; asked of its size, before it is read."""
    if number > MAX_BYTES:
        raise refuse("large", _("The file is larger than %(limit)s MB: divide it."), limit=MAX_BYTES // 1024 // 1024)


def read_file(data: bytes, *, encoding: str = "") -> Table:
    """Read a CSV or XLSX file; its kind is told by its content. Raises ``ValidationError`` with what to do."""
    check_size(len(data))
    if data.startswith(OLE):
        raise refuse("old", _("An old or encrypted workbook. Save it as XLSX, without a password."))
    if data.startswith(ZIP):
        from ecosystem.imports.workbooks import read_workbook  # openpyxl takes its time: only who needs it waits

        return read_workbook(data)
    return read_text(data, encoding=encoding)


def read_text(data: bytes, *, encoding: str = "") -> Table:
    """Lines of a text file. ``encoding`` is one of ``ENCODINGS``, or "" to recognise it."""
    name, text = decode(data, encoding)
    if not text.strip():
        raise refuse("empty", _("The file is empty."))
    separator = sniff(text)
    lines: list[Line] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=False)
    csv.field_size_limit(MAX_BYTES)
    before = 0
    try:
        for cells in reader:
            begins, before = before + 1, reader.line_num  # a quoted cell may go on over several lines
            add_line(lines, begins, cells)
    except csv.Error as error:
        raise refuse("csv", _("Line %(line)s cannot be read as CSV."), line=reader.line_num) from error
    return checked(Table(lines, ENCODINGS[name], "" if separator == ONE_COLUMN else separator))


def add_line(lines: list[Line], number: int, cells: list[str], notes: list[dict[str, Any]] | None = None) -> None:
    """Add a line unless it is empty. Raises ``ValidationError`` beyond the limits; a cell too long refuses its row."""
    cells, notes = [CONTROL.sub("", cell).strip() for cell in cells], list(notes or [])
    for column, cell in enumerate(cells):
        if len(cell) > MAX_CELL:
            notes.append(message("long", column, cell, limit=MAX_CELL))
            cells[column] = ""
    while cells and not cells[-1]:
        cells.pop()
    if not cells and not notes:
        return
    if len(lines) > MAX_ROWS:
        raise refuse("rows", _("More than %(limit)s rows: divide the file."), limit=MAX_ROWS)
    if len(cells) > MAX_COLUMNS:
        raise refuse("columns", _("Line %(line)s has more than %(limit)s columns."), line=number, limit=MAX_COLUMNS)
    lines.append(Line(number, cells, notes))


def checked(table: Table) -> Table:
    if not table.lines:
        raise refuse("empty", _("The file is empty."))
    return table


def decode(data: bytes, encoding: str = "") -> tuple[str, str]:
    """The name of the encoding and the text. Raises ``ValidationError`` naming the first line that cannot be read."""
    if not encoding:
        for mark, codec, name in BOMS:
            if data.startswith(mark):
                return name, _strictly(data, codec)
        if codec := _utf16_without_mark(data):
            return "utf-16", _strictly(data, codec)
        encoding = recognise(data)
    return encoding, _strictly(data, "utf-8-sig" if encoding == "utf-8" else encoding)


def recognise(data: bytes) -> str:
    """UTF-8, Shift-JIS or Windows-1252 for bytes without a mark.

    In Japanese text letters outside ASCII stand side by side; the accents and apostrophes of Italian, read as
    Shift-JIS, give lonely kanji between Latin letters.
    """
    try:
        data.decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError:
        repaired = data.decode("utf-8", "replace")
    wide = sum(letter > "\x7f" and letter != "\ufffd" for letter in repaired)
    if wide > repaired.count("\ufffd"):
        return "utf-8"  # with a slip in it, which is told with its line
    try:
        text = data.decode("cp932")
    except UnicodeDecodeError:
        return "cp1252"
    others = [position for position, letter in enumerate(text) if letter > "\x7f"]
    known = set(others)
    beside = sum(position - 1 in known or position + 1 in known for position in others)
    return "cp932" if beside >= 0.8 * len(others) else "cp1252"


def _utf16_without_mark(data: bytes) -> str:
    head = data[:4000]
    if len(head) < 4 or len(data) % 2:
        return ""
    halves = {"utf-16-le": head[1::2], "utf-16-be": head[0::2]}
    for codec, zeros in halves.items():
        if zeros.count(0) > 0.4 * len(zeros):
            return codec
    return ""


def _strictly(data: bytes, codec: str) -> str:
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        words = _(
            "Line %(line)s has letters that are not %(encoding)s. Save the file as UTF-8, or choose its encoding."
        )
        name = ENCODINGS.get(codec.removesuffix("-sig"), codec.upper())
        raise refuse("encoding", words, line=line, encoding=name) from error


def sniff(text: str) -> str:
    """The separator that parts all of the first lines, or most of them alike; none where a list has one column."""
    head = text[:20_000].splitlines()[:20]
    best, score = ONE_COLUMN, 0.0
    for separator in SEPARATORS:
        sizes = [len(cells) for cells in csv.reader(head, delimiter=separator) if any(cells)]
        if not sizes or max(sizes) < 2:
            continue
        usual = max(set(sizes), key=sizes.count)
        same = sizes.count(usual) / len(sizes)
        if usual > 1 and (same >= 0.7 or min(sizes) > 1) and same > score:
            best, score = separator, same
    return best
