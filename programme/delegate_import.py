"""A list of delegates from a spreadsheet: what its cells say, and what is wrong with each line (programme spec P16).

Nothing is stored before the whole list is clean. What was read travels in the page, signed, so that no copy of it
stays in the database. Sensitive columns are never read: each person types those on their own page.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import override

from ecosystem.imports.cells import Unreadable, languages, number, tidy
from ecosystem.imports.files import Line, read_file
from ecosystem.models import RankBand
from iurc_portal.accounts.names import KANA
from iurc_portal.accounts.spelling import is_latin
from iurc_portal.search.fold import fold
from iurc_portal.staff.fields import COMMON_LANGUAGES
from iurc_portal.tables import Column, Table
from iurc_portal.translation.languages import Language
from programme.models import Delegate, StudyVisit

SALT = "programme.delegate_import"
MOST_ROWS = 200
MAX_AGE = 6 * 3600  # seconds that a checked list may wait for its button


@dataclass(frozen=True)
class Heading:
    """A column: its name in the template, which is Japanese, and further headings by which it is known."""

    name: str
    title: str
    others: str
    length: int = 80


HEADINGS = (
    Heading("family_name", "姓", "family name|surname|last name|cognome|氏|名字"),
    Heading("given_name", "名", "given name|first name|name|nome"),
    Heading(
        "family_kana", "セイ", "family name, reading|family kana|cognome, lettura|姓（カナ）|姓カナ|フリガナ（姓）"
    ),
    Heading("given_kana", "メイ", "given name, reading|given kana|nome, lettura|名（カナ）|名カナ|フリガナ（名）"),
    Heading(
        "romaji", "ローマ字", "romaji|name in latin letters|nome in caratteri latini|ローマ字氏名|英字氏名", length=120
    ),
    Heading("title_ja", "役職（日本語）", "役職|title ja|carica ja", length=160),
    Heading("title_en", "役職（英語）", "title|title en|post|position|carica en", length=160),
    Heading("title_it", "役職（イタリア語）", "carica|title it|ruolo it", length=160),
    Heading("affiliation_ja", "所属（日本語）", "所属|organisation ja|ente ja|組織", length=200),
    Heading("affiliation_en", "所属（英語）", "organisation|organization|organisation en|ente en", length=200),
    Heading("affiliation_it", "所属（イタリア語）", "ente|organizzazione|organisation it", length=200),
    Heading("role", "役割", "role|ruolo"),
    Heading("rank", "序列", "rank|ordine|precedenza|順位"),
    Heading("rank_band", "職位区分", "rank band|fascia|livello|区分"),
    Heading("languages", "理解する言語", "languages|lingue|言語"),
    Heading("email", "メールアドレス", "e-mail|email|mail|posta elettronica|メール", length=254),
)
SENSITIVE = (
    "パスポート|旅券|passport|passaporto|食事|アレルギー|diet|dieta|allerg|mobility|緊急|emergency|emergenza"
    "|生年月日|birth|nascita"
)


@dataclass
class Row:
    """One line of the file: what is to be written, and what is wrong with it, column by column."""

    number: int
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def refuse(self, column: str, words: str) -> None:
        title = next((heading.title for heading in HEADINGS if heading.name == column), column)
        self.problems.append(f"{title} – {words}" if title else words)

    @property
    def name(self) -> str:
        return f"{self.values.get('family_name', '')} {self.values.get('given_name', '')}".strip()


@dataclass
class Checked:
    """A file that was read. ``notes`` are good to know and hinder nothing."""

    rows: list[Row]
    notes: list[str]

    @property
    def is_clean(self) -> bool:
        return bool(self.rows) and not any(row.problems for row in self.rows)

    def signed(self, visit: StudyVisit) -> str:
        """The rows for the button that writes them, bound to ``visit``."""
        return signing.dumps([visit.pk, [asdict(row) for row in self.rows]], salt=SALT, compress=True)


def rows_from(signed: str, visit: StudyVisit) -> list[Row]:
    """The rows of a checked list. Raises ``ValidationError`` for what we did not sign, for this visit, of late."""
    try:
        key, rows = signing.loads(signed, salt=SALT, max_age=MAX_AGE)
    except signing.BadSignature as error:
        raise ValidationError(_("This preview is too old: send the file again."), code="old") from error
    if key != visit.pk:
        raise ValidationError(_("This preview is of another visit: send the file again."), code="other")
    return [Row(**row) for row in rows]


def read_list(data: bytes, visit: StudyVisit) -> Checked:
    """Read and judge a CSV or XLSX file. Raises ``ValidationError`` for a file that cannot be read at all."""
    lines = read_file(data).lines
    places, notes, first = _headings(lines)
    body = lines[first + 1 :]
    if len(body) > MOST_ROWS:
        raise ValidationError(_("More than %(n)s people: divide the list."), code="rows", params={"n": MOST_ROWS})
    rows = [_row(line, places) for line in body]
    _judge_together(rows, visit)
    return Checked(rows, notes)


def _headings(lines: Sequence[Line]) -> tuple[dict[str, int], list[str], int]:
    """Where each column is, what was left out, and which line holds the headings."""
    known = {fold(word): heading.name for heading in HEADINGS for word in (heading.title, *heading.others.split("|"))}
    known |= {fold(heading.name): heading.name for heading in HEADINGS}
    named = [[known.get(fold(tidy(cell))) for cell in line.cells] for line in lines[:10]]
    first = next((place for place, names in enumerate(named) if sum(name is not None for name in names) >= 2), None)
    if first is None:
        raise ValidationError(
            _("No headings were recognised. Start from the template: its first line holds them."), code="headings"
        )
    places: dict[str, int] = {}
    notes: list[str] = []
    for position, (cell, name) in enumerate(zip(lines[first].cells, named[first], strict=True)):
        if name is not None and name not in places:
            places[name] = position
        elif name is not None:
            raise ValidationError(_("Two columns are “%(title)s”: keep one."), code="twice", params={"title": cell})
        elif any(fold(word) in fold(cell) for word in SENSITIVE.split("|")):
            notes.append(
                _("“%(title)s” is left out: passport, health and birth data are never imported.") % {"title": cell}
            )
        elif cell:
            notes.append(_("“%(title)s” is not known and left out.") % {"title": cell})
    if "family_name" not in places:
        title = HEADINGS[0].title
        raise ValidationError(_("The column “%(title)s” is missing."), code="missing", params={"title": title})
    return places, notes, first


def _row(line: Line, places: Mapping[str, int]) -> Row:
    row = Row(line.number)
    cells = {name: line.cells[place] if place < len(line.cells) else "" for name, place in places.items()}
    for heading in HEADINGS:
        text = tidy(cells.get(heading.name, ""))
        if len(text) > heading.length:
            row.refuse(heading.name, _("Longer than %(n)s characters: shorten it.") % {"n": heading.length})
            text = ""
        row.values[heading.name] = text
    values = row.values
    if not values["family_name"]:
        row.refuse("family_name", _("Write the family name."))
    _judge_names(row)
    for name, read in READERS.items():
        try:
            values[name] = read(values[name])
        except Unreadable as problem:
            row.refuse(name, _words_of(problem))
            values[name] = [] if name == "languages" else None
    if values["email"]:
        try:
            validate_email(values["email"])
        except ValidationError:
            row.refuse("email", _("Enter an address like name@company.jp"))
    return row


def _judge_names(row: Row) -> None:
    """Readings in kana, Latin letters in Latin letters; what stands in the other's column is said to be swapped."""
    values = row.values
    for name, kana in (("family_name", "family_kana"), ("given_name", "given_kana")):
        if not values[kana]:
            continue
        if not _is_kana(values[kana]):
            if _is_kana(values[name]):
                row.refuse(kana, _("Name and reading are swapped."))
            else:
                row.refuse(kana, _("Write the reading in kana, for example ヤマダ."))
    if values["romaji"] and not is_latin(values["romaji"]):
        swapped = values["family_name"] and is_latin(values["family_name"])
        words = (
            _("Name and Latin letters are swapped.") if swapped else _("Only Latin letters, for example YAMADA Taro.")
        )
        row.refuse("romaji", words)
    if values["family_name"] and "@" in values["family_name"]:
        row.refuse("family_name", _("This is an e-mail address: are columns swapped?"))


