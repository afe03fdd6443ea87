"""The evidence pack: everything that the report keeps, nobody's name, the same file whenever and by whomever made."""

import hashlib
import json
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.core.exceptions import ValidationError
from openpyxl import load_workbook

from iurc_portal.documents import DocumentsUnavailable
from iurc_portal.notifications.models import Heartbeat
from programme.models import EvidencePack
from programme.services import evidence
from programme.services import programme_reports as reports
from tests.factories import make_user
from tests.programme.periods import NOW, SECRET, HalfYear, boss

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def half():
    return HalfYear()


def made(report, *, clock=lambda: NOW):
    pack = evidence.ask_for_pack(report, by=boss(), now=NOW)
    assert evidence.make(pack.pk, clock=clock) == "ready"
    pack.refresh_from_db()
    return pack


def opened(pack):
    with pack.file.open("rb") as file:
        return ZipFile(BytesIO(file.read()))


# --- What is in it ---------------------------------------------------------------------------------------------------


def test_it_holds_papers_workbooks_data_and_a_manifest_that_names_each_with_its_digest(half):
    report = half.approved()
    pack = made(report)
    archive = opened(pack)
    manifest = json.loads(archive.read("manifest.json"))

    assert sorted(archive.namelist()) == sorted(
        [
            "manifest.json",
            *(f"report-{code}.pdf" for code in ("it", "en", "ja")),
            *(f"evidence-{code}.xlsx" for code in ("it", "en", "ja")),
            "data/report.json",
            *(f"data/indicator-{code}.jsonl" for code in ("I1", "I2", "I3")),
            *(f"data/{name}.jsonl" for name in ("costs", "papers", "recordings")),
        ]
    )
    assert {file["name"] for file in manifest["files"]} == set(archive.namelist()) - {"manifest.json"}
    for file in manifest["files"]:
        octets = archive.read(file["name"])
        assert (hashlib.sha256(octets).hexdigest(), len(octets)) == (file["sha256"], file["size"])
    assert hashlib.sha256(archive.read("data/report.json")).hexdigest() == report.sha256
    assert manifest["report"]["sha256"] == report.sha256
    assert manifest["approved"] == {"role": "manager", "on": "2026-07-05"}
    kept = {one["key"]: one["sha256"] for one in report.snapshot["sheets"]}
    for one in report.snapshot["indicators"]:
        if one["sheet"]:
            rows = archive.read(f"data/indicator-{one['code']}.jsonl")
            assert hashlib.sha256(rows).hexdigest() == kept[one["sheet"]]
    assert all(archive.read(f"report-{code}.pdf").startswith(b"%PDF-") for code in ("it", "en", "ja"))
    with pack.file.open("rb") as file:
        assert hashlib.sha256(file.read()).hexdigest() == pack.sha256


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("it", ["Relazione", "I1", "I2", "I3", "I4", "Presenze", "Che cosa è stato fatto", "Tappe", "Costi"]),
        ("en", ["Report", "I1", "I2", "I3", "I4", "Attendance", "What was done", "Milestones", "Costs"]),
    ],
)
def test_the_workbook_has_a_sheet_for_each_indicator_whose_rows_add_up_to_its_value(half, language, names):
    book = load_workbook(BytesIO(opened(made(half.approved())).read(f"evidence-{language}.xlsx")))

    assert book.sheetnames[: len(names)] == names
    for code, value in (("I1", 1), ("I2", 2), ("I3", 3), ("I4", 1)):
        lines = list(book[code].iter_rows(values_only=True))
        assert lines[1][1] == value
        titles = next(number for number, line in enumerate(lines) if line[3] is not None)
        assert sum(line[3] for line in lines[titles + 1 :]) == value
        assert book[code].freeze_panes == f"A{titles + 2}"
    costs = list(book[names[-1]].iter_rows(values_only=True))
    assert (costs[0][1], costs[1][1]) == (400, 300)
    assert [line[11] for line in costs[4:]] == [hashlib.sha256(b"%PDF-1.4 paid").hexdigest(), None]


def test_it_names_nobody(half):
    archive = opened(made(half.approved()))

    for name in archive.namelist():
        content = archive.read(name)
        if name.endswith(".xlsx"):
            inside = ZipFile(BytesIO(content))
            content = b"".join(inside.read(part) for part in inside.namelist())
        assert SECRET.encode() not in content
        assert not any(guest.email.encode() in content for guest in half.guests)
    facts = json.loads(archive.read("data/report.json"))
    assert not {"gender", "age", "health", "diet", "email"} & set(facts["attendance"]["people"]["guest"])


