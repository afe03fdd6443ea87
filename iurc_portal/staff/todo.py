"""What needs doing: each app registers its own entries in its ``todo.py``; the staff's home shows them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse


@dataclass(frozen=True)
class Task:
    """Records that wait for somebody. ``rows`` takes ``now`` (aware) and gives them.

    The list of their model shows exactly these under ``?todo=<name>`` (``filters.ToDo``), so that number and list
    cannot differ. What is not ``urgent`` is only worth knowing: it is a filter, not a number on the home.
    """

    name: str
    title: Any
    rows: Callable[[datetime], QuerySet]
    permission: str
    urgent: bool = True

    def rows_for(self, user, now: datetime) -> QuerySet:
        """The rows that ``user`` can do something about: of records with an owner, those of the own city's side."""
        rows = self.rows(now)
        if hasattr(rows.model._default_manager, "editable_by"):
            return rows.filter(pk__in=rows.model._default_manager.editable_by(user).values("pk"))
        return rows

    def url(self, model) -> str:
        options = model._meta
        return f"{reverse(f'admin:{options.app_label}_{options.model_name}_changelist')}?todo={self.name}"


@dataclass(frozen=True)
class Figures:
    """Numbers that are no list of one model: ``count`` gives a user (name, title, number, address) of each."""

    name: str
    count: Callable[[Any], list[tuple[str, Any, int, str]]]
    permission: str


@dataclass(frozen=True)
class QuickAction:
    """Something staff start often: a link, shown to those with the permission."""

    title: Any
    url: Callable[[], str]
    permission: str
    main: bool = False  # what is started every week stands first


@dataclass(frozen=True)
class Panel:
    """A part of the home with its own template; ``context`` takes ``now`` and the user."""

    name: str
    template: str
    context: Callable[[datetime, Any], dict]
    permission: str


@dataclass(frozen=True)
class Job:
    """A scheduled job: the name of its heartbeat, what it is called, its entry in ``CELERY_BEAT_SCHEDULE``.

    ``late_after``: for jobs that beat asks more often than they have something to do.
    """

    name: str
    title: Any
    schedule: str
    late_after: timedelta | None = None


tasks: dict[str, Task] = {}
quick_actions: list[QuickAction] = []
figures: dict[str, Figures] = {}
panels: dict[str, Panel] = {}
jobs: dict[str, Job] = {}


def register(*entries: Task | Figures | QuickAction | Panel | Job) -> None:
    """Add entries to the home, in the order in which the apps are installed."""
    for entry in entries:
        if isinstance(entry, Task):
            tasks[entry.name] = entry
        elif isinstance(entry, Figures):
            figures[entry.name] = entry
        elif isinstance(entry, Panel):
            panels[entry.name] = entry
        elif isinstance(entry, Job):
            jobs[entry.name] = entry
        else:
            quick_actions.append(entry)
