"""Events for any page: what is coming, what an organisation does, where a person is registered.

Each list asks the database a constant number of times, whatever its length.
"""

from zoneinfo import ZoneInfo

from babel import Locale
from django import template
from django.db.models import Case, F, When, prefetch_related_objects
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, pgettext

from events.audiences import mode_of
from events.clock_notes import notes_for
from events.ical import where_texts
from events.models import Event, EventLanguage
from events.when import all_day_words
from iurc_portal.clock import ZONES, cities_in_order
from iurc_portal.templatetags.portal_tags import both_times, date_tile, spoken
from iurc_portal.translation.marks import as_html, plain
from iurc_portal.translation.times import both_cities_lines, date_words

register = template.Library()
register.filter("as_html", as_html)
register.filter("plain_text", plain)
ORGANISATION_SHOWS = 5
SERIES_SHOWS = 6


def _page_language() -> str:
    return (get_language() or "en")[:2]


def _for_rows(events, *, now):
    return events.with_places_taken(now=now).select_related("track").prefetch_related("languages")


@register.inclusion_tag("events/_coming_up.html")
def coming_up(number):
    """The next ``number`` public events."""
    now = timezone.now()
    coming = Event.objects.listed().filter(status=Event.Status.CONFIRMED).upcoming(now=now)
    return {"events": list(_for_rows(coming, now=now)[:number])}


@register.inclusion_tag("events/_events_of.html")
def events_of(organisation):
    """The public events that an organisation holds: those to come, then the latest past ones; nothing if none."""
    now = timezone.now()
    held = _for_rows(Event.objects.listed().filter(organizer=organisation), now=now).prefetch_related(None)
    is_past = Case(When(dtend__gt=now, then=0), default=1)
    soonest = Case(When(dtend__gt=now, then=F("dtstart")))
    events = list(held.order_by(is_past, soonest, F("dtstart").desc(), "pk")[:ORGANISATION_SHOWS])
    prefetch_related_objects(events, "languages")
    return {"events": events}


@register.inclusion_tag("events/_my_registrations.html", takes_context=True)
def my_registrations(context):
    """The signed-in person's places and requests: coming ones with the way to their page, past ones as a list."""
    request = context["request"]
    now = timezone.now()
    held = request.user.registrations.current().select_related("event").exclude(event__status="TENTATIVE")
    return {
        "coming": list(held.filter(event__dtend__gt=now).order_by("event__dtstart", "pk")),
        "past": list(held.confirmed().filter(event__dtend__lte=now).order_by("-event__dtstart", "-pk")[:50]),
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("components/_date_tile.html")
def event_tile(event, tzid=""):
    """The first day of an event as a tile, on the calendar of ``tzid`` or of the reader's own city."""
    zone = ZoneInfo(tzid) if tzid else ZONES[cities_in_order(_page_language())[0]]
    return date_tile(event.when.days_on(zone)[0])


@register.simple_tag
def event_times(event, dated=True):
    """An event's time on one line: its hours in both cities, or its days; ``dated`` False where the day is known."""
    when = event.when
    if not when.all_day:
        return both_times(event.dtstart, event.dtend if dated else None, when.further)
    if not dated:
        return all_day_words()
    return format_html(
        '<span class="tn-time"><time datetime="{}">{}</time> {}</span>',
        when.first_day.isoformat(),
        when.day_words(),
        all_day_words(),
    )


@register.inclusion_tag("events/_when.html")
def event_when(event):
    """An event's time as a block: the hours of both cities, or its days."""
    when = event.when
    return {"event": event, "when": when, "days": when.day_words() if when.all_day else ""}


@register.filter
def start_lines(event):
    """The start of an event as lines of text, one for each city; of whole days the days, on one line."""
    if event.all_day:
        return event.when.lines()
    return both_cities_lines(event.dtstart, None, further=event.when.further)


@register.inclusion_tag("events/_state.html")
def event_state(event):
    """In one word and a sign what a visitor may expect: places left, full, closed, now, over, cancelled."""
    now = timezone.now()
    places = event.places_left if hasattr(event, "places_taken") else 0 if event.maximum_attendee_capacity else None
    if event.is_cancelled:
        state = "cancelled"
    elif event.dtend <= now:
        state = "past"
    elif event.dtstart <= now:
        state = "now"
    elif not event.registration_open:
        state = ""
    elif event.registration_opens_at is not None and now < event.registration_opens_at:
        state = "soon"
    elif not event.accepts_registrations(now=now):
        state = "closed"
    elif places is None:
        state = "open"
    else:
        state = "places" if places else "waiting" if event.waiting_list else "full"
    return {"state": state, "places": places, "opens": event.registration_opens_at}


@register.simple_tag
def languages_line(event):
    """«Spoken: Italian · Interpreted: Japanese · Captions: English» in the page's language, or "" when unknown."""
    names = Locale.parse(_page_language()).languages
    rows = list(event.languages.all())
    parts = []
    for role, label in (
        (EventLanguage.Role.SPOKEN, pgettext("languages", "Spoken")),
        (EventLanguage.Role.INTERPRETED, pgettext("languages", "Interpretation")),
        (EventLanguage.Role.CAPTIONED, pgettext("languages", "Captions")),
    ):
        spoken = [names.get(row.language, row.language) for row in rows if row.role == role]
        if spoken:
            joined = (pgettext("list", "%(first)s, %(next)s") % {"first": "", "next": ""}).join(spoken)
            parts.append((pgettext("languages", "%(role)s: %(names)s") % {"role": label, "names": joined},))
    dot = mark_safe('<span class="tn-role__dot"> · </span>')
    return format_html_join(dot, '<span class="tn-role">{}</span>', parts)


@register.filter
def month_words(day):
    """«dicembre 2026», «2026年12月»."""
    return date_words(day, "month")


@register.filter
def event_day(event):
    """The first day of an event on the calendar of the reader's own city, for grouping."""
    return event.when.days_on(ZONES[cities_in_order(_page_language())[0]])[0]


@register.filter
def city_lines(instant, tzid=""):
    """An instant in both cities, one line each, the reader's own first."""
    return both_cities_lines(instant, None, tzid=tzid)


@register.simple_tag
def both_times_text(event):
    """Both cities' times on one line, without marks, for descriptions of the page."""
    return " · ".join(event.when.lines())


@register.inclusion_tag("events/_series.html")
def series_of(event):
    """Of a date of a series: what a clock change did to its hour, and the next dates. Two queries, else none."""
    if event.series_id is None:
        return {"notes": [], "dates": [], "series": None}
    others = Event.objects.listed().filter(series=event.series_id, status=Event.Status.CONFIRMED).exclude(pk=event.pk)
    is_listed = event.access == Event.Access.PUBLIC and event.status != Event.Status.TENTATIVE
    return {
        "notes": notes_for(event),
        "dates": list(others.upcoming(now=timezone.now())[:SERIES_SHOWS]),
        "series": event.series if is_listed else None,
    }


@register.simple_tag
def place_words(event, registration=None):
    """ "Online", the place, or both, for one person by their seat; never the address of the room."""
    mode = mode_of(registration) if registration else ""
    ways = where_texts(event, language=_page_language(), mode=mode)
    return format_html_join(" / ", "{}", ((format_html_join(", ", "{}", _spoken(way)),) for way in ways))


def _spoken(texts):
    return ((spoken(text),) for text in texts)
