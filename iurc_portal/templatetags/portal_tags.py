"""What every page needs: languages of texts, both cities' times, phrase breaks, the page in another language."""

import json
from datetime import datetime
from functools import lru_cache
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from babel import Locale
from django import template
from django.conf import settings
from django.db.models import Model
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join, linebreaks
from django.utils.safestring import SafeString
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from iurc_portal.clock import both_cities, hours_between
from iurc_portal.pages.frames import query_without
from iurc_portal.translation import times
from iurc_portal.translation.languages import FALLBACK, Language, Spoken, best_text, languages_filled
from iurc_portal.translation.marks import clean
from iurc_portal.translation.phrases import with_breaks
from iurc_portal.translation.registry import kind_of
from iurc_portal.translation.status import Status, is_read, status_of

register = template.Library()


def _page_language() -> str:
    return (get_language() or "en")[:2]


# --- Texts ---------------------------------------------------------------------------------------


@register.simple_tag
def lang_of(obj, field):
    """The language of the text that ``obj.field`` shows here."""
    return best_text(obj, field)[1]


@register.filter
def spoken(value, field="name"):
    """The text of a record's ``field``, or a ``Spoken`` label, with its ``lang`` where that is not the page's.

    For running text: cities in a line, labels of facets. What has an element of its own says ``lang_of`` there.
    """
    if isinstance(value, Model):
        value = Spoken.of(value, field)
    if not isinstance(value, Spoken) or value.language == _page_language():
        return value or ""
    return format_html('<span lang="{}">{}</span>', value.language, value)


@register.simple_tag
def fallback_notice(obj, field):
    """A short line when the text shown is not in the page's language, or not of today (E1, E2); else nothing.

    The state of the text is read here, once a record: for pages about one. Lists have ``fallback_tag``.
    """
    text, language = best_text(obj, field)
    if not text:
        return ""
    state = {
        Status.MACHINE: _("Machine translation, not yet checked by a person"),
        Status.OUTDATED: _("The original has changed since: this translation is being updated"),
    }.get(status_of(obj, field, language) if kind_of(type(obj)) else Status.SOURCE)
    remarks = [(state,)] if state else []
    if language != _page_language():
        remarks.insert(0, (_only_in(language),))
    return format_html_join("", '<p class="tn-fallback">{}</p>', remarks)


def _only_in(language) -> str:
    notices = {
        "it": _("Available in Italian only"),
        "en": _("Available in English only"),
        "ja": _("Available in Japanese only"),
    }
    return notices[language]


@register.simple_tag
def fallback_tag(obj, field="name"):
    """``fallback_notice`` in two words, for rows and items of lists: «Solo in giapponese».

    It says in what state a text is only where the view has read the states of the whole list (``read_records``).
    """
    text, language = best_text(obj, field)
    if not text:
        return ""
    words = []
    if language != _page_language():
        words.append((_only_tag(language),))
    if is_read(obj):
        state = {
            Status.MACHINE: pgettext("state of a text", "machine translation"),
            Status.OUTDATED: pgettext("translation shown to readers", "being updated"),
        }.get(status_of(obj, field, language))
        words += [(state,)] if state else []
    return format_html_join(" ", '<span class="tn-tag tn-tag--only">{}</span>', words)


def _only_tag(language) -> str:
    tags = {
        "it": pgettext("language of a text", "Italian only"),
        "en": pgettext("language of a text", "English only"),
        "ja": pgettext("language of a text", "Japanese only"),
    }
    return tags[language]


@register.filter
def in_brackets(text):
    """A remark after a word, with the space that belongs before it: « (altro)», （他）."""
    return format_html(pgettext("after a word", " ({remark})"), remark=text)


@register.simple_tag
def gap():
    """What stands between two sentences: a space, nothing in Japanese."""
    return "" if _page_language() == "ja" else " "


@register.simple_tag
def filled_languages(obj, field="summary"):
    """The languages in which ``obj.field`` exists, as pairs (code, upper-case code)."""
    return [(code, code.upper()) for code in languages_filled(obj, field)]


@register.simple_tag
def phrases(text):
    """``text`` with phrase breaks on Japanese pages, unchanged elsewhere."""
    return with_breaks(str(text)) if _page_language() == "ja" else text


