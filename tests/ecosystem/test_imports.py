"""From a file to drafts: what is recognised, what is refused where, what is never overwritten."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from openpyxl import Workbook

from ecosystem.imports.columns import guess
from ecosystem.imports.messages import WORDS, words
from ecosystem.models import ImportBatch, ImportRow, Organisation
from ecosystem.services import imports
from ecosystem.services.merging import merge_organisations
from ecosystem.services.optouts import record_opt_out
from iurc_portal.audit.models import Transition
from iurc_portal.privacy.retention import purge
from iurc_portal.search.models import Document
from tests.ecosystem.uneven import DISTINCT, distinct_names, the_list
from tests.factories import make_city, make_organisation, make_theme, make_user

NOW = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)


@pytest.fixture
def staff(db):
    make_city("torino", name_it="Torino", name_ja="トリノ")
    make_city("nagoya", name_ja="名古屋市")
    return make_user(is_staff=True, is_superuser=True)


def checked(staff, text, *, side="torino", **defaults):
    data = text if isinstance(text, bytes) else text.encode()
    batch = imports.start_import(data=data, file_name="list.csv", side=side, by=staff, now=NOW)
    if defaults:
        ImportBatch.objects.filter(pk=batch.pk).update(**defaults)
    return imports.check_import(batch=batch, by=staff, now=NOW)


def written(staff, text, **defaults):
    return imports.write_import(batch=checked(staff, text, **defaults), by=staff, now=NOW)


def row_of(batch, number):
    return batch.rows.get(number=number)


def codes(row):
    return [(told["code"], told["column"]) for told in row.messages]


# --- The base case ---------------------------------------------------------------------------------------------------


def test_a_column_of_320_uneven_names_becomes_300_drafts(staff):
    names, lines = distinct_names(), the_list()
    there = make_organisation(name_it=names[0], name_en="")

    batch = checked(staff, "\n".join(["Denominazione", *lines]))
    imports.write_import(batch=batch, by=staff, now=NOW)

    made = Organisation.objects.exclude(pk=there.pk)
    assert (len(set(names)), len(lines)) == (DISTINCT, 320)
    # Twenty are said twice; one, written in another way, is in the directory already.
    assert batch.counts == {"new": 299, "duplicate": 21}
    assert made.count() == 299
    assert set(made.values_list("state", "kind", "side", "city__slug")) == {("draft", "company", "torino", "torino")}
    assert made.exclude(name_ja="").exclude(name_ja=None).count() == 50
    assert not any("  " in name or name != name.strip() for name in made.values_list("name_it", flat=True) if name)
    assert set(batch.rows.filter(status="duplicate").values_list("action", flat=True)) == {"skip"}


def test_names_are_tidied_in_space_and_width_and_never_corrected(staff):
    written(staff, "Nome\n  ZOLFORA   mecatronica  S.R.L. \nＢｒｅｎｖｉａ　９\n株式会社　ﾔﾇﾏ（本社）\n")

    assert sorted(filter(None, Organisation.objects.values_list("name_it", flat=True))) == [
        "Brenvia 9",
        "ZOLFORA mecatronica S.R.L.",
    ]
    assert Organisation.objects.get(name_ja__gt="").name_ja == "株式会社 ヤヌマ（本社）"


def test_the_same_file_twice_changes_nothing(staff):
    text = "\n".join(["Denominazione", *the_list()])
    written(staff, text)
    before = list(Organisation.objects.order_by("pk").values())

    batch = checked(staff, text)

    # Of the twenty that are said twice one is written the same both times.
    assert batch.counts == {"unchanged": 301, "duplicate": 19}
    with pytest.raises(ValidationError):
        imports.write_import(batch=batch, by=staff, now=NOW)
    assert list(Organisation.objects.order_by("pk").values()) == before


def test_a_duplicate_in_the_file_names_the_line_it_repeats(staff):
    batch = checked(staff, "Nome\nZolfora Ottica S.r.l.\nBrenvia\nZOLFORA  OTTICA SRL\nZolfora Otica\n")

    assert [(row.status, codes(row)) for row in batch.content.order_by("number")] == [
        ("new", []),
        ("new", []),
        ("duplicate", [("same_line", None)]),
        ("duplicate", [("like_line", None), ("like_line", None)]),
    ]
    assert row_of(batch, 4).messages[0]["params"] == {"line": 2}


def test_names_with_other_numbers_are_not_alike(staff):
    batch = checked(staff, "Nome\nLiceo scientifico di Pelagna 1\nLiceo scientifico di Pelagna 2\n")

    assert batch.counts == {"new": 2}


def test_a_city_in_brackets_is_the_seat_and_no_part_of_the_name_that_is_compared(staff):
    make_organisation(name_it="Zolfora Ottica", name_en="", city=make_city("torino"))
    batch = checked(staff, "Nome\nZolfora Ottica (Torino)\nZolfora Ottica (Nagoya)\n")

    assert [row.status for row in batch.content.order_by("number")] == ["duplicate", "new"]
    assert codes(row_of(batch, 3)) == [("city_in_name", None)]


# --- Columns ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headings", "fields"),
    [
        (["Denominazione", "Sito web", "Città", "Anno"], ["name", "website", "city", "founded_year"]),
        (["Company", "Website", "Summary (English)", "x"], ["name", "website", "summary_en", ""]),
        (["会社名", "住所", "ウェブサイト", "設立年"], ["name", "address_it", "website", "founded_year"]),
        (["Ragione sociale", "Nome (it)"], ["legal_name", "name_it"]),
        (["RAGIONE SOCIALE"], ["name"]),
        (["名称（日本語）", "name_en", "slug"], ["name_ja", "name_en", "slug"]),
        (["Nome", "Nome"], ["name", ""]),
    ],
)
def test_headings_are_recognised_in_three_languages(headings, fields):
    assert guess(headings, "it") == fields


def test_a_title_above_the_headings_is_no_row(staff):
    batch = checked(staff, "Elenco 2026,\n,\nNome,Sito\nZolfora,zolfora.example\n")

    assert (batch.heading_line, batch.counts) == (3, {"new": 1})


def test_a_list_without_headings_is_read_from_its_first_line(staff):
    batch = checked(staff, "Zolfora\nBrenvia\n")

    assert (batch.heading_line, batch.counts) == (0, {"new": 2})


def test_a_whole_row_is_understood_in_the_words_of_three_languages(staff):
    make_theme("mobility", pref_label_ja="モビリティ")
    text = (
        "名称,種別,都市,分野,設立,言語,日本との連携,緯度,経度,ウェブサイト\n"
        "ヤヌマ,企業,名古屋市,モビリティ,１９９０年,日本語、英語,はい,３５．１,136.9,yanuma.example\n"
    )

    with translation.override("ja"):
        kind = str(Organisation.Kind.COMPANY.label)
    written(staff, text.replace("企業", kind), side="nagoya")

    made = Organisation.objects.get()
    assert (made.name_ja, made.kind, made.city.slug, made.founded_year) == ("ヤヌマ", "company", "nagoya", 1990)
    assert (made.contact_languages, made.open_to_japan, made.website) == (["ja", "en"], True, "https://yanuma.example")
    assert (str(made.latitude), str(made.longitude), made.precision) == ("35.100000", "136.900000", "city")
    assert [theme.notation for theme in made.themes.all()] == ["mobility"]


# --- What is refused, and where --------------------------------------------------------------------------------------


def test_each_wrong_cell_is_told_with_its_line_and_column_and_the_other_rows_go_on(staff):
    text = (
        "Nome,Tipo,Città,Temi,Sito,Anno,Lat,Lon,Kana,Aggiornato al\n"
        "Zolfora,shop,Atlantis,weaving,no where,abc,91,7,漢字,ieri\n"
        "Brenvia,company,Torino,,brenvia.example,1990,,,,\n"
    )

    batch = written(staff, text)

    row = row_of(batch, 2)
    assert codes(row) == [
        ("choice", 1),
        ("city", 2),
        ("theme", 3),
        ("address", 4),
        ("number", 5),
        ("range", 6),
        ("kana", 8),
        ("day", 9),
        ("point", None),
    ]
    assert [told["value"] for told in row.messages][:3] == ["shop", "Atlantis", "weaving"]
    assert list(Organisation.objects.values_list("name_it", flat=True)) == ["Brenvia"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Nome,Sito\n,alfa.example\n", "missing"),
        (f"Nome,Sito\n{'x' * 201},alfa.example\n", "long"),
        ("Nome,Sito\nAlfa,alfa.example,more\n", "cells"),
        ("Nome,Sito\nAlf\ufffd,alfa.example\n", "lost"),
        ("slug,Nome\nno address!,Alfa\n", "slug"),
    ],
)
def test_a_row_that_cannot_be_taken_says_why(staff, text, code):
    batch = checked(staff, text)

    row = row_of(batch, 2)
    assert (row.status, row.possible, [told["code"] for told in row.messages]) == ("refused", [], [code])


@pytest.mark.parametrize("cell", ["nan", "NaN", "sNaN", "inf", "-Infinity", "ｎａｎ", "1e999999999999999999999"])
def test_what_is_no_finite_number_refuses_its_row_alone(staff, cell):
    batch = checked(staff, f"Nome,Lat,Lon\nZolfora,{cell},136.9\nBrenvia,35.1,136.9\n")

    assert codes(row_of(batch, 2))[0] == ("number", 1)
    assert row_of(batch, 3).status == "new"


def test_a_cell_too_long_to_keep_refuses_its_row_alone(staff):
    batch = checked(staff, f"Nome,Descrizione\nZolfora,{'x' * 20_001}\nBrenvia,Autobus\n")

    assert (codes(row_of(batch, 2)), row_of(batch, 3).status) == ([("long", 1)], "new")


def test_every_message_has_its_words_in_three_languages():
    params = {"limit": 1, "codes": "a", "words": "b", "least": 1, "most": 2, "error": "#REF!", "line": 3}
    for language in ("it", "en", "ja"):
        with translation.override(language):
            told = [words({"code": code, "params": params | {"day": "2026-03-04"}}) for code in WORDS]
        assert not [text for text in told if "%(" in text]


def test_a_formula_without_a_value_refuses_its_row_alone(staff):
    book, file = Workbook(), BytesIO()
    for row in (["Nome", "Sito"], ["Zolfora", "=A1"], ["Brenvia", "brenvia.example"]):
        book.active.append(row)
    book.save(file)

    batch = checked(staff, file.getvalue())

    assert [(row.status, codes(row)) for row in batch.content.order_by("number")] == [
        ("refused", [("formula_empty", 1)]),
        ("new", []),
    ]


def test_the_same_address_twice_in_a_file_is_refused_the_second_time(staff):
    batch = checked(staff, "slug,Nome\nuno,Uno\nuno,Due\n")

    assert [row.status for row in batch.content.order_by("number")] == ["new", "refused"]


def test_staff_write_for_their_own_city_alone(db, staff):
    clerk = make_user(is_staff=True, side="torino")
    make_organisation(slug="altra", name_it="Altra", side="nagoya")
    text = "slug,Nome,side\nnuova,Nuova,nagoya\naltra,Altra ancora,\naltra-due,Due,torino\n"

    batch = imports.start_import(data=text.encode(), file_name="a.csv", side="torino", by=clerk, now=NOW)
    batch = imports.check_import(batch=batch, by=clerk, now=NOW)

    assert [(row.status, [told["code"] for told in row.messages]) for row in batch.content.order_by("number")] == [
        ("refused", ["other_side"]),
        ("refused", ["other_side"]),
        ("new", []),
    ]


# --- What is there already -------------------------------------------------------------------------------------------


def test_a_text_is_replaced_only_when_somebody_chose_so(staff):
    record = make_organisation(slug="zolfora", name_it="Zolfora", website="", summary_it="Scritta da una persona.")
    text = "slug,sintesi,sito\nzolfora,Dal foglio.,zolfora.example\n"
    batch = checked(staff, text)
    row = row_of(batch, 2)
    shown = (row.status, row.action, row.changes)
    untouched = checked(staff, text)

    imports.choose(batch=batch, actions={2: "update"}, now=NOW)
    imports.write_import(batch=batch, by=staff, now=NOW)

    record.refresh_from_db()
    assert shown == (
        "changed",
        "skip",
        {"summary_it": ["Scritta da una persona.", "Dal foglio."], "website": ["", "https://zolfora.example"]},
    )
    assert (record.summary_it, record.website, record.state) == ("Dal foglio.", "https://zolfora.example", "published")
    assert record.history.count() == 2
    with pytest.raises(ValidationError):
        imports.write_import(batch=untouched, by=staff, now=NOW)


def test_what_only_fills_gaps_is_chosen_already(staff):
    record = make_organisation(slug="zolfora", name_it="Zolfora", website="")

    written(staff, "slug,sito\nzolfora,zolfora.example\n")

    record.refresh_from_db()
    assert record.website == "https://zolfora.example"


def test_filling_gaps_replaces_nothing(staff):
    record = make_organisation(name_it="Zolfora Ottica", name_en="", summary_it="Mia.", website="")
    batch = checked(staff, "Nome,Sintesi,Sito\nZOLFORA OTTICA SRL,Altra.,zolfora.example\n")
    row = row_of(batch, 2)

    imports.choose(batch=batch, actions={2: "fill"}, now=NOW)
    imports.write_import(batch=batch, by=staff, now=NOW)

    record.refresh_from_db()
    assert (row.status, row.organisation) == ("duplicate", record)
    assert (record.name_it, record.summary_it, record.website) == ("Zolfora Ottica", "Mia.", "https://zolfora.example")


def test_an_empty_cell_changes_nothing(staff):
    make_organisation(slug="zolfora", name_it="Zolfora", founded_year=1990)

    assert checked(staff, "slug,Nome,Anno\nzolfora,Zolfora,\n").counts == {"unchanged": 1}


def test_the_same_website_is_a_possible_duplicate_whatever_the_name(staff):
    record = make_organisation(name_it="Zolfora", website="https://www.zolfora.example/it/")
    batch = checked(staff, "Nome,Sito\nTutt'altro,http://zolfora.example\nPagina,facebook.com/x\n")

    assert row_of(batch, 2).candidates == [[record.pk, "host"]]
    assert row_of(batch, 3).status == "new"


def test_a_name_that_was_merged_away_does_not_come_back(staff):
    survivor, merged = make_organisation(name_it="Zolfora"), make_organisation(name_it="Brenvia", name_en="")
    merge_organisations(survivor=survivor, merged=merged, taken={}, by=None, now=NOW)

    assert checked(staff, "Nome\nBrenvia\n").counts == {"unchanged": 1}


def test_who_asked_not_to_be_listed_is_refused_with_the_day(staff):
    record = make_organisation(name_it="Zolfora S.r.l.", website="https://zolfora.example")
    record_opt_out(organisation=record, asked_by="owner", asked_on=date(2026, 1, 15), by=None, now=NOW)
    record.delete()

    batch = checked(staff, "Nome,Sito\nZOLFORA SPA,\nAltro nome,www.zolfora.example\n")

    assert batch.counts == {"opted_out": 2}
    assert row_of(batch, 2).messages[0]["params"] == {"day": "2026-01-15"}
    with pytest.raises(ValidationError):
        imports.choose_all(batch=batch, status="opted_out", action="create", now=NOW)


# --- Writing ---------------------------------------------------------------------------------------------------------


def test_new_organisations_are_drafts_with_history_log_and_a_row_in_the_index(staff):
    batch = written(staff, "Nome\nZolfora\n")

    made = Organisation.objects.get()
    assert (made.state, made.slug, made.history.count()) == ("draft", "zolfora", 1)
    assert Document.objects.filter(kind="organisations", object_id=made.pk, public=False).count() == 1
    assert [line.to_state for line in Transition.objects.of(batch)] == ["checked", "writing", "written"]
    assert row_of(batch, 2).organisation == made


def test_a_large_file_is_written_in_steps_and_says_so(staff, monkeypatch):
    monkeypatch.setattr(imports, "AT_ONCE", 2)
    batch = checked(staff, "Nome\nZolfora\nBrenvia\nMelisca\n")

    first = imports.write_import(batch=batch, by=staff, now=NOW)
    between = (first.state, Organisation.objects.count(), list(ImportBatch.objects.unfinished()))
    last = imports.write_import(batch=batch, by=staff, now=NOW)

    assert between == ("writing", 2, [batch])
    assert (last.state, last.counts["written"], Organisation.objects.count()) == ("written", 3, 3)


def test_what_changed_since_the_preview_is_left_out_and_says_so(staff):
    record = make_organisation(slug="brenvia", name_it="Brenvia", website="")
    batch = checked(staff, "slug,Nome,Sito\n,Zolfora,\nbrenvia,Brenvia,brenvia.example\n,Melisca,\n")
    make_organisation(name_it="Zolfora")
    Organisation.objects.filter(pk=record.pk).update(website="https://meanwhile.example")

    imports.write_import(batch=batch, by=staff, now=NOW)

    record.refresh_from_db()
    assert list(batch.content.order_by("number").values_list("status", flat=True)) == ["overtaken", "overtaken", "new"]
    assert record.website == "https://meanwhile.example"
    assert Organisation.objects.filter(name_it="Zolfora").count() == 1


def test_a_choice_that_a_row_does_not_offer_is_left_out(staff):
    batch = checked(staff, "Nome\nZolfora\n\nBrenvia\n")

    changed = imports.choose(batch=batch, actions={2: "update", 4: "skip", 99: "create"}, now=NOW)

    assert (changed, list(batch.content.values_list("action", flat=True))) == (1, ["create", "skip"])


def test_a_name_that_gives_a_taken_address_gets_a_number(staff):
    make_organisation(slug="zolfora", name_it="Altra cosa", city=make_city("nagoya"))

    written(staff, "Nome\nZolfora\n")

    assert Organisation.objects.get(name_it="Zolfora").slug == "zolfora-2"


def test_rows_are_forgotten_after_six_weeks_and_the_line_stays(staff):
    done, open_one = written(staff, "Nome\nZolfora\n"), checked(staff, "Nome\nBrenvia\n")

    too_early = purge(now=NOW + timedelta(weeks=6))["imports"]
    count = purge(now=NOW + timedelta(weeks=6, seconds=1))["imports"]

    done.refresh_from_db(), open_one.refresh_from_db()
    assert (too_early, count, ImportRow.objects.count()) == (0, 2, 0)
    assert (done.state, done.counts["written"], open_one.state) == ("written", 1, "put_away")


def test_checking_asks_the_database_as_often_for_many_rows_as_for_few(staff):
    asked = []
    for text in ("Nome\nZolfora\n", "\n".join(["Nome", *(f"Ditta {number}" for number in range(300))])):
        batch = imports.start_import(data=text.encode(), file_name="a.csv", side="torino", by=staff, now=NOW)
        with CaptureQueriesContext(connection) as queries:
            imports.check_import(batch=batch, by=staff, now=NOW)
        asked.append(sum(query["sql"].startswith("SELECT") for query in queries))

    assert asked[0] == asked[1]


# --- Numbers of a register -------------------------------------------------------------------------------------------


def test_a_number_of_the_register_finds_its_organisation_whatever_it_is_called(staff):
    known = make_organisation(name_it="Zolfora", registry_country="IT", registry_id="01234567890", website="")

    batch = checked(staff, "Nome,Partita IVA,Sito\nZolfora Meccatronica,０１２３４ ５６７８９０,zolfora.example\n")

    row = row_of(batch, 2)
    assert (row.status, row.organisation_id) == ("changed", known.pk)
    assert row.changes["website"] == ["", "https://zolfora.example"]
    assert "registry_id" not in row.changes


def test_a_number_without_its_country_is_of_the_register_of_the_city_s_country(staff):
    written(staff, "名称,法人番号\n架空精工,1234567890123\n", side="nagoya")

    made = Organisation.objects.get(name_ja="架空精工")
    assert (made.registry_country, made.registry_id) == ("JP", "1234567890123")


def test_one_number_twice_in_a_file_is_refused_in_the_second_line(staff):
    batch = checked(staff, "Nome,Codice fiscale\nZolfora,01234567890\nBrenvia,012 345 678 90\n")

    assert [row.status for row in batch.content.order_by("number")] == ["new", "refused"]
    assert row_of(batch, 3).messages[0] == {
        "code": "same_number",
        "column": None,
        "value": "01234567890",
        "params": {"line": 2},
    }


def test_a_country_in_words_is_refused_with_what_to_write(staff):
    batch = checked(staff, "Nome,Registry id,Registry country\nZolfora,123,Italia\n")

    assert codes(row_of(batch, 2)) == [("country", 2)]


def test_who_asked_not_to_be_listed_is_known_by_the_number_too(staff):
    record = make_organisation(name_it="Zolfora", registry_country="IT", registry_id="01234567890")
    record_opt_out(organisation=record, asked_by="owner", asked_on=date(2026, 1, 15), by=None, now=NOW)
    record.delete()

    batch = checked(staff, "Nome,P. IVA\nTutt'altro nome,01234567890\n")

    assert batch.counts == {"opted_out": 1}
