"""A list of people as a spreadsheet: from its bytes to rows that a form can check (events spec 11.8).

Nothing is decided here: cells go into the form of the group as they are, so that what is wrong is said beside each
cell, by row and column, and mended there or in the file.
"""

from dataclasses import dataclass
from functools import cache

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from ecosystem.imports.files import Line, read_file
from iurc_portal.search.fold import fold

MAX_BYTES = 1024 * 1024
MAX_ROWS = 500
LOOKED_AT = 10  # lines among which the headings are sought
FULL_NAME = "name"
# Headings by field, after folding; the first is how our own template calls the column.
HEADINGS = {
    "family_name": "family name|surname|last name|cognome|姓|氏|苗字|姓 漢字",
    "given_name": "given name|first name|nome|名|名 漢字",
    "family_kana": "family kana|surname reading|セイ|せい|姓 フリガナ|姓 カナ|姓フリガナ|姓カナ",
    "given_kana": "given kana|first name reading|メイ|めい|名 フリガナ|名 カナ|名フリガナ|名カナ",
    "email": "email|e mail|e-mail|mail|posta elettronica|indirizzo e-mail|メール|メールアドレス|電子メール",
    "language": "language|lingua|言語|使用言語",
    "company": "company|organisation|organization|azienda|ente|organizzazione|会社|会社名|所属|団体名|組織",
    "job_title": "role|job title|title|ruolo|qualifica|carica|役職|肩書",
    FULL_NAME: "name|full name|nome e cognome|nominativo|氏名|名前|お名前",
}
LANGUAGES = {
    "it": "it|ita|italiano|italian|イタリア語|伊",
    "en": "en|eng|inglese|english|英語|英",
    "ja": "ja|jp|jpn|giapponese|japanese|日本語|日",
}


@dataclass(frozen=True)
class Row:
    """One person: the line in the file and the cells by field of the form. Unknown columns are left out."""

    line: int
    cells: dict[str, str]


def read_members(data: bytes) -> list[Row]:
    """The people of a CSV or XLSX file, in any usual encoding, with headings in Italian, English or Japanese.

    Raises ``ValidationError`` for what is no such file, is too large, or has no columns that can be recognised.
    """
    if len(data) > MAX_BYTES:
        raise ValidationError(_("The file is larger than 1 MB: divide it."), code="large")
    table = read_file(data)
    position, fields = _headings_of(table.lines)
    missing = {"family_name", "given_name"} - set(fields)
    if missing and FULL_NAME not in fields:
        raise ValidationError(_("Write the headings “Surname” and “First name” above the names."), code="headings")
    lines = table.lines[position + 1 :]
    if not lines:
        raise ValidationError(_("The file names nobody."), code="empty")
    if len(lines) > MAX_ROWS:
        raise ValidationError(
            ngettext_lazy("More than %(limit)s row.", "More than %(limit)s rows.", MAX_ROWS) % {"limit": MAX_ROWS},
            code="rows",
        )
    return [Row(line.number, _person(fields, line.cells)) for line in lines]


def example(language: str) -> list[str | Promise]:
    """The headings of a file to begin with, as a reader of ``language`` knows them."""
    names = {"family_name": _("Surname"), "given_name": _("First name")}
    pair = list(names) if language == "ja" else list(reversed(names))
    return [*(names[name] for name in pair), _("E-mail"), _("Language"), _("Organisation"), _("Role")]


@cache
def _headings() -> dict[str, str]:
    return {fold(word): name for name, words in HEADINGS.items() for word in words.split("|")}


@cache
def _languages() -> dict[str, str]:
    return {fold(word): code for code, words in LANGUAGES.items() for word in words.split("|")}


def _headings_of(lines: list[Line]) -> tuple[int, list[str]]:
    """Where the headings stand, and the field of each column: the first line that names addresses."""
    for position, line in enumerate(lines[:LOOKED_AT]):
        fields = [_field_of(cell) for cell in line.cells]
        if "email" in fields:
            return position, fields
    raise ValidationError(
        _("No column with e-mail addresses was found. Write “E-mail” above it, and “Surname” and “First name”."),
        code="headings",
    )


def _field_of(cell: str) -> str:
    return _headings().get(" ".join(fold(cell).replace("_", " ").split()), "")


def _person(fields: list[str], cells: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, cell in zip(fields, cells, strict=False):
        if name and cell:
            found.setdefault(name, cell)
    if name := found.pop(FULL_NAME, ""):
        found = _parted(name) | found
    if "language" in found:
        found["language"] = _languages().get(fold(found["language"]), found["language"])
    return found


def _parted(name: str) -> dict[str, str]:
    """A name in one cell: family name first where it is Japanese, last elsewhere. In doubt a part stays empty and
    the form asks for it."""
    parts = name.split()
    if len(parts) < 2:
        return {"family_name": name}
    if any(ord(letter) > 0x2E7F for letter in name):
        return {"family_name": parts[0], "given_name": " ".join(parts[1:])}
    return {"given_name": parts[0], "family_name": " ".join(parts[1:])}
