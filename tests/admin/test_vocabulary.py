"""Themes and glossary in the admin: conflicts shown at once, merging, and words sought in vain."""

from datetime import date

import pytest
from django.urls import reverse

from ecosystem.models import Concept, ConceptLabel
from iurc_portal.audit.models import Transition
from iurc_portal.search.models import MissedQuery
from tests.admin.test_organisations import form_of
from tests.factories import make_practice, make_term, make_theme

pytestmark = pytest.mark.django_db


def page_of(concept):
    return reverse("admin:ecosystem_concept_change", args=[concept.pk])


def with_labels(form, *rows):
    """A form with new labels: (language, text, kind)."""
    form = dict(form) | {"labels-TOTAL_FORMS": len(rows)}
    for number, (language, text, kind) in enumerate(rows):
        form |= {f"labels-{number}-language": language, f"labels-{number}-text": text, f"labels-{number}-kind": kind}
    return form


@pytest.fixture
def desk(client, staff_of_torino):
    client.force_login(staff_of_torino)
    return client


def test_the_three_preferred_labels_stand_in_one_row(desk):
    fieldsets = desk.get(page_of(make_term("bus"))).context["adminform"].fieldsets

    assert ("pref_label_it", "pref_label_en", "pref_label_ja") in fieldsets[0][1]["fields"]
    assert [options["fields"] for _title, options in fieldsets[1:]] == [
        ["definition_it"],
        ["definition_en"],
        ["definition_ja"],
    ]


def test_all_conflicts_are_shown_at_once_and_name_the_other_concept(desk):
    owner = make_term("car-sharing", pref_label_en="car sharing", pref_label_it="auto condivisa")
    owner.labels.create(language="ja", text="カーシェア", kind="hidden")
    bus = make_term("bus")
    form = with_labels(
        form_of(desk, page_of(bus)) | {"pref_label_it": "Auto Condivisa"},
        ("ja", "ｶｰｼｪｱ", "alt"),
        ("en", "Car sharing", "forbidden"),
        ("en", "BUS", "hidden"),
        ("en", "omnibus", "alt"),
        ("en", "Omnibus", "hidden"),
    )

    answer = desk.post(page_of(bus), form)

    link = f'href="{page_of(owner)}"'
    (main,) = answer.context["adminform"].form.errors["pref_label_it"]
    labels = answer.context["inline_admin_formsets"][0].formset.errors
    assert link in main
    assert [list(errors) for errors in labels] == [["text"], ["text"], ["text"], [], ["text"]]
    assert [link in str(errors) for errors in labels] == [True, True, False, False, False]
    assert not ConceptLabel.objects.filter(concept=bus).exists()


def test_a_related_concept_stands_neither_above_nor_below(desk):
    vehicle = make_term("vehicle")
    bus = make_term("bus", broader=make_term("transport", broader=vehicle))
    minibus = make_term("minibus", broader=bus)

    answer = desk.post(page_of(bus), form_of(desk, page_of(bus)) | {"related": [vehicle.pk, minibus.pk]})

    (error,) = answer.context["adminform"].form.errors["related"].as_data()
    assert (error.code, error.params["names"]) == ("related_ancestor", "minibus, vehicle")


def test_a_manager_takes_a_term_out_of_use_and_it_leads_on(client, manager):
    old, new = make_term("old"), make_term("new")
    client.force_login(manager)

    client.post(page_of(old), form_of(client, page_of(old)) | {"replaced_by": new.pk, "_move": "deprecated"})

    old.refresh_from_db()
    assert (old.state, old.replaced_by) == ("deprecated", new)
    assert client.get("/it/ecosystem/glossary/old/")["Location"] == "/it/ecosystem/glossary/new/"


