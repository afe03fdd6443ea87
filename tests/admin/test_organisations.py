"""Organisations in the admin: whose they are, what keeps them from the public, what a spreadsheet may do."""

from io import BytesIO

import pytest
from django.db import connection
from django.db.models.fields.files import FieldFile
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from ecosystem.models import Organisation
from iurc_portal.audit.models import Transition
from iurc_portal.search import index, tasks
from tests.factories import make_city, make_organisation, make_practice, make_test_run, make_theme
from tests.search.test_service import names

LIST = reverse("admin:ecosystem_organisation_changelist")


def act(client, action, *rows, page=LIST):
    answer = client.post(page, {"action": action, "_selected_action": [row.pk for row in rows]}, follow=True)
    return [str(message) for message in answer.context["messages"]]


def form_of(client, page):
    """What the browser would send back from the form as it is."""
    form = client.get(page).context["adminform"].form
    data = {name: form[name].value() for name in form.fields}
    data = {
        name: value
        for name, value in data.items()
        if value not in (None, False) and not isinstance(value, FieldFile)  # a file is not sent again
    }
    for inline in client.get(page).context["inline_admin_formsets"]:
        for name, value in inline.formset.management_form.initial.items():
            data[f"{inline.formset.prefix}-{name}"] = value
    return data


def test_publishing_names_all_that_is_missing_and_goes_on_with_the_rest(admin_page, superuser):
    empty = make_organisation(name_en="Empty", state="draft", summary_en="")
    ready = make_organisation(name_en="Ready", state="draft", themes=[make_theme()])

    told = act(admin_page, "publish", empty, ready)

    superuser.refresh_from_db()
    states = dict(Organisation.objects.values_list("name_en", "state"))
    assert states == {"Empty": "draft", "Ready": "published"}
    assert len(told) == 2
    (line,) = Transition.objects.of(ready)
    assert (line.from_state, line.to_state, line.actor) == ("draft", "published", superuser)


def test_a_form_that_saves_a_record_and_its_relations_indexes_it_once(admin_page):
    organisation = make_organisation(name_en="Robots", themes=[make_theme()])
    page = reverse("admin:ecosystem_organisation_change", args=[organisation.pk])
    data = form_of(admin_page, page) | {"name_en": "Looms", "themes": [make_theme().pk, make_theme().pk]}

    with CaptureQueriesContext(connection) as queries:
        admin_page.post(page, data)

    written = [query["sql"] for query in queries if query["sql"].startswith('INSERT INTO "search_document"')]
    ours = [statement for statement in written if "'organisations'" in statement]
    assert (len(ours), names("robots"), names("looms")) == (1, [], ["Looms"])


@pytest.mark.django_db(transaction=True)
def test_whoever_renames_a_city_does_not_wait_for_all_of_its_organisations(admin_page, monkeypatch):
    monkeypatch.setattr(index, "FEW_FOLLOWERS", 2)
    city = make_city("ivrea")
    for n in range(3):
        make_organisation(name_en=f"Robots {n}", city=city)
    left = []
    monkeypatch.setattr(tasks.write_records, "delay", lambda *task: left.append(task))
    page = reverse("admin:ecosystem_city_change", args=[city.pk])

    admin_page.post(page, form_of(admin_page, page) | {"name_it": "Eporedia"})
    city.refresh_from_db()
    before = names("Eporedia")
    for task in left:
        tasks.write_records(*task)

    assert (city.name_it, before, len(left), len(names("Eporedia"))) == ("Eporedia", [], 1, 3)


def test_an_organisation_leaves_the_lists_and_goes_to_the_archive(admin_page):
    organisation = make_organisation(themes=[make_theme()])

    act(admin_page, "unlist", organisation)
    act(admin_page, "archive", organisation)

    assert [line.to_state for line in Transition.objects.of(organisation)] == ["unlisted", "archived"]


def test_a_published_organisation_is_not_archived_at_once(admin_page):
    organisation = make_organisation(themes=[make_theme()])

    act(admin_page, "archive", organisation)

    organisation.refresh_from_db()
    assert organisation.state == "published"


def test_what_was_checked_waits_for_no_check(admin_page):
    organisation = make_organisation(needs_check=True, to_verify=["website"])

    act(admin_page, "mark_verified", organisation)

    organisation.refresh_from_db()
    assert (organisation.needs_check, organisation.to_verify) == (False, [])
    assert organisation.verified_on is not None


