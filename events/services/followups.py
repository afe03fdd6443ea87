"""Whether somebody came: what follow-ups distinguish (events spec 4.1, 8.7)."""

from events.models import AttendanceInterval, CheckIn, Registration
from events.services.attendance import has_attended


def attended(registration: Registration) -> bool | None:
    """Whether this person was there; None while nobody has noted who was at the event.

    The one place where letters learn of attendance. Four queries.
    """
    same_event = {"registration__event": registration.event_id}
    noted = CheckIn.objects.filter(**same_event).exists() or AttendanceInterval.objects.filter(**same_event).exists()
    return has_attended(registration) if noted else None
