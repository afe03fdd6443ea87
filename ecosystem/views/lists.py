"""What all lists of the ecosystem share: order by shown name, pages, facets counted."""

from django.core.paginator import Paginator
from django.db.models import Case, F, When
from django.db.models import Value as Constant
from django.db.models.functions import Coalesce, Lower, NullIf
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language, gettext, ngettext

from ecosystem.views.cards import Cards
from iurc_portal.clock import PartnerSide
from iurc_portal.pages.frames import frame
from iurc_portal.search.missed import note_of
from iurc_portal.translation.languages import Language, order_for
from iurc_portal.translation.status import read_records

PER_PAGE = 24


def shown_name(field: str = "name", *, before: tuple[str, ...] = ()):
    """The text of ``field`` that the reader sees, as a database expression; columns in ``before`` are tried first."""
    texts = [NullIf(F(column), Constant("")) for column in (*before, *(f"{field}_{code}" for code in order_for()))]
    return Lower(Coalesce(*texts))


def organisation_order() -> list:
    """By name in the page's language; in Japanese by reading, and Torino first."""
    if (get_language() or "")[:2] == Language.JAPANESE:
        return [Case(When(side=PartnerSide.TORINO, then=0), default=1), shown_name(before=("kana",)), "pk"]
    return [shown_name(), "pk"]


def count_organisations(n: int) -> str:
    """Words with a place for the number: ``count_organisations(3) % {"n": 3}``."""
    return ngettext("%(n)s organisation", "%(n)s organisations", n)


def snippet(query: str) -> str:
    """The HTML that shows the directory under ``query`` in a frame of another site."""
    return frame(reverse("ecosystem:embed"), query, title=gettext("Organisations of Torino and Nagoya"))


def page_of(request, rows, per_page: int = PER_PAGE):
    """The page asked for; below the first is the first, beyond the last is the last, nonsense is the first."""
    paginator = Paginator(rows, per_page)
    wanted = request.GET.get("page", "1")
    return paginator.get_page(1 if wanted.startswith("-") else wanted)


def faceted_page(request, filterset, results, *, name: str, count, context: dict | None = None):
    """A filtered list, paged. An htmx request gets the results alone; without scripts the form is a plain GET.

    ``name`` stands for two templates: ``ecosystem/<name>.html`` and, for the results, ``_<name>_results.html``.
    ``count`` says in words how many records there are.
    """
    page = page_of(request, results)
    if filterset.query and not page.paginator.count and not filterset.active:
        note_of(request, filterset.query)
    if not isinstance(results, Cards):
        read_records(page.object_list)
    full = {
        "filterset": filterset,
        "facets": filterset.counted(),
        "page": page,
        "count_words": count(page.paginator.count) % {"n": page.paginator.count},
        "partial": bool(request.htmx),
    }
    template = f"ecosystem/_{name}_results.html" if request.htmx else f"ecosystem/{name}.html"
    response = render(request, template, full | (context or {}))
    patch_vary_headers(response, ["HX-Request"])
    return response