@register.filter
def staff_text(html):
    return clean(html)


@register.filter
def paragraphs(text):
    """Plain text as paragraphs; everything in it is escaped."""
    return SafeString(linebreaks(str(text or ""), autoescape=True))  # nosec: linebreaks has just escaped it


@register.simple_tag
def external_link(url, label=""):
    """A link out of the portal, shown by its host unless a label is given. Only http(s); other schemes are text."""
    parts = urlsplit(url or "")
    if parts.scheme not in {"http", "https"}:
        return url or ""
    return format_html(
        '<a class="tn-external" href="{}" rel="external noopener">{}</a>', url, label or parts.hostname or url
    )


@register.filter
def country_name(code):
    """The name of a country (ISO 3166-1) in the page's language."""
    return Locale.parse(_page_language()).territories.get((code or "").upper(), code)


@register.filter
def language_name(code):
    """The name of a language in the page's language: giapponese, Japanese, 日本語."""
    name = Locale.parse(_page_language()).languages.get((code or "").lower(), code)
    return name[:1].upper() + name[1:] if _page_language() == "en" else name


@register.filter
def country_names(codes):
    """The names of countries in a row."""
    return pgettext("between names", ", ").join(country_name(code) for code in codes or ())


@register.filter
def language_names(codes):
    """The names of languages in a row: Italian, Japanese."""
    return pgettext("between names", ", ").join(language_name(code) for code in codes or ())


# --- Times ---------------------------------------------------------------------------------------


@register.inclusion_tag("components/_dual_time.html")
def dual_time(start, end=None, further=()):
    """Both cities' date and time as a block, the reader's own city first, then ``further`` cities that take part."""
    cities = [
        {
            "label": city.label,
            "name": times.city_time_name(city.side) if city.side else city.name,
            "date": times.date_words(city.start, "short"),
            "range": times.time_range(city),
            "zone": times.zone_words(city),
            "start": city.start,
            "shift": city.day_shift,
        }
        for city in both_cities(start, end, language=_page_language(), further=further)
    ]
    return {"cities": cities, "hours": hours_between(start)}


@register.simple_tag
def both_times(start, end=None, further=()):
    """One line: ``17:00–18:30 Nagoya 09:00–10:30 Torino``, then ``further`` ones; each says if its date differs."""
    marks = {
        1: pgettext("other city's date", "+1 day"),
        -1: pgettext("other city's date", "−1 day"),
    }
    parts = [
        format_html(
            '<span class="tn-time"><time datetime="{}">{}</time> {}{}</span>',
            city.start.isoformat(),
            times.time_range(city),
            city.label,
            format_html(' <span class="tn-daymark">{}</span>', marks[city.day_shift]) if city.day_shift else "",
        )
        for city in both_cities(start, end, language=_page_language(), further=further)
    ]
    return format_html_join(" ", "{}", ((part,) for part in parts))


@register.inclusion_tag("components/_date_tile.html")
def date_tile(instant, tzid="Europe/Rome"):
    """Day and month as a tile, with the weekday, or with the year where it is one that is over.

    A date stays as it is, an instant is shown on the clocks of ``tzid``.
    """
    day = instant.astimezone(ZoneInfo(tzid)) if isinstance(instant, datetime) else instant
    is_long_ago = day.year < timezone.localdate(timezone=ZoneInfo(tzid)).year
    return {
        "day": day.day,
        "month": times.date_words(day, "month_short"),
        "last": times.partial_date(day, "year") if is_long_ago else times.date_words(day, "weekday_short"),
        "iso": day.date().isoformat() if isinstance(day, datetime) else day.isoformat(),
    }


@register.simple_tag
def partial_date(day, precision="day"):
    return times.partial_date(day, precision) if day else ""


@register.filter
def date_words(day, form="full"):
    """A date or an instant in words; an instant is taken on the reader's own city's clocks."""
    if isinstance(day, datetime):
        day = both_cities(day, language=_page_language())[0].start
    return times.date_words(day, form) if day else ""


@register.filter
def own_day(instant):
    """The date of an instant on the clocks of the reader's own city, for ``date_tile``."""
    return both_cities(instant, language=_page_language())[0].start.date()


