"""The evidence pack of an approved report: asked for, made step by step by a task, taken over from a dead one (P29).

Everything in it follows from what the report keeps, so that making it anew gives the same file. It names nobody, and
therefore needs no legal basis (P19): whoever wants names has to ask for another paper.
"""

import hashlib
import logging
import re
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from io import BytesIO
from typing import IO, Any
from uuid import UUID, uuid4
from zipfile import ZipFile

from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from iurc_portal.archives import add
from iurc_portal.database import after_commit
from iurc_portal.documents import DocumentsUnavailable
from iurc_portal.notifications.services import heartbeat
from iurc_portal.pdf_files import FOLDER
from iurc_portal.translation.languages import CODES
from programme.models import EvidencePack, ProgrammeReport, ReportSheet
from programme.reporting.canonical import octets_of
from programme.reporting.paper import pdf_of_report
from programme.reporting.sheets import INDICATOR
from programme.reporting.workbook import workbook_of
from programme.services.papers import GIVEN_UP, NO_LIBRARY
from programme.services.programme_reports import may_approve

log = logging.getLogger(__name__)
JOB = "make_evidence_packs"
State = EvidencePack.State
ATTEMPTS = 3  # at one step
DATA, MANIFEST = "data", "manifest.json"
UNFIT = re.compile(r"[^A-Za-z0-9_-]")
Clock = Callable[[], datetime]


class Displaced(Exception):
    """Another worker has taken the pack over: what this one has made is dropped."""


def steps_of(report: ProgrammeReport) -> list[str]:
    """The files that take time, in order; the ZIP itself is one step more."""
    return [*(f"report-{code}.pdf" for code in CODES), *(f"evidence-{code}.xlsx" for code in CODES)]


@transaction.atomic
def ask_for_pack(report: ProgrammeReport, *, by, now: datetime) -> EvidencePack:
    """A pack to be made by a task; asking while one is being made gives that one.

    Raises ``ValidationError``: ``not_yours``, ``draft`` for a report that nobody approved.
    """
    from programme.tasks import make_evidence

    if not may_approve(by):
        raise ValidationError(_("Managers of the programme make the evidence pack."), code="not_yours")
    row = ProgrammeReport.objects.select_for_update(of=("self",), no_key=True).get(pk=report.pk)
    if not row.is_frozen:
        raise ValidationError(_("The pack is made of an approved report: approve it first."), code="draft")
    waiting = row.packs.filter(state=State.WAITING).first()
    if waiting is not None:
        return waiting
    pack = row.packs.create(steps_total=len(steps_of(row)) + 1, asked_by=by, asked_at=now)
    after_commit(make_evidence.delay, pack.pk)
    return pack


def make(pack_id: int, *, clock: Clock = timezone.now) -> str:
    """Make a pack, or go on with it after its last finished step. Returns what became of it.

    Safe to call twice and from two workers: the first claim wins, until its worker is silent.
    """
    now, claim = clock(), uuid4()
    wanted = EvidencePack.objects.free(now=now).filter(pk=pack_id)
    if not wanted.update(claim=claim, seen_at=now, attempts=F("attempts") + 1):
        return "already taken"
    pack = EvidencePack.objects.select_related("report__edition").get(pk=pack_id)
    try:
        return _go_through(pack, claim, clock=clock)
    except Displaced:
        return "taken over"


def _go_through(pack: EvidencePack, claim: UUID, *, clock: Clock) -> str:
    """The steps that are still to do, then the file. Raises ``Displaced``."""
    if pack.attempts > ATTEMPTS:
        return _fail(pack, claim, GIVEN_UP, now=clock())
    done = set(pack.parts.values_list("name", flat=True))
    beat = partial(_beat, pack.pk, claim, clock)
    try:
        for name in steps_of(pack.report):
            if name not in done:
                _keep_part(pack, claim, name, _content_of(pack.report, name, beat), clock=clock)
    except DocumentsUnavailable:
        return _fail(pack, claim, NO_LIBRARY, now=clock())
    return _finish(pack, claim, clock=clock)


def go_on(*, now: datetime) -> dict[str, int]:
    """Every minute: hand over what the broker has lost, and what a worker left behind."""
    from programme.tasks import make_evidence

    with heartbeat(JOB, now=now) as counts:
        keys = list(EvidencePack.objects.free(now=now).order_by("pk").values_list("pk", flat=True))
        for key in keys:
            make_evidence.delay(key)
        counts["handed_over"] = len(keys)
    return counts


# --- Steps -----------------------------------------------------------------------------------------------------------


def _content_of(report: ProgrammeReport, name: str, beat: Callable[[], None]) -> bytes:
    kind, _dash, rest = name.partition("-")
    language = rest.partition(".")[0]
    if kind == "report":
        return pdf_of_report(report, language)
    with workbook_of(report, language, beat=beat) as book:
        return book.read()


def _beat(pack_id: int, claim: UUID, clock: Clock) -> None:
    """The worker lives. Raises ``Displaced`` where the pack is another one's by now."""
    if not EvidencePack.objects.filter(pk=pack_id, claim=claim, state=State.WAITING).update(seen_at=clock()):
        raise Displaced


