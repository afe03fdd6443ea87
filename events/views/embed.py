"""The events to come on other sites: a list for their frames."""

from csp.constants import NONE
from csp.decorators import csp_replace
from django.core.paginator import Paginator
from django.db.models import prefetch_related_objects
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from events.filters import EventFilter
from events.models import Event
from iurc_portal.pages.frames import frame

ROWS = 12


@require_safe
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"], "script-src": [NONE]})
def embed(request):
    """The list alone, under the parameters of the page of events: no navigation, script or cookie, for any site."""
    now = timezone.now()
    listed = Event.objects.listed().select_related("track").with_places_taken(now=now)
    filterset = EventFilter(request.GET, queryset=listed)
    page = Paginator(filterset.qs.upcoming(now=now), ROWS).get_page(request.GET.get("page"))
    prefetch_related_objects(list(page.object_list), "languages")
    return render(request, "events/embed.html", {"filterset": filterset, "page": page})


def snippet(query: str) -> str:
    """The HTML that shows the events to come under ``query`` in a frame of another site."""
    return frame(reverse("events:embed"), query, title=gettext("Events of Torino and Nagoya"))
