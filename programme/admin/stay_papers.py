"""The papers of a stay on a page of their own: made, numbered, kept, as those of visits (programme spec P30)."""

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from programme.admin.paper_forms import PaperForm
from programme.admin.visit_documents import make_papers
from programme.models import Document, StaffExchange
from programme.papers.kinds import Kind, kinds_of

PER_PAGE = 20


class StayPaperForm(PaperForm):
    """For one kind of paper of one stay; who signs is typed, the first time."""

    def __init__(self, *args, stay: StaffExchange, kind: Kind, last: Mapping[str, Document], **kwargs):
        super().__init__(*args, visit=stay, kind=kind, last=last, **kwargs)

    def _who_signs(self) -> str:
        return ""


def papers_page(model_admin, request, object_id: str):
    """Both kinds with their versions; with ``?kind=`` the form of one. Who only reads the stay reads its papers."""
    stay = model_admin.get_object(request, object_id)
    if stay is None or not model_admin.has_view_permission(request, stay):
        raise Http404
    kinds = kinds_of("stay")
    kind = kinds.get(request.GET.get("kind", ""), next(iter(kinds.values())))
    seen = Document.objects.visible_to(request.user).filter(stay=stay)
    form = None
    if model_admin.has_change_permission(request, stay):
        last = {document.language: document for document in seen.filter(kind=kind.name).order_by("pk")}
        form = StayPaperForm(request.POST or None, stay=stay, kind=kind, last=last)
    if request.method == "POST":
        if form is None:
            raise PermissionDenied
        if form.is_valid() and make_papers(request, stay, kind, form):
            address = reverse("admin:programme_staffexchange_papers", args=[stay.pk])
            return HttpResponseRedirect(f"{address}?kind={kind.name}")
    rows = seen.filter(kind=kind.name).select_related("visit", "person", "created_by").order_by("-pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": _("Papers of the stay"),
        "stay": stay,
        "kinds": kinds.values(),
        "kind": kind,
        "form": form,
        "page": page,
        "waiting": any(document.state == Document.State.WAITING for document in page),
    }
    return TemplateResponse(request, "admin/programme/staffexchange/papers.html", context)
