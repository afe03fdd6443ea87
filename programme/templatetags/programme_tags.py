"""What pages of the whole portal borrow from the programme."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from babel.numbers import format_decimal
from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from ecosystem.models import GoodPractice
from events.models import Event
from iurc_portal.clock import both_cities
from iurc_portal.kept import kept_parts
from iurc_portal.translation import times
from iurc_portal.translation.languages import CODES, Spoken, best_text, order_for
from programme import shown
from programme.came_of_it import sources_of
from programme.models import Document, Edition, Exchange, NewsItem, StudyVisit, Survey, Webinar, library
from programme.progress import numbers_of
from programme.survey_results import results_of
from programme.versions.words import label_of

register = template.Library()
NEWS_ABOUT = {StudyVisit: "visit", Webinar: "webinar", GoodPractice: "practice", Exchange: "exchange"}


@register.simple_tag
def funding_notice():
    """The funding notice of the current edition, in the page's language or marked with its own. It stands on every
    page and is kept like a card; else one query.
    """
    return kept_parts("funding notice", [0], lambda _ids: {0: _funding_notice()})[0]


def _funding_notice() -> str:
    edition = Edition.objects.current()
    if edition is None:
        return _("Funded by the European Union.")
    text, language = best_text(edition, "funding_notice")
    if language == order_for()[0]:
        return text
    return format_html('<span lang="{}">{}</span>', language, text)


@register.inclusion_tag("programme/_numbers.html")
def two_years_numbers():
    """The four numbers of the two years. Two queries."""
    return {"numbers": numbers_of(Edition.objects.current(), now=timezone.now())}


@register.simple_tag
def latest_news(number=3):
    """The latest news, as a list; one query."""
    return list(NewsItem.objects.published(now=timezone.now())[:number])


@register.inclusion_tag("programme/_news_of.html")
def news_of(record, number=5):
    """The latest news about a visit, a practice, an exchange or a webinar's event. One query, or none."""
    if isinstance(record, Event):
        record = shown.webinar_of(record)
    about = NEWS_ABOUT.get(type(record))
    if about is None:
        return {}
    return {"news": NewsItem.objects.published(now=timezone.now()).filter(**{about: record})[:number]}


@register.inclusion_tag("programme/_came_from.html")
def came_from(practice):
    """The exchanges and visits that a good practice came of. Two queries."""
    return {"sources": sources_of(practice)}


@register.inclusion_tag("programme/_my_visits.html", takes_context=True)
def my_visits(context):
    """The visits in which the reader takes part, with agenda and certificates, and their proposals. Four queries."""
    user = context["user"]
    own = list(StudyVisit.objects.with_delegate(user).select_related("host_city", "guest_city"))
    person = getattr(user, "person", None) if own else None
    papers: dict[tuple[int, str], Document] = {}
    for document in Document.objects.certificates_of(person.pk).select_related("visit") if person else ():
        papers.setdefault((document.visit_id, document.language), document)
    for visit in own:
        visit.certificates = [papers[visit.pk, code] for code in CODES if (visit.pk, code) in papers]
    closed = ["declined", "cancelled", "closed"]
    proposals = StudyVisit.objects.applied_for_by(user).exclude(state__in=closed).order_by("-updated_at", "-pk")
    return {"visits": own, "proposals": proposals[:10]}


@register.inclusion_tag("programme/_webinar_of.html")
def webinar_of(event):
    """The programme's part of an event's page: what was said, for whom, why, its parts in both cities, speakers."""
    webinar = shown.webinar_of(event)
    parts, speakers = (parts_of(webinar), webinar.speakers.all()) if webinar else ([], [])
    return {"webinar": webinar, "event": event, "parts": parts, "speakers": speakers}


@register.inclusion_tag("programme/_remains_of.html", takes_context=True)
def remains_of(context, event):
    """Once an event is over: what this reader may watch and read of its webinar.

    One query besides those of ``webinar_of``; for staff, who also see what readers do not find, at any time.
    """
    webinar, now = shown.webinar_of(event), timezone.now()
    if webinar is None:
        return {}
    user = context["user"]
    has_any = event.dtend <= now or user.has_perm("programme.view_libraryitem")
    items = webinar.library.visible_to(user, now=now).select_related("webinar__event") if has_any else []
    return {"items": list(items)}


@register.filter
def for_reader(items):
    """Items of the library in the order for a reader of the page's language."""
    return library.for_reader(items)


@register.simple_tag
def library_state(item):
    """Why readers do not find an item of the library, in a word for staff; nothing where they do."""
    words = {
        "expired": pgettext("library", "expired"),
        "waits": pgettext("library", "after the webinar"),
    }
    return words.get(item.hidden_as(now=timezone.now()), "")


