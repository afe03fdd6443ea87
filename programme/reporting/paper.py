"""The report as PDF, printed from what is kept of it and from nothing else: an old one reads as it did."""

import hashlib
from typing import Any

from django.core.cache import cache
from django.template.loader import render_to_string
from django.utils import translation

from iurc_portal.documents import KEPT_SECONDS, pdf_of
from programme.models import ProgrammeReport
from programme.reporting.telling import day, period_words, said, texts_told, told

TEMPLATE = "programme/papers/programme_report.html"


def html_of(facts: dict[str, Any], sha256: str, language: str) -> str:
    """The document of the snapshot ``facts`` in ``language``."""
    with translation.override(language):
        context = {
            "facts": facts,
            "sha256": sha256,
            "language": language,
            "edition": said(facts["edition"]["name"]),
            "funder": said(facts["edition"]["funder"]),
            "notice": said(facts["edition"]["funding_notice"]),
            "period": period_words(facts),
            "last_day": day(facts["period"]["last_day"]),
            "approved": day(facts["approved"]["on"]),
            "texts": texts_told(facts["texts"]),
            "told": told(facts),
        }
        return render_to_string(TEMPLATE, context)


def pdf_of_report(report: ProgrammeReport, language: str) -> bytes:
    """The PDF/UA of an approved ``report``, kept for a day. Raises ``DocumentsUnavailable``."""
    html = html_of(report.snapshot, report.sha256, language)
    key = f"report-pdf:{hashlib.sha256(html.encode()).hexdigest()}"
    pdf = cache.get(key)
    if pdf is None:
        pdf = pdf_of(html)
        cache.set(key, pdf, KEPT_SECONDS)
    return pdf
