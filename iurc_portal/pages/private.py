"""Pages about one person, most of them behind a secret in their address (events spec 16.2)."""

from typing import TypeVar

from django.http.response import HttpResponseBase

Response = TypeVar("Response", bound=HttpResponseBase)


def no_leaks(response: Response) -> Response:
    """Keep a page and its address, which may hold a token, out of referrers, caches and search engines.

    Browsers send the forms of a page under "no-referrer" with "Origin: null", which the CSRF check refuses: pages with
    forms say in their head that our own forms may name the origin, which holds no token.
    """
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
