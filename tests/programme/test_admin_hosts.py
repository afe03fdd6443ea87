"""The staff's page of hosts: bulk letters, answers on behalf, proposals; refusals stand in their rows."""

from datetime import time

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from iurc_portal.notifications.models import Message
from programme.models import HostLink
from programme.services import hosts, materials
from tests.factories import make_agenda_item, make_event, make_person, make_user
from tests.programme.hosting import LAST, NOW, kinds_in, link_of, make_planned

pytestmark = pytest.mark.django_db


@pytest.fixture
def planned(client):
    user = make_user(is_staff=True, side="torino", language="en")
    user.groups.add(Group.objects.get(name="Staff"))
    client.force_login(user)
    return make_planned()


def address(visit):
    return reverse("admin:programme_studyvisit_workplace", args=[visit.pk, "hosts"])


def test_the_ticked_are_invited_and_who_has_no_address_is_told_in_the_row(client, planned):
    visit, item, host = planned
    silent = item.hosts.create(person=make_person())

    found = client.post(address(visit), {"act": "invite", "host": [host.pk, silent.pk]})

    refused = {row["host"].pk for row in found.context["rows"] if row["refusal"]}
    assert (found.status_code, refused, kinds_in(Message.objects)) == (422, {silent.pk}, ["asked"])


def test_a_new_link_voids_the_former(client, planned):
    visit, _item, host = planned
    link_of(host)
    client.post(address(visit), {"act": f"renew:{host.pk}"})
    assert HostLink.objects.filter(host=host, void_at=None).count() == 0
    assert kinds_in(Message.objects) == ["asked"]


def test_an_answer_is_written_down_with_the_name_of_who_did(client, planned):
    visit, _item, host = planned
    client.post(address(visit), {"act": f"answer:{host.pk}", f"answer-{host.pk}": "accepted"})
    host.refresh_from_db()
    assert (host.answer, host.answered_by.is_staff) == ("accepted", True)


def test_a_refusal_on_behalf_needs_its_reason(client, planned):
    visit, _item, host = planned
    found = client.post(address(visit), {"act": f"answer:{host.pk}", f"answer-{host.pk}": "declined"})
    host.refresh_from_db()
    assert (found.status_code, host.answer) == (422, "pending")


def test_a_proposal_is_accepted_by_a_button_and_moves_the_item(client, planned):
    visit, item, host = planned
    times = hosts.check_proposal(host, date=LAST, starts=time(9), ends=time(10))
    hosts.answer_host(host, answer="proposed", proposal=times, now=NOW)
    found = client.post(address(visit), {"act": f"accept:{host.pk}"})
    host.refresh_from_db()
    item.event.refresh_from_db()
    assert (found.status_code, host.answer, item.event.dtstart) == (302, "accepted", times[0])


def test_looking_changes_nothing_and_another_visits_host_is_out_of_reach(client, planned):
    visit, _item, _host = planned
    other = make_agenda_item(event=make_event()).hosts.create(person=make_person(email="x@y.example"))
    client.get(address(visit) + f"?act=invite:{other.pk}")
    client.post(address(visit), {"act": f"invite:{other.pk}"})
    client.post(address(visit), {"act": "nonsense"})
    assert Message.objects.count() == 0


def test_the_hosts_file_is_saved_by_staff_and_never_opened(client, planned):
    visit, _item, host = planned
    file = SimpleUploadedFile("slides.pdf", b"%PDF-1.7\n%%EOF")
    kept = materials.hand_in(host, file, kind="slides", language="it", now=NOW)
    found = client.get(address(visit) + f"?material={kept.pk}")
    assert found["Content-Disposition"] == 'attachment; filename="slides.pdf"'
    assert client.get(address(visit) + "?material=99999").status_code == 404


def test_more_hosts_ask_the_database_no_more_often(client, planned):
    visit, item, _host = planned

    def count():
        with CaptureQueriesContext(connection) as queries:
            client.get(address(visit))
        return len(queries)

    count()
    first = count()
    for _n in range(4):
        item.hosts.create(person=make_person(email="z@y.example"))
    assert count() == first
