"""Staff say that an item of a partner's calendar is an event that we have (events spec 10.9)."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError

from events.models import Event
from events.services import imported
from tests.events.sources.world import event
from tests.factories import make_event

pytestmark = pytest.mark.django_db


def test_an_event_joined_to_an_item_changes_only_by_what_changes_there_later(calendar):
    calendar.has(event(name="Meeting", hour=10))
    ours = make_event(name_it="Il nostro titolo", dtstart=datetime(2026, 3, 20, 9, tzinfo=UTC))

    imported.link(calendar.item(), event=ours, by=None, now=calendar.now)
    calendar.fetch()
    assert calendar.states() == {"a": "accepted"}
    calendar.has(event(name="Meeting", hour=15))
    assert calendar.states() == {"a": "changed"}
    calendar.accept()

    ours.refresh_from_db()
    assert (ours.name_it, ours.wall_start) == ("Il nostro titolo", "2026-03-20T15:00:00")
    with pytest.raises(ValidationError) as refused:
        imported.link(calendar.item(), event=ours, by=None, now=calendar.now)
    assert refused.value.code == "transition"


def test_two_items_do_not_lead_one_event(calendar):
    calendar.has(event("a"), event("b"))
    ours = make_event(name_it="Meeting")
    imported.link(calendar.item("a"), event=ours, by=None, now=calendar.now)

    with pytest.raises(ValidationError) as refused:
        imported.link(calendar.item("b"), event=ours, by=None, now=calendar.now)

    assert (refused.value.code, calendar.states()) == ("linked", {"a": "accepted", "b": "new"})


def test_a_draft_of_our_own_is_not_deleted_because_a_partner_deletes_theirs(calendar):
    calendar.has(event("a"), event("b"))
    ours = make_event(name_it="Meeting", published_at=None, status="TENTATIVE")
    imported.link(calendar.item("a"), event=ours, by=None, now=calendar.now)
    calendar.has(event("b"))
    calendar.has(event("b"))
    assert calendar.states()["a"] == "gone"

    calendar.accept("a")

    assert calendar.states() == {"b": "new"}
    assert Event.objects.filter(pk=ours.pk).exists()
