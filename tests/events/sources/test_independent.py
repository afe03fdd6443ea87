"""Other people's series and an independent reckoning say the same instants, in and out again (issue: 200 rules).

Where a rule falls into the hour that clocks skip, RFC 5545 says two things: §3.3.10 would leave the date out, §3.8.5.3
takes the time "in the same manner as an explicit DATE-TIME", forward by the gap. The portal follows the second, as it
does for its own series (events spec 4.3, 12.12); so does this reckoning.
"""

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import icalendar
import pytest

from events import ical
from events.models import Event, FeedSource, ImportedItem
from events.services.sources import _write
from events.sources import child
from events.sources.reading import Settings
from tests.events.sources import rules
from tests.events.sources.files import vcalendar, vevent

NOW = datetime(2026, 2, 15, tzinfo=UTC)
NUMBER = 240
CASES = rules.cases(NUMBER)
SETTINGS = Settings("7", NOW, months=18, instances=500)


def partner_file(case):
    tz = f";TZID={case.tzid}:"

    def text(wall):
        return f"{tz}{wall:%Y%m%dT%H%M%S}"

    rule = case.rrule
    if "UNTIL" in case.rule:  # in UTC, as §3.3.10 wants it: the end of that day on the wall
        day = datetime.fromisoformat(f"{case.rule['UNTIL']}T235959")
        rule = rule.replace(
            case.rule["UNTIL"], f"{day.replace(tzinfo=ZoneInfo(case.tzid)).astimezone(UTC):%Y%m%dT%H%M%SZ}"
        )
    more = [f"RRULE:{rule}", *(f"EXDATE{text(wall)}" for wall in case.exdates)]
    more += [f"RDATE{text(wall)}" for wall in case.rdates]
    master = vevent("s", start=text(case.start), end="", more=["DURATION:PT1H", *more])
    moved = [
        vevent("s", start=text(to), end="", more=["DURATION:PT1H", f"RECURRENCE-ID{text(wall)}"])
        for wall, to in case.moved.items()
    ]
    return vcalendar(master, *moved)


def expected(case):
    instants = {wall.replace(tzinfo=ZoneInfo(case.tzid)).astimezone(UTC) for wall in rules.walls(case)}
    return sorted(i for i in instants if i + timedelta(hours=1) > NOW and i < SETTINGS.until)[: SETTINGS.instances]


@cache
def read_case(number):
    case = CASES[number]
    return child.answer(partner_file(case), charset="", settings=SETTINGS)["items"]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_instants_are_those_of_an_independent_reckoning(case):
    items = read_case(case.number)

    assert [item for item in items if item["faulty"]] == []
    assert sorted(datetime.fromisoformat(item["start"]) for item in items) == expected(case)


def test_what_comes_in_goes_out_at_the_same_instants():
    """All series again, through the rows and the calendar that the portal writes, read by another library."""
    wrong, number = [], 0
    for case in CASES:
        entries = [ical.entry_for(event_of(row), language="en") for row in read_case(case.number)]
        calendar = icalendar.Calendar.from_ical(ical.calendar(entries))
        found = sorted(event["DTSTART"].dt.astimezone(UTC) for event in calendar.walk("VEVENT"))
        lengths = {
            event["DTEND"].dt.astimezone(UTC) - event["DTSTART"].dt.astimezone(UTC)
            for event in calendar.walk("VEVENT")
        }
        number += len(found)
        if found != expected(case) or not lengths <= {timedelta(hours=1)}:
            wrong.append(str(case))
    assert wrong == []
    assert number > 2000


def event_of(row):
    """An event as ``imported.accept`` makes it, without the database."""
    item = ImportedItem(source=FeedSource(default_tzid="Europe/Rome"))
    _write(item, row, item.source, now=NOW)
    return Event(
        slug="s", uid=f"{row['recurrence_id']}@portal.example", name_en=item.name, dtstart=item.dtstart,
        dtend=item.dtend, tzid=item.tzid, all_day=item.all_day, status="CONFIRMED", last_modified=NOW,
    )  # fmt: skip


def test_enough_of_them_meet_a_clock_change():
    def crosses(case):
        offsets = {wall.replace(tzinfo=ZoneInfo(case.tzid)).utcoffset() for wall in rules.walls(case)}
        return len(offsets) > 1

    in_a_gap_or_fold = [
        case
        for case in CASES
        for wall in rules.walls(case)
        if wall.replace(tzinfo=ZoneInfo(case.tzid)).utcoffset()
        != wall.replace(tzinfo=ZoneInfo(case.tzid), fold=1).utcoffset()
    ]
    assert sum(map(crosses, CASES)) > 80
    assert len(in_a_gap_or_fold) > 10
    assert sum(bool(case.exdates or case.moved or case.rdates) for case in CASES) > 120


def test_libical_agrees_where_it_is_installed():
    """A third implementation, in C: the rules alone, without exceptions."""
    library = rules.libical()
    if library is None:
        pytest.skip("libical is not installed")
    wrong = []
    for case in CASES:
        ours = [datetime.combine(day, case.start.time()) for day in rules.days_of(case.rule, case.start.date())]
        theirs = rules.asked_of_libical(library, case)
        if ours[:400] != theirs[:400]:
            wrong.append((str(case), ours[:5], theirs[:5]))
    assert wrong == []
