"""Files of participants that are too large to wait for: asked for, made by a task, forgotten (events spec 11.4)."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from tempfile import SpooledTemporaryFile
from typing import IO

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from events import exports
from events.models import ExportFile, ParticipantExport, Registration
from iurc_portal import tables
from iurc_portal.database import after_commit
from iurc_portal.notifications.services import heartbeat, queue_message

log = logging.getLogger(__name__)
JOB = "make_exports"
State = ParticipantExport.State
CLAIM_LASTS = timedelta(minutes=15)
ATTEMPTS = 3
IN_MEMORY = 2_000_000  # octets; what is larger waits on the disk


def is_large(number: int) -> bool:
    """Whether a file of so many rows is made by a task."""
    return number > settings.IURC_EVENTS["export_rows_at_once"]


@transaction.atomic
def ask_for(export: ParticipantExport, registrations: Sequence[int]) -> ParticipantExport:
    """Save ``export``, to be made of ``registrations`` (ids, in order). The author gets a mail when it is there."""
    from events.tasks import make_export

    export.state = State.WAITING
    export.number = len(registrations)
    export.save()
    ExportFile.objects.create(export=export, registrations=list(registrations))
    after_commit(make_export.delay, export.pk)
    return export


def make(export_id: int, *, now: datetime) -> str:
    """Make one file. Safe to call twice and from two workers: the first claim wins. Returns what became of it."""
    free = Q(claimed_at=None) | Q(claimed_at__lt=now - CLAIM_LASTS)
    waiting = ParticipantExport.objects.filter(free, pk=export_id, state=State.WAITING)
    if not waiting.update(claimed_at=now, attempts=F("attempts") + 1):
        return "already taken"
    export = ParticipantExport.objects.select_related("by", "file").get(pk=export_id)
    if export.by is None or not export.by.has_perm("events.export_registration") or export.attempts > ATTEMPTS:
        return _settle(export, State.FAILED, now=now)
    with SpooledTemporaryFile(IN_MEMORY) as target:
        with translation.override(export.language):
            write(_table(export), export.form, target)
        target.seek(0)
        export.file.content = target.read()
    return _settle(export, State.READY, now=now)


def make_waiting(*, now: datetime) -> dict[str, int]:
    """Every minute: make what the broker has lost. One that fails stops no other, and is tried again a few times."""
    with heartbeat(JOB, now=now) as counts:
        counts |= {"made": 0, "failed": 0}
        for pk in ParticipantExport.objects.filter(state=State.WAITING).order_by("pk").values_list("pk", flat=True):
            try:
                counts["made"] += make(pk, now=now) == State.READY
            except Exception:  # whatever is wrong with one file: the next is somebody else's
                log.exception("export %s was not made", pk)
                counts["failed"] += 1
    return counts


def made_before(instant: datetime) -> QuerySet[ParticipantExport]:
    """Exports whose file was made at ``instant`` or earlier and is still there."""
    return ParticipantExport.objects.filter(state=State.READY, made_at__lte=instant)


def holding(registrations: Iterable[int]) -> list[ParticipantExport]:
    """Exports whose file is there and names one of ``registrations`` (ids)."""
    wanted = set(registrations)
    kept = ExportFile.objects.filter(export__state=State.READY).select_related("export").defer("content")
    return [file.export for file in kept if wanted.intersection(file.registrations)]


@transaction.atomic
def forget_files(rows: Sequence[ParticipantExport]) -> None:
    """Delete the files of these exports; their lines of the log stay."""
    ExportFile.objects.filter(export__in=[export.pk for export in rows]).delete()
    for export in rows:
        export.move_to(State.FORGOTTEN)
        export.save(update_fields=["state"])


def kept_until(export: ParticipantExport) -> datetime | None:
    """When the file is deleted; None where there is none."""
    if export.state != State.READY or export.made_at is None:
        return None
    return export.made_at + timedelta(days=settings.IURC_PRIVACY["export_days"])


def write(table: tables.Table, form: str, target: IO[bytes]) -> None:
    """Write ``table`` into ``target`` as ``form``: xlsx, csv, csv-cp932 or json."""
    if form == "xlsx":
        with tables.write_xlsx(table, name=_("Participants")) as book:
            for octets in iter(partial(book.read, 1 << 16), b""):
                target.write(octets)
        return
    for octets in stream(table, form):
        target.write(octets)


def stream(table: tables.Table, form: str) -> Iterator[bytes]:
    """The file row by row, for the forms that can be sent while they are written."""
    if form == "json":
        return tables.write_json(table)
    return tables.write_csv(table, encoding="cp932" if form == "csv-cp932" else "utf-8")


def table_of(user, rows, records, *, language: str, stable: bool, sensitive: bool) -> tables.Table:
    columns = exports.columns_for(user, rows, language=language, sensitive=sensitive)
    return tables.Table(columns, records, stable=stable, tzid=user.tzid)


def _table(export: ParticipantExport) -> tables.Table:
    ids = export.file.registrations
    rows = Registration.objects.filter(event__in=_events_of(ids))
    return table_of(
        export.by,
        rows,
        _records(export.by, ids, language=export.language),
        language=export.language,
        stable=export.stable or export.form == "json",
        sensitive=bool(export.sensitive),
    )


def _events_of(ids: Sequence[int]) -> set[int]:
    found: set[int] = set()
    for chunk in _chunks(ids):
        found |= set(Registration.objects.filter(pk__in=chunk).values_list("event", flat=True))
    return found


def _records(user, ids: Sequence[int], *, language: str) -> Iterator[Registration]:
    """The rows in the order of ``ids``, read in chunks; those that are no longer the author's to see are left out."""
    for chunk in _chunks(ids):
        asked = Registration.objects.filter(pk__in=chunk)
        found = {row.pk: row for row in exports.rows_for(user, asked, language=language)}
        yield from (found[pk] for pk in chunk if pk in found)


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), exports.CHUNK):
        yield ids[start : start + exports.CHUNK]


def _settle(export: ParticipantExport, state: str, *, now: datetime) -> str:
    """Write down the outcome and tell the author."""
    with transaction.atomic():
        export.move_to(state)
        export.made_at, export.claimed_at = now, None
        export.save(update_fields=["state", "made_at", "claimed_at"])
        if state == State.READY:
            export.file.registrations = []
            export.file.save(update_fields=["content", "registrations"])
        else:
            export.file.delete()
        if export.by is not None:
            queue_message(
                key=f"export:{export.pk}",
                kind="events.export",
                to=export.by.email,
                language=export.by.language or export.language,
                tzid=export.by.tzid,
                payload={"export": export.pk, "state": state},
            )
    return state
