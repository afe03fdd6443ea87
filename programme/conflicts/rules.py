"""What is wrong with an agenda (programme spec P4, P6–P9). Each rule reads a plan and yields conflicts."""

from collections.abc import Iterator
from datetime import date, datetime, time

from programme.conflicts.doubles import doubles
from programme.conflicts.facts import PROTOCOL, RECEIVED, Code, Conflict, Level, Plan
from programme.conflicts.interpreting import interpreting
from programme.conflicts.places import closed_places, large_groups
from programme.conflicts.ways import ways


def check(plan: Plan, *, now: datetime) -> list[Conflict]:
    """Everything that is wrong with ``plan`` at ``now`` (aware): what blocks first, then by time.

    Pairs come from one sweep and ways are gone once for each group, so that ten times the items cost about ten times.
    """
    rules = (doubles, ways, large_groups, closed_places, interpreting, _heads, _ranks, _open_questions, _closed_days)
    found = [conflict for rule in rules for conflict in rule(plan)]
    found += _silent_hosts(plan, now=now)
    return sorted(found, key=lambda one: (one.level != Level.BLOCK, _when(one, plan), one.code, one.key))


def _when(conflict: Conflict, plan: Plan) -> datetime:
    if conflict.items:
        return conflict.items[0].start
    return datetime.combine(conflict.day or date.min, time.min, plan.zone)


def _silent_hosts(plan: Plan, *, now: datetime) -> Iterator[Conflict]:
    """Where somebody receives, or must, one has said yes; some working days before the item their silence blocks."""
    today = plan.day_of(now)
    for item in plan.in_order:
        if not (item.hosts or item.kind in RECEIVED) or item.accepted or item.end <= now:
            continue
        late = today >= plan.must_be_accepted_by(plan.day_of(item.start))
        level = Level.BLOCK if late else Level.WARN
        yield Conflict(Code.HOST_UNCONFIRMED, level, (item,), plan.names(item.hosts), about=tuple(item.hosts))


def _heads(plan: Plan) -> Iterator[Conflict]:
    if plan.heads != 1:
        yield Conflict(Code.HEAD_MISSING, Level.BLOCK, has=plan.heads, needs=1)


def _ranks(plan: Plan) -> Iterator[Conflict]:
    """A head is received by somebody of the same rank at least, where protocol counts."""
    if plan.head is None:
        return
    head, band = plan.head
    for item in plan.in_order:
        if item.kind in PROTOCOL and item.host_bands and head in item.delegates and band < min(item.host_bands):
            yield Conflict(
                Code.RANK_MISMATCH,
                Level.WARN,
                (item,),
                plan.names([head]),
                has=min(item.host_bands),
                needs=band,
                about=(head,),
            )


def _open_questions(plan: Plan) -> Iterator[Conflict]:
    """Each question is asked at an item that takes place."""
    on_agenda = {item.pk for item in plan.items}
    for question in plan.questions:
        if question.item not in on_agenda:
            yield Conflict(Code.QUESTION_OPEN, Level.BLOCK, note=question.text, about=(question.pk,))


def _closed_days(plan: Plan) -> Iterator[Conflict]:
    for closed in plan.closed:
        yield Conflict(
            Code.BLACKOUT, Level.WARN, (), (closed.city,), day=closed.day, note=closed.reason, about=(closed.slug,)
        )
