"""Releasing an agenda: what is frozen, what refuses it, what changed; there is no second door (P6, P11, P12)."""

from datetime import UTC, date, datetime, time

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.utils import translation

from ecosystem.models import Place
from events.models import Event
from iurc_portal.audit.models import Transition
from programme import services
from programme.exceptions import Frozen, NotReady, ReleaseRefused
from programme.models import AgendaVersion, TravelTime
from programme.services import releases
from programme.versions.difference import difference
from programme.versions.held import own_items, read
from tests.factories import all_ticks, make_city, make_organisation, make_person, make_user, make_visit

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 2, 1, 12, 0, tzinfo=UTC)
FIRST, LAST = date(2026, 3, 3), date(2026, 3, 4)


@pytest.fixture
def visit():
    make_organisation(kind="public_body", slug="citta-di-torino")
    visit = make_visit(state="preparing", first_day=FIRST, last_day=LAST)
    visit.delegates.create(person=make_person(), role="head", rank=1, reply="accepted")
    return visit


def an_item(visit, name="Meeting", **fields):
    slot = {"date": FIRST, "starts": time(9), "ends": time(10), "names": {"en": name}, "now": NOW}
    return services.plan_agenda_item(visit=visit, **{**slot, **fields})


def released(visit, **fields):
    return services.release(visit, now=NOW, ticks=all_ticks(visit, now=NOW), **fields)


def moved(item, hour, **fields):
    return services.reschedule_agenda_item(item, date=FIRST, starts=time(hour), ends=time(hour + 1), now=NOW, **fields)


def kinds(before, after):
    changes = difference(before.snapshot["items"], after.snapshot["items"])
    return [(change.item["name"]["en"], str(change.kind), change.has_moved_in) for change in changes]


def refusal(visit, **fields):
    with pytest.raises(ReleaseRefused) as error:
        services.release(visit, now=NOW, **fields)
    return error.value


# --- What is frozen --------------------------------------------------------------------------------------------------


def test_the_first_release_freezes_version_one_confirms_the_items_and_moves_the_visit(visit):
    staff = make_user()
    hall = Place.objects.create(name_en="City Hall", name_ja="市庁舎", city=make_city())
    host, track = make_person(), visit.tracks.create(name_en="Group A")
    item = an_item(visit, place=hall, hosts=[host], dress={"en": "Formal"}, spoken_languages=["it", "ja"])
    item.tracks.add(track)

    version = released(visit, by=staff, note={"en": " Welcome "})

    visit.refresh_from_db()
    frozen = version.snapshot["items"][0]
    event = Event.objects.get()
    assert (version.number, version.released_at, version.released_by, version.note_en) == (1, NOW, staff, "Welcome")
    assert (visit.state, event.status) == ("released", "CONFIRMED")
    assert (frozen["uid"], frozen["sequence"], frozen["status"]) == (event.uid, 0, "CONFIRMED")
    assert (frozen["start"], frozen["end"]) == ("2026-03-03T08:00:00+00:00", "2026-03-03T09:00:00+00:00")
    assert frozen["name"] == {"it": "", "en": "Meeting", "ja": ""}
    assert frozen["place"]["name"] == {"it": "", "en": "City Hall", "ja": "市庁舎"}
    assert (frozen["hosts"], frozen["tracks"], frozen["languages"]) == ([host.pk], [track.pk], ["it", "ja"])
    assert frozen["dress"]["en"] == "Formal"
    assert Transition.objects.of(visit).get(to_state="released").actor == staff


def test_people_stand_in_a_version_by_number_alone(visit):
    host = make_person(family_name="Kuronumada", email="host@example.org")
    an_item(visit, hosts=[host])

    version = released(visit)

    assert "Kuronumada" not in str(version.snapshot) + str(version.acknowledged)


def test_what_people_hold_stays_when_staff_go_on_planning(visit):
    item = an_item(visit)
    version = released(visit)

    moved(item, 15)
    services.change_agenda_item(item, names={"en": "Renamed"}, now=NOW)

    held = read([AgendaVersion.objects.select_related("visit").get(pk=version.pk)])[0].items[0]
    assert (held.event.name_en, held.event.dtstart.hour, held.event.sequence) == ("Meeting", 8, 0)


def test_numbers_rise_by_one_and_the_visit_stays_released(visit):
    an_item(visit)
    first = released(visit)
    an_item(visit, "Second", starts=time(14), ends=time(15))
    second = released(visit)

    visit.refresh_from_db()
    assert (first.number, second.number, visit.state) == (1, 2, "released")


def test_a_version_is_never_changed_or_deleted(visit):
    an_item(visit)
    version = released(visit)
    version.note = "Rewritten"

    for act in (
        version.save,
        version.delete,
        AgendaVersion.objects.all().delete,
        lambda: AgendaVersion.objects.update(number=9),
        lambda: AgendaVersion.objects.filter(visit=visit).update(note_en="x"),
    ):
        with pytest.raises(Frozen):
            act()
    assert AgendaVersion.objects.get().note == ""


