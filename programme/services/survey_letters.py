"""Who is asked, who is reminded, and when (programme spec P24). Derived by a sweep: nothing is scheduled ahead."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction

from events.models import Registration
from events.services.attendance import attendance_of
from events.triggers import Trigger
from iurc_portal.notifications.services import Letter, queue_messages
from programme.models import Survey, SurveyInvitation

ASK, REMIND = "programme.survey", "programme.survey_reminder"
SOME_DAY_AFTER = Trigger.parse("P1D")  # letters of no certain hour let people sleep, as reminders by days do (4.12)


def invite(*, now: datetime) -> int:
    """Ask whoever is to be asked now and was not yet. Safe to run twice at once: a person is asked once."""
    return sum(_invite(survey, now=now) for survey in _asking(now=now))


def remind(*, now: datetime) -> int:
    """Write once more to those who were asked some days ago and have not answered. Returns how many letters."""
    asked_by = now.date() - timedelta(days=settings.IURC_SURVEYS["remind_after_days"])
    return sum(_remind(survey, asked_by=asked_by, now=now) for survey in _asking(now=now))


def recipients(survey: Survey) -> list[Registration]:
    """The people of ``survey``, as things stand: a place at the event and an address, of its audience; those who were
    there, if staff chose so."""
    people = Registration.objects.confirmed().reachable().filter(event=survey.event_id)
    people = people.filter(join_window__isnull=survey.audience == Survey.Audience.GUEST).order_by("pk")
    found = list(people)
    if survey.whom == Survey.Whom.CONFIRMED:
        return found
    for registration in found:
        registration.event = survey.event
    attendance = attendance_of(found)
    return [registration for registration in found if attendance[registration.pk].attended]


def _asking(*, now: datetime) -> Iterator[Survey]:
    for survey in Survey.objects.asking().filter(event__dtend__lte=now).select_related("event"):
        if survey.takes_answers(now=now):
            yield survey


@transaction.atomic
def _invite(survey: Survey, *, now: datetime) -> int:
    asked = set(survey.invitations.values_list("registration", flat=True))
    new = [registration for registration in recipients(survey) if registration.pk not in asked]
    if not new:
        return 0
    SurveyInvitation.objects.bulk_create(
        (SurveyInvitation(survey=survey, registration=registration, asked_on=now.date()) for registration in new),
        ignore_conflicts=True,
        batch_size=500,
    )
    wanted = {registration.pk for registration in new}
    invitations = survey.invitations.select_related("registration").order_by("pk")
    _write(ASK, survey, (one for one in invitations if one.registration_id in wanted), now=now)
    return len(new)


@transaction.atomic
def _remind(survey: Survey, *, asked_by: date, now: datetime) -> int:
    silent = survey.invitations.filter(is_used=False, is_reminded=False, asked_on__lte=asked_by)
    invitations = list(silent.select_related("registration").order_by("pk"))
    survey.invitations.filter(pk__in=[one.pk for one in invitations]).update(is_reminded=True)
    return _write(REMIND, survey, invitations, now=now)


def _write(kind: str, survey: Survey, invitations: Iterable[SurveyInvitation], *, now: datetime) -> int:
    letters = [
        Letter(
            key=f"{kind}:{survey.pk}:{invitation.registration_id}",
            kind=kind,
            to=invitation.registration.email,
            language=invitation.registration.language,
            tzid=invitation.registration.tzid,
            subject_id=str(invitation.pk),
            not_before=_let_sleep(now, invitation.registration.tzid),
            expires_at=survey.ends_at,
        )
        for invitation in invitations
    ]
    queue_messages(letters)
    return len(letters)


def _let_sleep(now: datetime, tzid: str) -> datetime | None:
    leaves = SOME_DAY_AFTER.leaves_at(now, now, tzid)
    return leaves if leaves > now else None
