"""What people of an organisation do with its profile: claim it, propose changes, say that it is still correct."""

from datetime import timedelta
from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ecosystem.forms import ClaimForm, ProposalForm
from ecosystem.models import Organisation, Verification
from ecosystem.records import record_of
from ecosystem.services import claims, freshness, publication, revisions
from iurc_portal.accounts.addresses import email_key
from iurc_portal.limits import allow
from iurc_portal.pages.errors import too_many_requests
from iurc_portal.pages.private import no_leaks

HOUR = timedelta(hours=1)


def _public_organisation(slug: str) -> Organisation:
    """A profile that visitors can open, the same for everybody: only of such ones somebody can speak."""
    listed = [Organisation.State.PUBLISHED, Organisation.State.UNLISTED]
    shown = Organisation.objects.filter(state__in=listed, merged_into=None).select_related("city")
    return get_object_or_404(shown, slug=slug)


# --- Asking to speak for an organisation -----------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def claim(request, slug):
    """Ask to speak for an organisation; who has asked sees how far it is. What cannot be claimed is 404."""
    organisation, now = _public_organisation(slug), timezone.now()
    if claims.against_claim(organisation):
        raise Http404("cannot be claimed")
    membership = organisation.memberships.filter(user=request.user).first()
    open_claim = organisation.claims.open(now=now).filter(user=request.user).first()
    context = {"organisation": organisation, "membership": membership, "claim": open_claim}
    if request.method != "POST" or (open_claim is not None and open_claim.state == open_claim.State.PENDING):
        initial = {"mailbox": open_claim.mailbox, "evidence": open_claim.evidence} if open_claim else {}
        context["form"] = ClaimForm(initial=initial)
        return render(request, "ecosystem/claim.html", context)
    form = context["form"] = ClaimForm(request.POST)
    if form.is_valid():
        if not _claim_is_allowed(request.user, form.cleaned_data["mailbox"]):
            return too_many_requests(request, within=HOUR)
        try:
            claims.request_claim(
                organisation=organisation, user=request.user, language=get_language(), now=now, **form.cleaned_data
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("ecosystem:organisation_claim", slug=slug)
    return render(request, "ecosystem/claim.html", context, status=422)


def _claim_is_allowed(user, mailbox: str) -> bool:
    times = settings.IURC_ECOSYSTEM["claim_times"]
    by_user = allow("claim-user", str(user.pk), times=times, within=HOUR)
    return allow("claim-mailbox", email_key(mailbox), times=times, within=HOUR) and by_user


# --- Proposing a change ----------------------------------------------------------------------------------------------


def for_members(view):
    """For those who speak for the organisation; other signed-in people are led to ask for it first."""

    @login_required
    @wraps(view)
    def answer(request, slug):
        organisation = _public_organisation(slug)
        if not organisation.memberships.filter(user=request.user).exists():
            if claims.against_claim(organisation):
                raise Http404("nobody speaks for it")
            messages.info(request, _("Only those who speak for this organisation can do that. Ask here to be one."))
            return redirect("ecosystem:organisation_claim", slug=slug)
        return view(request, organisation)

    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@for_members
def edit(request, organisation):
    """The profile in three languages with what is public beside each field; what is sent becomes a proposal."""
    working = revisions.working_on(organisation)
    if request.method != "POST":
        form = ProposalForm(texts=working.texts, public=working.public)
        return render(request, "ecosystem/edit.html", {"organisation": organisation, "form": form, "working": working})
    form, status = ProposalForm(request.POST, texts=working.texts, public=working.public), 422
    if form.is_valid():
        try:
            revisions.propose_revision(
                organisation=organisation,
                author=request.user,
                seen=form.cleaned_data["seen"],
                mine=form.texts(),
                note=form.cleaned_data["note"],
                now=timezone.now(),
            )
        except revisions.EditedMeanwhile as refusal:
            form, status = ProposalForm.again(refusal, note=form.cleaned_data["note"], public=working.public), 409
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Thank you. The staff look at your proposal; the public text changes then."))
            return redirect("my")
    context = {"organisation": organisation, "form": form, "working": working}
    return render(request, "ecosystem/edit.html", context, status=status)


@require_POST
@for_members
def withdraw(request, organisation):
    """Take back the proposal that waits."""
    try:
        revisions.withdraw_revision(organisation=organisation, by=request.user, now=timezone.now())
    except ValidationError as refusal:
        messages.warning(request, refusal.message)
    else:
        messages.success(request, _("The proposal is withdrawn; the public text stays as it is."))
    return redirect("my")


@require_http_methods(["GET", "HEAD", "POST"])
@for_members
def confirm(request, organisation):
    """The record in full, and a button that says it is still correct."""
    if request.method == "POST":
        publication.verify_organisation(
            organisation=organisation, by=request.user, now=timezone.now(), method=Verification.Method.OWNER_LINK
        )
        messages.success(request, _("Thank you: the profile is confirmed as of today."))
        return redirect(organisation)
    context = {"organisation": organisation, "record": record_of(organisation), "action": request.path}
    return render(request, "ecosystem/confirm.html", context)


# --- Links in mail ---------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def by_link(request, token):
    """What a mailed link opens, in the language of its letter: a record to confirm, or a mailbox to prove.

    A token that is wrong, expired or used gives one page for all cases. GET changes nothing: scanners open links.
    """
    now = timezone.now()
    if link := freshness.find_link(token, now=now):
        return _in_language_of(link, request, _record_page, now=now)
    if found := claims.find_claim(token, now=now):
        return _in_language_of(found, request, _proof_page, now=now)
    return no_leaks(render(request, "ecosystem/link_unknown.html", status=404))


def _in_language_of(found, request, page, *, now):
    with translation.override(found.language):
        request.LANGUAGE_CODE = found.language
        response = page(request, found, now=now)
        response["Content-Language"] = found.language
    return no_leaks(response)


def _record_page(request, link, *, now):
    organisation = link.request.organisation
    if request.method == "POST":
        if freshness.confirm_by_link(link, now=now):
            messages.success(request, _("Thank you: the profile is confirmed as of today."))
        return redirect(organisation)
    context = {"organisation": organisation, "record": record_of(organisation), "action": request.path, "mailed": True}
    return render(request, "ecosystem/confirm.html", context)


def _proof_page(request, claim, *, now):
    person = claim.user.display_name(claim.language) or claim.user.email
    context = {"organisation": claim.organisation, "claim": claim, "person": person, "action": request.path}
    if request.method != "POST":
        return render(request, "ecosystem/claim_proof.html", context)
    try:
        context["claim"] = claims.prove_claim(claim, now=now)
    except ValidationError:  # proved a moment ago by another click: say what is so now
        context["claim"].refresh_from_db()
    return render(request, "ecosystem/claim_proved.html", context)
