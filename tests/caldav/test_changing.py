"""What goes into a connected calendar is changed: said before, done by the next run, safe for what others wrote."""

from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError

from ecosystem.models import City
from events.services.calendars import changing
from events.services.calendars.changing import Settings
from tests.caldav.rig import Rig
from tests.factories import make_city


def change(rig, *, agreed=0, **fields):
    wanted = replace(Settings.of(rig.calendar), **fields)
    found = changing.change(rig.calendar, wanted, agreed=agreed, now=rig.now, by=rig.calendar.owner)
    rig.calendar.refresh_from_db()
    return found


def nagoya():
    return City.objects.filter(slug="nagoya").first() or make_city(slug="nagoya")


def test_many_copies_leave_once_that_was_agreed_and_the_guard_lets_those_pass_and_no_more(rig):
    events = [rig.event(f"Talk {n}", days=n) for n in range(4)]
    there = rig.event("In Nagoya", days=5, place=nagoya().places.create(name_en="Hall"))
    rig.run()

    with pytest.raises(ValidationError) as refused:
        change(rig, scope="city", city=nagoya(), agreed=3)
    found = change(rig, scope="city", city=nagoya(), agreed=4)
    run = rig.run()

    assert refused.value.code == "more"
    assert (found.removed, found.added) == ([event.pk for event in events], [])
    assert (run.outcome, run.counts["deleted"]) == ("done", 4)
    assert [copy.uid for copy in rig.there().values()] == [there.uid]
    assert rig.calendar.agreed_removals == 0


def test_what_somebody_changed_there_is_asked_about_before_it_leaves(rig):
    event, other = rig.event(days=1), rig.event("Other", days=2)
    rig.run()
    rig.set_there(event, SUMMARY="Changed there")
    rig.run()

    found = change(rig, scope="city", city=nagoya(), agreed=2)
    rig.run()

    assert (found.asked, sorted(found.removed)) == (1, sorted([event.pk, other.pk]))
    assert rig.proposals() == [("conflict", [])]
    assert rig.copy(event).fields["summary"] == "Changed there"
    assert rig.copy(other) is None


def test_another_language_rewrites_the_copies_and_asks_about_what_was_changed_there(rig):
    first, second = rig.event("Talk", days=1, name_it="Incontro"), rig.event("Walk", days=2, name_it="Passeggiata")
    rig.run()
    rig.set_there(second, SUMMARY="Stroll")

    found = change(rig, language="it")
    rig.run()

    assert (found.rewritten, found.removed, found.added) == (2, [], [])
    assert rig.copy(first).fields["summary"] == "Incontro"
    assert rig.copy(second).fields["summary"] == "Stroll"
    assert rig.proposals() == [("conflict", ["summary"])]


def test_a_room_given_to_the_calendar_settles_the_open_question_about_it(rig):
    event = rig.event(days=1, event_attendance_mode="offline", location_en="Hall")
    rig.run()
    rig.set_there(event, LOCATION="Garden")
    rig.run()
    asked = rig.proposals()

    found = change(rig, remote_owns=("location",))
    rig.run()

    event.refresh_from_db()
    assert asked == [("change", ["location"])]
    assert (found.taken, found.given) == (1, ("location",))
    assert event.location_en == "Garden"
    assert rig.proposals() == []


def test_nothing_is_changed_under_a_run_that_goes_on(radicale, db):
    rig = Rig(radicale, radicale.new_calendar())
    rig.calendar.lease_until = rig.now.replace(year=rig.now.year + 1)
    rig.calendar.save()

    with pytest.raises(ValidationError) as refused:
        change(rig, language="it")

    assert (refused.value.code, rig.calendar.language) == ("busy", "en")
