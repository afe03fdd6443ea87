"""Conflicts of visits in the database, told in words, with a constant number of queries."""

from datetime import UTC, date, datetime, time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from ecosystem.models import Place
from programme import services
from programme.models import HostConfirmation, TravelTime, Vehicle
from programme.services.conflicts import conflicts_of
from tests.factories import make_city, make_organisation, make_person, make_version, make_visit

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 2, 1, 12, 0, tzinfo=UTC)
DAY = date(2026, 3, 3)


@pytest.fixture(autouse=True)
def city_hall():
    make_organisation(kind="public_body", slug="citta-di-torino")


def the_visit(**fields):
    visit = make_visit(**{"first_day": DAY, "last_day": date(2026, 3, 4), "title_it": "Visita", **fields})
    visit.delegates.create(person=make_person(family_name="Sato"), role="head", rank=1)
    return visit


def planned(visit, name, starts, ends, **fields):
    slot = {"date": DAY, "starts": time(*starts), "ends": time(*ends), "kind": "ceremony"}
    return services.plan_agenda_item(visit=visit, names={"it": name}, now=NOW, **{**slot, **fields})


def said(visit, language="it"):
    with translation.override(language):
        return [str(told) for told in conflicts_of(visit, now=NOW)]


def test_two_items_at_one_hour_are_both_named_in_the_hours_of_the_host_city():
    visit = the_visit()
    planned(visit, "Saluto", (9, 0), (10, 30))
    planned(visit, "Laboratorio", (10, 0), (11, 0))

    (words,) = said(visit)

    assert "«Saluto» (09:00–10:30)" in words
    assert "«Laboratorio» (10:00–11:00)" in words


def test_cancelled_items_do_not_count():
    visit = the_visit()
    planned(visit, "Saluto", (9, 0), (10, 0))
    off = planned(visit, "Annullata", (9, 0), (11, 0))
    make_version(visit, now=NOW)
    off.refresh_from_db()
    services.withdraw_agenda_item(off, now=NOW)

    assert said(visit) == []


def test_a_host_of_two_visits_at_one_hour_is_named_with_the_other_visit():
    host = make_person(family_name="Bruno", given_name="Silvia")
    one, two = the_visit(title_it="Visita di primavera"), the_visit()
    planned(one, "Saluto", (9, 0), (10, 0), hosts=[host])
    planned(two, "Incontro", (9, 30), (10, 30), hosts=[host])
    planned(two, "Altro", (9, 30), (10, 30), date=date(2026, 3, 4), hosts=[host])
    HostConfirmation.objects.update(answer="accepted")

    (words,) = said(two)

    assert "Silvia Bruno" in words
    assert "«Saluto» (09:00–10:00) di «Visita di primavera»" in words


@pytest.mark.parametrize(("minutes", "expected"), [(None, 1), (20, 0)])
def test_minutes_that_staff_wrote_down_take_the_place_of_the_estimate(minutes, expected):
    city = make_city()
    here, there = (
        Place.objects.create(name_it=name, city=city, latitude=latitude, longitude=7.68, precision="exact")
        for name, latitude in (("Municipio", 45.07), ("Lingotto", 45.03))
    )
    visit = the_visit()
    planned(visit, "Saluto", (9, 0), (10, 0), place=here)
    planned(visit, "Laboratorio", (10, 30), (11, 0), place=there)
    if minutes:
        TravelTime.objects.create(origin=here, destination=there, minutes=minutes)

    assert len(said(visit)) == expected


def test_a_holiday_of_the_guests_is_told_in_the_readers_words():
    visit = the_visit(first_day=date(2026, 5, 4), last_day=date(2026, 5, 4))

    (italian,), (japanese,) = said(visit), said(visit, "ja")

    assert "Nagoya" in italian
    assert "みどりの日" in japanese


def test_a_host_is_asked_in_time_by_the_working_days_of_the_host_city():
    visit = the_visit()
    planned(visit, "Incontro", (9, 0), (10, 0), kind="meeting", hosts=[make_person()])

    # 3 March is a Tuesday; five working days before it is Tuesday 24 February.
    levels = [
        [told.level for told in conflicts_of(visit, now=datetime(2026, 2, day, 12, 0, tzinfo=UTC))] for day in (23, 24)
    ]

    assert levels == [["warn"], ["block"]]


def test_whoever_declined_does_not_come():
    visit = the_visit()
    visit.delegates.update(reply="declined")

    assert [told.conflict.code for told in conflicts_of(visit, now=NOW)] == ["HEAD_MISSING"]


def test_a_visit_without_agenda_and_dates_has_at_most_no_head():
    assert said(the_visit(first_day=None, last_day=None)) == []


def test_a_long_agenda_asks_the_database_as_often_as_a_short_one():
    visit, other = the_visit(), the_visit(title_it="Altra")
    counts = []
    for number in range(3):
        for each in (visit, other):
            planned(each, f"Punto {number}", (9 + number, 0), (10 + number, 0), hosts=[make_person()])
        with CaptureQueriesContext(connection) as queries:
            conflicts_of(visit, now=NOW)
        counts.append(len(queries))

    assert counts[0] == counts[1] == counts[2] <= 19


# --- Groups, interpreters, vehicles, hours --------------------------------------------------------------


