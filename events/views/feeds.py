"""Calendars to subscribe to, and the pages on which people get their addresses (events spec 7)."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import format_html
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from events import feeds, ical
from events.forms_feeds import FeedForm
from events.models import AccessToken, FeedToken
from events.models.addresses import ALL
from events.services import feeds as services
from events.views.own import token_page
from iurc_portal.kept import kept_for_visitors
from iurc_portal.kept_files import not_modified, unkept, whole
from iurc_portal.pages.errors import not_found
from iurc_portal.search.tools import tools
from iurc_portal.templatetags.portal_tags import spoken
from iurc_portal.translation.languages import Language

PUBLIC = {"Content-Type": ical.CONTENT_TYPE, "Cache-Control": "public, no-cache"}
PERSONAL = {
    "Content-Type": ical.CONTENT_TYPE,
    "Cache-Control": "private, no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}


@require_safe
def public(request, slug, language):
    """The public events of one track, or all, or what a list shows under a filter. Who has the calendar gets 304
    without a look at its rows.
    """
    if language not in Language.values:
        raise Http404("no such language")
    name, of = f"{'all' if slug in ALL else slug}.{language}", ""
    now = timezone.now()
    listed = feeds.list_called(slug)
    query = listed.asked(request.GET) if listed is not None else None
    if query:  # filters follow the index and the vocabulary, which have versions of their own
        known = tools()
        of = f"{query.urlencode()}:{known.glossary_version}:{known.index_version}"
        name = feeds.SHELF.place_for(name, query.urlencode())
    version, head = feeds.SHELF.look_up(name, now=now, of=of)
    if head is not None:
        if head.is_known_to(request):
            return not_modified(request, head, PUBLIC)
        if (packed := feeds.SHELF.body(name, head)) is not None:
            return whole(request, head, packed, PUBLIC)
    with translation.override(language):
        feed = feeds.public_feed(slug, query)
        if feed is None:
            raise Http404("no such calendar")
        octets, newest = feeds.render_public(feed, language=language, now=now)
    head, packed = feeds.SHELF.keep(name, octets, version=version, now=now, newest=newest, of=of)
    return _answer(request, head, packed, PUBLIC)


@require_safe
def personal(request, clear):
    """All that one person is in, for one device. What no longer works is not found, whatever the reason (7.3)."""
    now = timezone.now()
    token = services.find_feed(clear, now=now)
    person = feeds.person_of(token) if token is not None else None
    if token is None or person is None:
        response = not_found(request, None)
        for name in ("Cache-Control", "Referrer-Policy", "X-Robots-Tag"):
            response[name] = PERSONAL[name]
        return response
    octets, newest = feeds.render_personal(token, person, now=now)
    head, packed = unkept(octets, newest=newest)
    return _answer(request, head, packed, PERSONAL)


def _answer(request, head, packed, headers):
    if head.is_known_to(request):
        return not_modified(request, head, headers)
    return whole(request, head, packed, headers)


@require_safe
@kept_for_visitors()
def calendars(request):
    """What can be subscribed to by everybody, and what mail and calendars are for (7.7)."""
    language = get_language()
    rows = [(_label(feed), feeds.address_of(feed, language)) for feed in feeds.public_feeds(now=timezone.now())]
    context = {"feeds": [(name, address, feeds.as_webcal(address)) for name, address in rows]}
    return render(request, "events/calendars.html", context)


def _label(feed: feeds.PublicFeed) -> str:
    """Its name for a page: what is not translated is marked with its language."""
    return feed.name if feed.of is None else format_html(feeds.name_with("{}"), spoken(feed.of))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request):
    """The calendars of a signed-in person, one for each device."""
    return _page(request, "events/my_calendars.html", {"user": request.user}, {})


@require_http_methods(["GET", "HEAD", "POST"])
@token_page
def of_guest(request, *, token, clear, now):
    """The same for a guest, on their own page: as long as their registration lives."""
    registration = token.registration
    is_open = token.purpose == AccessToken.Purpose.MANAGE and not token.is_expired(now=now)
    try:
        if is_open and registration.state in feeds.PARTSTAT:
            context = {"registration": registration, "event": registration.event, "clear": clear}
            return _page(request, "events/own_calendars.html", {"registration": registration}, context)
    except Http404:  # a calendar of somebody else; answered here, so that this page's address leaks in no way
        pass
    return render(request, "events/own_unknown.html", status=404)


def _page(request, template, owner, context):
    """The list of ``owner``'s calendars, and what a button did: make, renew or switch off.

    An address in clear is in no row: it is shown in the answer to the very request that made it, and nowhere again.
    """
    now = timezone.now()
    form, status, error, shown = FeedForm(), 200, None, None
    if request.method == "POST":
        try:
            form, shown = _act(request, owner, now=now)
        except ValidationError as refusal:
            form, error = FeedForm(request.POST if "make" in request.POST else None), refusal
        status = 409 if error else 422 if form.errors else 200
    rows = list(FeedToken.objects.filter(revoked_at=None, **owner))
    response = render(
        request,
        template,
        {
            **context,
            "form": form,
            "error": error,
            "shown": shown,
            "rows": [(row, row.state_at(now)) for row in rows],
            "most": settings.IURC_EVENTS["feed_tokens"],
            "now": now,
        },
        status=status,
    )
    response["Cache-Control"] = "no-store"
    return response


def _act(request, owner, *, now):
    """Do what the pressed button says. Returns the form to show and, for a new address, what is shown once."""
    if "make" in request.POST:
        form = FeedForm(request.POST)
        if not form.is_valid():
            return form, None
        row, clear = services.make_feed(now=now, **owner, **form.facts(now=now))
        return FeedForm(), _address(row, clear)
    which = request.POST.get("renew") or request.POST.get("revoke") or ""
    if not which.isdecimal() or len(which) > 18:
        raise Http404("no such calendar")
    row = get_object_or_404(FeedToken, pk=int(which), **owner)
    if "renew" in request.POST:
        return FeedForm(), _address(row, services.renew_feed(row, now=now))
    services.revoke_feed(row, now=now, by=owner.get("user"))  # twice is once (16.3)
    return FeedForm(), {"ended": row}


def _address(row: FeedToken, clear: str) -> dict:
    address = settings.SITE_URL + reverse("personal_feed", args=[clear])
    return {"row": row, "https": address, "webcal": feeds.as_webcal(address)}
