"""At an event with both ways, a person's seat says what they are written (events spec 4.13)."""

from datetime import UTC, datetime, timedelta

import icalendar
import pytest

from events import audiences, feeds
from events.models import Registration, ReminderRule
from events.services import notices, scheduling
from events.services.feeds import make_feed
from events.services.letters import queue_confirmed
from events.services.reminders import owed_people
from iurc_portal.notifications.models import Message
from iurc_portal.notifications.services import render
from tests.factories import make_event, make_registration, make_user

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 2, 1, 9, 0, tzinfo=UTC)


def mixed():
    """An event in the town hall and online; who sits in the room, who online, and who has not said."""
    event = make_event(event_attendance_mode="mixed", location_en="Town hall")
    pools = {kind: event.seat_pools.create(kind=kind, size=5) for kind in ("room", "online")}
    people = {name: make_registration(event, language="en", tzid="Europe/Rome") for name in ("room", "online", "open")}
    for kind, pool in pools.items():
        people[kind].seats.create(pool=pool, state="held")
    return event, people


@pytest.mark.parametrize(
    ("audience", "names"),
    [("all", ["online", "open", "room"]), ("on_site", ["open", "room"]), ("online", ["online", "open"])],
)
def test_a_rule_reaches_who_sits_there_and_who_has_not_said(audience, names):
    event, people = mixed()
    rule = ReminderRule.objects.create(event=event, trigger="-PT24H", audience=audience)

    found = set(owed_people(rule, due_at=rule.due_at()))

    assert sorted(name for name, person in people.items() if person in found) == names


def test_a_seat_that_one_waits_for_decides_nothing():
    event, people = mixed()
    people["open"].seats.create(pool=event.seat_pools.get(kind="online"), state="waiting")

    assert audiences.mode_of(people["open"]) == "mixed"


def test_letters_name_the_place_of_each():
    _event, people = mixed()
    for person in people.values():
        queue_confirmed(person)

    letters = {name: render(Message.objects.get(to=person.email)) for name, person in people.items()}
    entries = {
        name: icalendar.Calendar.from_ical(letter.attachments[0][1]).walk("VEVENT")[0]
        for name, letter in letters.items()
    }

    assert {name: "/j/" in letter.body for name, letter in letters.items()} == {
        "room": False,
        "online": True,
        "open": True,
    }
    assert str(entries["room"]["LOCATION"]) == "Town hall"
    assert str(entries["online"]["LOCATION"]).startswith("Online – http")
    assert str(entries["open"]["LOCATION"]).startswith("Town hall / Online – http")


def test_another_room_is_no_news_for_who_takes_part_online():
    event, people = mixed()

    scheduling.relocate_event(event, location_en="Library", now=NOW)
    notices.tell(event.pk, now=NOW + timedelta(minutes=3))

    told = set(Message.objects.values_list("to", flat=True))
    assert told == {people["room"].email, people["open"].email}
    body = render(Message.objects.get(to=people["room"].email)).body
    assert "Town hall\n" in body
    assert "Library\n" in body
    assert "Online" not in body


def test_who_had_a_seat_online_is_told_that_it_is_in_person_now():
    event, people = mixed()

    scheduling.relocate_event(event, event_attendance_mode="offline", now=NOW)
    notices.tell(event.pk, now=NOW + timedelta(minutes=3))

    body = render(Message.objects.get(to=people["online"].email)).body
    assert body.index("Online") < body.index("Town hall")
    assert not Message.objects.filter(to=people["room"].email).exists()


def test_ones_own_calendar_names_ones_own_place():
    _event, people = mixed()
    user = make_user(language="en")
    Registration.objects.filter(pk=people["room"].pk).update(user=user)
    token, _clear = make_feed(name="telephone", user=user, registration=None, now=NOW)

    octets, _newest = feeds.render_personal(token, feeds.person_of(token), now=NOW)

    assert [str(one["LOCATION"]) for one in icalendar.Calendar.from_ical(octets).walk("VEVENT")] == ["Town hall"]
