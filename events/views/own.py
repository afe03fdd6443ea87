"""A registrant's own page behind a mailed token: confirm, cancel, join, take the calendar entry along.

It stands outside the languages' addresses and is read in the registrant's language. GET and HEAD change nothing,
because mail scanners follow every link (events spec 16.1); the address leaves the page in no way (16.2).
"""

from functools import partial, wraps

from csp.decorators import csp_update
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from events import afterwards, audiences, codes, feeds, ical, joining
from events.exceptions import Busy, RoomClosed
from events.models import AccessToken, Event, Registration
from events.services import groups, registrations, tokens
from events.services import joining as rooms
from events.services.certificates import may_have_certificate
from events.views.pages import calendar_response
from events.views.registering import SeeOther, own_page
from events.views.standing import standing_of
from iurc_portal import qr
from iurc_portal.pages.private import no_leaks
from iurc_portal.privacy import consents
from iurc_portal.privacy.models import ConsentText

State = Registration.State
Purpose = AccessToken.Purpose
REGISTRATION = ConsentText.Kind.REGISTRATION


def token_page(view, *, to_join: bool = False):
    """Find the token or answer 404 kindly, speak the registrant's language, and keep the address from leaking.

    A token that only lets one into the room (``to_join``) opens no other page, and no other one opens the room's.
    """

    @wraps(view)
    def answer(request, token, **kwargs):
        found = tokens.find(token)
        if found is None or (found.purpose == Purpose.JOIN) != to_join:
            return no_leaks(render(request, "events/own_unknown.html", status=404))
        registration = found.registration
        with translation.override(registration.language), timezone.override(registration.tzid):
            request.LANGUAGE_CODE = registration.language
            response = view(request, token=found, clear=token, now=timezone.now(), **kwargs)
            response["Content-Language"] = registration.language
        return no_leaks(response)

    return answer


join_token_page = partial(token_page, to_join=True)


@require_http_methods(["GET", "HEAD", "POST"])
@csp_update({"form-action": ["https:"]})  # the way into the room is a redirect after a form, which browsers check
@token_page
def registration(request, *, token, clear, now):
    """What this person may do now; a POST confirms the address."""
    if request.method == "POST" and token.purpose == Purpose.PROVE:
        return _prove(request, token=token, clear=clear, now=now)
    return page(request, token=token, clear=clear, now=now)


@require_http_methods(["GET", "HEAD", "POST"])
@token_page
def cancel(request, *, token, clear, now):
    """Give the place back: asked once, done by POST. Doing it twice shows that it is done."""
    may_leave = token.manages and not _too_old(token, now=now) and token.registration.state in Registration.CURRENT
    if not may_leave:
        return page(request, token=token, clear=clear, now=now)
    if request.method != "POST":
        context = context_of(token, clear, now=now)
        return render(request, "events/own_cancel.html", context)
    try:
        registrations.withdraw_registration(token.registration, now=now)
    except Busy as error:
        return page(request, token=token, clear=clear, now=now, error=error, status=503)
    except ValidationError as error:
        return page(request, token=token, clear=clear, now=now, error=error, status=409)
    return SeeOther(reverse("registration", args=[clear]))


@require_http_methods(["GET", "HEAD", "POST"])
@token_page
def join(request, *, token, clear, now):
    """Into the room: the provider's address leaves the server only in this redirect (8.1, 8.3)."""
    if request.method != "POST" or token.purpose != Purpose.MANAGE or _too_old(token, now=now):
        status = 409 if request.method == "POST" else 200
        return page(request, token=token, clear=clear, now=now, status=status)
    try:
        return SeeOther(rooms.enter(token.registration, now=now))
    except RoomClosed as error:
        return page(request, token=token, clear=clear, now=now, error=error, status=409)


