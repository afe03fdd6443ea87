"""Another mailbox, or an account made of a guest's place: the calendar entry stays one (events spec 14.6, 14.7)."""

from datetime import timedelta

import icalendar
import pytest
from allauth.account.models import EmailAddress

from events.services import letters, notices, registrations, reminders, scheduling
from iurc_portal.accounts.models import User
from iurc_portal.accounts.signals import address_proved
from iurc_portal.audit.models import Transition
from iurc_portal.notifications import services as outbox
from iurc_portal.notifications.models import Message
from tests.factories import START, make_event, make_registration, make_user

pytestmark = pytest.mark.django_db
NOW = START - timedelta(days=20)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
OLD, NEW = "taro@old.example", "taro@new.example"


@pytest.fixture
def taro(client):
    user = make_user(email=OLD, language="ja", tzid="Asia/Tokyo")
    for email in (OLD, NEW):
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=email == OLD)
    client.force_login(user)
    return user


def held_by(user, **fields):
    held = make_registration(make_event(), email=OLD, user=user, **fields)
    letters.queue_confirmed(held)
    Message.objects.update(state="sent")
    return held


def change(client, email=NEW):
    return client.post("/ja/account/email/", {"email": email, "action_primary": ""})


def invitations():
    """Of the letters that wait: to whom, method, UID, number and ATTENDEE."""
    found = []
    for message in Message.objects.filter(state="queued", kind__startswith="events.").order_by("pk"):
        calendar = icalendar.Calendar.from_ical(outbox.render(message, preview=True).attachments[0][1])
        (entry,) = calendar.walk("VEVENT")
        found.append((message.to, str(calendar["METHOD"]), entry["UID"], entry["SEQUENCE"], str(entry["ATTENDEE"])))
    return found


def move(event, *, now):
    scheduling.schedule_event(event, start=START + HOUR, end=START + 2 * HOUR, now=now)
    notices.send_notices(now=now + timedelta(minutes=3))


def test_after_a_change_of_address_requests_and_cancels_go_to_the_new_one_about_the_same_entry(client, taro):
    held = held_by(taro)

    change(client)
    move(held.event, now=NOW)
    held.refresh_from_db()
    registrations.withdraw_registration(held, now=NOW + DAY)

    assert invitations() == [
        (NEW, "REQUEST", held.event.uid, 1, f"mailto:{NEW}"),
        (NEW, "CANCEL", held.event.uid, 2, f"mailto:{NEW}"),
    ]
    assert (held.email, held.email_key) == (NEW, NEW)
    assert "address_changed" in {line.reason for line in Transition.objects.of(held)}


def test_the_former_address_is_told_in_the_persons_language(client, taro, mailoutbox):
    change(client)

    message = Message.objects.get(kind="accounts.address_changed")
    letter = outbox.render(message, preview=True)
    assert (message.to, message.language) == (OLD, "ja")
    assert NEW in letter.body
    assert "/ja/account/email/" in letter.body


def test_one_signs_in_with_the_new_address(client, taro):
    change(client)

    assert User.objects.get_by_natural_key(NEW) == taro
    assert not User.objects.filter(email_key=OLD).exists()


def test_an_address_that_nobody_has_proved_moves_nothing(client, taro):
    held = held_by(taro)
    EmailAddress.objects.filter(email=NEW).update(verified=False)

    change(client)

    held.refresh_from_db()
    assert held.email == OLD
    assert not Message.objects.filter(kind="accounts.address_changed").exists()


def test_letters_that_wait_go_to_the_new_address_too(client, taro):
    night = START.replace(hour=14)  # 23:00 in Nagoya: a reminder of days before waits for the morning
    event = make_event(dtstart=night)
    held = make_registration(event, email=OLD, user=taro)
    rule = event.reminder_rules.create(trigger="-P2D")
    event.reminder_rules.update(created_at=NOW)
    reminders.send_due(now=rule.due_at())
    letters.queue_confirmed(held)

    change(client)

    waiting = Message.objects.filter(kind__startswith="events.").order_by("kind")
    assert [(message.kind, message.to) for message in waiting] == [("events.confirmed", NEW), ("events.reminder", NEW)]


def test_places_under_other_addresses_and_of_others_stay_where_they_are(taro):
    mine, others = held_by(taro), make_registration(email=OLD.replace("taro", "anna"))
    elsewhere = make_registration(email="taro@work.example", user=taro)
    twice = make_registration(mine.event, email=NEW, user=taro, state="cancelled")

    assert registrations.move_to_address(user=taro, former=OLD, email=NEW, now=NOW) == 1

    for row in (mine, others, elsewhere, twice):
        row.refresh_from_db()
    assert [row.email for row in (mine, others, elsewhere, twice)] == [
        NEW,
        "anna@old.example",
        "taro@work.example",
        NEW,
    ]
    assert (mine.email_key, twice.email_key) == (OLD, NEW)  # one key, one row at an event


def test_a_guests_place_keeps_uid_and_numbers_when_it_becomes_an_accounts():
    guest = make_registration(email=OLD)
    letters.queue_confirmed(guest)
    user = make_user(email=OLD)

    address_proved.send(sender=User, user=user, email=OLD)
    guest.refresh_from_db()
    move(guest.event, now=NOW)

    assert guest.user == user
    assert [(to, method, uid, number) for to, method, uid, number, _attendee in invitations()] == [
        (OLD, "REQUEST", guest.event.uid, 0),
        (OLD, "REQUEST", guest.event.uid, 1),
    ]
