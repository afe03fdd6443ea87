"""The log of changes of state, as staff read it."""

from datetime import UTC, datetime

from django.urls import reverse

from iurc_portal.audit.models import Transition
from tests.factories import make_organisation

LIST = reverse("admin:audit_transition_changelist")
NOW = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)


def test_a_line_names_its_record_and_its_states_as_the_records_page_does(admin_page):
    organisation = make_organisation()
    Transition.objects.create(
        model="ecosystem.organisation",
        object_id=str(organisation.pk),
        from_state="draft",
        to_state="published",
        at=NOW,
    )

    page = admin_page.get(LIST).content.decode()

    address = reverse("admin:ecosystem_organisation_change", args=[organisation.pk])
    assert f'<a class="underline" href="{address}">Organizzazione {organisation.pk}</a>' in page
    assert ">bozza<" in page
    assert ">pubblicato<" in page


def test_a_line_outlives_the_model_it_speaks_of(admin_page):
    Transition.objects.create(model="gone.thing", object_id="7", to_state="lost", at=NOW)

    page = admin_page.get(LIST, {"model": "gone.thing"}).content.decode()

    assert "gone.thing 7" in page
    assert ">lost<" in page


def test_the_log_is_filtered_by_the_kind_of_record(admin_page):
    Transition.objects.create(model="ecosystem.organisation", object_id="1", to_state="draft", at=NOW)
    Transition.objects.create(model="events.event", object_id="2", to_state="CONFIRMED", at=NOW)

    answer = admin_page.get(LIST, {"model": "events.event"})

    assert [line.model for line in answer.context["cl"].result_list] == ["events.event"]
