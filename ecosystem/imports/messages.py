"""What a row is told: kept as codes, put into words in the language of whoever reads."""

from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

WORDS = {
    # of cells
    "missing": _("The row has no name: write one."),
    "long": _("Longer than %(limit)s characters: shorten it."),
    "choice": _("Not possible here. Write one of: %(codes)s."),
    "city": _("No city of the portal. Add it under Cities, or write another."),
    "theme": _("No such theme: %(words)s. Write its notation or its label."),
    "language": _("No such language: %(words)s. Write codes like it, en, ja."),
    "address": _("No web address. Write it like https://www.example.org."),
    "country": _("No code of a country. Write two letters, for example IT or JP."),
    "slug": _("No address of a page: only letters a–z, digits and hyphens."),
    "number": _("No number. Write digits, with one comma or full stop at most."),
    "range": _("Not between %(least)s and %(most)s."),
    "day": _("No date. Write it like 2026-03-04 or 04/03/2026."),
    "yes_no": _("Write yes or no."),
    "kana": _("Only katakana, for example トリノ."),
    "point": _("Latitude and longitude go together: write both, or neither."),
    "lost": _("Letters were lost in the file (�). Save it again as UTF-8."),
    "cells": _("More cells than there are headings: is a separator within a text?"),
    "formula_error": _("The formula gives the error %(error)s. Write its value."),
    "formula_empty": _("A formula without a stored value. Open the file, save it, and try again."),
    "other_side": _("It belongs to the other city: leave it to them."),
    # of rows
    "opted_out": _("It asked on %(day)s not to be listed. Only a manager can lift this."),
    "same_slug": _("Line %(line)s has the same address of the page."),
    "same_number": _("Line %(line)s has the same number in the register of companies."),
    "same_line": _("The same name or website as line %(line)s."),
    "like_line": _("A name much like the one of line %(line)s."),
    "same_record": _("There is an organisation with this name or website."),
    "like_record": _("There is an organisation with a name much like it."),
    "overtaken": _("Since the preview somebody has changed the directory: upload the file again for this row."),
    # good to know
    "merged_cell": _("Taken from the merged cell above."),
    "city_in_name": _("Seat taken from the brackets after the name."),
}
ONLY_NOTES = frozenset({"merged_cell", "city_in_name"})


def message(code: str, column: int | None = None, value: str = "", **params) -> dict[str, Any]:
    """A message as it is stored. ``column`` counts from 0; ``value`` is what the cell held, cut to what one reads."""
    told: dict[str, Any] = {"code": code, "column": column, "value": value[:80]}
    return told | ({"params": params} if params else {})


def words(told: dict[str, Any]) -> str:
    """The sentence of a stored message, in the active language; dates in its format."""
    params = {
        name: date_format(date.fromisoformat(value), "DATE_FORMAT") if name == "day" else value
        for name, value in told.get("params", {}).items()
    }
    return gettext(WORDS[told["code"]]) % params if params else gettext(WORDS[told["code"]])
