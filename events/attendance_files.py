"""Reading the list of those present as providers of rooms write it: CSV or XLSX, headings in three languages (8.6).

Providers write hours without a zone and days in any order. Of all readings of an hour the one nearest to the event is
taken, on the clock of the zone that staff name; what is far from the event is refused.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from ecosystem.imports.files import Line, read_file
from iurc_portal.search.fold import fold

HEADINGS = {
    "code": "registrant id|registration id|registrant number|registrant_id|numero di iscrizione|id iscrizione"
    "|登録番号|登録id|申込番号|受付番号",
    "email": "email|e-mail|mail|user email|email address|participant email|indirizzo e-mail|indirizzo email|posta"
    "|メールアドレス|メール|ユーザーのメール|ユーザーのメールアドレス",
    "name": "name|full name|participant|participant name|display name|user name|name (original name)"
    "|nome|nome completo|partecipante|nome utente|nome e cognome|nome (nome originale)"
    "|名前|氏名|お名前|参加者|参加者名|表示名|名前 (元の名前)|ユーザー名",
    "given": "first name|given name|nome proprio|名",
    "family": "last name|family name|surname|cognome|姓",
    "joined": "join time|joined|joined at|first join|first join time|start time|entered|entrata|ora di ingresso"
    "|ora di accesso|ora di entrata|orario di ingresso|primo accesso|参加時刻|参加時間|参加日時"
    "|入室時刻|入室日時|最初の参加",
    "left": "leave time|left|left at|last leave|last leave time|end time|exit|uscita|ora di uscita|orario di uscita"
    "|ultima uscita|退出時刻|退出時間|退出日時|退室時刻|退室日時|最後の退出",
    "minutes": "duration (minutes)|duration|time in session (minutes)|minutes|durata (minuti)|durata|minuti"
    "|時間 (分)|期間 (分)|滞在時間 (分)|参加時間 (分)|分",
}
COLUMNS = {fold(heading): name for name, headings in HEADINGS.items() for heading in headings.split("|")}
DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%d/%m/%Y", "%m/%d/%Y", "%d/%m/%y", "%m/%d/%y", "%d.%m.%Y", "%d-%m-%Y", "%b %d %Y",
        "%d %b %Y", "%B %d %Y", "%d %B %Y", "%Y年%m月%d日")  # fmt: skip
HOURS = ("%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p")
DIGIT = re.compile(r"\d")
JAPANESE_HALF = re.compile(r"(午前|午後)\s*(\d{1,2}:\d{2}(?::\d{2})?)")
JAPANESE_HOUR = re.compile(r"(\d{1,2})時(\d{1,2})分(?:(\d{1,2})秒)?")
FAR = timedelta(hours=24)
MOST_TOLD = 20
NAME_LENGTH, EMAIL_LENGTH = 200, 254


@dataclass(frozen=True)
class Presence:
    """A row of the list: who, as the list names them, and from when to when (UTC, ``left_at`` after ``joined_at``)."""

    code: str
    email: str
    name: str
    joined_at: datetime
    left_at: datetime


class Unreadable(ValidationError):
    """A row that cannot be read; the file is refused as a whole, with its rows and reasons."""


def read_presences(data: bytes, *, event, tzid: str, encoding: str = "") -> list[Presence]:
    """The rows of a provider's file. Those without any length (came and left in one minute) are left out.

    Raises ``ValidationError``: one message for a file that is no such list, else one for each of the first rows that
    are wrong. Nothing is half read.
    """
    table = read_file(data, encoding=encoding)
    at, columns = _headings(table.lines)
    found: list[Presence] = []
    wrong: list[ValidationError] = []
    for line in table.lines[at + 1 :]:
        cells = {name: line.cells[place] if place < len(line.cells) else "" for name, place in columns.items()}
        if not any(cells.values()):
            continue
        try:
            found.extend(_presences(cells, line.number, event=event, tzid=tzid))
        except ValidationError as error:
            wrong.append(error)
    if wrong:
        more = len(wrong) - MOST_TOLD
        told = wrong[:MOST_TOLD]
        if more > 0:
            told.append(ValidationError(_("And %(n)s more rows."), code="more", params={"n": more}))
        raise ValidationError(told)
    if not found:
        raise ValidationError(_("There is no row with a time of presence in the file."), code="no_rows")
    return found


def _headings(lines: Sequence[Line]) -> tuple[int, dict[str, int]]:
    """Where the list begins: the last line that names a person and a time. Providers put a summary before it."""
    for number in range(len(lines) - 1, -1, -1):
        columns: dict[str, int] = {}
        for place, cell in enumerate(lines[number].cells):
            name = COLUMNS.get(fold(cell).strip())
            if name and name not in columns:
                columns[name] = place
        if "joined" in columns and columns.keys() & {"left", "minutes"} and columns.keys() & {"code", "email", "name"}:
            return number, columns
    raise ValidationError(
        _("The file has no columns of a list of those present: a name or e-mail, and when each came and left."),
        code="columns",
    )


def _presences(cells: dict[str, str], number: int, *, event, tzid: str) -> Iterator[Presence]:
    name = cells.get("name", "") or " ".join(filter(None, (cells.get("given", ""), cells.get("family", ""))))
    code, email = cells.get("code", ""), _address(cells.get("email", ""))
    if not (code or email or name):
        raise Unreadable(_("Line %(line)s names nobody."), code="nobody", params={"line": number})
    joined = _instant(cells["joined"], number, event=event, tzid=tzid)
    if cells.get("left"):
        left = _instant(cells["left"], number, event=event, tzid=tzid)
    else:
        left = joined + timedelta(minutes=_minutes(cells.get("minutes", ""), number))
    if left < joined:
        raise Unreadable(_("Line %(line)s: the person leaves before coming."), code="order", params={"line": number})
    if left > joined:
        yield Presence(code[:64], email[:EMAIL_LENGTH], name[:NAME_LENGTH], joined, left)


def _address(text: str) -> str:
    """An address, or nothing: providers write a dash or words where they have none."""
    try:
        validate_email(text)
    except ValidationError:
        return ""
    return text


def _minutes(text: str, number: int) -> float:
    try:
        minutes = float(unicodedata.normalize("NFKC", text).replace(",", "."))
    except ValueError:
        minutes = -1
    if not 0 <= minutes <= 7 * 24 * 60:  # also refuses what is no number at all
        raise Unreadable(
            _("Line %(line)s says neither when the person left nor for how many minutes they stayed."),
            code="left",
            params={"line": number},
        )
    return minutes


def _instant(text: str, number: int, *, event, tzid: str) -> datetime:
    """The instant that ``text`` means: of its readings, the one nearest to the event."""
    readings = list(_readings(text, event=event, tzid=tzid))
    if not readings:
        raise Unreadable(
            _("Line %(line)s: “%(text)s” is no time."), code="time", params={"line": number, "text": text[:60]}
        )
    distance, nearest = min((_distance(reading, event), reading) for reading in readings)
    if distance > FAR:
        raise Unreadable(
            _("Line %(line)s: “%(text)s” is not the day of this event."),
            code="day",
            params={"line": number, "text": text[:60]},
        )
    return nearest


def _distance(instant: datetime, event) -> timedelta:
    return max(event.dtstart - instant, instant - event.dtend, timedelta())


def _readings(text: str, *, event, tzid: str) -> Iterator[datetime]:
    """Every way in which ``text`` can be read as an instant, in UTC."""
    text = _plain(text)
    try:
        whole = datetime.fromisoformat(text)
    except ValueError:
        whole = None
    if whole is not None and whole.tzinfo is not None:
        yield whole.astimezone(UTC)
        return
    zone = ZoneInfo(tzid)
    days, alone = _forms_of(DIGIT.sub("1", text))
    for form in days:
        with suppress(ValueError, OverflowError):
            yield datetime.strptime(text, form).replace(tzinfo=zone).astimezone(UTC)
    day = event.dtstart.astimezone(zone).date()
    for form in alone:
        with suppress(ValueError):
            hour = datetime.strptime(text, form).replace(tzinfo=zone).timetz()
            for shift in (-1, 0, 1):
                yield datetime.combine(day + timedelta(days=shift), hour).astimezone(UTC)


@lru_cache(maxsize=200)
def _forms_of(shape: str) -> tuple[list[str], list[str]]:
    """The forms of day and hour, and of an hour alone, that fit ``shape``, a text in which each digit is a 1.

    A long list has few shapes; trying every form on every cell would take minutes.
    """
    whole = [form for day in DAYS for hour in HOURS for form in (f"{day} {hour}", f"{hour} {day}")]
    return [form for form in (*whole, *DAYS) if _fits(shape, form)], [form for form in HOURS if _fits(shape, form)]


def _fits(text: str, form: str) -> bool:
    try:
        datetime.strptime(text, form).replace(tzinfo=UTC)
    except ValueError:
        return False
    return True


def _plain(text: str) -> str:
    """One spelling: half width, no commas, hours with colons, 午後3:00 as 3:00 PM."""
    text = unicodedata.normalize("NFKC", text).replace("\u202f", " ")
    text = JAPANESE_HOUR.sub(lambda found: ":".join(part.zfill(2) for part in found.groups() if part), text)
    text = JAPANESE_HALF.sub(lambda found: f"{found[2]} {'AM' if found[1] == '午前' else 'PM'}", text)
    text = re.sub(r"\b([AaPp])\.?[Mm]\b\.?", lambda found: f"{found[1].upper()}M", text)
    text = re.sub(r"(\d)\s*([AP]M)\b", r"\1 \2", text)
    text = re.sub(r"(?<=\d)T(?=\d)", " ", text)
    text = re.sub(r"(\d{4}年\d{1,2}月\d{1,2}日)(?:\([^)]\))?\s*", r"\1 ", text)
    return " ".join(text.replace(",", " ").split())
