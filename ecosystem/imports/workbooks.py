"""Workbooks: the first sheet that holds something, formulas by their stored values, merged cells as one sees them."""

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import zip_longest
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ecosystem.imports.files import MAX_COLUMNS, Table, add_line, checked, refuse
from ecosystem.imports.messages import message

MAX_UNPACKED = 150 * 1024 * 1024
EMPTY_ROWS = 5_000  # so many in a row end a sheet: some are formatted down to the last line there is
ERRORS = frozenset(["#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"])
MERGED = re.compile(rb'<mergeCell\s+ref="([A-Z]{1,3})(\d+):([A-Z]{1,3})(\d+)"')


def read_workbook(data: bytes) -> Table:
    """Raises ``ValidationError`` for what is no workbook, is damaged, holds nothing or is larger than it looks."""
    try:
        return _read(data)
    except ValidationError:
        raise
    except Exception as error:  # a damaged workbook makes zip, XML and openpyxl raise whatever they like
        raise refuse("workbook", _("This is no workbook that can be read. Save it as XLSX or CSV.")) from error


def _read(data: bytes) -> Table:
    from openpyxl import load_workbook

    archive = zipfile.ZipFile(io.BytesIO(data))
    if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
        limit = MAX_UNPACKED // 1024 // 1024
        raise refuse("bomb", _("Unpacked the workbook is larger than %(limit)s MB."), limit=limit)
    values = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    sheet = next((one for one in values.worksheets if any(any(row) for row in _rows(one))), None)
    if sheet is None:
        raise refuse("empty", _("The file is empty."))
    merged, has_formulas = _structure(archive, sheet._worksheet_path.lstrip("/"))
    formulas = load_workbook(io.BytesIO(data), read_only=True)[sheet.title] if has_formulas else None
    table = Table([], sheet=sheet.title[:100])
    above: dict[tuple[int, int], str] = {}
    pairs = zip_longest(_rows(sheet), _rows(formulas) if formulas else (), fillvalue=())
    for number, (row, typed) in enumerate(pairs, start=1):
        cells = [cell_text(value) for value in row[: MAX_COLUMNS + 1]]
        notes = _of_formulas(row, typed, cells)
        for column, first in merged.get(number, ()):
            if first == number:
                above[column, first] = cells[column] if column < len(cells) else ""
            elif text := above.get((column, first)):
                cells += [""] * (column + 1 - len(cells))
                cells[column] = text
                notes.append(message("merged_cell", column, text))
        add_line(table.lines, number, cells, notes)
    return checked(table)


def cell_text(value: Any) -> str:
    """A cell as it would be typed: days as 2026-03-04, whole numbers without a point."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time(0) else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _rows(sheet) -> Iterator[tuple]:
    """Rows of values, up to where nothing follows for long."""
    empty = 0
    for row in sheet.iter_rows(values_only=True):
        empty = 0 if any(value is not None for value in row) else empty + 1
        if empty > EMPTY_ROWS:
            return
        yield row


def _of_formulas(row: tuple, typed: tuple, cells: list[str]) -> list[dict[str, Any]]:
    """Errors that formulas gave, and formulas whose value nobody stored."""
    notes = []
    for column, text in enumerate(cells):
        if text in ERRORS:
            notes.append(message("formula_error", column, text, error=text))
            cells[column] = ""
    for column, formula in enumerate(typed[: MAX_COLUMNS + 1]):
        is_formula = isinstance(formula, str) and formula.startswith("=")
        if is_formula and (column >= len(row) or row[column] is None):
            notes.append(message("formula_empty", column, formula))
    return notes


def _structure(archive: zipfile.ZipFile, path: str) -> tuple[dict[int, list[tuple[int, int]]], bool]:
    """For each line the columns (from 0) merged downwards with the line they begin at, and whether there are formulas.

    Of cells merged over several columns as well, the first column has the value in each line, as it has in the first.
    Read-only workbooks do not tell of merged cells, so they are looked up in the sheet itself.
    """
    sheet = archive.read(path)
    merged: dict[int, list[tuple[int, int]]] = {}
    for left, top, _right, bottom in MERGED.findall(sheet):
        first, last = int(top), min(int(bottom), int(top) + 5_000)
        if last > first:
            for line in range(first, last + 1):
                merged.setdefault(line, []).append((_column(left), first))
    return merged, b"<f>" in sheet or b"<f " in sheet


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
