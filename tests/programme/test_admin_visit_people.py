"""Delegates and hosts on the page of a visit."""

from datetime import UTC, date, datetime, time

import pytest

from ecosystem.models import Person
from tests.factories import make_person, make_visit
from tests.programme.visit_page import (
    ADD,
    FIRST,
    LAST,
    a_delegate,
    an_item,
    change,
    errors_of,
    planned,
    planner,
    stored,
    whole,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    return planner(client)


def test_the_same_new_host_in_two_rows_is_one_person(client, staff):
    row = {"host_family_name": "Bruno", "host_given_name": "Silvia"}

    client.post(ADD, whole(agenda=[an_item(**row), an_item(starts="11:00", ends="12:00", **row)]))

    assert Person.objects.filter(family_name="Bruno").count() == 1


def test_a_new_host_is_written_with_address_and_rank_and_a_known_one_keeps_theirs(client, staff):
    known = make_person(family_name="Verdi", given_name="Sara", email="sara@torino.example", rank_band=2)
    news = {"host_email": "altro@torino.example", "host_rank_band": "4"}
    one = an_item(host_family_name="Bruno", host_given_name="Silvia", **news)
    two = an_item(starts="11:00", ends="12:00", host_family_name="Verdi", host_given_name="Sara", **news)

    client.post(ADD, whole(agenda=[one, two]))

    people = Person.objects.values_list("family_name", "email", "rank_band")
    assert set(people) == {("Bruno", "altro@torino.example", 4), ("Verdi", "sara@torino.example", 2)}
    assert known.hostings.count() == 1


@pytest.mark.parametrize(
    ("delegates", "errors"),
    [
        ([a_delegate()], [{}]),
        ([a_delegate(role="head")], [{"person": ["required"]}]),
        (
            [a_delegate(family_name="A", role="head"), a_delegate(family_name="B", role="head")],
            [{}, {"role": ["two_heads"]}],
        ),
        ([a_delegate(family_name="山田", family_kana="yamada")], [{"family_kana": ["kana"]}]),
        ([a_delegate(family_name="x" * 81)], [{"family_name": ["max_length"], "person": ["required"]}]),
        ([a_delegate(family_name="A", rank="0")], [{"rank": ["min_value"]}]),
        ([a_delegate(family_name="A", rank="１")], [{}]),
        ([a_delegate(family_name="A", organisation="99999")], [{"organisation": ["invalid_choice"]}]),
    ],
)
def test_a_wrong_delegation_is_refused_at_its_field(client, staff, delegates, errors):
    response = client.post(ADD, whole(delegates=delegates))

    if errors[-1]:
        assert errors_of(response, "delegates") == errors
        assert Person.objects.count() == 0
    else:
        assert response.status_code == 302


def test_nobody_is_in_the_delegation_twice(client, staff):
    person = make_person(family_name="Tanaka", given_name="")

    response = client.post(ADD, whole(delegates=[a_delegate(person=person.pk), a_delegate(family_name="Tanaka")]))

    assert errors_of(response, "delegates") == [{}, {"person": ["twice"]}]


def test_the_head_changes_in_one_save(client, staff):
    visit = make_visit(first_day=FIRST, last_day=LAST)
    old = visit.delegates.create(person=make_person(), role="head", rank=1)
    new = visit.delegates.create(person=make_person(), role="member", rank=2)

    response = client.post(
        change(visit),
        whole(
            delegates=[
                a_delegate(id=old.pk, visit=visit.pk, person=old.person_id, rank=2),
                a_delegate(id=new.pk, visit=visit.pk, person=new.person_id, rank=1, role="head"),
            ],
            delegates_initial=2,
        ),
    )

    assert response.status_code == 302
    assert [(d.pk, d.role) for d in visit.delegates.order_by("rank")] == [(new.pk, "head"), (old.pk, "member")]


def test_an_answer_of_a_host_is_written_down_with_its_instant(client, staff):
    item = planned(hosts=[make_person()])
    host = item.hosts.get()

    client.post(
        change(item.day.visit),
        whole(
            agenda=[stored(item, hosts=[host.person_id])],
            agenda_initial=1,
            hosts=[{"id": host.pk, "answer": "accepted"}],
        ),
    )

    host.refresh_from_db()
    assert host.answer == "accepted"
    assert host.answered_at is not None


def test_an_answer_and_a_move_in_one_save_end_with_the_question_open(client, staff):
    item = planned(hosts=[make_person()])
    host = item.hosts.get()

    client.post(
        change(item.day.visit),
        whole(
            agenda=[stored(item, starts="14:00", ends="15:00", hosts=[host.person_id])],
            agenda_initial=1,
            hosts=[{"id": host.pk, "answer": "accepted"}],
        ),
    )

    assert item.hosts.get().answer == "pending"


def test_a_delegate_has_languages_a_rank_and_an_arrival_on_the_clock_of_the_host_city(client, staff):
    visit = make_visit(first_day=FIRST, last_day=LAST)
    row = a_delegate(
        person=make_person().pk,
        languages=["ja", "en"],
        rank_band="3",
        arrives_day="2026-03-02",
        arrives_hour="21:40",
    )

    client.post(change(visit), whole(visit, delegates=[row]))

    delegate = visit.delegates.get()
    assert (delegate.languages, delegate.rank_band, delegate.leaves_at) == (["ja", "en"], 3, None)
    assert delegate.arrives_at == datetime(2026, 3, 2, 20, 40, tzinfo=UTC)
    form = next(
        inline.formset.forms[0]
        for inline in client.get(change(visit)).context["inline_admin_formsets"]
        if inline.formset.prefix == "delegates"
    )
    assert (form["arrives_day"].initial, form["arrives_hour"].initial) == (date(2026, 3, 2), time(21, 40))


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"arrives_day": "2026-03-02"}, "arrives_hour"),
        ({"leaves_hour": "10:00"}, "leaves_day"),
        ({"arrives_day": "2026-03-29", "arrives_hour": "02:30"}, "arrives_hour"),  # clocks go from two to three
    ],
)
def test_an_arrival_is_a_day_and_an_hour_that_exists(client, staff, typed, field):
    visit = make_visit(first_day=FIRST, last_day=LAST)
    answer = client.post(change(visit), whole(visit, delegates=[a_delegate(person=make_person().pk, **typed)]))

    assert [set(errors) for errors in errors_of(answer, "delegates")] == [{field}]
    assert not visit.delegates.exists()
