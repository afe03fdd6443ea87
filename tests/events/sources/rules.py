"""Recurrences reckoned without the libraries that the portal uses: day by day, from the words of RFC 5545 §3.3.10.

No code is shared with python-dateutil, on which recurring-ical-events rests. ``libical`` asks a third implementation,
written in C by others, where it is installed.
"""

import calendar
import ctypes
import ctypes.util
import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
DAY = timedelta(days=1)
HORIZON = date(2027, 12, 31)
CHANGES = {  # days on which clocks change, in zones of both hemispheres and in none
    "Europe/Rome": [date(2026, 3, 29), date(2026, 10, 25), date(2027, 3, 28)],
    "America/New_York": [date(2026, 3, 8), date(2026, 11, 1)],
    "Australia/Sydney": [date(2026, 4, 5), date(2026, 10, 4)],
    "Asia/Tokyo": [date(2026, 3, 29)],
}


@dataclass
class Case:
    """A series as a partner writes it: everything on the wall of ``tzid``."""

    number: int
    tzid: str
    start: datetime
    rule: dict[str, str]
    exdates: list[datetime] = field(default_factory=list)
    rdates: list[datetime] = field(default_factory=list)
    moved: dict[datetime, datetime] = field(default_factory=dict)

    @property
    def rrule(self) -> str:
        return ";".join(f"{name}={value}" for name, value in self.rule.items())

    def __str__(self) -> str:
        return f"#{self.number} {self.start} {self.tzid} {self.rrule}"


def walls(case: Case) -> list[datetime]:
    """The starts of the whole recurrence set on the wall, in order."""
    dates = {datetime.combine(day, case.start.time()) for day in days_of(case.rule, case.start.date())}
    dates = (dates | set(case.rdates)) - set(case.exdates)
    return sorted({case.moved.get(wall, wall) for wall in dates})


def days_of(rule: dict[str, str], first: date) -> list[date]:
    """The days of a rule of days, weeks, months or years that begins on ``first``, until ``HORIZON``."""
    frequency, interval = rule["FREQ"], int(rule.get("INTERVAL", 1))
    week_starts = DAYS.index(rule.get("WKST", "MO"))
    until = rule.get("UNTIL")
    last = min(HORIZON, date(int(until[:4]), int(until[4:6]), int(until[6:8]))) if until else HORIZON

    def period(day: date) -> int:
        if frequency == "DAILY":
            return day.toordinal()
        if frequency == "WEEKLY":
            return (day.toordinal() - 1 - week_starts) // 7  # 1 January of the year 1 was a Monday
        return day.year * 12 + day.month if frequency == "MONTHLY" else day.year

    begin = first - timedelta(days=366 if frequency == "YEARLY" else 31)  # BYSETPOS counts within the whole period
    sets: dict[int, list[date]] = defaultdict(list)
    day = begin
    while day <= last + timedelta(days=366):
        if (period(day) - period(first)) % interval == 0 and period(day) >= period(first) and fits(day, rule, first):
            sets[period(day)].append(day)
        day += DAY
    found: list[date] = []
    for number in sorted(sets):
        candidates = sets[number]
        if "BYSETPOS" in rule:
            positions = [int(text) for text in rule["BYSETPOS"].split(",")]
            chosen = {candidates[p - 1 if p > 0 else p] for p in positions if abs(p) <= len(candidates)}
            candidates = sorted(chosen)
        found += [day for day in candidates if first <= day <= last]
    return found[: int(rule["COUNT"])] if "COUNT" in rule else found


def fits(day: date, rule: dict[str, str], first: date) -> bool:
    """Whether every BY part lets ``day`` pass; what no part says, DTSTART says (§3.3.10)."""
    frequency = rule["FREQ"]
    months = [int(text) for text in rule.get("BYMONTH", "").split(",") if text]
    if months and day.month not in months:
        return False
    length = calendar.monthrange(day.year, day.month)[1]
    if "BYMONTHDAY" in rule:
        numbers = [int(text) for text in rule["BYMONTHDAY"].split(",")]
        if day.day not in numbers and day.day - length - 1 not in numbers:
            return False
    if "BYYEARDAY" in rule:
        number = (day - date(day.year, 1, 1)).days + 1
        if number not in [int(text) for text in rule["BYYEARDAY"].split(",")]:
            return False
    if "BYDAY" in rule:
        of_month = frequency == "MONTHLY" or (frequency == "YEARLY" and bool(months))
        if not any(_is_day(day, text, of_month, length) for text in rule["BYDAY"].split(",")):
            return False
    says_day = any(name in rule for name in ("BYDAY", "BYMONTHDAY", "BYYEARDAY"))
    if frequency == "WEEKLY" and not says_day:
        return day.weekday() == first.weekday()
    if frequency in {"MONTHLY", "YEARLY"} and not says_day and day.day != first.day:
        return False
    return not (frequency == "YEARLY" and not says_day and not months and day.month != first.month)


def _is_day(day: date, text: str, of_month: bool, length: int) -> bool:
    ordinal, name = text[:-2], text[-2:]
    if DAYS[day.weekday()] != name:
        return False
    if not ordinal:
        return True
    if of_month:
        before, after = (day.day - 1) // 7, (length - day.day) // 7
    else:
        before = (day - date(day.year, 1, 1)).days // 7
        after = (date(day.year, 12, 31) - day).days // 7
    return int(ordinal) in {before + 1, -(after + 1)}