@require_safe
@token_page
def ics(request, *, token, clear, now):
    """The event for this person's calendar, as a file."""
    if token.registration.state != State.CONFIRMED or _too_old(token, now=now):
        raise Http404("no registration")
    event, language = token.registration.event, token.registration.language
    mode = audiences.mode_of(token.registration)
    note = feeds.way_in(event, token.registration, mode=mode, language=language)
    entry = ical.entry_for(event, language=language, tzid=token.registration.tzid, mode=mode, note=note)
    return calendar_response(request, [entry], filename=f"{event.slug}.ics", private=True)


def _prove(request, *, token, clear, now):
    try:
        proved = groups.prove(token, now=now, consent_version=consents.mark_of(REGISTRATION, now=now))
    except Busy as error:
        return page(request, token=token, clear=clear, now=now, error=error, status=503)
    except ValidationError as error:
        return page(request, token=token, clear=clear, now=now, error=error, status=409)
    if token.registration.state != State.UNPROVED:  # it was so before: "already done" (16.3)
        return page(request, token=token, clear=clear, now=now)
    return SeeOther(own_page(proved, now=now))


def _too_old(token: AccessToken, *, now) -> bool:
    return token.is_expired(now=now)


def context_of(token: AccessToken, clear: str, *, now) -> dict:
    found, event = token.registration, token.registration.event
    lead = group_lead(found)
    asks_member = lead is not None and found.state == State.UNPROVED
    takes_part = found.state == State.CONFIRMED and event.status == Event.Status.CONFIRMED
    return {
        "registration": found,
        "event": event,
        "clear": clear,
        "now": now,
        "name": found.greeting_name(found.language),
        **standing_of(token, now=now),
        "is_proof": token.purpose == Purpose.PROVE,
        "is_spent": token.used_at is not None,
        "is_past": event.dtend <= now,
        "has_begun": event.dtstart <= now,
        "is_open": event.accepts_registrations(now=now),
        "has_calendars": token.purpose == Purpose.MANAGE and found.state in feeds.PARTSTAT,
        "lead": lead,
        "consent_text": consents.text_for(REGISTRATION, now=now) if asks_member else None,
        "lead_name": lead.display_name(found.language) or lead.email if lead is not None else "",
        "may_answer": takes_part and event.question_set_id is not None and event.takes_answers(now=now),
        "takes_part": takes_part,
        **(_the_day(found, clear, now=now) if takes_part else {}),
        **way_in(found, now=now),
    }


def group_lead(registration: Registration) -> Registration | None:
    """Who has registered this person, if it was somebody else."""
    if registration.group is None or registration.group.lead_id == registration.pk:
        return None
    return registration.group.lead


def way_in(found: Registration, *, now) -> dict:
    """What ``events/_way_in.html`` says: whether one may enter now, else from when, and how by telephone.

    Who has a seat on site, at an event with both ways, is led to the place, as in letters (4.13).
    """
    event = found.event
    window = joining.window_of(event, found)
    phase = window.phase(now)
    return {
        "is_online": audiences.mode_of(found) != Event.AttendanceMode.OFFLINE,
        "join_opens": window.opens,
        "phase": phase,
        "may_join": phase == joining.OPEN and bool(event.join_url),
    }


def _the_day(found: Registration, clear: str, *, now) -> dict:
    """The code for the door until the event is over; then what remains of it."""
    event = found.event
    if event.dtend <= now:
        reader = afterwards.Reader(found, clear, now)
        return {"may_certify": may_have_certificate(found, now=now), "afterwards": afterwards.links_for(reader)}
    if event.event_attendance_mode == Event.AttendanceMode.ONLINE:
        return {}
    address = reverse("check_in", args=[event.public_id, codes.code_of(found.pk)])
    return {"qr": qr.svg(settings.SITE_URL + address, label=_("Your code for the entrance"))}


def page(request, *, token, clear, now, error=None, status=200):
    context = context_of(token, clear, now=now)
    found = token.registration
    expired = _too_old(token, now=now) and not (context["is_proof"] and found.state != State.UNPROVED)
    if error is None and expired and found.state != State.CANCELLED:
        template, status = "events/own_expired.html", 409 if request.method == "POST" else 410
    else:
        template = "events/own.html"
    return render(request, template, {**context, "error": error}, status=status)
