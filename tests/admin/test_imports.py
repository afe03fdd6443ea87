"""The workplace of imports: from the file to drafts, page by page."""

import csv
from datetime import date
from io import BytesIO, StringIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ecosystem.models import ImportBatch, Organisation
from iurc_portal.staff import todo
from tests.factories import make_city, make_organisation, make_theme

UPLOAD = reverse("admin:ecosystem_organisation_import")
ALL = reverse("admin:ecosystem_importbatch_changelist")


def page(name, batch):
    return reverse(f"admin:ecosystem_importbatch_{name}", args=[batch.pk])


def upload(client, content, name="elenco.csv", **more):
    file = BytesIO(content if isinstance(content, bytes) else content.encode())
    file.name = name
    return client.post(UPLOAD, {"file": file, "side": "torino", "encoding": "", **more})


def columns_of(client, batch):
    """What the browser sends back from the page of columns as it is."""
    form = client.get(page("columns", batch)).context["form"]
    data = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in data.items() if value not in (None, False)}


def previewed(client, content, **more):
    upload(client, content)
    batch = ImportBatch.objects.first()
    client.post(page("columns", batch), columns_of(client, batch) | more)
    return ImportBatch.objects.get(pk=batch.pk)


def told(answer):
    return [str(message) for message in answer.context["messages"]]


def test_from_a_file_to_drafts(admin_page, superuser):
    make_city("torino")
    answer = upload(admin_page, "Denominazione;Sito web\nZolfora;zolfora.example\nBrenvia;\n")
    batch = ImportBatch.objects.get()
    steps = [answer["Location"]]
    answer = admin_page.post(page("columns", batch), columns_of(admin_page, batch))
    steps.append(answer["Location"])
    shown = admin_page.get(page("change", batch)).context
    nothing_yet = Organisation.objects.count()

    admin_page.post(page("choose", batch), {"row-2": "create", "row-3": "skip", "_do": "write"})

    made = Organisation.objects.get()
    assert steps == [page("columns", batch), page("change", batch)]
    assert (nothing_yet, shown["to_write"], len(shown["rows"])) == (0, 2, 2)
    assert (made.name_it, made.website, made.state, made.side) == (
        "Zolfora",
        "https://zolfora.example",
        "draft",
        "torino",
    )
    assert made.history.get().history_user == superuser


def test_the_organisations_of_an_import_are_found_in_the_list(admin_page):
    make_organisation()
    batch = previewed(admin_page, "Nome\nZolfora\n")
    admin_page.post(page("choose", batch), {"_do": "write"})

    listed = admin_page.get(reverse("admin:ecosystem_organisation_changelist"), {"import": batch.pk})

    assert [row.name_it for row in listed.context["cl"].result_list] == ["Zolfora"]


@pytest.mark.parametrize(("number", "name"), [("0", "organisations.xlsx"), ("1", "organisations.csv")])
@pytest.mark.parametrize("language", ["it", "en", "ja"])
def test_what_was_exported_comes_back_unchanged(number, name, language, admin_page, superuser):
    superuser.language = language
    superuser.save()
    make_organisation(
        slug="piena",
        name_it="Piena",
        description_en="One line.\nAnother line.",
        themes=[make_theme("mobility"), make_theme("health")],
        founded_year=1990,
        contact_languages=["it", "ja"],
        latitude="45.070312",
        longitude="7.686856",
        precision="exact",
        sources=["https://one.example", "https://two.example"],
        as_of=date(2026, 3, 4),
    )
    make_organisation(slug="vuota", city=None)

    exported = admin_page.post(reverse("admin:ecosystem_organisation_export"), {"format": number}).content
    batch = previewed(admin_page, exported)

    assert batch.counts == {"unchanged": 2}


def test_a_file_that_cannot_be_read_is_refused_at_its_field(admin_page):
    for content in (b"", b"PK\x03\x04 nothing", b"Nome\n" + b"\x81\x8d\x8f"):
        answer = upload(admin_page, content)

        assert (answer.status_code, list(answer.context["form"].errors)) == (200, ["file"])
    assert ImportBatch.objects.count() == 0


def test_a_file_that_is_too_large_is_not_even_read(admin_page, monkeypatch):
    monkeypatch.setattr("ecosystem.imports.files.MAX_BYTES", 10)
    monkeypatch.setattr("ecosystem.services.imports.read_file", None)

    answer = upload(admin_page, "Nome\nZolfora\n")

    assert list(answer.context["form"].errors) == ["file"]


def test_two_columns_do_not_fill_one_field_and_a_column_has_the_names(admin_page):
    upload(admin_page, "Nome,Altro\nZolfora,x\n")
    batch = ImportBatch.objects.get()
    data = columns_of(admin_page, batch)

    twice = admin_page.post(page("columns", batch), data | {"column-0": "name", "column-1": "name"})
    none = admin_page.post(page("columns", batch), data | {"column-0": "", "column-1": "website"})

    assert list(twice.context["form"].errors) == ["column-1"]
    assert len(none.context["form"].non_field_errors()) == 1


def test_defaults_hold_for_the_rows_that_say_nothing(admin_page):
    make_city("torino")
    batch = previewed(admin_page, "Nome,Tipo\nZolfora,\nBrenvia,university\n", kind="startup", language="en")

    admin_page.post(page("choose", batch), {"_do": "write"})

    assert dict(Organisation.objects.values_list("name_en", "kind")) == {
        "Zolfora": "startup",
        "Brenvia": "university",
    }


