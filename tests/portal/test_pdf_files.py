"""PDF files that staff upload: what is taken, and under what name it is kept."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from iurc_portal import pdf_files
from iurc_portal.pdf_files import PdfFormField, pdf_path

PDF = b"%PDF-1.4\n" + b"0" * 3000 + b"\n%%EOF"


def taken(content: bytes, name: str = "notes.pdf"):
    return PdfFormField(required=False).clean(SimpleUploadedFile(name, content))


@pytest.mark.parametrize("content", [PDF, b"\xef\xbb\xbf junk " + PDF, PDF + b"\r\n\r\n"])
def test_a_whole_pdf_is_taken_as_it_is(content):
    assert taken(content).read() == content


@pytest.mark.parametrize("content", [b"<html>%%EOF</html>", PDF[:-6], b"PK\x03\x04", b"0" * 2000 + PDF])
def test_what_is_no_whole_pdf_is_refused_whatever_its_name_says(content):
    with pytest.raises(ValidationError) as refusal:
        taken(content)

    assert refusal.value.code == "not_pdf"


def test_a_pdf_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(pdf_files, "MOST_BYTES", len(PDF) - 1)

    with pytest.raises(ValidationError) as refusal:
        taken(PDF)

    assert refusal.value.code == "too_large"


def test_its_name_tells_nothing_and_leads_nowhere_else():
    path = pdf_path(None, "../../secret/名簿.exe")

    assert re.fullmatch(r"documents/[0-9a-f]{32}\.pdf", path)
