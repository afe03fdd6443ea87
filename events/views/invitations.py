"""Registering by invitation, behind the link that staff have mailed (events spec 2.22)."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from events.models import Event
from events.services import tokens
from events.views.pages import with_what_the_page_shows
from events.views.registering import answer_form
from iurc_portal.accounts.forgery import protected_if_signed_in
from iurc_portal.pages.private import no_leaks


@protected_if_signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request, token):
    """The registration form of the event to which one is invited. Wrong links are all answered alike."""
    now = timezone.now()
    found = tokens.find_invitation(token)
    if found is None:
        return no_leaks(render(request, "events/own_unknown.html", status=404))
    event = with_what_the_page_shows(Event.objects.all(), now=now).get(pk=found.event_id)
    if found.used_at is not None or found.is_expired(now=now):
        context = {"event": event, "is_used": found.used_at is not None}
        return no_leaks(render(request, "events/invitation_over.html", context, status=_over(request)))
    return no_leaks(answer_form(request, event, now=now, invitation=found, clear=token))


def _over(request) -> int:
    return 409 if request.method == "POST" else 410
