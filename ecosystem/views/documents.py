"""Documents of the ecosystem as PDF."""

from datetime import timedelta

from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from ecosystem.models import Organisation
from ecosystem.models.vocabulary import themes_in_use
from ecosystem.views.organisations import by_direction, instead_of, profile_of
from iurc_portal.documents import DocumentsUnavailable, one_page_pdf
from iurc_portal.kept import kept_for_visitors
from iurc_portal.limits import allow, network_of
from iurc_portal.pages.errors import too_many_requests

VERSIONS = ("full", "short", "least")  # how much of the texts stands on the sheet: what fits on one A4 is taken
TESTS = 4
MINUTE = timedelta(minutes=1)
SHEETS_A_MINUTE = 20  # of one network: a sheet costs a second of a core


@require_safe
@kept_for_visitors()
def one_page(request, slug):
    """A profile on one A4 in the page's language, for a reader to pass on. Always at the same address."""
    found = profile_of(request, slug)
    if found is None:
        return instead_of(request, slug)
    if not allow("one-page", network_of(request), times=SHEETS_A_MINUTE, within=MINUTE):
        return too_many_requests(request, within=MINUTE)
    prefetch_related_objects([found], themes_in_use())
    context = {
        "organisation": found,
        "tests": list(found.test_runs.visible_to(request.user).select_related("city")[:TESTS]),
        **by_direction(found),
    }
    sheets = [
        render_to_string("ecosystem/one_page.html", {**context, "version": version}, request) for version in VERSIONS
    ]
    try:
        pdf = one_page_pdf(sheets)
    except DocumentsUnavailable as error:
        return _unavailable(request, found, error)
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{found.slug}-{get_language()}.pdf"'
    if found.state != Organisation.State.PUBLISHED:
        response["X-Robots-Tag"] = "noindex"
    return response


def _unavailable(request, organisation, error: DocumentsUnavailable) -> HttpResponse:
    """Words instead of a document of empty boxes."""
    context = {"organisation": organisation, "missing": error.missing}
    response = render(request, "ecosystem/document_unavailable.html", context, status=503)
    response["Retry-After"] = "3600"
    return response
