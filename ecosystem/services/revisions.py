"""Proposing a change of a profile and deciding about it (ecosystem spec E16)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from ecosystem.models import Organisation, ProfileRevision, Verification
from ecosystem.models.revisions import COLUMNS, texts_of_profile
from ecosystem.services.moves import move
from ecosystem.services.publication import locked, note_verification
from iurc_portal.notifications.services import queue_message
from iurc_portal.translation.services import record_texts, texts_of

State = ProfileRevision.State


@dataclass(frozen=True)
class Working:
    """What an editor goes on from: the public texts, with those of the proposal that waits laid over them.

    ``number`` is that of the latest revision, 0 for none.
    """

    public: dict
    texts: dict
    number: int
    waiting: ProfileRevision | None


class EditedMeanwhile(ValidationError):
    """Somebody else has changed the same fields. ``texts`` joins both, ``theirs`` is what stands there now.

    ``columns`` names those that both have changed: there ``texts`` has what this editor wrote.
    """

    def __init__(self, *, texts: dict, theirs: dict, columns: list[str]):
        super().__init__(_("Somebody else has changed the same fields meanwhile. Choose for each."), code="conflict")
        self.texts, self.theirs, self.columns = texts, theirs, columns


def working_on(organisation: Organisation) -> Working:
    public = texts_of_profile(organisation)
    latest = organisation.revisions.order_by("-number").first()
    waiting = latest if latest is not None and latest.state == State.PROPOSED else None
    laid_over = {name: change["new"] for name, change in waiting.changes.items()} if waiting else {}
    return Working(public, public | laid_over, latest.number if latest else 0, waiting)


def join(*, seen: dict, mine: dict, theirs: dict) -> tuple[dict, list[str]]:
    """What ``mine`` changed of ``seen``, laid over ``theirs``; and the columns that both changed, differently."""
    joined, both = {}, []
    for column in COLUMNS:
        before, wanted, now = (texts.get(column.name) for texts in (seen, mine, theirs))
        joined[column.name] = now if wanted == before else wanted
        if wanted not in (before, now) and now != before:
            both.append(column.name)
    return joined, both


@transaction.atomic
def propose_revision(
    *, organisation: Organisation, author, seen: dict, mine: dict, note: str, now: datetime
) -> ProfileRevision:
    """Keep what ``author`` wrote as a proposal; the public texts stay as they are.

    ``seen`` are the texts the author had before them, ``mine`` what they wrote, both by column. A proposal that waits
    is replaced by the new one, which carries its changes along. Raises ``EditedMeanwhile`` where both changed the
    same, and ``ValidationError`` (``unchanged``) where nothing differs from the public texts.
    """
    organisation = locked(organisation)
    working = working_on(organisation)
    texts, both = join(seen=seen, mine=mine, theirs=working.texts)
    if both:
        raise EditedMeanwhile(texts=texts, theirs=working.texts, columns=both)
    changes = {name: {"old": old, "new": texts[name]} for name, old in working.public.items() if texts[name] != old}
    if not changes:
        raise ValidationError(_("Nothing differs from the public text: there is nothing to propose."), "unchanged")
    if working.waiting is not None:
        if texts == working.texts:
            raise ValidationError(_("This is proposed already and waits for the staff."), "unchanged")
        working.waiting.decided_at = now
        move(working.waiting, State.SUPERSEDED, by=author, now=now, also=["decided_at"])
    return organisation.revisions.create(
        number=working.number + 1,
        base=working.number,
        author=author,
        proposed_at=now,
        changes=changes,
        note=note,
    )


@transaction.atomic
def withdraw_revision(*, organisation: Organisation, by, now: datetime) -> ProfileRevision:
    """Take back what was proposed and waits, whoever of the organisation proposed it.

    Raises ``ValidationError`` (``transition``) where nothing waits any more: the staff have decided meanwhile.
    """
    waiting = working_on(locked(organisation)).waiting
    if waiting is None:
        raise ValidationError(
            _("Nothing waits for the staff any more: the proposal was decided or taken back."), code="transition"
        )
    waiting.decided_by, waiting.decided_at = by, now
    move(waiting, State.WITHDRAWN, by=by, now=now, also=["decided_by", "decided_at"])
    return waiting


@transaction.atomic
def decide_revision(
    *, revision: ProfileRevision, accepted: Collection[str], by, now: datetime, reason: str = ""
) -> ProfileRevision:
    """Make the columns ``accepted`` public and reject the rest; the author is told.

    Something accepted restarts the clock of the profile's freshness. Raises ``ValidationError`` where it was decided
    already (``transition``), where a rejection gives no reason (``reason``), where something of a record that was
    merged would be accepted (``merged``), or where a text cannot stand.
    """
    organisation = locked(revision.organisation)
    revision = ProfileRevision.objects.select_for_update(of=("self",), no_key=True).get(pk=revision.pk)
    taken = [column for column in revision.columns if column.name in accepted]
    if taken and organisation.merged_into is not None:
        words = _("This record was merged into “%(name)s”: write there what still holds, and reject the proposal.")
        raise ValidationError(words, code="merged", params={"name": organisation.merged_into})
    if len(taken) == len(revision.columns):
        state = State.ACCEPTED
    else:
        state = State.PARTLY_ACCEPTED if taken else State.REJECTED
        if not reason.strip():
            raise ValidationError(_("Write why: the author reads it."), code="reason")
    revision.accepted = [column.name for column in taken]
    revision.reason, revision.decided_by, revision.decided_at = reason.strip(), by, now
    move(revision, state, by=by, now=now, comment=reason, also=["accepted", "reason", "decided_by", "decided_at"])
    if taken:
        _apply(organisation, revision, taken, by=by, now=now)
    _tell_author(revision)
    return revision


def _apply(organisation: Organisation, revision: ProfileRevision, taken, *, by, now: datetime) -> None:
    names, before = [column.name for column in taken], texts_of(organisation)
    for name in names:
        setattr(organisation, name, revision.changes[name]["new"])
    others = {field.name for field in organisation._meta.fields} - set(names)
    organisation.clean_fields(exclude=others)
    organisation.validate_constraints()
    fields = {column.field for column in taken}
    organisation.to_verify = [field for field in organisation.to_verify if field not in fields]
    note_verification(organisation, by=revision.author or by, now=now, method=Verification.Method.OWNER_EDIT)
    organisation.save(update_fields=[*names, "to_verify", "verified_on", "updated_at"])
    record_texts(organisation, before=before, by=revision.author, now=now)


def _tell_author(revision: ProfileRevision) -> None:
    author = revision.author
    if author is None or not author.is_active:
        return
    queue_message(
        key=f"ecosystem.revision_decided:{revision.pk}",
        kind="ecosystem.revision_decided",
        to=author.email,
        language=author.language,
        tzid=author.tzid,
        subject_id=str(revision.pk),
    )
