"""The programme in words: two cities, two years, its strands and its webinars."""

from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from ecosystem.models import City
from ecosystem.models.vocabulary import themes_in_use
from events.models import Event
from iurc_portal.clock import ROME, cities_in_order
from iurc_portal.kept import kept_for_visitors
from programme.filters import HistoryFilter
from programme.models import DatedEvent, Edition, LibraryItem, Phase, ProgrammeFigure, StudyVisit
from programme.progress import steps_of

PER_PAGE = 24
HISTORY_PER_PAGE = 60
VISITS_SHOWN = 4


@require_safe
@kept_for_visitors(seconds=60)
def programme(request):
    """The two cities, the two visits, the two years, the phases before them and the documented history."""
    now = timezone.now()
    edition = Edition.objects.current()
    filterset = HistoryFilter(request.GET, queryset=DatedEvent.objects.order_by("-date", "pk"))
    milestones = edition.milestones.all() if edition else []
    today = now.astimezone(ROME).date()
    figures = list(ProgrammeFigure.objects.all())
    visits = StudyVisit.objects.public().select_related("host_city", "guest_city")
    coming = list(visits.coming(today=today)[:VISITS_SHOWN])
    former = visits.exclude(pk__in=[visit.pk for visit in coming])[: VISITS_SHOWN - len(coming)]
    order = [side.value for side in cities_in_order(get_language() or "en")]
    context = {
        "edition": edition,
        "cities": sorted(City.objects.filter(is_partner=True), key=lambda city: order.index(city.slug)),
        "visits": [*coming, *former],
        "steps": steps_of(milestones, today=today),
        "phases": Phase.objects.prefetch_related("selected_cities"),
        "figures": figures,
        "figure_sources": list(dict.fromkeys(source for figure in figures for source in figure.sources)),
        "filterset": filterset,
        "choices": filterset.choices(),
        "page": Paginator(filterset.qs, HISTORY_PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "programme/programme.html", context)


@require_safe
@kept_for_visitors(seconds=60)
def webinars(request):
    """Coming webinars, all of them; past ones paged. The rows are those of the events list."""
    now = timezone.now()
    found = (
        Event.objects.listed()
        .filter(webinar__isnull=False)
        .with_places_taken(now=now)
        .select_related("track", "webinar")
        .prefetch_related("languages", themes_in_use())
    )
    items = LibraryItem.objects.for_everybody(now=now).select_related("webinar__event")
    past = found.past(now=now).prefetch_related(Prefetch("webinar__library", items, "items"))
    page = Paginator(past, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request, "programme/webinars.html", {"coming": found.upcoming(now=now)[:50], "page": page, "now": now}
    )