def _is_kana(text: str) -> bool:
    try:
        KANA(text)
    except ValidationError:
        return False
    return bool(text.strip())


def _choices(choices) -> dict[str, Any]:
    found = {fold(str(value)): value for value, _label in choices}
    for code in Language.values:
        with override(code):
            found |= {fold(str(label)): value for value, label in choices}
    return found


def _band(text: str) -> int | None:
    value = _choices(RankBand.choices).get(fold(text)) if text else None
    if text and value is None:
        raise Unreadable("band")
    return value


def _role(text: str) -> str:
    value = _choices(Delegate.Role.choices).get(fold(text)) if text else Delegate.Role.MEMBER.value
    if value is None:
        raise Unreadable("role")
    return str(value)


def _rank(text: str) -> int | None:
    if not text:
        return None
    value = number(text)
    if value != int(value) or not 1 <= value <= 999:
        raise Unreadable("rank")
    return int(value)


class _Languages:
    """What ``cells.languages`` asks of what the portal knows, without reading the directory."""

    def __init__(self) -> None:
        names = {"it": "italian italiano イタリア語", "en": "english inglese 英語", "ja": "japanese giapponese 日本語"}
        self.languages = {
            fold(word): code
            for code, name in COMMON_LANGUAGES.items()
            for word in (code, name, *names.get(code, "").split())
        }


