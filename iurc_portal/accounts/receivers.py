"""What allauth tells, in the portal's own words: no other app needs to know of allauth."""

from iurc_portal.accounts import signals


def tell_of_proved_address(sender, request, email_address, **kwargs) -> None:
    """allauth's ``email_confirmed``: at sign-up, and for an address that was added later."""
    signals.address_proved.send(sender=type(email_address.user), user=email_address.user, email=email_address.email)
