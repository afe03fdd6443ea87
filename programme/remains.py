"""What remains of a webinar once it is over, for those who took part (events spec 8.3)."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from events.afterwards import Link
from programme.models import Webinar


def of_webinar(event) -> Iterator[Link]:
    """The recording, and the summary on the event's page, as far as they are there. One query."""
    webinar = Webinar.objects.filter(event=event).first()
    if webinar is None:
        return
    if webinar.recording_url:
        yield Link(_("Watch the recording"), webinar.recording_url)
    if webinar.summary:
        yield Link(_("What was said"), event.get_absolute_url())
