"""What remains of a webinar once it is over, for those who took part: what there is to see, what we ask (8.3)."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from events.afterwards import Link, Reader
from programme.models import SurveyInvitation, Webinar


def of_webinar(event) -> Iterator[Link]:
    """The recording, and the summary on the event's page, as far as they are there. One query."""
    webinar = Webinar.objects.filter(event=event).first()
    if webinar is None:
        return
    if webinar.recording_url:
        yield Link(_("Watch the recording"), webinar.recording_url)
    if webinar.summary:
        yield Link(_("What was said"), event.get_absolute_url())


def survey_of(reader: Reader) -> Iterator[Link]:
    """The way to the survey, for who was asked and has not answered. One query."""
    open_to = SurveyInvitation.objects.filter(registration=reader.registration, is_used=False)
    invitation = open_to.select_related("survey__event").order_by("-pk").first()
    if invitation is not None and invitation.survey.takes_answers(now=reader.now):
        yield Link(_("Tell us what you thought: two minutes, anonymous"), reverse("survey", args=[reader.clear]))