# --- What refuses it -------------------------------------------------------------------------------------------------


def test_warnings_are_ticked_one_by_one_and_kept_with_who_and_why(visit):
    staff = make_user()
    an_item(visit, "First")
    an_item(visit, "Second", starts=time(11), ends=time(12))
    keys = list(all_ticks(visit, now=NOW))

    refused = refusal(visit, ticks={keys[0]: "They said so by telephone"})
    version = services.release(visit, now=NOW, by=staff, ticks={keys[0]: "By telephone", keys[1]: ""})

    assert [told.key for told in refused.unticked] == keys[1:]
    assert refused.blocks == []
    assert [(one["code"], one["by"], one["why"]) for one in version.acknowledged] == [
        ("HOST_UNCONFIRMED", staff.pk, "By telephone"),
        ("HOST_UNCONFIRMED", staff.pk, ""),
    ]


def test_a_block_refuses_and_names_code_both_items_and_numbers(visit):
    one, two = (Place.objects.create(name_en=name, city=make_city()) for name in ("One", "Two"))

    TravelTime.objects.create(origin=one, destination=two, minutes=40)
    an_item(visit, "First", place=one)
    an_item(visit, "Second", place=two, starts=time(10, 15), ends=time(11))

    with translation.override("en"):
        refused = refusal(visit, ticks=all_ticks(visit, now=NOW))

    conflict = refused.blocks[0].conflict
    assert (conflict.code, conflict.has, conflict.needs, conflict.short_by) == ("TRAVEL_SHORT", 15, 50, 35)
    assert [item.name for item in conflict.items] == ["First", "Second"]
    assert "“First”" in refused.messages[0]
    assert AgendaVersion.objects.count() == 0
    visit.refresh_from_db()
    assert visit.state == "preparing"


@pytest.fixture
def manager():
    user = make_user(is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="release_over_blocks"))
    return user


def with_a_block(visit):
    """One host in two items at one time: a block that a manager may release over."""
    host = make_person()
    a, b = visit.tracks.create(name_en="A"), visit.tracks.create(name_en="B")
    an_item(visit, "First", hosts=[host]).tracks.add(a)
    other = make_visit(state="preparing", first_day=FIRST, last_day=LAST)
    an_item(other, "Elsewhere", hosts=[host])
    return b


def test_a_manager_releases_over_a_block_with_a_reason_and_nobody_else(visit, manager):
    with_a_block(visit)
    ticks = all_ticks(visit, now=NOW)

    unsaid = refusal(visit, ticks=ticks, by=manager, override_reason="  ")
    clerk = refusal(visit, ticks=ticks, by=make_user(is_staff=True), override_reason="It will do")
    version = services.release(visit, now=NOW, ticks=ticks, by=manager, override_reason="They share a car")

    assert [told.conflict.code for told in unsaid.blocks] == ["HOST_DOUBLE"]
    assert [told.conflict.code for told in clerk.blocks] == ["HOST_DOUBLE"]
    assert version.override_reason == "They share a car"
    assert ("HOST_DOUBLE", manager.pk, "They share a car") in [
        (one["code"], one["by"], one["why"]) for one in version.acknowledged
    ]


def test_nobody_releases_over_a_delegate_in_two_places(visit, manager):
    an_item(visit, "First")
    an_item(visit, "Second", starts=time(9, 30), ends=time(10, 30))

    refused = refusal(visit, ticks=all_ticks(visit, now=NOW), by=manager, override_reason="It will do")

    assert "DELEGATE_DOUBLE" in [told.conflict.code for told in refused.blocks]


def test_without_a_head_nothing_is_released(visit, manager):
    an_item(visit)
    visit.delegates.update(role="member")

    with pytest.raises(NotReady):
        services.release(visit, now=NOW, ticks=all_ticks(visit, now=NOW), by=manager, override_reason="It will do")
    assert {"DELEGATE_DOUBLE", "HEAD_MISSING", "INTERP_MISSING"} == releases.NEVER_OVERRIDDEN


@pytest.mark.parametrize("state", ["draft", "proposed", "accepted", "postponed", "cancelled", "completed", "closed"])
def test_only_an_agenda_in_preparation_or_out_is_released(visit, state):
    an_item(visit)
    type(visit).objects.filter(pk=visit.pk).update(state=state)

    with pytest.raises(ValidationError) as error:
        released(visit)

    assert error.value.code == "state"


def test_the_same_agenda_is_not_released_twice(visit):
    an_item(visit)
    released(visit)

    with pytest.raises(ValidationError) as error:
        released(visit)

    assert error.value.code == "nothing"
    assert AgendaVersion.objects.count() == 1


