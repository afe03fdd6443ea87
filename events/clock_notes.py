"""What a clock change does to a series, in words: its hour stays in one city and moves in the other (12.14, 12.15)."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _

from events.models import Event
from iurc_portal.clock import ROME, TOKYO, ZONES, PartnerSide
from iurc_portal.translation.times import clock, date_words, zone_place


def drift_between(first: datetime, later: datetime, *, anchor: str, tzid: str) -> timedelta:
    """By how much clocks in ``tzid`` show another hour at ``later`` than at ``first`` (aware) for one at ``anchor``.

    Counted from the two zones alone: what people moved at its anchor has not drifted.
    """

    def apart(instant: datetime) -> timedelta:
        there, here = (instant.astimezone(ZoneInfo(zone)).utcoffset() or timedelta() for zone in (tzid, anchor))
        return there - here

    return apart(later) - apart(first)


def notes_for(event: Event, language: str | None = None) -> list[str]:
    """A sentence for each partner city in which this date of a series has another hour than the first one (12.14).

    One query for a date of a series, none for any other event.
    """
    first = first_start(event.series_id) if event.series_id is not None else None
    return notes_against(first, event, language)


def first_start(series_id: int) -> datetime | None:
    """The start of the first date of a series, as its rule has it."""
    starts = Event.objects.filter(series=series_id).exclude(recurrence_id=None).order_by("recurrence_id")
    return starts.values_list("recurrence_id", flat=True).first()


def notes_against(first: datetime | None, event: Event, language: str | None = None) -> list[str]:
    """The same for a page of many dates, which reads ``first_start`` once. Whole days have no hour that could move."""
    if first is None or event.all_day:
        return []
    with translation.override(language or translation.get_language()):
        notes = []
        for side, zone in ZONES.items():
            drift = drift_between(first, event.dtstart, anchor=event.tzid, tzid=zone.key)
            if drift:
                start = event.dtstart.astimezone(zone)
                facts = {
                    "city": PartnerSide(side).label,
                    "time": clock(start),
                    "usual": clock(start - drift),
                }
                notes.append(
                    _("In %(city)s this date begins at %(time)s, not at %(usual)s as the first: clocks have changed.")
                    % facts
                )
        return notes


def words_before_change(*, former: datetime, start: datetime, tzid: str, language: str) -> str:
    """For one person: from which date on the hour differs on their clocks, and what it was."""
    zone = ZoneInfo(tzid)
    facts = {
        "day": date_words(start.astimezone(zone), "full", language),
        "time": clock(start.astimezone(zone)),
        "former": clock(former.astimezone(zone)),
        "place": _place(tzid, language),
    }
    return _("On %(day)s it begins at %(time)s (%(place)s), until then at %(former)s.") % facts


def _place(tzid: str, language: str) -> str:
    cities = {ROME.key: PartnerSide.TORINO, TOKYO.key: PartnerSide.NAGOYA}
    return str(cities[tzid].label) if tzid in cities else zone_place(tzid, language)
