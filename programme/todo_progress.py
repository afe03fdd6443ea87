"""What of the programme's progress is late: actions, milestones, readings of periods that are over, money."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from iurc_portal.clock import day_of
from iurc_portal.staff.addresses import change_page
from iurc_portal.staff.todo import Ahead, Section, Task, register
from programme.models import ActionItem, FollowUp, Indicator, Milestone, Reading, StudyVisit
from programme.models.followups import UNFINISHED
from programme.services import readings_due

OPEN_ACTIONS = [ActionItem.State.DRAFT, ActionItem.State.AGREED, ActionItem.State.IN_PROGRESS]
OFF = [StudyVisit.State.DECLINED, StudyVisit.State.CANCELLED, StudyVisit.State.POSTPONED]


def actions_overdue(now):
    return ActionItem.objects.filter(state__in=OPEN_ACTIONS, due_on__lt=day_of(now))


def not_agreed_by(side: str) -> Q:
    return Q(**{f"{side}_agreed_at": None})


register(
    Task(
        "actions-overdue",
        _("Actions of the plan that are overdue"),
        actions_overdue,
        "programme.change_actionitem",
        section=Section.LATE,
    ),
    Task(
        "readings-to-propose",
        _("Indicators without a reading for a period that is over"),
        lambda now: Indicator.objects.filter(pk__in=readings_due.to_propose(day_of(now))),
        "programme.change_reading",
        section=Section.LATE,
        model=Indicator,
    ),
    Task(
        "readings-to-validate",
        _("Readings of past periods to validate"),
        lambda now: readings_due.to_validate(day_of(now)),
        "programme.validate_reading",
        section=Section.LATE,
    ),
    Task(
        "readings-corrected",
        _("Reported numbers whose records were corrected since"),
        lambda now: Reading.objects.filter(pk__in=readings_due.corrected(day_of(now))),
        "programme.view_reading",
        section=Section.LATE,
        model=Reading,
    ),
    Task(
        "actions-to-agree",
        _("Actions of the plan to agree on"),
        lambda now: ActionItem.objects.filter(state=ActionItem.State.DRAFT),
        "programme.change_actionitem",
        city=not_agreed_by,
    ),
    Ahead(
        "visits",
        _("study visit"),
        lambda first, last, user: StudyVisit.objects.filter(first_day__lte=last, last_day__gte=first).exclude(
            state__in=OFF
        ),
        "title",
        "first_day",
        "last_day",
        change_page(StudyVisit),
        "programme.view_studyvisit",
    ),
    Ahead(
        "answers",
        _("answer to a proposal due"),
        lambda first, last, user: StudyVisit.objects.filter(
            state=StudyVisit.State.PROPOSED, answer_by__range=(first, last)
        ),
        "title",
        "answer_by",
        "answer_by",
        change_page(StudyVisit),
        "programme.view_studyvisit",
    ),
    Ahead(
        "milestones",
        _("milestone due"),
        lambda first, last, user: Milestone.objects.filter(done_on=None, due_on__range=(first, last)),
        "title",
        "due_on",
        "due_on",
        change_page(Milestone),
        "programme.view_milestone",
    ),
    Ahead(
        "actions",
        _("action of the plan due"),
        lambda first, last, user: ActionItem.objects.filter(state__in=OPEN_ACTIONS, due_on__range=(first, last)),
        "text",
        "due_on",
        "due_on",
        change_page(ActionItem),
        "programme.view_actionitem",
    ),
    Ahead(
        "follow-ups",
        _("follow-up due"),
        lambda first, last, user: FollowUp.objects.filter(state__in=UNFINISHED, due_on__range=(first, last)),
        "text",
        "due_on",
        "due_on",
        change_page(FollowUp),
        "programme.view_followup",
    ),
)