@register.inclusion_tag("programme/_survey_line.html")
def survey_line(event):
    """What participants thought, in one line, where staff have published it. One query, else three."""
    survey = Survey.objects.filter(event=event, audience=Survey.Audience.GUEST, state=Survey.State.PUBLISHED).first()
    found = results_of(survey).public_line if survey else None
    if found is None:
        return {}
    mean = format_decimal(found.mean, format="0.0", locale=times.LOCALES[(get_language() or "en")[:2]])
    return {"line": {"label": Spoken.of(found.question, "label"), "mean": mean, "n": found.n}}


def parts_of(webinar):
    """The parts of a webinar with the instants at which they begin."""
    start = webinar.event.dtstart
    return [(part, start + timedelta(minutes=part.starts_after)) for part in webinar.segments.all()]


@register.simple_tag
def visit_dates(visit):
    """The days of a visit, as few words as they need; nothing where they are not known yet."""
    return times.date_range(visit.first_day, visit.last_day)


@register.simple_tag
def entry_dates(entry):
    """When something documented happened, no more exactly than its source says."""
    if entry.end_date and entry.date_precision == "day":
        return times.date_range(entry.date, entry.end_date)
    first = times.partial_date(entry.date, entry.date_precision)
    last = times.partial_date(entry.end_date, entry.date_precision) if entry.end_date else first
    return first if first == last else f"{first} – {last}"


@register.simple_tag
def year_range(first, last):
    """The years of a phase; one that goes on has no last year."""
    if (get_language() or "en")[:2] == "ja":
        return f"{first}年〜{last}年" if last else f"{first}年〜"
    return f"{first}–{last}" if last else _("since %(year)s") % {"year": first}


@register.simple_tag
def day_mark(shift):
    """How a date of the other city differs: +1, −1, in Japanese 翌日, 前日; nothing on the same date."""
    if shift == 0:
        return ""
    mark = pgettext("other city's date", "+1 day") if shift > 0 else pgettext("other city's date", "−1 day")
    return format_html('<span class="tn-daymark">{}</span>', mark)


@register.simple_tag
def city_range(time):
    """``09:00–10:30`` on one city's clocks, as a time element."""
    return format_html('<time datetime="{}">{}</time>', time.start.isoformat(), times.time_range(time))


@register.simple_tag
def city_starts(instant):
    """When a part begins, in both cities, the reader's own first and in bold."""
    own, other = both_cities(instant, language=(get_language() or "en")[:2])
    return format_html(
        '<strong><time datetime="{}">{}</time> <span class="tn-agenda__city">{}</span></strong> <span>{} {} {}</span>',
        own.start.isoformat(),
        times.clock(own.start),
        own.label,
        times.clock(other.start),
        other.label,
        day_mark(other.day_shift),
    )


@register.simple_tag
def change_words(change):
    """What the last release did to an item: "New time", "Cancelled" …"""
    return label_of(change)


@register.simple_tag
def minutes_words(minutes):
    """«20 minutes late», «10 minutes early»: how a day runs."""
    if minutes < 0:
        return ngettext("%(n)s minute early", "%(n)s minutes early", -minutes) % {"n": -minutes}
    return ngettext("%(n)s minute late", "%(n)s minutes late", minutes) % {"n": minutes}


@register.simple_tag
def map_link(place):
    """The address of a map at the place's point; nothing where it has none."""
    if not place or not place.has_point:
        return ""
    return f"https://www.openstreetmap.org/?mlat={place.latitude}&mlon={place.longitude}#map=17/{place.latitude}/{place.longitude}"


@register.simple_tag
def name_for_reader(person):
    """A person's name as a reader of the page's language expects it."""
    return person.display_name((get_language() or "en")[:2])


@register.simple_tag
def reading_of(person):
    """How a name is read: katakana on Japanese pages where there is one, Latin letters elsewhere; else nothing."""
    code = (get_language() or "en")[:2]
    shown = person.display_name(code)
    kana = f"{person.family_kana} {person.given_kana}".strip()
    readings = [kana, person.romaji] if code == "ja" else [person.romaji, "" if shown.isascii() else kana]
    reading = next(filter(None, readings), "")
    return reading if reading != shown else ""


@register.simple_tag
def tel(number):
    """A telephone number as a ``tel:`` address wants it (RFC 3966): digits and a leading +."""
    return "".join(sign for sign in number if sign.isdigit() or sign == "+")


@register.filter
def zone_in_words(tzid):
    """The time zone of a city in words, as it is called today."""
    return times.zone_name(timezone.now().astimezone(ZoneInfo(tzid)))


@register.filter
def figure_value(value):
    """A number without idle zeros, grouped as the page's language does."""
    return format_decimal(value, locale=times.LOCALES.get((get_language() or "en")[:2], "en_GB"))


@register.simple_tag
def greeting_for(person):
    """A person's name as a letter addresses it: with 様 on Japanese pages."""
    return person.greeting_name((get_language() or "en")[:2])
