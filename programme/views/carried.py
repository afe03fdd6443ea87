"""What a delegation carries besides the agenda: its papers, and whom to call (programme spec 3).

For everybody else these pages do not exist.
"""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ecosystem.emergency import numbers_of
from iurc_portal.pages.private import no_leaks
from iurc_portal.pdf_files import pdf_response
from programme.models import Document, StudyVisit
from programme.papers.carried import carried
from programme.services.day import last_held


def _visit(request, slug) -> StudyVisit | None:
    readable = StudyVisit.objects.with_agenda_for(request.user).filter(slug=slug)
    return readable.select_related("host_city", "guest_city", "lead").first()


@never_cache
@require_safe
def visit_documents(request, slug):
    """The latest version of each paper meant for the reader, in their language where there is one."""
    found = _visit(request, slug)
    if found is None:
        return render(request, "programme/agenda_unknown.html", status=404)
    held = last_held(found)
    papers = carried(found, request.user, released_at=held.version.released_at if held else None)
    context = {"visit": found, "papers": papers, "version": held.version if held else None}
    return render(request, "programme/visit_documents.html", context)


@never_cache
@require_safe
def visit_document(request, slug, pk):
    """The file of a paper that stands on the reader's page, or of a former version of it."""
    found = _visit(request, slug)
    if found is None:
        raise Http404
    seen = Document.objects.visible_to(request.user).ready().select_related("visit")
    document = get_object_or_404(seen, pk=pk, visit=found)
    try:
        return no_leaks(pdf_response(document.file, name=document.file_name))
    except FileNotFoundError as error:
        raise Http404("its file is gone") from error


@never_cache
@require_safe
def visit_emergency(request, slug):
    """Numbers to call: the duty telephone, the host country's emergency numbers, those of the host city."""
    found = _visit(request, slug)
    if found is None:
        return render(request, "programme/agenda_unknown.html", status=404)
    of_country, of_city = numbers_of(found.host_city)
    return render(
        request, "programme/visit_emergency.html", {"visit": found, "of_country": of_country, "of_city": of_city}
    )
