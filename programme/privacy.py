"""People of visits and webinars: delegates, hosts, applicants, speakers; what was written in surveys.

Who they are stands in ``ecosystem``, which forgets them (events spec 13.3).
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import CharField, OuterRef, Q, Subquery
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ecosystem.privacy import people_of
from iurc_portal.audit.models import Transition
from iurc_portal.privacy import registry, words
from iurc_portal.privacy.registry import Holder, Rule, Section, Span, columns
from iurc_portal.privacy.subjects import Subject
from iurc_portal.privacy.traces import blank_traces
from iurc_portal.translation.languages import Spoken
from iurc_portal.translation.languages import columns as translated_columns
from programme.models import (
    AgendaItem,
    Attendance,
    CostLine,
    Delegate,
    DelegateLink,
    DelegateSensitive,
    Document,
    FollowUp,
    Gift,
    HostConfirmation,
    HostLink,
    InterpreterAssignment,
    Material,
    Meeting,
    PersonalDataTransfer,
    Speaker,
    StaffExchange,
    StudyVisit,
    Survey,
    SurveyInvitation,
    VisitReport,
)
from programme.services import papers, survey_answers

AFTER_VISIT = _("%(time)s after the last day of the visit")


def register() -> None:
    registry.register(
        Rule(
            "survey-texts",
            _("What people wrote in surveys in their own words"),
            Span("survey_texts_months", _("%(time)s after the survey has closed")),
            words.DELETED,
            survey_answers.with_old_texts,
            forget_survey_texts,
        ),
        Rule(
            "visit-drafts",
            _("Drafts of proposals of visits that nobody has touched"),
            Span("visit_draft_days", _("%(time)s after the last change")),
            words.DELETED,
            drafts_untouched_since,
            forget_visits,
        ),
        Rule(
            "visits-declined",
            _("Proposals of visits that were declined"),
            Span("visit_declined_months", _("%(time)s after the refusal")),
            words.DELETED,
            declined_before,
            forget_visits,
        ),
        Rule(
            "visit-papers",
            _("PDF papers of a study visit that name people"),
            Span("papers_months", AFTER_VISIT),
            _("file deleted"),
            papers.naming_people_before,
            forget_papers,
        ),
        Rule(
            "data-transfers",
            _("Log of names that left the team"),
            Span("log_months", words.AFTER_WRITING),
            words.DELETED,
            lambda before: PersonalDataTransfer.objects.filter(at__lte=before),
            registry.delete,
        ),
        Holder("programme", 10, collect, erase),
    )


def forget_survey_texts(rows: Iterable[Survey], now: datetime) -> None:
    for survey in rows:
        survey_answers.forget_texts(survey, now=now)


def drafts_untouched_since(instant: datetime):
    """Drafts without an agenda; what staff have planned items for is no idle draft."""
    return StudyVisit.objects.filter(state=StudyVisit.State.DRAFT, updated_at__lte=instant).exclude(
        pk__in=AgendaItem.objects.values("day__visit")
    )


def declined_before(instant: datetime):
    moves = Transition.objects.filter(model=StudyVisit._meta.label_lower, to_state=StudyVisit.State.DECLINED)
    last = moves.filter(object_id=Cast(OuterRef("pk"), CharField())).order_by("-at", "-pk").values("at")[:1]
    declined = StudyVisit.objects.filter(state=StudyVisit.State.DECLINED).alias(
        declined_at=Coalesce(Subquery(last), "updated_at")
    )
    return StudyVisit.objects.filter(pk__in=declined.filter(declined_at__lte=instant).values("pk"))


def forget_visits(rows: Iterable[StudyVisit], now: datetime) -> None:
    """The proposal goes with all that hangs on it; the log keeps that it was, and no word of what it said."""
    keys = [visit.pk for visit in rows]
    for model in (FollowUp, CostLine, Gift, VisitReport):
        model.objects.filter(visit__in=keys).delete()
    StudyVisit.objects.filter(pk__in=keys).delete()
    blank_traces(StudyVisit, keys)


def forget_papers(rows: Iterable[Document], now: datetime) -> None:
    papers.forget_files(rows)


def delegates_of(subject: Subject):
    return Delegate.objects.filter(person__in=people_of(subject).values("pk"))


def attendance_of(subject: Subject):
    """Ticks stay when a person is forgotten: they count somebody without a name."""
    return Attendance.objects.filter(delegate__person__in=people_of(subject).values("pk"))


def hosts_of(subject: Subject):
    return HostConfirmation.objects.filter(person__in=people_of(subject).values("pk"))


def interpretations_of(subject: Subject):
    return InterpreterAssignment.objects.filter(interpreter__in=people_of(subject).values("pk"))


def sensitive_of(subject: Subject):
    return DelegateSensitive.objects.filter(delegate__in=delegates_of(subject).values("pk"))


def surveys_of(subject: Subject):
    """The surveys of visits to which they were invited; what anybody answered leads to nobody."""
    return SurveyInvitation.objects.filter(person__in=people_of(subject).values("pk"))


def talks_of(subject: Subject):
    return Speaker.objects.filter(person__in=people_of(subject).values("pk"))


def stays_of(subject: Subject):
    people = people_of(subject).values("pk")
    return StaffExchange.objects.filter(Q(person__in=people) | Q(mentor__in=people))


def meetings_of(subject: Subject):
    people = people_of(subject).values("pk")
    with_them = Meeting.people.through.objects.filter(person__in=people).values("meeting")
    return Meeting.objects.filter(Q(pk__in=with_them) | Q(interpreter__in=people))


def collect(subject: Subject) -> Iterable[Section]:
    yield Section(
        "delegations",
        _("Study visits as a member of a delegation"),
        columns(
            ("visit", _("visit"), lambda row: row.visit.title),
            ("role", _("role"), lambda row: str(row.get_role_display())),
            ("rank", _("rank"), "rank"),
            ("reply", _("answer"), lambda row: str(row.get_reply_display())),
        ),
        list(delegates_of(subject).select_related("visit")),
        lambda row: words.line("{} ({})", Spoken.of(row.visit, "title"), row.get_role_display()),
    )
    yield Section(
        "delegations-in-confidence",
        _("What you told for a study visit in confidence"),
        columns(
            ("visit", _("visit"), lambda row: row.delegate.visit.title),
            ("diet", _("diet"), lambda row: ", ".join(row.diet_labels)),
            ("allergies", _("allergies"), "allergies"),
            ("mobility", _("help with walking, seeing, hearing"), "mobility"),
            ("emergency_name", _("whom to call in an emergency"), "emergency_name"),
            ("emergency_phone", _("their telephone"), "emergency_phone"),
            # The values stay where they are encrypted: a copy of them would be one more place to forget.
            ("passport", _("passport data, encrypted: see them on your page"), lambda row: bool(row.passport_number)),
        ),
        list(sensitive_of(subject).select_related("delegate__visit")),
        lambda row: words.line("{}", Spoken.of(row.delegate.visit, "title")),
    )
    yield Section(
        "visit_attendance",
        _("Items of study visits at which you were ticked as present or absent"),
        columns(
            ("visit", _("visit"), lambda row: row.delegate.visit.title),
            ("item", _("agenda item"), lambda row: str(row.item)),
            ("state", _("attendance"), lambda row: str(row.get_state_display())),
            ("at", _("ticked"), "at"),
        ),
        list(attendance_of(subject).select_related("delegate__visit", "item__event")),
        lambda row: words.line("{} – {}", Spoken.of(row.item.event, "name"), row.get_state_display()),
    )
    yield Section(
        "hostings",
        _("Study visits as a host"),
        columns(
            ("visit", _("visit"), lambda row: row.item.day.visit.title),
            ("item", _("agenda item"), lambda row: str(row.item)),
            ("answer", _("answer"), lambda row: str(row.get_answer_display())),
            ("answered", _("answered"), "answered_at"),
            ("reason", _("reason"), "reason"),
            ("needs", _("needs"), "needs"),
        ),
        list(hosts_of(subject).select_related("item__day__visit", "item__event")),
        lambda row: words.line("{} – {}", Spoken.of(row.item.day.visit, "title"), Spoken.of(row.item.event, "name")),
    )
    yield Section(
        "visit_surveys",
        _("Surveys after study visits that you were asked to answer"),
        columns(
            ("visit", _("visit"), lambda row: row.survey.visit.title),
            ("asked_on", _("asked on"), "asked_on"),
            ("language", _("language"), lambda row: str(row.get_language_display())),
        ),
        list(surveys_of(subject).select_related("survey__visit")),
        lambda row: words.line("{}", Spoken.of(row.survey.visit, "title")),
    )
    yield Section(
        "interpretations",
        _("Study visits as an interpreter"),
        columns(
            ("visit", _("visit"), lambda row: row.item.day.visit.title),
            ("item", _("agenda item"), lambda row: str(row.item)),
            ("from", pgettext_lazy("hour", "from"), "starts"),
            ("until", pgettext_lazy("hour", "until"), "ends"),
        ),
        list(interpretations_of(subject).select_related("item__day__visit", "item__event")),
        lambda row: words.line("{} – {}", Spoken.of(row.item.day.visit, "title"), Spoken.of(row.item.event, "name")),
    )
    yield Section(
        "talks",
        _("Webinars at which you were named as a speaker, moderator or interpreter"),
        columns(
            ("webinar", _("webinar"), lambda row: str(row.webinar)),
            ("role", _("role"), lambda row: str(row.get_role_display())),
        ),
        list(talks_of(subject).select_related("webinar__event")),
        lambda row: words.line("{} ({})", Spoken.of(row.webinar.event, "name"), row.get_role_display()),
    )
    yield Section(
        "stays",
        _("Staff exchanges, as who goes or as a mentor"),
        columns(
            ("stay", _("staff exchange"), lambda row: str(row)),
            ("first_day", _("first day"), "first_day"),
            ("last_day", _("last day"), "last_day"),
            ("state", _("state"), lambda row: str(row.get_state_display())),
        ),
        list(stays_of(subject).select_related("sending", "hosting")),
        lambda row: words.line("{} ({})", Spoken.of(row, "aims"), row.get_state_display()),
    )
    yield Section(
        "meetings",
        _("Meetings of organisations at which you were to be"),
        columns(
            ("meeting", _("meeting"), lambda row: str(row.event)),
            ("start", _("start"), lambda row: row.event.dtstart),
        ),
        list(meetings_of(subject).select_related("event")),
        lambda row: words.line("{}", Spoken.of(row.event, "name")),
    )
    yield Section(
        "visit-papers",
        _("Papers of study visits that may name you"),
        columns(
            ("file", _("file"), "file_name"),
            ("made", _("made"), "made_at"),
            ("digest", "SHA-256", "sha256"),
        ),
        list(papers.naming(people_of(subject))),
        lambda row: words.line("{}", row.file_name),
    )
    yield Section(
        "applications",
        _("Study visits you applied for"),
        columns(
            ("visit", _("visit"), "title"),
            ("name", _("whom we write to"), "contact_name"),
            ("contact", _("applicant's e-mail"), "applicant_contact"),
        ),
        list(applied_by(subject)),
        lambda visit: words.line("{}", Spoken.of(visit, "title")),
    )


def erase(subject: Subject, now: datetime) -> None:
    """Nobody is taken out of a delegation: a nameless delegate is counted, as those who came are. A page of a webinar
    names people, and nothing else of them: these rows go. Released agendas know people by number alone.
    """
    for speaker in talks_of(subject):
        speaker.delete()
    forget_stays_and_meetings(subject)
    papers.forget_files(papers.naming(people_of(subject)))
    sensitive_of(subject).delete()
    surveys_of(subject).delete()
    delegates, hosts = delegates_of(subject), hosts_of(subject)
    DelegateLink.objects.filter(delegate__in=delegates.values("pk")).delete()
    HostLink.objects.filter(host__in=hosts.values("pk")).delete()
    for material in Material.objects.filter(host__in=hosts.values("pk")):
        material.delete()  # one by one: their files go with them
    nameless = dict.fromkeys(translated_columns("title", "affiliation"), "")
    delegates.update(arrives_at=None, leaves_at=None, languages=[], photo_consent=None, **nameless)
    hosts.update(needs="", reason="")
    blank_traces(Delegate, delegates_of(subject).values_list("pk", flat=True))
    blank_traces(InterpreterAssignment, interpretations_of(subject).values_list("pk", flat=True))
    blank_traces(HostConfirmation, hosts_of(subject).values_list("pk", flat=True))
    keys = list(applied_by(subject).values_list("pk", flat=True))
    nobody = {"applicant_contact": "", "contact_name": "", "proposed_by": None}
    StudyVisit.objects.filter(pk__in=keys).update(**nobody)
    StudyVisit.history.filter(id__in=keys).update(**nobody)


def forget_stays_and_meetings(subject: Subject) -> None:
    """The stay and the meeting remain, as they are counted; who was there is known no more, former states included."""
    people = people_of(subject).values("pk")
    stays, meetings = (list(found.values_list("pk", flat=True)) for found in (stays_of(subject), meetings_of(subject)))
    for name in ("person", "mentor"):
        for rows in (StaffExchange.objects, StaffExchange.history):
            rows.filter(**{f"{name}__in": people}).update(**{name: None})
    for rows in (Meeting.objects, Meeting.history):
        rows.filter(interpreter__in=people).update(interpreter=None)
    Meeting.people.through.objects.filter(person__in=people).delete()
    blank_traces(StaffExchange, stays)
    blank_traces(Meeting, meetings)


def applied_by(subject: Subject):
    """The proposals they wrote, or in which they are whom we write to."""
    written = Q(proposed_by=subject.user) if subject.user is not None else Q(pk__in=[])
    return StudyVisit.objects.filter(subject.at("applicant_contact") | written)
