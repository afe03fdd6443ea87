"""Both sides in step, on real servers: the table of three states, row by row."""

import pytest
from django.core.exceptions import ValidationError

from events.models import RemoteItem, SyncProposal, SyncRun
from iurc_portal.notifications.models import Message
from tests.caldav.rig import Rig, moved
from tests.factories import make_city, make_organisation


def test_the_first_run_writes_every_event_and_the_next_does_nothing_with_one_request(rig):
    events = [rig.event(f"Talk {n}", days=n) for n in range(3)]

    first, second = rig.run(), rig.run()

    assert first.outcome == SyncRun.Outcome.DONE, (first.error, first.detail)
    assert first.counts["created"] == 3
    assert {rig.copy(event).fields["summary"] for event in events} == {"Talk 0", "Talk 1", "Talk 2"}
    assert all(rig.copy(event).fields == rig.ours(event) for event in events)
    assert second.counts == {"requests": 1, "seen": 3} or second.counts == {"requests": 1}
    assert rig.run().counts == {"requests": 1}


def test_a_copy_carries_no_people_and_says_whose_it_is(rig):
    event = rig.event()

    rig.run()

    copy = rig.copy(event)
    assert copy.is_of(event)
    assert copy.is_as_written
    assert not any("ATTENDEE" in line or "ORGANIZER" in line for line in copy.component.text())


def test_what_changes_here_is_written_there(rig):
    event = rig.event()
    rig.run()

    rig.move(event)
    rig.rename(event, "Another talk")
    run = rig.run()

    assert run.counts["updated"] == 1
    assert rig.copy(event).fields == rig.ours(event)
    assert rig.copy(event).fields["summary"] == "Another talk"


def test_a_cancelled_event_stays_there_as_cancelled(rig):
    event = rig.event()
    rig.run()

    rig.cancel(event)
    rig.run()

    assert rig.copy(event).fields["status"] == "CANCELLED"


def test_an_hour_changed_there_waits_for_staff_and_is_accepted(rig):
    event = rig.event()
    rig.run()
    wanted = moved(event)

    rig.move_there(event)
    run = rig.run()

    assert run.counts["proposed"] == 1
    assert rig.proposals() == [("change", ["when"])]
    assert rig.ours(event)["when"] != wanted
    assert rig.copy(event).fields["when"] == wanted
    assert rig.run().counts == {"requests": 1}

    rig.decide("accepted")
    rig.run()

    assert rig.ours(event)["when"] == wanted
    assert rig.copy(event).fields == rig.ours(event)
    assert rig.proposals() == []
    assert rig.run().counts["requests"] == 1
    event.refresh_from_db()
    assert event.sequence == 1


def test_a_title_changed_there_is_put_back_once(rig):
    event = rig.event("Talk")
    rig.run()
    rig.set_there(event, SUMMARY="My talk")
    rig.run()

    rig.decide("put_back")
    run = rig.run()

    assert run.counts["updated"] == 1
    assert rig.copy(event).fields["summary"] == "Talk"
    rig.run()
    assert rig.run().counts == {"requests": 1}
    assert rig.proposals() == []


def test_who_insists_after_it_was_put_back_is_asked_about_again(rig):
    event = rig.event("Talk")
    rig.run()
    rig.set_there(event, SUMMARY="My talk")
    rig.run()
    rig.decide("put_back")
    rig.set_there(event, SUMMARY="Our talk")

    rig.run()

    assert rig.proposals() == [("change", ["summary"])]
    assert rig.copy(event).fields["summary"] == "Our talk"


def test_what_is_undone_there_settles_itself(rig):
    event = rig.event("Talk")
    rig.run()
    rig.set_there(event, SUMMARY="My talk")
    rig.run()

    rig.set_there(event, SUMMARY="Talk")
    rig.run()

    assert rig.proposals() == []
    assert SyncProposal.objects.get().decision == "settled"


def test_different_fields_changed_on_both_sides_are_merged(rig):
    event = rig.event("Talk")
    rig.run()

    rig.set_there(event, SUMMARY="My talk")
    rig.move(event)
    rig.run()

    fields = rig.copy(event).fields
    assert (fields["summary"], fields["when"]) == ("My talk", rig.ours(event)["when"])
    assert rig.proposals() == [("change", ["summary"])]


