"""Every place that saves texts notes them in the ledger: forms, spreadsheets, the initial content."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ecosystem.models import Concept, Organisation
from ecosystem.services import imports
from ecosystem.services.revisions import decide_revision
from iurc_portal.audit.models import Transition
from iurc_portal.translation.models import TextRecord
from iurc_portal.translation.registry import fields_in_order
from iurc_portal.translation.services import mark_reviewed, record_texts
from iurc_portal.translation.status import Status, records_of, statuses_of
from tests.admin.test_organisations import form_of
from tests.factories import make_listing, make_organisation, make_revision, make_theme, make_user

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def change_page(organisation):
    return reverse("admin:ecosystem_organisation_change", args=[organisation.pk])


def reviewed_in_japanese():
    organisation = make_organisation(summary_en="Trains.", summary_ja="電車。", themes=[make_theme()])
    record_texts(organisation, before={}, now=NOW)
    mark_reviewed(organisation, language="ja", fields=["summary"], by=make_user(), now=NOW)
    return organisation


def test_the_form_of_an_organisation_names_who_wrote_a_text(admin_page, superuser):
    organisation = make_organisation(themes=[make_theme()])
    page = change_page(organisation)

    admin_page.post(page, {**form_of(admin_page, page), "summary_ja": "概要。"})

    line = TextRecord.objects.get(field="summary", language="ja")
    assert (line.object_id, line.author, line.origin) == (organisation.pk, superuser, "human")


def test_changing_the_source_in_the_form_makes_a_reviewed_text_outdated(admin_page):
    organisation = reviewed_in_japanese()
    page = change_page(organisation)

    admin_page.post(page, {**form_of(admin_page, page), "summary_en": "Trams."})

    organisation.refresh_from_db()
    assert statuses_of(organisation)["ja"] == Status.OUTDATED


def test_the_tick_for_a_minor_change_keeps_it_reviewed_under_the_editors_name(admin_page, superuser):
    organisation = reviewed_in_japanese()
    page = change_page(organisation)

    admin_page.post(page, {**form_of(admin_page, page), "summary_en": "Trains!", "_minor_change": "on"})

    organisation.refresh_from_db()
    (line,) = Transition.objects.of(organisation)
    assert statuses_of(organisation)["ja"] == Status.REVIEWED
    assert (line.reason, line.actor) == ("minor_change", superuser)


def test_the_form_says_of_each_text_in_what_state_it_is(admin_page, superuser):
    superuser.language = "en"
    superuser.save()
    organisation = reviewed_in_japanese()

    form = admin_page.get(change_page(organisation)).context["adminform"].form

    words = {name: form.fields[name].help_text for name in ("summary_en", "summary_ja", "summary_it")}
    assert [
        "original" in words["summary_en"],
        "reviewed" in words["summary_ja"],
        "missing" in words["summary_it"],
    ] == [
        True,
        True,
        True,
    ]


def test_a_new_record_of_the_form_is_noted(admin_page):
    page = reverse("admin:ecosystem_concept_add")

    admin_page.post(
        page, {**form_of(admin_page, page), "scheme": "theme", "notation": "rail", "pref_label_en": "Railways"}
    )

    concept = Concept.objects.get(notation="rail")
    assert list(records_of(concept)) == [("pref_label", "en")]


def test_texts_of_a_spreadsheet_are_imported_ones(superuser):
    organisation = reviewed_in_japanese()
    table = f"Slug;Name;Summary (it)\n{organisation.slug};{organisation.name_en};Treni.\n;Pianca;Ingranaggi.\n"

    batch = imports.start_import(data=table.encode(), file_name="list.csv", side="torino", by=superuser, now=NOW)
    imports.check_import(batch=batch, by=superuser, now=NOW)
    imports.write_import(batch=batch, by=superuser, now=NOW)

    lines = TextRecord.objects.filter(field="summary", language="it").order_by("object_id")
    assert [(line.object_id, line.origin, line.author) for line in lines] == [
        (organisation.pk, "imported", superuser),
        (Organisation.objects.get(name_it="Pianca").pk, "imported", superuser),
    ]


def test_a_proposal_that_is_accepted_is_a_text_of_who_wrote_it(superuser):
    organisation = reviewed_in_japanese()
    revision = make_revision(organisation=organisation)

    decide_revision(revision=revision, accepted=["summary_en"], by=superuser, now=NOW)

    line = TextRecord.objects.get(field="summary", language="en")
    assert (line.author, line.origin) == (revision.author, "human")
    assert statuses_of(Organisation.objects.get(pk=organisation.pk))["ja"] == Status.OUTDATED


def test_a_text_that_stands_in_no_language_is_not_called_missing(admin_page):
    organisation = make_organisation(summary_en="Trains.")

    help_of = admin_page.get(change_page(organisation)).context["adminform"].form.fields

    assert ["staff-chip" in help_of[name].help_text for name in ("summary_ja", "description_ja")] == [True, False]


def test_the_texts_of_an_organisation_stand_in_the_order_in_which_they_are_read():
    assert fields_in_order(Organisation) == [
        *("name", "summary", "description", "address"),
        *("open_to_japan_how", "logo_alt", "photo_alt"),
    ]


def test_the_page_of_an_organisation_reads_the_states_of_its_listings_once(admin_page):
    organisation = make_organisation()
    for _each in range(3):
        make_listing(organisation)

    with CaptureQueriesContext(connection) as queries:
        admin_page.get(change_page(organisation))

    asked = [query for query in queries if "translation_textrecord" in query["sql"] and "listing" in query["sql"]]
    assert len(asked) == 1
