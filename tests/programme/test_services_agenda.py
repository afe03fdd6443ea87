from datetime import UTC, date, datetime, time

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from events.models import Event
from events.services import scheduling
from iurc_portal.audit.models import Transition
from programme import services
from programme.models import AgendaItem, VisitDay
from tests.factories import make_city, make_organisation, make_person, make_user, make_visit

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 2, 1, 12, 0, tzinfo=UTC)
FIRST, LAST = date(2026, 3, 3), date(2026, 3, 4)


def a_visit(**fields):
    make_organisation(kind="public_body")
    return make_visit(**{"first_day": FIRST, "last_day": LAST, **fields})


def plan(visit, **fields):
    slot = {"date": FIRST, "starts": time(9), "ends": time(10, 30), "names": {"it": "Saluto"}, "now": NOW}
    return services.plan_agenda_item(visit=visit, **{**slot, **fields})


def codes_of(error):
    return {field: [e.code for e in errors] for field, errors in error.value.error_dict.items()}


def test_an_item_gets_its_day_and_a_draft_event_for_participants_on_the_clock_of_the_host_city():
    visit = a_visit()

    item = plan(visit, names={"it": "Saluto", "ja": "歓迎"}, kind="ceremony", locations={"it": "Sala Rossa"})

    event = item.event
    assert (event.dtstart, event.dtend) == (
        datetime(2026, 3, 3, 8, 0, tzinfo=UTC),
        datetime(2026, 3, 3, 9, 30, tzinfo=UTC),
    )
    assert (event.tzid, event.wall_start, event.wall_end) == (
        "Europe/Rome",
        "2026-03-03T09:00:00",
        "2026-03-03T10:30:00",
    )
    assert (event.status, event.access, event.registration_open) == ("TENTATIVE", "participants", False)
    assert (event.name_it, event.name_ja, event.location_it) == ("Saluto", "歓迎", "Sala Rossa")
    assert (event.track.slug, event.event_attendance_mode) == ("visits", "offline")
    assert list(event.reminder_rules.all()) == []
    assert (item.day.date, item.kind, item.is_public) == (FIRST, "ceremony", False)


def test_a_visit_to_nagoya_is_planned_on_the_clock_of_nagoya():
    make_organisation(kind="public_body", city=make_city("nagoya"))
    visit = make_visit(host_city=make_city("nagoya"), guest_city=make_city("torino"), first_day=FIRST, last_day=LAST)

    item = plan(visit)

    assert item.event.dtstart == datetime(2026, 3, 3, 0, 0, tzinfo=UTC)
    assert item.event.tzid == "Asia/Tokyo"


def test_the_city_itself_organises_what_no_organisation_hosts():
    make_organisation(kind="public_body", slug="arpa")
    city = make_organisation(kind="public_body", slug="citta-di-torino")
    host = make_organisation()
    visit = make_visit(first_day=FIRST, last_day=LAST)

    assert plan(visit).event.organizer == city
    assert plan(visit, organisation=host, starts=time(11), ends=time(12)).event.organizer == host


def test_without_any_public_body_the_host_organisation_is_asked_for():
    visit = make_visit(first_day=FIRST, last_day=LAST)

    with pytest.raises(ValidationError) as error:
        plan(visit)

    assert codes_of(error) == {"organisation": ["organizer"]}
    assert Event.objects.count() == 0


def test_an_item_outside_the_visit_is_refused_with_the_days_of_the_visit():
    visit = a_visit()

    with translation.override("en"), pytest.raises(ValidationError) as error:
        plan(visit, date=date(2026, 3, 5))

    assert codes_of(error) == {"date": ["outside"]}
    assert error.value.error_dict["date"][0].params == {
        "day": "5 March 2026",
        "first": "3 March 2026",
        "last": "4 March 2026",
    }
    assert VisitDay.objects.count() == 0


def test_without_dates_of_the_visit_there_is_no_agenda():
    visit = a_visit(first_day=None, last_day=None)

    with pytest.raises(ValidationError) as error:
        plan(visit)

    assert codes_of(error) == {"date": ["no_dates"]}


@pytest.mark.parametrize("ends", [time(9), time(8, 59)])
def test_an_end_at_or_before_the_start_is_refused_with_both_values(ends):
    visit = a_visit()

    with pytest.raises(ValidationError) as error:
        plan(visit, starts=time(9), ends=ends)

    assert codes_of(error) == {"ends": ["ends_before"]}
    assert "09:00" in error.value.message_dict["ends"][0]
    assert f"{ends:%H:%M}" in error.value.message_dict["ends"][0]


def test_an_evening_may_end_after_midnight_when_that_is_said():
    visit = a_visit()

    item = plan(visit, date=LAST, starts=time(19), ends=time(1), ends_next_day=True)

    assert item.event.dtend == datetime(2026, 3, 5, 0, 0, tzinfo=UTC)
    assert item.day.date == LAST


def test_a_time_that_no_clock_shows_is_refused_at_its_field():
    visit = a_visit(first_day=date(2026, 3, 29), last_day=date(2026, 3, 29))

    with pytest.raises(ValidationError) as error:
        plan(visit, date=date(2026, 3, 29), starts=time(2, 30), ends=time(4))

    assert codes_of(error) == {"starts": ["gap"]}


