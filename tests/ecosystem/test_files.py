"""Reading spreadsheets: encodings, separators, workbooks, and files that are refused before anything is kept."""

import zipfile
from datetime import datetime
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from openpyxl import Workbook

from ecosystem.imports import files, workbooks
from ecosystem.imports.files import read_file

ITALIAN = "Nome;Città\nSocietà dell’Innovazione;Torino\nCaffè Rossi;Torino\n"
JAPANESE = "名称,市\n株式会社ヤヌマ製作所,名古屋市\nカシオデンソウ,名古屋市\n"


def cells(data, **more):
    return [line.cells for line in read_file(data, **more).lines]


def workbook(rows, edit=None) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    if edit is not None:
        edit(book.active)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def code_of(data, **more) -> str:
    with pytest.raises(ValidationError) as refusal:
        read_file(data, **more)
    return refusal.value.code


@pytest.mark.parametrize(
    ("text", "codec", "name"),
    [
        (ITALIAN, "utf-8", "UTF-8"),
        (ITALIAN, "utf-8-sig", "UTF-8"),
        (ITALIAN, "utf-16", "UTF-16"),
        (ITALIAN, "utf-16-le", "UTF-16"),
        (ITALIAN, "utf-16-be", "UTF-16"),
        (ITALIAN, "cp1252", "Windows-1252"),
        (JAPANESE, "utf-8", "UTF-8"),
        (JAPANESE, "utf-16", "UTF-16"),
        (JAPANESE, "cp932", "Shift-JIS"),
    ],
)
def test_the_encoding_of_a_file_is_recognised(text, codec, name):
    table = read_file(text.encode(codec))

    separator = ";" if text == ITALIAN else ","
    assert table.encoding == name
    assert [line.cells for line in table.lines] == [line.split(separator) for line in text.splitlines()]


def test_a_slip_in_utf_8_is_told_with_its_line():
    data = "Nome\nSocietà\nCittà\n".encode() + "È vero\n".encode() + b"Caff\xe8\n"

    with pytest.raises(ValidationError) as refusal:
        read_file(data)

    assert (refusal.value.code, refusal.value.params) == ("encoding", {"line": 5, "encoding": "UTF-8"})


def test_an_encoding_may_be_chosen():
    assert cells("Nome\nCaffè\n".encode("cp1252"), encoding="cp1252") == [["Nome"], ["Caffè"]]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found(separator):
    assert cells(f"a{separator}b\nc{separator}d\n".encode()) == [["a", "b"], ["c", "d"]]


def test_a_list_of_names_with_some_commas_is_one_column():
    names = [f"Ditta {number}" for number in range(9)] + ["Rossi, Bianchi e figli"]

    assert cells("\n".join(["Nome", *names]).encode()) == [["Nome"], *([name] for name in names)]


def test_lines_keep_their_number_over_empty_ones_and_line_breaks_in_a_cell():
    table = read_file(b'Nome,Testo\n\nUno,"due\nrighe"\nDue,b\n')

    assert [(line.number, line.cells) for line in table.lines] == [
        (1, ["Nome", "Testo"]),
        (3, ["Uno", "due\nrighe"]),
        (5, ["Due", "b"]),
    ]


def test_control_characters_are_left_out():
    assert cells(b"Nome\nA\x01cme\x0b\n") == [["Nome"], ["Acme"]]


def test_a_workbook_gives_dates_and_numbers_as_they_would_be_typed():
    data = workbook([["Nome", "Anno", "Data", "Sì"], ["Uno", 1990.0, datetime(2026, 3, 4), True]])

    assert cells(data) == [["Nome", "Anno", "Data", "Sì"], ["Uno", "1990", "2026-03-04", "yes"]]


def test_a_formula_without_a_stored_value_is_told_at_its_cell():
    table = read_file(workbook([["Nome", "Sito"], ["Uno", '=HYPERLINK("x")']]))

    (note,) = table.lines[1].notes
    assert (note["code"], note["column"], note["value"]) == ("formula_empty", 1, '=HYPERLINK("x")')


