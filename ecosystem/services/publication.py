"""Publishing organisations, and what a profile needs before visitors see it (ecosystem spec E3)."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from ecosystem.models import ConfirmationLink, Organisation, Verification
from ecosystem.services.moves import move
from ecosystem.services.optouts import opt_out_of, refusal
from iurc_portal.audit.services import record_transition
from iurc_portal.clock import ROME
from iurc_portal.translation.languages import best_text


def missing_for_publication(organisation: Organisation) -> list:
    """What keeps ``organisation`` from being published, one sentence each; empty when nothing does."""
    missing: list = []
    if not best_text(organisation, "name")[0]:
        missing.append(_("Write the name."))
    if not best_text(organisation, "summary")[0]:
        missing.append(_("Write the summary in one language at least."))
    if not organisation.themes.exists():
        missing.append(_("Choose one theme at least."))
    if organisation.activity == Organisation.Activity.CLOSED:
        missing.append(_("A closed organisation cannot be published anew."))
    if organisation.merged_into_id is not None:
        missing.append(_("It was merged with another record."))
    if (opt_out := opt_out_of(organisation)) is not None:
        missing.extend(refusal(opt_out).messages)
    return missing


@transaction.atomic
def publish_organisation(*, organisation: Organisation, by, now: datetime) -> None:
    """Make a profile public. Raises ``ValidationError`` naming all that is missing."""
    organisation = locked(organisation)
    missing = missing_for_publication(organisation)
    if missing:
        raise ValidationError([ValidationError(text, code="incomplete") for text in missing])
    move(organisation, Organisation.State.PUBLISHED, by=by, now=now)


@transaction.atomic
def unlist_organisation(*, organisation: Organisation, by, now: datetime) -> None:
    """Take a profile out of the lists; its address keeps working. Raises ``ValidationError`` if it was not in them."""
    move(locked(organisation), Organisation.State.UNLISTED, by=by, now=now)


@transaction.atomic
def archive_organisation(*, organisation: Organisation, by, now: datetime) -> None:
    """Put away a profile that is out of the lists: its address says that it is gone."""
    move(locked(organisation), Organisation.State.ARCHIVED, by=by, now=now)


@transaction.atomic
def reopen_organisation(*, organisation: Organisation, by, now: datetime) -> None:
    """Make a draft of an archived profile; only managers do (E, publication machine)."""
    move(locked(organisation), Organisation.State.DRAFT, by=by, now=now)


@transaction.atomic
def verify_organisation(
    *, organisation: Organisation, by, now: datetime, method: str = Verification.Method.STAFF
) -> None:
    """Note that somebody has confirmed the whole record: nothing of it waits for a check any more.

    The clock of its freshness starts again; links that asked for a confirmation open nothing more.
    """
    organisation = locked(organisation)
    organisation.needs_check = False
    organisation.to_verify = []
    note_verification(organisation, by=by, now=now, method=method)
    organisation.save(update_fields=["verified_on", "needs_check", "to_verify", "updated_at"])
    record_transition(
        organisation, from_state=organisation.state, to_state=organisation.state, now=now, actor=by, reason="verified"
    )


def note_verification(organisation: Organisation, *, by, now: datetime, method: str) -> None:
    """Write the line of a verification and set the day on ``organisation``, which the caller has locked and saves."""
    today = now.astimezone(ROME).date()
    organisation.verifications.create(on=today, by=by, method=method)
    organisation.verified_on = today
    ConfirmationLink.objects.filter(request__organisation=organisation, used_at=None).update(used_at=now)


def locked(organisation: Organisation) -> Organisation:
    return Organisation.objects.select_for_update(of=("self",), no_key=True).get(pk=organisation.pk)
