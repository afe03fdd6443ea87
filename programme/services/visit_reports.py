"""The report of a visit: begun with what happened, approved once, kept as it was approved (programme spec P25)."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, Q
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.models import Event
from iurc_portal.audit.services import record_transition
from iurc_portal.clock import zone_of_language
from iurc_portal.notifications.services import Letter, queue_messages
from iurc_portal.translation.languages import CODES, best_text, languages_filled
from iurc_portal.translation.times import date_range, date_words
from programme.costs import totals_of
from programme.exceptions import FrozenReport
from programme.models import AgendaItem, Attendance, Delegate, LearningQuestion, StudyVisit, Survey, VisitReport
from programme.models.visit_reports import TEXTS
from programme.models.visits import OVER
from programme.services.agenda import lock_visit
from programme.services.proposal_letters import language_of
from programme.services.readiness import today_in
from programme.services.sensitive import is_manager
from programme.survey_results import numbers_of

State = VisitReport.State
Answer = LearningQuestion.Answer
SENT = "programme.visit_report"


def facts_of(visit: StudyVisit) -> dict[str, Any]:
    """What happened, as plain data: numbers and texts in their languages, and nobody's name. Twelve queries at most.

    Of surveys there are the numbers of those that are closed; what people wrote stays out of it.
    """
    items = AgendaItem.objects.filter(day__visit=visit).exclude(event__status=Event.Status.CANCELLED)
    items = items.select_related("event", "day").order_by("event__dtstart", "pk")
    there = Q(attendance__state__in=[Attendance.State.PRESENT, Attendance.State.PART])
    came = visit.delegates.filter(Q(reply=Delegate.Reply.ACCEPTED) | there)  # who said yes, or was there all the same
    roles = [role for _pk, role in came.order_by("pk").distinct().values_list("pk", "role")]
    totals = totals_of(visit.costs.all())
    return {
        "days": [day.isoformat() if day else None for day in (visit.first_day, visit.last_day)],
        "items": [
            {
                "name": _texts(item.event, "name"),
                "day": item.day.date.isoformat(),
                "starts": item.event.wall_start[11:16],
                "kind": item.kind,
                "public": item.is_public,
            }
            for item in items
        ],
        "delegation": {role: list(roles).count(role) for role in Delegate.Role.values if role in set(roles)},
        "questions": [
            {"text": _texts(row, "text"), "answer": row.answer, "note": _texts(row, "note")}
            for row in visit.questions.order_by("order", "pk")
        ],
        "follow_ups": [
            {
                "text": _texts(row, "text"),
                "due_on": row.due_on.isoformat(),
                "state": row.state,
                "owners": [_texts(owner, "name") for owner in row.owners.values()],
            }
            for row in visit.follow_ups.select_related("owner_torino", "owner_nagoya").order_by("due_on", "pk")
        ],
        "surveys": [
            told
            for survey in Survey.objects.with_subject().filter(visit=visit).order_by("audience")
            if (told := numbers_of(survey))
        ],
        "costs": {
            "estimate_eur": str(totals.all_euro.estimate),
            "actual_eur": str(totals.all_euro.actual),
            "missing": totals.missing,
            "no_rate": totals.no_rate,
        },
    }


def _texts(obj, field: str) -> dict[str, str]:
    return {code: text for code in CODES if (text := getattr(obj, f"{field}_{code}", "") or "")}


@transaction.atomic
def begin_report(visit: StudyVisit) -> VisitReport:
    """The draft to work on: the one there is, else the next version. The first begins with what happened.

    Raises ``ValidationError`` (code ``early``) while the visit is not over.
    """
    lock_visit(visit)
    draft = visit.reports.filter(state=State.DRAFT).first()
    if draft is not None:
        return draft
    if visit.state not in OVER:
        raise ValidationError(_("The report begins when the visit is over."), code="early")
    former = visit.reports.order_by("-version").first()
    number = (visit.reports.aggregate(last=Max("version"))["last"] or 0) + 1
    texts = (
        {f"{name}_{code}": getattr(former, f"{name}_{code}") or "" for name in TEXTS for code in CODES}
        if former
        else {}
    )
    return visit.reports.create(version=number, **(texts or _first_words(visit)))


def _first_words(visit: StudyVisit) -> dict[str, str]:
    """What the first version says before anybody has written: the visit in numbers, and what is still to be done."""
    facts, texts = facts_of(visit), {}
    for code in CODES:
        with translation.override(code):
            texts[f"summary_{code}"] = _summary(visit, facts, code)
            steps = visit.follow_ups.all()
            lines = [f"– {best_text(row, 'text')[0]} ({date_words(row.due_on, 'day')})" for row in steps]
            texts[f"next_steps_{code}"] = "\n".join(lines)
    return texts


def _summary(visit: StudyVisit, facts: dict, code: str) -> str:
    people, items = sum(facts["delegation"].values()), len(facts["items"])
    answers = [question["answer"] for question in facts["questions"]]
    names = {
        "guest": best_text(visit.guest_city, "name")[0],
        "host": best_text(visit.host_city, "name")[0],
        "days": date_range(visit.first_day, visit.last_day, code),
    }
    lines = [
        _("A delegation from %(guest)s visited %(host)s on %(days)s.") % names,
        ngettext("%(n)s person took part.", "%(n)s people took part.", people) % {"n": people} if people else "",
        ngettext("There was %(n)s appointment.", "There were %(n)s appointments.", items) % {"n": items}
        if items
        else "",
        _("Of %(all)s questions %(yes)s were answered, %(partly)s in part.")
        % {"all": len(answers), "yes": answers.count(Answer.YES), "partly": answers.count(Answer.PARTLY)}
        if answers
        else "",
    ]
    return ("" if code == "ja" else " ").join(line for line in lines if line)


@transaction.atomic
def write_report(report: VisitReport, **texts: str) -> VisitReport:
    """Write texts of a draft. Raises ``ValidationError`` (code ``frozen``) for what was approved."""
    row = _locked(report)
    if row.is_frozen:
        raise FrozenReport
    for name, text in texts.items():
        setattr(row, name, text)
    row.save(update_fields=list(texts))
    return row


@transaction.atomic
def ask_for_approval(report: VisitReport, *, by, now: datetime) -> VisitReport:
    """Put a draft on the managers' list of what to do. Asking again changes nothing.

    Raises ``ValidationError``: ``frozen`` for what is approved, ``lessons`` while nobody has written them.
    """
    row = _locked(report)
    if row.is_frozen:
        raise FrozenReport
    _need_lessons(row)
    if row.asked_at is None:
        row.asked_at, row.asked_by = now, by
        row.save(update_fields=["asked_at", "asked_by"])
    return row


def may_approve(user) -> bool:
    """Managers approve and freeze; the staff of both sides write (programme spec 8)."""
    return is_manager(user)


@transaction.atomic
def approve_report(report: VisitReport, *, by, now: datetime) -> VisitReport:
    """Freeze texts and facts as they are now.

    Raises ``ValidationError``: ``transition`` for what is approved already, ``lessons`` while nobody has written them.
    """
    row = _locked(report)
    former = row.move_to(State.APPROVED)
    _need_lessons(row)
    row.snapshot = facts_of(row.visit)
    row.approved_by, row.approved_at = by, now
    row.save()
    record_transition(row, from_state=former, to_state=row.state, now=now, actor=by)
    return row


@transaction.atomic
def send_report(report: VisitReport, *, by, now: datetime) -> VisitReport:
    """Tell the leads of both sides and the applicant that it can be read; the public part is on the visit's page."""
    row = _locked(report)
    former = row.move_to(State.SENT)
    row.sent_on = today_in(row.visit, now)
    row.save(update_fields=["state", "sent_on"])
    record_transition(row, from_state=former, to_state=row.state, now=now, actor=by)
    visit = row.visit
    if visit.is_sample:
        return row
    people = {user.email: (user.language, user.tzid) for user in (visit.lead, visit.partner_lead) if user is not None}
    if visit.applicant_contact:
        language = language_of(visit)
        people.setdefault(visit.applicant_contact, (language, zone_of_language(language)))
    queue_messages(
        Letter(
            key=f"{SENT}:{row.pk}:{place}", kind=SENT, to=email, language=language, tzid=tzid, subject_id=str(row.pk)
        )
        for place, (email, (language, tzid)) in enumerate(people.items())
    )
    return row


def public_report(visit: StudyVisit) -> VisitReport | None:
    """The latest version that was approved: what the public page shows the public part of."""
    return VisitReport.objects.approved().filter(visit=visit).order_by("-version").first()


def _locked(report: VisitReport) -> VisitReport:
    rows = VisitReport.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("visit__host_city", "visit__guest_city", "visit__lead", "visit__partner_lead").get(
        pk=report.pk
    )


def _need_lessons(report: VisitReport) -> None:
    if not languages_filled(report, "lessons"):
        raise ValidationError(_("Write what was learnt, in one language at least."), code="lessons")
