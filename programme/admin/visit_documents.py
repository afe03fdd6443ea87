"""The papers of a visit: what is missing before one is made, making it, and every version with number and digest."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from iurc_portal.translation.languages import CODES, Language
from iurc_portal.translation.times import date_words
from programme.admin import workplaces
from programme.admin.paper_forms import PaperForm
from programme.models import Document, StaffExchange, StudyVisit
from programme.papers.kinds import Kind, kinds_of
from programme.papers.missing import texts_missing
from programme.services import papers

PER_PAGE = 20
AUDIENCES = {
    "official-letter": _("applicant"),
    "invitation": _("each delegate"),
    "acceptance": _("applicant"),
    "refusal": _("applicant"),
    "name-list": _("hosts, hotels"),
    "numbers": _("hosts, hotels"),
    "itinerary": pgettext_lazy("papers", "guests"),
    "run-of-show": pgettext_lazy("papers", "team"),
    "host-brief": pgettext_lazy("papers", "hosts"),
    "interpreter-brief": _("each interpreter"),
    "place-cards": pgettext_lazy("papers", "team"),
    "badges": pgettext_lazy("papers", "team"),
    "seating": pgettext_lazy("papers", "team"),
    "meal-counts": _("caterers"),
    "certificate": _("each delegate who was there"),
    "report": _("partners, European Union"),
}


def may_read(user, visit: StudyVisit) -> bool:
    """Whoever plans the visit, and the guest city's staff for the papers of their own side."""
    if workplaces.may_change(user, visit) or user.side in {visit.host_city.slug, visit.guest_city.slug}:
        return True
    return user.is_superuser or user.has_perm("ecosystem.edit_both_sides")


@workplaces.workplace("documents", _("Documents"), order=70, allowed=may_read)
def documents(request, visit: StudyVisit, context):
    """All kinds with their last versions; with ``?kind=`` the desk of one."""
    kind = kinds_of("visit").get(request.GET.get("kind", ""))
    seen = Document.objects.visible_to(request.user).filter(visit=visit)
    may_make = workplaces.may_change(request.user, visit)
    if kind is None:
        return _overview(request, visit, {**context, "may_make": may_make}, seen)
    form = None
    if may_make:
        last = {document.language: document for document in seen.filter(kind=kind.name).order_by("pk")}
        form = PaperForm(request.POST or None, visit=visit, kind=kind, last=last)
    if request.method == "POST":
        if form is None:
            raise PermissionDenied
        if form.is_valid() and make_papers(request, visit, kind, form):
            return HttpResponseRedirect(_desk(visit, kind))
    return _desk_page(request, visit, kind, {**context, "may_make": may_make, "form": form}, seen)


def _desk(visit, kind: Kind) -> str:
    return f"{reverse('admin:programme_studyvisit_workplace', args=[visit.pk, 'documents'])}?kind={kind.name}"


def make_papers(request, record: StudyVisit | StaffExchange, kind: Kind, form: PaperForm) -> bool:
    """Make what was asked for: one at once, several by a task. False where the refusal stands in the form."""
    now = timezone.now()
    common = {"now": now, "by": request.user, **form.common()}
    try:
        asked = papers.ask_for_all(form.wanted(), record, kind.name, at_once=form.is_single, **common)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return False
    if not form.is_single:
        words = ngettext(
            "%(n)s paper is being made: look again in a moment.",
            "%(n)s papers are being made: look again in a moment.",
            len(asked),
        )
        messages.info(request, words % {"n": len(asked)})
        return True
    (document,) = asked
    papers.make(document.pk, now=now)
    document.refresh_from_db()
    if document.state == Document.State.READY:
        messages.success(request, _("Made: %(name)s") % {"name": document.file_name})
    else:
        messages.error(request, _("It was not made. %(why)s") % {"why": document.error})
    return True


def _overview(request, visit, context, seen):
    """Each kind in a row, each language in a column: the last version that is there."""
    last: dict[tuple[str, str], Document] = {}
    count: dict[tuple[str, str], int] = {}
    for document in seen.filter(state__in=["ready", "waiting"]).select_related("visit").order_by("pk"):
        last[document.kind, document.language] = document
        count[document.kind, document.language] = count.get((document.kind, document.language), 0) + 1
    guest_side = set(Document.objects.all().GUEST_SIDE)
    full = context["may_make"] or request.user.side == visit.host_city.slug
    rows = [
        {
            "kind": kind,
            "address": _desk(visit, kind),
            "audience": AUDIENCES[kind.name],
            "cells": [
                (name, last.get((kind.name, code)), count.get((kind.name, code), 0)) for code, name in Language.choices
            ],
        }
        for kind in kinds_of("visit").values()
        if full or kind.name in guest_side
    ]
    context |= {"rows": rows, "languages": Language.choices}
    return TemplateResponse(request, "admin/programme/studyvisit/documents.html", context)


def _desk_page(request, visit, kind: Kind, context, seen):
    rows = seen.filter(kind=kind.name).select_related("visit", "item__event", "person", "created_by", "transfer")
    page = Paginator(rows.order_by("-pk"), PER_PAGE).get_page(request.GET.get("page"))
    lacks = texts_missing(visit, kind, CODES) if context["may_make"] else {}
    names = dict(Language.choices)
    context |= {
        "kind": kind,
        "audience": AUDIENCES[kind.name],
        "page": page,
        "lacks": [(code, names[code], lacks[code]) for code in lacks],
        "waiting": any(document.state == Document.State.WAITING for document in page),
        "overview": reverse("admin:programme_studyvisit_workplace", args=[visit.pk, "documents"]),
        "today": date_words(timezone.now().date(), "day"),
        "title": context["title"],
    }
    return TemplateResponse(request, "admin/programme/studyvisit/document_kind.html", context)
