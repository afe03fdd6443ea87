"""Texts written by staff: an allow-list of marks, everything else is shown as text (ecosystem spec 5)."""

import html
import re

import nh3
from django.utils.html import linebreaks
from django.utils.safestring import SafeString

TAGS = {"h2", "h3", "p", "ul", "ol", "li", "a", "strong", "em", "br"}
ATTRIBUTES = {"a": {"href", "hreflang", "lang"}, "p": {"lang"}, "li": {"lang"}}


BLOCK = re.compile(r"<(?:p|h2|h3|ul|ol)\b", re.IGNORECASE)


def clean(text: str) -> SafeString:
    """Return ``text`` with nothing but headings, paragraphs, lists, links (http, https, mail) and emphasis."""
    return SafeString(  # nosec: nh3 has just removed whatever is not on the list
        nh3.clean(text or "", tags=TAGS, attributes=ATTRIBUTES, url_schemes={"http", "https", "mailto"}, link_rel=None)
    )


def as_html(text: str) -> SafeString:
    """What staff wrote, as HTML: with their marks where there are paragraphs, else line by line as plain text."""
    return clean(text) if BLOCK.search(text or "") else SafeString(linebreaks(text or "", autoescape=True))


def plain(text: str) -> str:
    """What staff wrote without its marks, for mail and calendars."""
    return html.unescape(nh3.clean(text, tags=set())).strip() if "<" in (text or "") else (text or "").strip()
