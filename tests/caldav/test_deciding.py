"""Who may decide what about an entry that somebody changed elsewhere: the event is its own city's."""

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError

from events.caldav.copies import entry_of, fields_of
from events.models import Event, SyncProposal
from events.services.calendars.proposals import decide
from tests.factories import (
    START,
    make_city,
    make_event,
    make_organisation,
    make_proposal,
    make_remote_calendar,
    make_remote_item,
    make_user,
)

pytestmark = pytest.mark.django_db
ASKED = {
    "time": ({}, "accepted"),
    "title": ({"fields": ["summary"], "ours": {"summary": "Talk"}, "theirs": {"summary": "Mine"}}, "accepted"),
    "state": ({"fields": ["status"], "ours": {"status": "CONFIRMED"}, "theirs": {"status": "CANCELLED"}}, "accepted"),
    "room": ({"fields": ["location"], "ours": {"location": "Red"}, "theirs": {"location": "Blue"}}, "accepted"),
    "conflict": ({"kind": "conflict"}, "theirs"),
    "deletion": ({"kind": "deletion", "fields": [], "theirs": {}}, "accepted"),
    "time and note": ({"fields": ["when", "description"]}, "accepted"),
}


def staff(side):
    user = make_user(is_staff=True, side=side)
    user.user_permissions.add(Permission.objects.get(codename="change_event"))
    return user


def asked_of(owner, *, side="torino", **facts):
    """Somebody changed the copy of an event of ``side`` in the calendar of ``owner``."""
    organizer = make_organisation(side=side, city=make_city(side))
    event = make_event(name_en="Talk", organizer=organizer, event_attendance_mode="offline", location_en="Red")
    return make_proposal(make_remote_item(make_remote_calendar(owner), event), **facts)


def stored():
    return Event.objects.values("name_en", "location_en", "dtstart", "dtend", "status", "sequence").get()


@pytest.mark.parametrize(("facts", "decision"), ASKED.values(), ids=ASKED)
def test_the_event_of_the_other_city_is_not_changed_through_an_own_calendar(facts, decision):
    nagoya = staff("nagoya")
    proposal = asked_of(nagoya, **facts)
    before = stored()

    with pytest.raises(ValidationError) as refused:
        decide(proposal, decision, shown=proposal.digest, now=START, by=nagoya)

    proposal.refresh_from_db()
    assert (refused.value.code, proposal.decision, stored()) == ("not_yours", "", before)


@pytest.mark.parametrize(("name", "changed"), [("title", {"name_en": "Mine"}), ("deletion", {"status": "CANCELLED"})])
def test_the_event_of_ones_own_city_is_changed(name, changed):
    torino, (facts, decision) = staff("torino"), ASKED[name]
    proposal = asked_of(torino, **facts)
    if name == "title":
        proposal.ours = {"summary": proposal.item.base["ours"]["summary"]}
        proposal.save()

    decide(proposal, decision, shown=proposal.digest, now=START, by=torino)

    proposal.refresh_from_db()
    event = stored()
    assert proposal.decision == decision
    assert {column: event[column] for column in changed} == changed


@pytest.mark.parametrize(
    ("facts", "decision"),
    [
        ({}, "put_back"),
        ({"kind": "conflict"}, "ours"),
        ({"kind": "deletion", "fields": [], "theirs": {}}, "put_back"),
        ({"kind": "conflict", "fields": [], "ours": {}}, "ours"),
        ({"kind": "conflict", "fields": [], "ours": {}}, "theirs"),
    ],
    ids=["put back", "the portal's", "the entry back", "taken away", "left there"],
)
def test_what_concerns_the_entry_alone_is_decided_by_its_owner(facts, decision):
    nagoya = staff("nagoya")
    proposal = asked_of(nagoya, **facts)
    before = stored()

    decide(proposal, decision, shown=proposal.digest, now=START, by=nagoya)

    proposal.refresh_from_db()
    assert (proposal.decision, stored()) == (decision, before)


def test_a_note_in_an_own_calendar_is_kept_beside_the_other_citys_event():
    nagoya = staff("nagoya")
    proposal = asked_of(nagoya)
    proposal.fields, proposal.theirs = ["description"], {"description": "Bring the slides."}
    proposal.save()
    said = fields_of(entry_of(Event.objects.get(), language="en", note=""))
    proposal.ours = {"description": said["description"]}
    proposal.save()

    decide(proposal, "accepted", shown=proposal.digest, now=START, by=nagoya)

    proposal.item.refresh_from_db()
    assert proposal.item.note == "Bring the slides."


def test_what_was_written_there_after_the_look_is_not_approved_unseen():
    torino = staff("torino")
    proposal = asked_of(torino)
    shown, before = proposal.digest, stored()
    proposal.theirs = {"when": "2026-03-04T20:00:00Z/2026-03-04T21:00:00Z"}
    proposal.save()

    for decision in ("accepted", "put_back"):
        with pytest.raises(ValidationError) as refused:
            decide(proposal, decision, shown=shown, now=START, by=torino)
        assert refused.value.code == "outdated"

    proposal.refresh_from_db()
    proposal.item.refresh_from_db()
    assert (proposal.decision, proposal.item.owed, stored()) == ("", {}, before)


def test_the_same_question_asked_again_has_the_same_digest():
    proposal = asked_of(staff("torino"))
    proposal.base, proposal.created_at = dict(reversed(proposal.base.items())), START.replace(year=2027)

    digest = proposal.digest
    proposal.save()

    assert SyncProposal.objects.get().digest == digest
