"""What the review queue tells of an item: what is different, and which event it may be already (events spec 10.9)."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from rapidfuzz import fuzz

from ecosystem.diffs import compare
from events import owners
from events.models import Event, ImportedItem
from events.when import When
from iurc_portal.search.fold import fold
from iurc_portal.translation.languages import columns

ALIKE = 60  # percent: names of two things at one time, of which one is often longer


def differences(item: ImportedItem, language: str) -> list[dict]:
    """What staff accepted and what the source says now, side by side: ``label``, ``left`` and ``right`` in pieces."""
    if not item.base:
        return []
    changed = item.differences
    rows = []
    if {"start", "end", "tzid", "all_day"} & set(changed):
        rows.append(_row(_("time"), _times(item.base, language), _times(item.facts, language)))
    for name in ("name", "location", "description", "url"):
        if name in changed:
            label = str(ImportedItem._meta.get_field(name).verbose_name)
            rows.append(_row(label, str(item.base.get(name) or ""), item.facts[name]))
    if "cancelled" in changed:
        words = {True: _("cancelled"), False: _("takes place")}
        rows.append(_row(_("state"), words[bool(item.base.get("cancelled"))], words[item.cancelled]))
    return rows


def _row(label: str, old: str, new: str) -> dict:
    left, right = compare(old, new)
    return {"label": label, "left": left, "right": right}


def _times(facts: dict[str, Any], language: str) -> str:
    if not facts.get("start"):
        return "–"
    start, end = (datetime.fromisoformat(facts[name]) for name in ("start", "end"))
    return "\n".join(When(start, end, facts["tzid"], facts["all_day"]).short_lines(language))


def probable_duplicates(items: Iterable[ImportedItem]) -> dict[int, list[Event]]:
    """By key of the item, events that begin at the same time and are called alike. One query for all.

    ``follows`` says of each whether it follows an item already.
    """
    waiting = [item for item in items if item.event_id is None and item.dtstart is not None]
    if not waiting:
        return {}
    by_start: dict[datetime, list[Event]] = defaultdict(list)
    starts = {item.dtstart for item in waiting}
    taken = Exists(ImportedItem.objects.filter(event=OuterRef("pk")))
    found = Event.objects.filter(dtstart__in=starts).exclude(status=Event.Status.CANCELLED).annotate(follows=taken)
    for event in found.select_related(*owners.relations()).order_by("pk"):
        by_start[event.dtstart].append(event)
    return {item.pk: [event for event in by_start[item.dtstart] if _alike(item, event)][:3] for item in waiting}


def _alike(item: ImportedItem, event: Event) -> bool:
    own = fold(item.name)
    names = (fold(getattr(event, column) or "") for column in columns("name"))
    return any(name and fuzz.token_set_ratio(own, name) >= ALIKE for name in names)
