"""What the letters afterwards say: a follow-up that falls due, and the question whether it is still moving (P23)."""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils.translation import gettext_noop, pgettext, pgettext_lazy

from iurc_portal.notifications import registry
from iurc_portal.notifications.letters import compose
from iurc_portal.notifications.models import Message
from iurc_portal.notifications.words import Words
from iurc_portal.notifications.words import gettext as _
from iurc_portal.translation.languages import best_text
from iurc_portal.translation.times import date_words
from programme import check_sources
from programme.models import FollowUp, FollowUpCheck, VisitReport
from programme.services import checks
from programme.services.reminders import REMIND
from programme.services.visit_reports import SENT

FOLLOW_UP_ALONG = ("visit", "webinar__event", "stay__sending", "stay__hosting", "owner_torino", "owner_nagoya")
PREVIEW_LINK = "preview"  # stands in place of a token when staff look at a letter
FINISHED = gettext_noop("the follow-up is finished")
GONE = gettext_noop("the record is gone")
ANSWERED = gettext_noop("the person has answered already")


def register_kinds() -> None:
    for name, title, render, refusal in (
        (REMIND, pgettext_lazy("letter", "reminder of a follow-up"), follow_up, not_to_be_reminded),
        (SENT, pgettext_lazy("letter", "report of a visit"), report, report_gone),
        (checks.ASK, pgettext_lazy("letter", "is it still moving?"), check, not_to_be_asked),
    ):
        registry.register(name, title=title, render=render, refusal=refusal)


def follow_up(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    row = FollowUp.objects.select_related(*FOLLOW_UP_ALONG).get(pk=message.subject_id)
    stage = message.payload.get("stage", "day")
    facts = {"day": date_words(row.due_on, "full"), "text": best_text(row, "text")[0]}
    opening = {
        "before": _("On %(day)s, within a week, this is due:") % facts,
        "day": _("Today, %(day)s, this is due:") % facts,
    }.get(stage, _("This was due on %(day)s and is not finished:") % facts)
    owners = pgettext("between items of a list", ", ").join(
        best_text(owner, "name")[0] for owner in row.owners.values()
    )
    is_staff = message.payload.get("staff", False)
    page = reverse("admin:programme_followup_change", args=[row.pk]) if is_staff else reverse("my")
    return compose(
        message,
        Words(
            subject=_("To be done: %(text)s") % {"text": facts["text"][:80]},
            opening=[
                opening,
                facts["text"],
                _("It comes from: %(source)s.") % {"source": row.comes_from},
                _("Who answers for it: %(owners)s.") % {"owners": owners},
            ],
            button=_("Open the follow-up") if is_staff else _("My area"),
            link=settings.SITE_URL + page,
            closing=[_("Once it is done, or is not to be done any more, these reminders end.")],
        ),
        template="plain",
        context={},
    )


def check(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    row = FollowUpCheck.objects.get(pk=message.subject_id)
    source = check_sources.source_of(row.source)
    record = source.find(row.source_id) if source else None
    title = str(source.name_of(record)) if source and record else ""
    token = PREVIEW_LINK if preview else checks.issue_link(row)
    return compose(
        message,
        Words(
            name=message.payload.get("name", ""),
            subject=_("%(days)s days later: %(title)s") % {"days": row.day, "title": title},
            opening=[
                _("%(days)s days have passed since “%(title)s”.") % {"days": row.day, "title": title},
                _("Is what began there moving, has it stalled, or is it concluded? One click is enough."),
            ],
            button=_("Answer with one click"),
            link=settings.SITE_URL + reverse("follow_up_check", args=[token]),
            closing=[_("No answer is noted as no answer; nobody is reminded.")],
        ),
        template="plain",
        context={},
    )


def report(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    visit = VisitReport.objects.select_related("visit").get(pk=message.subject_id).visit
    title = {"title": best_text(visit, "title")[0]}
    return compose(
        message,
        Words(
            subject=_("The report of the visit: %(title)s") % title,
            opening=[
                _("The report of “%(title)s” is approved.") % title,
                _("What the visit was, what was learnt and what comes next stands on its page."),
            ],
            button=_("Read the report"),
            link=f"{settings.SITE_URL}{visit.get_absolute_url()}#report",
        ),
        template="plain",
        context={},
    )


def report_gone(message: Message) -> str:
    return "" if VisitReport.objects.filter(pk=message.subject_id).exists() else GONE


def not_to_be_reminded(message: Message) -> str:
    state = FollowUp.objects.filter(pk=message.subject_id).values_list("state", flat=True).first()
    if state is None:
        return GONE
    return "" if state in {FollowUp.State.OPEN, FollowUp.State.IN_PROGRESS} else FINISHED


def not_to_be_asked(message: Message) -> str:
    row = FollowUpCheck.objects.filter(pk=message.subject_id).first()
    source = check_sources.source_of(row.source) if row else None
    if row is None or source is None or source.find(row.source_id) is None:
        return GONE
    return ANSWERED if row.answer else ""
