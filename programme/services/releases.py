"""Releasing an agenda: the one way by which what staff plan becomes what people hold (programme spec P6, P11, P12)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from events.models import Event
from events.services import scheduling
from iurc_portal.audit.services import record_transition
from iurc_portal.translation.languages import CODES
from programme.conflicts.facts import Conflict, Level
from programme.conflicts.words import Told
from programme.exceptions import NotReady, ReleaseRefused
from programme.models import AgendaItem, AgendaVersion, StudyVisit
from programme.services.agenda import lock_visit
from programme.services.conflicts import conflicts_of
from programme.services.readiness import missing_for
from programme.services.release_letters import Recipient, queue_letters, recipients_of
from programme.versions.difference import MATERIAL, Change, Kind, difference
from programme.versions.freezing import fingerprint, freeze

State = StudyVisit.State
RELEASABLE = frozenset({State.PREPARING, State.RELEASED, State.RUNNING})
OVER_BLOCKS = "programme.release_over_blocks"
# What no reason makes right: a person cannot be in two places, nobody leads, nobody understands (P6).
NEVER_OVERRIDDEN = frozenset({"DELEGATE_DOUBLE", "HEAD_MISSING", "INTERP_MISSING"})


@dataclass(frozen=True)
class Draft:
    """What a release would fix and tell now. ``seen`` names it: a release of anything else is refused."""

    number: int
    last: AgendaVersion | None
    snapshot: dict
    changes: list[Change]
    conflicts: list[Told]
    recipients: list[Recipient]

    @property
    def seen(self) -> str:
        return fingerprint(self.snapshot)

    @property
    def is_news(self) -> bool:
        """Whether anything differs from what people hold."""
        return self.last is None or self.seen != fingerprint(self.last.snapshot)

    @property
    def blocks(self) -> list[Told]:
        return [told for told in self.conflicts if told.level == Level.BLOCK]

    @property
    def never(self) -> list[Told]:
        """Blocks over which nobody releases."""
        return [told for told in self.blocks if told.conflict.code in NEVER_OVERRIDDEN]

    @property
    def warnings(self) -> list[Told]:
        return [told for told in self.conflicts if told.level != Level.BLOCK]


def draft_of(visit: StudyVisit, *, now: datetime) -> Draft:
    """What would be released of ``visit`` now, for looking at it and for doing it. A constant number of queries."""
    last = visit.versions.order_by("-number").first()
    snapshot = freeze(visit, held=last.snapshot if last else None)
    former = last.snapshot if last else None
    # Whoever was told that the visit is off holds nothing of the former version.
    holding = former if visit.state != State.PREPARING else None
    return Draft(
        number=last.number + 1 if last else 1,
        last=last,
        snapshot=snapshot,
        changes=difference(former["items"] if former else (), snapshot["items"]),
        conflicts=conflicts_of(visit, now=now),
        recipients=recipients_of(visit, holding, snapshot, now=now),
    )


def may_release_over_blocks(user) -> bool:
    """Managers alone, with a written reason (programme spec 8)."""
    return user is not None and user.has_perm(OVER_BLOCKS)


@transaction.atomic
def release(
    visit: StudyVisit,
    *,
    now: datetime,
    by=None,
    ticks: Mapping[str, str] | None = None,
    override_reason: str = "",
    note: Mapping[str, str] | None = None,
    seen: str = "",
    in_the_morning: bool = True,
) -> AgendaVersion:
    """Freeze the next version of the agenda, confirm its new items, write to each person whom it changes something.

    ``ticks`` are the warnings that ``by`` has read, by ``Conflict.key``, each with why it may stand (or nothing).
    ``override_reason`` releases over blocks, for managers. ``note`` is for everybody, by language. ``seen`` is the
    draft that was looked at: another one is refused. With ``in_the_morning`` letters wait for their reader's morning.

    Raises ``NotReady``, ``ReleaseRefused`` with the conflicts that stand in the way, and ``ValidationError``:
    ``state`` where nothing is released, ``nothing`` where nobody would hold anything new, ``seen`` where the agenda
    has changed since it was looked at.
    """
    lock_visit(visit)
    if visit.state not in RELEASABLE:
        state = {"state": visit.get_state_display()}
        raise ValidationError(_("The visit is “%(state)s”: its agenda is not released now."), "state", state)
    if missing := missing_for(visit, State.RELEASED):
        raise NotReady(visit, State.RELEASED, missing)
    draft = draft_of(visit, now=now)
    if seen and seen != draft.seen:
        raise ValidationError(_("The agenda has changed while this page was open. Look at it again."), "seen")
    if not draft.is_news and visit.state != State.PREPARING:
        number = {"number": draft.number - 1}
        raise ValidationError(_("Nothing has changed since version %(number)s."), "nothing", number)
    ticks = ticks or {}
    _check(draft, ticks, override_reason, by=by)
    return fix(
        visit,
        draft,
        now=now,
        by=by,
        acknowledged=_acknowledged(draft, ticks, override_reason, by=by),
        override_reason=override_reason.strip() if draft.blocks else "",
        note=note or {},
        in_the_morning=in_the_morning,
    )


def fix(
    visit: StudyVisit,
    draft: Draft,
    *,
    now: datetime,
    by=None,
    acknowledged: list[dict],
    override_reason: str = "",
    note: Mapping[str, str] | None = None,
    in_the_morning: bool = True,
) -> AgendaVersion:
    """Write the version of ``draft``, which ``release`` has judged, and do what follows from it. Under its lock."""
    _confirm(visit, now=now, by=by)
    _number_events(draft)
    snapshot = freeze(visit, held=draft.last.snapshot if draft.last else None)
    snapshot["conflicts"] = [as_data(told.conflict) for told in draft.conflicts]
    version = AgendaVersion.objects.create(
        visit=visit,
        number=draft.number,
        released_at=now,
        released_by=by,
        snapshot=snapshot,
        acknowledged=acknowledged,
        override_reason=override_reason,
        **{f"note_{code}": (note or {}).get(code, "").strip() for code in CODES},
    )
    anew = visit.state == State.PREPARING
    if anew:
        former = visit.move_to(State.RELEASED)
        visit.save(update_fields=["state", "updated_at"])
        record_transition(visit, from_state=former, to_state=visit.state, now=now, actor=by, comment=override_reason)
    else:  # so that what is kept of the public page is made anew
        visit.save(update_fields=["updated_at"])
    queue_letters(version, draft.recipients, in_the_morning=in_the_morning, anew=anew)
    return version


def as_data(conflict: Conflict) -> dict:
    """A conflict to be kept: its code, items and numbers, without the names of people."""
    return {
        "key": conflict.key,
        "code": str(conflict.code),
        "level": str(conflict.level),
        "items": [item.pk for item in conflict.items],
        "has": conflict.has,
        "needs": conflict.needs,
        "day": conflict.day.isoformat() if conflict.day else None,
    }


def _check(draft: Draft, ticks: Mapping[str, str], reason: str, *, by) -> None:
    unticked = [told for told in draft.warnings if told.key not in ticks]
    over_blocks = bool(reason.strip()) and not draft.never and may_release_over_blocks(by)
    blocks = [] if over_blocks else draft.blocks
    if blocks or unticked:
        raise ReleaseRefused(blocks=blocks, unticked=unticked)


def _acknowledged(draft: Draft, ticks: Mapping[str, str], reason: str, *, by) -> list[dict]:
    """The conflicts that were let stand: each with who and why."""
    who = by.pk if by is not None else None
    return [
        as_data(told.conflict)
        | {"by": who, "why": reason.strip() if told.level == Level.BLOCK else ticks[told.key].strip()}
        for told in draft.conflicts
    ]


def _confirm(visit: StudyVisit, *, now: datetime, by) -> None:
    """What was a draft is on from now on."""
    drafts = AgendaItem.objects.filter(day__visit=visit, event__status=Event.Status.TENTATIVE).select_related("event")
    for item in drafts:
        scheduling.publish_event(item.event, now=now, by=by)


def _number_events(draft: Draft) -> None:
    """Whatever is told of an item that people hold needs a higher SEQUENCE than they have (RFC 5545 §3.8.7.4).

    Times and places have raised it already; hosts, groups and who leaves a group have not.
    """
    if draft.last is None:
        return
    former = {item["event"]: item["sequence"] for item in draft.last.snapshot["items"]}
    for event in Event.objects.filter(pk__in=_told_of(draft.changes, draft.recipients) & former.keys()).order_by("pk"):
        if event.sequence <= former[event.pk]:
            scheduling.raise_sequence(event)


def _told_of(changes: Iterable[Change], recipients: Iterable[Recipient]) -> set[int]:
    """The events that have changed, those that leave somebody's calendar, and those of which only the hours of an
    interpreter are others.
    """
    own = (change for recipient in recipients for change in recipient.changes)
    theirs = (change for change in own if change.kind in {Kind.CANCELLED, Kind.MOVED})
    return {change.item["event"] for change in (*(c for c in changes if c.kind in MATERIAL), *theirs)}
