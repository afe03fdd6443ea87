"""The page of a series: what repeats, by which rule, and its dates in both cities (events spec 12.11, 12.14)."""

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import prefetch_related_objects
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from events.clock_notes import first_start, notes_against
from events.feeds import as_webcal
from events.linked_data import series_json_ld
from events.models import Event, Series
from events.rule_words import rule_words
from iurc_portal.kept import kept_for_visitors
from iurc_portal.translation.languages import written

PER_PAGE = 20
PAST_BELOW = 20


@require_safe
@kept_for_visitors(seconds=60)
def page(request, slug):
    """Dates to come, each with the way to register and a word where clocks have moved its hour; then the latest past.

    A constant number of queries, whatever the number of dates.
    """
    now = timezone.now()
    series = get_object_or_404(Series.objects.visible_to(request.user), slug=slug)
    listed = Event.objects.listed().filter(series=series).select_related("track", "place__city")
    dates = Paginator(listed.upcoming(now=now).with_places_taken(now=now), PER_PAGE).get_page(request.GET.get("page"))
    coming = list(dates.object_list)
    past = list(listed.past(now=now)[:PAST_BELOW])
    prefetch_related_objects(coming, "languages")
    first = first_start(series.pk)
    nearest = next(iter([*coming, *past]), None)
    feed = settings.SITE_URL + reverse("events_feed", args=[series.slug, get_language()])
    context = {
        "series": series,
        **written(series, "description", "name"),
        "rule": rule_words(series.rule),
        "dates": dates,
        "rows": [(event, notes_against(first, event), event.accepts_registrations(now=now)) for event in coming],
        "past": past,
        "nearest": nearest,
        "feed": feed,
        "webcal": as_webcal(feed),
        "json_ld": series_json_ld(series, coming or list(reversed(past))),
    }
    return render(request, "events/series.html", context)
