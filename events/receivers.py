"""What other apps tell the events."""

from django.utils import timezone

from events.services import groups, registrations


def adopt_registrations(sender, user, email, **kwargs) -> None:
    """An address has been proved: what was asked for with it as a guest becomes its person's (14.6)."""
    registrations.adopt_registrations(user=user, email=email, now=timezone.now())


def invite_group(sender, event, registration, **kwargs) -> None:
    """Whoever leads a group has a place now: its members are written to (2.18)."""
    groups.invite_when_confirmed(registration, now=timezone.now())
