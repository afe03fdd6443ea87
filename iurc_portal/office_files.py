"""Presentations and texts that guests of the portal upload: PDF, Office and OpenDocument, told by what they contain.

They are kept under the same names of chance as PDF files and, unlike those, only ever handed out to be saved.
"""

import zipfile
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.http import FileResponse
from django.utils.translation import gettext_lazy as _

from iurc_portal.pdf_files import FOLDER, HEAD, MOST_BYTES, WITHIN

ACCEPT = ".pdf,.docx,.pptx,.xlsx,.odt,.odp,.ods"
TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
}
PARTS = {"word/document.xml": "docx", "ppt/presentation.xml": "pptx", "xl/workbook.xml": "xlsx"}
OPEN_DOCUMENT = {TYPES[kind]: kind for kind in ("odt", "odp", "ods")}
MOST_ENTRIES = 20_000


def office_path(instance, filename: str) -> str:
    """A name that tells nothing but the type, which was read from the content."""
    ending = filename.rpartition(".")[2].lower()
    return f"{FOLDER}/{uuid4().hex}.{ending if ending in TYPES else 'bin'}"


def type_of(uploaded: UploadedFile) -> str:
    """One of ``TYPES``, by content alone. Raises ``ValidationError`` (codes ``type``, ``macros``)."""
    uploaded.seek(0)
    if HEAD in uploaded.read(WITHIN):
        uploaded.seek(0)
        return "pdf"
    uploaded.seek(0)
    try:
        with zipfile.ZipFile(uploaded) as archive:
            names = archive.namelist()[:MOST_ENTRIES]
            opendocument = archive.read("mimetype")[:100].decode("ascii", "replace") if "mimetype" in names else ""
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError):
        names, opendocument = [], ""
    uploaded.seek(0)
    if any(name.lower().endswith("vbaproject.bin") or name.startswith("Basic/") for name in names):
        raise ValidationError(_("The file contains macros. Save it without them and send that."), code="macros")
    known = next((kind for part, kind in PARTS.items() if part in names), "") or OPEN_DOCUMENT.get(opendocument, "")
    if not known:
        raise ValidationError(
            _("This type of file is not taken. Send PDF, Word, PowerPoint, Excel or OpenDocument (%(types)s)."),
            code="type",
            params={"types": ", ".join(f".{ending}" for ending in TYPES)},
        )
    return known


class OfficeFormField(forms.FileField):
    """A file of ``TYPES``, of at most 20 MB, whatever its name says; it leaves with the ending of its content."""

    default_error_messages = {"too_large": _("The file is larger than 20 MB. Send a smaller one.")}

    def to_python(self, data):
        uploaded = super().to_python(data)
        if uploaded is None:
            return None
        if uploaded.size > MOST_BYTES:
            raise ValidationError(self.error_messages["too_large"], code="too_large")
        kind = type_of(uploaded)
        if not uploaded.name.lower().endswith(f".{kind}"):
            uploaded.name = f"{uploaded.name.rpartition('.')[0] or 'file'}.{kind}"
        return uploaded


class OfficeField(models.FileField):
    """A ``FileField`` for ``OfficeFormField``, kept under ``documents/``."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("upload_to", office_path)
        super().__init__(*args, **kwargs)

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": OfficeFormField, **kwargs})


def saved_response(file, *, name: str) -> FileResponse:
    """The stored ``file`` to be saved as ``name``: never opened inside the portal. Raises ``FileNotFoundError``."""
    ending = file.name.rpartition(".")[2]
    response = FileResponse(
        file.open("rb"),
        content_type=TYPES.get(ending, "application/octet-stream"),
        as_attachment=True,
        filename=name,
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response