def test_a_cell_with_an_error_is_told_and_not_taken():
    table = read_file(workbook([["Nome"], ["#REF!"]]))

    assert [(line.cells, [note["code"] for note in line.notes]) for line in table.lines] == [
        (["Nome"], []),
        ([], ["formula_error"]),
    ]


def test_cells_merged_downwards_count_for_each_of_their_lines():
    rows = [["Città", "Nome"], ["Torino", "Uno"], [None, "Due"], [None, "Tre"]]

    table = read_file(workbook(rows, lambda sheet: sheet.merge_cells("A2:A3")))

    assert [line.cells for line in table.lines[1:]] == [["Torino", "Uno"], ["Torino", "Due"], ["", "Tre"]]
    assert [[note["code"] for note in line.notes] for line in table.lines] == [[], [], ["merged_cell"], []]


def test_cells_merged_over_lines_and_columns_count_in_the_first_of_their_columns():
    rows = [["Città", "Tipo", "Nome"], ["Torino", None, "Uno"], [None, None, "Due"]]

    table = read_file(workbook(rows, lambda sheet: sheet.merge_cells("A2:B3")))

    assert [line.cells for line in table.lines[1:]] == [["Torino", "", "Uno"], ["Torino", "", "Due"]]
    assert [note["code"] for note in table.lines[2].notes] == ["merged_cell"]


@pytest.mark.parametrize("make", [workbook, lambda rows: "\n".join(",".join(row) for row in rows).encode()])
def test_a_cell_too_long_is_told_and_never_cut_in_silence(make):
    table = read_file(make([["Nome", "Testo"], ["Uno", "x" * 20_001], ["Due", "x" * 20_000]]))

    (note,) = table.lines[1].notes
    assert (table.lines[1].cells, note["code"], note["column"], note["params"]) == (
        ["Uno"],
        "long",
        1,
        {"limit": 20_000},
    )
    assert (len(table.lines[2].cells[1]), table.lines[2].notes) == (20_000, [])


def test_the_first_sheet_that_holds_something_is_read():
    book = Workbook()
    book.create_sheet("Elenco").append(["Nome"])
    file = BytesIO()
    book.save(file)

    assert read_file(file.getvalue()).sheet == "Elenco"


def test_a_file_over_the_limits_is_refused_with_the_limit(monkeypatch):
    monkeypatch.setattr(files, "MAX_BYTES", 1_000)
    monkeypatch.setattr(files, "MAX_ROWS", 3)

    assert code_of(b"x" * 1_001) == "large"
    assert code_of(b"Nome\n" + b"a\n" * 4) == "rows"
    assert cells(b"Nome\n" + b"a\n" * 3) == [["Nome"], ["a"], ["a"], ["a"]]


def test_fifty_thousand_rows_are_read_and_one_more_is_refused():
    rows = [f"Ditta {number},https://ditta-{number}.example,Torino" for number in range(50_001)]
    head = "Nome,Sito,Città"

    assert len(read_file("\n".join([head, *rows[:-1]]).encode()).lines) == 50_001
    assert code_of("\n".join([head, *rows]).encode()) == "rows"


def test_a_workbook_that_unpacks_to_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(workbooks, "MAX_UNPACKED", 10_000)
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", "0" * 20_000)

    assert code_of(file.getvalue()) == "bomb"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b" \n \n", "empty"),
        (b"PK\x03\x04 no zip at all", "workbook"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, "old"),
    ],
)
def test_what_is_no_list_is_refused_with_a_word_on_what_to_do(data, code):
    assert code_of(data) == code


def test_a_zip_that_is_no_workbook_is_refused():
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("hello.txt", "hello")

    assert code_of(file.getvalue()) == "workbook"


@pytest.mark.parametrize("spoilt", [slice(300, 320), slice(-400, -380), slice(1_000, 1_400)])
def test_a_damaged_workbook_is_refused_and_never_an_error_of_ours(spoilt):
    data = bytearray(workbook([["Nome"], *([f"Ditta {number}"] for number in range(40))]))
    data[spoilt] = b"\x00" * len(data[spoilt])

    assert code_of(bytes(data)) == "workbook"
