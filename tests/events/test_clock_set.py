"""The machine's clock is set, forwards and back, in the night of a clock change: reminders leave once (4.4–4.10)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.models import Delivery, ReminderRule
from events.services import reminders
from iurc_portal.notifications.models import Message
from tests.factories import make_event, make_registration

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def at(*moment):
    return datetime(*moment, tzinfo=UTC)


# The evening after each clock change of Torino, 02:30 on the wall: a day before, that hour is missing or comes twice.
# The start; then when each rule is due, written down by hand. Days are nominal, hours exact (4.2, 4.3).
SPRING = (
    at(2027, 3, 29, 0, 30),
    {
        "-P1D": at(2027, 3, 28, 1, 30),  # 02:30 does not exist: 03:30
        "-PT24H": at(2027, 3, 28, 0, 30),
        "-PT1H": at(2027, 3, 28, 23, 30),
        "-PT15M": at(2027, 3, 29, 0, 15),
    },
)
AUTUMN = (
    at(2027, 11, 1, 1, 30),
    {
        "-P1D": at(2027, 10, 31, 0, 30),  # the first of the two
        "-PT24H": at(2027, 10, 31, 1, 30),
        "-PT1H": at(2027, 11, 1, 0, 30),
        "-PT15M": at(2027, 11, 1, 1, 15),
    },
)
GRACE = {"-P1D": 3 * HOUR, "-PT24H": 3 * HOUR, "-PT1H": 20 * MINUTE, "-PT15M": 15 * MINUTE}
NEAREST_FIRST = ["-PT15M", "-PT1H", "-P1D", "-PT24H"]
SEASONS = [pytest.param(*SPRING, id="spring"), pytest.param(*AUTUMN, id="autumn")]


def tomorrow_at_half_past_two(start):
    event = make_event(
        dtstart=start,
        dtend=start + HOUR,
        published_at=start - timedelta(days=60),
        schedule_since=start - 60 * 24 * HOUR,
    )
    for trigger in NEAREST_FIRST:
        event.reminder_rules.create(trigger=trigger)
    ReminderRule.objects.update(created_at=start - timedelta(days=60))
    confirmed = start - timedelta(days=30)
    make_registration(event, email="anna@example.org", tzid="Europe/Rome", confirmed_at=confirmed)
    make_registration(event, email="taro@example.org", tzid="Asia/Tokyo", confirmed_at=confirmed)
    return event


@pytest.mark.parametrize(("start", "due"), SEASONS)
def test_each_leaves_once_at_its_instant_though_the_clock_is_set_back_over_the_change(start, due):
    tomorrow_at_half_past_two(start)
    change = due["-P1D"].replace(hour=1, minute=0)
    minutes = [change + n * MINUTE for n in range(-31, 32)]
    again = [change - HOUR + n * MINUTE for n in range(60 + 32)]

    left: dict[str, set] = {}
    for now in [*minutes, *again]:
        reminders.send_due(now=now)
        for message in Message.objects.exclude(pk__in=[pk for pks in left.values() for pk in pks]):
            assert now == due[message.payload["trigger"]]
            left.setdefault(message.payload["trigger"], set()).add(message.pk)

    assert {trigger: len(people) for trigger, people in left.items()} == {"-P1D": 2, "-PT24H": 2}
    assert Delivery.objects.count() == 4


@pytest.mark.parametrize(("start", "due"), SEASONS)
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    steps=st.lists(
        st.sampled_from([MINUTE, 7 * MINUTE, 31 * MINUTE, HOUR, 3 * HOUR, 11 * HOUR, -HOUR, -HOUR]), max_size=18
    )
)
def test_however_the_clock_is_set_no_reminder_is_lost_and_none_leaves_twice(start, due, steps):
    """What should be: at the first sweep at or after its instant a rule leaves, if that is in time and no nearer one
    leaves with it; so it is written down, and stays."""
    paper: dict[str, str] = {}
    with transaction.atomic():
        tomorrow_at_half_past_two(start)
        moments = [min(due.values()) - 40 * MINUTE]
        for step in steps:
            moments.append(moments[-1] + step)
        for now in [*moments, start - MINUTE, start - HOUR, start, start + HOUR]:
            reminders.send_due(now=now)
            nearer = False
            for trigger in NEAREST_FIRST:
                if trigger in paper or now < due[trigger]:
                    continue
                in_time = now < min(due[trigger] + GRACE[trigger], start)
                paper[trigger] = "missed" if not in_time else "skipped" if nearer else "queued"
                nearer = nearer or in_time
        ledger = list(Delivery.objects.values_list("registration__email", "rule__trigger", "state", "due_at"))
        letters = list(Message.objects.values_list("to", "payload__trigger"))
        transaction.set_rollback(True)

    people = ("anna@example.org", "taro@example.org")
    assert sorted(ledger) == sorted((who, trigger, paper[trigger], due[trigger]) for who in people for trigger in due)
    assert sorted(letters) == sorted(
        (who, name) for who in people for name, state in paper.items() if state == "queued"
    )
