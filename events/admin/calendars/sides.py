"""A proposal as staff look at it: what was agreed, what the portal says, what the calendar says, field by field."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from events import owners
from events.caldav.copies import when_of
from events.models import Event, SyncProposal
from events.remote_words import people_words
from events.services.calendars.proposals import NOT_YOURS
from events.services.notices import how_many_to_tell_of
from events.when import When
from iurc_portal.clock import day_start

Decision, Kind = SyncProposal.Decision, SyncProposal.Kind
TITLES = {
    "when": _("time"),
    "summary": _("title"),
    "status": _("state"),
    "location": _("room"),
    "description": _("note"),
    "url": _("address of the page"),
    "rrule": _("repetition"),
}
WHOLE = ("when", "summary", "location")  # what says which entry it is, where the whole of it is asked about


@dataclass(frozen=True)
class Row:
    """One field. ``sides`` are lines of base, ours and theirs; ``differs``: ours and theirs do."""

    title: str
    sides: tuple[list[str], list[str], list[str]]
    differs: bool


@dataclass(frozen=True)
class Button:
    decision: str
    words: str
    consequence: str
    is_main: bool


@dataclass(frozen=True)
class Card:
    proposal: SyncProposal
    event: Event | None
    event_url: str
    explains: str
    rows: list[Row]
    buttons: list[Button]
    refusal: str  # why there is not a button for each choice


def cards(proposals: Iterable[SyncProposal], *, by, language: str, now: datetime) -> list[Card]:
    """Proposals read with their item, its calendar and event, as ``by`` may decide about them.

    Two more queries: how many people would be mailed, and which events are ``by``'s to change.
    """
    rows = list(proposals)
    events = {row.item.event_id for row in rows if row.item.event_id and row.is_open}
    told = how_many_to_tell_of(events)
    mine = set(Event.objects.editable_by(by).filter(pk__in=events).values_list("pk", flat=True))
    return [
        _card(row, told.get(row.item.event_id or 0, 0), is_mine=row.item.event_id in mine, language=language, now=now)
        for row in rows
    ]


def _card(proposal: SyncProposal, told: int, *, is_mine: bool, language: str, now: datetime) -> Card:
    event = proposal.item.event
    names = proposal.fields or WHOLE
    tzid = event.tzid if event else "Europe/Rome"
    rows = []
    for name in names:
        texts = [side.get(name, "") for side in (proposal.base, proposal.ours, proposal.theirs)]
        base, ours, theirs = (field_lines(name, text, language=language, tzid=tzid) for text in texts)
        if base or ours or theirs:
            is_marked = bool(proposal.theirs) and texts[1] != texts[2]
            rows.append(Row(str(TITLES[name]), (base, ours, theirs), is_marked))
    offered = [decision for decision in proposal.choices if is_mine or not proposal.changes_event(decision)]
    return Card(
        proposal,
        event,
        owners.staff_page(event) if event else "",
        _explains(proposal),
        rows,
        [_button(proposal, decision, event, told, now=now) for decision in offered],
        str(NOT_YOURS) if len(offered) < len(proposal.choices) else "",
    )


def field_lines(name: str, text: str, *, language: str, tzid: str) -> list[str]:
    """What a field says, for reading: times in both cities, states in words."""
    if not text:
        return []
    if name == "when":
        return when_lines(text, language=language, tzid=tzid)
    if name == "status":
        return [str(dict(Event.Status.choices).get(text, text))]
    return text.splitlines()


def when_lines(text: str, *, language: str, tzid: str) -> list[str]:
    try:
        start, end = when_of(text)
        if isinstance(start, datetime):
            return When(start, end, tzid).short_lines(language)
        return When(day_start(start, tzid), day_start(end, tzid), tzid, all_day=True).short_lines(language)
    except (ValueError, OverflowError):
        return [text]


def _explains(proposal: SyncProposal) -> str:
    if proposal.kind == Kind.DELETION:
        return gettext("Somebody deleted the entry in the calendar. The event is still on.")
    if proposal.kind == Kind.NOTE:
        return gettext("The entry was deleted in the calendar; since the event had changed, it was written again.")
    if proposal.kind == Kind.CONFLICT and not proposal.fields:
        return gettext("The event does not belong into this calendar any more, and somebody changed its entry there.")
    if proposal.kind == Kind.CONFLICT:
        return gettext("Both the portal and the calendar have changed the same. Which of the two is right?")
    return gettext("Somebody changed the entry in the calendar. The event is as it was until you decide.")


def _button(proposal: SyncProposal, decision: str, event: Event | None, told: int, *, now: datetime) -> Button:
    fields = set(proposal.fields)
    mailed = told if _tells(proposal, decision, event, now=now) else 0
    is_withdrawn = proposal.kind == Kind.CONFLICT and not fields
    if decision == Decision.ACCEPTED and proposal.kind == Kind.DELETION:
        words, does = gettext("Cancel the event"), ""
    elif decision == Decision.ACCEPTED and not fields & (SyncProposal.OF_EVENT | {"description"}):
        words, does = gettext("Done, put it back"), gettext("The portal keeps no such thing: the entry is put back.")
    elif decision == Decision.ACCEPTED:
        words, does = gettext("Accept the change"), _of_note(fields)
    elif decision == Decision.PUT_BACK and proposal.kind == Kind.DELETION:
        words, does = gettext("Put the entry back"), gettext("The event stays on.")
    elif decision == Decision.PUT_BACK:
        words, does = gettext("Put back"), gettext("The calendar shows again what the portal says.")
    elif is_withdrawn and decision == Decision.OURS:
        words, does = gettext("Take the entry away"), gettext("It leaves the calendar.")
    elif is_withdrawn:
        words, does = gettext("Leave it there"), gettext("The entry is the calendar’s own from now on.")
    elif decision == Decision.OURS:
        words, does = gettext("The portal’s version"), gettext("The calendar shows again what the portal says.")
    else:
        words, does = gettext("The calendar’s version"), _of_note(fields)
    is_main = decision == Decision.ACCEPTED and proposal.kind != Kind.DELETION
    return Button(decision, words, f"{does} {people_words(mailed)}".strip(), is_main)


def _of_note(fields: set[str]) -> str:
    return gettext("The note stays in this calendar alone.") if "description" in fields else ""


def _tells(proposal: SyncProposal, decision: str, event: Event | None, *, now: datetime) -> bool:
    """Whether a decision changes what those who take part know."""
    if event is None or not proposal.changes_event(decision):
        return False
    is_over = event.dtend <= now
    if proposal.kind == Kind.DELETION:
        return not is_over and not event.is_cancelled
    return not is_over or "when" in proposal.fields


def column_titles() -> tuple[str, str, str]:
    return (
        pgettext("column of a proposal", "agreed before"),
        pgettext("column of a proposal", "portal"),
        pgettext("column of a proposal", "calendar"),
    )
