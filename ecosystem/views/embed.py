"""The directory on other sites: a list for their frames, and the page that says how to use our data."""

from csp.constants import NONE
from csp.decorators import csp_replace
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from ecosystem.exports import FORMATS
from ecosystem.filters import OrganisationFilter
from ecosystem.models import Organisation
from ecosystem.views.lists import count_organisations, page_of, snippet

ROWS = 12


@require_safe
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"], "script-src": [NONE]})
def embed(request):
    """The list alone, under the parameters of the directory: no navigation, no script, no cookie, for any site."""
    listed = Organisation.objects.listed_for(request.user)
    filterset = OrganisationFilter(request.GET, queryset=listed.select_related("city"))
    page = page_of(request, filterset.results(), ROWS)
    total = page.paginator.count
    context = {
        "filterset": filterset,
        "page": page,
        "count_words": count_organisations(total) % {"n": total},
    }
    return render(request, "ecosystem/embed.html", context)


@require_safe
def open_data(request):
    """What of the portal may be taken along, in which form, and under which licence."""
    return render(request, "ecosystem/open_data.html", {"formats": list(FORMATS), "snippet": snippet("")})
