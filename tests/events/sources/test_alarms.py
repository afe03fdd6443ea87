"""A calendar that brings nothing for long is told to whoever looks after it (events spec 10.11)."""

from datetime import timedelta

import pytest

from events.calendar_mail import READ_AGAIN, read_again, silent
from events.models import FeedSource
from iurc_portal.notifications.models import Message
from tests.events.sources.world import NOW, event
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_who_looks_after_a_calendar_is_told_once_when_it_brings_nothing_for_two_days(calendar):
    keeper = make_user(is_staff=True, language="it")
    FeedSource.objects.update(kept_by=keeper)
    calendar.partner.serve(b"", status=500)
    told = []
    for hours in (0, 47, 48, 72):
        calendar.now = NOW + timedelta(hours=hours)
        calendar.fetch()
        told.append(list(Message.objects.values_list("to", flat=True)))
    assert told == [[], [], [keeper.email], [keeper.email]]

    letter = silent(Message.objects.get(), preview=False)
    assert calendar.source.name in letter.subject
    assert "500" in letter.body

    calendar.has(event())
    assert (calendar.source.trouble_since, calendar.source.told_at) == (None, None)
    assert read_again(Message.objects.get()) == READ_AGAIN


def test_without_a_keeper_the_staff_of_the_city_are_told_of_a_calendar_that_is_stopped(calendar):
    ours = make_user(is_staff=True, is_superuser=True, side="torino")
    make_user(is_staff=True, is_superuser=True, side="nagoya")
    make_user(is_staff=True, side="torino")  # who may not change calendars
    calendar.has(*[event(f"u{n}") for n in range(12)])
    for days in (1, 3, 4):
        calendar.now = NOW + timedelta(days=days)
        calendar.has(event("u0"))

    assert calendar.source.state == "stopped"
    assert list(Message.objects.values_list("to", flat=True)) == [ours.email]
