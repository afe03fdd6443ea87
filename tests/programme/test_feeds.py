"""Visits in a person's own calendar (events spec 7.2)."""

from datetime import UTC, datetime, timedelta

import icalendar
import pytest

from events.services.feeds import make_feed
from tests.factories import (
    make_agenda_item,
    make_event,
    make_person,
    make_registration,
    make_track,
    make_user,
    make_version,
    make_visit,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 2, 20, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def item_of(visit, name, **fields):
    event = make_event(name_en=name, access="participants", track=make_track("visits"), **fields)
    return make_agenda_item(visit, event=event, kind="travel" if "Transfer" in name else "meeting")


def calendar_of(client, user):
    _row, clear = make_feed(name="telephone", user=user, now=NOW)
    return icalendar.Calendar.from_ical(client.get(f"/feeds/me/{clear}.ics").content).walk("VEVENT")


def names(events):
    return [str(event["SUMMARY"]) for event in events]


def test_a_delegate_has_the_released_agenda_transfers_included_each_in_the_zone_of_its_place(client):
    user = make_user(language="en", tzid="Asia/Tokyo")
    visit = make_visit(state="released")
    visit.delegates.create(person=make_person(user=user), reply="accepted")
    item_of(visit, "Transfer to the tram")
    item_of(visit, "Tram depot", dtstart=datetime(2026, 3, 3, 10, tzinfo=UTC))
    make_version(visit, now=NOW)
    item_of(visit, "Draft", status="TENTATIVE")
    other = make_visit(state="released")
    item_of(other, "Of another visit")
    make_version(other, now=NOW)
    make_registration(make_event(name_en="Webinar", dtstart=datetime(2026, 3, 4, 10, tzinfo=UTC)), user=user)

    events = calendar_of(client, user)

    assert names(events) == ["Transfer to the tram", "Tram depot", "Webinar"]
    assert events[0]["DTSTART"].params["TZID"] == "Europe/Rome"
    assert "Nagoya time" in str(events[0]["DESCRIPTION"])


@pytest.mark.parametrize(
    ("state", "reply", "shown"),
    [
        ("released", "invited", ["Tram depot"]),
        ("released", "declined", []),
        ("preparing", "accepted", []),
        ("cancelled", "accepted", ["Tram depot"]),  # as cancelled, so that calendars take it off
    ],
)
def test_an_agenda_is_shown_once_it_is_released_to_who_has_not_declined(client, state, reply, shown):
    user = make_user(language="en")
    visit = make_visit(state=state)
    visit.delegates.create(person=make_person(user=user), reply=reply)
    item_of(visit, "Tram depot")
    if state != "preparing":
        make_version(visit, now=NOW)

    assert names(calendar_of(client, user)) == shown


def test_a_host_has_the_items_at_which_they_receive_the_delegation(client):
    user = make_user(language="en")
    visit = make_visit(state="released")
    item_of(visit, "Elsewhere")
    item_of(visit, "Here", dtstart=NOW + timedelta(days=20)).hosts.create(person=make_person(user=user))
    make_version(visit, now=NOW)

    assert names(calendar_of(client, user)) == ["Here"]


def test_whoever_is_in_no_visit_and_a_guest_have_none(client):
    item_of(make_visit(state="released"), "Tram depot")
    registration = make_registration(make_event(name_en="Webinar"), language="en")
    _row, clear = make_feed(name="telephone", registration=registration, now=NOW)

    guest = icalendar.Calendar.from_ical(client.get(f"/feeds/me/{clear}.ics").content).walk("VEVENT")

    assert calendar_of(client, make_user(is_staff=True, is_superuser=True)) == []
    assert names(guest) == ["Webinar"]
