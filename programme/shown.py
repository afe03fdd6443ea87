"""What a page of an event shows of its webinar, read once for all of the page's parts."""

from django.db.models import prefetch_related_objects

from events.models import Event
from programme.models import Webinar

ALONG = (
    "webinar__exchange",
    "webinar__segments",
    "webinar__speakers__person__organisation",
    "webinar__speakers__organisation",
)


def webinar_of(event: Event) -> Webinar | None:
    """The webinar of ``event`` with all of ``ALONG``, read when it is first asked for; None where there is none."""
    prefetch_related_objects([event], *ALONG)
    return getattr(event, "webinar", None)
