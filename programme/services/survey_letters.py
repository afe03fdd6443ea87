"""Who is asked, who is reminded, and when (programme spec P24). Derived by a sweep: nothing is scheduled ahead."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from events.models import Event, Registration
from events.services.attendance import attendance_of
from events.triggers import Trigger
from iurc_portal.notifications.services import Letter, queue_messages
from programme.models import Attendance, Delegate, HostConfirmation, Survey, SurveyInvitation

ASK, REMIND = "programme.survey", "programme.survey_reminder"
ASK_OF_VISIT, REMIND_OF_VISIT = "programme.visit_survey", "programme.visit_survey_reminder"
OF_VISITS = {ASK: ASK_OF_VISIT, REMIND: REMIND_OF_VISIT}
SOME_DAY_AFTER = Trigger.parse("P1D")  # letters of no certain hour let people sleep, as reminders by days do (4.12)


def invite(*, now: datetime) -> int:
    """Ask whoever is to be asked now and was not yet. Safe to run twice at once: a person is asked once."""
    return sum(_invite(survey, now=now) for survey in _asking(now=now))


def remind(*, now: datetime) -> int:
    """Write once more to those who were asked some days ago and have not answered. Returns how many letters."""
    asked_by = now.date() - timedelta(days=settings.IURC_SURVEYS["remind_after_days"])
    return sum(_remind(survey, asked_by=asked_by, now=now) for survey in _asking(now=now))


def recipients(survey: Survey) -> list[SurveyInvitation]:
    """Invitations, not stored, for the people of ``survey`` as things stand, each with an address.

    Of an event: who has a place, of its audience; of a visit: its delegates, or whoever said yes to receiving them.
    Those who were there alone, if staff chose so.
    """
    if survey.visit_id is not None:
        found = _hosts(survey) if survey.audience == Survey.Audience.HOST else _guests(survey)
        return [
            SurveyInvitation(survey=survey, person=row.person, language=row.reads) for row in found if row.person.email
        ]
    return [SurveyInvitation(survey=survey, registration=one) for one in _registered(survey)]


def _registered(survey: Survey) -> list[Registration]:
    people = Registration.objects.confirmed().reachable().filter(event=survey.event_id)
    people = people.filter(join_window__isnull=survey.audience == Survey.Audience.GUEST).order_by("pk")
    found = list(people)
    if survey.whom == Survey.Whom.CONFIRMED or survey.event is None:
        return found
    for registration in found:
        registration.event = survey.event
    attendance = attendance_of(found)
    return [registration for registration in found if attendance[registration.pk].attended]


def _guests(survey: Survey) -> list[Delegate]:
    guests = Delegate.objects.filter(visit=survey.visit_id).coming()
    guests = guests.select_related("person", "visit__guest_city").order_by("pk")
    if survey.whom == Survey.Whom.CONFIRMED:
        return list(guests.filter(reply=Delegate.Reply.ACCEPTED))
    there = Attendance.objects.filter(item__day__visit=survey.visit_id).exclude(state=Attendance.State.ABSENT)
    return list(guests.filter(pk__in=there.values("delegate")))


def _hosts(survey: Survey) -> list[HostConfirmation]:
    """Each person once, however many items they received at."""
    said_yes = HostConfirmation.objects.filter(
        item__day__visit=survey.visit_id, answer=HostConfirmation.Answer.ACCEPTED
    ).exclude(item__event__status=Event.Status.CANCELLED)
    rows = said_yes.select_related("person", "item__day__visit__host_city").order_by("item__event__dtstart", "pk")
    return list({row.person_id: row for row in reversed(rows)}.values())[::-1]


def _asking(*, now: datetime) -> Iterator[Survey]:
    near = Q(event__dtend__lte=now) | Q(visit__last_day__lte=now.date() + timedelta(days=1))
    for survey in Survey.objects.asking().filter(near).with_subject():
        if survey.takes_answers(now=now):
            yield survey


@transaction.atomic
def _invite(survey: Survey, *, now: datetime) -> int:
    asked = set(survey.invitations.values_list("registration", "person"))
    new = [one for one in recipients(survey) if (one.registration_id, one.person_id) not in asked]
    if not new:
        return 0
    for invitation in new:
        invitation.asked_on = now.date()
    SurveyInvitation.objects.bulk_create(new, ignore_conflicts=True, batch_size=500)
    wanted = {(one.registration_id, one.person_id) for one in new}
    invitations = _readable(survey)
    _write(ASK, survey, (one for one in invitations if (one.registration_id, one.person_id) in wanted), now=now)
    return len(new)


def _readable(survey: Survey) -> list[SurveyInvitation]:
    """Its invitations with whoever they are for."""
    invitations = list(survey.invitations.select_related("registration", "person").order_by("pk"))
    for invitation in invitations:
        invitation.survey = survey
    return invitations


@transaction.atomic
def _remind(survey: Survey, *, asked_by: date, now: datetime) -> int:
    silent = survey.invitations.filter(is_used=False, is_reminded=False, asked_on__lte=asked_by)
    keys = set(silent.values_list("pk", flat=True))
    invitations = [one for one in _readable(survey) if one.pk in keys] if keys else []
    survey.invitations.filter(pk__in=keys).update(is_reminded=True)
    return _write(REMIND, survey, invitations, now=now)


def _write(kind: str, survey: Survey, invitations: Iterable[SurveyInvitation], *, now: datetime) -> int:
    """One letter for each of ``invitations`` whose person can be reached. Returns how many."""
    kind = OF_VISITS[kind] if survey.visit_id is not None else kind
    letters = [
        Letter(
            key=f"{kind}:{survey.pk}:{invitation.registration_id or invitation.person_id}",
            kind=kind,
            to=asked.email,
            language=asked.language,
            tzid=asked.tzid,
            subject_id=str(invitation.pk),
            not_before=_let_sleep(now, asked.tzid),
            expires_at=survey.ends_at,
        )
        for invitation in invitations
        if (asked := invitation.asked).email
    ]
    queue_messages(letters)
    return len(letters)


def _let_sleep(now: datetime, tzid: str) -> datetime | None:
    leaves = SOME_DAY_AFTER.leaves_at(now, now, tzid)
    return leaves if leaves > now else None
