"""Reports of the programme for everybody: what was sent, as a page and as PDF, in three languages (spec 6, 8)."""

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from iurc_portal.documents import DocumentsUnavailable
from iurc_portal.kept import kept_for_visitors
from iurc_portal.pdf_files import made_pdf_response
from iurc_portal.translation.languages import CODES, Language
from programme.indicators.periods import Period
from programme.models import ProgrammeReport
from programme.reporting.paper import pdf_of_report
from programme.reporting.telling import day, said, texts_told, told

PER_PAGE = 24


@require_safe
@kept_for_visitors()
def reports(request):
    """The latest version of each period that was sent, the latest period first."""
    found = ProgrammeReport.objects.sent().latest_versions().select_related("edition").defer("snapshot")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "programme/reports/reports.html", {"page": page, "paper_languages": Language.choices})


@require_safe
@kept_for_visitors()
def report(request, edition, period):
    """The latest version that was sent of one period; earlier ones that were sent are named with their files."""
    versions = list(_sent(edition, period).order_by("-version"))
    if not versions:
        raise Http404("no such report")
    latest = versions[0]
    facts = latest.snapshot
    context = {
        "report": latest,
        "facts": facts,
        "edition": said(facts["edition"]["name"]),
        "notice": said(facts["edition"]["funding_notice"]),
        "approved": day(facts["approved"]["on"]),
        "texts": texts_told(facts["texts"]),
        "told": told(facts),
        "earlier": versions[1:],
        "paper_languages": Language.choices,
    }
    return render(request, "programme/reports/report.html", context)


@require_safe
def report_paper(request, edition, period, version, language):
    """The PDF of one version; evaluators and staff open it once it is approved, everybody once it is sent."""
    found = _of_period(ProgrammeReport.objects.visible_to(request.user), edition, period)
    row = get_object_or_404(found.exclude(state=ProgrammeReport.State.DRAFT), version=version)
    if language not in CODES:
        raise Http404("no such language")
    try:
        pdf = pdf_of_report(row, language)
    except DocumentsUnavailable:
        return render(request, "programme/reports/no_paper.html", {"report": row}, status=503)
    return made_pdf_response(pdf, name=row.file_name(language))


def _sent(edition: str, period: str):
    return _of_period(ProgrammeReport.objects.sent(), edition, period)


def _of_period(found, edition: str, period: str):
    days = Period.parse(period)
    if days is None:
        raise Http404("no such period")
    return found.filter(edition__slug=edition, first_day=days.first_day, last_day=days.last_day).select_related(
        "edition"
    )
