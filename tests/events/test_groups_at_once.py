"""Groups that ask for the last places at the same moment: one gets all of its seats, the others none (2.9, 2.18)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection, connections

from events.exceptions import EventFull
from events.services import groups
from events.services.groups import Member
from tests.factories import START, make_event

NOW = START - timedelta(days=20)
PERSON = {"family_name": "Rossi", "given_name": "Anna", "language": "it", "tzid": "Europe/Rome"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    connection.vendor != "postgresql", reason="needs parallel connections: set DATABASE_URL=postgres://…"
)
def test_six_groups_of_four_on_ten_places():
    event = make_event(maximum_attendee_capacity=10)
    barrier = Barrier(6)

    def ask(number: int) -> str:
        members = [Member(email=f"m{number}-{n}@example.org", language="ja") for n in range(3)]
        barrier.wait()
        try:
            groups.request_group(
                event=event, email=f"lead{number}@example.org", person=PERSON, members=members, now=NOW
            )
        except EventFull:
            return "full"
        finally:
            connections.close_all()
        return "held"

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(ask, range(6)))

    assert sorted(outcomes) == ["full"] * 4 + ["held"] * 2
    assert event.registrations.taking_seats(now=NOW).count() == 8
    assert event.registration_groups.count() == 2
