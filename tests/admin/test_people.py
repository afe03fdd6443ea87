"""People and their accounts: linked by the address with which somebody signs in."""

import pytest
from django.urls import reverse

from programme.models import StudyVisit
from tests.admin.test_organisations import form_of
from tests.factories import make_organisation, make_person, make_theme, make_user, make_visit


def linked(client, person, address):
    page = reverse("admin:ecosystem_person_change", args=[person.pk])
    return client.post(page, {**form_of(client, page), "user": address})


def test_staff_of_the_host_city_give_a_delegate_the_agenda(client, staff_of_torino):
    user, person = make_user(email="aiko@nagoya.example"), make_person()
    visit = make_visit(state="released")
    visit.delegates.create(person=person, reply="accepted")
    client.force_login(staff_of_torino)

    answer = linked(client, person, " Aiko@Nagoya.example ")

    assert answer.status_code == 302
    assert list(StudyVisit.objects.with_agenda_for(user)) == [visit]


def test_an_address_nobody_signs_in_with_is_refused_at_its_field(client, staff_of_torino):
    client.force_login(staff_of_torino)

    form = linked(client, make_person(), "nobody@nagoya.example").context["adminform"].form

    assert [error.code for error in form.errors["user"].as_data()] == ["unknown"]


def test_an_account_belongs_to_one_person(client, staff_of_torino):
    user = make_user(email="aiko@nagoya.example")
    make_person(user=user)
    client.force_login(staff_of_torino)

    assert list(linked(client, make_person(), user.email).context["adminform"].form.errors) == ["user"]


def test_a_person_keeps_the_account_when_something_else_is_saved(client, staff_of_torino):
    person = make_person(user=make_user(email="aiko@nagoya.example"))
    client.force_login(staff_of_torino)
    page = reverse("admin:ecosystem_person_change", args=[person.pk])

    client.post(page, {**form_of(client, page), "family_name": "Sato"})

    person.refresh_from_db()
    assert (person.family_name, person.user.email) == ("Sato", "aiko@nagoya.example")


def test_staff_say_who_speaks_for_an_organisation(client, staff_of_torino):
    user = make_user(email="owner@torino.example")
    organisation = make_organisation(themes=[make_theme()])
    client.force_login(staff_of_torino)
    page = reverse("admin:ecosystem_organisation_change", args=[organisation.pk])
    row = {"memberships-TOTAL_FORMS": 1, "memberships-0-user": user.email, "memberships-0-role": "owner"}

    answer = client.post(page, {**form_of(client, page), **row})

    assert answer.status_code == 302
    assert [(line.user, line.role) for line in organisation.memberships.all()] == [(user, "owner")]


@pytest.mark.parametrize("model", ["person", "organisation"])
def test_no_page_of_staff_asks_for_the_list_of_users(model, client, staff_of_torino):
    client.force_login(staff_of_torino)

    html = client.get(reverse(f"admin:ecosystem_{model}_add")).content.decode()

    assert 'data-model-name="membership" data-field-name="user"' not in html
    assert 'data-model-name="person" data-field-name="user"' not in html
