"""The staff's pages of testbeds, mirror pairs and transfers."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from ecosystem.models import MirrorPair, Testbed, Transfer
from ecosystem.services.transfers import PATIENCE
from iurc_portal.audit.services import record_transition
from iurc_portal.staff import todo
from tests.admin.test_organisations import form_of
from tests.factories import (
    make_city,
    make_organisation,
    make_pair,
    make_practice,
    make_test_run,
    make_testbed,
    make_theme,
    make_transfer,
)
from tests.pages.html import on_one_line

pytestmark = pytest.mark.django_db


def page_of(record):
    return reverse(f"admin:ecosystem_{record._meta.model_name}_change", args=[record.pk])


def said(answer):
    return [str(message) for message in answer.context["messages"]]


def test_staff_publish_the_testbed_that_is_open(client, staff_of_torino):
    testbed = make_testbed(state="draft", themes=[make_theme()])
    client.force_login(staff_of_torino)

    client.post(page_of(testbed), {**form_of(client, page_of(testbed)), "_do": "published"})

    assert Testbed.objects.get().state == "published"


def test_what_is_missing_is_said_and_the_rest_is_saved(client, staff_of_torino):
    testbed = make_testbed(state="draft")
    client.force_login(staff_of_torino)
    form = {**form_of(client, page_of(testbed)), "name_it": "Strada", "_do": "published"}

    answer = client.post(page_of(testbed), form, follow=True)

    testbed.refresh_from_db()
    assert said(answer) == ["Salvato, ma: Scegliere almeno un tema."]
    assert (testbed.name_it, testbed.state) == ("Strada", "draft")


def test_a_testbed_of_the_other_city_is_read(client, staff_of_nagoya):
    testbed = make_testbed(state="draft", themes=[make_theme()])
    client.force_login(staff_of_nagoya)

    assert client.get(page_of(testbed)).status_code == 200
    assert client.post(page_of(testbed), {"_do": "published"}).status_code == 403
    assert Testbed.objects.get().state == "draft"


def test_the_two_fields_of_a_pair_offer_each_city_its_own(client, staff_of_torino):
    make_testbed(name_it="Via"), make_testbed(name_it="Galleria", city=make_city("nagoya"))
    client.force_login(staff_of_torino)
    query = {"app_label": "ecosystem", "model_name": "mirrorpair", "field_name": "nagoya", "term": ""}

    found = client.get(reverse("admin:autocomplete"), query).json()["results"]

    assert [entry["text"] for entry in found] == ["Galleria"]


def new_pair(torino, nagoya):
    steps = {"steps-TOTAL_FORMS": 0, "steps-INITIAL_FORMS": 0}
    return {"torino": torino.pk, "nagoya": nagoya.pk, "rationale_it": "Perché", **steps}


def test_a_pair_that_is_in_the_way_is_named_with_a_link(client, staff_of_torino):
    pair = make_pair()
    client.force_login(staff_of_torino)
    add = reverse("admin:ecosystem_mirrorpair_add")

    answer = client.post(add, new_pair(pair.torino, make_testbed(city=make_city("nagoya"))))

    (message,) = answer.context["adminform"].form.errors["torino"]
    assert f'href="{page_of(pair)}"' in message
    assert MirrorPair.objects.count() == 1


def test_two_of_one_city_are_refused_in_words(client, staff_of_torino):
    client.force_login(staff_of_torino)
    add = reverse("admin:ecosystem_mirrorpair_add")

    answer = client.post(add, new_pair(make_testbed(), make_testbed(name_it="Seconda")))

    assert answer.context["adminform"].form.errors["nagoya"] == [
        "«Seconda» è a Torino: scegliere un luogo di prova di Nagoya."
    ]


def test_each_side_agrees_with_its_own_button(client, staff_of_torino, staff_of_nagoya):
    pair = make_pair()

    client.force_login(staff_of_torino)
    buttons = on_one_line(client.get(page_of(pair)).content.decode())
    client.post(page_of(pair), {**form_of(client, page_of(pair)), "_agree": "nagoya"})
    refused = MirrorPair.objects.get()
    client.post(page_of(pair), {**form_of(client, page_of(pair)), "_agree": "torino"})
    one = MirrorPair.objects.get()
    client.force_login(staff_of_nagoya)
    client.post(page_of(pair), {**form_of(client, page_of(pair)), "_agree": "nagoya"})
    both = MirrorPair.objects.get()
    client.post(page_of(pair), {**form_of(client, page_of(pair)), "_move": "active"})

    assert ('value="torino" class' in buttons, 'value="nagoya" class' in buttons) == (True, False)
    assert (refused.nagoya_agreed_at, refused.state) == (None, "proposed")
    assert (one.torino_agreed_by, one.state) == (staff_of_torino, "proposed")
    assert (both.nagoya_agreed_by, both.state) == (staff_of_nagoya, "agreed")
    assert MirrorPair.objects.get().state == "active"


def test_an_agreed_pair_keeps_its_two_testbeds(client, staff_of_torino):
    pair = make_pair(torino_agreed_at=timezone.now())
    client.force_login(staff_of_torino)

    fields = client.get(page_of(pair)).context["adminform"].form.fields

    assert {"torino", "nagoya"} & set(fields) == set()


def form_with_steps(client, page):
    """The form with its steps, as the browser would send it back."""
    data = form_of(client, page)
    for inline in client.get(page).context["inline_admin_formsets"]:
        for form in inline.formset.initial_forms:
            values = {form.add_prefix(name): form[name].value() for name in form.fields}
            data |= {name: value for name, value in values.items() if value not in (None, False)}
    return data


def test_steps_change_places_in_the_form(client, staff_of_torino):
    pair = make_pair()
    for number in (1, 2):
        pair.steps.create(order=number, text_it=f"Passo {number}", owner_side="torino")
    client.force_login(staff_of_torino)
    form = form_with_steps(client, page_of(pair)) | {"steps-0-order": "2", "steps-1-order": "1"}

    answer = client.post(page_of(pair), form)

    assert answer.status_code == 302
    assert list(pair.steps.values_list("order", "text_it")) == [(1, "Passo 2"), (2, "Passo 1")]


def test_a_step_taken_away_closes_the_gap(client, staff_of_torino):
    pair = make_pair()
    for number in (1, 2, 3):
        pair.steps.create(order=number, text_it=f"Passo {number}", owner_side="torino")
    client.force_login(staff_of_torino)

    client.post(page_of(pair), form_with_steps(client, page_of(pair)) | {"steps-1-DELETE": "on"})

    assert list(pair.steps.values_list("order", "text_it")) == [(1, "Passo 1"), (2, "Passo 3")]


# --- Transfers -----------------------------------------------------------------------------------

ADD = "admin:ecosystem_transfer_add"


def new_transfer(practice, **fields):
    precision = {"started_precision": "month", "in_use_precision": "month"}
    return {"practice": practice.pk, "adapted_it": "Gli orari.", **precision, **fields}


def test_the_receiving_side_writes_a_transfer(client, staff_of_nagoya):
    client.force_login(staff_of_nagoya)

    client.post(reverse(ADD), new_transfer(make_practice(), city=make_city("nagoya").pk))

    assert (Transfer.objects.get().written_by, Transfer.objects.get().state) == (staff_of_nagoya, "reported")


@pytest.mark.parametrize("receiver", ["city", "organisation"])
def test_the_giver_does_not_count_its_own_success(client, staff_of_torino, receiver):
    practice, nagoya = make_practice(), make_city("nagoya")
    received = {"city": nagoya.pk, "organisation": make_organisation(side="nagoya").pk}
    client.force_login(staff_of_torino)

    answer = client.post(reverse(ADD), new_transfer(practice, **{receiver: received[receiver]}))

    assert list(answer.context["adminform"].form.errors) == [receiver]
    assert not Transfer.objects.exists()


def test_a_manager_confirms_and_changes_nothing_of_what_the_other_side_wrote(client, manager, staff_of_torino):
    transfer = make_transfer(proof="https://proof.example/page")
    client.force_login(staff_of_torino)
    refused = client.post(page_of(transfer), {"_confirm": "yes"}).status_code
    client.force_login(manager)

    answer = client.post(page_of(transfer), {"_confirm": "yes", "adapted_en": "Ours"}, follow=True)

    assert refused == 403
    assert answer.status_code == 200
    assert (Transfer.objects.get().state, Transfer.objects.get().adapted_en) == ("confirmed", "The hours.")


def test_the_home_counts_transfers_to_confirm_and_practices_to_ask_about(manager, client):
    practice = make_practice()
    record_transition(
        practice, from_state="submitted", to_state="validated", now=timezone.now() - PATIENCE, actor=None
    )
    make_transfer()
    client.force_login(manager)
    now = timezone.now()

    asked, waiting = todo.tasks["practices-without-transfer"], todo.tasks["transfers-to-confirm"]
    found = client.get(asked.url(practice._meta.model)).context["cl"].result_list

    assert [row.pk for row in found] == [practice.pk]
    assert waiting.rows_for(manager, now).count() == 1

    action = {"action": "asked_about_transfers", "_selected_action": practice.pk}
    client.post(reverse("admin:ecosystem_goodpractice_changelist"), action)
    practice.refresh_from_db()
    assert practice.transfer_asked_on == now.date()
    assert asked.rows_for(manager, now).count() == 0


def test_a_test_is_put_at_a_testbed_of_its_city(client, staff_of_torino):
    test, elsewhere = make_test_run(start=date(2026, 1, 1)), make_testbed(city=make_city("nagoya"))
    client.force_login(staff_of_torino)

    answer = client.post(page_of(test), form_of(client, page_of(test)) | {"testbed": elsewhere.pk})

    assert list(answer.context["adminform"].form.errors) == ["testbed"]
