"""Accepting, declining and asking again: buttons of a registrant's own page, each a POST (events spec 3.6–3.8)."""

from django.core.exceptions import ValidationError
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from events.exceptions import Busy
from events.models import Registration
from events.services import registrations
from events.views import own
from events.views.registering import SeeOther

State = Registration.State


@require_http_methods(["GET", "HEAD", "POST"])
@own.token_page
def claim(request, *, token, clear, now):
    """Accept the offered place. A GET shows the own page with its button."""
    return _act(request, registrations.claim_offer, token=token, clear=clear, now=now)


@require_http_methods(["GET", "HEAD", "POST"])
@own.token_page
def decline(request, *, token, clear, now):
    """Let the offer go: asked once, since the place is somebody else's at once."""
    asks = request.method != "POST" and token.manages and token.registration.state == State.OFFERED
    if asks and not token.is_expired(now=now):
        return render(request, "events/own_decline.html", own.context_of(token, clear, now=now))
    return _act(request, registrations.decline_offer, token=token, clear=clear, now=now)


@require_http_methods(["GET", "HEAD", "POST"])
@own.token_page
def rejoin(request, *, token, clear, now):
    """Wait again, at the end of the line."""
    return _act(request, registrations.rejoin_waiting_list, token=token, clear=clear, now=now)


def _act(request, service, *, token, clear, now):
    if request.method != "POST" or not token.manages or token.is_expired(now=now):
        return own.page(request, token=token, clear=clear, now=now)
    try:
        service(token.registration, now=now)
    except Busy as error:
        return own.page(request, token=token, clear=clear, now=now, error=error, status=503)
    except ValidationError as error:
        token.registration.refresh_from_db()
        return own.page(request, token=token, clear=clear, now=now, error=error, status=409)
    return SeeOther(reverse("registration", args=[clear]))
