"""Spreadsheets on their way out: what leaves is the same whatever the language of who exports."""

from import_export.formats.base_formats import CSV
from import_export.formats.base_formats import XLSX as PlainXLSX
from import_export.widgets import DateWidget, DecimalWidget


class XLSX(PlainXLSX):
    """A workbook whose cells hold what the CSV holds. The library's own writes the word None into empty cells."""


SPREADSHEETS = [XLSX, CSV]


class NumberWidget(DecimalWidget):
    """A number with a full stop, as programs read it."""

    def render(self, value, obj=None, **kwargs):
        return "" if value is None else str(value)


class DayWidget(DateWidget):
    """A day as 2026-03-04."""

    def __init__(self):
        super().__init__(format="%Y-%m-%d")
