"""What of the programme needs doing."""

from django.utils.translation import gettext_lazy as _

from iurc_portal.staff.addresses import new
from iurc_portal.staff.todo import Job, QuickAction, Task, register
from programme.models import Delegate, HostConfirmation, Milestone, StudyVisit, Webinar

State = StudyVisit.State
OPEN = [State.ACCEPTED, State.PREPARING, State.RELEASED, State.RUNNING]


def with_silent_hosts(now):
    silent = HostConfirmation.objects.filter(answer=HostConfirmation.Answer.PENDING)
    return StudyVisit.objects.filter(state__in=OPEN, pk__in=silent.values("item__day__visit"))


def with_silent_delegates(now):
    silent = Delegate.objects.filter(reply=Delegate.Reply.INVITED)
    return StudyVisit.objects.filter(state__in=OPEN, pk__in=silent.values("visit"))


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
    Job("follow_the_calendar", _("Visits that begin and end"), "follow-the-calendar"),
    QuickAction(_("New webinar"), new(Webinar), "programme.add_webinar", main=True),
    QuickAction(_("New study visit"), new(StudyVisit), "programme.add_studyvisit", main=True),
)