def test_a_time_that_comes_twice_is_asked_for_and_then_taken_as_told():
    visit = a_visit(first_day=date(2026, 10, 25), last_day=date(2026, 10, 25))
    twice = {"date": date(2026, 10, 25), "starts": time(2, 30), "ends": time(4)}

    with pytest.raises(ValidationError) as error:
        plan(visit, **twice)
    item = plan(visit, start_fold=1, **twice)

    assert codes_of(error) == {"starts": ["fold"]}
    assert item.event.dtstart == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_the_first_item_of_an_accepted_visit_starts_its_preparation():
    staff = make_user()
    visit = a_visit(state="accepted")

    plan(visit, by=staff)

    visit.refresh_from_db()
    moves = [(line.from_state, line.to_state, line.reason, line.actor) for line in Transition.objects.of(visit)]
    assert visit.state == "preparing"
    assert moves == [("accepted", "preparing", "first_item", staff)]


def test_moving_an_item_moves_its_event_its_day_and_asks_the_hosts_again():
    visit = a_visit()
    item = plan(visit, hosts=[make_person()])
    item.hosts.update(answer="accepted", answered_at=NOW)

    services.reschedule_agenda_item(item, date=LAST, starts=time(14), ends=time(15), now=NOW)

    item.refresh_from_db()
    assert item.event.dtstart == datetime(2026, 3, 4, 13, 0, tzinfo=UTC)
    assert item.day.date == LAST
    assert [(host.answer, host.answered_at) for host in item.hosts.all()] == [("pending", None)]
    assert [day.date for day in visit.days.all()] == [LAST]


def test_the_same_time_again_asks_nobody():
    item = plan(a_visit(), hosts=[make_person()])
    item.hosts.update(answer="accepted", answered_at=NOW)
    version = item.event.schedule_version

    services.reschedule_agenda_item(item, date=FIRST, starts=time(9), ends=time(10, 30), now=NOW)

    item.event.refresh_from_db()
    assert item.event.schedule_version == version
    assert [host.answer for host in item.hosts.all()] == ["accepted"]


def test_another_name_asks_nobody_and_another_place_asks_again():
    item = plan(a_visit(), hosts=[make_person()])
    scheduling.publish_event(item.event, now=NOW)
    item.hosts.update(answer="accepted", answered_at=NOW)

    services.change_agenda_item(item, names={"it": "Benvenuto"}, now=NOW)
    after_name = (item.event.name_it, item.event.sequence, item.hosts.get().answer)
    services.change_agenda_item(item, locations={"it": "Sala Blu"}, now=NOW)

    assert after_name == ("Benvenuto", 0, "accepted")
    assert (item.event.location_it, item.event.sequence, item.hosts.get().answer) == ("Sala Blu", 1, "pending")


def test_an_item_keeps_a_name_in_one_language_at_least():
    item = plan(a_visit())

    with pytest.raises(ValidationError):
        services.change_agenda_item(item, names={"it": " "}, now=NOW)

    assert Event.objects.get(pk=item.event_id).name_it == "Saluto"


def test_a_draft_that_is_withdrawn_goes_with_its_event_and_its_empty_day():
    visit = a_visit()
    item = plan(visit)

    services.withdraw_agenda_item(item, now=NOW)

    assert (AgendaItem.objects.count(), Event.objects.count(), VisitDay.objects.count()) == (0, 0, 0)


def test_a_day_with_a_theme_stays_without_items():
    visit = a_visit()
    item = plan(visit)
    VisitDay.objects.update(theme_it="Mobilità")

    services.withdraw_agenda_item(item, now=NOW)

    assert [day.date for day in visit.days.all()] == [FIRST]


def test_a_released_item_that_is_withdrawn_is_cancelled_with_its_reason():
    item = plan(a_visit())
    scheduling.publish_event(item.event, now=NOW)

    services.withdraw_agenda_item(item, now=NOW, reason={"it": "Sciopero"})

    item.event.refresh_from_db()
    assert (item.event.status, item.event.cancellation_reason_it) == ("CANCELLED", "Sciopero")
    assert AgendaItem.objects.filter(pk=item.pk).exists()


def test_hosts_who_stay_keep_their_answer():
    stays, goes, comes = make_person(), make_person(), make_person()
    item = plan(a_visit(), hosts=[stays, goes])
    item.hosts.update(answer="accepted")

    services.set_hosts(item, [stays, comes])

    assert {(host.person_id, host.answer) for host in item.hosts.all()} == {
        (stays.pk, "accepted"),
        (comes.pk, "pending"),
    }


def test_an_event_moved_on_its_own_page_takes_the_item_to_its_day_and_asks_the_hosts_again(
    django_capture_on_commit_callbacks,
):
    visit = a_visit()
    item = plan(visit, hosts=[make_person()])
    scheduling.publish_event(item.event, now=NOW)
    item.hosts.update(answer="accepted")

    with django_capture_on_commit_callbacks(execute=True):
        scheduling.schedule_event(
            item.event, start=datetime(2026, 3, 4, 9, 0), end=datetime(2026, 3, 4, 10, 0), now=NOW
        )

    item.refresh_from_db()
    assert item.day.date == LAST
    assert item.hosts.get().answer == "pending"


def test_a_known_person_is_found_again_and_keeps_what_was_written():
    organisation = make_organisation()
    known = make_person(family_name="Rossi", given_name="Anna", organisation=organisation, email="a@example.org")

    found = services.find_or_write_person(
        family_name="Rossi", given_name="Anna", organisation=organisation, email="b@example.org", phone="+39 011"
    )
    other = services.find_or_write_person(family_name="Rossi", given_name="Anna")

    assert (found.pk, found.email, found.phone) == (known.pk, "a@example.org", "+39 011")
    assert other.pk != known.pk
