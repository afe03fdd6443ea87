"""When zone data change, the wall clock wins, and only once somebody says so (events spec 12.5)."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from events.services import scheduling, zone_data
from tests.factories import make_event

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 2, 1, 9, 0, tzinfo=UTC)


def typed(event, start, end, *, now=NOW):
    return scheduling.schedule_event(event, start=start, end=end, tzid="Europe/Rome", now=now)


def drifted_event(start):
    """An event whose instants were reckoned under other zone data: an hour beside its wall clock."""
    event = typed(make_event(), start, start + timedelta(hours=1), now=start.replace(tzinfo=UTC) - timedelta(days=30))
    type(event).objects.filter(pk=event.pk).update(
        dtstart=event.dtstart + timedelta(hours=1), dtend=event.dtend + timedelta(hours=1)
    )
    return event


def test_only_what_disagrees_with_its_wall_clock_is_listed():
    typed(make_event(), datetime(2026, 7, 1, 9), datetime(2026, 7, 1, 10))
    make_event()  # written without a wall clock
    drifted = drifted_event(datetime(2026, 7, 2, 9))

    found = list(zone_data.drifted(now=NOW))

    assert [(drift.event.pk, drift.start) for drift in found] == [(drifted.pk, datetime(2026, 7, 2, 7, 0, tzinfo=UTC))]


def test_either_reading_of_a_doubled_hour_is_right():
    for fold in (0, 1):
        scheduling.schedule_event(
            make_event(),
            start=datetime(2026, 10, 25, 2, 30),
            end=datetime(2026, 10, 25, 4, 0),
            start_fold=fold,
            tzid="Europe/Rome",
            now=NOW,
        )

    assert list(zone_data.drifted(now=NOW)) == []


def test_the_command_lists_and_moves_only_when_told_to():
    start = timezone.now().replace(tzinfo=None, hour=12, minute=0, second=0, microsecond=0) + timedelta(days=10)
    event = drifted_event(start)
    listed, moved, after = StringIO(), StringIO(), StringIO()

    call_command("follow_zone_data", stdout=listed)
    event.refresh_from_db()
    before = (event.dtstart, event.sequence)
    call_command("follow_zone_data", move=True, stdout=moved)
    call_command("follow_zone_data", stdout=after)

    event.refresh_from_db()
    assert "1 would move" in listed.getvalue()
    assert "1 moved" in moved.getvalue()
    assert "Every coming event stands where its wall clock says." in after.getvalue()
    assert before[0] - event.dtstart == timedelta(hours=1)
    assert event.sequence == before[1] + 1