def test_the_same_field_changed_on_both_sides_is_a_conflict_that_staff_decide(rig):
    event = rig.event("Talk")
    rig.run()
    rig.set_there(event, SUMMARY="Theirs")
    rig.rename(event, "Ours")

    run = rig.run()

    assert run.counts["conflicts"] == 1
    row = rig.proposal()
    assert (row.kind, row.base["summary"], row.ours["summary"], row.theirs["summary"]) == (
        "conflict",
        "Talk",
        "Ours",
        "Theirs",
    )
    assert rig.copy(event).fields["summary"] == "Theirs"
    rig.decide("ours")
    rig.run()
    assert rig.copy(event).fields["summary"] == "Ours"
    rig.run()
    assert rig.run().counts == {"requests": 1}


def test_the_calendars_version_of_a_conflict_becomes_ours(rig):
    event = rig.event("Talk")
    rig.run()
    rig.set_there(event, SUMMARY="Theirs")
    rig.rename(event, "Ours")
    rig.run()

    rig.decide("theirs")
    rig.run()

    event.refresh_from_db()
    assert event.name_en == "Theirs"
    assert rig.copy(event).fields == rig.ours(event)


def test_a_decision_on_what_has_changed_since_is_refused(rig):
    event = rig.event("Talk")
    rig.run()
    rig.set_there(event, SUMMARY="Theirs")
    rig.run()
    row = rig.proposal()
    rig.rename(event, "Ours")

    with pytest.raises(ValidationError) as refusal:
        rig.decide("accepted", row)
    assert refusal.value.code == "outdated"

    rig.decide("put_back", row)
    with pytest.raises(ValidationError) as refusal:
        rig.decide("put_back", row)
    assert refusal.value.code == "decided"


def test_deleted_there_asks_whether_to_cancel(rig):
    event, _other = rig.event(), rig.event(days=1)
    rig.run()
    rig.delete_there(event)

    rig.run()

    assert rig.proposals() == [("deletion", [])]
    assert rig.copy(event) is None
    rig.run()
    assert rig.proposals() == [("deletion", [])]

    rig.decide("accepted")
    rig.run()
    event.refresh_from_db()
    assert event.is_cancelled
    assert rig.copy(event) is None
    assert rig.run().counts["requests"] == 1


def test_deleted_there_and_put_back_is_there_again(rig):
    event, _other = rig.event(), rig.event(days=1)
    rig.run()
    rig.delete_there(event)
    rig.run()

    rig.decide("put_back")
    rig.run()

    assert rig.copy(event).fields == rig.ours(event)
    assert rig.proposals() == []


def test_deleted_there_and_changed_here_is_written_again_and_told(rig):
    event, _other = rig.event(), rig.event(days=1)
    rig.run()
    rig.delete_there(event)
    rig.move(event)

    rig.run()

    assert rig.copy(event).fields == rig.ours(event)
    assert SyncProposal.objects.get().kind == "note"


def test_a_cancelled_event_may_be_deleted_there(rig):
    event, _other = rig.event(), rig.event(days=1)
    rig.cancel(event)
    rig.run()
    rig.delete_there(event)

    rig.run()

    assert rig.proposals() == []
    assert rig.copy(event) is None


def test_an_event_that_we_withdraw_is_deleted_there(rig):
    event, _other = rig.event(), rig.event(days=1)
    rig.run()
    event.access = "participants"
    event.save()

    run = rig.run()

    assert run.counts["deleted"] == 1
    assert rig.copy(event) is None
    assert not RemoteItem.objects.filter(event=event).exists()


@pytest.mark.parametrize("decision", ["ours", "theirs"])
def test_an_event_withdrawn_here_and_changed_there_is_a_conflict(rig, decision):
    event, _other = rig.event(), rig.event(days=1)
    rig.run()
    rig.set_there(event, SUMMARY="Theirs")
    event.access = "participants"
    event.save()

    rig.run()

    assert rig.proposals() == [("conflict", [])]
    assert rig.copy(event).fields["summary"] == "Theirs"
    rig.decide(decision)
    rig.run()
    rig.run()
    assert (rig.copy(event) is None) == (decision == "ours")
    assert rig.proposals() == []


def test_a_room_that_the_calendar_owns_is_taken_and_keeps_its_address(server, db):
    rig = Rig(server, server.new_calendar(), fields={"remote_owns": ["location", "description"]})
    event = rig.event(event_attendance_mode="offline", location_en="Red room")
    rig.run()

    rig.set_there(event, LOCATION="Blue room", DESCRIPTION="Bring the slides.")
    run = rig.run()

    event.refresh_from_db()
    assert event.location_en == "Blue room"
    assert run.counts["taken"] == 2
    fields = rig.copy(event).fields
    assert fields == rig.ours(event)
    assert fields["description"].endswith("\n\nBring the slides.")
    assert rig.proposals() == []
    rig.run()
    assert rig.run().counts == {"requests": 1}


