"""What other apps tell the events."""

from django.utils import timezone

from events.services import registrations


def adopt_registrations(sender, user, email, **kwargs) -> None:
    """An address has been proved: what was asked for with it as a guest becomes its person's (14.6)."""
    registrations.adopt_registrations(user=user, email=email, now=timezone.now())


def follow_changed_address(sender, user, former, email, **kwargs) -> None:
    """A person reads another mailbox now: letters about their places go there (14.7)."""
    registrations.move_to_address(user=user, former=former, email=email, now=timezone.now())
