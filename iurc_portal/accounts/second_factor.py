"""Whoever enters the staff workplace has a second factor (events spec 14.2)."""

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import MiddlewareNotUsed
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

FREE = ("/admin/login/", "/admin/logout/", "/admin/language/", "/admin/jsi18n/")


class StaffSecondFactorMiddleware:
    """Lead staff without a second factor from every page of the workplace to its set-up.

    A demonstration has sign-ins that are known to everybody and nothing to protect: there it is switched off.
    """

    def __init__(self, get_response):
        if settings.DEMO:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request):
        if self.is_needed(request):
            messages.warning(
                request, _("The staff workplace needs a second factor. Set one up with an app on your telephone.")
            )
            return redirect("mfa_activate_totp")
        return self.get_response(request)

    @staticmethod
    def is_needed(request) -> bool:
        path, user = request.path_info, request.user
        if not path.startswith("/admin/") or path.startswith(FREE):
            return False
        return user.is_authenticated and user.is_staff and not is_mfa_enabled(user)
