"""Page, letter, calendar file and JSON-LD say the same instant, on both sides of three clock changes."""

import json
import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest

from events import ical
from events.services import letters, reminders, scheduling
from iurc_portal.notifications import services as outbox
from iurc_portal.notifications.models import Message
from tests.factories import make_event, make_organisation, make_registration, make_track

pytestmark = pytest.mark.django_db
ROME, TOKYO = ZoneInfo("Europe/Rome"), ZoneInfo("Asia/Tokyo")
# When the clocks of Torino change (UTC), and the hours between the cities before and after.
CHANGES = [
    (datetime(2026, 10, 25, 1, tzinfo=UTC), 7, 8),
    (datetime(2027, 3, 28, 1, tzinfo=UTC), 8, 7),
    (datetime(2027, 10, 31, 1, tzinfo=UTC), 7, 8),
]
DISTANCES = [-17, -1, -0.5, 0, 0.5, 1, 31]  # hours from the change
INSTANTS = [
    pytest.param(change + timedelta(hours=hours), before if hours < 0 else after, id=f"{change:%Y-%m-%d}{hours:+}h")
    for change, before, after in CHANGES
    for hours in DISTANCES
]
LENGTH = timedelta(minutes=20)
JAPANESE_DAYS = "月火水木金土日"


def event_at(start, tzid):
    return make_event(dtstart=start, dtend=start + LENGTH, tzid=tzid, slug="talk", organizer=make_organisation())


def line_of(start, zone) -> str:
    """What a Japanese reader finds in one line for one city, reckoned here from the zone alone."""
    first, last = start.astimezone(zone), (start + LENGTH).astimezone(zone)
    day = f"{first.year}年{first.month}月{first.day}日({JAPANESE_DAYS[first.weekday()]})"
    offset = int(first.utcoffset().total_seconds() // 3600)
    return f"{day} {first:%H:%M}〜{last:%H:%M} {first:%Z} (UTC+{offset})"


@pytest.mark.parametrize("tzid", [ROME.key, TOKYO.key])
@pytest.mark.parametrize(("start", "ahead"), INSTANTS)
def test_the_same_instant_on_page_and_in_mail_file_and_json_ld(client, start, ahead, tzid):
    event = event_at(start, tzid)
    registration = make_registration(event)
    registration.event = event
    letters.queue_confirmed(registration)

    page = client.get("/ja/events/talk/").content.decode()
    letter = outbox.render(Message.objects.get(), preview=True)
    (invited,) = icalendar.Calendar.from_ical(letter.attachments[0][1]).walk("VEVENT")
    (downloaded,) = icalendar.Calendar.from_ical(client.get("/ja/events/talk/event.ics").content).walk("VEVENT")
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)[1])

    assert start.astimezone(TOKYO).utcoffset() - start.astimezone(ROME).utcoffset() == timedelta(hours=ahead)
    assert {vevent["DTSTART"].dt.astimezone(UTC) for vevent in (invited, downloaded)} == {start}
    assert {vevent["DTEND"].dt.astimezone(UTC) for vevent in (invited, downloaded)} == {start + LENGTH}
    assert data["startDate"] == start.astimezone(ZoneInfo(tzid)).isoformat()
    assert datetime.fromisoformat(data["endDate"]) == start + LENGTH
    shown = re.findall(r'tn-dual__range"><time datetime="([^"]+)">([^<]+)<', page)
    assert [(datetime.fromisoformat(stamp), words) for stamp, words in shown[:2]] == [
        (start, f"{start.astimezone(zone):%H:%M}〜{(start + LENGTH).astimezone(zone):%H:%M}") for zone in (TOKYO, ROME)
    ]
    assert [line.split("：", 1)[1] for line in str(letter.body).splitlines() if "(UTC+" in line] == [
        line_of(start, TOKYO),
        line_of(start, ROME),
    ]
    for vevent in (invited, downloaded):
        assert line_of(start, TOKYO) in str(vevent["DESCRIPTION"])
        assert line_of(start, ROME) in str(vevent["DESCRIPTION"])


@pytest.mark.parametrize(("change", "before", "after"), CHANGES)
def test_hours_are_exact_over_a_clock_change_and_days_keep_the_hour_on_the_wall(change, before, after):
    """An event on the day after: 24 hours before it the clock of Torino shows another hour, a day before the same."""
    start = change.replace(hour=0) + timedelta(days=1, hours=8)
    event = event_at(start, ROME.key)
    exact, nominal = (event.reminder_rules.create(trigger=trigger) for trigger in ("-PT48H", "-P2D"))

    assert start - exact.due_at() == timedelta(hours=48)
    assert f"{nominal.due_at().astimezone(ROME):%H:%M}" == f"{start.astimezone(ROME):%H:%M}"
    assert nominal.due_at() - exact.due_at() == timedelta(hours=before - after)


@pytest.mark.parametrize(("change", "before", "after"), CHANGES)
def test_an_hour_before_is_an_hour_before_in_the_very_hour_of_the_change(change, before, after):
    """The sweep sees instants: nothing leaves twice in the doubled hour, nothing is lost in the skipped one."""
    start = change + timedelta(minutes=30)
    long_ago = start - timedelta(days=30)
    event = event_at(start, ROME.key)
    event.published_at = event.schedule_since = long_ago
    event.save()
    event.reminder_rules.create(trigger="-PT1H")
    event.reminder_rules.update(created_at=long_ago)
    make_registration(event, joined_at=long_ago, confirmed_at=long_ago)

    queued = [reminders.send_due(now=change + timedelta(minutes=minutes))["queued"] for minutes in range(-60, 61, 10)]

    assert queued == [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]


@pytest.mark.parametrize(("change", "before", "after"), CHANGES)
def test_what_is_typed_on_one_citys_clock_is_shown_rightly_on_the_others(change, before, after):
    for days, ahead in ((-1, before), (1, after)):
        day = (change + timedelta(days=days)).date()
        event = scheduling.create_event(
            start=datetime(day.year, day.month, day.day, 9),
            end=datetime(day.year, day.month, day.day, 10),
            track=make_track(),
            organizer=make_organisation(),
            name_en="Talk",
        )
        assert f"{event.dtstart.astimezone(TOKYO):%H:%M}" == f"{9 + ahead:02}:00"
        assert b"TZID=Europe/Rome:" + f"{day:%Y%m%d}T090000".encode() in ical.calendar(
            [ical.entry_for(event, language="it")]
        )
