"""What the programme's letters say: the question after an event, and the one reminder (programme spec P24).

A renderer runs with the reader's language and zone active. The clear token is made here and stands in the letter
alone; a preview for staff gets a dummy.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy, gettext_noop, pgettext_lazy

from events import specimens
from events.mail import PREVIEW_LINK, letter, name_of
from events.models import Registration
from iurc_portal.notifications import registry
from iurc_portal.notifications.models import Message
from iurc_portal.notifications.words import Words
from iurc_portal.notifications.words import gettext as _
from iurc_portal.translation.times import clock, date_words
from programme.models import SurveyInvitation
from programme.models.surveys import usual_days
from programme.services.survey_answers import issue_link
from programme.services.survey_letters import ASK, REMIND

# Why a letter is no longer wanted: kept in the source language, shown to staff in theirs.
GONE = gettext_noop("the registration is gone")
ANSWERED = gettext_noop("the person has answered already")
OVER = gettext_noop("the survey takes no answers now")
GAPS: dict[str, Any] = {
    "event": gettext_lazy("the name of the event"),
    "until": gettext_lazy("until when one can answer, in the reader's zone"),
}


def register_kinds() -> None:
    for name, title, render in (
        (ASK, pgettext_lazy("letter", "survey after the event"), survey),
        (REMIND, pgettext_lazy("letter", "reminder of the survey"), survey_reminder),
    ):
        registry.register(
            name,
            title=title,
            render=render,
            refusal=not_to_be_asked,
            placeholders=GAPS,
            specimen=_specimen_of(name),
            read=read_invitations,
        )


def survey(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    registration, ends, link = _facts(message, preview=preview)
    return letter(
        message,
        registration,
        Words(
            subject=_("How was it? %(event)s") % {"event": name_of(registration.event)},
            opening=[
                _("Thank you for your interest in this event. Would you tell us what you thought of it?"),
                _("A few short questions, two minutes. Nobody can tell who gave which answer."),
            ],
            button=_("Answer the questions"),
            link=link,
            closing=[_("You can answer once, until %(until)s.") % {"until": ends}],
        ),
    )


def survey_reminder(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    registration, ends, link = _facts(message, preview=preview)
    return letter(
        message,
        registration,
        Words(
            subject=_("Two minutes for us? %(event)s") % {"event": name_of(registration.event)},
            opening=[
                _("Your opinion of this event is still missing. It helps us to prepare the next one better."),
                _("The answers are anonymous. This is the only reminder."),
            ],
            button=_("Answer the questions"),
            link=link,
            closing=[_("You can answer once, until %(until)s.") % {"until": ends}],
        ),
    )


def not_to_be_asked(message: Message) -> str:
    """Why it is not wanted any more, or "": the person has answered, or nobody can."""
    invitation = _invitation(message)
    if invitation is None:
        return GONE
    if invitation.is_used:
        return ANSWERED
    return "" if invitation.survey.takes_answers(now=timezone.now()) else OVER


def _facts(message: Message, *, preview: bool) -> tuple[Registration, str, str]:
    """Who is asked, until when in words, and the link."""
    if not message.subject_id:
        registration = specimens.registration(message.language)
        ends, token = registration.event.dtend + timedelta(days=usual_days()), PREVIEW_LINK
    else:
        invitation = _invitation(message)
        if invitation is None:
            raise SurveyInvitation.DoesNotExist(f"message {message.pk} is about an invitation that is gone")
        registration, ends = invitation.registration, invitation.survey.ends_at
        token = PREVIEW_LINK if preview else issue_link(invitation)
    return registration, _moment(ends, message.language), settings.SITE_URL + reverse("survey", args=[token])


def _moment(instant: datetime, language: str) -> str:
    local = timezone.localtime(instant)  # the reader's zone is active
    return f"{date_words(local, 'short', language)} {clock(local)}"


def read_invitations(messages: list[Message]) -> None:
    """Read what letters are about, at once."""
    found = SurveyInvitation.objects.select_related(
        "survey__event", "registration__event__organizer", "registration__event__place__city"
    ).prefetch_related("registration__seats__pool")
    invitations = found.in_bulk({int(message.subject_id) for message in messages if message.subject_id})
    for message in messages:
        message.subject = invitations.get(int(message.subject_id)) if message.subject_id else None


def _invitation(message: Message) -> SurveyInvitation | None:
    if message.subject is None and message.subject_id:
        read_invitations([message])
    return message.subject


def _specimen_of(name: str):
    def specimen(language: str) -> Message:
        return Message(kind=name, to="name@company.example")

    return specimen
