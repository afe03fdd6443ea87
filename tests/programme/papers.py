"""A visit with people of both scripts, and what stands in a PDF as somebody else's program reads it."""

import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from programme.models import InterpreterAssignment
from programme.services import papers
from tests import factories

NOW = datetime(2027, 4, 5, 9, 0, tzinfo=UTC)
START = datetime(2027, 5, 12, 14, 0, tzinfo=UTC)  # 16:00 in Torino, 23:00 in Nagoya
POST = {"title_it": "Direttore", "title_en": "Director", "title_ja": "局長"}
NAGOYA = papers.Recipient("City of Nagoya", "JP", True, "arrangement")


def city(slug: str):
    made = factories.make_city(slug)
    made.name_it, made.name_en, made.name_ja = {"torino": ("Torino", "Torino", "トリノ")}.get(
        slug, ("Nagoya", "Nagoya", "名古屋")
    )
    made.save()
    return made


def person(family: str, given: str, **fields):
    return factories.make_person(family_name=family, given_name=given, **fields)


def make_planned_visit(*, is_released=True, **fields):
    """Nagoya comes to Torino for two days; released. An evening meeting ends after midnight in Nagoya; a dinner."""
    office = factories.make_organisation(name_it="Città di Nagoya", name_en="City of Nagoya", name_ja="名古屋市")
    visit = factories.make_visit(
        slug="mobility",
        title_it="Mobilità",
        title_en="Mobility",
        title_ja="まちの移動",
        host_city=city("torino"),
        guest_city=city("nagoya"),
        state="released" if is_released else "preparing",
        applicant=office,
        subject_it="Gli spostamenti",
        subject_en="Moving",
        subject_ja="都市の移動",
        first_day=START.date(),
        last_day=START.date() + timedelta(days=1),
        duty_phone="+39 011 555",
        **fields,
    )
    for number, (family, given, kana, romaji, role) in enumerate(
        [
            ("髙橋", "渡邉", ("タカハシ", "ワタナベ"), "TAKAHASHI Watanabe", "head"),
            ("吉田", "花子", ("ヨシダ", "ハナコ"), "Hanako Yoshida", "member"),
        ],
        start=1,
    ):
        one = person(
            family, given, family_kana=kana[0], given_kana=kana[1], romaji=romaji, organisation=office, **POST,
        )  # fmt: skip
        visit.delegates.create(person=one, role=role, rank=number, reply="accepted")
    meeting = _item(visit, START, "Incontro", "Meeting", "面談", kind="meeting", spoken_languages=["it"])
    meeting.hosts.create(person=person("Rossi", "Maria", title_it="Dirigente"), answer="accepted")
    _item(visit, START + timedelta(hours=4), "Cena", "Dinner", "夕食", kind="meal")
    if is_released:
        factories.make_version(visit, tell=False)
    return visit


def _item(visit, start, it, en, ja, **fields):
    event = factories.make_event(
        dtstart=start,
        dtend=start + timedelta(minutes=90),
        name_it=it,
        name_en=en,
        name_ja=ja,
        access="participants",
        status="CONFIRMED",
        track=factories.make_track("visits"),
        registration_open=False,
    )
    return factories.make_agenda_item(visit, event=event, **fields)


def interpreted(visit):
    """An interpreter for the meeting."""
    item = visit.days.get().items.get(kind="meeting")
    one = person("佐藤", "通子", family_kana="サトウ", given_kana="ミチコ", romaji="SATO Michiko")
    InterpreterAssignment.objects.create(
        item=item, interpreter=one, language_from="it", language_to="ja", starts=item.event.dtstart,
        ends=item.event.dtend,
    )  # fmt: skip
    return one


def made(visit, kind: str, language: str, **fields):
    """The paper, made; its row."""
    document = papers.ask_for(visit, kind, language, now=NOW, **fields)
    papers.make(document.pk, now=NOW)
    document.refresh_from_db()
    assert document.error == ""
    return document


def read_back(document) -> str:
    """The text of the PDF in its order, without spaces where lines end."""
    return _poppler("pdftotext", "-raw", "-nopgbrk", _path(document), "-")


def words_of(document) -> str:
    return re.sub(r"\s+", " ", read_back(document))


def fonts_of(document) -> list[tuple[str, str]]:
    """Each font of the PDF with "yes" where it is embedded."""
    lines = _poppler("pdffonts", _path(document)).splitlines()[2:]
    return [(line.split()[0], line.split()[-5]) for line in lines]


def size_of(document) -> tuple[int, str]:
    """How many pages, and their size."""
    told = dict(line.split(":", 1) for line in _poppler("pdfinfo", _path(document)).splitlines() if ":" in line)
    return int(told["Pages"]), told["Page size"].strip()


def _path(document) -> str:
    return document.file.path


def _poppler(program: str, *arguments: str) -> str:
    if shutil.which(program) is None:
        pytest.skip("No PDF can be read back: install poppler-utils")
    return subprocess.run([program, *arguments], capture_output=True, check=True, text=True).stdout
