"""Exchanges, thematic clusters and staff exchanges as anybody reads them; people are named on none of these pages."""

from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Prefetch
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from ecosystem.models.vocabulary import themes_in_use
from events.models import Event
from iurc_portal.clock import ROME
from iurc_portal.kept import kept_for_visitors
from iurc_portal.translation.languages import written
from programme.came_of_it import of_exchange
from programme.feeds import EXCHANGE
from programme.models import ClusterCity, Exchange, Meeting, StaffExchange, StudyVisit, ThematicCluster

PER_PAGE = 24


@dataclass(frozen=True)
class Activity:
    """One thing of an exchange with its first day (None while it has none); ``kind`` chooses how it is shown."""

    kind: str
    day: date | None
    record: Any


def in_order(events, visits, stays) -> list[Activity]:
    """Webinars, visits and stays by day, the undated last."""
    found = chain(
        (Activity("event", event.dtstart.astimezone(ROME).date(), event) for event in events),
        (Activity("visit", visit.first_day, visit) for visit in visits),
        (Activity("stay", stay.first_day, stay) for stay in stays),
    )
    return sorted(found, key=lambda one: (one.day is None, one.day or date.max))


def _stays():
    return StaffExchange.objects.public().select_related("sending", "hosting")


@require_safe
@kept_for_visitors(seconds=60)
def exchanges(request):
    found = Exchange.objects.public().prefetch_related("initiatives", "cities", themes_in_use())
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "programme/exchanges.html", {"page": page})


@require_safe
@kept_for_visitors(seconds=60)
def exchange(request, slug):
    """A strand of the cooperation: its activities in order, and what came of it."""
    now = timezone.now()
    rows = Exchange.objects.public().select_related("cluster", "edition")
    found = get_object_or_404(rows.prefetch_related("initiatives", "cities", "objectives", themes_in_use()), slug=slug)
    events = (
        Event.objects.listed()
        .filter(webinar__exchange=found)
        .with_places_taken(now=now)
        .select_related("track", "webinar")
        .prefetch_related("languages", themes_in_use())
    )
    visits = list(StudyVisit.objects.public().filter(exchange=found).select_related("host_city", "guest_city"))
    # Of introductions only how many ended how: who met whom is nobody else's business.
    met = Exchange.objects.filter(pk=found.pk, meetings__event__dtend__lte=now).exclude(
        meetings__event__status=Event.Status.CANCELLED
    )
    outcomes = met.values_list("meetings__outcome").annotate(n=Count("meetings")).order_by()
    context = {
        "exchange": found,
        "feed": EXCHANGE + found.slug,
        "activities": in_order(events, visits, _stays().filter(exchange=found)),
        "visits_with_outcomes": [visit for visit in visits if visit.outcomes],
        "meetings": _outcomes(outcomes),
        "came_of_it": of_exchange(found),
        "now": now,
    } | written(found, "story", "title")
    return render(request, "programme/exchange.html", context)


def _outcomes(rows) -> list[tuple[str, int]]:
    found = dict(rows)
    return [(label, found[value]) for value, label in Meeting.Outcome.choices if found.get(value)]


@require_safe
@kept_for_visitors(seconds=60)
def clusters(request):
    places = Prefetch("places", ClusterCity.objects.select_related("city"))
    found = ThematicCluster.objects.public().prefetch_related(places, themes_in_use("concepts"))
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "programme/clusters.html", {"page": page})


@require_safe
@kept_for_visitors(seconds=60)
def cluster(request, slug):
    """What other cities share with the two: who they are, what has been done, how to take part."""
    now = timezone.now()
    places = Prefetch("places", ClusterCity.objects.select_related("city"))
    found = get_object_or_404(
        ThematicCluster.objects.public().prefetch_related(places, themes_in_use("concepts")), slug=slug
    )
    strands = Exchange.objects.public().filter(cluster=found)
    events = (
        Event.objects.listed()
        .filter(webinar__exchange__in=strands)
        .with_places_taken(now=now)
        .select_related("track", "webinar")
        .prefetch_related("languages", themes_in_use())
    )
    context = {
        "cluster": found,
        "exchanges": strands.prefetch_related("initiatives", "cities", themes_in_use()),
        "page": Paginator(events.order_by("-dtstart", "pk"), PER_PAGE).get_page(request.GET.get("page")),
        "now": now,
    } | written(found, "summary", "name")
    return render(request, "programme/cluster.html", context)


@require_safe
@kept_for_visitors(seconds=60)
def staff_exchanges(request):
    """Stays by office and aim. Who went is nowhere read."""
    page = Paginator(_stays(), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "programme/staff_exchanges.html", {"page": page})