def _spoken(text: str) -> list[str]:
    return languages(text, _Languages()) if text else []  # type: ignore[arg-type]


READERS = {"rank": _rank, "rank_band": _band, "role": _role, "languages": _spoken}


def _words_of(problem: Unreadable) -> str:
    if problem.code == "band":
        bands = ", ".join(f"{value} {label}" for value, label in RankBand.choices)
        return _("No such rank band. Write one of: %(bands)s.") % {"bands": bands}
    if problem.code == "role":
        roles = ", ".join(str(label) for _value, label in Delegate.Role.choices)
        return _("No such role. Write one of: %(roles)s.") % {"roles": roles}
    if problem.code == "language":
        return _("No such language: %(words)s. Write codes like it, en, ja.") % problem.params
    return _("A rank is a whole number from 1.")


def _judge_together(rows: Sequence[Row], visit: StudyVisit) -> None:
    """Nobody twice, in the list or with those of the visit; one head."""
    present = Delegate.objects.filter(visit=visit).select_related("person")
    known = {_key(one.person.family_name, one.person.given_name): one for one in present}
    head = next((str(one) for one in present if one.role == Delegate.Role.HEAD), None)
    seen: dict[str, int] = {}
    for row in rows:
        key = _key(row.values["family_name"], row.values["given_name"])
        if key in known and key:
            row.refuse("", _("%(name)s is already in the delegation.") % {"name": str(known[key])})
        elif key in seen and key:
            row.refuse("", _("The same person as in line %(line)s.") % {"line": seen[key]})
        else:
            seen[key] = row.number
        if row.values["role"] == Delegate.Role.HEAD:
            if head is not None:
                row.refuse(
                    "role", _("The delegation already has a head: %(name)s. Choose one of the two.") % {"name": head}
                )
            head = head or row.name


def _key(family: str, given: str) -> str:
    return fold(f"{family} {given}").strip()


def template() -> Table:
    """The list to fill in: Japanese headings and two lines of example that nobody can mistake for people."""
    return Table(
        [Column(heading.name, heading.title, lambda record, name=heading.name: record[name]) for heading in HEADINGS],
        list(_examples()),
        tzid="Asia/Tokyo",
    )


def _examples() -> Iterator[dict[str, str]]:
    empty = {heading.name: "" for heading in HEADINGS}
    yield empty | {
        "family_name": "見本",
        "given_name": "花子",
        "family_kana": "ミホン",
        "given_kana": "ハナコ",
        "romaji": "MIHON Hanako",
        "title_ja": "部長",
        "title_en": "Director",
        "affiliation_ja": "名古屋市経済局",
        "affiliation_en": "City of Nagoya, Economic Bureau",
        "role": "団員",
        "rank": "2",
        "rank_band": "4",
        "languages": "ja, en",
        "email": "hanako@mihon.example",
    }
