"""What to know of a day before an event is put on it: holidays, weekends, clock changes in either city (12.17, 17).

Words for staff, in the active language. They warn; nothing here forbids anything.
"""

from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext as _

from ecosystem.closures import SATURDAY, Closures
from iurc_portal.clock import ZONES, PartnerSide, clock_changes, hours_between, shift_out_of_gap
from iurc_portal.translation.times import date_words

NEAR = timedelta(days=7)  # a clock change this near is worth a word
LONGEST = 31  # days of a range that are looked at


def notes_on(day: date, hour: time | None, tzid: str, *, closures: Closures | None = None) -> list[str]:
    """What wants to be known of ``day`` for an event that begins at ``hour`` on the clocks of ``tzid``.

    Without an hour each city is looked at on that date; with one, each on its own date. At most two queries.
    """
    closures = closures or Closures()
    begins = shift_out_of_gap(datetime.combine(day, hour or time(12)), tzid)
    notes = []
    for side, zone in ZONES.items():
        own_day = begins.astimezone(zone).date() if hour is not None else day
        notes += _of_day(PartnerSide(side), own_day, closures)
    return notes + _of_clocks(begins)


def notes_between(first: date, last: date, *, closures: Closures | None = None) -> list[str]:
    """The closed days of both cities from ``first`` to ``last``, weekends left out; ``LONGEST`` days at most."""
    closures = closures or Closures()
    found = {}
    for number in range(min((last - first).days, LONGEST - 1) + 1):
        for side in PartnerSide:
            for closure in closures.on(side, first + timedelta(days=number)):
                found.setdefault(closure, _words(closure))
    return list(found.values())


def _of_day(side: PartnerSide, day: date, closures: Closures) -> list[str]:
    notes = [_words(closure) for closure in closures.on(side, day)]
    if not notes and day.weekday() >= SATURDAY:
        place = {"city": side.label, "day": date_words(day, "weekday_day")}
        notes.append(_("%(city)s: %(day)s is a weekend.") % place)
    return notes


def _words(closure) -> str:
    facts = {"city": closure.side.label, "name": closure.name, "first": date_words(closure.first_day, "weekday_day")}
    if closure.first_day == closure.last_day:
        return _("%(city)s: %(first)s is “%(name)s”.") % facts
    facts["last"] = date_words(closure.last_day, "weekday_day")
    return _("%(city)s: “%(name)s” from %(first)s to %(last)s.") % facts


def _of_clocks(begins: datetime) -> list[str]:
    """Clock changes a week around: calendars of the two cities then drift apart by an hour."""
    notes = []
    for side, zone in ZONES.items():
        for change in clock_changes(zone.key, begins - NEAR, begins + NEAR):
            facts = {
                "city": PartnerSide(side).label,
                "day": date_words(change.astimezone(zone), "weekday_day"),
                "before": hours_between(change - timedelta(hours=1)),
                "after": hours_between(change + timedelta(hours=1)),
            }
            notes.append(
                _(
                    "On %(day)s the clocks in %(city)s change: from then on the two cities are %(after)s hours apart, "
                    "before it %(before)s."
                )
                % facts
            )
    return notes
