"""From a file to drafts: read, choose columns, check, write. A spreadsheet publishes nothing."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from simple_history.utils import bulk_create_with_history

from ecosystem.imports.columns import columns, guess, heading_line
from ecosystem.imports.files import read_file
from ecosystem.imports.messages import message
from ecosystem.imports.verdicts import Judge, Verdict, changes_to
from ecosystem.models import City, ImportBatch, ImportRow, Organisation
from ecosystem.services.moves import move
from iurc_portal.search.index import postponed, reindex_many
from iurc_portal.staff.slugs import numbered, slug_from
from iurc_portal.translation.languages import Language
from iurc_portal.translation.models import TextRecord
from iurc_portal.translation.services import Texts, record_many, texts_of

AT_ONCE = 1_000  # rows written in one transaction: more go on in steps, and the batch says that it is half written
SLUG_LENGTH = 120
JUDGED = ("name", "status", "action", "messages", "changes", "candidates", "organisation")
Status, Action, State = ImportRow.Status, ImportRow.Action, ImportBatch.State


@transaction.atomic
def start_import(*, data: bytes, file_name: str, side: str, by, now: datetime, encoding: str = "") -> ImportBatch:
    """Read a file into rows and guess its columns. Raises ``ValidationError`` for what cannot be read."""
    table = read_file(data, encoding=encoding)
    language = Language.JAPANESE if side == "nagoya" else Language.ITALIAN
    line = heading_line(table.lines)
    width = max(len(one.cells) for one in table.lines)
    headings = next((one.cells for one in table.lines if one.number == line), [])
    headings = [*headings, *[""] * (width - len(headings))] if not line else headings
    batch = ImportBatch.objects.create(
        file_name=file_name[-200:],
        digest=hashlib.sha256(data).hexdigest(),
        encoding=table.encoding,
        separator=table.separator,
        sheet=table.sheet,
        headings=headings,
        heading_line=line,
        targets=guess(headings, language) if line else ["name", *[""] * (width - 1)],
        side=side,
        city=City.objects.filter(slug=side).first(),
        language=language,
        by=by,
        created_at=now,
        changed_at=now,
    )
    ImportRow.objects.bulk_create(
        (ImportRow(batch=batch, number=one.number, cells=one.cells, notes=one.notes) for one in table.lines),
        batch_size=2_000,
    )
    return batch


@transaction.atomic
def check_import(*, batch: ImportBatch, by, now: datetime) -> ImportBatch:
    """Say for every row what would become of it, with the columns and defaults chosen. Writes no organisation."""
    batch = _locked(batch)
    if not batch.is_open:
        raise ValidationError(_("This import is written already."), code="state")
    counts: Counter[str] = Counter()
    for chunk in _chunks(Judge(batch, by).judge(batch.content.order_by("number").iterator(2_000)), 2_000):
        for row, verdict in chunk:
            _note(row, verdict)
            counts[row.status] += 1
        # An upsert is one statement a batch; bulk_update would write a CASE for each row and column.
        ImportRow.objects.bulk_create(
            [row for row, _verdict in chunk],
            update_conflicts=True,
            unique_fields=["batch", "number"],
            update_fields=JUDGED,
            batch_size=1_000,
        )
    batch.counts, batch.changed_at = dict(counts), now
    if batch.state == State.READ:
        move(batch, State.CHECKED, by=by, now=now)
    batch.save(update_fields=["counts", "changed_at"])
    return batch


@transaction.atomic
def choose(*, batch: ImportBatch, actions: dict[int, str], now: datetime) -> int:
    """Keep what staff chose, by line; what is not possible for a row is left out. Returns how many changed."""
    batch = _locked(batch)
    if batch.state != State.CHECKED:
        raise ValidationError(_("This import is written already."), code="state")
    changed = []
    for row in batch.content.filter(number__in=actions):
        if actions[row.number] in row.possible and actions[row.number] != row.action:
            row.action = actions[row.number]
            changed.append(row)
    ImportRow.objects.bulk_update(changed, ["action"], batch_size=500)
    ImportBatch.objects.filter(pk=batch.pk).update(changed_at=now)
    return len(changed)


@transaction.atomic
def choose_all(*, batch: ImportBatch, status: str, action: str, now: datetime) -> int:
    """The same choice for all rows of one status. Raises ``ValidationError`` for one that is not possible."""
    batch = _locked(batch)
    if batch.state != State.CHECKED or action not in ImportRow.POSSIBLE.get(status, ()):
        raise ValidationError(_("This is not possible for these rows."), code="action")
    rows = batch.content.filter(status=status, written_at=None)
    if action == Action.FILL:
        rows = rows.exclude(organisation=None)
    ImportBatch.objects.filter(pk=batch.pk).update(changed_at=now)
    return rows.update(action=action)


@transaction.atomic
def write_import(*, batch: ImportBatch, by, now: datetime) -> ImportBatch:
    """Write the next rows, all of them or none; called again until the batch is ``written``.

    Each row is judged again first: where somebody changed the directory since the preview, it is left out and says
    so. Raises ``ValidationError`` when nothing is to be written.
    """
    # One import after the other: what the first writes, the second sees.
    list(ImportBatch.objects.unfinished().select_for_update(no_key=True).order_by("pk"))
    batch = _locked(batch)
    if batch.state not in {State.CHECKED, State.WRITING}:
        raise ValidationError(_("This import is not waiting to be written."), code="state")
    waiting = batch.content.exclude(action=Action.SKIP).filter(written_at=None).exclude(status=Status.OVERTAKEN)
    rows = list(waiting.order_by("number")[: AT_ONCE + 1])
    if not rows and batch.state == State.CHECKED:
        raise ValidationError(_("Choose at least one row to write."), code="empty")
    if batch.state == State.CHECKED:
        move(batch, State.WRITING, by=by, now=now)
    with postponed():
        _write(batch, rows[:AT_ONCE], by=by, now=now)
    if len(rows) <= AT_ONCE:
        move(batch, State.WRITTEN, by=by, now=now)
    batch.changed_at = now
    batch.counts |= {"written": batch.rows.exclude(written_at=None).count()}
    batch.save(update_fields=["changed_at", "counts"])
    return batch


def put_away(*, batch: ImportBatch, by, now: datetime) -> None:
    """Leave a file as it is: nothing of it was written."""
    with transaction.atomic():
        batch = _locked(batch)
        move(batch, State.PUT_AWAY, by=by, now=now)
        ImportBatch.objects.filter(pk=batch.pk).update(changed_at=now)


def untouched_imports(since: datetime) -> QuerySet[ImportBatch]:
    """Those that nobody has touched since then and that still hold rows, or wait for somebody."""
    rows = Exists(ImportRow.objects.filter(batch=OuterRef("pk")))
    waiting = Q(pk__in=ImportBatch.objects.unfinished().exclude(state=State.WRITING).values("pk"))
    return ImportBatch.objects.filter(rows | waiting, changed_at__lt=since)


def forget_imports(batches: Sequence[ImportBatch], now: datetime) -> None:
    """Delete the rows of ``batches``; the line with their numbers stays. What was not finished is put away."""
    ImportRow.objects.filter(batch__in=batches).delete()
    for batch in batches:
        if batch.state not in {State.WRITING, State.WRITTEN, State.PUT_AWAY}:
            put_away(batch=batch, by=None, now=now)


def _locked(batch: ImportBatch) -> ImportBatch:
    return ImportBatch.objects.select_for_update(no_key=True, of=("self",)).get(pk=batch.pk)


def _chunks(pairs, size: int):
    chunk = []
    for pair in pairs:
        chunk.append(pair)
        if len(chunk) == size:
            yield chunk
            chunk = []
    yield chunk


def _note(row: ImportRow, verdict: Verdict) -> None:
    row.name = verdict.name[:200]
    row.status, row.action, row.messages = verdict.status, verdict.action, verdict.messages
    row.changes, row.candidates = verdict.changes, verdict.candidates
    row.organisation_id = verdict.organisation


def _write(batch: ImportBatch, rows: list[ImportRow], *, by, now: datetime) -> None:
    made: list[tuple[ImportRow, Organisation, list[int]]] = []
    texts: list[tuple[Organisation, Texts]] = []  # of each record, as they were before
    judge = Judge(batch, by)
    taken, own = set(judge.by_slug), {row.organisation_id for row in batch.rows.exclude(written_at=None)}
    for row, verdict in judge.judge(rows):
        if row.action == Action.CREATE:
            if _still_new(row, verdict, own):
                made.append((row, *_draft(batch, verdict.values, taken)))
            else:
                _overtaken(row)
        elif not _update(row, verdict, texts, now=now):
            _overtaken(row)
    _create(made, by=by)
    for row, organisation, _themes in made:
        row.organisation_id, row.written_at = organisation.pk, now
        texts.append((organisation, {}))
    record_many(texts, by=by, now=now, origin=TextRecord.Origin.IMPORTED)
    ImportRow.objects.bulk_update(rows, ["organisation", "written_at", "status", "messages"], batch_size=300)


def _still_new(row: ImportRow, verdict: Verdict, own: set[int | None]) -> bool:
    """Nothing like it has come since the preview, except from this file, where staff have chosen."""
    if verdict.status in {Status.REFUSED, Status.OPTED_OUT}:
        return False
    if verdict.status == Status.NEW or verdict.organisation in own:
        return True
    is_like = verdict.status == Status.DUPLICATE
    return is_like and (
        row.status == Status.DUPLICATE or all(key < 0 or key in own for key, _why in verdict.candidates)
    )


def _draft(batch: ImportBatch, values: dict, taken: set[str]) -> tuple[Organisation, list[int]]:
    """A draft with what the row says, and for the rest with what the batch says."""
    facts = {"side": batch.side, "kind": batch.kind, "source_language": batch.language} | values
    themes = facts.pop("themes", [])
    if "side" not in values:
        facts.setdefault("city", batch.city)
    names = {code: facts.get(f"name_{code}", "") for code in Language.values}
    facts["slug"] = numbered(facts.get("slug") or slug_from(names, SLUG_LENGTH), taken)
    taken.add(facts["slug"])
    organisation = Organisation(**facts)
    _precise(organisation)
    return organisation, themes


def _create(made: Iterable[tuple[ImportRow, Organisation, list[int]]], *, by) -> None:
    """Write the drafts with their history; the index is told, since bulk writes tell nobody."""
    made = list(made)
    organisations = bulk_create_with_history(
        [organisation for _row, organisation, _themes in made], Organisation, batch_size=500, default_user=by
    )
    through = Organisation.themes.through
    through.objects.bulk_create(
        (
            through(organisation_id=organisation.pk, concept_id=theme)
            for organisation, (_row, _draft, themes) in zip(organisations, made, strict=True)
            for theme in themes
        ),
        batch_size=500,
    )
    for organisation, (_row, draft, _themes) in zip(organisations, made, strict=True):
        draft.pk = organisation.pk
    reindex_many("organisations", [organisation.pk for organisation in organisations])


def _update(row: ImportRow, verdict: Verdict, texts: list[tuple[Organisation, Texts]], *, now: datetime) -> bool:
    """Take over the changes that were shown, or fill the gaps. False where the record is not as it was shown."""
    found = Organisation.objects.select_for_update(of=("self",), no_key=True)
    record = found.filter(pk=row.organisation_id).first() if row.organisation_id else None
    if record is None or verdict.status in {Status.REFUSED, Status.OPTED_OUT}:
        return False
    if row.action == Action.UPDATE and (verdict.organisation != record.pk or verdict.changes != row.changes):
        return False
    changes = row.changes if row.action == Action.UPDATE else changes_to(record, verdict.values, gaps_only=True)
    if changes:
        texts.append((record, texts_of(record)))
    for name in changes.keys() - {"themes"}:
        setattr(record, name, verdict.values[name])
    _precise(record)
    if changes:
        record.save()
    if "themes" in changes:
        record.themes.set(verdict.values["themes"])
    row.written_at = now
    return True


def _precise(organisation: Organisation) -> None:
    """A point without a word on how exact it is counts as the city's."""
    if organisation.has_point and organisation.precision == Organisation.Precision.NONE:
        organisation.precision = Organisation.Precision.CITY


def _overtaken(row: ImportRow) -> None:
    row.status, row.messages = Status.OVERTAKEN, [message("overtaken")]


def names_of_columns() -> list[tuple[str, object]]:
    """The fields a column may fill, with their words, for the choice of columns."""
    return [(field, column.title) for field, column in columns().items()]
