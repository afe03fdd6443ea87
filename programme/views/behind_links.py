"""What the pages behind the links of hosts and delegates share: whose language they speak, and how a link ends."""

from collections.abc import Callable

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation

from iurc_portal.pages.private import no_leaks
from iurc_portal.translation.languages import Language
from programme.models import DelegateLink, HostLink


def behind_link(request, link: HostLink | DelegateLink | None, page: Callable[..., HttpResponse]) -> HttpResponse:
    """What ``page(language=…, now=…)`` answers in the language of the letter, or in the one that was asked for.

    Times are those of the host city. No link: the page that says so to all alike.
    """
    if link is None:
        return no_leaks(render(request, "programme/link_unknown.html", status=404))
    asked_for = request.POST.get("read_in", "") if request.method == "POST" else request.GET.get("lang", "")
    language = asked_for if asked_for in Language.values else link.language
    with translation.override(language), timezone.override(link.visit.host_city.tzid):
        request.LANGUAGE_CODE = language
        response = page(language=language, now=timezone.now())
        response["Content-Language"] = language
    return no_leaks(response)


def link_over(request, visit, *, status: int, **more):
    """The same page for every link that works no more, with whom to ask."""
    return render(request, "programme/link_over.html", {"visit": visit, "lead": visit.lead, **more}, status=status)
