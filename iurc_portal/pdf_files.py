"""PDF files that staff upload for readers: checked by what they contain, named by chance, never served by address.

Their folder is no part of what ``pages.pictures`` serves: a view decides at each request who may read.
"""

from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.http import FileResponse, HttpResponse
from django.utils.translation import gettext_lazy as _

FOLDER = "documents"
MOST_BYTES = 20 * 1024 * 1024
HEAD, TAIL = b"%PDF-", b"%%EOF"
WITHIN = 1024  # of the beginning and of the end, where readers look for the two marks (ISO 32000 annex H)


def pdf_path(instance, filename: str) -> str:
    """A name that tells nothing and is never used twice."""
    return f"{FOLDER}/{uuid4().hex}.pdf"


class PdfFormField(forms.FileField):
    """A whole PDF of at most 20 MB, whatever its name says."""

    default_error_messages = {
        "not_pdf": _("This is not a PDF that we can read. Save the document as PDF and send that."),
        "too_large": _("The PDF is larger than 20 MB. Send a smaller one, or write the address where it is kept."),
    }

    def to_python(self, data):
        uploaded = super().to_python(data)
        if uploaded is None:
            return None
        if uploaded.size > MOST_BYTES:
            raise ValidationError(self.error_messages["too_large"], code="too_large")
        uploaded.seek(0)
        begins = HEAD in uploaded.read(WITHIN)
        uploaded.seek(max(0, uploaded.size - WITHIN))
        ends = TAIL in uploaded.read()
        uploaded.seek(0)
        if not (begins and ends):
            raise ValidationError(self.error_messages["not_pdf"], code="not_pdf")
        return uploaded


class PdfField(models.FileField):
    """A ``FileField`` for ``PdfFormField``, kept under ``documents/``."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("upload_to", pdf_path)
        super().__init__(*args, **kwargs)

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": PdfFormField, "help_text": _("PDF, at most 20 MB."), **kwargs})


def pdf_response(file, *, name: str) -> FileResponse:
    """The stored ``file``, opened in the browser and called ``name`` when kept. Raises ``FileNotFoundError``."""
    response = FileResponse(file.open("rb"), content_type="application/pdf", filename=name)
    response["X-Content-Type-Options"] = "nosniff"
    return response


def made_pdf_response(pdf: bytes, *, name: str) -> HttpResponse:
    """A PDF made this moment, opened in the browser and called ``name`` (ASCII) when kept."""
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
