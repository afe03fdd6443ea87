"""Sample work of organisations on their profiles: a claim to decide, a proposal to review, one profile confirmed."""

from datetime import timedelta

from ecosystem.models import Claim, Membership, Organisation, ProfileRevision, Verification
from ecosystem.models.revisions import texts_of_profile
from ecosystem.services import publication, revisions
from ecosystem.working_days import answer_day
from programme.demo.listings import SEIKI
from programme.demo.people import CLAIMANT, COMPANY, EDITED, EDITOR, make_claimant, user
from programme.demo.samples import Samples

CLAIMED = "nagoya-innovators-garage"
CONFIRMED = "politecnico-di-torino"
NEW_SUMMARY = {
    "summary_it": " Accoglie anche squadre giapponesi per tre mesi (esempio).",
    "summary_en": " It also hosts Japanese teams for three months (sample).",
    "summary_ja": "日本のチームも3か月間受け入れます（見本）。",
}


def make_profiles(samples: Samples) -> None:
    """What staff find on their home. Says nothing where a person has deleted the user or the organisation."""
    editor, company = user(EDITOR), user(COMPANY)
    theirs = Organisation.objects.filter(slug=SEIKI).first()
    edited = Organisation.objects.filter(slug=EDITED).first()
    claimed = Organisation.objects.filter(slug=CLAIMED).first()
    confirmed = Organisation.objects.filter(slug=CONFIRMED).first()
    if editor and edited:
        samples.once("proposals", f"summary-of-{EDITED}", lambda: _proposal(samples, edited, editor))
    if company and theirs:
        samples.once("memberships", f"company-of-{SEIKI}", lambda: _membership(theirs, company))
    samples.once("users", CLAIMANT, make_claimant)
    if claimed and (claimant := user(CLAIMANT)):
        samples.once("claims", f"claim-of-{CLAIMED}", lambda: _claim(samples, claimed, claimant))
    if confirmed:
        samples.once("verifications", f"staff-{CONFIRMED}", lambda: _verification(samples, confirmed))


def _proposal(samples: Samples, organisation: Organisation, editor) -> ProfileRevision:
    seen = texts_of_profile(organisation)
    mine = seen | {name: seen[name] + more for name, more in NEW_SUMMARY.items()} | {"contact_languages": ["it", "en"]}
    note = "Programma avviato quest'anno; pagina web in preparazione. (esempio / sample / 見本)"
    return revisions.propose_revision(
        organisation=organisation, author=editor, seen=seen, mine=mine, note=note, now=samples.ago(days=1)
    )


def _membership(organisation: Organisation, owner) -> Membership:
    return Membership.objects.get_or_create(
        user=owner, organisation=organisation, defaults={"role": Membership.Role.OWNER}
    )[0]


def _claim(samples: Samples, organisation: Organisation, claimant) -> Claim:
    """Proved yesterday; written as a row, for a sample sends no letter to prove a mailbox."""
    proved = samples.ago(days=1)
    return Claim.objects.create(
        organisation=organisation,
        user=claimant,
        mailbox=claimant.email,
        domain_matches=False,
        evidence="見本:事務局で国際連携を担当しています。(esempio / sample)",
        language="ja",
        state=Claim.State.PENDING,
        asked_at=proved - timedelta(hours=1),
        proof_until=proved + timedelta(hours=71),
        proved_at=proved,
        answer_by=answer_day(proved, 3, organisation.side),
    )


def _verification(samples: Samples, organisation: Organisation) -> Verification:
    """Only the day: what the content says of fields to verify stays the content's."""
    publication.note_verification(organisation, by=None, now=samples.ago(days=20), method=Verification.Method.STAFF)
    organisation.save(update_fields=["verified_on"])
    return organisation.verifications.latest("pk")
