"""What staff decide about items of calendars of others (events spec 10.9–10.11). Nothing is public by itself.

Each decision takes ``shown``, the ``digest`` of the item that the person has read, and raises ``ValidationError``
(``outdated``) where it says something else by now; None where nobody read it singly, as with the dates of a series.
"""

import re
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from events.models import Event, ImportedItem
from events.services import scheduling
from events.services.changes import record_changes
from iurc_portal.audit.services import record_transition
from iurc_portal.shown import refuse_changed
from iurc_portal.translation.services import record_texts, stored_texts

State = ImportedItem.State
TIMES = {"start", "end", "tzid", "all_day"}
BY_ITSELF = TIMES | {"location"}  # what ``auto_apply`` lets pass
LINK = re.compile(r"^\s*(?:https?://\S+[\s;,]*)+$", re.IGNORECASE)


@transaction.atomic
def accept(item: ImportedItem, *, by, now: datetime, shown: str | None = None) -> Event | None:
    """Follow the source: a new item becomes a draft, a change reaches its event, what is gone is cancelled.

    Returns the event, None where its draft was deleted. Raises ``ValidationError``: ``transition`` where nothing is to
    be accepted, ``over`` for what is over.
    """
    item = _locked(item, shown)
    former = item.state
    if former not in {State.NEW, State.CHANGED, State.GONE}:
        raise ValidationError(
            _("There is nothing to accept: it has been decided, or cannot be read."), code="transition"
        )
    if item.dtend is None or item.dtend <= now:
        raise ValidationError(_("It is over: there is nothing to accept any more."), code="over")
    if former == State.GONE:
        return _accept_gone(item, by=by, now=now)
    if item.event is None:
        item.event = _make(item, by=by, now=now)
    else:
        _apply(item, set(item.differences), by=by, now=now)
    _decided(item, State.ACCEPTED, item.facts, by=by, now=now)
    return item.event


@transaction.atomic
def ignore(item: ImportedItem, *, by, now: datetime, shown: str | None = None) -> None:
    """Leave things as they are, until the content changes. Raises ``ValidationError`` (``transition``)."""
    item = _locked(item, shown)
    if item.state not in {State.NEW, State.CHANGED, State.GONE, State.FAULTY}:
        raise ValidationError(_("There is nothing to ignore: it has been decided."), code="transition")
    _decided(item, State.IGNORED, item.facts | ({"kept": True} if item.is_gone else {}), by=by, now=now)


@transaction.atomic
def link(item: ImportedItem, *, event: Event, by, now: datetime, shown: str | None = None) -> None:
    """What the source tells of is an event that we have: nothing of it changes now, later changes are asked about.

    Raises ``ValidationError``: ``transition`` where the item has been decided, ``linked`` where the event already
    follows another item.
    """
    item = _locked(item, shown)
    if item.state != State.NEW or item.event_id:
        raise ValidationError(_("It has been decided: only a new item can be joined to an event."), code="transition")
    event = Event.objects.select_for_update(of=("self",)).get(pk=event.pk)
    if event.imported_items.exists():
        raise ValidationError(_("This event already follows an item of a calendar."), code="linked")
    item.event = event
    _decided(item, State.ACCEPTED, item.facts | {"linked": True}, by=by, now=now)


@transaction.atomic
def unlink(item: ImportedItem, *, by, now: datetime, shown: str | None = None) -> None:
    """It was another one after all: the item waits again, the event stays. Raises ``ValidationError``."""
    item = _locked(item, shown)
    if not item.is_linked or item.state not in {State.ACCEPTED, State.CHANGED, State.GONE, State.IGNORED}:
        raise ValidationError(_("It is not joined to an event that we had before."), code="transition")
    item.event = None
    if item.state == State.GONE:
        item.delete()
    else:
        _decided(item, State.NEW, {}, by=by, now=now)


@transaction.atomic
def reconsider(item: ImportedItem, *, by, now: datetime, shown: str | None = None) -> None:
    """An ignored item waits again. Raises ``ValidationError`` (``transition``)."""
    item = _locked(item, shown)
    if item.state != State.IGNORED or item.event_id or item.dtend is None:
        raise ValidationError(_("Only what was ignored, and has no event, can be put back."), code="transition")
    _decided(item, State.NEW, {}, by=by, now=now)


def apply_by_itself(item: ImportedItem, *, now: datetime) -> bool:
    """Let a later time or place of an accepted item pass, where the source says so. Returns whether it did."""
    if item.state != State.CHANGED or not set(item.differences) <= BY_ITSELF or item.event is None:
        return False
    if item.event.is_cancelled or item.dtend is None or item.dtend <= now:
        return False
    try:
        with transaction.atomic():
            _apply(item, set(item.differences), by=None, now=now)
            _decided(item, State.ACCEPTED, item.facts, by=None, now=now)
    except ValidationError:
        return False  # staff find it in the queue, and are told why when they accept it
    return True


