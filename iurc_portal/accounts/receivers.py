"""What allauth tells, in the portal's own words: no other app needs to know of allauth."""

from django.db import transaction
from django.utils import timezone

from iurc_portal.accounts import mail, signals
from iurc_portal.accounts.addresses import email_key


def tell_of_proved_address(sender, request, email_address, **kwargs) -> None:
    """allauth's ``email_confirmed``: at sign-up, and for an address that was added later."""
    signals.address_proved.send(sender=type(email_address.user), user=email_address.user, email=email_address.email)


@transaction.atomic
def follow_changed_address(sender, request, user, from_email_address, to_email_address, **kwargs) -> None:
    """allauth's ``email_changed``: another address is the account's own now. An unproved one moves no mail."""
    user.email_key = email_key(user.email)
    user.save(update_fields=["email_key"])
    if from_email_address is None or not to_email_address.verified:
        return
    former = from_email_address.email
    mail.queue_address_changed(user, former=former, now=timezone.now())
    signals.address_changed.send(sender=type(user), user=user, former=former, email=to_email_address.email)
