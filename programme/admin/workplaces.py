"""Pages of one visit beside its editor: a task each (release, hosts, interpreters …), at an address of its own.

A module of such a page calls ``workplace``; the visit's editor links to every page its reader may open. Whoever may
not see the visit gets 404, whoever may see it but not this page 403, unless the page says otherwise.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import capfirst

from programme.models import StudyVisit


def forbid(request, visit: StudyVisit) -> None:
    """What most of these pages answer whoever may not open them."""
    raise PermissionDenied


@dataclass(frozen=True)
class Workplace:
    """``view`` takes the request, the visit and the context of the staff's pages; ``allowed`` a user and the visit.

    ``refuse`` raises what whoever may not open it gets.
    """

    name: str
    title: str | Promise
    view: Callable
    allowed: Callable[..., bool]
    order: int
    refuse: Callable[..., None] = forbid

    def address(self, visit: StudyVisit) -> str:
        return reverse("admin:programme_studyvisit_workplace", args=[visit.pk, self.name])


WORKPLACES: dict[str, Workplace] = {}


def may_change(user, visit: StudyVisit) -> bool:
    """Who plans the visit: what most of these pages ask."""
    return StudyVisit.objects.editable_by(user).filter(pk=visit.pk).exists()


def workplace(
    name: str,
    title: str | Promise,
    *,
    order: int,
    allowed: Callable[..., bool] = may_change,
    refuse: Callable[..., None] = forbid,
):
    """Register the decorated view as page ``name`` of a visit; pages are listed by ``order``."""

    def register(view: Callable) -> Callable:
        WORKPLACES[name] = Workplace(name, title, view, allowed, order, refuse)
        return view

    return register


def workplaces_for(user, visit: StudyVisit) -> list[Workplace]:
    """The pages of ``visit`` that ``user`` may open, in order."""
    return sorted((page for page in WORKPLACES.values() if page.allowed(user, visit)), key=lambda page: page.order)


def open_workplace(model_admin, request, object_id: str, name: str):
    """The page ``name`` of a visit as the admin serves it."""
    page = WORKPLACES.get(name)
    visit = model_admin.get_object(request, object_id)
    if page is None or visit is None or not model_admin.has_view_permission(request, visit):
        raise Http404
    if not page.allowed(request.user, visit):
        page.refuse(request, visit)
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": capfirst(page.title),
        "visit": visit,
        "workplace": page,
        "workplaces": workplaces_for(request.user, visit),
    }
    return page.view(request, visit, context)