def test_a_room_of_the_other_citys_event_is_not_taken_and_can_only_be_put_back(server, db):
    nagoya = make_organisation(side="nagoya", city=make_city("nagoya"))
    rig = Rig(server, server.new_calendar(), fields={"remote_owns": ["location"]}, organizer=nagoya)
    event = rig.event(event_attendance_mode="offline", location_en="Red room")
    rig.run()

    rig.set_there(event, LOCATION="Blue room")
    run = rig.run()

    event.refresh_from_db()
    assert (event.location_en, run.counts.get("taken"), rig.proposals()) == (
        "Red room",
        None,
        [("change", ["location"])],
    )
    with pytest.raises(ValidationError) as refused:
        rig.decide("accepted")
    assert refused.value.code == "not_yours"
    rig.decide("put_back")
    rig.run()
    assert rig.copy(event).fields == rig.ours(event)
    assert rig.proposals() == []


def test_alarms_and_categories_of_others_survive_our_writing(rig):
    event = rig.event()
    rig.run()
    alarm = ["BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT10M", "DESCRIPTION:Talk", "END:VALARM"]
    rig.rewrite(event, lambda lines: [*lines[:-2], "CATEGORIES:Nagoya", *alarm, *lines[-2:]])
    rig.run()

    rig.move(event)
    rig.run()

    lines = rig.copy(event).component.text()
    assert rig.copy(event).fields == rig.ours(event)
    assert "CATEGORIES:Nagoya" in lines
    assert "TRIGGER:-PT10M" in lines
    assert rig.proposals() == []


def test_something_of_others_is_seen_and_left_alone(rig):
    rig.event()
    rig.run()
    href = rig.add_there(DESCRIPTION="Root canal")

    run = rig.run()

    item = RemoteItem.objects.found().get()
    assert (run.counts["found"], item.href, item.title) == (1, href, "Dentist")
    assert "description" not in item.base["theirs"]
    assert len(rig.there()) == 2
    with rig.client() as client:
        client.delete(href, etag=client.get(href).etag)
    rig.run()
    assert not RemoteItem.objects.found().exists()


def test_what_is_private_there_is_known_by_its_address_alone(rig):
    rig.event()
    rig.add_there(CLASS="PRIVATE")

    rig.run()

    assert RemoteItem.objects.found().get().base == {"theirs": {}}


def test_a_dry_run_says_what_it_would_do_and_does_nothing(rig):
    rig.event()

    run = rig.run(dry_run=True)

    assert (run.pk, run.counts["created"]) == (None, 1)
    assert rig.there() == {}
    assert not RemoteItem.objects.exists()


def test_an_emptied_calendar_stops_the_run_until_staff_let_it_pass(rig):
    events = [rig.event(days=n) for n in range(3)]
    rig.run()
    for event in events:
        rig.delete_there(event)

    runs = [rig.run(), rig.run()]

    assert [(run.outcome, run.error) for run in runs] == [("stopped", "remote_empty")] * 2
    assert rig.calendar.stopped_because == "remote_empty"
    assert rig.proposals() == []
    rig.calendar.allow_once = True
    rig.calendar.save()
    rig.run()
    assert rig.proposals() == [("deletion", [])] * 3
    assert (rig.calendar.stopped_because, rig.calendar.allow_once) == ("", False)


def test_a_portal_without_events_deletes_nothing(rig):
    events = [rig.event(days=n) for n in range(2)]
    rig.run()
    for event in events:
        event.access = "participants"
        event.save()

    run = rig.run()

    assert (run.outcome, run.error) == ("stopped", "portal_empty")
    assert len(rig.there()) == 2


def test_what_leaves_the_window_with_time_leaves_the_calendar(rig):
    old, _other = rig.event(days=-20), rig.event(days=30)
    rig.run()
    rig.now = old.dtend.replace(month=5, day=30)

    rig.run()

    assert rig.copy(old) is None
    assert rig.proposals() == []


def test_a_password_that_is_not_good_any_more_pauses_and_tells_the_owner_once(radicale, db):
    rig = Rig(radicale, radicale.new_calendar())
    rig.event()
    rig.calendar.secret = "another"
    rig.calendar.save()

    run = rig.run()
    rig.run()

    assert (run.outcome, run.error) == ("paused", "unauthorized")
    assert rig.calendar.paused_because == "unauthorized"
    assert Message.objects.filter(kind="events.calendar_refused").count() == 1