def test_a_formula_in_a_title_stays_a_text(half):
    half.webinar.event.name_en = half.webinar.event.name_it = '=HYPERLINK("https://evil.example")'
    half.webinar.event.save()
    book = load_workbook(BytesIO(opened(made(half.approved())).read("evidence-en.xlsx")))

    cells = [cell for row in book["I3"].iter_rows() for cell in row if str(cell.value).startswith("=HYPERLINK")]
    assert [cell.data_type for cell in cells] == ["s"]


# --- The same, whenever it is made -----------------------------------------------------------------------------------


def test_made_a_year_later_after_corrections_it_is_the_same_file(half):
    report = half.approved()
    first = made(report)
    half.correct_the_attendance()
    half.webinar.event.name_en = "Renamed"
    half.webinar.event.save()
    from django.core.cache import cache

    cache.clear()  # the papers are made once more, too

    second = made(report, clock=lambda: NOW + timedelta(days=365))

    assert second.pk != first.pk
    assert second.sha256 == first.sha256
    assert "Renamed" not in opened(second).read("data/report.json").decode()


def test_the_clock_of_the_machine_stands_nowhere_in_it(half):
    archive = opened(made(half.approved()))
    book = ZipFile(BytesIO(archive.read("evidence-it.xlsx")))

    assert {info.date_time for info in (*archive.infolist(), *book.infolist())} == {(2026, 7, 5, 9, 0, 0)}
    assert book.read("docProps/core.xml").count(b"2026-07-05T09:00:00Z") == 2


# --- Who may, and what is refused ------------------------------------------------------------------------------------


def test_managers_alone_ask_for_it_and_only_of_an_approved_report(half):
    draft = half.draft()

    for report, by, code in ((draft, make_user(is_staff=True, side="torino"), "not_yours"), (draft, boss(), "draft")):
        with pytest.raises(ValidationError) as told:
            evidence.ask_for_pack(report, by=by, now=NOW)
        assert told.value.code == code
    assert not EvidencePack.objects.exists()


def test_asking_twice_while_it_is_made_gives_the_same(half):
    report = half.approved()

    first = evidence.ask_for_pack(report, by=boss(), now=NOW)

    assert evidence.ask_for_pack(report, by=boss(), now=NOW) == first
    assert (first.state, first.steps_done, first.steps_total) == ("waiting", 0, 7)


def test_without_the_library_it_says_so(half, monkeypatch):
    def missing(*_args):
        raise DocumentsUnavailable("library")

    monkeypatch.setattr(evidence, "pdf_of_report", missing)
    pack = evidence.ask_for_pack(half.approved(), by=boss(), now=NOW)

    assert evidence.make(pack.pk, clock=lambda: NOW) == "failed"
    pack.refresh_from_db()
    assert (pack.error, pack.file.name, pack.claim) == (evidence.NO_LIBRARY, "", None)
    assert evidence.ask_for_pack(pack.report, by=boss(), now=NOW) != pack  # staff can ask once more


# --- Workers that die ------------------------------------------------------------------------------------------------


class Killed(BaseException):
    """What no handler catches, as a worker that is gone."""


def dies_at(monkeypatch, step):
    whole = evidence._content_of

    def content(report, name, beat):
        if name == step:
            raise Killed
        return whole(report, name, beat)

    monkeypatch.setattr(evidence, "_content_of", content)


def test_another_worker_goes_on_after_the_last_finished_step(half, monkeypatch):
    pack = evidence.ask_for_pack(half.approved(), by=boss(), now=NOW)
    with monkeypatch.context() as patch:
        dies_at(patch, "report-ja.pdf")
        with pytest.raises(Killed):
            evidence.make(pack.pk, clock=lambda: NOW)
    kept = dict(pack.parts.values_list("name", "made_at"))

    assert set(kept) == {"report-it.pdf", "report-en.pdf"}
    assert evidence.make(pack.pk, clock=lambda: NOW + timedelta(minutes=1)) == "already taken"
    later = NOW + timedelta(minutes=3)
    assert evidence.make(pack.pk, clock=lambda: later) == "ready"
    pack.refresh_from_db()
    assert {name for name, at in pack.parts.values_list("name", "made_at") if at == NOW} == set(kept)
    assert pack.steps_done == pack.steps_total == 7
    again = made(pack.report)
    assert again.sha256 == pack.sha256