@pytest.mark.parametrize("make", [make_organisation, make_test_run, make_practice])
def test_staff_change_what_is_their_own_citys(make, client, staff_of_torino, staff_of_nagoya):
    city = {"city": make_city("nagoya")}
    nagoyas = make(side="nagoya", **city) if make is make_organisation else make(**city)
    page = reverse(f"admin:ecosystem_{nagoyas._meta.model_name}_change", args=[nagoyas.pk])

    allowed = {}
    for user in (staff_of_torino, staff_of_nagoya):
        client.force_login(user)
        allowed[user.side] = (client.get(page).context["has_change_permission"], client.post(page, {}).status_code)

    assert allowed == {"torino": (False, 403), "nagoya": (True, 200)}


def test_staff_do_not_publish_for_the_other_city(client, staff_of_torino):
    organisation = make_organisation(side="nagoya", state="draft", themes=[make_theme()])
    client.force_login(staff_of_torino)

    act(client, "publish", organisation)

    organisation.refresh_from_db()
    assert organisation.state == "draft"


def test_managers_change_both_sides(client, manager):
    organisation = make_organisation(side="nagoya")
    client.force_login(manager)

    page = client.get(reverse("admin:ecosystem_organisation_change", args=[organisation.pk]))

    assert page.context["has_change_permission"] is True


def test_lists_of_words_are_typed_as_people_write_them(admin_page):
    organisation = make_organisation(themes=[make_theme()], contact_languages=["it", "pt"], to_verify=["budget"])
    page = reverse("admin:ecosystem_organisation_change", args=[organisation.pk])
    data = form_of(admin_page, page)
    data |= {
        "same_as": "https://one.example\n\n https://two.example ",
        "contact_languages": ["ja", "pt"],
        "to_verify": ["website", "budget"],
        "sources": "https://source.example",
    }

    answer = admin_page.post(page, data)

    organisation.refresh_from_db()
    assert answer.status_code == 302
    assert organisation.same_as == ["https://one.example", "https://two.example"]
    assert organisation.contact_languages == ["ja", "pt"]
    assert organisation.to_verify == ["website", "budget"]
    assert organisation.history.count() == 2


def test_a_name_in_one_language_is_enough_and_in_none_is_not(admin_page):
    organisation = make_organisation(themes=[make_theme()])
    page = reverse("admin:ecosystem_organisation_change", args=[organisation.pk])
    data = form_of(admin_page, page)

    without = admin_page.post(page, {**data, "name_en": ""})
    japanese = admin_page.post(page, {**data, "name_en": "", "name_ja": "団体"})

    assert list(without.context["adminform"].form.non_field_errors()) == ["Scrivere «Nome» in almeno una lingua."]
    assert japanese.status_code == 302


def test_a_source_that_is_no_address_is_refused_at_its_field(admin_page):
    organisation = make_organisation(themes=[make_theme()])
    page = reverse("admin:ecosystem_organisation_change", args=[organisation.pk])

    answer = admin_page.post(page, {**form_of(admin_page, page), "sources": "javascript:alert(1)"})

    assert list(answer.context["adminform"].form.errors) == ["sources"]


# --- Spreadsheets ----------------------------------------------------------------------------------------------------


def test_an_export_holds_every_language_and_no_formula(admin_page):
    make_organisation(slug="una", name_it="=1+1", name_ja="団体", themes=[make_theme("mobility")])

    answer = admin_page.post(reverse("admin:ecosystem_organisation_export"), {"format": "0"})

    rows = list(load_workbook(BytesIO(answer.content)).active.iter_rows(values_only=True))
    row = dict(zip(rows[0], rows[1], strict=True))
    assert (row["slug"], row["name_ja"], row["themes"], row["state"]) == ("una", "団体", "mobility", "published")
    assert not str(row["name_it"]).startswith("=")


def test_people_leave_the_portal_in_no_list_of_staff(client, staff_of_torino):
    client.force_login(staff_of_torino)

    assert client.get(reverse("admin:ecosystem_person_export")).status_code == 403
    assert client.get(reverse("admin:ecosystem_organisation_export")).status_code == 200


# --- Good practices --------------------------------------------------------------------------------------------------


