"""What of the programme needs doing."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

import programme.todo_progress  # noqa: F401 - registers what is late of the programme's progress
from events.models import Event, EventLanguage
from iurc_portal.clock import day_of
from iurc_portal.staff.addresses import new
from iurc_portal.staff.todo import Job, QuickAction, Section, Task, city_at, everybody, register
from iurc_portal.translation.languages import CODES
from programme.models import (
    AgendaItem,
    CostLine,
    Delegate,
    Document,
    FollowUp,
    FollowUpCheck,
    HostConfirmation,
    LibraryItem,
    Milestone,
    NewsItem,
    StudyVisit,
    Survey,
    Webinar,
)
from programme.models.visit_reports import VisitReport

State = StudyVisit.State
SOON, NEWS_FOR = timedelta(days=7), timedelta(days=30)
NEWS_WAITS = timedelta(days=14)
ASKED_DAYS = 90  # what nobody has put into the library by then is not coming
EXPIRES_SOON = timedelta(days=30)
Kind = LibraryItem.Kind
HOST = city_at("host_city__slug")
ORGANISER = city_at("event__organizer__side")
EITHER = city_at("event__organizer__side", "visit__host_city__slug")
OPEN = [State.ACCEPTED, State.PREPARING, State.RELEASED, State.RUNNING]


def leads(user) -> Q:
    """Visits for which this person answers."""
    return Q(lead=user) | Q(deputy=user)


def with_silent_hosts(now):
    silent = HostConfirmation.objects.filter(answer=HostConfirmation.Answer.PENDING)
    return StudyVisit.objects.filter(state__in=OPEN, pk__in=silent.values("item__day__visit"))


def with_answers_to_read(now):
    """Visits of which a host proposes another time or declines an item that is still to come."""
    wanting = HostConfirmation.objects.filter(
        answer__in=[HostConfirmation.Answer.PROPOSED, HostConfirmation.Answer.DECLINED], item__event__dtstart__gt=now
    ).exclude(item__event__status=Event.Status.CANCELLED)
    return StudyVisit.objects.filter(state__in=OPEN, pk__in=wanting.values("item__day__visit"))


def with_silent_delegates(now):
    silent = Delegate.objects.filter(reply=Delegate.Reply.INVITED)
    return StudyVisit.objects.filter(state__in=OPEN, pk__in=silent.values("visit"))


def proposals_due(now):
    """Proposals to answer today, within two days, or since."""
    return StudyVisit.objects.filter(state=State.PROPOSED, answer_by__lte=day_of(now) + timedelta(days=2))


def with_open_costs(now):
    over = StudyVisit.objects.filter(state__in=[State.COMPLETED, State.REPORTED])
    return over.filter(pk__in=CostLine.objects.filter(actual=None).values("visit"))


def with_stalled_checks(now):
    """Those whose answers of the last month include that it has stalled."""
    stalled = FollowUpCheck.objects.filter(
        source="visit", answer=FollowUpCheck.Answer.STALLED, answered_at__gt=now - NEWS_FOR
    )
    return StudyVisit.objects.filter(pk__in=stalled.values("source_id"))


def with_report_to_approve(now):
    asked = VisitReport.objects.drafts().filter(asked_at__isnull=False)
    return StudyVisit.objects.filter(pk__in=asked.values("visit"))


def with_items_to_release(now):
    """Visits whose agenda people hold, with items that they do not know of yet."""
    drafts = AgendaItem.objects.filter(event__status=Event.Status.TENTATIVE)
    return StudyVisit.objects.filter(state__in=[State.RELEASED, State.RUNNING], pk__in=drafts.values("day__visit"))


def surveys_to_open(now):
    """Drafts whose event or visit is over or will be within a week. Those of visits open by themselves, if whole."""
    ending = Q(event__status=Event.Status.CONFIRMED, event__dtend__lt=now + SOON)
    ending |= Q(
        visit__state__in=[State.RELEASED, State.RUNNING, State.COMPLETED], visit__last_day__lt=day_of(now + SOON)
    )
    return Survey.objects.filter(ending, state=Survey.State.DRAFT)


def survey_results(now):
    """Closed within the last month, with answers enough to be shown."""
    lately = Survey.objects.filter(state=Survey.State.CLOSED, closed_on__gt=(now - NEWS_FOR).date())
    least = settings.IURC_SURVEYS
    enough = lately.annotate(n=Count("answers")).filter(
        Q(n__gte=least["at_least"]) | Q(visit__isnull=False, n__gte=least["at_least_visit"])
    )
    return Survey.objects.filter(pk__in=enough.values("pk"))


def held_lately(now):
    """Webinars that took place in the last ninety days."""
    since = now - timedelta(days=ASKED_DAYS)
    return Webinar.objects.filter(event__status=Event.Status.CONFIRMED, event__dtend__range=(since, now))


def without_recording(now):
    return held_lately(now).exclude(library__kind=Kind.RECORDING)


def without_transcript(now):
    """Of those that have a recording: a language that was heard there has no transcript."""
    heard = EventLanguage.objects.filter(event=OuterRef("event"), language__in=CODES)
    heard = heard.exclude(role=EventLanguage.Role.CAPTIONED)
    written = LibraryItem.objects.filter(
        kind=Kind.TRANSCRIPT, webinar__event=OuterRef("event"), language=OuterRef("language")
    )
    recorded = LibraryItem.objects.filter(webinar=OuterRef("pk"), kind=Kind.RECORDING)
    return held_lately(now).filter(Exists(recorded), Exists(heard.exclude(Exists(written))))


def with_something_ending(now):
    today = day_of(now)
    ending = LibraryItem.objects.filter(webinar=OuterRef("pk"), expires_on__range=(today, today + EXPIRES_SOON))
    return Webinar.objects.filter(Exists(ending))


def with_papers_not_made(now):
    """A paper failed lately, and nobody has made that one since."""
    failed = Document.objects.filter(state=Document.State.FAILED, created_at__gt=now - SOON)
    later = Document.objects.ready().filter(
        visit=OuterRef("visit"), kind=OuterRef("kind"), language=OuterRef("language"), pk__gt=OuterRef("pk")
    )
    return StudyVisit.objects.filter(pk__in=failed.exclude(Exists(later)).values("visit"))


register(
    Task(
        "visits-to-answer",
        _("Visit proposals to answer"),
        lambda now: StudyVisit.objects.filter(state=State.PROPOSED),
        "programme.change_studyvisit",
        city=HOST,
        mine=leads,
    ),
    Task(
        "proposals-due",
        _("Visit proposals whose answer is due within two days"),
        proposals_due,
        "programme.change_studyvisit",
        section=Section.LATE,
    ),
    Task(
        "follow-ups-overdue",
        _("Follow-ups that are overdue"),
        lambda now: FollowUp.objects.filter(
            pk__in=FollowUp.objects.overdue(today=day_of(now)).order_by().values("pk")
        ),
        "programme.change_followup",
        section=Section.LATE,
    ),
    Task(
        "costs-open",
        _("Visits that are over with costs without an actual amount"),
        with_open_costs,
        "programme.change_studyvisit",
        urgent=False,
    ),
    Task(
        "visits-stalled",
        _("Visits of which a check says that nothing moves"),
        with_stalled_checks,
        "ecosystem.edit_both_sides",  # single answers are read by managers (programme spec 8)
        urgent=False,
    ),
    Task(
        "reports-to-approve",
        _("Visits whose report waits for approval"),
        with_report_to_approve,
        "ecosystem.edit_both_sides",
        city=HOST,
        mine=everybody,
    ),
    Task(
        "hosts-silent",
        _("Visits with hosts who have not answered"),
        with_silent_hosts,
        "programme.change_studyvisit",
        whom="hosts",
    ),
    Task(
        "hosts-to-answer",
        _("Visits whose hosts propose another time or decline"),
        with_answers_to_read,
        "programme.change_studyvisit",
        city=HOST,
        mine=leads,
    ),
    Task(
        "delegates-silent",
        _("Visits with delegates who have not answered"),
        with_silent_delegates,
        "programme.change_studyvisit",
        whom="delegates",
    ),
    Task(
        "agendas-to-release",
        _("Visits with agenda items that are not released yet"),
        with_items_to_release,
        "programme.change_studyvisit",
        city=HOST,
        mine=leads,
    ),
    Task(
        "milestones-late",
        _("Milestones that are late"),
        lambda now: Milestone.objects.late(today=day_of(now)),
        "programme.change_milestone",
        section=Section.LATE,
    ),
    Task(
        "webinars-without-recording",
        _("Past webinars without a recording"),
        without_recording,
        "programme.change_webinar",
        city=ORGANISER,
    ),
    Task(
        "webinars-without-transcript",
        _("Past webinars without a transcript in a language that was heard"),
        without_transcript,
        "programme.change_webinar",
        city=ORGANISER,
    ),
    Task(
        "recordings-expiring",
        _("Webinars with recordings or material that end within 30 days"),
        with_something_ending,
        "programme.change_webinar",
        city=ORGANISER,
    ),
    Task(
        "surveys-to-open",
        _("Surveys to open"),
        surveys_to_open,
        "programme.change_survey",
        city=EITHER,
    ),
    Task(
        "survey-results",
        _("Results of surveys to read"),
        survey_results,
        "programme.change_survey",
        city=EITHER,
    ),
    Task(
        "webinars-without-survey",
        _("Webinars of the last two weeks without a survey"),
        lambda now: Webinar.objects.filter(
            event__surveys=None,
            event__status=Event.Status.CONFIRMED,
            event__dtend__range=(now - 2 * SOON, now),
        ),
        "programme.change_webinar",
        urgent=False,
    ),
    Task(
        "news-to-publish",
        _("News that has been a draft for two weeks"),
        lambda now: NewsItem.objects.filter(state=NewsItem.State.DRAFT, created_at__lte=now - NEWS_WAITS),
        "programme.change_newsitem",
        urgent=False,
    ),
    Job("follow_the_calendar", _("Visits that begin and end"), "follow-the-calendar"),
    Job("tend_follow_ups", _("Follow-ups: reminders, checks, silence"), "tend-follow-ups"),
    Job("make_papers", _("Papers of visits that were asked for"), "make-papers"),
    Job("make_evidence_packs", _("Evidence packs that were asked for"), "make-evidence-packs"),
    Job("tend_hosts", _("Hosts: reminders"), "tend-hosts"),
    Job("tend_surveys", _("Surveys: letters, reminders, closing"), "tend-surveys"),
    Task(
        "papers-not-made",
        _("Visits with a paper that could not be made in the last week"),
        with_papers_not_made,
        "programme.change_studyvisit",
        urgent=False,
    ),
    QuickAction(_("New webinar"), new(Webinar), "programme.add_webinar", main=True),
    QuickAction(_("New study visit"), new(StudyVisit), "programme.add_studyvisit", main=True),
)