def _locked(item: ImportedItem, shown: str | None) -> ImportedItem:
    found = ImportedItem.objects.select_for_update(of=("self",)).select_related("source__owner", "event")
    item = found.get(pk=item.pk)
    if shown is not None:
        refuse_changed(shown, item.digest)
    return item


def _decided(item: ImportedItem, state: str, base: dict, *, by, now: datetime) -> None:
    former = item.move_to(state)
    is_linked = base.get("linked") or item.is_linked
    item.base, item.decided_at, item.decided_by = base | ({"linked": True} if is_linked else {}), now, by
    item.save(update_fields=["state", "base", "decided_at", "decided_by", "event"])
    record_transition(item, from_state=former, to_state=state, now=now, actor=by, comment=item.name)


def _accept_gone(item: ImportedItem, *, by, now: datetime) -> Event | None:
    event = item.event
    if event is None or not event.was_published:
        if item.is_linked:  # a draft of our own, which the source only told of, too
            item.delete()
            return event
        if event is not None:
            scheduling.delete_event(event)
        item.delete()
        return None
    if not event.is_cancelled:
        scheduling.cancel_event(event, now=now, by=by)
    _decided(item, State.ACCEPTED, item.facts | {"cancelled": True, "kept": True}, by=by, now=now)
    return event


def _make(item: ImportedItem, *, by, now: datetime) -> Event:
    source, language = item.source, item.source.language
    texts: dict[str, Any] = {**_texts(item, language), f"location_{language}": _place(item)}
    assert item.dtstart is not None and item.dtend is not None  # noqa: S101, PT018 – what has none is faulty
    event = scheduling.create_event(
        start=item.dtstart,
        end=item.dtend,
        tzid=item.tzid,
        all_day=item.all_day,
        track=source.track,
        organizer=source.owner,
        event_attendance_mode=_mode(item),
        now=now,
        by=by,
        **texts,
    )
    record_texts(event, before={}, now=now, by=by)
    return event


def _apply(item: ImportedItem, names: set[str], *, by, now: datetime) -> None:
    """Bring to the event what differs from what was accepted, and nothing else: what staff changed there stays."""
    event, language = item.event, item.source.language
    assert event is not None and item.dtstart is not None and item.dtend is not None  # noqa: S101, PT018 – see accept
    if "cancelled" in names and not item.cancelled and event.is_cancelled:
        scheduling.restore_event(event, now=now, by=by)
    if names & {"name", "description", "url"}:
        _rewrite(event, _texts(item, language), names, by=by, now=now)
    if "location" in names:
        scheduling.relocate_event(event, now=now, by=by, **{f"location_{language}": _place(item)})
    if names & TIMES:
        scheduling.schedule_event(
            event, start=item.dtstart, end=item.dtend, tzid=item.tzid, all_day=item.all_day, now=now, by=by
        )
    if "cancelled" in names and item.cancelled and not event.is_cancelled:
        scheduling.cancel_event(event, now=now, by=by)


def _rewrite(event: Event, texts: dict[str, str], names: set[str], *, by, now: datetime) -> None:
    wanted = {
        column: text
        for column, text in texts.items()
        if ("name" if column.startswith("name_") else "description") in names
        or (column.startswith("description_") and "url" in names)
    }
    before, former = stored_texts(event), {column: getattr(event, column) for column in wanted}
    for column, text in wanted.items():
        setattr(event, column, text)
    event.full_clean(exclude=["slug"])
    event.save(update_fields=[*wanted, "last_modified"])
    record_changes(event, former, now=now, by=by)
    record_texts(event, before=before, now=now, by=by)


def _texts(item: ImportedItem, language: str) -> dict[str, str]:
    description = "\n\n".join(filter(None, [item.description, item.url if item.url not in item.description else ""]))
    return {f"name_{language}": item.name or item.source.name, f"description_{language}": as_text(description)}


def as_text(text: str) -> str:
    """``text`` as a description that shows its marks instead of obeying them (10.12)."""
    if "<" not in text:
        return text
    paragraphs = re.split(r"\n{2,}", text.strip())
    return "\n\n".join("<p>{}</p>".format(escape(part).replace("\n", "<br>\n")) for part in paragraphs)


def _mode(item: ImportedItem) -> str:
    return Event.AttendanceMode.OFFLINE if _place(item) else Event.AttendanceMode.ONLINE


def _place(item: ImportedItem) -> str:
    """A link in the place's stead is the address of a room, which is not shown to everybody (8.1)."""
    return "" if LINK.match(item.location) else item.location
