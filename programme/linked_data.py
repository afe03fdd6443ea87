"""The programme as schema.org says it: news, and what a webinar adds to its Event, speakers and recordings."""

from datetime import datetime

from django.conf import settings
from django.utils.translation import get_language, gettext

from iurc_portal.translation.languages import best_text
from programme.models import LibraryItem, NewsItem, Speaker
from programme.models.library import for_reader
from programme.shown import webinar_of


def of_webinar(event, *, now: datetime) -> dict:
    """``performer``, ``translator``, ``recordedIn``, each only where there is something to say. ``now`` is aware."""
    webinar = webinar_of(event)
    if webinar is None:
        return {}
    speakers = list(webinar.speakers.all())
    recordings = webinar.library.for_everybody(now=now).filter(kind=LibraryItem.Kind.RECORDING)
    found = {
        "performer": [_person(each) for each in speakers if each.role != Speaker.Role.INTERPRETER],
        "translator": [_person(each) for each in speakers if each.role == Speaker.Role.INTERPRETER],
        "recordedIn": [_video(item, event) for item in for_reader(recordings)],
    }
    return {name: things for name, things in found.items() if things}


def _person(speaker: Speaker) -> dict:
    person: dict = {"@type": "Person", "name": speaker.display_name((get_language() or "en")[:2])}
    if post := speaker.post[0]:
        person["jobTitle"] = post
    known = speaker.known_organisation
    if known is not None:
        url = settings.SITE_URL + known.get_absolute_url()
        person["affiliation"] = {"@type": "Organization", "name": best_text(known, "name")[0], "url": url}
    elif words := best_text(speaker, "affiliation")[0]:
        person["affiliation"] = {"@type": "Organization", "name": words}
    return person


def _video(item: LibraryItem, event) -> dict:
    name = best_text(item, "title")[0] or best_text(event, "name")[0]
    video = {
        "@type": "VideoObject",
        "name": name,
        "description": best_text(event, "name")[0],
        "inLanguage": item.language,
        "url": item.url,
        "isAccessibleForFree": True,
    }
    if item.published_at is not None:
        video["uploadDate"] = item.published_at.isoformat()
    if item.expires_on is not None:
        video["expires"] = item.expires_on.isoformat()
    return video


def news_json_ld(item: NewsItem) -> dict:
    """schema.org NewsArticle in the page's language or the one it falls back to; who wrote it is no part of it."""
    url = settings.SITE_URL + item.get_absolute_url()
    text, language = best_text(item, "text")
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "@id": url,
        "url": url,
        "headline": best_text(item, "title")[0],
        "articleBody": text,
        "inLanguage": language,
        "dateModified": item.changed_at.isoformat(),
        "publisher": {"@type": "Organization", "name": gettext("Torino–Nagoya"), "url": settings.SITE_URL},
        "about": [
            {
                "@type": "Thing",
                "name": best_text(tie.record, tie.field)[0],
                "url": settings.SITE_URL + tie.record.get_absolute_url(),
            }
            for tie in item.ties
        ],
    }
    if item.published_at is not None:
        data["datePublished"] = item.published_at.isoformat()
    return {name: value for name, value in data.items() if value}
