"""What our letters say. Each kind is registered with the outbox in ``ecosystem.apps`` (ecosystem spec E12, E16).

A renderer runs with the reader's language and zone active. Clear tokens are made here and stand in the letter alone;
a preview for staff gets dummies.
"""

from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop, pgettext, pgettext_lazy

from ecosystem import specimens
from ecosystem.models import Claim, ConfirmationRequest, Organisation, ProfileRevision
from ecosystem.records import Line, record_of
from ecosystem.services import claims, freshness
from iurc_portal.notifications import registry
from iurc_portal.notifications.letters import compose
from iurc_portal.notifications.models import Message
from iurc_portal.notifications.words import Words, named
from iurc_portal.notifications.words import gettext as _
from iurc_portal.translation.languages import Language, best_text
from iurc_portal.translation.times import date_words

PREVIEW_LINK = "preview"  # stands in place of a token when staff look at a letter
# Why a letter is no longer wanted: kept in the source language, shown to staff in theirs.
GONE = gettext_noop("the record is gone")
CONFIRMED = gettext_noop("the profile has been confirmed meanwhile")
HIDDEN = gettext_noop("the profile is no longer public")
PROVED = gettext_noop("the mailbox is confirmed already")


def register_kinds() -> None:
    """Tell the outbox how our letters read and when they are no longer wanted."""
    for name, title, render, refusal in (
        ("confirm", pgettext_lazy("letter", "is the profile still correct?"), confirm, not_to_be_confirmed),
        ("claim_proof", pgettext_lazy("letter", "confirm the mailbox"), claim_proof, not_to_be_proved),
        ("claim_received", pgettext_lazy("letter", "claim received"), claim_received, claim_gone),
        ("claim_approved", pgettext_lazy("letter", "claim approved"), claim_approved, claim_gone),
        ("claim_rejected", pgettext_lazy("letter", "claim rejected"), claim_rejected, claim_gone),
        ("revision_decided", pgettext_lazy("letter", "proposal decided"), revision_decided, revision_gone),
    ):
        registry.register(
            f"ecosystem.{name}",
            title=title,
            render=render,
            refusal=refusal,
            asks_for_proof=name == "claim_proof",
            **specimens.adjusting(name),
        )


# --- What they say ---------------------------------------------------------------------------------------------------