@register.inclusion_tag("components/_clocks.html")
def clocks():
    """Both cities' time now, rendered by the server and kept going by ``portal.js``."""
    now = timezone.now()
    cities = [
        {
            "side": city.side.value if city.side else "",
            "label": city.label,
            "time": times.clock(city.start),
            "date": times.date_words(city.start, "weekday_day"),
            "zone": city.abbreviation,
            "tzid": city.start.tzinfo.key,
            "iso": city.start.isoformat(),
        }
        for city in both_cities(now, language=_page_language())
    ]
    return {
        "cities": cities,
        "hours": hours_between(now),
        "language": times.LOCALES[_page_language()].replace("_", "-"),
    }


# --- The page itself -------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def page_languages(context):
    """The three languages with this page's address in each, for the switch and for hreflang.

    A page outside the languages leads to the home, unless its context says where it is read in each
    (``language_links``).
    """
    own = context.get("language_links") or {}
    request = context.get("request")
    path = request.get_full_path() if request else "/"
    first, _slash, rest = path.removeprefix("/").partition("/")
    if first not in FALLBACK:
        rest = ""
    return [
        {
            "code": code,
            "name": name,
            # Addresses are the same in all languages but for their first word.
            "url": own.get(code) or f"/{code}/{rest}",
            "absolute": f"{settings.SITE_URL}/{code}/{rest.partition('?')[0]}",
            "current": code == _page_language(),
        }
        for code, name in Language.choices
    ]


@register.simple_tag
def fixed(template, **facts):
    """``include`` for parts of a page that depend on the language and on these ``facts`` alone: plain values, few of
    them. The part sees nothing else, so that each is rendered once in a process.
    """
    return _fixed(template, get_language(), **facts) if not settings.DEBUG else render_to_string(template, facts)


@lru_cache(maxsize=500)
def _fixed(template, language, **facts):
    return render_to_string(template, facts)


@register.simple_tag(takes_context=True)
def any_language_url(context):
    """The address of this page without its language: it leads each reader to their own (hreflang x-default)."""
    path = context["request"].path if context.get("request") else "/"
    first, _slash, rest = path.removeprefix("/").partition("/")
    return f"{settings.SITE_URL}/{rest if first in FALLBACK else ''}"


@register.simple_tag(takes_context=True)
def page_path(context):
    """The page's path, for a rating or a report; nothing for pages outside the languages, which carry tokens."""
    path = context["request"].path if context.get("request") else ""
    return path if path.split("/")[1:2] and path.split("/")[1] in FALLBACK else ""


@register.simple_tag(takes_context=True)
def in_section(context, *names):
    """Whether the page belongs to one of these parts of the menu (the first words of its address)."""
    request = context.get("request")
    words = request.path.split("/")[2:] if request else []
    return any(words[: len(name.split("/"))] == name.split("/") for name in names)


@register.simple_tag(takes_context=True)
def query_with(context, **changes):
    """The present query string with some values replaced, or removed where the value is None."""
    query = context["request"].GET.copy()
    for key, value in changes.items():
        if value is None:
            query.pop(key, None)
        else:
            query[key] = value
    return f"?{query.urlencode()}" if query else "?"


@register.inclusion_tag("components/_subscribe.html", takes_context=True)
def subscribe_to(context, slug):
    """The calendar of the list that the reader sees: in their language, under the filter of the page (7.1)."""
    query = query_without(context["request"], "page", "view", "month", "sort", "lang")
    path = reverse("events_feed", args=[slug, _page_language()])
    address = f"{settings.SITE_URL}{path}{'?' if query else ''}{query}"
    return {"id": f"feed-{slug}", "address": address, "webcal": f"webcal://{address.split('://', 1)[1]}"}


@register.inclusion_tag("components/_pager.html", takes_context=True)
def pager(context, page):
    """Links to the other pages of a list; nothing where there is one page only."""
    return {
        "request": context["request"],
        "page": page,
        "pages": list(page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)),
    }


@register.filter
def json_ld_script(data):
    """schema.org data as a script element that cannot be broken out of."""
    text = json.dumps(data, ensure_ascii=False, default=str).translate(
        {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}
    )
    return format_html('<script type="application/ld+json">{}</script>', SafeString(text))
