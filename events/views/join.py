"""The personal page of the way in: ``/j/<token>/``, before, while the room is open, and afterwards (events spec 8)."""

from csp.decorators import csp_update
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from events import afterwards, joining
from events.exceptions import RoomClosed
from events.models import Event, Registration
from events.services import joining as rooms
from events.services.tokens import MANAGE_LASTS_AFTER_END
from events.views.own import join_token_page, way_in
from events.views.registering import SeeOther
from iurc_portal.accounts.forgery import protected_if_signed_in


@protected_if_signed_in  # the address itself is the secret; a cookie that a phone refuses must keep nobody out
@require_http_methods(["GET", "HEAD", "POST"])
@csp_update({"form-action": ["https:"]})  # the way into the room is a redirect after a form, which browsers check
@join_token_page
def join(request, *, token, clear, now):
    """GET tells when and how; POST checks state and window again and leads into the room (8.3)."""
    found, event = token.registration, token.registration.event
    if not _still_opens(found, now=now):
        return _page(request, "events/join_off.html", found, clear, now=now, status=_status(request, otherwise=410))
    error = None
    if request.method == "POST":
        try:
            return SeeOther(rooms.enter(found, now=now))
        except RoomClosed as refusal:
            error = refusal
    status = _status(request, otherwise=200)
    template = "events/join_off.html" if event.status != Event.Status.CONFIRMED else "events/join.html"
    return _page(request, template, found, clear, now=now, status=status, error=error)


def _still_opens(found: Registration, *, now) -> bool:
    """The link dies with its place (16.9) and is kept a month after the event, however late that has moved (8.4)."""
    return found.state == Registration.State.CONFIRMED and now < found.event.dtend + MANAGE_LASTS_AFTER_END


def _status(request, *, otherwise: int) -> int:
    """A press that changes nothing is a conflict (table of spec 15)."""
    return 409 if request.method == "POST" else otherwise


def _page(request, template: str, found: Registration, clear: str, *, now, status: int, error=None):
    event = found.event
    context = {
        "registration": found,
        "event": event,
        "clear": clear,
        "now": now,
        "name": found.greeting_name(found.language),
        "is_open": event.accepts_registrations(now=now),
        "error": error,
        **way_in(found, now=now),
    }
    if context["phase"] == joining.AFTER:
        context["afterwards"] = afterwards.links_for(afterwards.Reader(found, clear, now))
    return render(request, template, context, status=status)
