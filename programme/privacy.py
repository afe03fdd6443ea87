"""People of visits and webinars: delegates, hosts, applicants, speakers; what was written in surveys.

Who they are stands in ``ecosystem``, which forgets them (events spec 13.3).
"""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from ecosystem.privacy import people_of
from iurc_portal.privacy import registry, words
from iurc_portal.privacy.registry import Holder, Rule, Section, Span, columns
from iurc_portal.privacy.subjects import Subject
from iurc_portal.privacy.traces import blank_traces
from iurc_portal.translation.languages import Spoken
from programme.models import Attendance, Delegate, Speaker, StudyVisit, Survey
from programme.models.delegations import HostConfirmation
from programme.services import survey_answers


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
        Holder("programme", 10, collect, erase),
    )


def forget_survey_texts(rows: Iterable[Survey], now: datetime) -> None:
    for survey in rows:
        survey_answers.forget_texts(survey, now=now)


def delegates_of(subject: Subject):
    return Delegate.objects.filter(person__in=people_of(subject).values("pk"))


def attendance_of(subject: Subject):
    """Ticks stay when a person is forgotten: they count somebody without a name."""
    return Attendance.objects.filter(delegate__person__in=people_of(subject).values("pk"))


def hosts_of(subject: Subject):
    return HostConfirmation.objects.filter(person__in=people_of(subject).values("pk"))


def talks_of(subject: Subject):
    return Speaker.objects.filter(person__in=people_of(subject).values("pk"))


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
        ),
        list(hosts_of(subject).select_related("item__day__visit", "item__event")),
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
        "applications",
        _("Study visits you applied for"),
        columns(("visit", _("visit"), "title"), ("contact", _("applicant's e-mail"), "applicant_contact")),
        list(StudyVisit.objects.filter(subject.at("applicant_contact"))),
        lambda visit: words.line("{}", Spoken.of(visit, "title")),
    )


def erase(subject: Subject, now: datetime) -> None:
    """Nobody is taken out of a delegation: a nameless delegate is counted, as those who came are. A page of a webinar
    names people, and nothing else of them: these rows go. Released agendas know people by number alone.
    """
    for speaker in talks_of(subject):
        speaker.delete()
    blank_traces(Delegate, delegates_of(subject).values_list("pk", flat=True))
    blank_traces(HostConfirmation, hosts_of(subject).values_list("pk", flat=True))
    applied = StudyVisit.objects.filter(subject.at("applicant_contact"))
    for key in list(applied.values_list("pk", flat=True)):
        StudyVisit.objects.filter(pk=key).update(applicant_contact="")
        StudyVisit.history.filter(id=key).update(applicant_contact="")
