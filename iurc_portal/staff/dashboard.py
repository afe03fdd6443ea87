"""The staff's home: what is late, what waits for whom, what comes, whether the machinery runs."""

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Max, Value
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from iurc_portal.clock import PartnerSide
from iurc_portal.notifications.models import Heartbeat
from iurc_portal.staff import todo
from iurc_portal.staff.counting import Numbers, numbers_of
from iurc_portal.staff.todo import BOTH, ME, Section, Task

PATIENCE = timedelta(minutes=10)  # a job is late when it has missed three turns, and never sooner than this


def context(request, context):
    """Called by unfold for the admin's index: what waits by section and by whom, what comes, the state of the jobs.

    One query for all tasks and one or two a panel, whatever the portal holds.
    """
    now, user = timezone.now(), request.user
    mine = [task for task in todo.tasks.values() if task.urgent and user.has_perm(task.permission)]
    numbers = numbers_of(mine, user, now)
    counted = [(task, numbers[task.name]) for task in mine]
    sections = {
        section: _entries((task, number, "") for task, number in counted if task.section == section)
        for section in Section
    }
    figures = [
        {"name": group.name, "title": group.title, "figures": [one for one in group.count(user) if one.count]}
        for group in todo.figures.values()
        if user.has_perm(group.permission)
    ]
    panels = [
        {"template": panel.template, "aside": panel.aside, **panel.context(now, user)}
        for panel in todo.panels.values()
        if user.has_perm(panel.permission)
    ]
    jobs = state_of_jobs(now)
    context.update(
        title=_("Home"),
        tasks=_entries((task, number, "") for task, number in counted),
        figures=figures,
        late=sections[Section.LATE],
        groups=_by_whom([pair for pair in counted if pair[0].section == Section.WAITING], user),
        health=[
            {"title": _("Mail"), "entries": sections[Section.DELIVERY], "well": _("No letter waits or has failed.")},
            {
                "title": _("Calendars"),
                "entries": sections[Section.SYNC],
                "well": _("No calendar waits for an answer or has failed."),
            },
        ],
        quick_actions=[
            {"title": action.title, "url": action.url(), "main": action.main}
            for action in sorted(todo.quick_actions, key=lambda action: not action.main)
            if user.has_perm(action.permission)
        ],
        panels=[panel for panel in panels if not panel["aside"]],
        aside=[panel for panel in panels if panel["aside"]],
        jobs=jobs,
        late_jobs=[job for job in jobs if job["late"]],
        jobs_url=reverse("admin:notifications_heartbeat_changelist"),
    )
    return context


def _entries(shares: Iterable[tuple[Task, Numbers, str]]) -> list[dict]:
    """Tasks as the home shows them. Each number is the length of the list at its address; none stands for nothing."""
    return [
        {
            "name": task.name,
            "title": task.title,
            "count": count,
            "url": task.url(number.model, share),
            "since": number.since if share == "" else None,
        }
        for task, number, share in shares
        if (count := number.of(share))
    ]


def _by_whom(counted: list[tuple[Task, Numbers]], user) -> list[dict]:
    """What waits: for the reader by name, for the own city, for both, for the other one, for people outside.

    What is all the reader's own is not told again under a city.
    """
    cities = sorted(PartnerSide, key=lambda side: side != user.side)
    shares: dict[str, list] = {key: [] for key in (ME, cities[0], BOTH, cities[1], "hosts", "delegates")}
    for task, number in counted:
        if task.whom:
            shares[task.whom].append((task, number, ""))
            continue
        shares[ME].append((task, number, ME))
        if number.mine and number.mine == number.own:
            continue
        for side in cities:
            shares[side].append((task, number, side.value))
        shares[BOTH].append((task, number, BOTH if task.city else ""))
    titles = {
        ME: pgettext("what waits", "For you"),
        BOTH: pgettext("what waits", "For both cities"),
        **{side: pgettext("what waits", "For %(city)s") % {"city": side.label} for side in PartnerSide},
        "hosts": pgettext("what waits", "For hosts to answer"),
        "delegates": pgettext("what waits", "For delegates to answer"),
    }
    groups = [{"key": key, "title": titles[key], "entries": _entries(rows)} for key, rows in shares.items()]
    return [group for group in groups if group["entries"]]


def state_of_jobs(now) -> list[dict]:
    """Every scheduled job with its last success; one that has missed three turns is late.

    The turns of one that never ran count from the last change of the database: on a portal that was just set up, what
    runs at night has missed nothing.
    """
    changes = MigrationRecorder.Migration.objects.values(nobody=Value("")).annotate(last=Max("applied"))
    successes = Heartbeat.objects.order_by().values_list("name", "last_success_at")
    lasts = dict(successes.union(changes.values_list("nobody", "last"), all=True))  # one query for both
    set_up = lasts[""]
    states = []
    for job in todo.jobs.values():
        last = lasts.get(job.name)
        every = timedelta(seconds=settings.CELERY_BEAT_SCHEDULE[job.schedule]["schedule"])
        late = now - (last or set_up) > (job.late_after or max(3 * every, PATIENCE))
        states.append({"title": job.title, "last": last, "late": late})
    return states
