"""An agenda as a reader sees it: by days of the host city, each time in both cities, what is on now and next (P5)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from iurc_portal.clock import CityTime, WallClockError, after, both_cities, resolve_wall_clock
from programme.models import AgendaItem, StudyVisit, VisitDay
from programme.versions.difference import Change, Kind


@dataclass(frozen=True)
class Slot:
    """An item with its time on the host city's clocks, then on the guest city's.

    ``change`` is what the last release did to it. ``late`` are the minutes by which the day runs late at it, and
    ``expected`` its time then, on both clocks.
    """

    item: AgendaItem
    host: CityTime
    guest: CityTime
    change: Change | None = None
    late: int = 0
    expected: tuple[CityTime, CityTime] | None = None

    @property
    def event(self):
        return self.item.event

    @property
    def is_cancelled(self) -> bool:
        return self.event.is_cancelled

    @property
    def is_changed(self) -> bool:
        return self.change is not None and self.change.is_material

    @property
    def start(self) -> datetime:
        """When it begins as things stand: as planned, or later."""
        return self.expected[0].start if self.expected else self.host.start

    @property
    def end(self) -> datetime:
        return (self.expected[0] if self.expected else self.host).end or self.start

    @property
    def former(self) -> CityTime | None:
        """Of an item that has moved: its former time on the host city's clocks."""
        change = self.change
        if change is None or change.before is None or change.kind != Kind.MOVED or "time" not in change.has_moved_in:
            return None
        zone = self.host.start.tzinfo
        start, end = (datetime.fromisoformat(change.before[name]).astimezone(zone) for name in ("start", "end"))
        return CityTime(self.host.side, start, end, (start.date() - self.host.start.date()).days)


@dataclass
class Day:
    """A day by the host city's calendar."""

    date: date
    visit_day: VisitDay | None = None
    slots: list[Slot] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        return f"day-{self.date:%Y-%m-%d}"


def slot_of(visit: StudyVisit, item: AgendaItem, *, change: Change | None = None, late: int = 0) -> Slot:
    """``item`` in both cities, the host's first whoever reads: the visit happens there."""
    event, moved = item.event, timedelta(minutes=late)
    language = (get_language() or "en")[:2]
    host, guest = both_cities(event.dtstart, event.dtend, language=language, tzid=visit.host_city.tzid)
    expected = None
    if late:
        there, here = both_cities(
            event.dtstart + moved, event.dtend + moved, language=language, tzid=visit.host_city.tzid
        )
        expected = (there, here)
    return Slot(item, host, guest, change, late, expected)


def days_of(
    visit: StudyVisit,
    items: Iterable[AgendaItem],
    *,
    changes: Mapping[int, Change] | None = None,
    late: Mapping[int, int] | None = None,
) -> list[Day]:
    """The days that have items, in order. ``items`` come with ``day``, ``event`` and in the order of their start.

    ``changes`` and ``late`` (minutes) are by the number of the item.
    """
    days: dict[date, Day] = {}
    for item in items:
        slot = slot_of(visit, item, change=(changes or {}).get(item.pk), late=(late or {}).get(item.pk, 0))
        day = days.setdefault(slot.host.start.date(), Day(slot.host.start.date()))
        if item.day.theme:
            day.visit_day = item.day
        day.slots.append(slot)
    return [days[key] for key in sorted(days)]


def wall_pair(
    day: date,
    starts: time,
    ends: time | timedelta,
    tzid: str,
    *,
    ends_next_day: bool = False,
    start_fold: int | None = None,
    end_fold: int | None = None,
) -> tuple[datetime, datetime]:
    """The aware start and end that clocks in ``tzid`` show on ``day``, the end on the day after if so said.

    ``ends`` may be a length of elapsed time instead (events spec 12.4): then the day of the end follows from it.
    Raises ``ValidationError`` with a message for ``starts`` or ``ends``: ``gap`` and ``fold`` as in
    ``iurc_portal.clock``, ``ends_before`` for an end that is not after its start.
    """
    errors: dict[str, ValidationError] = {}
    found: dict[str, datetime] = {}
    walls = {"starts": (datetime.combine(day, starts), start_fold)}
    if isinstance(ends, time):
        last = day + timedelta(days=1) if ends_next_day else day
        walls["ends"] = (datetime.combine(last, ends), end_fold)
    for field_name, (wall, fold) in walls.items():
        try:
            found[field_name] = resolve_wall_clock(wall, tzid, fold=fold)
        except WallClockError as error:
            errors[field_name] = error
    if isinstance(ends, timedelta) and "starts" in found:
        found["ends"] = after(found["starts"], ends, tzid)
    if len(found) == 2 and found["ends"].timestamp() <= found["starts"].timestamp():
        errors["ends"] = ValidationError(
            _("It ends at %(end)s, before or when it starts (%(start)s). Change one, or tick “ends the day after”."),
            code="ends_before",
            params={"start": f"{starts:%H:%M}", "end": f"{found['ends']:%H:%M}"},
        )
    if errors:
        raise ValidationError(errors)
    return found["starts"], found["ends"]


def now_and_next(days: Iterable[Day], *, now: datetime) -> tuple[Slot | None, Slot | None]:
    """What is on at ``now`` and what comes after it, as late as the day runs; cancelled items are neither."""
    slots = [slot for day in days for slot in day.slots if not slot.is_cancelled]
    current = next((slot for slot in slots if slot.start <= now < slot.end), None)
    coming = next((slot for slot in slots if slot.start > now), None)
    return current, coming
