"""Tables to take away, read back as programs read them (events spec 11.1–11.3)."""

import csv
import io
import json
from datetime import UTC, date, datetime
from types import SimpleNamespace

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iurc_portal.tables import Column, Table, safe, unwritable, write_csv, write_json, write_xlsx

AT = datetime(2026, 3, 3, 8, 0, 30, tzinfo=UTC)
COLUMNS = [
    Column("name", "Nome", lambda row: row.name),
    Column("state", "Stato", lambda row: row.state, lambda row: row.state.upper()),
    Column("phone", "Telefono", lambda row: row.phone),
    Column("at", "Quando", lambda row: row.at),
    Column("number", "Numero", lambda row: row.number),
]


def record(name="Anna", **fields):
    return SimpleNamespace(**{"name": name, "state": "on", "phone": "+3911", "at": AT, "number": 3, **fields})


def table(*records, **options):
    return Table(COLUMNS, list(records), **{"tzid": "Europe/Rome", **options})


def read_csv(octets, encoding="utf-8-sig"):
    return list(csv.reader(io.StringIO(octets.decode(encoding), newline="")))


def test_a_csv_begins_with_its_mark_and_has_titles_and_words_of_the_reader():
    octets = b"".join(write_csv(table(record("Nicolò"))))

    assert octets.startswith(b"\xef\xbb\xbf")
    assert read_csv(octets) == [
        ["Nome", "Stato", "Telefono", "Quando", "Numero"],
        ["Nicolò", "ON", "'+3911", "2026-03-03T09:00:30+01:00", "3"],
    ]


def test_stable_names_come_with_codes():
    rows = read_csv(b"".join(write_csv(table(record(), stable=True))))

    assert rows[0] == ["name", "state", "phone", "at", "number"]
    assert rows[1][1] == "on"


@pytest.mark.parametrize("text", ["=1+1", "+3911", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_a_text_that_looks_like_a_formula_is_marked_in_csv_and_typed_in_a_workbook(text):
    rows = read_csv(b"".join(write_csv(table(record(text)))))
    cell = openpyxl.load_workbook(write_xlsx(table(record(text)), name="People")).active["A2"]

    assert rows[1][0] == f"'{text}"
    assert cell.data_type == "s"
    assert cell.value.strip("\r") in text


@given(st.text(max_size=40))
def test_no_text_of_a_csv_begins_like_a_formula(text):
    assert not safe(text).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_numbers_of_telephones_and_codes_are_text_and_numbers_and_times_are_typed():
    book = openpyxl.load_workbook(write_xlsx(table(record(phone="0039011")), name="People"))
    sheet = book["People"]

    assert [cell.value for cell in sheet[1]] == ["Nome", "Stato", "Telefono", "Quando", "Numero"]
    assert [cell.value for cell in sheet[2]] == ["Anna", "ON", "0039011", datetime(2026, 3, 3, 9, 0, 30), 3]
    assert sheet["C2"].number_format == "@"
    assert sheet.freeze_panes == "A2"


def test_what_a_workbook_cannot_hold_is_left_out_of_its_cell():
    sheet = openpyxl.load_workbook(write_xlsx(table(record("An\x0bna"), record(None)), name="x" * 40)).active

    assert (sheet["A2"].value, sheet["A3"].value) == ("Anna", None)


def test_a_day_and_nothing_and_truth_are_written_plainly():
    columns = [Column("day", "Day", lambda row: row[0]), Column("yes", "Yes", lambda row: row[1])]
    rows = read_csv(b"".join(write_csv(Table(columns, [(date(2026, 3, 4), True), (None, False)]))))

    assert rows[1:] == [["2026-03-04", "yes"], ["", "no"]]


def test_json_is_for_programs():
    rows = json.loads(b"".join(write_json(table(record("=1"), record(None, number=None)))))

    assert rows == [
        {"name": "=1", "state": "on", "phone": "+3911", "at": "2026-03-03T09:00:30+01:00", "number": 3},
        {"name": None, "state": "on", "phone": "+3911", "at": "2026-03-03T09:00:30+01:00", "number": None},
    ]
    assert json.loads(b"".join(write_json(table()))) == []


def test_cp932_names_what_it_cannot_hold_and_writes_no_question_mark():
    rows = [record("山田"), record("Nicolò"), record("𠮷野"), record("髙橋"), record("10〜12時−")]

    lacking = [(row.name, letters) for row, letters in unwritable(table(*rows), "cp932")]
    octets = b"".join(write_csv(table(*rows), encoding="cp932"))

    assert lacking == [("Nicolò", "ò"), ("𠮷野", "𠮷")]
    assert [row[0] for row in read_csv(octets, "cp932")[1:]] == ["山田", "髙橋", "10～12時－"]
    assert b"?" not in octets


def test_titles_that_cp932_cannot_hold_give_way_to_the_stable_names():
    columns = [Column("city", "Città", lambda row: row)]

    assert read_csv(b"".join(write_csv(Table(columns, ["x"]), encoding="cp932")), "cp932") == [["city"], ["x"]]
