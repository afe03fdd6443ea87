"""News as Atom (RFC 4287), a feed for each language: whole notes for programs that ask again and again."""

import re
from datetime import UTC, datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.feedgenerator import Atom1Feed, rfc3339_date
from django.utils.html import linebreaks
from django.utils.translation import gettext as _

from iurc_portal.kept_files import Shelf
from iurc_portal.translation.languages import CODES, best_text
from programme.models import NewsItem

SHELF = Shelf("news", {"programme.newsitem"})
CONTENT_TYPE = "application/atom+xml; charset=utf-8"
NUMBER = 30
NOTHING_YET = datetime(2026, 1, 1, tzinfo=UTC)  # a feed must say when it changed, an empty one too


def feed_path(language: str) -> str:
    return reverse("news_feed", args=[language])


def name_of(language: str, *parts: str) -> str:
    """A name that stays when addresses change (RFC 4151)."""
    return f"tag:{settings.ICS_DOMAIN},2026:{'/'.join(['news', *parts, language])}"


# What XML 1.0 (§2.2) has no place for; a soft line break pasted from a word processor is one of them.
NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class NewsFeed(Atom1Feed):
    """Django's writer, with whole texts, the language of each and the feeds of the other languages."""

    def latest_post_date(self):
        return max((item["updateddate"] for item in self.items), default=NOTHING_YET)

    def add_root_elements(self, handler):
        super().add_root_elements(handler)
        for code in CODES:
            if code != self.feed["language"]:
                address = settings.SITE_URL + feed_path(code)
                handler.addQuickElement(
                    "link", "", {"rel": "alternate", "type": "application/atom+xml", "hreflang": code, "href": address}
                )

    def add_item_elements(self, handler, item):
        (title, title_language), (text, text_language) = item["title"], item["description"]
        title, text = NOT_IN_XML.sub(" ", title), NOT_IN_XML.sub(" ", text)
        handler.addQuickElement("title", title, {"xml:lang": title_language})
        handler.addQuickElement("link", "", {"href": item["link"], "rel": "alternate", "type": "text/html"})
        handler.addQuickElement("id", item["unique_id"])
        handler.addQuickElement("published", rfc3339_date(item["pubdate"]))
        handler.addQuickElement("updated", rfc3339_date(item["updateddate"]))
        handler.addQuickElement(
            "content", linebreaks(text, autoescape=True), {"type": "html", "xml:lang": text_language}
        )


def render(language: str, *, now: datetime) -> tuple[bytes, datetime]:
    """The feed for readers of ``language``, and when it last changed. Texts fall back and say their language (E1)."""
    with translation.override(language):
        feed = NewsFeed(
            title=_("Torino–Nagoya: news"),
            link=settings.SITE_URL + reverse("programme:news"),
            description=None,
            subtitle=_("What happens between the two cities, in short."),
            language=language,
            author_name=_("Torino–Nagoya"),
            feed_url=settings.SITE_URL + feed_path(language),
            feed_guid=name_of(language),
        )
        for item in NewsItem.objects.published(now=now)[:NUMBER]:
            address = settings.SITE_URL + item.get_absolute_url()
            feed.add_item("", address, "", unique_id=name_of(language, str(item.public_id)), pubdate=item.published_at)
            feed.items[-1] |= {
                "title": best_text(item, "title", language),
                "description": best_text(item, "text", language),
                "updateddate": item.changed_at,
            }
    return feed.writeString("utf-8").encode(), feed.latest_post_date()
