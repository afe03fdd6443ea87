"""The library: what remains of past webinars, to find and to open."""

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Prefetch
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from events.models import Event
from iurc_portal.kept import kept_for_visitors
from programme.filters import LibraryFilter
from programme.models import LibraryItem
from programme.remains import hand_over

PER_PAGE = 20


@require_safe
@kept_for_visitors(seconds=60)
def library(request):
    """Past webinars of which anybody may watch or read something, the latest first, with what is wanted of each."""
    now = timezone.now()
    form = LibraryFilter(request.GET, now=now)
    found = form.found()
    events = (
        Event.objects.listed()
        .past(now=now)
        .filter(Exists(found.filter(webinar__event=OuterRef("pk"))))
        .select_related("track", "webinar")
        .prefetch_related("languages", Prefetch("webinar__library", found.select_related("webinar__event"), "items"))
    )
    page = Paginator(events, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "programme/library.html", {"form": form, "page": page, "now": now})


@require_safe
def library_item(request, item):
    """Open one item, for whoever may: what one may not see does not exist."""
    items = LibraryItem.objects.visible_to(request.user, now=timezone.now()).select_related("webinar__event")
    return hand_over(get_object_or_404(items, public_id=item))
