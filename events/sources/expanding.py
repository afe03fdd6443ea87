"""The dates of other people's series, within limits (events spec 10.7). Runs in a process that can be stopped."""

import signal
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from events.sources.lines import CONTROLS, File
from events.sources.reading import Faulty, Item, Moment, Reader, Settings, Vevent, duration_of, key_of, shifted
from events.sources.zones import Zones

SERIES_SECONDS = 1.0  # of one series: a rule that never fits takes no time from the others …
ALL_SECONDS = 5.0  # … nor do many of them together
FINE = {"SECONDLY", "MINUTELY", "HOURLY"}
INDEX = "X-PORTAL-INDEX"  # which VEVENT an instance comes from


class TooSlow(Exception):
    pass


def items_of(file: File, settings: Settings) -> tuple[list[Item], dict[str, int]]:
    """All happenings of ``file`` that are not over and begin within the months of ``settings``, and counts.

    Faulty ones are among them, with what is wrong.
    """
    reader = Reader(Zones(file.zones), file.tzid, settings)
    read = [reader.read(component) for component in file.events]
    counts = {"events": len(read), "private": sum(vevent.is_private for vevent in read)}
    best = _latest(read)
    counts["older"] = len(read) - len(best)
    by_uid: dict[str, list[Vevent]] = defaultdict(list)
    for vevent in best:
        by_uid[vevent.item.uid].append(vevent)
    found: list[Item] = []
    for group in by_uid.values():
        found += _of_one_uid(group, reader, settings, counts)
        if len(found) > settings.all_instances:
            counts["cut"] = 1
            break
    return found[: settings.all_instances], counts


def _latest(read: Iterable[Vevent]) -> list[Vevent]:
    """One revision of each: the highest SEQUENCE, then the latest DTSTAMP, then the last in the file (10.8)."""
    best: dict[tuple[str, str], Vevent] = {}
    for vevent in read:
        other = best.get(vevent.key)
        if other is None or (vevent.sequence, vevent.stamp) >= (other.sequence, other.stamp):
            best[vevent.key] = vevent
    return list(best.values())


def _of_one_uid(group: list[Vevent], reader: Reader, settings: Settings, counts: dict[str, int]) -> Iterator[Item]:
    master = next((vevent for vevent in group if not vevent.item.recurrence_id), None)
    changed = [vevent for vevent in group if vevent.item.recurrence_id]
    series = master is not None and master.recurs
    if not series or master.item.start is None:
        # A date of a series that is not in the file, or cannot be read, stands for itself.
        yield from (v.item for v in group if not v.is_private and (v.item.is_faulty or _within(v.item, settings)))
        return
    for vevent in changed:  # what is faulty or private hides the date it stands for
        if vevent.item.is_faulty and not vevent.is_private and not vevent.item.floating:
            yield vevent.item
    hidden = {v.item.recurrence_id for v in changed if v.is_private or v.item.start is None}
    if master.is_private:
        good = [v for v in changed if not v.is_private and v.item.start is not None]
        yield from (v.item for v in good if _within(v.item, settings))
        return
    usable = [master, *(v for v in changed if v.item.recurrence_id not in hidden)]
    try:
        with time_limit(min(SERIES_SECONDS, ALL_SECONDS - counts.get("slow_ms", 0) / 1000)):
            dates = _expand(usable, reader, settings)
    except Faulty as fault:
        yield _with_fault(master, fault.code, **fault.params)
        return
    except TooSlow:
        counts["slow_ms"] = counts.get("slow_ms", 0) + round(SERIES_SECONDS * 1000)
        yield _with_fault(master, "too_slow")
        return
    except Exception as error:  # the library meets a stranger's rule: whatever it says, the item is at fault
        yield _with_fault(master, "bad_rule", words=type(error).__name__)
        return
    if len(dates) > settings.instances:
        counts["long_series"] = counts.get("long_series", 0) + 1
    seen = set(hidden)
    for number, item in enumerate(dates[: settings.instances]):
        if item.recurrence_id not in seen:
            seen.add(item.recurrence_id)
            yield item if not number else replace(item, raw="")


def _with_fault(vevent: Vevent, code: str, **params) -> Item:
    problems = [*vevent.item.problems, {"code": code, "line": vevent.source.number, **params}]
    return replace(vevent.item, problems=problems)


def _within(item: Item, settings: Settings) -> bool:
    return _instant(item.end) > settings.now and _instant(item.start) < settings.until


def _instant(moment: Moment) -> datetime:
    """For comparing with now: floating times and dates as if in UTC, the former of both a day early."""
    if not isinstance(moment, datetime):
        return datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


# --- With the library ------------------------------------------------------------------------------------------------


def _expand(group: list[Vevent], reader: Reader, settings: Settings) -> list[Item]:
    """At most one date more than the limit, in order."""
    import icalendar
    import recurring_ical_events

    calendar = icalendar.Calendar()
    for index, vevent in enumerate(group):
        calendar.add_component(_component(vevent, index, reader, settings, icalendar))
    first = settings.now - timedelta(days=1)
    last = settings.until
    master = group[0]
    if not isinstance(master.item.start, datetime):
        first, last = first.date(), last.date()
    elif master.item.floating:
        first, last = first.replace(tzinfo=None), last.replace(tzinfo=None)
    occurrences = recurring_ical_events.of(calendar, components=["VEVENT"]).between(first, last)
    found = sorted((_item(occurrence, group) for occurrence in occurrences), key=lambda item: _instant(item.start))
    return [item for item in found if _within(item, settings)][: settings.instances + 1]


