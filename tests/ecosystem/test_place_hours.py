"""Opening hours of places: what cannot be is refused with what to do."""

from datetime import date, time

import pytest
from django.core.exceptions import ValidationError

from ecosystem.models import Place, PlaceClosure, PlaceHours
from tests.factories import make_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return Place.objects.create(name_it="Museo", city=make_city())


def refused(row):
    with pytest.raises(ValidationError) as refusal:
        row.full_clean()
    return " ".join(refusal.value.messages)


@pytest.mark.parametrize("closes", [time(9, 1), time(23, 59), time(0)])
def test_a_place_closes_after_it_opens_at_midnight_at_the_latest(place, closes):
    PlaceHours(place=place, weekday=0, opens=time(9), closes=closes).full_clean()


@pytest.mark.parametrize("closes", [time(9), time(2)])
def test_hours_over_midnight_are_written_as_two_days(place, closes):
    assert "00:00" in refused(PlaceHours(place=place, weekday=0, opens=time(9), closes=closes))


def test_a_week_has_seven_days_and_the_same_hours_once(place):
    PlaceHours.objects.create(place=place, weekday=6, opens=time(9), closes=time(12))

    assert refused(PlaceHours(place=place, weekday=7, opens=time(9), closes=time(12)))
    assert refused(PlaceHours(place=place, weekday=6, opens=time(9), closes=time(13)))


def test_a_closed_period_ends_after_it_begins(place):
    PlaceClosure(place=place, first_day=date(2026, 8, 1), last_day=date(2026, 8, 1)).full_clean()

    assert refused(PlaceClosure(place=place, first_day=date(2026, 8, 2), last_day=date(2026, 8, 1)))
