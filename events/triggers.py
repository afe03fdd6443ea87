"""When a reminder is due: RFC 5545 durations before the start or after the end (events spec 4.1–4.4, 4.9, 4.12).

Days and weeks are nominal, hours and minutes exact (§3.3.6): ``-P7D`` is the same hour on the wall a week before,
``-PT24H`` is 86 400 seconds before. Pure functions of rule and event: nothing is scheduled ahead.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from iurc_portal.clock import shift_out_of_gap

DURATION = re.compile(
    r"(?P<sign>[+-]?)P"
    r"(?:(?P<weeks>\d{1,3})W|(?:(?P<days>\d{1,3})D)?(?:T(?:(?P<hours>\d{1,4})H)?(?:(?P<minutes>\d{1,5})M)?)?)"
)
FARTHEST = timedelta(days=90)  # a rule this far from its event at most, so that a sweep knows how far to look
NIGHT_BEGINS, MORNING = 22, 9  # quiet hours in the recipient's zone, and when the letter leaves instead
NIGHT_ENDS = 7
LONGEST_SHIFT = timedelta(hours=11)  # from 22:00 to 09:00
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Trigger:
    """A duration before (``sign`` −1) or after (+1) an instant: ``days`` on the calendar, then ``exact`` on the clock.

    What is before is reckoned from the start of an event, what is after from its end.
    """

    days: int
    exact: timedelta
    sign: int = -1

    @classmethod
    def parse(cls, text: str) -> "Trigger":
        """Read ``-P7D``, ``-PT24H`` or ``PT2H``. Raises ``ValueError`` for what is not such a duration."""
        match = DURATION.fullmatch(text)
        if match is None or not any(match.group(part) for part in ("weeks", "days", "hours", "minutes")):
            raise ValueError(f"{text!r} is not an RFC 5545 duration, such as -P7D, -PT24H or PT2H")
        parts = {part: int(match.group(part) or 0) for part in ("weeks", "days", "hours", "minutes")}
        return cls(
            days=parts["days"] + 7 * parts["weeks"],
            exact=timedelta(hours=parts["hours"], minutes=parts["minutes"]),
            sign=-1 if match.group("sign") == "-" else 1,
        )

    @property
    def is_nominal(self) -> bool:
        return self.days > 0

    @property
    def is_follow_up(self) -> bool:
        """Whether it comes after the end: a thank-you rather than a reminder."""
        return self.sign > 0

    @property
    def distance(self) -> timedelta:
        """About how far from the event; exact unless clocks change in between."""
        return timedelta(days=self.days) + self.exact

    def fits(self, *, all_day: bool) -> bool:
        """Whether an event can have it: what lasts whole days has no hour of which to remind shortly before."""
        return not all_day or self.is_follow_up or self.distance >= DAY

    def due_at(self, start: datetime, tzid: str, *, end: datetime | None = None) -> datetime:
        """The instant at which the reminder is due, from the event's ``start`` or ``end`` (aware) (4.2, 4.3)."""
        anchor = (end or start) if self.is_follow_up else start
        if not self.is_nominal:
            return anchor + self.sign * self.exact
        wall = anchor.astimezone(ZoneInfo(tzid)).replace(tzinfo=None) + self.sign * timedelta(days=self.days)
        return shift_out_of_gap(wall, tzid) + self.sign * self.exact

    def leaves_at(self, due: datetime, start: datetime, tzid: str, *, all_day: bool = False) -> datetime:
        """``due``, or 09:00 of the recipient's ``tzid`` when a day rule would wake them (4.12).

        Nobody counts on the hour of a letter about whole days, so each of these waits for the morning.
        """
        if not (self.is_nominal or all_day) or not settings.IURC_EVENTS["humane_hours"]:
            return due
        shifted = morning_after(due, tzid)
        if shifted is None:
            return due
        nearest = timedelta.resolution if all_day else DAY
        return shifted if self.is_follow_up or start - shifted >= nearest else due

    def too_late_at(self, leaves: datetime, start: datetime, *, grace: timedelta | None = None) -> datetime:
        """The instant from which the reminder may no longer leave: just after its grace, the start at the latest.

        ``grace`` is the rule's own, if staff gave it one (4.9). A follow-up comes after the start by its nature.
        """
        grace = self.usual_grace if grace is None else grace
        if self.is_follow_up:
            return leaves + (grace or DAY) + timedelta.resolution
        return start if grace is None else min(leaves + grace + timedelta.resolution, start)

    @property
    def usual_grace(self) -> timedelta | None:
        """The grace by distance; None: until the start."""
        minutes = settings.IURC_EVENTS["grace"]
        if self.is_follow_up:
            return timedelta(minutes=minutes["follow_up"])
        if self.distance >= timedelta(days=2):
            return timedelta(minutes=minutes["days"])
        if self.distance >= timedelta(hours=6):
            return timedelta(minutes=minutes["hours"])
        if self.distance >= timedelta(minutes=30):
            return timedelta(minutes=minutes["minutes"])
        return None

    def words(self) -> str:
        """«24 hours before the start», in the active language."""
        seconds = int(self.exact.total_seconds())
        hours, minutes = divmod(seconds // 60, 60)
        parts = [
            ngettext("%(n)s day", "%(n)s days", number) % {"n": number}
            if name == "days"
            else ngettext("%(n)s hour", "%(n)s hours", number) % {"n": number}
            if name == "hours"
            else ngettext("%(n)s minute", "%(n)s minutes", number) % {"n": number}
            for name, number in (("days", self.days), ("hours", hours), ("minutes", minutes))
            if number
        ]
        words = {"distance": " ".join(parts)}
        if not parts:
            return _("at the end") if self.is_follow_up else _("at the start")
        if self.is_follow_up:
            return _("%(distance)s after the end") % words
        return _("%(distance)s before the start") % words


def morning_after(instant: datetime, tzid: str) -> datetime | None:
    """The next 09:00 in ``tzid`` if ``instant`` (aware) falls at night there, in its own zone; else None."""
    local = instant.astimezone(ZoneInfo(tzid))
    if NIGHT_ENDS <= local.hour < NIGHT_BEGINS:
        return None
    morning = local.replace(hour=MORNING, minute=0, second=0, microsecond=0, fold=0)
    if local.hour >= NIGHT_BEGINS:
        morning += DAY
    return morning.astimezone(instant.tzinfo)


def in_the_morning(day: date, tzid: str) -> datetime:
    """The hour of ``day`` from which reminders of whole days are reckoned."""
    return shift_out_of_gap(datetime.combine(day, time(MORNING)), tzid)


def validate_trigger(text: str) -> None:
    """Refuse what is not a duration, or one too far from the event. ``ValidationError``, code ``trigger``."""
    try:
        trigger = Trigger.parse(text)
    except ValueError as error:
        raise ValidationError(
            gettext_lazy(
                "“%(value)s” is not a duration. Write for instance -P7D, -PT24H, -PT15M or, for after, PT2H."
            ),
            code="trigger",
            params={"value": text},
        ) from error
    if trigger.distance > FARTHEST:
        raise ValidationError(
            gettext_lazy("Not more than %(days)s days from the event."), code="trigger", params={"days": FARTHEST.days}
        )


def longest_grace() -> timedelta:
    """The longest any reminder may be late; the grace of a single rule is never longer (``ReminderRule.grace``)."""
    return timedelta(minutes=max(settings.IURC_EVENTS["grace"].values()))
