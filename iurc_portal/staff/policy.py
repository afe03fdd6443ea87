"""The admin's own content security policy.

Unfold is built on Alpine.js, which evaluates the expressions in its markup, and sets styles on elements. Both are
allowed under /admin/ only, where nobody but signed-in staff comes; sources stay our own, as everywhere.
"""

from copy import deepcopy

from csp.constants import UNSAFE_EVAL, UNSAFE_INLINE
from django.conf import settings


class AdminPolicyMiddleware:
    """Give pages under /admin/ the wider policy. Stands inside django-csp's own middleware."""

    def __init__(self, get_response):
        self.get_response = get_response
        self.directives = directives = deepcopy(settings.CONTENT_SECURITY_POLICY["DIRECTIVES"])
        directives["script-src"] = ["'self'", UNSAFE_INLINE, UNSAFE_EVAL]
        directives["style-src"] = ["'self'", UNSAFE_INLINE]
        directives["frame-ancestors"] = ["'self'"]  # the outbox shows letters in a frame, popups add related records

    def __call__(self, request):
        response = self.get_response(request)
        if request.path_info.startswith("/admin/"):
            if not hasattr(response, "_csp_config"):
                response._csp_config = self.directives  # django-csp's way to override one response
            response["X-Frame-Options"] = "SAMEORIGIN"
        return response
