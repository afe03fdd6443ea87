"""One letter, three weeks before clocks change, to those for whom a series moves (events spec 12.15)."""

from datetime import UTC, datetime, timedelta

import pytest

from events.services import clock_notes, scheduling, series
from iurc_portal.notifications.models import Message
from iurc_portal.notifications.services import render
from tests.factories import make_event, make_registration

pytestmark = pytest.mark.django_db
FIRST = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)  # 09:00 in Torino, 17:00 in Nagoya; clocks change on 29 March
DUE = datetime(2026, 3, 9, 6, 0, tzinfo=UTC)


@pytest.fixture
def dates():
    event = make_event(dtstart=FIRST, name_en="Round table")
    made = series.start_series(event, rrule="FREQ=WEEKLY;COUNT=6", now=FIRST - timedelta(days=30))
    Message.objects.all().delete()
    return list(made.events.order_by("dtstart"))


def registered(events, email="aiko@example.org", tzid="Asia/Tokyo", **fields):
    return [make_registration(event, email=email, tzid=tzid, language="en", **fields) for event in events]


def told():
    return sorted(Message.objects.filter(kind="events.clock_change").values_list("to", flat=True))


def test_who_lives_by_the_other_clock_is_told_once_and_nobody_else(dates):
    registered(dates)
    registered(dates, "bruno@example.org", "Europe/Rome")  # nothing moves in Torino
    registered(dates[:4], "chie@example.org")  # no date after the change
    registered(dates[4:], "daigo@example.org")  # none before it

    clock_notes.tell(now=DUE)
    clock_notes.tell(now=DUE + timedelta(days=1))

    assert told() == ["aiko@example.org"]


def test_nobody_is_told_earlier_or_when_it_has_happened(dates):
    registered(dates)

    early = clock_notes.tell(now=DUE - timedelta(days=3))
    late = clock_notes.tell(now=datetime(2026, 3, 29, 12, 0, tzinfo=UTC))

    assert (early["due"], late["due"], told()) == (0, 0, [])


def test_the_letter_gives_both_hours_on_the_readers_clock_and_no_invitation(dates):
    registered(dates)
    clock_notes.tell(now=DUE)

    email = render(Message.objects.get(kind="events.clock_change"), preview=True)

    assert email.subject == "The clocks change: another hour for Round table"
    assert "On Tuesday 31 March 2026 it begins at 16:00 (Nagoya), until then at 17:00." in email.body
    assert [kind for _content, kind in email.alternatives] == ["text/html"]
    assert email.attachments == []


def test_a_cancelled_date_and_a_lost_place_tell_nobody(dates):
    registered(dates, state="cancelled")
    registered([dates[0], dates[4]], "emi@example.org")
    scheduling.cancel_event(dates[4], now=DUE - timedelta(days=1))

    clock_notes.tell(now=DUE)

    assert told() == []


def test_a_date_that_was_moved_by_people_is_no_clock_change(dates):
    registered([dates[3], dates[4]])
    scheduling.schedule_event(
        dates[4], start=datetime(2026, 3, 31, 11), end=datetime(2026, 3, 31, 12), now=DUE - timedelta(days=1)
    )

    clock_notes.tell(now=DUE)

    assert told() == []


def test_a_third_zone_is_told_of_its_own_change():
    event = make_event(dtstart=FIRST)
    made = series.start_series(event, rrule="FREQ=WEEKLY;COUNT=3", now=FIRST - timedelta(days=30))
    registered(made.events.order_by("dtstart"), "fay@example.org", "America/New_York")  # there it is 8 March

    clock_notes.tell(now=datetime(2026, 3, 4, 12, 0, tzinfo=UTC))

    assert told() == ["fay@example.org"]


def test_the_number_of_queries_does_not_grow_with_people(dates, django_assert_max_num_queries):
    for number in range(12):
        registered(dates, f"person{number}@example.org")

    with django_assert_max_num_queries(14):
        counts = clock_notes.tell(now=DUE)

    assert counts["due"] == 12
