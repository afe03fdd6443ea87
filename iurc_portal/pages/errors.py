"""Refusals in the reader's language, each with a way on. Addresses without a language follow cookie and browser."""

import math
import sys
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpResponse, HttpResponseForbidden, HttpResponseNotFound, HttpResponseServerError
from django.template import loader
from django.utils import translation

from iurc_portal.database import RETRY_SECONDS, is_busy
from iurc_portal.limits import seconds_left

UNKNOWN_WAIT = timedelta(minutes=5)  # what is said where somebody else counts: allauth keeps its limits to itself


def _page(request, template: str, context: dict | None = None) -> str:
    language = translation.get_language_from_request(request, check_path=True)
    with translation.override(language):
        return loader.render_to_string(template, context or {}, request)


def not_found(request, exception=None):
    return HttpResponseNotFound(_page(request, "404.html"))


def forbidden(request, exception=None):
    return HttpResponseForbidden(_page(request, "403.html"))


def csrf_failure(request, reason=""):
    """A form that was open for long, or a browser that keeps no cookies: say what to do."""
    return HttpResponseForbidden(_page(request, "csrf.html"))


def too_many_requests(request, exception=None, *, within: timedelta | None = None):
    """429 that says when to come back: for our limits ``within`` a span, and for allauth's, by ``handler429``."""
    wait = seconds_left(within) if within is not None else int(UNKNOWN_WAIT.total_seconds())
    response = HttpResponse(_page(request, "429.html", {"minutes": math.ceil(wait / 60)}), status=429)
    response["Retry-After"] = str(wait)
    return response


def server_error(request):
    """Renders without the database, the session or the request's user: any of them may be what is broken.

    Django calls it while it handles the error: a database that is away for a moment is no fault of the page.
    """
    if is_busy(sys.exc_info()[1]):
        return busy(request)
    return HttpResponseServerError(_page_without_database(request, "500.html", {"contact": settings.CONTACT_EMAIL}))


def busy(request):
    """503: try again in a moment, and what was written in a form is not lost (events spec 2.12, 15)."""
    context = {"values": _sent_values(request), "sent": request.method == "POST", "address": request.get_full_path()}
    response = HttpResponse(_page_without_database(request, "503.html", context), status=503)
    response["Retry-After"] = str(RETRY_SECONDS)
    response["Cache-Control"] = "no-store"
    return response


def _page_without_database(request, template: str, context: dict) -> str:
    language = translation.get_language_from_request(request, check_path=True)
    with translation.override(language):
        return loader.render_to_string(template, {"language": language, **context})


def _sent_values(request) -> list[tuple[str, str]]:
    """What a form sent, to be sent again. Files cannot be, and passwords stand on no page."""
    if request.method != "POST" or request.content_type != "application/x-www-form-urlencoded":
        return []
    try:
        sent = request.POST
    except (OSError, SuspiciousOperation):  # the body was cut off, or is too large
        return []
    if any("password" in name for name in sent):
        return []
    return [(name, value) for name, values in sent.lists() for value in values]
