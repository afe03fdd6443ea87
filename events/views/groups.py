"""Registering several people at once, and what lead and members then do (events spec 2.18, 11.8)."""

from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from events.exceptions import Busy, EventFull, RegistrationClosed
from events.group_forms import FileForm, LeadForm, members_formset
from events.models import AccessToken, Event, Registration
from events.services import groups, lapsing, registrations
from events.views import registering
from events.views.own import group_lead, token_page
from events.views.pages import get_visible_event
from events.views.registering import SeeOther, own_page
from iurc_portal.accounts.forgery import protected_if_signed_in
from iurc_portal.pages.errors import too_many_requests

State = Registration.State
READ, MORE = "read", "more"  # names of the buttons that do not send the form off
CONFIRMED_OR_NOT = {
    State.CONFIRMED: _("has confirmed"),
    State.UNPROVED: _("has not answered yet"),
    State.CANCELLED: _("does not take part"),
}


@protected_if_signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def register_group(request, slug):
    """The lead's form with a row for each person. A file fills the rows; nothing is sent before they are right."""
    now = timezone.now()
    event = get_visible_event(request, slug, now=now)
    if event.group_limit < 2:
        raise Http404("no groups here")
    if not event.accepts_registrations(now=now):
        return registering.refused(request, event, RegistrationClosed(event), now=now)
    most = event.group_limit - 1
    if request.method != "POST":
        if event.places_left == 0 and not event.waiting_list:
            return registering.refused(request, event, EventFull(event), now=now, status=200)
        form = LeadForm(event=event, user=request.user)
        return _group_page(request, event, form, members_formset(limit=most))
    if not registering.network_may(request):
        return too_many_requests(request, within=registering.network_span())
    if READ in request.POST or MORE in request.POST:
        members, file = _other_rows(request, most=most)
        form = LeadForm(initial=_typed(request.POST), event=event, user=request.user)
        return _group_page(request, event, form, members, file=file)
    form = LeadForm(request.POST, event=event, user=request.user)
    members = members_formset(request.POST, limit=most, lead_email=request.POST.get("email", ""))
    if not _all_valid(form, members):
        return _group_page(request, event, form, members)
    email, named = form.cleaned_data["email"], members.members()
    if not all(registering.address_may(address) for address in (email, *(one.email for one in named))):
        return too_many_requests(request, within=registering.HOUR)
    try:
        lead = groups.request_group(
            event=event,
            email=email,
            person=form.person(),
            members=named,
            now=now,
            name=form.cleaned_data["group_name"],
            user=request.user if request.user.is_authenticated else None,
            answers=form.answers(),
            wanted=form.wanted_seats(),
        )
    except RegistrationClosed as error:
        return registering.refused(request, event, error, now=now)
    except ValidationError as error:
        form.add_error(None, _not_enough(event) if isinstance(error, EventFull) else error)
        return _group_page(request, event, form, members, status=503 if isinstance(error, Busy) else 409)
    registering.subscribe_if_wanted(form, now=now)
    if request.user.is_authenticated and registrations.has_verified_address(request.user, email):
        return SeeOther(own_page(lead, now=now))
    return redirect("events:asked", slug=event.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@token_page
def own_group(request, *, token, clear, now):
    """For somebody who has a place: whom they have registered, who has answered, and others to add."""
    found, event = token.registration, token.registration.event
    is_mine = token.purpose == AccessToken.Purpose.MANAGE and not token.is_expired(now=now)
    if not is_mine or found.state != State.CONFIRMED or group_lead(found) is not None or event.group_limit < 2:
        return SeeOther(reverse("registration", args=[clear]))
    rows = list(found.group.members.exclude(pk=found.pk).order_by("joined_at", "pk")) if found.group else []
    standing = sum(row.state != State.CANCELLED for row in rows)
    most = event.group_limit - 1 - standing
    context = {
        "registration": found,
        "event": event,
        "clear": clear,
        "now": now,
        "people": [
            (row.display_name(found.language) or row.email, CONFIRMED_OR_NOT.get(row.state, row.get_state_display()))
            for row in rows
        ],
        "most": most,
        "file": FileForm(),
    }
    page = "events/own_group.html"
    if most < 1 or not event.accepts_registrations(now=now):
        error = RegistrationClosed(event) if request.method == "POST" else None
        return render(request, page, {**context, "error": error}, status=409 if error else 200)
    if request.method != "POST":
        return render(request, page, {**context, "members": members_formset(limit=most)})
    if READ in request.POST or MORE in request.POST:
        members, file = _other_rows(request, most=most)
        return render(request, page, {**context, "members": members, "file": file, "from_file": READ in request.POST})
    members = members_formset(request.POST, limit=most, lead_email=found.email)
    if not _all_valid(None, members):
        return render(request, page, {**context, "members": members})
    named = members.members()
    if not all(registering.address_may(one.email) for one in named):
        return too_many_requests(request, within=registering.HOUR)
    try:
        groups.add_members(found, named, now=now)
    except ValidationError as refusal:
        event = get_counted(event, now=now)
        error = _not_enough(event) if isinstance(refusal, EventFull) else refusal
        context |= {"members": members, "error": error}
        return render(request, page, context, status=503 if isinstance(refusal, Busy) else 409)
    return SeeOther(reverse("registration_group", args=[clear]))


@require_http_methods(["GET", "HEAD", "POST"])
@token_page
def decline(request, *, token, clear, now):
    """A member says no, by POST; the page behind the link then says that it is done."""
    if request.method == "POST" and token.purpose == AccessToken.Purpose.PROVE and not token.is_expired(now=now):
        try:
            lapsing.decline(token.registration, now=now)
        except ValidationError as error:
            context = {"registration": token.registration, "event": token.registration.event, "clear": clear}
            page = "events/own_answers.html"
            return render(request, page, context | {"error": error}, status=503 if isinstance(error, Busy) else 409)
    return SeeOther(reverse("registration", args=[clear]))


def get_counted(event: Event, *, now) -> Event:
    return Event.objects.with_places_taken(now=now).get(pk=event.pk)


def _other_rows(request, *, most: int):
    """The rows of the file that was sent, or those that were typed with empty ones below; and the form of the file."""
    if MORE in request.POST:
        return members_formset(request.POST, limit=most, more=True), FileForm()
    file = FileForm(request.POST, request.FILES)
    if not file.is_valid():
        return members_formset(request.POST, limit=most), file
    members = members_formset(limit=most, rows=file.rows, lead_email=request.POST.get("email", ""))
    if len(members.forms) > most:
        members.non_form_errors().append(_too_many_rows(most))
    return members, FileForm()


def _too_many_rows(most: int) -> str:
    words = ngettext(
        "The list is too long: at most %(n)s person beside you.",
        "The list is too long: at most %(n)s people beside you.",
        most,
    )
    return words % {"n": most}


def _typed(data) -> dict:
    """What was typed into the lead's part, to be shown again without being judged yet."""
    return {name: values if len(values) > 1 else values[0] for name, values in data.lists() if values}


def _all_valid(form, members) -> bool:
    """Both parts are judged, so that all that is wrong is said at once; a group without members is none."""
    valid = all([form is None or form.is_valid(), members.is_valid()])
    if valid and not members.members():
        members.non_form_errors().append(_("Name at least one person beside you, or register alone."))
        return False
    return valid


def _not_enough(event: Event) -> ValidationError:
    left = event.places_left or 0
    words = ngettext(
        "There are not enough places for all of you: %(n)s place is left. Nobody was registered.",
        "There are not enough places for all of you: %(n)s places are left. Nobody was registered.",
        left,
    )
    return ValidationError(words, code="full", params={"n": left})


def _group_page(request, event, form, members, *, file=None, status=200):
    context = {
        "event": event,
        "form": form,
        "members": members,
        "file": file or FileForm(),
        "from_file": READ in request.POST,
        "most": event.group_limit - 1,
    }
    return render(request, "events/register_group.html", context, status=status)