def confirm(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    """Today's data in full and a link that confirms without an account."""
    request = _request(message)
    organisation = request.organisation
    clear = PREVIEW_LINK if preview else freshness.issue_link(request, language=message.language, now=timezone.now())
    return _letter(
        message,
        organisation,
        Words(
            subject=_("Is this still correct? %(name)s on the Torino–Nagoya portal") % {"name": _name(organisation)},
            opening=[
                _("Japanese and Italian companies find your organisation on the portal of the two cities."),
                _("Please read what it says today. If all is correct, one click is enough; no account is needed."),
            ],
            button=_("Confirm or change"),
            link=settings.SITE_URL + reverse("by_link", args=[clear]),
            closing=[
                _("The link works for %(days)s days.") % {"days": settings.IURC_ECOSYSTEM["link_days"]},
                _("If you do not want to be listed, answer this message."),
            ],
        ),
        record=record_of(organisation) if organisation.pk else (),
    )


def claim_proof(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    """To the mailbox: it names who asks, because somebody else may read it."""
    claim = _claim(message)
    person = claim.user.display_name(message.language) or claim.user.email
    who = {"person": person, "email": claim.user.email, "name": _name(claim.organisation)}
    clear = PREVIEW_LINK if preview else claims.issue_proof(claim)
    return _letter(
        message,
        claim.organisation,
        Words(
            subject=_("Confirm this mailbox: %(name)s") % {"name": _name(claim.organisation)},
            opening=[
                _("%(person)s (%(email)s) asks to speak for %(name)s on the portal and gave this address.") % who,
                _("Open the page and confirm: this shows that the address belongs to the organisation."),
            ],
            button=_("Confirm the mailbox"),
            link=settings.SITE_URL + reverse("by_link", args=[clear]),
            closing=[
                _("The link works for %(hours)s hours.") % {"hours": settings.IURC_ECOSYSTEM["claim_proof_hours"]},
                _("If you do not know this person, do nothing: nobody gets any right."),
            ],
        ),
    )


def claim_received(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    claim = _claim(message)
    return _letter(
        message,
        claim.organisation,
        Words(
            name=claim.user.display_name(message.language),
            subject=_("We have your request: %(name)s") % {"name": _name(claim.organisation)},
            opening=[
                _("The mailbox is confirmed. The staff of the portal now look at your request."),
                _("You will have an answer by %(date)s.") % {"date": date_words(claim.answer_by, "full")},
            ],
            button=_("Open the profile"),
            link=_profile(claim.organisation),
        ),
    )


def claim_approved(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    claim = _claim(message)
    return _letter(
        message,
        claim.organisation,
        Words(
            name=claim.user.display_name(message.language),
            subject=_("You now speak for %(name)s") % {"name": _name(claim.organisation)},
            opening=[
                _("Your request is approved. You can propose changes of the profile and confirm that it is correct."),
                *_reason(claim.reason),
            ],
            button=_("Edit the profile"),
            link=settings.SITE_URL + reverse("ecosystem:organisation_edit", args=[claim.organisation.slug]),
            closing=[_("You find your organisations again in your own area of the portal.")],
        ),
    )


def claim_rejected(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    claim = _claim(message)
    return _letter(
        message,
        claim.organisation,
        Words(
            name=claim.user.display_name(message.language),
            subject=_("Your request about %(name)s") % {"name": _name(claim.organisation)},
            opening=[
                _("We could not give you the right to speak for this organisation."),
                *_reason(claim.reason),
            ],
            button=_("Open the profile"),
            link=_profile(claim.organisation),
            closing=[_("If something has changed, or we have misunderstood, answer this message.")],
        ),
    )


def revision_decided(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    revision = ProfileRevision.objects.select_related("organisation", "author").get(pk=message.subject_id)
    State = ProfileRevision.State
    opening = {
        State.ACCEPTED: _("Thank you: what you proposed is accepted and now public."),
        State.PARTLY_ACCEPTED: _("Thank you: part of what you proposed is accepted and now public."),
    }.get(revision.state, _("What you proposed was not accepted; the public text stays as it was."))
    lines = []
    if revision.state == State.PARTLY_ACCEPTED:
        taken = [_column_words(column) for column in revision.columns if column.name in revision.accepted]
        left = [_column_words(column) for column in revision.columns if column.name not in revision.accepted]
        between = pgettext("between items of a list", ", ")
        lines = [
            _("Accepted: %(fields)s") % {"fields": between.join(taken)},
            _("Not accepted: %(fields)s") % {"fields": between.join(left)},
        ]
    return _letter(
        message,
        revision.organisation,
        Words(
            name=revision.author.display_name(message.language) if revision.author else "",
            subject=_("Your proposal for %(name)s") % {"name": _name(revision.organisation)},
            opening=[opening, *lines, *_reason(revision.reason)],
            button=_("Open the profile"),
            link=_profile(revision.organisation),
        ),
    )


# --- When they are no longer wanted ----------------------------------------------------------------------------------


def not_to_be_confirmed(message: Message) -> str:
    request = ConfirmationRequest.objects.select_related("organisation").filter(pk=message.subject_id).first()
    if request is None:
        return GONE
    organisation = request.organisation
    if request.links.filter(used_at__isnull=False).exists() or (
        organisation.verified_on is not None and organisation.verified_on > request.on
    ):
        return CONFIRMED
    visible = {Organisation.State.PUBLISHED, Organisation.State.UNLISTED}
    return "" if organisation.state in visible and organisation.merged_into_id is None else HIDDEN


def not_to_be_proved(message: Message) -> str:
    state = Claim.objects.filter(pk=message.subject_id).values_list("state", flat=True).first()
    if state is None:
        return GONE
    return "" if state == Claim.State.UNPROVED else PROVED


def claim_gone(message: Message) -> str:
    return "" if Claim.objects.filter(pk=message.subject_id).exists() else GONE


def revision_gone(message: Message) -> str:
    return "" if ProfileRevision.objects.filter(pk=message.subject_id).exists() else GONE


# --- The parts -------------------------------------------------------------------------------------------------------


def _request(message: Message) -> ConfirmationRequest:
    if not message.subject_id:
        return specimens.request()
    return ConfirmationRequest.objects.select_related("organisation__city").get(pk=message.subject_id)


def _claim(message: Message) -> Claim:
    if not message.subject_id:
        return specimens.claim(message.language)
    return Claim.objects.select_related("organisation", "user").get(pk=message.subject_id)


def _name(organisation: Organisation) -> str:
    return best_text(organisation, "name")[0]


def _profile(organisation: Organisation) -> str:
    return settings.SITE_URL + organisation.get_absolute_url()


def _reason(reason: str) -> list[str]:
    return [named("reason", _("The staff write: %(reason)s") % {"reason": reason})] if reason else []


def _column_words(column) -> str:
    if not column.language:
        return column.label
    return _("%(field)s in %(language)s") % {"field": column.label, "language": Language(column.language).label}


def _letter(
    message: Message, organisation: Organisation, words: Words, record: Sequence[Line] = ()
) -> EmailMultiAlternatives:
    context = {
        "organisation_name": best_text(organisation, "name"),
        "profile": _profile(organisation),
        "record": record,
    }
    return compose(message, words, template="profile", context=context)
