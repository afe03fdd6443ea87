"""Refusals in the reader's language, each with a way on. Addresses without a language follow cookie and browser."""

import math
from datetime import timedelta

from django.conf import settings
from django.http import HttpResponse, HttpResponseForbidden, HttpResponseNotFound, HttpResponseServerError
from django.template import loader
from django.utils import translation

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
    """Renders without the database, the session or the request's user: any of them may be what is broken."""
    language = translation.get_language_from_request(request, check_path=True)
    with translation.override(language):
        page = loader.render_to_string("500.html", {"language": language, "contact": settings.CONTACT_EMAIL})
        return HttpResponseServerError(page)
