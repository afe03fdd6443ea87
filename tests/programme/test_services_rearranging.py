"""Groups, interpreters and vehicles of an agenda; moving, copying and swapping what is on it."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.core.exceptions import ValidationError

from programme import services
from programme.models import AgendaItem, HostConfirmation, Vehicle
from tests.factories import make_organisation, make_person, make_version, make_visit

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 2, 1, 12, 0, tzinfo=UTC)
FIRST, LAST = date(2026, 3, 3), date(2026, 3, 5)
ACCEPTED = HostConfirmation.Answer.ACCEPTED


@pytest.fixture
def visit():
    make_organisation(kind="public_body")
    return make_visit(first_day=FIRST, last_day=LAST)


def plan(visit, starts="09:00", ends="10:30", **fields):
    slot = {"date": FIRST, "starts": time.fromisoformat(starts), "ends": time.fromisoformat(ends)}
    return services.plan_agenda_item(visit=visit, **{"names": {"it": "Saluto"}, "now": NOW, **slot, **fields})


def hours(item):
    item.event.refresh_from_db()
    return item.event.wall_start[11:16], item.event.wall_end[11:16]


def refused(call, *args, **fields):
    with pytest.raises(ValidationError) as refusal:
        call(*args, **fields)
    return refusal.value


# --- Groups -------------------------------------------------------------------------------------------


def test_an_item_is_planned_for_groups_with_all_that_staff_write_about_it(visit):
    group = services.name_group(visit, {"it": "Nord", "ja": "北班"})
    bus = Vehicle.objects.create(name="Bus", seats=20)
    written = {
        "interpretation": "consecutive",
        "speaking_minutes": 20,
        "question_minutes": 10,
        "buffer_before": 5,
        "buffer_after": 10,
        "capacity": 12,
        "vehicle": bus,
        "photo_rule": "ask",
        "gift_note": "Libro",
        "materials_due": 7,
        "spoken_languages": ["it"],
        "staff_notes": "Sala al primo piano",
    }

    item = AgendaItem.objects.get(pk=plan(visit, tracks=[group], **written).pk)

    assert list(item.tracks.all()) == [group]
    assert {name: getattr(item, name) for name in written} == written
    assert (group.name_it, group.name_ja, group.order) == ("Nord", "北班", 0)


def test_other_groups_are_material_and_a_gift_is_not(visit):
    group = services.name_group(visit, {"it": "Nord"})
    item = plan(visit, hosts=[make_person()])
    make_version(visit, now=NOW)
    item.hosts.update(answer=ACCEPTED)
    item.event.refresh_from_db()

    services.change_agenda_item(item, now=NOW, gift_note="Libro", tracks=[])
    assert (item.event.sequence, item.hosts.get().answer) == (0, ACCEPTED)

    services.change_agenda_item(item, now=NOW, tracks=[group])
    item.event.refresh_from_db()
    assert (item.event.sequence, item.hosts.get().answer) == (1, "pending")


def test_a_group_of_another_visit_is_refused(visit):
    other = services.name_group(make_visit(), {"it": "Altrove"})

    assert refused(plan, visit, tracks=[other]).error_dict["tracks"][0].code == "other_visit"
    assert not AgendaItem.objects.exists()


def test_a_group_with_items_is_not_dissolved_and_one_without_leaves_its_people(visit):
    north, south = (services.name_group(visit, {"it": name}) for name in ("Nord", "Sud"))
    delegate = visit.delegates.create(person=make_person())
    services.divide_delegation(visit, {delegate.pk: south})
    plan(visit, tracks=[north])

    assert refused(services.dissolve_group, north).code == "has_items"
    services.dissolve_group(south)
    delegate.refresh_from_db()
    assert (delegate.track, list(visit.tracks.all())) == (None, [north])


def test_delegates_of_other_visits_are_not_divided(visit):
    group = services.name_group(visit, {"it": "Nord"})
    stranger = make_visit().delegates.create(person=make_person())

    services.divide_delegation(visit, {stranger.pk: group})

    stranger.refresh_from_db()
    assert stranger.track is None


# --- Interpreters -------------------------------------------------------------------------------------


def test_an_interpreter_is_there_for_the_whole_item_unless_hours_say_otherwise(visit):
    item = plan(visit)
    whole = services.assign_interpreter(item, make_person(), languages=("it", "ja"))
    part = services.assign_interpreter(
        item, make_person(), languages=("ja", "it"), ends=item.event.dtstart + timedelta(minutes=30)
    )

    assert (whole.starts, whole.ends) == (item.event.dtstart, item.event.dtend)
    assert part.ends - part.starts == timedelta(minutes=30)


def test_outside_of_the_item_an_interpreter_is_refused_with_its_hours(visit):
    item = plan(visit)
    late = refused(
        services.assign_interpreter,
        item,
        make_person(),
        languages=("it", "ja"),
        ends=item.event.dtend + timedelta(minutes=1),
    )

    assert (late.code, late.params["start"], late.params["end"]) == ("outside", "09:00", "10:30")


def test_an_unknown_pair_is_refused_with_what_the_person_knows(visit):
    person = make_person(languages=["it", "en"])

    refusal = refused(services.assign_interpreter, plan(visit), person, languages=("it", "ja"))

    assert (refusal.code, refusal.params["known"]) == ("unknown_pair", "italiano, inglese")


def test_the_same_pair_twice_and_one_language_twice_are_refused(visit):
    item, person = plan(visit), make_person()
    services.assign_interpreter(item, person, languages=("it", "ja"))

    assert refused(services.assign_interpreter, item, person, languages=("it", "ja")).messages
    assert refused(services.assign_interpreter, item, person, languages=("it", "it")).messages
    services.unassign_interpreter(item.interpreters.get())
    assert not item.interpreters.exists()


def test_an_item_that_gets_an_interpreter_is_interpreted_and_keeps_the_way_that_was_chosen(visit):
    plain, whispered = plan(visit), plan(visit, "14:00", "15:00", interpretation="whispered")

    for item in (plain, whispered):
        services.assign_interpreter(item, make_person(), languages=("it", "ja"))
        item.refresh_from_db()

    assert (plain.interpretation, whispered.interpretation) == ("consecutive", "whispered")


def test_interpreters_move_with_their_item_and_a_part_keeps_its_place_in_it(visit):
    item = plan(visit)
    services.assign_interpreter(item, make_person(), languages=("it", "ja"))
    start = item.event.dtstart
    services.assign_interpreter(item, make_person(), languages=("it", "ja"), starts=start + timedelta(minutes=60))

    services.reschedule_agenda_item(item, date=LAST, starts=time(14), ends=time(15, 15), now=NOW)

    begins = item.event.dtstart
    whole, part = item.interpreters.order_by("starts")
    assert (whole.starts, whole.ends) == (begins, item.event.dtend)
    assert (part.starts, part.ends) == (begins + timedelta(minutes=60), begins + timedelta(minutes=75))


def test_a_part_of_which_nothing_is_left_goes(visit):
    item = plan(visit)
    start = item.event.dtstart
    services.assign_interpreter(item, make_person(), languages=("it", "ja"), starts=start + timedelta(minutes=60))

    services.reschedule_agenda_item(item, date=FIRST, starts=time(9), ends=time(10), now=NOW)

    assert not item.interpreters.exists()


# --- Rearranging --------------------------------------------------------------------------------------


def test_an_item_moves_by_minutes_and_its_hosts_are_asked_again(visit):
    item = plan(visit, hosts=[make_person()])
    item.hosts.update(answer=ACCEPTED)

    services.move_item(item, -20, now=NOW)

    assert hours(item) == ("08:40", "10:10")
    assert item.hosts.get().answer == "pending"


def test_a_move_over_the_missing_hour_keeps_the_length(visit):
    visit.first_day = visit.last_day = date(2026, 3, 29)
    visit.save()
    item = plan(visit, "01:30", "01:50", date=date(2026, 3, 29))

    services.move_item(item, 60, now=NOW)

    assert hours(item) == ("03:30", "03:50")


def test_what_follows_that_day_moves_too_as_far_as_it_shares_a_group(visit):
    north, south = (services.name_group(visit, {"it": name}) for name in ("Nord", "Sud"))
    before = plan(visit, "08:00", "08:30")
    first = plan(visit, "09:00", "10:00", tracks=[north])
    parallel = plan(visit, "09:30", "10:00", tracks=[south])
    both = plan(visit, "11:00", "12:00")
    next_day = plan(visit, "09:00", "10:00", date=LAST)

    moved = services.shift_from(first, 15, now=NOW)

    assert [item.pk for item in moved] == [first.pk, both.pk]
    assert [hours(item)[0] for item in (before, first, parallel, both, next_day)] == [
        "08:00",
        "09:15",
        "09:30",
        "11:15",
        "09:00",
    ]


def test_a_shift_out_of_the_visit_is_refused_naming_the_item_and_moves_nothing(visit):
    first = plan(visit, "20:00", "21:00", date=LAST)
    plan(visit, "23:00", "23:30", date=LAST, names={"it": "Brindisi"})

    refusal = refused(services.shift_from, first, 60, now=NOW)

    assert (refusal.code, refusal.params["item"]) == ("cannot_move", "Brindisi")
    assert hours(first) == ("20:00", "21:00")


@pytest.mark.parametrize("minutes", [0, 721, -721])
def test_minutes_without_sense_are_refused(visit, minutes):
    assert refused(services.move_item, plan(visit), minutes, now=NOW).code == "minutes"


def test_an_item_is_made_longer(visit):
    item = plan(visit)

    services.lengthen_item(item, 25, now=NOW)

    assert hours(item) == ("09:00", "10:55")


def test_a_copied_day_has_the_same_hours_groups_and_hosts_as_drafts(visit):
    group, host = services.name_group(visit, {"it": "Nord"}), make_person()
    item = plan(visit, hosts=[host], tracks=[group], interpretation="whispered", dress={"ja": "正装"})
    late = plan(visit, "23:00", "01:00", ends_next_day=True)
    item.hosts.update(answer=ACCEPTED)

    first, second = services.copy_day(visit, FIRST, LAST, now=NOW)

    assert (first.day.date, hours(first), hours(second)) == (LAST, hours(item), hours(late))
    assert (first.interpretation, first.dress_ja, list(first.tracks.all())) == ("whispered", "正装", [group])
    assert [(one.person, one.answer) for one in first.hosts.all()] == [(host, "pending")]
    assert first.event.status == "TENTATIVE"


def test_an_empty_day_the_same_day_and_a_day_outside_are_not_copied_to(visit):
    plan(visit)

    assert refused(services.copy_day, visit, FIRST, FIRST, now=NOW).code == "same"
    assert refused(services.copy_day, visit, LAST, FIRST, now=NOW).code == "empty"
    assert refused(services.copy_day, visit, FIRST, date(2026, 3, 6), now=NOW).code == "cannot_copy"
    assert AgendaItem.objects.count() == 1


def test_hosts_change_places_and_who_is_at_both_stays(visit):
    anna, luca, both = make_person(), make_person(), make_person()
    first, second = plan(visit, hosts=[anna, both]), plan(visit, "11:00", "12:00", hosts=[luca, both])
    HostConfirmation.objects.update(answer=ACCEPTED)

    services.swap_hosts(first, second)

    assert {(host.person, host.answer) for host in first.hosts.all()} == {(luca, "pending"), (both, ACCEPTED)}
    assert {(host.person, host.answer) for host in second.hosts.all()} == {(anna, "pending"), (both, ACCEPTED)}
    assert refused(services.swap_hosts, first, first).code == "same"