def test_a_wrong_row_says_its_column_its_value_and_what_to_do(admin_page, superuser):
    superuser.language = "en"
    superuser.save()
    batch = previewed(admin_page, "Nome,Sito\nZolfora,no where\nBrenvia,\n")

    (row,) = admin_page.get(page("change", batch), {"status": "refused"}).context["rows"]

    assert row["told"] == [("Sito “no where”: No web address. Write it like https://www.example.org.", False)]


def test_refused_rows_come_back_as_a_file_with_their_reasons(admin_page, superuser):
    superuser.language = "en"
    superuser.save()
    batch = previewed(admin_page, "Nome,Sito\nZolfora,=no where\nBrenvia,\n")

    answer = admin_page.get(page("refused", batch))

    lines = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
    assert lines[0] == ["Nome", "Sito", "line", "what to do"]
    assert lines[1][:3] == ["Zolfora", "'=no where", "2"]
    assert len(lines) == 2


def test_one_choice_for_all_rows_of_a_kind(admin_page):
    make_organisation(slug="a", name_it="Zolfora", website="https://old.example")
    batch = previewed(admin_page, "slug,Sito\na,new.example\n")

    admin_page.post(page("choose", batch), {"_do": "all:update", "_status": "changed"})
    admin_page.post(page("choose", batch), {"_do": "all:create", "_status": "unchanged"})

    assert list(batch.content.values_list("action", flat=True)) == ["update"]


def test_nothing_chosen_is_nothing_written(admin_page):
    batch = previewed(admin_page, "Nome\nZolfora\n")

    answer = admin_page.post(page("choose", batch), {"row-2": "skip", "_do": "write"}, follow=True)

    batch.refresh_from_db()
    assert (batch.state, len(told(answer)), Organisation.objects.count()) == ("checked", 1, 0)


def test_a_file_that_was_put_away_is_written_no_more(admin_page):
    batch = previewed(admin_page, "Nome\nZolfora\n")
    admin_page.post(page("put_away", batch))

    admin_page.post(page("choose", batch), {"_do": "write"})

    batch.refresh_from_db()
    assert (batch.state, Organisation.objects.count()) == ("put_away", 0)


def test_the_same_file_is_known_again(admin_page):
    upload(admin_page, "Nome\nZolfora\n")

    answer = upload(admin_page, "Nome\nZolfora\n")

    assert len(told(admin_page.get(answer["Location"]))) == 1


def test_staff_see_the_imports_of_their_own_city(client, staff_of_torino, staff_of_nagoya):
    client.force_login(staff_of_torino)
    upload(client, "Nome\nZolfora\n")
    batch = ImportBatch.objects.get()
    client.force_login(staff_of_nagoya)

    answers = [client.get(page(name, batch)).status_code for name in ("columns", "change", "refused")]
    answers.append(client.post(page("choose", batch), {"_do": "write"}).status_code)
    refused = upload(client, "Nome\nBrenvia\n")  # for Torino's side, which is not offered

    assert answers == [404] * 4
    assert list(refused.context["form"].errors) == ["side"]
    assert len(client.get(ALL).context["cl"].result_list) == 0


def test_what_acts_is_posted(admin_page):
    batch = previewed(admin_page, "Nome\nZolfora\n")

    answers = [admin_page.get(page(name, batch)).status_code for name in ("choose", "write", "put_away")]

    assert (answers, Organisation.objects.count()) == ([404] * 3, 0)


def test_imports_to_finish_are_on_the_home(client, staff_of_torino, staff_of_nagoya):
    client.force_login(staff_of_torino)
    upload(client, "Nome\nZolfora\n")

    task = todo.tasks["imports-to-finish"]
    counts = [task.rows_for(user, None).count() for user in (staff_of_torino, staff_of_nagoya)]

    assert counts == [1, 0]


def test_a_large_import_goes_on_by_itself(admin_page, monkeypatch):
    monkeypatch.setattr("ecosystem.services.imports.AT_ONCE", 1)
    batch = previewed(admin_page, "Nome\nZolfora\nBrenvia\nMelisca\n")

    answer = admin_page.post(page("choose", batch), {"_do": "write"}, follow=True)

    batch.refresh_from_db()
    assert (batch.state, batch.counts["written"], Organisation.objects.count()) == ("written", 3, 3)
    assert len(told(answer)) == 1


def test_the_preview_asks_as_often_for_one_row_as_for_many(admin_page):
    counts = []
    for n in (1, 3):
        for number in range(n):
            make_organisation(slug=f"a{n}{number}", name_it=f"Zolfora {n}{number}", website="https://old.example")
        lines = "".join(f"a{n}{number},Torino,new{number}.example\n" for number in range(n))
        batch = previewed(admin_page, f"slug,Città,Sito\n{lines}")
        with CaptureQueriesContext(connection) as queries:
            admin_page.get(page("change", batch))
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_a_page_beyond_the_last_is_the_last(admin_page):
    batch = previewed(admin_page, "Nome\n" + "".join(f"Ditta{number} Zolfora\n" for number in range(60)))

    shown = admin_page.get(page("change", batch), {"page": "99"}).context

    assert (shown["page"].number, len(shown["rows"])) == (2, 10)
