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
from django.utils.translation import gettext_lazy, gettext_noop, pgettext, pgettext_lazy

from events import specimens
from events.mail import PREVIEW_LINK, letter, name_of
from events.models import Registration
from iurc_portal.notifications import registry
from iurc_portal.notifications.letters import compose
from iurc_portal.notifications.models import Message
from iurc_portal.notifications.words import Words
from iurc_portal.notifications.words import gettext as _
from iurc_portal.translation.languages import best_text
from iurc_portal.translation.times import clock, date_range, date_words
from programme.models import SurveyInvitation
from programme.models.surveys import OF_A_VISIT, Asked, evening, usual_days
from programme.services.survey_answers import issue_link
from programme.services.survey_letters import ASK, ASK_OF_VISIT, REMIND, REMIND_OF_VISIT
from programme.specimens import person_specimen, visit_specimen

# Why a letter is no longer wanted: kept in the source language, shown to staff in theirs.
GONE = gettext_noop("the registration is gone")
ANSWERED = gettext_noop("the person has answered already")
OVER = gettext_noop("the survey takes no answers now")
GAPS: dict[str, Any] = {
    "event": gettext_lazy("the name of the event"),
    "until": gettext_lazy("until when one can answer, in the reader's zone"),
}
VISIT_GAPS: dict[str, Any] = {"visit": gettext_lazy("the title of the visit"), "until": GAPS["until"]}


def register_kinds() -> None:
    for name, title, render, gaps in (
        (ASK, pgettext_lazy("letter", "survey after the event"), survey, GAPS),
        (REMIND, pgettext_lazy("letter", "reminder of the survey"), survey_reminder, GAPS),
        (ASK_OF_VISIT, pgettext_lazy("letter", "survey after the visit"), visit_survey, VISIT_GAPS),
        (REMIND_OF_VISIT, pgettext_lazy("letter", "reminder of the visit's survey"), visit_reminder, VISIT_GAPS),
    ):
        registry.register(
            name,
            title=title,
            render=render,
            refusal=not_to_be_asked,
            placeholders=gaps,
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


def visit_survey(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    return _visit_letter(
        message,
        subject=_("How was the visit? %(visit)s"),
        opening=[
            _("Thank you for taking part in this study visit. Would you tell us what you thought of it?"),
            _("A few short questions, two minutes. Nobody can tell who gave which answer."),
        ],
        preview=preview,
    )


def visit_reminder(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    return _visit_letter(
        message,
        subject=_("Two minutes for us? %(visit)s"),
        opening=[
            _(
                "Your opinion of this study visit is still missing. "
                "It helps both cities to prepare the next one better."
            ),
            _("The answers are anonymous. This is the only reminder."),
        ],
        preview=preview,
    )


def _visit_letter(message: Message, *, subject: str, opening: list[str], preview: bool) -> EmailMultiAlternatives:
    language, clear = message.language, PREVIEW_LINK
    if not message.subject_id:
        visit, person = visit_specimen(language), person_specimen(language)
        ends = evening(visit.last_day, visit.host_city.tzid) + timedelta(days=usual_days())
        asked = Asked(person.display_name(language), "", language, message.tzid)
    else:
        invitation = _found(message)
        asked, ends, visit = invitation.asked, invitation.survey.ends_at, invitation.survey.visit
        clear = PREVIEW_LINK if preview else issue_link(invitation)
    title = {"visit": best_text(visit, "title")[0]}
    days = date_range(visit.first_day, visit.last_day, language)
    return compose(
        message,
        Words(
            name=asked.name,
            subject=subject % title,
            opening=opening,
            button=_("Answer the questions"),
            link=settings.SITE_URL + reverse("survey", args=[clear]),
            closing=[_("You can answer once, until %(until)s.") % {"until": _moment(ends, language)}],
        ),
        template="visit",
        context={
            "heading": best_text(visit, "title", language),
            "visit_title": best_text(visit, "title", language),
            "lines": [days] if days else [],
            "where": best_text(visit.host_city, "name", language)[0],
            "sample_mark": pgettext("after a name", " (sample)") if visit.is_sample else "",
        },
        reply_to=visit.lead.email if visit.lead else "",
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
        invitation = _found(message)
        registration, ends = invitation.registration, invitation.survey.ends_at
        token = PREVIEW_LINK if preview else issue_link(invitation)
    return registration, _moment(ends, message.language), settings.SITE_URL + reverse("survey", args=[token])


def _moment(instant: datetime, language: str) -> str:
    local = timezone.localtime(instant)  # the reader's zone is active
    return f"{date_words(local, 'short', language)} {clock(local)}"


def read_invitations(messages: list[Message]) -> None:
    """Read what letters are about, at once."""
    found = SurveyInvitation.objects.select_related(
        "survey__event",
        *(f"survey__visit__{name}" for name in OF_A_VISIT),
        "registration__event__organizer",
        "registration__event__place__city",
        "person",
    ).prefetch_related("registration__seats__pool")
    invitations = found.in_bulk({int(message.subject_id) for message in messages if message.subject_id})
    for message in messages:
        message.subject = invitations.get(int(message.subject_id)) if message.subject_id else None


def _invitation(message: Message) -> SurveyInvitation | None:
    if message.subject is None and message.subject_id:
        read_invitations([message])
    return message.subject


def _found(message: Message) -> SurveyInvitation:
    invitation = _invitation(message)
    if invitation is None:
        raise SurveyInvitation.DoesNotExist(f"message {message.pk} is about an invitation that is gone")
    return invitation


def _specimen_of(name: str):
    def specimen(language: str) -> Message:
        return Message(kind=name, to="name@company.example")

    return specimen
