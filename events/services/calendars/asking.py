"""The rows that wait for a person (events spec 9.1): one open for each entry, kept up to date, settled by itself."""

from datetime import datetime

from events.caldav.compare import Action
from events.caldav.copies import FIELDS, Fields
from events.models import RemoteItem, SyncProposal
from events.services.calendars.plans import Plan

Kind, Decision = SyncProposal.Kind, SyncProposal.Decision


def update_question(plan: Plan, *, now: datetime) -> str:
    """Open, change or settle the question about ``plan``'s entry; the kind that waits now, or "".

    The caller holds the item's row.
    """
    item, verdict = plan.item, plan.verdict
    if not verdict.asks:
        if verdict.action in (Action.NOTHING, Action.AGREE_GONE):
            settle(item, now=now)  # what is still to be written settles it then
        return ""
    if verdict.deletion or verdict.withdrawn:
        fields: list[str] = []
        kind = Kind.DELETION if verdict.deletion else Kind.CONFLICT
    else:
        fields = [name for name in FIELDS if name in verdict.keep]
        kind = Kind.CONFLICT if verdict.conflict else Kind.CHANGE
    names = fields or FIELDS
    facts = {
        "kind": kind,
        "fields": fields,
        "base": _part(item.base.get("ours", {}), names),
        "ours": _part(plan.ours or {}, names),
        "theirs": _part(plan.theirs or {}, names),
    }
    row = item.proposals.open().first()
    if row is None:
        item.proposals.create(created_at=now, **facts)
    elif any(getattr(row, name) != value for name, value in facts.items()):
        for name, value in facts.items():
            setattr(row, name, value)
        row.save(update_fields=list(facts))
    return kind


def ask_about_conflict(plan: Plan, *, now: datetime) -> None:
    """Twice the entry was another one than we knew (9.14): staff see it; a write that succeeds later settles it."""
    item = plan.item
    fields = [name for name in FIELDS if (plan.ours or {}).get(name, "") != (plan.theirs or {}).get(name, "")]
    facts = {
        "kind": Kind.CONFLICT,
        "fields": fields,
        "base": _part(item.base.get("ours", {}), fields),
        "ours": _part(plan.ours or {}, fields),
        "theirs": _part(plan.theirs or {}, fields),
    }
    if item.pk is not None:
        created = {**facts, "created_at": now}
        SyncProposal.objects.update_or_create(item=item, decision="", defaults=facts, create_defaults=created)


def note(plan: Plan, *, now: datetime) -> None:
    """Tell staff what the portal did by itself: a deleted entry is written again, since the event has changed."""
    plan.item.proposals.create(
        kind=Kind.NOTE,
        base=_part(plan.item.base.get("theirs", {}), FIELDS),
        ours=_part(plan.ours or {}, FIELDS),
        created_at=now,
        decision=Decision.SETTLED,
        decided_at=now,
    )


def settle(item: RemoteItem, *, now: datetime) -> None:
    """Nothing waits any more: both sides say the same, or somebody undid it."""
    if item.pk is not None:
        item.proposals.open().update(decision=Decision.SETTLED, decided_at=now)


def _part(fields: Fields, names) -> Fields:
    return {name: fields[name] for name in names if name in fields}
