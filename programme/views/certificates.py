"""A delegate's own certificate of attendance as PDF: behind the link of their letter, and when signed in (spec 7)."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from iurc_portal.pages.private import no_leaks
from iurc_portal.pdf_files import pdf_response
from programme.models import Document
from programme.services import links


@never_cache
@require_safe
def delegate_certificate(request, token, pk):
    """The link goes on opening it after the visit, when nothing can be written there any more."""
    link = links.find_delegate_link(token)
    if link is None or link.delegate is None or link.void_at is not None:
        raise Http404("no such link")
    own = Document.objects.certificates_of(link.delegate.person_id).filter(visit=link.visit)
    return _file(get_object_or_404(own, pk=pk))


@never_cache
@require_safe
def visit_certificate(request, slug, pk):
    """For the person whose certificate it is, and nobody else; staff have it on their own pages."""
    person = getattr(request.user, "person", None)
    own = Document.objects.certificates_of(person.pk if person else None).filter(visit__slug=slug)
    return _file(get_object_or_404(own.carried_by(request.user), pk=pk))


def _file(document: Document):
    try:
        return no_leaks(pdf_response(document.file, name=document.file_name))
    except FileNotFoundError as error:
        raise Http404("its file is gone") from error
