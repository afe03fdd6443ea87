"""Telling people what changed: once, after two quiet minutes, the sum of the edits (events spec 1.3, 5.2–5.5).

The sum is each person's own: what they were last told against what is true now. What came back to where it was is no
news. Seats, deliveries and pages have changed at once; only the mail waits.
"""

from collections.abc import Iterable, Iterator
from copy import copy
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max, Q
from django.utils import translation

from ecosystem.models import Place
from events import ical
from events.audiences import mode_of
from events.models import Event, EventChange, Registration
from events.services.changes import STATUS, TIME, VENUE, as_text, summed, unknown_to
from events.services.letters import Notice, queue_notices
from iurc_portal.notifications.services import heartbeat

JOB = "send_change_notices"
HOLDS_A_PLACE = Registration.State.CONFIRMED
HOPES_FOR_A_PLACE = ("pending", "waiting", "offered")  # told in words alone: they hold no invitation (5.4, 6.1)
TOLD = (HOLDS_A_PLACE, *HOPES_FOR_A_PLACE)


def send_notices(*, now: datetime) -> dict[str, int]:
    """Queue the notices of all events that have been quiet for two minutes at ``now`` (aware); counts what was done.

    Two sweeps at once are harmless: the event's lock lets one of them find nothing left.
    """
    with heartbeat(JOB, now=now) as counts:
        counts |= {"events": 0, "letters": 0}
        for event_id in _quiet_events(now=now):
            told = tell(event_id, now=now)
            if told is not None:
                counts["events"] += 1
                counts["letters"] += told
    return counts


@transaction.atomic
def tell(event_id: int, *, now: datetime) -> int | None:
    """Tell the people of one event the sum of what they do not know yet. Returns the number of letters.

    None if it is not the time: another sweep was quicker, somebody is still editing, or the event is a draft.
    """
    event = Event.objects.select_for_update(of=("self",), no_key=True).select_related("place__city").get(pk=event_id)
    untold = list(EventChange.objects.untold().filter(event=event))
    # While it is off only that is news: where and when it would be is told once it is on again.
    news = [change for change in untold if change.field == STATUS] if event.is_cancelled else untold
    if not any(change.material for change in news) or event.status == Event.Status.TENTATIVE:
        return None
    if max(change.at for change in news) > now - quiet():
        return None
    notices = () if _is_over(event, untold, now=now) else _notices(event, news, untold)
    written = queue_notices(event, notices, up_to=news[-1].pk)
    EventChange.objects.filter(pk__in=[change.pk for change in news]).update(notified_at=now)
    return written


def quiet() -> timedelta:
    """How long nobody has edited before people are told."""
    return timedelta(minutes=settings.IURC_EVENTS["notice_minutes"])


def how_many_to_tell(event: Event) -> int:
    """How many people a change of ``event`` would be told to, for asking and for saying so to staff."""
    return event.registrations.reachable().filter(state__in=TOLD).count()


def how_many_to_tell_of(events: Iterable[int]) -> dict[int, int]:
    """The same for many events by their keys, in one query; those with nobody are left out."""
    people = Registration.objects.reachable().filter(event__in=list(events), state__in=TOLD)
    return dict(people.order_by().values_list("event").annotate(Count("pk")))


def _quiet_events(*, now: datetime) -> list[int]:
    on = Q(event__status=Event.Status.CONFIRMED)
    off = Q(event__status=Event.Status.CANCELLED, field=STATUS)
    return list(
        EventChange.objects.filter(on | off, notified_at=None)
        .order_by()
        .values("event")
        .annotate(last=Max("at"), news=Count("pk", filter=Q(material=True)))
        .filter(news__gt=0, last__lte=now - quiet())
        .order_by("last", "event")
        .values_list("event", flat=True)
    )


def _is_over(event: Event, untold: Iterable[EventChange], *, now: datetime) -> bool:
    """Whether the event lies behind, by what people know and by what is true: then nobody is told anything."""
    ends = {as_text(event.dtend), *(change.old for change in untold if change.field == "dtend")}
    return all(datetime.fromisoformat(end) <= now for end in ends)


def _notices(event: Event, news: list[EventChange], untold: list[EventChange]) -> Iterator[Notice]:
    """One notice for each person who has something to learn."""
    people = Registration.objects.reachable().filter(event=event, state__in=TOLD).order_by("pk")
    modes = {event.event_attendance_mode, *(change.old for change in news if change.field == "event_attendance_mode")}
    if Event.AttendanceMode.MIXED in modes:
        people = people.prefetch_related("seats__pool")  # where somebody meets follows from their seat
    difference = _Differences(event)
    for registration in people.iterator(chunk_size=2000):
        total = summed(unknown_to(registration, news))
        invited = registration.state == HOLDS_A_PLACE
        if event.is_cancelled:
            if STATUS in total:
                known = summed(unknown_to(registration, untold))
                yield Notice(registration, "events.event_cancelled", "CANCEL" if invited else "", _told(event, known))
            continue
        restored = total.get(STATUS, ("", ""))[0] == Event.Status.CANCELLED
        old, changed = difference.between(total, registration)
        if restored or changed:
            kind = "events.event_restored" if restored else "events.changed"
            facts = _told(event, {}) | {"old": old, "news": changed}
            yield Notice(registration, kind, "REQUEST" if invited else "", facts)


def _told(event: Event, known: dict[str, tuple[str, str]]) -> dict[str, str]:
    """The event's times; for what a person does not know to have changed, the former ones."""
    return {field: known[field][0] if field in known else as_text(getattr(event, field)) for field in TIME}


class _Differences:
    """What a sum of changes means to readers of each language; the same for all who know the same and take part alike.

    To who takes part online it is no news that the room is another one.
    """

    def __init__(self, event: Event):
        self.event = event
        self._known: dict[tuple, tuple[dict[str, str], list[str]]] = {}

    def between(
        self, total: dict[str, tuple[str, str]], registration: Registration
    ) -> tuple[dict[str, str], list[str]]:
        """The former facts as frozen in a letter, and what is new: some of ``time``, ``zone``, ``place``."""
        former_mode = total.get("event_attendance_mode", (self.event.event_attendance_mode, ""))[0]
        modes = tuple(mode_of(registration, mode) for mode in (former_mode, self.event.event_attendance_mode))
        key = (registration.language, modes, *sorted(total.items()))
        if key not in self._known:
            self._known[key] = self._reckon(total, registration.language, modes)
        return self._known[key]

    def _reckon(
        self, total: dict[str, tuple[str, str]], language: str, modes: tuple[str, ...]
    ) -> tuple[dict[str, str], list[str]]:
        events = (self._former(total), self.event)
        with translation.override(language):
            before, after = (
                ical.where(event, language=language, mode=mode) for event, mode in zip(events, modes, strict=True)
            )
        changed = []
        if not {"dtstart", "dtend", "all_day"}.isdisjoint(total):
            changed.append("time")
        elif "tzid" in total:
            changed.append("zone")
        if before != after:  # a text added in another language moves nobody
            changed.append("place")
        return {**_told(self.event, total), "where": before}, changed

    def _former(self, total: dict[str, tuple[str, str]]) -> Event:
        """The event as it was where people were to meet; a place that is gone leaves its words alone."""
        former = copy(self.event)
        for field in set(total) & set(VENUE):
            old = total[field][0]
            if field == "place":
                former.place = Place.objects.select_related("city").filter(pk=old).first() if old else None
            else:
                setattr(former, field, old)
        return former
