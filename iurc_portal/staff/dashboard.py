"""The staff's home: what needs doing, what comes, whether the machinery runs."""

from datetime import timedelta

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db.models import Func, IntegerField, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from iurc_portal.notifications.models import Heartbeat
from iurc_portal.staff import todo

PATIENCE = timedelta(minutes=10)  # a job is late when it has missed three turns, and never sooner than this


def how_many(rows: dict[str, QuerySet]) -> dict[str, int]:
    """The number of each of ``rows``, by its name, in one statement: a further task costs no further query."""
    if not rows:
        return {}
    numbers = {f"n{place}": _number_of(one) for place, one in enumerate(rows.values())}
    anything = ContentType.objects.order_by("pk").annotate(**numbers).values_list(*numbers).first() or ()
    return dict(zip(rows, (number or 0 for number in anything), strict=True))


def _number_of(rows: QuerySet) -> Subquery:
    found = rows.model._base_manager.filter(pk__in=rows.order_by().values("pk"))
    # As a plain function: an aggregate would count by group, and here all rows are one.
    return Subquery(found.order_by().annotate(in_all=Func("pk", function="COUNT")).values("in_all"), IntegerField())


def context(request, context):
    """Called by unfold for the admin's index: adds tasks, quick actions, panels and the state of the jobs.

    One query for all tasks and one or two a panel, whatever the portal holds.
    """
    now, user = timezone.now(), request.user
    mine = [task for task in todo.tasks.values() if task.urgent and user.has_perm(task.permission)]
    waiting = {task.name: task.rows_for(user, now) for task in mine}
    counts = how_many(waiting)
    tasks = [
        {
            "name": task.name,
            "title": task.title,
            "count": counts[task.name],
            "url": task.url(waiting[task.name].model),
        }
        for task in mine
    ]
    for group in todo.figures.values():
        if user.has_perm(group.permission):
            tasks += [
                {"name": name, "title": title, "count": count, "url": url}
                for name, title, count, url in group.count(user)
            ]
    context.update(
        title=_("Home"),
        tasks=[task for task in tasks if task["count"]],
        quick_actions=[
            {"title": action.title, "url": action.url(), "main": action.main}
            for action in sorted(todo.quick_actions, key=lambda action: not action.main)
            if user.has_perm(action.permission)
        ],
        panels=[
            {"template": panel.template, **panel.context(now, user)}
            for panel in todo.panels.values()
            if user.has_perm(panel.permission)
        ],
        jobs=state_of_jobs(now),
        jobs_url=reverse("admin:notifications_heartbeat_changelist"),
    )
    return context


def state_of_jobs(now) -> list[dict]:
    """Every scheduled job with its last success; one that never ran or has missed three turns is late."""
    beats = {beat.name: beat for beat in Heartbeat.objects.all()}
    states = []
    for job in todo.jobs.values():
        last = beats[job.name].last_success_at if job.name in beats else None
        every = timedelta(seconds=settings.CELERY_BEAT_SCHEDULE[job.schedule]["schedule"])
        late = last is None or now - last > (job.late_after or max(3 * every, PATIENCE))
        states.append({"title": job.title, "last": last, "late": late})
    return states
