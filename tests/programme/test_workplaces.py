"""Pages of one visit beside its editor: registered once, linked for whoever may open them."""

import pytest
from django.contrib.auth.models import Permission
from django.http import HttpResponse
from django.urls import reverse

from programme.admin import workplaces
from tests.factories import make_user, make_visit
from tests.pages.html import on_one_line

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(monkeypatch):
    monkeypatch.setattr(workplaces, "WORKPLACES", {})

    @workplaces.workplace("hosts", "Hosts", order=3)
    def hosts(request, visit, context):
        return HttpResponse(f"{visit.slug} {context['title']}")

    return hosts


@pytest.fixture
def staff(client):
    def of(side):
        user = make_user(is_staff=True, side=side)
        user.user_permissions.set(Permission.objects.filter(content_type__app_label="programme"))
        client.force_login(user)

    return of


def address(visit, name="hosts"):
    return reverse("admin:programme_studyvisit_workplace", args=[visit.pk, name])


def test_a_page_of_a_visit_opens_for_who_plans_it_and_is_linked_in_the_editor(client, page, staff):
    visit = make_visit()
    staff(visit.host_city.slug)
    answer = client.get(address(visit))
    assert (answer.status_code, answer.content.decode()) == (200, f"{visit.slug} Hosts")
    editor = client.get(reverse("admin:programme_studyvisit_change", args=[visit.pk])).content.decode()
    assert f'href="{address(visit)}">Hosts</a>' in on_one_line(editor)


def test_the_guest_citys_staff_see_the_visit_without_the_page(client, page, staff):
    visit = make_visit(state="accepted")
    staff(visit.guest_city.slug)
    assert client.get(address(visit)).status_code == 403
    editor = client.get(reverse("admin:programme_studyvisit_change", args=[visit.pk]))
    assert editor.status_code == 200
    assert address(visit) not in editor.content.decode()


def test_unknown_pages_and_unknown_visits_do_not_exist(client, page, staff):
    visit = make_visit()
    staff(visit.host_city.slug)
    assert client.get(address(visit, "nothing")).status_code == 404
    assert client.get(address(visit).replace(f"/{visit.pk}/", "/99999/")).status_code == 404
