"""Which language a request is read in: the address decides, then the person, then cookie and browser."""

from django.conf import settings
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

OF_NO_LANGUAGE = ("/api/", "/vocabulary.")  # what stands here takes its language from the query, or has all three


class PortalLocaleMiddleware(LocaleMiddleware):
    """Django's own choice by address, cookie and Accept-Language, without a Vary on addresses that name a language.

    A page under ``/ja/`` is Japanese whatever the browser asks for: leaving Accept-Language out of Vary lets caches
    keep one copy of it. The cookie remembers the language last read, for addresses that name none.
    """

    def process_response(self, request, response):
        response = super().process_response(request, response)
        self._remember(request, response)
        tells = translation.get_language_from_path(request.path_info) or request.path_info.startswith(OF_NO_LANGUAGE)
        if tells and response.has_header("Vary"):
            kept = [word for word in response["Vary"].split(", ") if word.lower() != "accept-language"]
            if kept:
                response["Vary"] = ", ".join(kept)
            else:
                del response["Vary"]
        return response

    def _remember(self, request, response):
        """Keep the language of a page that was read; what the browser remembers already is not sent again."""
        language = translation.get_language_from_path(request.path_info)
        if request.method != "GET" or response.status_code != 200 or not language:
            return
        if getattr(response, "xframe_options_exempt", False):  # in the frame of another site: leave nothing there
            return
        if (
            request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME) == language
            or "text/html" not in response["Content-Type"]
        ):
            return
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            samesite=settings.LANGUAGE_COOKIE_SAMESITE,
        )


class StaffLanguageMiddleware:
    """Where the address names no language (the admin, token pages), a signed-in person reads in their own."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path_info.startswith("/admin/") and request.user.is_authenticated:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = request.user.language
        return self.get_response(request)
