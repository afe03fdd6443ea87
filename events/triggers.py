"""When a reminder is due: RFC 5545 §3.3.6 durations before the start (events spec 4.2–4.4, 4.9, 4.12).

Days and weeks are nominal, hours and minutes exact: ``-P7D`` is the same hour on the wall a week before, ``-PT24H``
is 86 400 seconds before. Pure functions of rule and event: nothing is scheduled ahead.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from iurc_portal.clock import shift_out_of_gap

DURATION = re.compile(r"-P(?:(?P<weeks>\d+)W|(?:(?P<days>\d+)D)?(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?)?)")
NIGHT_BEGINS, MORNING = 22, 9  # quiet hours in the recipient's zone, and when the letter leaves instead
NIGHT_ENDS = 7
LONGEST_SHIFT = timedelta(hours=11)  # from 22:00 to 09:00


@dataclass(frozen=True)
class Trigger:
    """A duration before the start: ``days`` on the calendar, then ``exact`` on the clock."""

    days: int
    exact: timedelta

    @classmethod
    def parse(cls, text: str) -> "Trigger":
        """Read ``-P7D``, ``-P1W`` or ``-PT24H``. Raises ``ValueError`` for what is not a duration before something."""
        match = DURATION.fullmatch(text)
        if match is None or not any(match.groupdict().values()):
            raise ValueError(f"{text!r} is not an RFC 5545 duration before the start, such as -P7D or -PT24H")
        parts = {name: int(value or 0) for name, value in match.groupdict().items()}
        return cls(
            days=parts["days"] + 7 * parts["weeks"],
            exact=timedelta(hours=parts["hours"], minutes=parts["minutes"]),
        )

    @property
    def is_nominal(self) -> bool:
        return self.days > 0

    @property
    def distance(self) -> timedelta:
        """About how long before the start; exact unless clocks change in between."""
        return timedelta(days=self.days) + self.exact

    def due_at(self, start: datetime, tzid: str) -> datetime:
        """The instant before ``start`` (aware) at which the reminder is due (4.2, 4.3)."""
        if not self.is_nominal:
            return start - self.exact
        wall = start.astimezone(ZoneInfo(tzid)).replace(tzinfo=None) - timedelta(days=self.days)
        return shift_out_of_gap(wall, tzid) - self.exact

    def leaves_at(self, due: datetime, start: datetime, tzid: str) -> datetime:
        """``due``, or 09:00 of the recipient's ``tzid`` when a day rule would wake them (4.12)."""
        if not self.is_nominal:
            return due
        local = due.astimezone(ZoneInfo(tzid))
        if NIGHT_ENDS <= local.hour < NIGHT_BEGINS:
            return due
        morning = local.replace(hour=MORNING, minute=0, second=0, microsecond=0, fold=0)
        if local.hour >= NIGHT_BEGINS:
            morning += timedelta(days=1)
        shifted = morning.astimezone(due.tzinfo)
        return shifted if start - shifted >= timedelta(hours=24) else due

    def too_late_at(self, leaves: datetime, start: datetime) -> datetime:
        """The instant from which the reminder may no longer leave: just after its grace, the start at the latest."""
        minutes = settings.IURC_EVENTS["grace"]
        if self.distance >= timedelta(days=2):
            grace = timedelta(minutes=minutes["days"])
        elif self.distance >= timedelta(hours=6):
            grace = timedelta(minutes=minutes["hours"])
        elif self.distance >= timedelta(minutes=30):
            grace = timedelta(minutes=minutes["minutes"])
        else:
            return start
        return min(leaves + grace + timedelta.resolution, start)


def longest_grace() -> timedelta:
    return timedelta(minutes=max(settings.IURC_EVENTS["grace"].values()))