def _own(pack: EvidencePack, claim: UUID) -> EvidencePack:
    """The row, locked, as long as it is still this worker's."""
    rows = EvidencePack.objects.select_for_update(of=("self",), no_key=True)
    row = rows.filter(pk=pack.pk, claim=claim, state=State.WAITING).first()
    if row is None:
        raise Displaced
    return row


@transaction.atomic
def _keep_part(pack: EvidencePack, claim: UUID, name: str, content: bytes, *, clock: Clock) -> None:
    row, now = _own(pack, claim), clock()
    row.parts.create(
        name=name, content=content, size=len(content), sha256=hashlib.sha256(content).hexdigest(), made_at=now
    )
    row.steps_done += 1
    row.seen_at, row.attempts = now, 1  # the next step is in this worker's hands
    row.save(update_fields=["steps_done", "seen_at", "attempts"])


def _finish(pack: EvidencePack, claim: UUID, *, clock: Clock) -> str:
    """Put everything together. The file has one name, whoever writes it: a half-written one is written over."""
    with tempfile.TemporaryFile() as whole:
        _write(pack, whole, beat=partial(_beat, pack.pk, claim, clock))
        size, digest = whole.tell(), hashlib.sha256()
        whole.seek(0)
        for octets in iter(partial(whole.read, 1 << 16), b""):
            digest.update(octets)
        whole.seek(0)
        with transaction.atomic():
            row = _own(pack, claim)
            storage, path = row.file.storage, f"{FOLDER}/{row.public_id.hex}.zip"
            storage.delete(path)
            row.file = storage.save(path, File(whole))
            row.size, row.sha256 = size, digest.hexdigest()
            row.steps_done, row.made_at, row.claim = row.steps_total, clock(), None
            row.move_to(State.READY)
            row.save()
            row.parts.update(content=None)
    return State.READY


def _fail(pack: EvidencePack, claim: UUID, why: str, *, now: datetime) -> str:
    with transaction.atomic():
        row = _own(pack, claim)
        row.move_to(State.FAILED)
        row.error, row.made_at, row.claim = why, now, None
        row.save()
        row.parts.update(content=None)
    return State.FAILED


# --- The file --------------------------------------------------------------------------------------------------------


def _write(pack: EvidencePack, target: IO[bytes], *, beat: Callable[[], None]) -> None:
    """The ZIP: papers, workbooks, the frozen data as they are, and the manifest with the digest of each."""
    report, at = pack.report, pack.report.frozen_at
    files: list[dict[str, Any]] = []
    with ZipFile(target, "w") as archive:
        for name, source in _files(pack):
            with source:
                hashing = _Hashing(source)
                add(archive, name, hashing, at=at)
            files.append({"name": name, "sha256": hashing.digest.hexdigest(), "size": hashing.size})
            beat()
        add(archive, MANIFEST, BytesIO(octets_of(manifest_of(report, files)) + b"\n"), at=at)


def _files(pack: EvidencePack) -> Iterator[tuple[str, IO[bytes]]]:
    """Each file with its octets, one at a time in memory."""
    for name in steps_of(pack.report):
        yield name, BytesIO(pack.parts.get(name=name).content or b"")
    yield f"{DATA}/report.json", BytesIO(octets_of(pack.report.snapshot))
    codes = {one["sheet"]: one["code"] for one in pack.report.snapshot["indicators"] if one["sheet"]}
    for key in ReportSheet.objects.filter(report=pack.report).order_by("key").values_list("key", flat=True):
        sheet = ReportSheet.objects.get(report=pack.report, key=key)
        name = _data_name(key, codes) if key.startswith(INDICATOR) else key
        rows = tempfile.SpooledTemporaryFile(1 << 20)  # noqa: SIM115 – closed by who reads it
        for line in sheet.lines():
            rows.write(line + b"\n")
        rows.seek(0)
        yield f"{DATA}/{name}.jsonl", rows


def _data_name(key: str, codes: dict[str, str]) -> str:
    """``indicator-I1``; a code that is no name for a file goes with the number of its indicator."""
    plain = UNFIT.sub("-", codes[key])
    return f"indicator-{plain}" if plain == codes[key] else f"indicator-{plain}-{key.removeprefix(INDICATOR)}"


def manifest_of(report: ProgrammeReport, files: list[dict[str, Any]]) -> dict[str, Any]:
    """What is in the pack, for people and programs; the approval is the signature."""
    facts = report.snapshot
    return {
        "format": facts["format"],
        "edition": facts["edition"]["slug"],
        "period": facts["period"],
        "version": facts["version"],
        "report": {"sha256": report.sha256, "of": f"{DATA}/report.json"},
        "approved": facts["approved"],
        "personal_data": "none: people are counted and never named; no gender, age or health",
        "photographs": "none: the portal holds no photographs of people",
        "files": sorted(files, key=lambda file: file["name"]),
    }


class _Hashing:
    """A file that is hashed and measured while somebody reads it."""

    def __init__(self, source: IO[bytes]):
        self.source, self.digest, self.size = source, hashlib.sha256(), 0

    def read(self, number: int = -1) -> bytes:
        octets = self.source.read(number)
        self.digest.update(octets)
        self.size += len(octets)
        return octets
