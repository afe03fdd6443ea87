"""Whether somebody came: what follow-ups distinguish (events spec 4.1, 8.7)."""

from events.models import Registration
from events.services.attendance import has_attended, is_noted


def attended(registration: Registration) -> bool | None:
    """Whether this person was there; None while nobody has noted who was at the event.

    The one place where letters learn of attendance. Four queries.
    """
    return has_attended(registration) if is_noted(registration.event_id) else None
