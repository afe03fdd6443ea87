"""Whether somebody came: what follow-ups distinguish (events spec 4.1, 8.7)."""

from events.models import Registration


def attended(registration: Registration) -> bool | None:
    """Whether this person was there; None while nobody has noted who was.

    The one place where letters learn of attendance. Nothing is noted yet, so it reads nothing.
    """
    return None
