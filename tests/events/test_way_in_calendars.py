"""The way in from calendar entries: a personal page in letters, words without a token in what is made anew (7.4)."""

import re
from datetime import timedelta

import icalendar
import pytest
from django.utils import timezone

from events import feeds
from events.models import AccessToken, Event
from events.services import letters, notices, registrations, scheduling, tokens
from events.services.feeds import make_feed
from iurc_portal.notifications import services as outbox
from iurc_portal.notifications.models import Message
from tests.factories import START, make_event, make_registration, make_user

pytestmark = pytest.mark.django_db
NOW = START - timedelta(days=20)
JOIN = re.compile(r"^http://localhost:8000/j/([A-Za-z0-9_-]{43})/$", re.M)
ROOM = "https://secret.example/room"


@pytest.fixture(autouse=True)
def _twenty_days_before(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def entry_in(octets):
    (found,) = icalendar.Calendar.from_ical(octets).walk("VEVENT")
    return found


def held(user=None, **fields):
    event = make_event(join_url=ROOM, slug="talk", **fields)
    return make_registration(event, user=user, language="en", tzid="Europe/Rome")


def sent():
    """The entries of the letters that wait, oldest first, with the letter's own words."""
    waiting = Message.objects.filter(state="queued").order_by("pk")
    found = [outbox.render(message) for message in waiting]
    waiting.update(state="sent")
    return [(entry_in(letter.attachments[0][1]), letter.body) for letter in found]


def test_each_request_carries_the_page_that_its_letter_names(client):
    registration = held()
    letters.queue_confirmed(registration)
    ((confirmed, first_letter),) = sent()
    scheduling.schedule_event(
        registration.event, start=START + timedelta(hours=1), end=START + timedelta(hours=2), now=NOW
    )
    notices.send_notices(now=NOW + timedelta(minutes=3))
    ((moved, second_letter),) = sent()

    for entry, letter in ((confirmed, first_letter), (moved, second_letter)):
        (clear,) = JOIN.findall(str(entry["DESCRIPTION"]))
        assert JOIN.findall(letter) == [clear]
        assert tokens.find(clear).purpose == AccessToken.Purpose.JOIN
        assert client.get(f"/j/{clear}/").status_code == 200
        assert str(entry["URL"]) == "http://localhost:8000/en/events/talk/"
        assert str(entry["LOCATION"]) == "Online – http://localhost:8000/en/events/talk/"
        assert ROOM not in entry.to_ical().decode()
        assert AccessToken.objects.filter(digest=clear).count() == 0
    assert confirmed["DESCRIPTION"] != moved["DESCRIPTION"]


def test_who_got_a_place_from_the_waiting_list_has_the_way_in_too():
    registration = held()
    letters.queue_confirmed(registration, kind="events.promoted")

    ((entry, letter),) = sent()

    assert JOIN.findall(str(entry["DESCRIPTION"])) == JOIN.findall(letter) != []


def test_a_cancel_and_an_event_in_person_lead_to_no_room():
    letters.queue_confirmed(held(event_attendance_mode="offline", location_en="Town hall"))
    ((offline, _letter),) = sent()
    Event.objects.update(event_attendance_mode="mixed", slug="formerly")
    registration = held()
    registrations.withdraw_registration(registration, now=NOW)
    ((cancel, _letter),) = sent()

    assert [JOIN.findall(str(entry["DESCRIPTION"])) for entry in (offline, cancel)] == [[], []]


def test_an_own_calendar_leads_to_the_own_area_and_stays_the_same():
    user = make_user(language="en", tzid="Europe/Rome")
    held(user)
    token, _clear = make_feed(name="phone", user=user, now=NOW)

    first, second = (feeds.render_personal(token, feeds.person_of(token), now=NOW)[0] for _time in range(2))

    lines = str(entry_in(first)["DESCRIPTION"]).split("\n")
    assert lines[3:5] == ["Take part online:", "http://localhost:8000/en/my/"]
    assert first == second
    assert AccessToken.objects.count() == 0


def test_a_guests_calendar_and_file_say_where_the_way_in_is(client):
    registration = held()
    token, _clear = make_feed(name="phone", registration=registration, now=NOW)
    manage = tokens.issue(registration, AccessToken.Purpose.MANAGE, now=NOW)

    feed = feeds.render_personal(token, feeds.person_of(token), now=NOW)[0]
    files = [client.get(f"/r/{manage}/event.ics").content for _time in range(2)]

    words = "The link to take part online is in our messages about your registration."
    assert [str(entry_in(octets)["DESCRIPTION"]).split("\n")[3] for octets in (feed, *files)] == [words] * 3
    assert files[0] == files[1]
    assert manage.encode() not in files[0]


def test_what_everybody_may_have_says_nothing_of_it(client):
    held()

    public = feeds.render_public(feeds.everything(), language="en", now=NOW)[0]

    for octets in (public, client.get("/en/events/talk/event.ics").content):
        assert "take part" not in str(entry_in(octets)["DESCRIPTION"]).lower()