def codes(visit, now=NOW):
    return [told.conflict.code.value for told in conflicts_of(visit, now=now)]


def test_two_groups_go_their_own_ways_and_what_is_for_all_is_for_both():
    visit = the_visit()
    north, south = (services.name_group(visit, {"it": name}) for name in ("Nord", "Sud"))
    head, guest = visit.delegates.get(), visit.delegates.create(person=make_person(family_name="Ito", rank_band=6))
    services.divide_delegation(visit, {head.pk: north, guest.pk: south})
    planned(visit, "Officina", (9, 0), (10, 0), tracks=[north])
    planned(visit, "Museo", (9, 0), (10, 0), tracks=[south])
    assert codes(visit) == []

    planned(visit, "Saluto", (9, 30), (10, 30))
    assert codes(visit) == ["DELEGATE_DOUBLE", "DELEGATE_DOUBLE"]


def test_a_vehicle_of_two_visits_and_its_seats():
    bus = Vehicle.objects.create(name="Bus", seats=1)
    visit, other = the_visit(), the_visit()
    visit.delegates.create(person=make_person())
    planned(visit, "Trasferimento", (9, 0), (10, 0), kind="travel", vehicle=bus)
    planned(other, "Transito", (9, 30), (10, 0), kind="travel", vehicle=bus)

    assert codes(visit) == ["VEHICLE_DOUBLE", "GROUP_TOO_LARGE"]
    assert codes(other) == ["VEHICLE_DOUBLE"]


def test_hours_and_closed_days_of_places_warn_in_the_readers_language():
    visit = the_visit()
    place = Place.objects.create(name_it="Museo", city=make_city())
    place.hours.create(weekday=1, opens=time(10), closes=time(18))
    planned(visit, "Visita", (9, 30), (11, 0), place=place)
    assert "10:00–18:00" in said(visit)[0]

    place.closures.create(first_day=DAY, last_day=DAY, reason_it="lavori", reason_ja="工事")
    assert "lavori" in said(visit)[0]
    assert "工事" in said(visit, "ja")[0]


def test_a_language_that_the_guest_city_does_not_speak_needs_an_interpreter_until_delegates_know_it():
    visit = the_visit()
    item = planned(visit, "Saluto", (9, 0), (10, 0), spoken_languages=["it", "ja"])
    assert codes(visit) == ["INTERP_MISSING"]

    services.assign_interpreter(item, make_person(), languages=("ja", "it"))
    assert codes(visit) == []

    item.interpreters.all().delete()
    visit.delegates.update(languages=["it", "ja"])
    assert codes(visit) == []


def test_hours_of_interpreting_at_another_visit_on_that_day_count_though_they_do_not_overlap():
    visit, other = the_visit(), the_visit()
    yumi = make_person(family_name="Yumi")
    services.assign_interpreter(planned(visit, "Saluto", (9, 0), (12, 0)), yumi, languages=("it", "ja"))
    services.assign_interpreter(planned(other, "Cena", (18, 0), (22, 0)), yumi, languages=("it", "ja"))

    assert "INTERP_OVERLOAD" in codes(visit)


def test_ranks_landings_and_questions_are_read_from_their_rows():
    visit = the_visit()
    visit.delegates.update(rank_band=1, arrives_at=datetime(2026, 3, 3, 6, 0, tzinfo=UTC))
    item = planned(visit, "Saluto", (9, 0), (10, 0), hosts=[make_person(rank_band=4)])  # 09:00 is 08:00 UTC
    item.hosts.update(answer="accepted")
    question = visit.questions.create(order=1, text_it="Chi paga?")
    assert codes(visit) == ["QUESTION_OPEN", "RANK_MISMATCH", "REST_SHORT"]

    question.item = item
    question.save()
    item.hosts.update(rank_band=1)
    visit.delegates.update(arrives_at=datetime(2026, 3, 3, 5, 0, tzinfo=UTC))
    assert codes(visit) == []


def test_a_question_of_a_cancelled_item_is_open_again():
    visit = the_visit()
    item = planned(visit, "Saluto", (9, 0), (10, 0))
    visit.questions.create(order=1, text_it="Chi paga?", item=item)
    make_version(visit, now=NOW)
    item.refresh_from_db()
    services.withdraw_agenda_item(item, now=NOW)

    assert codes(visit) == ["QUESTION_OPEN"]


def test_groups_interpreters_and_places_ask_the_database_no_more_often():
    visit, counts = the_visit(), []
    bus = Vehicle.objects.create(name="Bus", seats=9)
    for number in range(3):
        group = services.name_group(visit, {"it": f"Gruppo {number}"})
        visit.delegates.create(person=make_person(), track=group)
        place = Place.objects.create(name_it=f"Sala {number}", city=make_city())
        place.hours.create(weekday=1, opens=time(8), closes=time(20))
        place.closures.create(first_day=DAY, last_day=DAY)
        item = planned(visit, f"Punto {number}", (9, 0), (10, 0), place=place, tracks=[group], vehicle=bus)
        item.hosts.create(person=make_person())
        services.assign_interpreter(item, make_person(), languages=("it", "ja"))
        with CaptureQueriesContext(connection) as queries:
            conflicts_of(visit, now=NOW)
        counts.append(len(queries))

    assert counts[0] == counts[1] == counts[2] <= 19
