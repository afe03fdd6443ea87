"""The glossary: the words of the two cities side by side."""

from django.db.models import Count, Prefetch
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_safe

from ecosystem.filters import ConceptFilter
from ecosystem.linked_data import concept_json_ld
from ecosystem.models import Concept, GoodPractice, Organisation, Testbed, TestRun
from ecosystem.views.lists import faceted_page
from iurc_portal.kept import kept_for_visitors
from iurc_portal.translation.languages import Language, order_for, written


def _terms(n):
    return ngettext("%(n)s term", "%(n)s terms", n)


@require_safe
@kept_for_visitors()
def glossary(request):
    """The words of the two cities side by side."""
    filterset = ConceptFilter(request.GET, queryset=Concept.objects.glossary().approved())
    return faceted_page(
        request, filterset, filterset.results(), name="glossary", count=_terms, context={"columns": order_for()}
    )


def _instead_of(gone: Concept | None):
    """A term out of use leads to the one that replaces it; anything else does not exist."""
    successor = gone.successor if gone is not None and gone.state == Concept.State.DEPRECATED else None
    if successor is None or not successor.has_page:
        raise Http404
    return redirect(successor, permanent=True)


@require_safe
@kept_for_visitors()
def concept(request, notation):
    """One term: its words in three languages, its neighbours, and what stands under its themes."""
    rows = Concept.objects.glossary().filter(notation=notation).select_related("replaced_by")
    approved = Concept.objects.approved()
    near = (Prefetch(way, approved) for way in ("broader", "narrower", "related"))
    found = rows.prefetch_related("labels", *near).first()
    if found is None or not found.has_page:
        return _instead_of(found)
    related = list(found.related.all())
    words = _words_by_language(found)
    context = {
        "concept": found,
        **written(found, "pref_label"),
        "words": words,
        "in_short": _in_short(words),
        "neighbours": [other for other in related if other.scheme == Concept.Scheme.GLOSSARY],
        "themes": _tagged(request.user, [other for other in related if other.scheme == Concept.Scheme.THEME]),
        "json_ld": concept_json_ld(found),
    }
    return render(request, "ecosystem/concept.html", context)


def _words_by_language(concept) -> list[dict]:
    """Preferred and alternative words in each language, the reader's own first. Hidden ones stay unseen (E7)."""
    alternatives = [label for label in concept.labels.all() if label.kind == "alt"]
    return [
        {
            "language": code,
            "name": Language(code).label,
            "preferred": getattr(concept, f"pref_label_{code}"),
            "others": [label for label in alternatives if label.language == code],
        }
        for code in order_for()
    ]


def _in_short(words) -> str:
    """The term in each language in one line, for search engines."""
    colon = pgettext("after the name of a field", ": ")
    return " · ".join(f"{word['name']}{colon}{word['preferred']}" for word in words if word["preferred"])


def _tagged(user, themes) -> list[dict]:
    """How many organisations, testbeds, tests and practices each of ``themes`` tags, with the lists that show them."""
    tagged = (
        ("ecosystem:directory", _("Organisations"), Organisation.objects.listed_for(user)),
        ("ecosystem:testbeds", _("Testbeds"), Testbed.objects.listed()),
        ("ecosystem:tests", _("Tests carried out"), TestRun.objects.visible_to(user)),
        ("ecosystem:practices", _("Good practices"), GoodPractice.objects.visible_to(user)),
    )
    counts = [
        (name, title, dict(rows.filter(themes__in=themes).order_by().values_list("themes").annotate(n=Count("pk"))))
        for name, title, rows in tagged
    ]
    return [
        {
            "theme": theme,
            "lists": [(name, title, found[theme.pk]) for name, title, found in counts if theme.pk in found],
        }
        for theme in themes
    ]
