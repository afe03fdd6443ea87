"""A rule of a series as people say it: «every two weeks on Tuesday and Thursday, 10 dates» (events spec 12.11).

The words are for readers of the page and for staff alike. What is rarer than this is told by its dates alone.
"""

import re
from datetime import date, datetime

from babel import Locale
from babel.lists import format_list
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from events.recurrence import Rule, parts_of
from iurc_portal.translation.times import LOCALES, date_words

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
DAY_OF_RULE = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
PLAIN = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"}


def rule_words(rule: Rule) -> str:
    """How often, on which days and for how long, in the active language; "" for a rule that words would not make
    clearer than its dates.
    """
    often, end = _often(parts_of(rule.rrule), rule.wall_start), _end(rule)
    if not (often and end):
        return often
    return pgettext("rule", "%(often)s, %(end)s") % {"often": often, "end": end}


def _often(parts: dict[str, str], start: datetime) -> str:
    every = _every(parts["FREQ"], int(parts.get("INTERVAL", "1")))
    chosen = set(parts) - PLAIN
    if parts["FREQ"] in {"DAILY", "WEEKLY"} and chosen <= {"BYDAY"}:
        days = _weekdays(parts.get("BYDAY", "" if parts["FREQ"] == "DAILY" else WEEKDAYS[start.weekday()]))
    elif parts["FREQ"] == "MONTHLY" and chosen == {"BYDAY"}:
        days = _weekdays_of_month(parts["BYDAY"])
    elif parts["FREQ"] == "MONTHLY" and chosen == {"BYDAY", "BYSETPOS"} and "," not in parts["BYDAY"]:
        days = _weekdays_of_month(parts["BYSETPOS"] + parts["BYDAY"])
    elif parts["FREQ"] == "MONTHLY" and chosen <= {"BYMONTHDAY"}:
        days = _days_of_month(parts.get("BYMONTHDAY", str(start.day)))
    elif parts["FREQ"] == "YEARLY" and not chosen:
        days = _day_of_year(start.date())
    else:
        return ""
    if days is None:
        return ""
    return pgettext("rule", "%(every)s on %(days)s") % {"every": every, "days": days} if days else every


def _every(frequency: str, n: int) -> str:
    once, several = {
        "DAILY": (_("every day"), _("every %(n)s days")),
        "WEEKLY": (_("every week"), _("every %(n)s weeks")),
        "MONTHLY": (_("every month"), _("every %(n)s months")),
        "YEARLY": (_("every year"), _("every %(n)s years")),
    }[frequency]
    return once if n == 1 else several % {"n": n}


def _weekdays(text: str) -> str | None:
    """Days of the week in their order; None where they are counted, which weeks do not know."""
    found = [DAY_OF_RULE.fullmatch(part) for part in text.split(",") if part]
    if not all(match and match[1] is None for match in found):
        return None
    days = sorted({WEEKDAYS.index(match[2]) for match in found if match})
    return _joined([_locale().days["format"]["wide"][day] for day in days])


def _weekdays_of_month(text: str) -> str | None:
    """«the second Tuesday», «the last Friday»; None for all Tuesdays of a month, or for one counted strangely."""
    words = []
    for part in text.split(","):
        match = DAY_OF_RULE.fullmatch(part)
        nth = _nth(match[2]).get(int(match[1] or 0)) if match else None
        if match is None or nth is None:
            return None
        weekday = _locale().days["format"]["wide"][WEEKDAYS.index(match[2])]
        words.append(pgettext("rule", "%(nth)s %(weekday)s") % {"nth": nth, "weekday": weekday})
    return _joined(words)


def _nth(weekday: str) -> dict[int, str]:
    """Which of its weekday in the month. Sundays are words of their own: in Italian that day alone is feminine."""
    if weekday == "SU":
        return {
            1: pgettext("Sunday of the month", "the first"),
            2: pgettext("Sunday of the month", "the second"),
            3: pgettext("Sunday of the month", "the third"),
            4: pgettext("Sunday of the month", "the fourth"),
            -1: pgettext("Sunday of the month", "the last"),
        }
    return {
        1: pgettext("weekday of the month", "the first"),
        2: pgettext("weekday of the month", "the second"),
        3: pgettext("weekday of the month", "the third"),
        4: pgettext("weekday of the month", "the fourth"),
        -1: pgettext("weekday of the month", "the last"),
    }


def _days_of_month(text: str) -> str | None:
    days = [int(day) for day in text.split(",")]
    if any(day < -1 for day in days):
        return None
    return _joined(
        [_("day %(day)s") % {"day": day} if day > 0 else _("the last day of the month") for day in sorted(days)]
    )


def _day_of_year(day: date) -> str:
    return date_words(day, "day_of_year")


def _end(rule: Rule) -> str:
    if count := parts_of(rule.rrule).get("COUNT"):
        return ngettext("%(n)s date", "%(n)s dates", int(count)) % {"n": count}
    return _("until %(day)s") % {"day": date_words(rule.last_day, "day")} if rule.last_day else ""


def _joined(words: list[str]) -> str:
    return format_list(words, locale=_locale())


def _locale() -> Locale:
    return Locale.parse(LOCALES.get((get_language() or "en")[:2], "en_GB"))
