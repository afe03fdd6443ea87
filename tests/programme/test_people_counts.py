"""Names of visits become numbers, years after their edition (programme spec 6)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from ecosystem.models import Person
from iurc_portal.privacy import registry
from programme.models import Attendance, Delegate, Exchange, HostConfirmation, PeopleCount
from programme.papers import facts
from programme.services.people_counts import names_to_counts
from tests.admin.everything import edition as make_edition
from tests.factories import make_agenda_item, make_city, make_organisation, make_person, make_user, make_visit

pytestmark = pytest.mark.django_db
END = date(2027, 12, 31)
OVER = datetime(2033, 1, 1, 3, 0, tzinfo=UTC)  # five years after the last day


def rule(name):
    return next(one for one in registry.rules() if one.name == name)


def visit_of(last_day=END, years=5, **fields):
    edition = make_edition()
    edition.last_day, edition.archive_years = last_day, years
    edition.save()
    exchange = Exchange.objects.create(slug=f"x-{edition.pk}", title_en="X", edition=edition)
    visit = make_visit(
        exchange=exchange, state="closed", first_day=date(2027, 5, 12), last_day=date(2027, 5, 13), **fields
    )
    office = make_organisation(side="nagoya", city=make_city("nagoya"), kind="public_body")
    item = make_agenda_item(visit)
    for state in ("present", "part", "absent", None):
        one = visit.delegates.create(person=make_person(organisation=office), reply="accepted")
        if state:
            item.attendance.create(delegate=one, state=state, at=OVER)
    visit.delegates.create(person=make_person(), reply="declined")
    item.hosts.create(person=make_person(organisation=make_organisation(kind="company")), answer="accepted")
    return visit


def counted(visit):
    return {
        (one.part, one.side, one.helix, one.country, one.presence, one.number) for one in visit.people_counts.all()
    }


def test_what_stays_are_numbers_by_side_helix_country_and_attendance():
    visit = visit_of()
    names_to_counts([visit], OVER)

    assert counted(visit) == {
        ("guest", "nagoya", "government", "JP", "present", 2),
        ("guest", "nagoya", "government", "JP", "absent", 1),
        ("guest", "nagoya", "government", "JP", "unknown", 1),
        ("host", "torino", "business", "IT", "unknown", 1),
    }
    assert (Delegate.objects.count(), HostConfirmation.objects.count(), Attendance.objects.count()) == (0, 0, 0)
    assert Person.objects.count() == 0


@pytest.mark.parametrize(
    ("years", "now", "over"),
    [
        (5, OVER - timedelta(days=1), False),
        (5, OVER, True),
        (3, datetime(2031, 1, 1, 3, 0, tzinfo=UTC), True),
        (3, datetime(2030, 12, 31, 3, 0, tzinfo=UTC), False),
        (10, OVER, False),
        (10, datetime(2038, 1, 1, 3, 0, tzinfo=UTC), True),
    ],
)
def test_each_edition_says_after_how_many_years(years, now, over):
    visit = visit_of(years=years)

    assert rule("visit-names").over(now).filter(pk=visit.pk).exists() == over


def test_an_edition_says_on_which_day_its_names_go():
    edition = visit_of().exchange.edition

    assert edition.names_end == date(2033, 1, 1)


def test_an_edition_without_a_last_day_keeps_its_names():
    visit_of(last_day=None)

    assert list(rule("visit-names").over(OVER + timedelta(days=4000))) == []


def test_it_may_run_twice_and_is_then_no_longer_due():
    visit = visit_of()
    for _night in range(2):
        names_to_counts(rule("visit-names").over(OVER), OVER)

    assert sum(one.number for one in visit.people_counts.all()) == 5
    assert list(rule("visit-names").over(OVER)) == []


def test_people_with_an_account_or_in_another_visit_stay():
    visit = visit_of()
    user, other = make_person(user=make_user()), make_person()
    for person in (user, other):
        visit.delegates.create(person=person, reply="accepted")
    make_visit().delegates.create(person=other)

    names_to_counts([visit], OVER)

    assert set(Person.objects.all()) == {user, other}


def test_papers_and_pages_still_say_how_many_came(client):
    visit = visit_of()
    before = facts.attended(visit)
    names_to_counts([visit], OVER)

    assert before == facts.attended(visit) == 2
    assert client.get(visit.get_absolute_url()).context["delegation_size"] == 4


def test_hosts_addresses_go_a_year_after_the_report_unless_they_receive_again():
    from iurc_portal.audit.models import Transition

    visit = visit_of()
    Person.objects.update(email="a@example.org")
    reported = datetime(2027, 6, 1, tzinfo=UTC)
    Transition.objects.create(
        model="programme.studyvisit", object_id=str(visit.pk), from_state="completed", to_state="reported", at=reported
    )
    host = HostConfirmation.objects.get().person
    over = rule("visit-host-contacts").over

    assert list(over(datetime(2028, 5, 31, tzinfo=UTC))) == []
    assert list(over(datetime(2028, 6, 2, tzinfo=UTC))) == [host]
    make_agenda_item(make_visit()).hosts.create(person=host)
    assert list(over(datetime(2028, 6, 2, tzinfo=UTC))) == []


def test_a_number_counts_somebody():
    from django.db import IntegrityError

    with pytest.raises(IntegrityError):
        PeopleCount.objects.create(
            visit=make_visit(),
            part="guest",
            side="nagoya",
            helix="unknown",
            country="JP",
            presence="unknown",
            number=0,
        )
