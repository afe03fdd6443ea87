"""Follow-ups as who answers for them sees and tells them (programme spec 8)."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from programme.models import FollowUp
from programme.services.followups import move_follow_up, say_how_it_goes
from tests.factories import make_follow_up, make_member, make_organisation, make_person, make_user, make_visit

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


@pytest.fixture
def company():
    return make_organisation(side="nagoya")


@pytest.fixture
def member(company, client):
    user = make_user()
    make_member(company, user)
    client.force_login(user)
    return user


def page(client):
    return client.get("/en/my/follow-ups/")


def say(client, follow_up, **data):
    return client.post(f"/en/my/follow-ups/{follow_up.pk}/", data)


def test_a_member_finds_what_the_organisation_owns_and_nothing_else(client, member, company):
    own = make_follow_up(company)
    make_follow_up()

    rows = page(client).context["rows"]

    assert [(row, form is not None) for row, form in rows] == [(own, True)]


def test_a_word_and_a_state_are_kept_with_the_organisation_and_nobodys_name(client, member, company):
    own = make_follow_up(company)

    answer = say(client, own, note="The contract is at the lawyers.", to_state="in_progress")

    own.refresh_from_db()
    assert answer.status_code == 302
    assert (own.note, own.note_by, own.state) == ("The contract is at the lawyers.", company, "in_progress")


def test_what_is_done_is_finished_and_takes_no_word_any_more(client, member, company):
    own = make_follow_up(company)
    say(client, own, note="", to_state="done")

    assert page(client).context["rows"][0][1] is None
    refused = say(client, own, note="", to_state="in_progress")
    assert refused.status_code == 422
    assert FollowUp.objects.get().state == "done"


def test_an_owner_does_not_drop_a_promise(client, member, company):
    own = make_follow_up(company)

    assert say(client, own, note="no", to_state="dropped").status_code == 422
    with pytest.raises(ValidationError) as refusal:
        say_how_it_goes(own, organisation=company, note="no", to_state="dropped", now=NOW)
    assert refusal.value.code == "transition"
    assert FollowUp.objects.get().state == "open"


def test_nothing_new_is_refused_kindly(client, member, company):
    answer = say(client, make_follow_up(company), note=" ", to_state="")

    assert answer.status_code == 422
    assert "Write a word on how it goes" in answer.content.decode()


def test_another_organisation_can_say_nothing(client, member):
    other = make_follow_up()

    assert say(client, other, note="hello").status_code == 404
    with pytest.raises(ValidationError) as refusal:
        say_how_it_goes(other, organisation=make_organisation(), note="hello", now=NOW)
    assert refusal.value.code == "owner"


def test_delegates_read_those_of_their_visit_and_write_none(client):
    user = make_user()
    visit = make_visit(state="completed")
    visit.delegates.create(person=make_person(user=user), reply="accepted")
    row = make_follow_up(visit=visit)
    client.force_login(user)

    assert page(client).context["rows"] == [(row, None)]
    assert say(client, row, note="hello").status_code == 404
    assert list(FollowUp.objects.editable_by(user)) == []


def test_what_is_still_to_be_done_comes_first(client, member, company):
    done, late = make_follow_up(company), make_follow_up(company)
    move_follow_up(done, "done", now=NOW)

    assert [row for row, _form in page(client).context["rows"]] == [late, done]


def test_the_number_of_queries_does_not_grow(client, member, company, django_assert_max_num_queries):
    for _n in range(15):
        make_follow_up(company)
    page(client)

    with django_assert_max_num_queries(20):
        page(client)


def test_who_is_not_signed_in_is_led_to_the_door(client):
    assert client.get(reverse("my_follow_ups")).status_code == 302
