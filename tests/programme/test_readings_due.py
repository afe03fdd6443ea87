"""Which readings are due: not proposed, not validated, or corrected since a report froze them."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from programme.indicators.series import series_of
from programme.services import readings_due
from tests.factories import START, make_edition, make_event, make_exchange, make_indicator, make_reading, make_webinar

pytestmark = pytest.mark.django_db
TODAY = date(2026, 7, 1)  # the day after the first half-year
FROZEN = {"state": "frozen", "validated_at": START, "frozen_at": START}


def test_an_indicator_waits_from_the_day_after_its_period_until_it_has_a_reading():
    indicator = make_indicator()
    make_indicator(edition=indicator.edition, frequency="whole")

    assert readings_due.to_propose(date(2026, 6, 30)) == set()
    assert readings_due.to_propose(TODAY) == {indicator.pk}
    make_reading(indicator)
    assert readings_due.to_propose(TODAY) == set()
    assert readings_due.to_propose(date(2027, 1, 1)) == {indicator.pk}


def test_a_reading_of_the_second_half_year_is_none_of_the_year_that_ends_with_it():
    indicator = make_indicator(frequency="year")
    make_reading(indicator, first_day=date(2026, 7, 1), last_day=date(2026, 12, 31), value=3, **FROZEN)

    def told():
        (series,) = series_of(indicator.edition, today=date(2027, 1, 1), wanted=Q(pk=indicator.pk))
        return readings_due.to_propose(date(2027, 1, 1)), series.points[0].reading and series.points[0].reading.value

    assert told() == ({indicator.pk}, None)
    make_reading(indicator, first_day=date(2026, 1, 1), last_day=date(2026, 12, 31), value=5, **FROZEN)
    assert told() == (set(), 5)


@pytest.mark.parametrize(
    ("fields", "looked_after"),
    [
        ({"state": "planned"}, False),
        ({"state": "closed", "last_day": date(2026, 6, 30)}, True),
        ({"state": "closed", "first_day": date(2023, 1, 1), "last_day": date(2025, 6, 30)}, False),
        ({"state": "archived"}, False),
        ({"last_day": None}, False),
    ],
)
def test_editions_are_looked_after_while_they_run_and_for_a_year(fields, looked_after):
    indicator = make_indicator(edition=make_edition(**fields))

    assert readings_due.to_propose(TODAY) == ({indicator.pk} if looked_after else set())


def test_drafts_of_periods_that_are_over_wait_for_validation_in_their_last_version():
    indicator = make_indicator()
    make_reading(indicator, version=1, **FROZEN)
    draft = make_reading(indicator, version=2)

    assert list(readings_due.to_validate(TODAY)) == [draft]
    assert not readings_due.to_validate(date(2026, 6, 30)).exists()


def test_the_last_frozen_reading_of_an_indicator_tells_that_its_records_were_corrected():
    exchange = make_exchange()
    make_webinar(exchange=exchange, event=make_event())  # held on 3 March 2026
    make_reading(make_indicator(edition=exchange.edition), value=1, **FROZEN)
    other = make_indicator(edition=exchange.edition)
    make_reading(other, value=7, **FROZEN)
    later = make_reading(other, first_day=date(2026, 7, 1), last_day=date(2026, 12, 31), value=3, **FROZEN)
    manual = make_indicator(edition=exchange.edition, source="manual")
    make_reading(manual, value=Decimal("9"), evidence="https://example.org", **FROZEN)
    make_reading(make_indicator(edition=exchange.edition), value=5)  # a draft

    with CaptureQueriesContext(connection) as captured:
        assert readings_due.corrected(TODAY) == {later.pk}

    assert len(captured) == 2
