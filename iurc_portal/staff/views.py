"""The door of the staff workplace: one sign-in for everybody, and a switch of language that is remembered."""

from django.contrib.auth.views import LogoutView, redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from iurc_portal.translation.languages import Language


@never_cache
@require_safe
def sign_in(request):
    """Lead to the portal's own sign-in, in the visitor's language, and back; the second factor comes with it.

    Who is signed in and is no staff gets 403: sending them to sign in again would lead round in a circle.
    """
    if not request.user.is_authenticated:
        return redirect_to_login(own_address(request, request.GET.get("next")), reverse("account_login"))
    if not (request.user.is_active and request.user.is_staff):
        raise PermissionDenied
    return HttpResponseRedirect(own_address(request, request.GET.get("next")))


sign_out = LogoutView.as_view(next_page="home")


@require_POST
def switch_language(request):
    """Keep the language chosen in the menu as the person's own: it is the one of their mail, too (14.5)."""
    if not (request.user.is_authenticated and request.user.is_staff):
        return redirect("admin:login")
    wanted = request.POST.get("language", "")
    if wanted in Language.values:
        request.user.language = wanted
        request.user.save(update_fields=["language"])
    return HttpResponseRedirect(own_address(request, request.POST.get("next") or request.headers.get("Referer")))


def own_address(request, address: str | None) -> str:
    """``address`` if it leads to a page of ours, else the workplace's home."""
    if address and url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return address
    return reverse("admin:index")
