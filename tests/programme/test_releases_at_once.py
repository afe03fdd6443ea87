"""Two people press the button at the same moment: never the same number twice (real connections, on PostgreSQL)."""

from datetime import UTC, date, datetime, time

import pytest
from django.db import connection  # noqa: F401 - skipif reads connection

from iurc_portal.notifications.models import Message
from programme import services
from programme.models import AgendaVersion, StudyVisit
from tests.events.test_concurrency import at_once, parallel
from tests.factories import all_ticks, make_organisation, make_person, make_version, make_visit

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 2, 2, 8, 0, tzinfo=UTC)
FIRST = date(2026, 3, 3)


def an_item(visit, hour):
    return services.plan_agenda_item(
        visit=visit, date=FIRST, starts=time(hour), ends=time(hour + 1), names={"en": f"At {hour}"}, now=NOW
    )


@pytest.fixture
def visit():
    make_organisation(kind="public_body", slug="citta-di-torino")
    visit = make_visit(state="preparing", first_day=FIRST, last_day=FIRST)
    visit.delegates.create(person=make_person(email="head@nagoya.example"), role="head", rank=1, reply="accepted")
    an_item(visit, 9)
    return visit


@parallel
@pytest.mark.parametrize("turn", range(3))
def test_two_releases_at_once_make_one_version_and_one_refusal(visit, turn):
    ticks = all_ticks(visit, now=NOW)

    def press(_n):
        return services.release(StudyVisit.objects.get(pk=visit.pk), now=NOW, ticks=ticks).number

    results = at_once(2, press)

    assert sorted(map(str, results)) == ["1", "nothing"]
    assert list(AgendaVersion.objects.values_list("number", flat=True)) == [1]
    assert Message.objects.filter(kind="programme.agenda").count() == 1


@parallel
@pytest.mark.parametrize("turn", range(3))
def test_edits_beside_releases_end_in_versions_that_rise_by_one(visit, turn):
    make_version(visit, now=NOW)

    def act(n):
        own = StudyVisit.objects.get(pk=visit.pk)
        an_item(own, 11 + n)
        draft = services.draft_of(own, now=NOW)
        return services.release(own, now=NOW, ticks=all_ticks(own, now=NOW), seen=draft.seen).number

    results = at_once(3, act)

    numbers = sorted(AgendaVersion.objects.filter(visit=visit).values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert len([one for one in results if isinstance(one, int)]) == len(numbers) - 1
    # Whoever is refused was shown another agenda, a warning that was not ticked, or came second.
    assert {one for one in results if not isinstance(one, int)} <= {"seen", "nothing", None}
