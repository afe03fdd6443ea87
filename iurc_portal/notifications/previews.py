"""Letters shown to staff: in a frame that runs nothing, with links that open nothing (4.22)."""

from csp.constants import NONE, UNSAFE_INLINE
from django.core.mail import EmailMultiAlternatives
from django.http import HttpResponse
from django.utils.html import format_html

FRAME = (
    '<iframe src="{}" title="{}" sandbox="" height="{}"'
    ' class="w-full bg-white border border-base-200 rounded-default"></iframe>'
)
POLICY = {
    "default-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "img-src": ["data:"],
    "frame-ancestors": ["'self'"],
}


def frame(address: str, title, *, height: int):
    return format_html(FRAME, address, title, height)


def parts_of(email: EmailMultiAlternatives) -> tuple[str, str, str]:
    """Subject, HTML ("" if there is none) and text of a letter."""
    html = next((str(body) for body, kind in email.alternatives if kind == "text/html"), "")
    return email.subject, html, str(email.body)


def page(html: str, text: str, part: str) -> HttpResponse:
    """The letter alone, as HTML or as plain text, under a policy that lets it load and run nothing."""
    plain = format_html('<!doctype html><pre style="white-space:pre-wrap">{}</pre>', text)
    response = HttpResponse(html if part == "html" and html else plain)
    response._csp_config = POLICY
    return response
