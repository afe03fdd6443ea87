"""Invitations: a token that was mailed, good once, for one event, and for one address if staff wish (2.22)."""

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from events.exceptions import InvitationNeeded, RegistrationClosed
from events.models import AccessToken, Event
from events.services import letters
from iurc_portal.accounts.addresses import email_key

MOST_AT_ONCE = 200


def check(event: Event, invitation: AccessToken | None, *, email: str, now: datetime) -> AccessToken | None:
    """The invitation, read again under the event's lock; None where none is needed and none was brought.

    Raises ``ValidationError`` with the code ``invitation``.
    """
    if invitation is None:
        if event.invitation_only:
            raise InvitationNeeded(event)
        return None
    fresh = AccessToken.objects.select_for_update().filter(pk=invitation.pk, event=event).first()
    if fresh is None or fresh.is_expired(now=now):
        raise ValidationError(_("This invitation is no longer valid."), code="invitation")
    if fresh.used_at is not None:
        raise ValidationError(_("This invitation has been used already."), code="invitation")
    if fresh.email_key and fresh.email_key != email_key(email):
        raise ValidationError(
            _("This invitation is for another address: use the one to which it was sent."), code="invitation"
        )
    return fresh


def spend(invitation: AccessToken, *, now: datetime) -> None:
    invitation.used_at = now
    invitation.save(update_fields=["used_at"])


@transaction.atomic
def invite(event: Event, addresses: Iterable[str], *, language: str, bound: bool, now: datetime) -> int:
    """Write an invitation to each address, in ``language``. Returns how many letters were written.

    ``bound``: only that address may use it, and needs no further proof. Somebody who is invited twice gets two letters
    and still has one place. Raises ``RegistrationClosed`` and ``ValidationError`` (``too_many``).
    """
    if not event.accepts_registrations(now=now):
        raise RegistrationClosed(event)
    each = {email_key(address): address for address in addresses}
    if len(each) > MOST_AT_ONCE:
        raise ValidationError(
            _("Invite at most %(most)s people at once."), code="too_many", params={"most": MOST_AT_ONCE}
        )
    letters.queue_invitations(event, each.values(), language=language, bound=bound, now=now)
    return len(each)
