"""Asking for a place: the form, and the page that says to look into one's mail (events spec 2, 16.4, 16.5)."""

from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from events.exceptions import Busy, EventFull, InvitationNeeded, RegistrationClosed
from events.forms import RegistrationForm
from events.models import AccessToken, Event
from events.services import registrations, tokens
from events.services.broadcasts import TOPIC
from events.views.pages import as_shown, get_asked_event, get_visible_event, own_registration, pools_left
from iurc_portal.accounts.addresses import email_key
from iurc_portal.accounts.forgery import protected_if_signed_in
from iurc_portal.kept import kept_for_visitors
from iurc_portal.limits import allow, network_of
from iurc_portal.notifications.subscriptions import request_subscription
from iurc_portal.pages.errors import too_many_requests

HOUR = timedelta(hours=1)


class SeeOther(HttpResponse):
    """303: go there with a GET, whatever this was."""

    status_code = 303

    def __init__(self, url: str):
        super().__init__()
        self["Location"] = url


@protected_if_signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def register(request, slug):
    """The registration form on a page of its own. Everybody gets the same answer, known or not (2.6)."""
    now = timezone.now()
    sent = request.method == "POST"
    event = get_asked_event(request, slug) if sent else get_visible_event(request, slug, now=now)
    return answer_form(request, event, now=now)


def answer_form(request, event, *, now, invitation=None, clear=""):
    """The form, or what becomes of it. ``invitation`` and its token ``clear`` open events by invitation (2.22)."""

    def page(form, *, status=200):
        template = "events/invited.html" if invitation is not None else "events/register.html"
        context = {"event": as_shown(event, now=now), "invitation": clear, "form": form}
        return render(request, template, context, status=status)

    if not event.accepts_registrations(now=now):
        return refused(request, event, RegistrationClosed(event), now=now)
    if event.invitation_only and invitation is None:
        return refused(request, event, InvitationNeeded(event), now=now)
    if request.method != "POST":
        if event.places_left == 0 and not event.waiting_list:
            return refused(request, event, EventFull(event), now=now, status=200)
        full = {pool.kind for pool, left in pools_left(event, now=now) if not left}
        return page(RegistrationForm(event=event, user=request.user, full=full))
    if not network_may(request):
        return too_many_requests(request, within=network_span())
    form = RegistrationForm(request.POST, event=event, user=request.user)
    if not form.is_valid():
        return page(form)
    email = form.cleaned_data["email"]
    if not address_may(email):
        return too_many_requests(request, within=HOUR)
    try:
        registration = registrations.request_registration(
            event=event,
            email=email,
            person=form.person(),
            answers=form.answers(),
            now=now,
            user=request.user if request.user.is_authenticated else None,
            wanted=form.wanted_seats(),
            invitation=invitation,
        )
    except Busy as error:
        form.add_error(None, error)
        return page(form, status=503)
    except (EventFull, RegistrationClosed) as error:
        return refused(request, event, error, now=now)
    except ValidationError as error:  # what only the service can know, said at the field that it concerns
        field = {"domain": "email", "pool": "takes_part"}.get(error.code)
        form.add_error(field if field in form.fields else None, error)
        return page(form)
    subscribe_if_wanted(form, now=now)
    is_bound = invitation is not None and invitation.email_key  # it was mailed to this very address
    if is_bound or (request.user.is_authenticated and registrations.has_verified_address(request.user, email)):
        return SeeOther(own_page(registration, now=now))
    return redirect("events:asked", slug=event.slug)


@require_safe
@kept_for_visitors(seconds=60)
def asked(request, slug):
    """ "Look into your mail": the same page for everybody, and it can be read again."""
    event = get_visible_event(request, slug, now=timezone.now())
    return render(request, "events/asked.html", {"event": event})


@require_POST
def own(request, slug):
    """Lead a signed-in person to their own page for this event."""
    now = timezone.now()
    event = get_visible_event(request, slug, now=now)
    registration = own_registration(request.user, event)
    if registration is None:
        return redirect("events:event", slug=event.slug)
    return SeeOther(own_page(registration, now=now))


def own_page(registration, *, now) -> str:
    """The address of a registrant's own page, with a token made for this visit."""
    return reverse("registration", args=[tokens.issue(registration, AccessToken.Purpose.MANAGE, now=now)])


def network_span() -> timedelta:
    return timedelta(seconds=settings.IURC_EVENTS["network_seconds"])


def network_may(request) -> bool:
    limits = settings.IURC_EVENTS
    return allow("register-network", network_of(request), times=limits["network_times"], within=network_span())


def address_may(email: str) -> bool:
    return allow("register-address", email_key(email), times=settings.IURC_EVENTS["address_times"], within=HOUR)


def subscribe_if_wanted(form: RegistrationForm, *, now) -> None:
    """News are a choice of their own (13.1): the address is asked to confirm it, as anybody's is (4.27)."""
    if form.cleaned_data.get("news"):
        request_subscription(email=form.cleaned_data["email"], topic=TOPIC, language=form.page_language, now=now)


def refused(request, event, error, *, now, status=409):
    """Closed or full: say so, and what comes next (2.15)."""
    following = (
        Event.objects.listed()
        .filter(track=event.track, status=Event.Status.CONFIRMED, dtstart__gt=now)
        .exclude(pk=event.pk)
        .with_places_taken(now=now)
        .select_related("track")
        .prefetch_related("languages")
        .order_by("dtstart", "pk")
        .first()
    )
    context = {
        "event": as_shown(event, now=now),
        "error": error,
        "next_event": following,
        "now": now,
        "is_past": event.dtend <= now,
    }
    return render(request, "events/refused.html", context, status=status if request.method == "POST" else 200)
