"""What events add to the staff's month: every event with its hours in both cities, and what collides with it."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from itertools import combinations

from django.db.models import CharField, Exists, OuterRef, Q
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _

from events import owners
from events.models import Event
from events.month import DATE_LINE
from events.services.moving import movable_by
from events.when import all_day_words
from iurc_portal.audit.models import Transition
from iurc_portal.clock import both_cities
from iurc_portal.staff.calendar import Asked, Mark, Source, register
from iurc_portal.translation.languages import best_text
from iurc_portal.translation.times import time_range

KIND = "events"


def register_sources() -> None:
    register(Source({KIND: gettext_lazy("other events")}, marks, "events.view_event"))


def marks(asked: Asked) -> Iterable[Mark]:
    """All events of the days, each of the kind of its owner. Two queries; those who may move one are asked once."""
    begins, ends = (datetime.combine(day, time(), asked.zone) for day in (asked.first, asked.last + timedelta(days=1)))
    wrote = Transition.objects.filter(
        model=Event._meta.label_lower, from_state="", actor=asked.user, object_id=Cast(OuterRef("pk"), CharField())
    )
    own = Q(Exists(wrote)) | Q(contact_email=asked.user.email)
    for owner in owners.every():
        if owner.mine is not None:
            own |= owner.mine(asked.user)
    near = Event.objects.filter(dtstart__lt=ends + DATE_LINE, dtend__gt=begins - DATE_LINE)
    rows = list(near.select_related("organizer", "place", *owners.relations()).order_by("dtstart", "pk"))
    mine = set(near.filter(own).values_list("pk", flat=True))
    may_move = set(
        movable_by(asked.user, now=asked.now).filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True)
    )
    wrong = {event.pk: words_of(event, others) for event, others in collisions(rows)}
    for owner in owners.every():
        if owner.doubles is not None:
            for pk, words in owner.doubles(begins, ends).items():
                wrong[pk] = list(dict.fromkeys([*wrong.get(pk, []), *words]))
    for event in rows:
        yield _mark(event, asked, is_mine=event.pk in mine, may_move=event.pk in may_move, wrong=wrong[event.pk])


def collisions(events: list[Event]) -> list[tuple[Event, list[Event]]]:
    """Each event with those at the same place at the same time, and with those for the same readers at the same time.

    Items of an agenda have rules of their own, which their owner tells.
    """
    found: dict[int, list[Event]] = {event.pk: [] for event in events}
    for one, other in combinations(events, 2):
        if _collide(one, other):
            found[one.pk].append(other)
            found[other.pk].append(one)
    return [(event, found[event.pk]) for event in events]


def conflicts_of(event: Event) -> dict[str, str]:
    """The conflicts of one event as it stands in the database, in words by keys that last: also its owner's."""
    owned = owners.owner_of(Event.objects.select_related(*owners.relations()).get(pk=event.pk))
    if owned is not None and owned[0].conflicts is not None:
        return owned[0].conflicts(owned[1])
    near = Event.objects.filter(dtstart__lt=event.dtend, dtend__gt=event.dtstart).exclude(pk=event.pk)
    others = [other for other in near.select_related("place") if _collide(event, other)]
    return {f"at-once:{other.pk}": words for other, words in zip(others, words_of(event, others), strict=True)}


def _collide(one: Event, other: Event) -> bool:
    if one.is_cancelled or other.is_cancelled or one.all_day or other.all_day:
        return False
    if one.dtend <= other.dtstart or other.dtend <= one.dtstart:
        return False
    in_one_place = one.place_id is not None and one.place_id == other.place_id
    return in_one_place or Event.Access.PARTICIPANTS not in (one.access, other.access)


def words_of(event: Event, others: Iterable[Event]) -> list[str]:
    """The collisions of ``event`` in the active language."""
    words = []
    for other in others:
        name = best_text(other, "name")[0]
        if event.place_id is not None and event.place_id == other.place_id:
            facts = {"other": name, "place": best_text(other.place, "name")[0]}
            words.append(_("At the same time and place (%(place)s): “%(other)s”.") % facts)
        else:
            words.append(_("At the same time: “%(other)s”.") % {"other": name})
    return words


def hours_of(event: Event) -> list[str]:
    """``09:00–10:30 Torino``, a line a city; whole days have none."""
    if event.all_day:
        return [all_day_words()]
    marks = {1: pgettext("other city's date", "+1 day"), -1: pgettext("other city's date", "−1 day")}
    return [
        " ".join(filter(None, [time_range(city), city.label, marks.get(city.day_shift, "")]))
        for city in both_cities(event.dtstart, event.dtend, language=(get_language() or "it")[:2])
    ]


def _mark(event: Event, asked: Asked, *, is_mine: bool, may_move: bool, wrong: list[str]) -> Mark:
    title, language = best_text(event, "name")
    first, last = event.when.days_on(asked.zone)
    owner = owners.owner_of(event)
    is_draft = event.status == Event.Status.TENTATIVE
    return Mark(
        key=f"event-{event.pk}",
        kind=(owner[0].kind if owner else "") or KIND,
        title=title,
        language=language,
        first=first,
        last=last,
        url=owners.staff_page(event),
        side=event.organizer.side or "",
        is_mine=is_mine,
        is_off=event.is_cancelled,
        sign=event.get_status_display() if event.is_cancelled or is_draft else "",
        times=hours_of(event),
        conflicts=wrong,
        move=reverse("admin:events_calendar_move", args=[event.pk]) if may_move else "",
        order=(2, event.dtstart.timestamp()),
    )
