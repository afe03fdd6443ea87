"""Page, letter, calendars, JSON-LD and API say the same instant, on both sides of three clock changes."""

import json
import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest

from events import feeds, ical
from events.models import Registration
from events.services import letters, reminders, scheduling
from events.services.feeds import make_feed
from iurc_portal.notifications import services as outbox
from iurc_portal.notifications.models import Message
from tests.factories import make_event, make_organisation, make_registration, make_track, make_user

pytestmark = pytest.mark.django_db
ROME, TOKYO = ZoneInfo("Europe/Rome"), ZoneInfo("Asia/Tokyo")
# When the clocks of Torino change (UTC), and the hours between the cities before and after.
CHANGES = [
    (datetime(2026, 10, 25, 1, tzinfo=UTC), 7, 8),
    (datetime(2027, 3, 28, 1, tzinfo=UTC), 8, 7),
    (datetime(2027, 10, 31, 1, tzinfo=UTC), 7, 8),
]
DISTANCES = [-17, -0.5, 0, 0.5, 31]  # hours from the change
INSTANTS = [  # each distance with an event of each city: an odd number of them, so that the cities take turns
    pytest.param(
        change + timedelta(hours=hours),
        before if hours < 0 else after,
        (ROME, TOKYO)[(number * len(DISTANCES) + place) % 2].key,
        id=f"{change:%Y-%m-%d}{hours:+}h",
    )
    for number, (change, before, after) in enumerate(CHANGES)
    for place, hours in enumerate(DISTANCES)
]
LENGTH = timedelta(minutes=20)
JAPANESE_DAYS = "月火水木金土日"
DAYS = {"it": "lunedì martedì mercoledì giovedì venerdì sabato domenica", "en": "Monday Tuesday Wednesday Thursday"}
DAYS["en"] += " Friday Saturday Sunday"
MONTHS = {"it": {3: "marzo", 10: "ottobre", 11: "novembre"}, "en": {3: "March", 10: "October", 11: "November"}}


def event_at(start, tzid):
    return make_event(dtstart=start, dtend=start + LENGTH, tzid=tzid, slug="talk", organizer=make_organisation())


def hours_of(start, zone, language) -> str:
    first, last = start.astimezone(zone), (start + LENGTH).astimezone(zone)
    return f"{first:%H:%M}{'〜' if language == 'ja' else '–'}{last:%H:%M}"


def zone_of(start, zone) -> str:
    first = start.astimezone(zone)
    return f"{first:%Z} (UTC+{int(first.utcoffset().total_seconds() // 3600)})"


def line_of(start, zone, language) -> str:
    """What a reader finds in one line for one city, reckoned here from the zone alone."""
    first = start.astimezone(zone)
    if language == "ja":
        day = f"{first.year}年{first.month}月{first.day}日({JAPANESE_DAYS[first.weekday()]}) "
    else:
        weekday, month = DAYS[language].split()[first.weekday()], MONTHS[language][first.month]
        day = f"{weekday} {first.day} {month} {first.year}, "
    return f"{day}{hours_of(start, zone, language)} {zone_of(start, zone)}"


def lines_in(text) -> list[str]:
    """The lines of a letter or a description that give an hour, without the name of the city before them."""
    return [re.split("[：:] ?", line, maxsplit=1)[1] for line in str(text).splitlines() if "(UTC+" in line]


def vevent_of(octets):
    (found,) = icalendar.Calendar.from_ical(octets).walk("VEVENT")
    return found


def instants_of(vevent) -> tuple[datetime, datetime]:
    return vevent["DTSTART"].dt.astimezone(UTC), vevent["DTEND"].dt.astimezone(UTC)


@pytest.mark.parametrize("language", ["it", "en", "ja"])
@pytest.mark.parametrize(("start", "ahead", "tzid"), INSTANTS)
def test_the_same_instant_for_every_reader_on_page_in_mail_files_feeds_json_ld_and_api(
    client, settings, start, ahead, tzid, language
):
    settings.RATE_LIMITS = False
    event = event_at(start, tzid)
    own = TOKYO if language == "ja" else ROME
    other = ROME if own is TOKYO else TOKYO
    registration = make_registration(event, user=make_user(language=language, tzid=own.key), language=language)
    Registration.objects.update(tzid=own.key)
    registration.refresh_from_db()
    letters.queue_confirmed(registration)
    before = start - timedelta(days=1)

    page = client.get(f"/{language}/events/talk/").content.decode()
    letter = outbox.render(Message.objects.get(), preview=True)
    token, _clear = make_feed(name="phone", user=registration.user, now=before)
    files = {
        "letter": letter.attachments[0][1],
        "download": client.get(f"/{language}/events/talk/event.ics").content,
        "feed": feeds.render_public(feeds.everything(), language=language, now=before)[0],
        "own feed": feeds.render_personal(token, feeds.person_of(token), now=before)[0],
    }
    entries = {name: vevent_of(octets) for name, octets in files.items()}
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)[1])
    told = client.get(f"/api/v1/events/talk/?lang={language}").json()

    assert TOKYO.utcoffset(start.astimezone(TOKYO)) - ROME.utcoffset(start.astimezone(ROME)) == timedelta(hours=ahead)
    # Instants, read back from every form that a program reads.
    both = (start, start + LENGTH)
    assert {name: instants_of(vevent) for name, vevent in entries.items()} == dict.fromkeys(entries, both)
    in_its_zone = tuple(instant.astimezone(ZoneInfo(tzid)).isoformat() for instant in both)
    assert (data["startDate"], data["endDate"]) == in_its_zone == (told["start"], told["end"])
    assert told["local_times"] == {
        city: {"start": both[0].astimezone(zone).isoformat(), "end": both[1].astimezone(zone).isoformat()}
        for city, zone in (("torino", ROME), ("nagoya", TOKYO))
    }
    # Hours on the wall, as people read them: the reader's own city first.
    blocks = re.findall(
        r'tn-dual__range"><time datetime="([^"]+)">([^<]+)<.*?nowrap">([^<]+)</span> <span class="tn-nowrap">([^<]+)<',
        page,
        re.S,
    )[:2]
    assert [(datetime.fromisoformat(stamp), hours, zone) for stamp, hours, _day, zone in blocks] == [
        (start, hours_of(start, zone, language), zone_of(start, zone)) for zone in (own, other)
    ]
    days = [start.astimezone(zone) for zone in (own, other)]
    assert [re.findall(r"\d+", day)[-1 if language == "ja" else 0] for *_rest, day, _zone in blocks] == [
        str(day.day) for day in days
    ]
    wanted = [line_of(start, zone, language) for zone in (own, other)]
    assert lines_in(letter.body) == wanted
    described = {name: lines_in(vevent["DESCRIPTION"]) for name, vevent in entries.items()}
    assert described == dict.fromkeys(entries, wanted)


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
