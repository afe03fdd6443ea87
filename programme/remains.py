"""What remains of a webinar once it is over, for those who took part: what there is to see, what we ask (8.3)."""

import logging
from collections.abc import Iterator
from functools import partial

from django.http import Http404
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from events.afterwards import Link, Reader
from iurc_portal.pages.private import no_leaks
from iurc_portal.pdf_files import pdf_response
from programme.models import LibraryItem, SurveyInvitation, Webinar
from programme.models.library import for_reader

log = logging.getLogger(__name__)


def of_webinar(event) -> Iterator[Link]:
    """Recordings and papers, and the summary on the event's page, as far as they are there. Two queries.

    What anybody finds has its address; what is for participants is opened through their own page.
    """
    webinar = Webinar.objects.filter(event=event).first()
    if webinar is None:
        return
    items = webinar.library.for_participants(now=timezone.now()).select_related("webinar__event")
    for item in for_reader(items):
        title, language = item.heading
        words = {"note": item.language_name, "language": item.language, "title_language": language}
        if item.is_for_everybody:
            yield Link(title, item.url or item.get_absolute_url(), **words)
        else:
            yield Link(title, key=str(item.public_id), opens=partial(hand_over, item), **words)
    if webinar.summary:
        yield Link(_("What was said"), event.get_absolute_url())


def survey_of(reader: Reader) -> Iterator[Link]:
    """The way to the survey, for who was asked and has not answered. One query."""
    open_to = SurveyInvitation.objects.filter(registration=reader.registration, is_used=False)
    invitation = open_to.select_related("survey__event").order_by("-pk").first()
    if invitation is not None and invitation.survey.takes_answers(now=reader.now):
        yield Link(_("Tell us what you thought: two minutes, anonymous"), reverse("survey", args=[reader.clear]))


def hand_over(item: LibraryItem) -> HttpResponseBase:
    """Lead to where ``item`` is kept, or send its file; whether the reader may have it is the caller's question.

    Nobody keeps the answer: the next click is looked at anew.
    """
    if item.file:
        try:
            response: HttpResponseBase = pdf_response(item.file, name=item.file_name)
        except FileNotFoundError as error:
            log.exception("the file of library item %s is gone", item.pk)
            raise Http404("its file is gone") from error
    else:
        response = HttpResponseRedirect(item.url)
    return no_leaks(response)