@pytest.mark.parametrize(("state", "to"), [("draft", "approved"), ("approved", "deprecated")])
def test_staff_of_a_city_write_words_and_leave_their_approval_to_managers(desk, state, to):
    term = make_term("bus", state=state)
    form = form_of(desk, page_of(term)) | {"pref_label_it": "autobus"}
    chosen = {"action": "approve" if to == "approved" else "deprecate", "_selected_action": [term.pk]}

    refused = desk.post(page_of(term), form | {"_move": to})
    desk.post(reverse("admin:ecosystem_concept_changelist"), chosen)
    desk.post(page_of(term), form)

    term.refresh_from_db()
    assert (refused.status_code, term.state, term.pref_label_it) == (403, state, "autobus")
    assert 'name="_move"' not in desk.get(page_of(term)).content.decode()


def test_managers_approve_and_retire_many_at_once(client, manager):
    term = make_term("bus", state="draft")
    client.force_login(manager)

    for action in ("approve", "deprecate"):
        chosen = {"action": action, "_selected_action": [term.pk]}
        client.post(reverse("admin:ecosystem_concept_changelist"), chosen)

    assert [line.to_state for line in Transition.objects.of(term)] == ["approved", "deprecated"]


def test_a_manager_merges_after_reading_what_moves(client, manager):
    old, new = make_theme("old"), make_theme("new")
    practice = make_practice()
    practice.themes.add(old)
    client.force_login(manager)
    page = reverse("admin:ecosystem_concept_merge", args=[old.pk])

    asked = client.get(page)
    answer = client.post(page, {"into": new.pk})

    assert [number for _name, number in asked.context["tags"]] == [1]
    assert answer["Location"] == page_of(new)
    assert list(practice.themes.all()) == [new]
    assert Concept.objects.get(notation="old").replaced_by == new


def test_staff_of_a_city_do_not_merge(desk):
    old, new = make_theme("old"), make_theme("new")
    page = reverse("admin:ecosystem_concept_merge", args=[old.pk])

    assert desk.get(page).status_code == desk.post(page, {"into": new.pk}).status_code == 403
    assert Concept.objects.get(notation="old").state == "approved"


def test_words_sought_in_vain_become_a_label_in_one_step(desk):
    bus = make_term("bus")
    missed = MissedQuery.objects.create(text="のりあいばす", days=3, last_on=date(2026, 11, 1))
    lost = desk.get(reverse("admin:search_missedquery_changelist")).content.decode()
    page = reverse("admin:ecosystem_concept_adopt", args=[missed.pk])

    first = desk.get(page).context["form"].initial
    answer = desk.post(page, {"text": "のりあいバス", "concept": bus.pk, "language": "ja", "kind": "hidden"})

    label = bus.labels.get()
    assert f'href="{page}"' in lost
    assert first == {"text": "のりあいばす", "language": "ja"}
    assert answer["Location"] == reverse("admin:search_missedquery_changelist")
    assert (label.language, label.text, label.kind) == ("ja", "のりあいバス", "hidden")
    assert not MissedQuery.objects.exists()
    assert desk.get("/ja/ecosystem/glossary/?q=のりあいバス").context["page"].paginator.count == 1


def test_words_that_lead_elsewhere_are_not_adopted(desk):
    owner, bus = make_term("tram"), make_term("bus")
    missed = MissedQuery.objects.create(text="tram", days=3, last_on=date(2026, 11, 1))
    page = reverse("admin:ecosystem_concept_adopt", args=[missed.pk])

    answer = desk.post(page, {"text": "Tram", "concept": bus.pk, "language": "en", "kind": "alt"})

    (message,) = answer.context["form"].errors["text"]
    assert page_of(owner) in message
    assert MissedQuery.objects.exists()


def test_words_typed_on_too_few_days_may_be_one_person_s_and_open_for_nobody(desk):
    missed = MissedQuery.objects.create(text="mario rossi", days=2, last_on=date(2026, 11, 1))
    page = reverse("admin:ecosystem_concept_adopt", args=[missed.pk])

    assert desk.get(page).status_code == desk.post(page, {}).status_code == 404
