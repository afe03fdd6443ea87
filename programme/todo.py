"""What of the programme needs doing."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from events.models import Event
from iurc_portal.staff.addresses import new
from iurc_portal.staff.todo import Job, QuickAction, Task, register
from programme.models import Delegate, HostConfirmation, Milestone, StudyVisit, Survey, Webinar

State = StudyVisit.State
SOON, NEWS_FOR = timedelta(days=7), timedelta(days=30)
OPEN = [State.ACCEPTED, State.PREPARING, State.RELEASED, State.RUNNING]


def with_silent_hosts(now):
    silent = HostConfirmation.objects.filter(answer=HostConfirmation.Answer.PENDING)
    return StudyVisit.objects.filter(state__in=OPEN, pk__in=silent.values("item__day__visit"))


def with_silent_delegates(now):
    silent = Delegate.objects.filter(reply=Delegate.Reply.INVITED)
    return StudyVisit.objects.filter(state__in=OPEN, pk__in=silent.values("visit"))


def surveys_to_open(now):
    """Drafts whose event is over or will be within a week: nobody is asked before staff open them."""
    return Survey.objects.filter(
        state=Survey.State.DRAFT, event__status=Event.Status.CONFIRMED, event__dtend__lt=now + SOON
    )


def survey_results(now):
    """Closed within the last month, with answers enough to be shown."""
    lately = Survey.objects.filter(state=Survey.State.CLOSED, closed_on__gt=(now - NEWS_FOR).date())
    enough = lately.annotate(n=Count("answers")).filter(n__gte=settings.IURC_SURVEYS["at_least"])
    return Survey.objects.filter(pk__in=enough.values("pk"))


register(
    Task(
        "visits-to-answer",
        _("Visit proposals to answer"),
        lambda now: StudyVisit.objects.filter(state=State.PROPOSED),
        "programme.change_studyvisit",
    ),
    Task(
        "hosts-silent",
        _("Visits with hosts who have not answered"),
        with_silent_hosts,
        "programme.change_studyvisit",
    ),
    Task(
        "delegates-silent",
        _("Visits with delegates who have not answered"),
        with_silent_delegates,
        "programme.change_studyvisit",
    ),
    Task(
        "milestones-late",
        _("Milestones that are late"),
        lambda now: Milestone.objects.late(today=now.date()),
        "programme.change_milestone",
    ),
    Task("surveys-to-open", _("Surveys to open"), surveys_to_open, "programme.change_survey"),
    Task("survey-results", _("Results of surveys to read"), survey_results, "programme.change_survey"),
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
    Job("tend_surveys", _("Surveys: letters, reminders, closing"), "tend-surveys"),
    Job("follow_the_calendar", _("Visits that begin and end"), "follow-the-calendar"),
    QuickAction(_("New webinar"), new(Webinar), "programme.add_webinar", main=True),
    QuickAction(_("New study visit"), new(StudyVisit), "programme.add_studyvisit", main=True),
)
