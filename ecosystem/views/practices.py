"""Good practices."""

from django.db.models import Count
from django.shortcuts import get_object_or_404, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from ecosystem.filters import GoodPracticeFilter
from ecosystem.models import GoodPractice
from ecosystem.models.vocabulary import themes_in_use
from ecosystem.views.lists import faceted_page, organisation_order
from iurc_portal.kept import kept_for_visitors
from iurc_portal.translation.languages import written


def _practices(n):
    return ngettext("%(n)s good practice", "%(n)s good practices", n)


@require_safe
@kept_for_visitors()
def practices(request):
    found = GoodPractice.objects.visible_to(request.user).select_related("city").prefetch_related(themes_in_use())
    filterset = GoodPracticeFilter(request.GET, queryset=found)
    return faceted_page(request, filterset, filterset.results(), name="practices", count=_practices)


@require_safe
@kept_for_visitors()
def practice(request, slug):
    found = get_object_or_404(
        GoodPractice.objects.visible_to(request.user)
        .select_related("city")
        .prefetch_related(themes_in_use(), "initiatives"),
        slug=slug,
    )
    organisations = found.organisations.listed_for(request.user).select_related("city")
    context = {
        "practice": found,
        "is_public": found.state in {GoodPractice.State.VALIDATED, GoodPractice.State.FEATURED},
        "transfers": found.transfers.select_related("city", "organisation"),
        **written(found, "problem", "title"),
        "organisations": organisations.order_by(*organisation_order()),
        "related": GoodPractice.objects.visible_to(request.user)
        .filter(themes__in=[theme.pk for theme in found.themes.all()])
        .exclude(pk=found.pk)
        .annotate(shared=Count("themes"))
        .select_related("city")
        .prefetch_related(themes_in_use())
        .order_by("-shared", "pk")[:3],
    }
    return render(request, "ecosystem/practice.html", context)
