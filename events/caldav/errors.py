"""What can go wrong with a calendar server. Each is a ``ValidationError`` with a ``code``: forms can show it."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


class CalDavError(ValidationError):
    """``status`` is the answer's number, or None; ``said`` a short word of the server, for staff."""

    code_word = "caldav"
    words = _("The calendar server gave an answer that the portal does not understand.")

    def __init__(self, said: str = "", *, status: int | None = None):
        super().__init__(self.words, code=self.code_word)
        self.said = said[:300]
        self.status = status


class Unauthorized(CalDavError):
    """401: the password or the consent is not good (any more)."""

    code_word = "unauthorized"
    words = _("The calendar server does not accept this user name and password.")


class SecretLost(Unauthorized):
    """The password or the consent is stored, and no key of the portal opens it."""

    code_word = "secret_lost"
    words = _("The portal cannot read the stored password or consent any more, since its key was changed.")


class Forbidden(CalDavError):
    """403 on the collection: this user may not do it."""

    code_word = "forbidden"
    words = _("The calendar server does not let this user read or write the calendar.")


class TokenLost(CalDavError):
    """The server does not know our sync token any more (9.9). Never a deletion."""

    code_word = "token_lost"


class Gone(CalDavError):
    """404 or 410: nothing is at this address. For the collection a fault, not a deletion (9.21)."""

    code_word = "gone"
    words = _("There is no calendar at this address.")


class Precondition(CalDavError):
    """412: the item is not in the version we know, or there already."""

    code_word = "precondition"


class Rejected(CalDavError):
    """The server does not take this one item: 403, 409, 413, 415, 422, 423 … to a write."""

    code_word = "rejected"
    words = _("The calendar server does not take this entry.")


class Throttled(CalDavError):
    """429 or 503: later. ``retry_after`` in seconds, or None."""

    code_word = "throttled"
    words = _("The calendar server asks to come back later.")

    def __init__(self, said: str = "", *, status: int | None = None, retry_after: int | None = None):
        super().__init__(said, status=status)
        self.retry_after = retry_after


class Unreachable(CalDavError):
    """No connection, no answer in time, a broken one, or a 5xx."""

    code_word = "unreachable"
    words = _("The calendar server cannot be reached right now.")


class TooLarge(CalDavError):
    """An answer larger than we read (9.23)."""

    code_word = "too_large"
    words = _("The calendar server's answer is too large.")


class Unreadable(CalDavError):
    """An answer that is not what the protocol promises: broken XML, a broken entry."""

    code_word = "unreadable"


class NotAllowed(CalDavError):
    """An address that the portal does not call: not https, not public, or a redirect to another host (9.23)."""

    code_word = "not_allowed"
    words = _("The portal does not call this address: write the https address of a public calendar server.")
