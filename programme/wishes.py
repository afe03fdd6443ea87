"""What wants to be known of the days a visitor wishes for (programme spec P3). It warns and forbids nothing."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ecosystem.closures import SATURDAY, Closures
from events.day_notes import notes_between
from programme.models import StudyVisit

DAY = timedelta(days=1)


def remarks_on_days(
    first: date, last: date, *, today: date, is_large: bool, closures: Closures | None = None
) -> list[str]:
    """Warnings about a visit from ``first`` to ``last`` (inclusive), in the active language.

    ``today`` is the date in the host city; ``is_large`` where interpreters or more than ten people are needed. Closed
    days are looked for in both cities; weekends are told once.
    """
    rules, found = settings.IURC_VISITS, []
    days = (last - first).days + 1
    wanted = rules["early_days_large" if is_large else "early_days"]
    if (first - today).days < 0:
        found.append(_("The first day is over already."))
    elif (first - today).days < wanted:
        facts = {"days": wanted, "left": (first - today).days}
        found.append(
            _("Interpreters, or more than ten people, want %(days)s days of notice; these are %(left)s.") % facts
            if is_large
            else _("A visit wants %(days)s days of notice; these are %(left)s.") % facts
        )
    if days > rules["longest"]:
        found.append(
            ngettext(
                "The visit lasts %(n)s day; up to five are usual.",
                "The visit lasts %(n)s days; up to five are usual.",
                days,
            )
            % {"n": days}
        )
    if any((first + number * DAY).weekday() >= SATURDAY for number in range(min(days, 7))):
        found.append(_("A weekend is among these days: offices are closed in both cities."))
    return found + notes_between(first, last, closures=closures)


def remarks_on_size(size: int | None, limit: int | None) -> list[str]:
    """A warning where more people are to come than the host can receive."""
    if not size or not limit or size <= limit:
        return []
    return [_("%(n)s people are more than the %(limit)s that can be received.") % {"n": size, "limit": limit}]


def is_large(visit: StudyVisit) -> bool:
    """Whether the visit needs the longer notice: interpreters, or more than ten people."""
    many = (visit.expected_size or 0) > settings.IURC_VISITS["large"]
    return many or bool(visit.interpretation_wanted.strip())


def today_in(visit: StudyVisit, now: datetime) -> date:
    """The date in the host city at ``now`` (aware)."""
    return now.astimezone(ZoneInfo(visit.host_city.tzid)).date()


def wishes_with_remarks(visit: StudyVisit, *, now: datetime) -> list[tuple]:
    """Each wish of ``visit`` with its warnings, best wish first. Two queries."""
    closures, today, large = Closures(), today_in(visit, now), is_large(visit)
    return [
        (
            wish,
            remarks_on_days(wish.first_day, wish.last_day, today=today, is_large=large, closures=closures),
        )
        for wish in visit.wishes.all()
    ]