def _component(vevent: Vevent, index: int, reader: Reader, settings: Settings, icalendar):
    source, item = vevent.source, vevent.item
    made = icalendar.Event()
    made.add("UID", item.uid)
    made.add("DTSTART", item.start)
    made.add("DTEND", item.end)
    made.add("SEQUENCE", vevent.sequence)
    made.add(INDEX, str(index))
    line = source.first("RECURRENCE-ID")
    if line is not None:
        ahead = line.params.get("RANGE", "").upper() == "THISANDFUTURE"
        made.add("RECURRENCE-ID", vevent.recurrence, parameters={"RANGE": "THISANDFUTURE"} if ahead else None)
        return made
    for line in source.all("RRULE"):
        made.add("RRULE", _rule(line.value, vevent, reader, settings, icalendar))
    for name in ("RDATE", "EXDATE"):
        for line in source.all(name):
            values = [value.strip() for value in line.value.split(",") if value.strip()]
            dates = [_listed(value, line.params.get("TZID", ""), reader, item) for value in values]
            if dates:
                made.add(name, dates)
    return made


def _listed(value: str, tzid: str, reader: Reader, item: Item):
    """One value of RDATE or EXDATE: a moment, or a period as start and end."""
    start, _slash, end = value.partition("/")
    moment = reader.moment_of(start, tzid)[0]
    if isinstance(item.start, datetime) and not isinstance(moment, datetime):
        return datetime.combine(moment, item.start.timetz())  # some write days where times are meant
    if not end:
        return moment
    if end.upper().startswith(("P", "+P")):
        return moment, moment + duration_of(end)
    return moment, reader.moment_of(end, tzid)[0]


def _rule(text: str, vevent: Vevent, reader: Reader, settings: Settings, icalendar):
    """The rule with an end that it cannot pass: one that never fits must not count to the year 9999."""
    parts = {}
    text = CONTROLS.sub("", text)  # what it says may be told to staff
    for part in text.strip().strip(";").upper().split(";"):
        name, equals, value = part.partition("=")
        if not equals or name in parts:
            raise Faulty("bad_rule", words=part[:60])
        parts[name] = value
    fine = parts.get("FREQ") in FINE or any("," in parts.get(name, "") for name in ("BYHOUR", "BYMINUTE", "BYSECOND"))
    if fine:
        raise Faulty("too_fine", rule=text[:80])
    if not parts.get("INTERVAL", "1").strip("0"):
        raise Faulty("bad_rule", words="INTERVAL=0")
    until = parts.pop("UNTIL", "")
    if until and "COUNT" in parts:
        raise Faulty("bad_rule", words="COUNT, UNTIL")
    rule = icalendar.vRecur.from_ical(";".join(f"{name}={value}" for name, value in parts.items()))
    start = vevent.item.start
    latest = settings.until + timedelta(days=2)
    is_date = not isinstance(start, datetime)
    horizon = latest.date() if is_date else latest if start.tzinfo else latest.replace(tzinfo=None)
    if until:
        horizon = min(_until(until, start, reader), horizon)
    elif "COUNT" in parts:
        return rule  # bounded by ``time_limit``
    rule["UNTIL"] = [horizon]
    return rule


def _until(text: str, start: Moment, reader: Reader) -> Moment:
    """UNTIL in the kind of ``start``, as §3.3.10 wants it; what others write instead is understood as they mean it."""
    moment = reader.moment_of(text)[0] if text.endswith("Z") or "T" not in text else None
    if moment is None:
        wall = reader.moment_of(f"{text}Z")[0].replace(tzinfo=None)
        moment = wall.replace(tzinfo=start.tzinfo) if isinstance(start, datetime) else wall
    if not isinstance(start, datetime):
        return moment.date() if isinstance(moment, datetime) else moment
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, datetime.max.time().replace(microsecond=0), start.tzinfo)
    if start.tzinfo is None:
        return moment.replace(tzinfo=None)
    return moment.astimezone(UTC)


def _item(occurrence, group: list[Vevent]) -> Item:
    vevent = group[int(str(occurrence[INDEX]))]
    own = vevent.item
    start, end = occurrence["DTSTART"].dt, occurrence["DTEND"].dt
    known = start if vevent.recurrence is None else start - (own.start - vevent.recurrence)
    if end - start == own.end - own.start:  # else it is a period of RDATE, which has an end of its own
        end = _end(start, vevent)
    return replace(own, start=start, end=end, recurrence_id=key_of(known), problems=list(own.problems))


def _end(start: Moment, vevent: Vevent) -> Moment:
    """The end of a date: as long after the start as DTEND of the first is, in elapsed time; DURATION has days of the
    calendar (RFC 5545 §3.8.5.3). The library adds both on the wall.
    """
    own = vevent.item
    if not isinstance(start, datetime) or start.tzinfo is None:
        return start + (own.end - own.start)
    if vevent.source.first("DTEND") is None and vevent.source.first("DURATION") is not None:
        return shifted(start, duration_of(vevent.source.value("DURATION")))
    return (start.astimezone(UTC) + (own.end.astimezone(UTC) - own.start.astimezone(UTC))).astimezone(start.tzinfo)


@contextmanager
def time_limit(seconds: float):
    """Raise ``TooSlow`` inside after ``seconds``. Only for the main thread of the child process."""
    if seconds <= 0:
        raise TooSlow

    def stop(_signal, _frame):
        raise TooSlow

    former = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)
