"""Where one can test: testbeds, and the pairs of them that mirror each other in the two cities."""

from django.db.models import F
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.views.decorators.http import require_safe

from ecosystem.filters import TestbedFilter
from ecosystem.geography import centres, map_points
from ecosystem.linked_data import testbed_json_ld
from ecosystem.models import MirrorPair, Testbed, TestRun
from ecosystem.models.vocabulary import themes_in_use
from ecosystem.views.lists import faceted_page
from iurc_portal.clock import cities_in_order
from iurc_portal.kept import kept_for_visitors
from iurc_portal.translation.languages import written

ROWS = 6  # tests below the testbeds before a link to all of them
# What the two pages of a pair say beside each other, in this order.
COMPARED = ("testable", "provided", "not_provided", "data_available", "rules", "cost", "opening")


def _testbeds(n):
    return ngettext("%(n)s testbed", "%(n)s testbeds", n)


@require_safe
@kept_for_visitors()
def testbeds(request):
    """Where one can test, then what has been tested."""
    found = Testbed.objects.listed().select_related("city").prefetch_related(themes_in_use())
    filterset = TestbedFilter(request.GET, queryset=found)
    context = {}
    if not request.htmx:
        runs = TestRun.objects.visible_to(request.user)
        pairs = MirrorPair.objects.visible_to(request.user).exclude(state=MirrorPair.State.ENDED)
        context = {
            "pairs": pairs.select_related("torino", "nagoya"),
            "tests": runs.select_related("city").order_by(F("start").desc(nulls_last=True), "slug")[:ROWS],
            "test_count": runs.count(),
        }
    return faceted_page(request, filterset, filterset.results(), name="testbeds", count=_testbeds, context=context)


def _test_of_that_address(request, slug):
    """Lead from where tests had their pages to where they have them now, unless a testbed has taken the address."""
    if Testbed.objects.filter(slug=slug).exists():
        raise Http404
    return redirect(get_object_or_404(TestRun.objects.visible_to(request.user), slug=slug), permanent=True)


@require_safe
@kept_for_visitors()
def testbed(request, slug):
    """What one testbed offers. The address may be that of a test from before testbeds had pages: it leads there."""
    rows = Testbed.objects.visible_to(request.user).select_related("city", "owner")
    found = rows.prefetch_related(themes_in_use(), "initiatives").filter(slug=slug).first()
    if found is None:
        return _test_of_that_address(request, slug)
    pairs = MirrorPair.objects.visible_to(request.user).of(found)
    pairs = pairs.select_related("torino__city", "nagoya__city").prefetch_related("steps")
    context = {
        "testbed": found,
        **written(found, "testable", "name"),
        "closures": found.closures.filter(last_day__gte=timezone.localdate()),
        "mirrors": [(pair, pair.other_of(found)) for pair in pairs],
        "tests": found.runs.visible_to(request.user).select_related("city"),
        "json_ld": testbed_json_ld(found),
        **(map_points([found]) if found.has_point else {}),
        "cities": centres([found.city]),
    }
    return render(request, "ecosystem/testbed.html", context)


@require_safe
@kept_for_visitors()
def mirror(request, pk):
    """A pair side by side, the reader's own city first, with what it would take to test in the other."""
    rows = MirrorPair.objects.visible_to(request.user).prefetch_related("steps")
    testbeds = ("torino__city", "torino__owner", "nagoya__city", "nagoya__owner")
    pair = get_object_or_404(rows.select_related(*testbeds), pk=pk)
    two = [getattr(pair, side) for side in cities_in_order(get_language() or "en")]
    context = {
        "pair": pair,
        "two": two,
        "compared": [
            (name, Testbed._meta.get_field(name).verbose_name, [(testbed, getattr(testbed, name)) for testbed in two])
            for name in COMPARED
            if any(getattr(testbed, name) for testbed in two)
        ],
        "steps": pair.steps.all(),
    }
    return render(request, "ecosystem/mirror.html", context)
