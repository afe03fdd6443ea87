"""The columns a spreadsheet may have, and how they are recognised by their headings in three languages."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from django.db.models import Field
from django.utils.functional import lazy
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext_lazy as _

from ecosystem.imports import cells
from ecosystem.models import Organisation
from iurc_portal.search.fold import fold
from iurc_portal.translation.languages import Language

NAME = "name"  # the column of names: each goes to Japanese or to the batch's language, by its letters
TEXTS = ("name", "summary", "description", "address")


@dataclass(frozen=True)
class Column:
    """A field that may be filled. ``read`` turns the cell's text into a value or raises ``cells.Unreadable``."""

    field: str
    title: Any
    headings: tuple[str, ...]
    read: cells.Reader


def title_of(field: str):
    """The field's name as its form bears it."""
    return lazy(lambda: capfirst(cast("Field", Organisation._meta.get_field(field)).verbose_name), str)()


def column(field: str, headings: str, read: cells.Reader, title=None) -> Column:
    return Column(field, title or title_of(field), tuple(fold(word) for word in headings.split("|")), read)


def texts() -> list[Column]:
    """The translated fields, a column a language."""
    headings = {
        "name": "name|nome|denominazione|organizzazione|organisation|organization|ente|azienda|impresa|company"
        "|startup|名称|名前|団体名|組織名|企業名|会社名|法人名|社名",
        "summary": "summary|sintesi|abstract|in breve|概要|要約",
        "description": "description|descrizione|attivita|説明|紹介|事業内容",
        "address": "address|indirizzo|via|sede legale|street address|住所|所在地",
    }
    limits = {"name": 200, "address": 240, "summary": 2_000, "description": 20_000}
    return [
        Column(
            f"{field}_{code}",
            format_lazy("{field} – {language}", field=title_of(field), language=language),
            tuple(fold(word) for word in headings[field].split("|")),
            cells.text(limits[field]),
        )
        for field in TEXTS
        for code, language in Language.choices
    ]


@cache
def columns() -> dict[str, Column]:
    """All columns by their field. What is not here (state, verified_on…) no spreadsheet changes."""
    name = Column(NAME, _("Name (Japanese ones go to Japanese)"), (), cells.text(200))
    rest = [
        column("legal_name", "legal name|ragione sociale|denominazione legale|正式名称|商号", cells.text(200)),
        column("kana", "kana|reading|katakana|フリガナ|ふりがな|カナ|読み", cells.kana),
        column(
            "website",
            "website|web|url|sito|sito web|sito internet|homepage|ウェブサイト|ホームページ|hp",
            cells.address,
        ),
        column(
            "registry_id",
            "registry id|registry number|company number|vat|vat number|tax code|codice fiscale|partita iva"
            "|p. iva|p.iva|piva|法人番号|登記番号",
            cells.register,
        ),
        column("registry_country", "registry country|paese del registro|登記国", cells.country),
        column("kind", "kind|type|tipo|tipologia|種別|種類|区分", cells.kind),
        column("side", "side|citta di riferimento|都市側", cells.side),
        column("city", "city|seat|citta|sede|comune|都市|市|市区町村|本社", cells.city),
        column("themes", "themes|theme|temi|tema|settore|settori|sector|分野|テーマ", cells.themes),
        column(
            "founded_year",
            "founded|year|anno|anno di fondazione|fondata nel|設立|設立年|創業",
            cells.year,
        ),
        column("contact_languages", "languages|lingue|lingue di contatto|言語|対応言語", cells.languages),
        column("open_to_japan", "open to japan|aperta al giappone|日本との連携", cells.yes_no),
        column("latitude", "latitude|lat|latitudine|緯度", cells.degrees(90)),
        column("longitude", "longitude|lon|lng|long|longitudine|経度", cells.degrees(180)),
        column("precision", "precision|precisione|精度", cells.precision),
        column("sources", "sources|source|fonti|fonte|出典", cells.addresses),
        column("as_of", "as of|aggiornato al|data|date|時点|更新日", cells.day),
        column("slug", "slug|indirizzo della pagina", cells.slug),
    ]
    return {one.field: one for one in (name, *texts(), *rest)}


LANGUAGE = re.compile(
    r"[\s_\-–(\[/（]+(it|ita|italiano|italian|イタリア語|en|eng|inglese|english|英語|ja|jp|giapponese|japanese|日本語)"
    r"[)\]）]?\s*$"
)
CODES = {"i": "it", "イ": "it", "e": "en", "英": "en", "j": "ja", "g": "ja", "日": "ja"}
CODES |= {"inglese": "en"}


def guess(headings: list[str], language: str) -> list[str]:
    """The field of each heading, "" where none is recognised; no field twice.

    A text without a language is in ``language``; names alone go by their letters. A list of legal names only is a
    list of names.
    """
    targets: list[str] = []
    for heading in headings:
        field = _field_of(heading, language)
        targets.append("" if field in targets else field)
    if not any(target.startswith("name") for target in targets) and "legal_name" in targets:
        targets[targets.index("legal_name")] = NAME
    return targets


def _field_of(heading: str, language: str) -> str:
    folded = " ".join(fold(heading).replace("_", " ").split())
    if fold(heading).strip() in columns() and fold(heading).strip() != NAME:
        return fold(heading).strip()  # our own export
    found = LANGUAGE.search(folded)
    code = (CODES.get(found[1]) or CODES.get(found[1][0], "")) if found else ""
    base = folded[: found.start()].strip() if found else folded
    for one in columns().values():
        if base not in one.headings:
            continue
        text, _underscore, own = one.field.rpartition("_")
        if text in TEXTS:
            if text == "name" and not code:
                return NAME
            if own != (code or language):
                continue
        return one.field
    return ""


def heading_line(lines) -> int:
    """The line of the headings among the first ten: the first with a recognised one; 0 where there is none."""
    for line in lines[:10]:
        if any(_field_of(cell, Language.ITALIAN) for cell in line.cells):
            return line.number
    return 0