def test_a_worker_that_wakes_up_after_another_took_over_writes_nothing(half, monkeypatch):
    pack = evidence.ask_for_pack(half.approved(), by=boss(), now=NOW)
    whole, later = evidence._content_of, NOW + timedelta(minutes=3)
    results = []

    def content(report, name, beat):
        if not results:
            results.append(None)
            results[0] = evidence.make(pack.pk, clock=lambda: later)  # the other one, meanwhile
        return whole(report, name, beat)

    monkeypatch.setattr(evidence, "_content_of", content)

    assert evidence.make(pack.pk, clock=lambda: NOW) == "taken over"
    assert results == ["ready"]
    pack.refresh_from_db()
    assert (pack.state, pack.parts.count()) == ("ready", 6)
    assert set(pack.parts.values_list("made_at", flat=True)) == {later}


def test_a_worker_without_the_library_that_wakes_up_after_another_took_over_says_so(half, monkeypatch):
    pack = evidence.ask_for_pack(half.approved(), by=boss(), now=NOW)
    whole, others = evidence._content_of, []

    def content(report, name, beat):
        if others:
            return whole(report, name, beat)
        others.append(None)
        others[0] = evidence.make(pack.pk, clock=lambda: NOW + timedelta(minutes=3))
        raise DocumentsUnavailable("library")

    monkeypatch.setattr(evidence, "_content_of", content)

    assert (evidence.make(pack.pk, clock=lambda: NOW), others) == ("taken over", ["ready"])


def test_a_file_half_written_by_a_dead_worker_is_written_over(half, settings):
    pack = evidence.ask_for_pack(half.approved(), by=boss(), now=NOW)
    folder = settings.MEDIA_ROOT / "documents"
    folder.mkdir(exist_ok=True)
    (folder / f"{pack.public_id.hex}.zip").write_bytes(b"PK half")

    evidence.make(pack.pk, clock=lambda: NOW)

    pack.refresh_from_db()
    zips = list(folder.glob("*.zip"))
    assert [path.name for path in zips] == [f"{pack.public_id.hex}.zip"]
    assert hashlib.sha256(zips[0].read_bytes()).hexdigest() == pack.sha256


def test_a_step_that_kills_every_worker_is_given_up(half, monkeypatch):
    pack = evidence.ask_for_pack(half.approved(), by=boss(), now=NOW)
    dies_at(monkeypatch, "report-en.pdf")
    tried = []

    for number in range(3):
        with pytest.raises(Killed):
            evidence.make(pack.pk, clock=lambda number=number: NOW + timedelta(minutes=3 * number))
        pack.refresh_from_db()
        tried.append(pack.attempts)

    assert tried == [1, 2, 3]
    assert evidence.make(pack.pk, clock=lambda: NOW + timedelta(minutes=9)) == "failed"
    pack.refresh_from_db()
    assert (pack.state, pack.error) == ("failed", evidence.GIVEN_UP)


def test_the_sweep_hands_over_what_waits_or_fell_silent(half, monkeypatch):
    from programme.tasks import make_evidence

    handed = []
    monkeypatch.setattr(make_evidence, "delay", handed.append)
    pack = evidence.ask_for_pack(half.approved(), by=boss(), now=NOW)

    assert evidence.go_on(now=NOW) == {"handed_over": 1}
    EvidencePack.objects.update(seen_at=NOW)
    assert evidence.go_on(now=NOW + timedelta(minutes=1)) == {"handed_over": 0}
    assert evidence.go_on(now=NOW + timedelta(minutes=3)) == {"handed_over": 1}
    assert handed == [pack.pk, pack.pk]
    assert Heartbeat.objects.get(name="make_evidence_packs").last_success_at == NOW + timedelta(minutes=3)


def test_a_committed_request_calls_the_task(half, django_capture_on_commit_callbacks):
    report = half.approved()

    with django_capture_on_commit_callbacks(execute=True):
        pack = evidence.ask_for_pack(report, by=boss(), now=NOW)

    pack.refresh_from_db()
    assert pack.state == "ready"
    assert reports.reports_of(half.edition, report.period).get().packs.get() == pack
