"""Figures, reports and evidence for evaluators, without a name (programme spec 8)."""

from datetime import date

import pytest
from django.contrib.auth.models import Group

from iurc_portal.accounts import roles
from programme.models import Exchange, Milestone
from programme.services.followups import move_follow_up
from tests.admin.everything import NOW
from tests.admin.everything import edition as make_edition
from tests.factories import make_follow_up, make_people_count, make_person, make_user, make_visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def evaluator(client):
    roles.ensure_roles()
    user = make_user()
    user.groups.add(Group.objects.get(name=roles.EVALUATORS))
    client.force_login(user)
    return user


def make_visit_of(edition, **fields):
    exchange, _made = Exchange.objects.get_or_create(slug="x", defaults={"title_en": "X", "edition": edition})
    return make_visit(exchange=exchange, **fields)


def test_numbers_come_from_names_and_from_what_stayed_of_them(client, evaluator):
    edition = make_edition()
    visit = make_visit_of(edition, state="closed")
    make_people_count(visit, number=3)
    visit.delegates.create(person=make_person(family_name="Zolforanera"), reply="accepted")
    make_visit_of(edition, state="proposed")
    done = make_follow_up(visit=visit, due_on=date(2030, 1, 1))
    move_follow_up(done, "done", now=NOW)
    make_follow_up(visit=visit, due_on=date(2020, 1, 1))
    Milestone.objects.create(edition=edition, title_en="Step", due_on=NOW, done_on=NOW, evidence="https://e.example/1")

    answer = client.get(f"/en/programme/figures/?edition={edition.slug}")

    found, page = answer.context["found"], answer.content.decode()
    assert found.people == [("guest", 4)]
    assert found.sides == [("nagoya", 4)]
    assert found.presences == [("present", 3), ("unknown", 1)]
    assert found.visits == [("proposed", 1), ("closed", 1)]
    assert (found.follow_ups.all, found.follow_ups.overdue, found.follow_ups.on_time) == (2, 1, 1)
    assert "https://e.example/1" in page
    assert "Zolforanera" not in page


def test_more_visits_need_no_more_queries(client, evaluator, django_assert_max_num_queries):
    edition = make_edition()
    for _n in range(6):
        make_visit_of(edition, state="closed").delegates.create(person=make_person(), reply="accepted")
    client.get("/en/programme/figures/")

    with django_assert_max_num_queries(26):
        client.get("/en/programme/figures/")


def test_evaluators_have_that_one_permission_and_no_door_to_the_staffs_pages(client, evaluator):
    assert evaluator.get_all_permissions() == {"programme.read_aggregates"}
    assert not evaluator.is_staff


def test_for_others_the_page_does_not_exist(client):
    client.force_login(make_user())

    assert client.get("/en/programme/figures/").status_code == 404
