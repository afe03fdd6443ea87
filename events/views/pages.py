"""Lists, the month, one event, and calendars to take along."""

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.http import http_date
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.views.decorators.http import condition, require_safe

from ecosystem.models.vocabulary import themes_in_use
from events import ical, month
from events.filters import EventFilter
from events.forms import RegistrationForm
from events.linked_data import event_json_ld
from events.models import Event, SeatPool
from events.services.changes import first_start
from events.services.registrations import seats
from events.views.embed import snippet
from iurc_portal.clock import ZONES, cities_in_order
from iurc_portal.kept import kept_for_visitors, kept_parts
from iurc_portal.pages.frames import query_without
from iurc_portal.translation.languages import written

PER_PAGE = 20
PAST_BELOW = 3
VIEWS = ("list", "month", "past")


@require_safe
@kept_for_visitors(seconds=60)
def event_list(request):
    """Events to come by month, a month as a table, or the past. An htmx request gets the results alone."""
    now = timezone.now()
    listed = Event.objects.listed().select_related("track").with_places_taken(now=now)
    filterset = EventFilter(request.GET, queryset=listed)
    wanted = request.GET.get("view", "list")
    view = wanted if wanted in VIEWS else "list"
    context = {
        "filterset": filterset,
        "view": view,
        "view_unknown": wanted not in VIEWS,
        "now": now,
        "feed": settings.SITE_URL + reverse("events_feed", args=["all", get_language()]),
        "snippet": snippet(query_without(request, "page", "view", "month")),
    }
    context |= {"list": _coming, "month": _month, "past": _past}[view](request, filterset, now)
    context["facets"] = filterset.counted()
    partial = request.htmx and not request.htmx.boosted
    response = render(request, "events/_event_results.html" if partial else "events/event_list.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _coming(request, filterset, now) -> dict:
    page = Paginator(filterset.qs.upcoming(now=now), PER_PAGE).get_page(request.GET.get("page"))
    past = list(filterset.qs.past(now=now)[:PAST_BELOW]) if not page.has_previous() else []
    prefetch_related_objects([*page.object_list, *past], "languages")
    return {"page": page, "past": past}


def _past(request, filterset, now) -> dict:
    page = Paginator(filterset.qs.past(now=now), PER_PAGE).get_page(request.GET.get("page"))
    prefetch_related_objects(list(page.object_list), "languages")
    return {"page": page}


def _month(request, filterset, now) -> dict:
    language = (get_language() or "en")[:2]
    today = now.astimezone(ZONES[cities_in_order(language)[0]]).date()
    first, understood = month.first_day(request.GET.get("month", ""), today=today)
    table = month.build(filterset.qs, first, language=language, now=now)
    prefetch_related_objects(table.events, "languages")
    return {"month": table, "month_unknown": not understood}


@require_safe
@kept_for_visitors(seconds=60)
def event(request, slug):
    """One event, with one address for life: before it registers, afterwards it tells (events spec 1.5)."""
    now = timezone.now()
    found = get_visible_event(request, slug, now=now)
    open_now = found.accepts_registrations(now=now)
    context = {
        "event": found,
        **written(found, "description", "name"),
        "now": now,
        "is_past": found.dtend <= now,
        "is_open": open_now,
        "is_full": open_now and found.places_left == 0 and not found.waiting_list,
        "by_invitation": found.invitation_only,
        "pools": pools_left(found, now=now),
        "own": own_registration(request.user, found),
        "json_ld": event_json_ld(found, places_left=found.places_left, now=now, former_start=first_start(found)),
    }
    if open_now and not context["is_full"] and not found.invitation_only and context["own"] is None:
        context["form"] = _form(request, found, full={pool.kind for pool, left in context["pools"] if not left})
    return render(request, "events/event.html", context)


def _form(request, event, *, full: set[str]) -> SafeString:
    """The registration form as it stands on the page. For visitors it is written once, until the event changes: its
    fields are a quarter of the page.
    """

    def write(_ids) -> dict[int, SafeString]:
        form = RegistrationForm(event=event, user=request.user, full=full)
        return {event.pk: render_to_string("events/_register_form.html", {"form": form, "event": event}, request)}

    if request.user.is_authenticated:
        return write([event.pk])[event.pk]
    return kept_parts(f"registration form:{sorted(full)}:{event.places_left == 0}", [event.pk], write)[event.pk]


@require_safe
def event_ics(request, slug):
    """The event as a calendar file. The same bytes until something changes, so a strong ETag answers 304 (7.4)."""
    found = get_object_or_404(Event.objects.visible_to(request.user).select_related("place__city"), slug=slug)
    return calendar_response(
        request,
        [ical.entry_for(found, language=get_language())],
        filename=f"{found.slug}.ics",
        private=request.user.is_authenticated,
    )


def calendar_response(request, entries, *, filename="", name="", language="", private=False) -> HttpResponse:
    """A VCALENDAR with a strong ETag of its bytes; answers 304 to who has them already."""
    octets = ical.calendar(entries, name=name, language=language)
    etag = ical.etag(octets)

    @condition(etag_func=lambda request: etag)
    def answer(request):
        response = HttpResponse(octets, content_type=ical.CONTENT_TYPE)
        if entries:
            response["Last-Modified"] = http_date(max(entry.last_modified for entry in entries).timestamp())
        if filename:
            response["Content-Disposition"] = f'attachment; filename="{filename}"'
        response["Cache-Control"] = "private, no-cache" if private else "public, no-cache"
        return response

    return answer(request)


def get_visible_event(request, slug, *, now) -> Event:
    """The event with what its page shows, or 404: what one may not see does not exist (1.4)."""
    return get_object_or_404(with_what_the_page_shows(Event.objects.visible_to(request.user), now=now), slug=slug)


def get_asked_event(request, slug) -> Event:
    """The event as its form needs it when it comes back, or 404: in a rush forms are most of what there is to do.

    Visitors without a session are served from a copy, void once anything is saved of the event; what counts is read
    again under the lock. The way into the room is not among it.
    """

    def read(_ids=()) -> dict[int, Event]:
        events = Event.objects.visible_to(request.user).defer("join_url", "phone_access")
        found = events.prefetch_related("languages", "seat_pools").filter(slug=slug).first()
        return {} if found is None else {0: found}

    found = read() if request.user.is_authenticated else kept_parts(f"asked event:{slug}", [0], read)
    if not found:
        raise Http404
    return found[0]


def as_shown(event, *, now) -> Event:
    """``event`` with what its page shows, read again unless it has that already."""
    if hasattr(event, "places_taken"):
        return event
    return with_what_the_page_shows(Event.objects.all(), now=now).get(pk=event.pk)


def with_what_the_page_shows(events, *, now):
    """``events`` with what their own page and their form need."""
    return (
        events.with_places_taken(now=now)
        .select_related("track", "organizer", "place__city", "series")
        .prefetch_related("languages", themes_in_use(), "seat_pools")
    )


def pools_left(event, *, now) -> list[tuple[SeatPool, int]]:
    """The kinds of seats with how many of each are left, for showing: none while somebody waits for them (2.14)."""
    if not event.seat_pools.all():
        return []
    stand = seats.stand_of(event, now=now, to_decide=False)
    return [
        (pool, 0 if pool.pk in stand.waiting_for else max(stand.pools_left[pool.pk], 0))
        for pool in stand.pools.values()
    ]


def own_registration(user, event):
    """What a signed-in person has of this event: a place, an offer, a place in line, a request; None if nothing."""
    if not user.is_authenticated:
        return None
    return event.registrations.current().filter(user=user).first()
