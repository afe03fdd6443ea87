"""Tests carried out in the two cities."""

from django.db.models import Count
from django.shortcuts import get_object_or_404, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from ecosystem.filters import TestRunFilter
from ecosystem.geography import centres, map_points
from ecosystem.models import GoodPractice, TestRun
from ecosystem.models.vocabulary import themes_in_use
from ecosystem.views.lists import faceted_page, organisation_order
from iurc_portal.kept import kept_for_visitors
from iurc_portal.translation.languages import written


def _tests(n):
    return ngettext("%(n)s test", "%(n)s tests", n)


@require_safe
@kept_for_visitors()
def tests(request):
    runs = (
        TestRun.objects.visible_to(request.user)
        .select_related("city")
        .prefetch_related(themes_in_use(), "initiatives")
    )
    filterset = TestRunFilter(request.GET, queryset=runs)
    return faceted_page(request, filterset, filterset.results(), name="tests", count=_tests)


@require_safe
@kept_for_visitors()
def test(request, slug):
    found = get_object_or_404(
        TestRun.objects.visible_to(request.user)
        .select_related("city", "testbed")
        .prefetch_related(themes_in_use(), "initiatives"),
        slug=slug,
    )
    organisations = found.organisations.listed_for(request.user).select_related("city")
    context = {
        "test": found,
        **written(found, "tested", "title"),
        "testbed": found.testbed if found.testbed is not None and found.testbed.state != "draft" else None,
        "organisations": organisations.order_by(*organisation_order()),
        "practices": GoodPractice.objects.visible_to(request.user)
        .filter(themes__in=[theme.pk for theme in found.themes.all()], city=found.city)
        .annotate(shared=Count("themes"))
        .select_related("city")
        .prefetch_related(themes_in_use())
        .order_by("-shared", "pk")[:3],
        **(map_points([found]) if found.has_point else {}),
        "cities": centres([found.city]),
    }
    return render(request, "ecosystem/test.html", context)
