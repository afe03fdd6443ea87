"""What the ground keeps that belongs to no other app: logs, sessions, requests about data, reports of problems."""

import re
from collections.abc import Iterable
from datetime import datetime

from django.contrib.sessions.models import Session
from django.utils.translation import gettext_lazy as _

from iurc_portal.pages.models import ProblemReport
from iurc_portal.privacy import registry, services, words
from iurc_portal.privacy.models import DataLink, DataRequest, RetentionRun
from iurc_portal.privacy.registry import Holder, Rule, Section, Span, columns
from iurc_portal.privacy.subjects import Subject
from iurc_portal.privacy.traces import blank_traces


def register() -> None:
    registry.register(
        Rule(
            "data-links",
            _("Links to one's own data"),
            Span("token_days", words.AFTER_ITS_END),
            words.DELETED,
            lambda before: DataLink.objects.filter(expires_at__lte=before),
            registry.delete,
        ),
        Rule(
            "data-requests",
            _("Files and addresses of copies of personal data"),
            Span("request_days", words.AFTER_WRITING),
            words.BLANKED,
            lambda before: DataRequest.objects.filter(
                kind=DataRequest.Kind.EXPORT, done_at__lte=before, email_key__gt=""
            ),
            services.blank_requests,
        ),
        Rule(
            "reports",
            _("Addresses of those who reported a problem"),
            Span("report_days", words.AFTER_ANSWER),
            words.BLANKED,
            lambda before: ProblemReport.objects.filter(answered_at__lte=before, email__gt=""),
            lambda rows, now: _blank_reports(ProblemReport.objects.filter(pk__in=[row.pk for row in rows])),
        ),
        Rule(
            "sessions",
            _("Sessions of those who signed in"),
            Span("session_days", words.AFTER_ITS_END),
            words.DELETED,
            lambda before: Session.objects.filter(expire_date__lte=before),
            registry.delete,
        ),
        Rule(
            "runs",
            _("What retention did"),
            Span("log_months", words.AFTER_WRITING),
            words.DELETED,
            lambda before: RetentionRun.objects.filter(at__lte=before),
            registry.delete,
        ),
        Holder("reports", 70, collect_reports, erase_reports),
        Holder("requests", 85, collect_requests, services.forget_own),
    )


def collect_reports(subject: Subject) -> Iterable[Section]:
    yield Section(
        "reports",
        _("Problems reported"),
        columns(
            ("received", _("received"), "created_at"),
            ("page", _("page"), "path"),
            ("text", _("what happened"), "text"),
        ),
        list(ProblemReport.objects.filter(subject.at("email"))),
        lambda report: f"{words.day(report.created_at)} – {report.text[:160]}",
    )


def erase_reports(subject: Subject, now: datetime) -> None:
    """The report stays for those who mend the page; who wrote it does not."""
    mine = ProblemReport.objects.filter(subject.at("email"))
    blank_traces(ProblemReport, mine.values_list("pk", flat=True))
    _blank_reports(mine)
    for report in ProblemReport.objects.filter(subject.naming("text")):
        report.text = _without(report.text, subject)
        report.save(update_fields=["text"])


def _blank_reports(reports) -> None:
    reports.update(email="")


def _without(text: str, subject: Subject) -> str:
    """``text`` with the person's addresses taken out, however they are written."""
    for spelling in subject.spellings:
        text = re.sub(re.escape(spelling), "…", text, flags=re.IGNORECASE)
    return text


def collect_requests(subject: Subject) -> Iterable[Section]:
    mine = DataRequest.objects.filter(email_key__in=subject.keys)
    yield Section(
        "requests",
        _("Requests about your data"),
        columns(
            ("what", _("what"), lambda request: str(request.get_kind_display())),
            ("asked", _("asked on"), "asked_at"),
            ("done", _("done on"), "done_at"),
        ),
        list(mine),
        lambda request: f"{words.day(request.asked_at)} – {request.get_kind_display()}",
    )
