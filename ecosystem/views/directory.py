"""The directory of organisations: list, map and file under one filter."""

from datetime import timedelta

from django.db.models import Prefetch
from django.http import StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from ecosystem.exports import ENCODINGS, FORMATS, Selection
from ecosystem.filters import OrganisationFilter
from ecosystem.geography import MOST_POINTS, map_points, partner_cities
from ecosystem.models import Organisation, OrganisationInitiative
from ecosystem.models.vocabulary import themes_in_use
from ecosystem.views.cards import Cards
from ecosystem.views.lists import count_organisations, faceted_page, snippet
from iurc_portal.kept import kept_for_visitors
from iurc_portal.limits import allow, network_of
from iurc_portal.pages.errors import too_many_requests
from iurc_portal.pages.frames import query_without

VIEWS = ("list", "map")
MINUTE = timedelta(minutes=1)
FILES_A_MINUTE = 20  # of one network: a file reads every record that is found


@require_safe
@kept_for_visitors()
def directory(request):
    """The organisations of both cities, as a list or on a map: two views of one query."""
    listed = Organisation.objects.listed_for(request.user).select_related("city").prefetch_related(themes_in_use())
    filterset = OrganisationFilter(request.GET, queryset=listed)
    wanted = request.GET.get("view", "list")
    context: dict = {"view": wanted if wanted in VIEWS else "list", "view_unknown": wanted not in VIEWS}
    context["snippet"] = snippet(query_without(request, "page", "view"))
    results = filterset.results()
    if context["view"] == "map":
        context |= _points_of(filterset, results)
        context["cities"] = partner_cities()
    else:
        results = Cards(results, "organisation")
    return faceted_page(request, filterset, results, name="directory", count=count_organisations, context=context)


def _points_of(filterset, results) -> dict:
    """The points of the first results in the order of the list, and how many of all have none (E11)."""
    told = map_points(results.first(MOST_POINTS))
    if results.count() > MOST_POINTS:
        told["unmapped"] = results.count() - filterset.qs.exclude(latitude=None).count()
        told["first_shown"] = MOST_POINTS
    return told


@require_safe
def export(request, extension):
    """The directory under the same filter as a file; ``encoding=cp932`` is for old Japanese spreadsheets."""
    if not allow("export", network_of(request), times=FILES_A_MINUTE, within=MINUTE):
        return too_many_requests(request, within=MINUTE)
    rows = Organisation.objects.listed_for(request.user).select_related("city")
    parts = Prefetch("parts", OrganisationInitiative.objects.select_related("initiative"))
    filterset = OrganisationFilter(request.GET, queryset=rows.prefetch_related(themes_in_use(), parts))
    encoding = request.GET.get("encoding", "utf-8")
    selection = Selection(
        filterset, request.GET.urlencode(), timezone.now(), encoding if encoding in ENCODINGS else ENCODINGS[0]
    )
    written = FORMATS[extension]
    charset = f"; charset={selection.encoding}" if extension == "csv" else ""
    return StreamingHttpResponse(
        written.write(selection),
        content_type=f"{written.content_type}{charset}",
        headers={"Content-Disposition": f'attachment; filename="organisations.{extension}"'},
    )
