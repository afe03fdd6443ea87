"""Items at one time, and people and rooms wanted twice."""

from datetime import UTC, date, datetime, time

import pytest

from ecosystem.models import Place
from programme import services
from programme.overlaps import overlaps_of
from tests.factories import make_city, make_organisation, make_person, make_visit

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 2, 1, 12, 0, tzinfo=UTC)
DAY = date(2026, 3, 3)


@pytest.fixture(autouse=True)
def city_hall():
    make_organisation(kind="public_body", slug="citta-di-torino")


def the_visit():
    return make_visit(first_day=DAY, last_day=date(2026, 3, 4), title_it="Visita")


def planned(visit, name, starts, ends, **fields):
    slot = {"date": DAY, "starts": time(*starts), "ends": time(*ends)}
    return services.plan_agenda_item(visit=visit, names={"it": name}, now=NOW, **{**slot, **fields})


def said(visit):
    return [str(overlap) for overlap in overlaps_of(visit)]


def test_two_items_at_one_hour_are_both_named():
    visit = the_visit()
    planned(visit, "Saluto", (9, 0), (10, 30))
    planned(visit, "Pranzo", (12, 0), (13, 0))
    planned(visit, "Laboratorio", (10, 0), (11, 0))

    (words,) = said(visit)

    assert "«Saluto» (09:00–10:30)" in words
    assert "«Laboratorio» (10:00–11:00)" in words


def test_items_that_touch_do_not_overlap_and_cancelled_ones_do_not_count():
    visit = the_visit()
    planned(visit, "Saluto", (9, 0), (10, 0))
    planned(visit, "Laboratorio", (10, 0), (11, 0))
    off = planned(visit, "Annullata", (9, 0), (11, 0))
    services.release_new_items(visit, now=NOW)
    off.refresh_from_db()
    services.withdraw_agenda_item(off, now=NOW)

    assert said(visit) == []


def test_a_host_of_two_visits_at_one_hour_is_named():
    host = make_person(family_name="Bruno", given_name="Silvia")
    one, two = the_visit(), the_visit()
    planned(one, "Saluto", (9, 0), (10, 0), hosts=[host])
    planned(two, "Incontro", (9, 30), (10, 30), hosts=[host])
    planned(two, "Altro", (9, 30), (10, 30), date=date(2026, 3, 4), hosts=[host])

    (overlap,) = overlaps_of(two)

    assert (overlap.people, overlap.place) == ([host], None)
    assert "«Saluto» (09:00–10:00)" in str(overlap)


@pytest.mark.parametrize(("single_use", "expected"), [(True, 1), (False, 0)])
def test_a_room_for_one_at_a_time_is_wanted_once(single_use, expected):
    place = Place.objects.create(name_it="Sala", city=make_city(), single_use=single_use)
    one, two = the_visit(), the_visit()
    planned(one, "Saluto", (9, 0), (10, 0), place=place)
    planned(two, "Incontro", (9, 30), (10, 30), place=place)

    assert len(overlaps_of(one)) == expected


def test_a_visit_without_agenda_has_no_overlaps():
    assert overlaps_of(the_visit()) == []
