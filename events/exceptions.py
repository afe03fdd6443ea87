"""Refusals by name. Each is a ``ValidationError``, so that forms and admin can show it."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


class EventFull(ValidationError):
    """No place is left."""

    def __init__(self, event):
        super().__init__(_("All places are taken."), code="full")
        self.event = event


class RegistrationClosed(ValidationError):
    """The event takes no registrations now: not open, over, or cancelled."""

    def __init__(self, event):
        super().__init__(_("Registration for this event is closed."), code="closed")
        self.event = event


class Busy(ValidationError):
    """The lock on the event did not come in time; nothing was written."""

    def __init__(self, event):
        super().__init__(_("Many people are registering right now. Please try again in a moment."), code="busy")
        self.event = event


class AnswersClosed(ValidationError):
    """Answers can no longer be changed: too late, or no place is held."""

    def __init__(self, event):
        super().__init__(_("Answers can no longer be changed. Write to us if something is wrong."), code="closed")
        self.event = event


class GroupTooLarge(ValidationError):
    """More people than the event lets one of them register."""

    def __init__(self, event, limit: int):
        super().__init__(
            _("At most %(limit)s people may register together, you included."),
            code="group_size",
            params={"limit": limit},
        )
        self.event = event


class AddressNotAdmitted(ValidationError):
    """The event is for the addresses of certain companies or offices only."""

    def __init__(self, event):
        super().__init__(
            _("Registration is limited to e-mail addresses of certain organisations. Use your address at work."),
            code="domain",
        )
        self.event = event


class InvitationNeeded(ValidationError):
    """Only whoever was invited may register."""

    def __init__(self, event):
        super().__init__(_("This event is by invitation only: open the link in your invitation."), code="invitation")
        self.event = event


class OfferGone(ValidationError):
    """There is no offer to accept: it has ended, was declined, or was closed."""

    def __init__(self, event):
        super().__init__(_("This offer has ended: the place has gone to the next person."), code="offer_gone")
        self.event = event


class RoomClosed(ValidationError):
    """The way into the room is not open: ``code`` is ``early``, ``over``, ``off`` or ``no_room``."""

    def __init__(self, message, *, code):
        super().__init__(message, code=code)


class NotPresent(ValidationError):
    """There is nothing to certify: the person was not there long enough, or the event is not over."""
