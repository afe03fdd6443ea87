"""The sweep: once each, never stale, never too late, nothing hidden after an outage."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.models import AccessToken, Delivery, Registration, ReminderRule
from events.services import reminders
from events.services.registrations import withdraw_registration
from events.services.scheduling import cancel_event, schedule_event, unpublish_event
from iurc_portal.notifications import services as outbox
from iurc_portal.notifications.models import Heartbeat, Message
from iurc_portal.tokens import digest_of
from tests.factories import START, make_event, make_registration

pytestmark = pytest.mark.django_db
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
LONG_AGO = START - 60 * DAY


def remind(event, *triggers, created_at=LONG_AGO):
    for trigger in triggers:
        event.reminder_rules.create(trigger=trigger)
    ReminderRule.objects.filter(event=event).update(created_at=created_at)


def event_with(*triggers, **fields):
    event = make_event(**{"published_at": LONG_AGO, "schedule_since": LONG_AGO, **fields})
    remind(event, *triggers)
    return event


def ledger():
    rows = Delivery.objects.order_by("due_at", "pk").values_list("rule__trigger", "state")
    return list(rows)


def test_a_day_before_everyone_with_a_place_is_reminded_once():
    event = event_with("-PT24H")
    make_registration(event, email="a@example.org")
    make_registration(event, email="b@example.org", state="unproved", confirmed_at=None)
    make_registration(event, email="c@example.org", state="cancelled")
    due = START - DAY

    counts = [reminders.send_due(now=due + n * MINUTE)["queued"] for n in range(-1, 5)]

    assert counts == [0, 1, 0, 0, 0, 0]
    message = Message.objects.get()
    assert (message.to, message.kind, message.language, message.tzid) == (
        "a@example.org",
        "events.reminder",
        "ja",
        "Asia/Tokyo",
    )
    assert Delivery.objects.get().message == message


def test_reminders_of_a_batch_are_read_together_and_each_has_its_own_name_and_links():
    event = event_with("-PT24H", event_attendance_mode="online")
    for name in ("Sato", "Mori", "<Abe>"):
        make_registration(event, family_name=name, given_name="", email=f"{name.strip('<>')}@example.org")
    reminders.send_due(now=START - DAY)

    letters = list(Message.objects.values_list("pk", flat=True))

    with CaptureQueriesContext(connection) as captured:
        outbox.deliver_all(letters, now=START - DAY)

    statements = Counter(query["sql"].split()[0] for query in captured)
    links = [re.findall(r"/([rj])/([\w-]{43})/", letter.body) for letter in mail.outbox]
    assert (statements["SELECT"], statements["INSERT"], statements["UPDATE"]) == (7, 1, 6)
    assert [[kind for kind, _token in found] for found in links] == [["r", "j"]] * 3
    assert {digest_of(token) for found in links for _kind, token in found} == set(
        AccessToken.objects.values_list("digest", flat=True)
    )
    assert ["Sato" in mail.outbox[0].body, "<Abe>" in mail.outbox[2].body] == [True, True]
    assert "&lt;Abe&gt;" in mail.outbox[2].alternatives[0].content


def test_the_whole_way_of_reminders_minute_by_minute():
    event = event_with("-P7D", "-PT24H", "-PT1H", "-PT15M")
    make_registration(event)
    sent = {}

    now = START - 8 * DAY
    while now < START + HOUR:
        if reminders.send_due(now=now)["queued"]:
            sent[now] = Message.objects.latest("pk").payload["trigger"]
        now += 15 * MINUTE

    assert sent == {
        START - 7 * DAY: "-P7D",
        START - DAY: "-PT24H",
        START - HOUR: "-PT1H",
        START - 15 * MINUTE: "-PT15M",
    }


@pytest.mark.parametrize(
    ("after_due", "state"),
    [(0, "queued"), (179, "queued"), (180, "queued"), (181, "missed"), (60 * 11, "missed")],
)
def test_a_reminder_may_leave_within_its_grace_and_is_missed_after_it(after_due, state):
    make_registration(event_with("-PT24H"))

    reminders.send_due(now=START - DAY + after_due * MINUTE)

    assert ledger() == [("-PT24H", state)]
    assert Message.objects.count() == (state == "queued")


@pytest.mark.parametrize(("before_start", "state"), [(1, "queued"), (0, "missed"), (-30, "missed")])
def test_a_reminder_never_leaves_at_or_after_the_start(before_start, state):
    make_registration(event_with("-PT15M"))

    reminders.send_due(now=START - before_start * MINUTE)

    assert ledger() == [("-PT15M", state)]


def test_after_an_outage_what_came_too_late_is_shown_and_not_sent():
    make_registration(event_with("-PT24H", "-PT1H"))
    reminders.send_due(now=START - 2 * DAY)

    counts = reminders.send_due(now=START + 3 * HOUR)

    assert counts == {"queued": 0, "missed": 2, "skipped": 0}
    assert ledger() == [("-PT24H", "missed"), ("-PT1H", "missed")]


def test_without_a_last_sweep_only_the_longest_grace_is_looked_back():
    make_registration(event_with("-PT24H"))

    reminders.send_due(now=START + 2 * DAY)

    assert ledger() == []


def test_after_an_outage_the_one_still_in_time_leaves_and_the_others_are_missed():
    make_registration(event_with("-PT24H", "-PT1H", "-PT15M"))
    reminders.send_due(now=START - 2 * DAY)

    reminders.send_due(now=START - 45 * MINUTE)
    assert ledger() == [("-PT24H", "missed"), ("-PT1H", "queued")]

    reminders.send_due(now=START - 10 * MINUTE)
    assert ledger() == [("-PT24H", "missed"), ("-PT1H", "queued"), ("-PT15M", "queued")]


def test_of_several_sendable_at_once_only_the_nearest_to_the_start_leaves():
    event = event_with("-PT24H", "-PT1H")
    ReminderRule.objects.filter(trigger="-PT1H").update(trigger="-PT23H")
    make_registration(event)

    counts = reminders.send_due(now=START - 22 * HOUR)

    assert counts == {"queued": 1, "missed": 0, "skipped": 1}
    assert ledger() == [("-PT24H", "skipped"), ("-PT23H", "queued")]


@pytest.mark.parametrize(
    ("field", "owed"),
    [("confirmed_at", False), ("schedule_since", False), ("published_at", False), ("created_at", False), ("", True)],
)
def test_what_began_after_the_reminder_was_due_causes_no_stale_letter(field, owed):
    event = event_with("-PT24H")
    registration = make_registration(event)
    due = START - DAY
    changed = {field: due} if field else {}
    for thing in (registration, event, event.reminder_rules.get()):
        if field and hasattr(thing, field):
            type(thing).objects.filter(pk=thing.pk).update(**changed)

    reminders.send_due(now=due + MINUTE)

    assert Delivery.objects.exists() is owed


def test_a_moved_event_reminds_again_at_its_new_time():
    event = event_with("-PT24H")
    make_registration(event)
    reminders.send_due(now=START - DAY)
    moved = START + 3 * DAY
    schedule_event(event, start=moved, end=moved + HOUR, now=START - 20 * HOUR)

    reminders.send_due(now=moved - DAY)

    assert list(Delivery.objects.order_by("due_at").values_list("schedule_version", "state")) == [
        (0, "void"),
        (1, "queued"),
    ]
    assert Message.objects.count() == 2


def test_a_reminder_of_an_event_that_has_moved_does_not_leave():
    event = event_with("-PT24H")
    make_registration(event)
    now = START - DAY
    reminders.send_due(now=now)

    schedule_event(event, start=START + DAY, end=START + DAY + HOUR, now=now)

    assert outbox.deliver(Message.objects.get().pk, now=now) == "dropped"
    assert Message.objects.get().error == "the event has moved since"


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (
            lambda event, registration, now: withdraw_registration(registration, now=now),
            "the registration is cancelled",
        ),
        (lambda event, registration, now: cancel_event(event, now=now), "the event has moved since"),
        (lambda event, registration, now: unpublish_event(event, now=now), "the event has moved since"),
    ],
)
def test_the_courier_asks_again_just_before_sending(act, reason):
    event = event_with("-PT24H")
    registration = make_registration(event)
    now = START - DAY
    reminders.send_due(now=now)

    act(event, registration, now)

    message = Message.objects.get(kind="events.reminder")
    assert outbox.deliver(message.pk, now=now) == "dropped"
    message.refresh_from_db()
    assert message.error == reason


def test_a_courier_who_comes_too_late_drops_the_reminder():
    make_registration(event_with("-PT1H"))
    reminders.send_due(now=START - HOUR)

    assert outbox.deliver(Message.objects.get().pk, now=START - 39 * MINUTE) == "dropped"


@pytest.mark.parametrize("status", ["TENTATIVE", "CANCELLED"])
def test_an_event_that_is_off_reminds_nobody(status):
    make_registration(event_with("-PT24H", status=status))

    assert reminders.send_due(now=START - DAY)["queued"] == 0


def test_two_sweeps_at_the_same_instant_write_one_letter(monkeypatch):
    event = event_with("-PT24H")
    make_registration(event)
    everybody = Registration.objects.order_by("pk")  # as the second sees it, whose look came before the first wrote
    monkeypatch.setattr(reminders, "owed_people", lambda rule, due_at: everybody.filter(event=rule.event))

    reminders.send_due(now=START - DAY)
    reminders.send_due(now=START - DAY)

    assert (Message.objects.count(), Delivery.objects.count()) == (1, 1)


def test_a_week_before_does_not_wake_people_in_nagoya():
    start = datetime(2026, 3, 3, 14, 0, tzinfo=UTC)  # 15:00 in Torino, 23:00 in Nagoya
    event = event_with("-P7D", dtstart=start)
    make_registration(event, email="nagoya@example.org", tzid="Asia/Tokyo")
    make_registration(event, email="torino@example.org", tzid="Europe/Rome")
    due = start - 7 * DAY

    reminders.send_due(now=due)

    morning = due + 10 * HOUR  # 09:00 in Nagoya
    assert dict(Message.objects.values_list("to", "not_before")) == {
        "torino@example.org": None,
        "nagoya@example.org": morning,
    }
    assert dict(Delivery.objects.values_list("registration__email", "not_before")) == {
        "torino@example.org": None,
        "nagoya@example.org": morning,
    }


def test_a_sweep_costs_the_same_for_three_people_as_for_thirty(django_assert_num_queries):
    def sweep(people, start):
        event = event_with("-PT24H", dtstart=start)
        for n in range(people):
            make_registration(event, email=f"person{n}@example.org")
        reminders.send_due(now=start - 2 * DAY)
        with django_assert_num_queries(14):
            return reminders.send_due(now=start - DAY)["queued"]

    assert [sweep(3, START), sweep(30, START + 30 * DAY)] == [3, 30]


def test_a_sweep_with_nothing_to_do_is_cheap(django_assert_max_num_queries):
    make_registration(event_with("-PT24H"))
    reminders.send_due(now=START - 5 * DAY)

    with django_assert_max_num_queries(8):
        reminders.send_due(now=START - 5 * DAY + MINUTE)


def test_the_sweep_says_when_it_last_succeeded():
    make_registration(event_with("-PT24H"))

    reminders.send_due(now=START - DAY)

    beat = Heartbeat.objects.get(name="send_due_reminders")
    assert (beat.last_success_at, beat.counts) == (START - DAY, {"queued": 1, "missed": 0, "skipped": 0})


def test_the_command_says_what_it_did_and_a_dry_run_does_nothing(capsys, monkeypatch):
    make_registration(event_with("-PT24H"))
    monkeypatch.setattr("django.utils.timezone.now", lambda: START - DAY)

    call_command("send_due", "--dry-run")
    assert Message.objects.count() == 0
    call_command("send_due")

    assert capsys.readouterr().out == "would queue 1, missed 0, skipped 0\nqueued 1, missed 0, skipped 0\n"
    assert Message.objects.count() == 1
