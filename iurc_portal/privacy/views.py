"""One's own data: seen, taken along, erased – by a mailed link without an account, or from one's own area (13.4–13.6).

What the public pages answer is the same for known and unknown addresses; GET changes nothing. Pages with a token in
their address leak it in no way (16.2).
"""

from datetime import timedelta
from functools import wraps

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from iurc_portal.accounts.addresses import email_key
from iurc_portal.accounts.forgery import protected_if_signed_in
from iurc_portal.limits import allow, network_of
from iurc_portal.pages.errors import too_many_requests
from iurc_portal.pages.private import no_leaks
from iurc_portal.privacy import files, links, services
from iurc_portal.privacy.forms import AddressForm
from iurc_portal.privacy.models import DataRequest
from iurc_portal.privacy.subjects import subject_of

HOUR = timedelta(hours=1)
Way = DataRequest.Way


# --- The way in ------------------------------------------------------------------------------------------------------


@protected_if_signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request):
    """Type an address: what is held about it is told in its mailbox alone."""
    if request.method != "POST":
        email = request.user.email if request.user.is_authenticated else ""
        return render(request, "privacy/ask.html", {"form": AddressForm(initial={"email": email})})
    form = AddressForm(request.POST)
    if not form.is_valid():
        return render(request, "privacy/ask.html", {"form": form}, status=422)
    if not form.is_robot:
        email = form.cleaned_data["email"]
        if not (_network_may(request) and _address_may(email)):
            return too_many_requests(request, within=HOUR)
        links.ask_for_link(email=email, language=get_language(), now=timezone.now())
    return redirect("your_data_asked")


@require_safe
def asked(request):
    """ "Look into your mail": the same page for everybody, and it can be read again."""
    return render(request, "privacy/asked.html")


@require_safe
def erased(request):
    """What has happened, for whoever has just been forgotten: a page that knows nobody."""
    return render(request, "privacy/erased.html")


# --- By a mailed link ------------------------------------------------------------------------------------------------


def link_page(view):
    """Find the link or answer 404 kindly, speak its language, keep its address from leaking."""

    @wraps(view)
    def answer(request, token):
        found = links.find(token)
        if found is None:
            return no_leaks(render(request, "privacy/link_unknown.html", status=404))
        with translation.override(found.language):
            request.LANGUAGE_CODE = found.language
            now = timezone.now()
            if found.is_expired(now=now):
                response = render(request, "privacy/link_unknown.html", {"late": True}, status=410)
            else:
                response = view(request, found, token=token, now=now)
            response["Content-Language"] = found.language
        return no_leaks(response)

    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@link_page
def by_link(request, found, *, token, now):
    """What is held; a POST has a copy made."""
    page = _Pages(reverse("own_data", args=[token]), reverse("own_data_erase", args=[token]))
    if request.method == "POST":
        return _have_copy_made(request, found.email, page, way=Way.LINK, now=now)
    return _held_page(request, found.email, page)


@require_http_methods(["GET", "HEAD", "POST"])
@link_page
def erase_by_link(request, found, *, token, now):
    """Asked once on a page of its own, done by POST."""
    page = _Pages(reverse("own_data", args=[token]), reverse("own_data_erase", args=[token]))
    return _erase(request, found.email, page, way=Way.LINK, now=now)


@require_safe
def file(request, token):
    """The copy itself, as often as wanted while its link works."""
    ready = links.find_file(token, now=timezone.now())
    if ready is None:
        return no_leaks(render(request, "privacy/link_unknown.html", status=404))
    response = HttpResponse(bytes(ready.content), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{files.NAME}.zip"'
    return no_leaks(response)


# --- From one's own area ---------------------------------------------------------------------------------------------


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request):
    """The same for somebody who is signed in; the link to the copy goes to their mailbox."""
    page = _Pages(reverse("my_data"), reverse("my_data_erase"), base="privacy/my_base.html")
    if request.method == "POST":
        return _have_copy_made(request, request.user.email, page, way=Way.ACCOUNT, now=timezone.now())
    return _held_page(request, request.user.email, page)


@login_required
@reauthentication_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def erase_mine(request):
    """Erasing everything and closing the account (14.9); asks who it is first."""
    page = _Pages(reverse("my_data"), reverse("my_data_erase"), base="privacy/my_base.html")
    return _erase(request, request.user.email, page, way=Way.ACCOUNT, now=timezone.now())


# --- What both ways share --------------------------------------------------------------------------------------------


class _Pages:
    """Where the pages of one way in stand."""

    def __init__(self, held: str, erase: str, base: str = "privacy/link_base.html"):
        self.held, self.erase, self.base = held, erase, base


def _held_page(request, email: str, page: _Pages, *, status: int = 200, **more) -> HttpResponse:
    subject = subject_of(email)
    sections = services.held(subject)
    context = {"page": page, "email": email, "sections": sections, "has_account": subject.user is not None, **more}
    return render(request, "privacy/held.html", context, status=status)


def _have_copy_made(request, email: str, page: _Pages, *, way: str, now) -> HttpResponse:
    if not _address_may(email):
        return too_many_requests(request, within=HOUR)
    services.ask_for_copy(email=email, language=get_language(), way=way, now=now)
    return _held_page(request, email, page, copy_asked=True)


def _erase(request, email: str, page: _Pages, *, way: str, now) -> HttpResponse:
    subject = subject_of(email)
    context = {"page": page, "email": email, "has_account": subject.user is not None}
    if request.method != "POST":
        return render(request, "privacy/erase.html", context)
    try:
        services.erase(email=email, way=way, language=get_language(), now=now)
    except ValidationError as error:
        return render(request, "privacy/erase.html", {**context, "error": error}, status=409)
    return redirect("your_data_erased")


def _network_may(request) -> bool:
    return allow("data-network", network_of(request), times=settings.IURC_PRIVACY["network_times"], within=HOUR)


def _address_may(email: str) -> bool:
    return allow("data-address", email_key(email), times=settings.IURC_PRIVACY["address_times"], within=HOUR)
