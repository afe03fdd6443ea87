"""Whose an entry is: a copy of ours, an echo whose answer was lost, or something of others (events spec 9.3, 9.4)."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.conf import settings

from events import feeds
from events.caldav.copies import Copy
from events.models import Event, RemoteCalendar, RemoteItem
from events.services.calendars.choosing import Chosen
from events.services.calendars.looking import DOUBLE, REFUSED, UNREADABLE, Row, There, events_of
from events.services.calendars.plans import ROOM, Plan

KEPT_OF_OTHERS = ("when", "summary", "location")  # enough to know an entry by; the rest is none of our business


@dataclass
class Matched:
    """Everything a run has to do: about copies of ours, about entries of others, and what to set apart."""

    plans: list[Plan] = field(default_factory=list)
    found: list[RemoteItem] = field(default_factory=list)
    vanished: list[int] = field(default_factory=list)  # rows of others' entries that are gone
    apart: list[RemoteItem] = field(default_factory=list)
    missing: int = 0
    withdrawn: int = 0
    lapsed: list[Plan] = field(default_factory=list)


def match(
    calendar: RemoteCalendar, there: There, chosen: dict[int, Chosen], *, now: datetime, thorough: bool
) -> Matched:
    """Join both sides. ``thorough``: also look at events whose mark says that nothing changed."""
    return _Matching(calendar, there, chosen, now=now, thorough=thorough).run()


class _Matching:
    def __init__(self, calendar, there: There, chosen: dict[int, Chosen], *, now: datetime, thorough: bool):
        self.calendar, self.there, self.chosen, self.now = calendar, there, chosen, now
        self.result = Matched()
        self.of_event: dict[int, Row] = {row.event: row for row in there.rows.values() if row.event is not None}
        self.copies: dict[int, tuple[str, Copy]] = {}  # by event: the address and what stands there
        self.concerned: set[int] = set()
        self.thorough = thorough

    def run(self) -> Matched:
        self._read_copies()
        self._set_apart()
        self._concern()
        self._plan()
        return self.result

    @cached_property
    def _is_shared(self) -> bool:
        """Whether others keep the same calendar in step: what we did not write may be theirs."""
        return RemoteCalendar.objects.filter(url=self.calendar.url).exclude(pk=self.calendar.pk).exists()

    # --- Whose is it -------------------------------------------------------------------------------------------------

    def _read_copies(self) -> None:
        rows, there = self.there.rows, self.there
        strangers = [href for href in there.copies if (row := rows.get(href)) is None or row.event is None]
        known = events_of([there.copies[href] for href in strangers], portal=settings.ICS_DOMAIN)
        for href, copy in there.copies.items():
            row = rows.get(href)
            if href in there.doubles:
                continue
            event = row.event if row is not None and row.event is not None else self._event_of(copy, known)
            if event is None:
                self._find(href, copy, row)
            else:
                self.copies[event] = (href, copy)
                self.concerned.add(event)
        gone_of_others = (row for href in there.gone if (row := rows[href]).event is None)
        self.result.vanished = [row.pk for row in gone_of_others]

    def _event_of(self, copy: Copy, known: dict[str, int]) -> int | None:
        """The event whose copy this is, unless that has another one that is still there."""
        stamp = copy.stamp
        event = known.get(stamp.event) if stamp is not None and stamp.portal == settings.ICS_DOMAIN else None
        event = event or known.get(copy.uid)
        if event is None or event in self.copies:
            return None
        row = self.of_event.get(event)
        if event not in self.chosen:
            # Written by us, its answer lost, and withdrawn before we knew: it goes as it came, if nobody touched it.
            return event if row is None and copy.is_as_written and not self._is_shared else None
        if row is None:
            return event
        is_away = row.href in self.there.gone or not row.is_live or row.quarantined == REFUSED
        return event if is_away and copy.uid in ("", row.uid) else None

    def _find(self, href: str, copy: Copy, row: Row | None) -> None:
        """Something of others: noted, never published. What is private is only counted."""
        item = RemoteItem(calendar=self.calendar, href=href) if row is None else RemoteItem.objects.get(pk=row.pk)
        told = {} if copy.is_private else {name: copy.fields[name] for name in KEPT_OF_OTHERS if name in copy.fields}
        item.uid, item.etag, item.base = copy.uid[:255], self.there.etag(href), {"theirs": told}
        item.content_hash = copy.content_hash
        item.deleted_at, item.quarantined_because, item.problem = None, "", ""
        self.result.found.append(item)

    def _set_apart(self) -> None:
        for href in self.there.doubles:
            self._quarantine(href, DOUBLE, "")
        for href, problem in self.there.faults.items():
            if href not in self.there.doubles:
                self._quarantine(href, UNREADABLE, problem)

    def _quarantine(self, href: str, because: str, problem: str) -> None:
        row = self.there.rows.get(href)
        etag = self.there.etag(href)
        if row is not None and (row.quarantined, row.etag) == (because, etag or row.etag):
            return
        item = RemoteItem(calendar=self.calendar, href=href) if row is None else RemoteItem.objects.get(pk=row.pk)
        copy = self.there.copies.get(href)
        item.uid = copy.uid[:255] if copy is not None else item.uid
        item.etag = etag or item.etag
        item.quarantined_because, item.problem = because, problem[:300]
        self.result.apart.append(item)

    # --- What concerns us --------------------------------------------------------------------------------------------

    def _concern(self) -> None:
        for event, chosen in self.chosen.items():
            row = self.of_event.get(event)
            if row is None or row.rendered != chosen.mark or self.thorough or row.quarantined == REFUSED:
                self.concerned.add(event)
        owing = set(self.calendar.items.exclude(owed={}).values_list("event", flat=True))
        for event, row in self.of_event.items():
            if row.href in self.there.gone or event not in self.chosen or event in owing:
                self.concerned.add(event)
        apart = {*self.there.doubles, *self.there.faults}
        apart |= {
            row.href
            for row in self.there.rows.values()
            if row.quarantined in (DOUBLE, UNREADABLE) and row.href not in self.there.copies
        }
        self.concerned -= {event for event, row in self.of_event.items() if row.href in apart - self.there.gone}

    def _editable(self) -> set[int]:
        """The events concerned that the calendar's owner may change; asked where entries may change any."""
        if ROOM not in self.calendar.remote_owns:
            return set()
        return {
            event.pk for event in _in_bulk(Event.objects.editable_by(self.calendar.owner).only("pk"), self.concerned)
        }

    def _plan(self) -> None:
        rows = [self.of_event[event].pk for event in self.concerned if event in self.of_event]
        items = {item.event_id: item for item in _in_bulk(RemoteItem.objects.all(), rows)}
        waiting = set(self.calendar.items.filter(proposals__decision="").values_list("pk", flat=True))
        editable = self._editable()
        events = Event.objects.select_related("place__city")
        for event in sorted(_in_bulk(events, self.concerned), key=lambda one: (one.dtstart, one.pk)):
            item = items.get(event.pk) or RemoteItem(
                calendar=self.calendar, event=event, uid=event.uid, href=self._address(event)
            )
            self._one(event, item, waits=item.pk in waiting, is_editable=event.pk in editable)

    def _one(self, event: Event, item: RemoteItem, *, waits: bool, is_editable: bool) -> None:
        href, copy = self.copies.get(event.pk, ("", None))
        was_gone = item.deleted_at is not None
        is_there = copy is not None or (
            bool(item.base)
            and not was_gone
            and item.href not in self.there.gone
            and item.quarantined_because != REFUSED
        )
        if item.pk is None and copy is None and event.pk not in self.chosen:
            return
        chosen = self.chosen.get(event.pk)
        lapsed = chosen is None and event.published_at is not None and event.status != Event.Status.TENTATIVE
        lapsed = lapsed and not feeds.is_within(event, now=self.now)
        plan = Plan(
            self.calendar,
            item,
            event,
            is_chosen=chosen is not None,
            is_over=event.is_cancelled or event.dtend <= self.now,
            is_editable=is_editable,
            copy=copy,
            is_there=is_there,
            waits=waits,
            was_gone=was_gone,
        )
        if copy is not None:
            is_known = bool(item.base) and item.href == href
            is_moved = bool(item.base) and not is_known and copy.uid == item.uid
            item.href, item.etag, item.uid = href, self.there.etag(href), copy.uid[:255] or item.uid
            item.schedule_tag = self.there.resources[href].schedule_tag
            item.content_hash, item.deleted_at = copy.content_hash, None
            item.quarantined_because, item.problem = "", ""
            if not is_known and not is_moved:
                plan.adopt(copy)
            item.base["extras"] = bool(copy.extras)
        elif not is_there and item.pk is not None and not plan.is_new:
            item.deleted_at = item.deleted_at or self.now
            self.result.missing += not was_gone and chosen is not None and not plan.is_over
        if is_there and chosen is None and not lapsed:
            self.result.withdrawn += 1
        (self.result.lapsed if lapsed and is_there else self.result.plans).append(plan)

    def _address(self, event: Event) -> str:
        return f"{self.calendar.path}{event.public_id}.ics"


def _in_bulk(queryset, keys) -> list:
    keys = list(keys)
    return [one for start in range(0, len(keys), 500) for one in queryset.filter(pk__in=keys[start : start + 500])]
