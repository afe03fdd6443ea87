"""The box at the top of every page: what is found, grouped by kind."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from iurc_portal.search import registry
from iurc_portal.search.highlight import explain
from iurc_portal.search.missed import note_of
from iurc_portal.search.models import Document, DocumentQuerySet
from iurc_portal.search.query import LONGEST_QUERY
from iurc_portal.search.service import Counts, Search, in_order

SHOWN = 5


@require_safe
def search(request):
    """All kinds of records that match ``q``, a few of each, with the way to all of them."""
    typed = request.GET.get("q", "")
    asked = Search(typed, exact=request.GET.get("exact") == "1", literal=request.GET.get("literal") == "1")
    found = _found(asked, request.user) if asked.query else []
    if asked.query and (not found or asked.corrections):
        note_of(request, typed)
    context = {
        "query": asked.query.typed,
        "search": asked,
        "found": found,
        "total": sum(entry["total"] for entry in found),
        "was_cut": len(typed) > LONGEST_QUERY,
    }
    return render(request, "search/search.html", context)


def _found(asked: Search, user) -> list[dict]:
    """The best of each kind that has any, with how many there are."""
    everything = _listed()
    counts = asked.count_kinds(everything)
    if not counts and asked.climb(everything):
        counts = asked.count_kinds(everything)
    return [_results(kind, asked, counts[kind.name], user) for kind in registry.kinds() if kind.name in counts]


def _listed(*kinds: str) -> DocumentQuerySet:
    """What visitors may find today. What has a last day leaves with it, whether or not the night's task has run."""
    ending = [kind.name for kind in registry.kinds() if kind.ends]
    return Document.objects.listed(*kinds).exclude(kind__in=ending, dated__lt=timezone.localdate())


def _results(kind: registry.Kind, asked: Search, counts: Counts, user) -> dict:
    ids, related = asked.page(_listed(kind.name), counts, start=0, stop=SHOWN)
    rows = in_order(kind.shown(user), ids)
    explain(rows, kind, asked, related)
    return {"group": kind, "rows": rows, "total": counts.total, "more": counts.total > SHOWN}
