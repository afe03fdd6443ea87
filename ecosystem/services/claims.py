"""From asking to speak for an organisation to being its owner (ecosystem spec E16)."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from ecosystem.domains import mailbox_matches
from ecosystem.models import Claim, Membership, Organisation
from ecosystem.services.moves import move
from ecosystem.services.optouts import opt_out_of, refusal
from ecosystem.services.publication import locked
from ecosystem.working_days import answer_day
from iurc_portal.accounts.addresses import email_key
from iurc_portal.notifications.services import clear_bounces, queue_message
from iurc_portal.tokens import digest_of, looks_like_a_token, new_token

State = Claim.State


def against_claim(organisation: Organisation) -> list:
    """What forbids anybody to claim ``organisation``, one sentence each; empty when nothing does.

    The one place for such reasons: an organisation that asked not to be listed is refused here.
    """
    reasons: list = []
    if organisation.is_programme:
        reasons.append(_("A programme cannot be claimed."))
    if organisation.activity == Organisation.Activity.CLOSED:
        reasons.append(_("A closed organisation cannot be claimed."))
    if (opt_out := opt_out_of(organisation)) is not None:
        reasons.extend(refusal(opt_out).messages)
    return reasons


@transaction.atomic
def request_claim(
    *, organisation: Organisation, user, mailbox: str, evidence: str, language: str, now: datetime
) -> Claim:
    """Note that ``user`` asks to speak for ``organisation`` and mail a link to ``mailbox``. No right is given.

    Asking again before the mailbox is proved corrects what was written and mails the link anew. Raises
    ``ValidationError``: ``refused``, ``member`` or ``pending``.
    """
    organisation = locked(organisation)
    if reasons := against_claim(organisation):
        raise ValidationError([ValidationError(reason, code="refused") for reason in reasons])
    if organisation.memberships.filter(user=user, role=Membership.Role.OWNER).exists():
        raise ValidationError(_("You speak for this organisation already."), code="member")
    organisation.claims.dead(now=now).filter(user=user).delete()
    claim = organisation.claims.open(now=now).filter(user=user).first()
    if claim is None:
        claim = Claim(organisation=organisation, user=user)
    elif claim.state == State.PENDING:
        raise ValidationError(_("You have asked already; the staff will answer."), code="pending")
    claim.mailbox, claim.evidence, claim.language = mailbox, evidence, language
    claim.domain_matches = mailbox_matches(email_key(mailbox), organisation.website)
    claim.asked_at = now
    claim.proof_digest = ""  # the letter brings its own; an earlier one opens nothing any more
    claim.proof_until = now + timedelta(hours=settings.IURC_ECOSYSTEM["claim_proof_hours"])
    claim.save()
    queue_message(
        key=f"ecosystem.claim_proof:{claim.pk}:{int(now.timestamp() * 1000)}",
        kind="ecosystem.claim_proof",
        to=mailbox,
        language=language,
        tzid=user.tzid,
        subject_id=str(claim.pk),
        expires_at=claim.proof_until,
    )
    return claim


def issue_proof(claim: Claim) -> str:
    """Make the token of a claim's letter and return it in clear. Its digest is stored; the latest alone counts."""
    clear, digest = new_token()
    Claim.objects.filter(pk=claim.pk, state=State.UNPROVED).update(proof_digest=digest)
    return clear


def find_claim(clear: str, *, now: datetime) -> Claim | None:
    """The claim whose mailbox the token ``clear`` proves; None for one that is wrong, expired or used."""
    if not looks_like_a_token(clear):
        return None
    waiting = Claim.objects.filter(state=State.UNPROVED, proof_digest=digest_of(clear), proof_until__gt=now)
    return waiting.select_related("organisation", "user").first()


@transaction.atomic
def prove_claim(claim: Claim, *, now: datetime) -> Claim:
    """The mailbox is proved: the claim waits for staff, its user is told until when.

    Raises ``ValidationError`` (``transition``) where it was proved already.
    """
    organisation = locked(claim.organisation)
    claim = Claim.objects.select_for_update(of=("self",), no_key=True).select_related("user").get(pk=claim.pk)
    claim.proved_at, claim.proof_digest = now, ""
    claim.domain_matches = mailbox_matches(email_key(claim.mailbox), organisation.website)
    claim.answer_by = answer_day(now, settings.IURC_ECOSYSTEM["claim_answer_days"], organisation.side)
    move(
        claim,
        State.PENDING,
        by=claim.user,
        now=now,
        also=["proved_at", "proof_digest", "domain_matches", "answer_by"],
    )
    clear_bounces(claim.mailbox, now=now)
    _tell(claim, "claim_received")
    return claim


@transaction.atomic
def approve_claim(*, claim: Claim, by, now: datetime, reason: str = "") -> None:
    """Make the claimant an owner. Raises ``ValidationError`` where it is decided, or must not be claimed."""
    organisation = locked(claim.organisation)
    if reasons := against_claim(organisation):
        raise ValidationError([ValidationError(text, code="refused") for text in reasons])
    claim = _decided(claim, State.APPROVED, by=by, now=now, reason=reason)
    Membership.objects.update_or_create(
        organisation=organisation, user=claim.user, defaults={"role": Membership.Role.OWNER}
    )
    _tell(claim, "claim_approved")


def approve_matching_claim(*, claim: Claim, by, now: datetime) -> None:
    """For many at once: only a mailbox of the organisation's own domain. Raises ``ValidationError`` for others."""
    if not claim.domain_matches:
        raise ValidationError(_("The mailbox is of another domain: open the claim and decide it there."), "domain")
    approve_claim(claim=claim, by=by, now=now)


@transaction.atomic
def reject_claim(*, claim: Claim, by, now: datetime, reason: str) -> None:
    """Refuse a claim; the claimant reads ``reason``. Raises ``ValidationError`` without one."""
    if not reason.strip():
        raise ValidationError(_("Write why: the claimant reads it."), code="reason")
    locked(claim.organisation)
    _tell(_decided(claim, State.REJECTED, by=by, now=now, reason=reason), "claim_rejected")


def _decided(claim: Claim, state: str, *, by, now: datetime, reason: str) -> Claim:
    claim = Claim.objects.select_for_update(of=("self",), no_key=True).select_related("user").get(pk=claim.pk)
    claim.decided_by, claim.decided_at, claim.reason = by, now, reason.strip()
    move(claim, state, by=by, now=now, comment=claim.reason, also=["decided_by", "decided_at", "reason"])
    return claim


def _tell(claim: Claim, kind: str) -> None:
    """A letter to the account of the claimant, not to the mailbox, in the claimant's language."""
    queue_message(
        key=f"ecosystem.{kind}:{claim.pk}",
        kind=f"ecosystem.{kind}",
        to=claim.user.email,
        language=claim.user.language,
        tzid=claim.user.tzid,
        subject_id=str(claim.pk),
    )
