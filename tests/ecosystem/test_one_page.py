"""One A4 to pass on: in three languages, whatever is written, or a clear word instead."""

import re
import sys
import zlib
from datetime import date

import pytest
from django.core.cache import cache

from iurc_portal import documents
from tests.ecosystem.reading import parsed, texts
from tests.factories import make_initiative, make_listing, make_organisation, make_test_run, make_theme

pytestmark = [pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _nothing_kept():
    cache.clear()


def address(organisation, language="ja"):
    return f"/{language}/ecosystem/organisations/{organisation.slug}/one-page.pdf"


def full_organisation(**fields):
    organisation = make_organisation(
        **{
            "name_ja": "トリノ工科大学",
            "kana": "トリノコウカダイガク",
            "summary_ja": "名古屋の企業と自動運転の実証を行っています。",
            "verified_on": date(2026, 3, 3),
            "themes": [make_theme()],
            "initiatives": [make_initiative()],
            **fields,
        }
    )
    make_listing(organisation, title_ja="経路予測ソフトウェア")
    make_test_run().organisations.add(organisation)
    return organisation


def inside(pdf: bytes) -> bytes:
    """Everything that stands in a PDF, its compressed parts laid open."""
    streams = re.findall(rb"/FlateDecode.*?stream\r?\n(.*?)\nendstream", pdf, re.DOTALL)
    return b"\n".join([pdf, *(zlib.decompressobj().decompress(stream) for stream in streams)])


def pages_of(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", inside(pdf)))


@pytest.mark.documents
@pytest.mark.parametrize("language", ["it", "en", "ja"])
def test_it_is_one_page_that_can_be_read_aloud_and_copied(client, language):
    response = client.get(address(full_organisation(), language))

    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    assert response["Content-Disposition"].endswith(f'-{language}.pdf"')
    assert response.content.startswith(b"%PDF-")
    assert pages_of(response.content) == 1
    written = inside(response.content)
    assert f"/Lang ({language})".encode() in written
    assert (b"pdfuaid:part" in written, b"/ToUnicode" in written) == (True, True)


@pytest.mark.documents
def test_however_much_is_written_it_stays_one_page(client):
    long = "とても長い説明です。" * 400
    organisation = full_organisation(
        summary_ja=long, description_ja=long, open_to_japan_how_ja="長い" * 40, representative="CEO Anna Rossi"
    )
    for _ in range(9):
        make_listing(organisation, title_ja="名古屋での実証の提案" * 8, text_ja=long)

    assert pages_of(client.get(address(organisation)).content) == 1


@pytest.mark.documents
def test_the_sheet_says_what_the_profile_says(client, monkeypatch):
    sheets = []
    monkeypatch.setattr("ecosystem.views.documents.one_page_pdf", lambda versions: sheets.extend(versions) or b"%PDF-")

    client.get(address(full_organisation()))

    page = parsed_sheet(sheets[0])
    assert texts(page, ".//h1") == ["トリノ工科大学 （トリノコウカダイガク）"]
    assert texts(page, ".//p[@class='checked']") == ["2026年3月3日確認済み"]
    assert texts(page, ".//div[@class='left']//strong") == ["経路予測ソフトウェア"]
    assert [len(sheet) for sheet in sheets] == sorted((len(sheet) for sheet in sheets), reverse=True)


def parsed_sheet(sheet: str):
    import html5lib

    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(sheet)


@pytest.mark.documents
def test_what_was_made_is_not_made_again(client, monkeypatch):
    organisation = full_organisation()
    first = client.get(address(organisation)).content
    monkeypatch.setattr("weasyprint.HTML", None)

    assert client.get(address(organisation)).content == first


@pytest.mark.parametrize(("state", "status"), [("draft", 404), ("archived", 410)])
def test_a_profile_that_may_not_be_seen_has_no_sheet(client, state, status):
    assert client.get(address(make_organisation(state=state))).status_code == status


WITHOUT_FONT = {
    "it": "Sul nostro server manca il carattere giapponese: senza, il foglio mostrerebbe riquadri vuoti.",
    "en": "The Japanese font is missing on our server, and without it the sheet would show empty boxes.",
    "ja": "サーバーに日本語フォントがないため、文字が正しく表示されません。",
}


@pytest.mark.documents
@pytest.mark.parametrize("language", WITHOUT_FONT)
def test_without_a_japanese_font_there_are_words_and_no_empty_boxes(client, monkeypatch, language):
    monkeypatch.setattr(documents, "has_japanese_font", lambda: False)

    response = client.get(address(full_organisation(), language))

    assert (response.status_code, response["Retry-After"]) == (503, "3600")
    assert WITHOUT_FONT[language] in texts(parsed(response), ".//p[@class='tn-lead']")[0]


def test_without_the_library_there_are_words_too(client, monkeypatch):
    monkeypatch.setitem(sys.modules, "weasyprint", None)

    response = client.get(address(make_organisation(), "en"))

    assert response.status_code == 503
    assert texts(parsed(response), ".//p[@class='tn-lead']")[0].startswith("A part that writes PDF files is missing")


@pytest.mark.documents
def test_a_font_that_is_not_there_is_not_found(monkeypatch):
    assert documents.has_japanese_font.__wrapped__() is True
    monkeypatch.setattr(documents, "JAPANESE_FONTS", ("No Such Font CJK",))
    assert documents.has_japanese_font.__wrapped__() is False


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/x.png",
        "file:///etc/passwd",
        "static:../../../etc/passwd",
        "static:no/such.css",
        "media:../portal.sqlite3",
        "media:pictures/../portal.sqlite3",
        "media:/etc/passwd",
    ],
)
def test_a_document_reads_no_file_but_ours(url):
    with pytest.raises(Exception, match=r"not a file of the portal|outside of the base path"):
        documents.own_file(url)