def test_what_was_not_looked_at_is_not_released(visit):
    item = an_item(visit)
    seen = services.draft_of(visit, now=NOW).seen
    moved(item, 15)

    with pytest.raises(ValidationError) as error:
        released(visit, seen=seen)

    assert error.value.code == "seen"


def test_moving_the_visit_by_hand_goes_the_same_way(visit):
    item = an_item(visit)

    with pytest.raises(ReleaseRefused):
        services.move_visit(visit, "released", now=NOW)
    item.hosts.create(person=make_person(), answer="accepted")
    services.move_visit(visit, "released", now=NOW)

    assert AgendaVersion.objects.get().number == 1


# --- What changed ----------------------------------------------------------------------------------------------------


def test_the_difference_tells_added_moved_cancelled_and_text(visit):
    hall = Place.objects.create(name_en="Hall", city=make_city())
    stays = an_item(visit, "Stays")
    later = an_item(visit, "Later", starts=time(11), ends=time(12))
    elsewhere = an_item(visit, "Elsewhere", starts=time(13), ends=time(14))
    off = an_item(visit, "Off", starts=time(15), ends=time(16))
    words = an_item(visit, "Words", starts=time(17), ends=time(18))
    first = released(visit)

    moved(later, 12)
    services.change_agenda_item(elsewhere, place=hall, now=NOW)
    services.withdraw_agenda_item(off, now=NOW)
    services.change_agenda_item(words, dress_en="Formal", now=NOW)
    an_item(visit, "New", date=LAST)
    second = released(visit)

    assert stays.pk in {item["pk"] for item in second.snapshot["items"]}
    assert kinds(first, second) == [
        ("Later", "moved", ("time",)),
        ("Elsewhere", "moved", ("place",)),
        ("Off", "cancelled", ()),
        ("Words", "text", ()),
        ("New", "added", ()),
    ]


def test_a_move_there_and_back_is_no_change(visit):
    item = an_item(visit)
    released(visit)

    moved(item, 15)
    moved(item, 9)

    assert services.draft_of(visit, now=NOW).is_news is False


def test_words_raise_no_sequence_and_hosts_and_groups_do(visit):
    words, hosted, grouped = (
        an_item(visit, name, starts=time(hour), ends=time(hour + 1))
        for name, hour in (("Words", 9), ("Hosted", 11), ("Grouped", 13))
    )
    released(visit)

    services.change_agenda_item(words, names={"en": "Words, spelt well"}, now=NOW)
    services.set_hosts(hosted, [make_person()])
    grouped.tracks.add(visit.tracks.create(name_en="A"))
    version = released(visit)

    numbers = {item["pk"]: item["sequence"] for item in version.snapshot["items"]}
    assert numbers == {words.pk: 0, hosted.pk: 1, grouped.pk: 1}


def test_a_text_in_another_language_moves_nobody_and_other_words_for_where_do(visit):
    item = an_item(visit, locations={"en": "Gate 1"})
    first = released(visit)

    services.change_agenda_item(item, locations={"en": "Gate 1", "ja": "1番口"}, now=NOW)
    second = released(visit)
    services.change_agenda_item(item, locations={"en": "Gate 2", "ja": "1番口"}, now=NOW)
    third = released(visit)

    assert kinds(first, second) == [("Meeting", "text", ())]
    assert kinds(second, third) == [("Meeting", "moved", ("place",))]


def test_an_item_planned_after_the_release_is_held_by_nobody_until_its_own(visit):
    an_item(visit)
    version = released(visit)
    new = an_item(visit, "New", date=LAST)

    held = [item["pk"] for item in version.snapshot["items"]]
    later = released(visit)

    assert new.pk not in held
    assert new.pk in {item["pk"] for item in later.snapshot["items"]}


def test_each_person_has_the_items_of_their_group_and_those_they_receive_at(visit):
    a, b = visit.tracks.create(name_en="A"), visit.tracks.create(name_en="B")
    in_a, in_none, host = (make_person() for _n in range(3))
    visit.delegates.create(person=in_a, track=a, rank=2)
    visit.delegates.create(person=in_none, rank=3)
    everybody = an_item(visit, "Everybody")
    for_a, for_b = (an_item(visit, name, starts=time(11), ends=time(12)) for name in "AB")
    for_a.tracks.add(a)
    for_b.tracks.add(b)
    services.set_hosts(for_b, [host])
    snapshot = services.draft_of(visit, now=NOW).snapshot

    own = [set(own_items(snapshot, person.pk)) for person in (in_a, in_none, host)]

    assert own == [{everybody.pk, for_a.pk}, {everybody.pk}, {for_b.pk}]


def test_looking_at_a_draft_costs_the_same_for_many_items_as_for_few(visit, django_assert_max_num_queries):
    for hour in range(9, 19):
        an_item(visit, f"Item {hour}", starts=time(hour), ends=time(hour + 1), hosts=[make_person()])

    with django_assert_max_num_queries(24):
        services.draft_of(visit, now=NOW)