# --- Made at random --------------------------------------------------------------------------------------------------


def cases(number: int, seed: int = 2005) -> list[Case]:
    """``number`` series around clock changes, always the same."""
    chance = random.Random(seed)
    made: list[Case] = []
    while len(made) < number:
        case = _case(chance, len(made))
        if case is not None:
            made.append(case)
    return made


def _case(chance: random.Random, number: int) -> Case | None:
    tzid = chance.choice(list(CHANGES))
    around = chance.choice(CHANGES[tzid]) - timedelta(days=chance.randrange(0, 20))
    rule = _rule(chance)
    hour, minute = chance.choice([(1, 30), (2, 0), (2, 30), (3, 0), (9, 0), (18, 30), (23, 30), (0, 0)])
    first = next(iter(days_of({n: v for n, v in rule.items() if n not in {"COUNT", "UNTIL"}}, around)), None)
    if first is None:
        return None
    start = datetime.combine(first, time(hour, minute))
    if "UNTIL" in rule:
        rule["UNTIL"] = f"{first + timedelta(days=chance.randrange(10, 300)):%Y%m%d}"
    days = days_of(rule, first)
    if not days or days[0] != first:  # the rule depends on its start, which must be one of its dates (§3.8.5.3)
        return None
    case = Case(number, tzid, start, rule)
    dates = [datetime.combine(day, start.time()) for day in days]
    if len(dates) > 3:
        case.exdates = chance.sample(dates[1:], chance.randrange(0, 3))
        rest = [wall for wall in dates[1:] if wall not in case.exdates]
        if rest and chance.random() < 0.5:
            wall = chance.choice(rest)
            case.moved = {wall: wall + timedelta(hours=chance.choice([-3, 1, 2, 26]))}
        if chance.random() < 0.4:
            case.rdates = [start + timedelta(days=chance.randrange(1, 60), minutes=15)]
    return case


def _rule(chance: random.Random) -> dict[str, str]:
    frequency = chance.choice(["DAILY", "WEEKLY", "WEEKLY", "MONTHLY", "MONTHLY", "YEARLY"])
    rule = {"FREQ": frequency}
    most = {"DAILY": 9, "WEEKLY": 4, "MONTHLY": 3, "YEARLY": 1}[frequency]
    if chance.random() < 0.5 and most > 1:
        rule["INTERVAL"] = str(chance.randrange(1, most + 1))
    if frequency == "DAILY" and chance.random() < 0.4:
        rule["BYDAY"] = ",".join(chance.sample(DAYS, 3))
    if frequency == "WEEKLY":
        if chance.random() < 0.7:
            rule["BYDAY"] = ",".join(chance.sample(DAYS, chance.randrange(1, 4)))
        if chance.random() < 0.4:
            rule["WKST"] = chance.choice(["SU", "MO", "WE"])
    if frequency in {"MONTHLY", "YEARLY"}:
        kind = chance.choice(["plain", "monthday", "byday", "setpos", "last"])
        if frequency == "YEARLY":
            rule["BYMONTH"] = chance.choice(["3", "10", "3,10", "4,11"])
        if kind == "monthday":
            rule["BYMONTHDAY"] = chance.choice(["1", "15", "29", "31", "-1", "-2", "25,28"])
        elif kind == "byday":
            rule["BYDAY"] = chance.choice(["1SU", "-1SU", "2TH", "4MO", "-1FR", "1SA,-1SA", "5SU"])
        elif kind == "setpos":
            rule["BYDAY"] = "MO,TU,WE,TH,FR"
            rule["BYSETPOS"] = chance.choice(["1", "-1", "2", "1,-1"])
        elif kind == "last":
            rule["BYDAY"] = "SU"
            rule["BYMONTHDAY"] = "25,26,27,28,29,30,31"
    limit = chance.random()
    if limit < 0.6:
        rule["COUNT"] = str(chance.randrange(2, 25))
    elif limit < 0.9:
        rule["UNTIL"] = ""  # set once the first date is known
    return rule


# --- A third opinion -------------------------------------------------------------------------------------------------


def libical():
    """The C library, if it is installed; else None."""
    name = ctypes.util.find_library("ical")
    if name is None:
        return None
    library = ctypes.CDLL(name)
    library.icalrecur_expand_recurrence.argtypes = [
        ctypes.c_char_p,
        ctypes.c_long,
        ctypes.c_int,
        ctypes.POINTER(ctypes.c_long),
    ]
    return library


def asked_of_libical(library, case: Case, most: int = 400) -> list[datetime]:
    """The walls of the rule alone, which the library reckons as if in UTC."""
    found = (ctypes.c_long * most)()
    seconds = int((case.start - datetime(1970, 1, 1)).total_seconds())
    rule = case.rrule
    if "UNTIL" in case.rule:
        rule = rule.replace(case.rule["UNTIL"], f"{case.rule['UNTIL']}T235959Z")
    library.icalrecur_expand_recurrence(rule.encode(), seconds, most, found)
    walls = [datetime(1970, 1, 1) + timedelta(seconds=value) for value in found if value]
    return [wall for wall in walls if wall.date() <= HORIZON]