def test_a_practice_is_validated_with_sources_and_what_did_not_work(admin_page):
    page = reverse("admin:ecosystem_goodpractice_changelist")
    bare = make_practice(state="submitted")
    full = make_practice(state="submitted", sources=["https://source.example"], what_failed_en="The first plan.")

    told = act(admin_page, "validate", bare, full, page=page)

    bare.refresh_from_db(), full.refresh_from_db()
    assert (bare.state, full.state) == ("submitted", "validated")
    assert len(told) == 2


def test_staff_submit_practices_and_managers_validate_them(client, staff_of_torino, manager):
    page = reverse("admin:ecosystem_goodpractice_changelist")
    practice = make_practice(state="draft", sources=["https://source.example"], what_failed_en="The first plan.")
    client.force_login(staff_of_torino)
    act(client, "submit", practice, page=page)
    act(client, "validate", practice, page=page)
    practice.refresh_from_db()
    after_staff = practice.state
    client.force_login(manager)

    act(client, "validate", practice, page=page)

    practice.refresh_from_db()
    assert (after_staff, practice.state) == ("submitted", "validated")


def test_the_cells_of_a_workbook_are_empty_where_nothing_is_known(admin_page):
    make_organisation(slug="vuota", city=None)

    answer = admin_page.post(reverse("admin:ecosystem_organisation_export"), {"format": "0"})

    rows = list(load_workbook(BytesIO(answer.content)).active.iter_rows(values_only=True))
    row = dict(zip(rows[0], rows[1], strict=True))
    assert {row[name] for name in ("city", "founded_year", "latitude", "as_of", "name_it")} == {None}


def test_an_organisation_or_a_test_without_a_seat_is_saved(admin_page):
    for record in (make_organisation(city=None, themes=[make_theme()]), make_test_run(city=None)):
        page = reverse(f"admin:ecosystem_{record._meta.model_name}_change", args=[record.pk])

        answer = admin_page.post(page, form_of(admin_page, page))

        assert answer.status_code == 302


# --- The profile's own page ------------------------------------------------------------------------------------------


def press(client, organisation, name, **fields):
    page = reverse("admin:ecosystem_organisation_change", args=[organisation.pk])
    return client.post(page, {**form_of(client, page), **fields, "_do": name}, follow=True)


def test_a_profile_is_published_taken_out_and_checked_on_its_own_page(client, staff_of_torino):
    organisation = make_organisation(state="draft", themes=[make_theme()], needs_check=True)
    client.force_login(staff_of_torino)

    for name in ("publish", "verify", "unlist"):
        press(client, organisation, name)

    organisation.refresh_from_db()
    lines = Transition.objects.of(organisation)
    assert [(line.to_state, line.reason) for line in lines] == [
        ("published", ""),
        ("published", "verified"),
        ("unlisted", ""),
    ]
    assert (organisation.state, organisation.needs_check) == ("unlisted", False)


def test_publishing_on_the_page_saves_and_names_what_is_missing(client, staff_of_torino):
    organisation = make_organisation(state="draft", summary_en="")
    client.force_login(staff_of_torino)

    answer = press(client, organisation, "publish", name_it="Nome nuovo")

    organisation.refresh_from_db()
    assert (organisation.state, organisation.name_it) == ("draft", "Nome nuovo")
    (words,) = [str(message) for message in answer.context["messages"]]
    assert "tema" in words


def test_staff_write_new_profiles_for_their_own_city_and_leave_the_address_empty(client, staff_of_nagoya):
    client.force_login(staff_of_nagoya)
    page = reverse("admin:ecosystem_organisation_add")
    data = form_of(client, page) | {"kind": "company", "name_en": "New Works", "slug": ""}

    refused = client.post(page, {**data, "side": "torino"})
    client.post(page, {**data, "side": "nagoya"})

    assert list(refused.context["adminform"].form.errors) == ["side"]
    assert Organisation.objects.get().slug == "new-works"


def test_the_readiness_shows_the_cheapest_step_and_where_it_is_done(admin_page, superuser):
    superuser.language = "en"
    superuser.save()
    organisation = make_organisation(founded_year=1859, contact_languages=["en"], size_band="1-9", kana="")
    page = reverse("admin:ecosystem_organisation_change", args=[organisation.pk])

    form, lines = admin_page.get(page).content.decode(), admin_page.get(LIST).content.decode()

    link = f'<a class="underline" href="{page}#id_kana">the name in katakana</a>'
    assert f"Next: {link} (5 minutes)" in form
    assert link in lines
