"""What needs doing: each app registers its own entries in its ``todo.py``; the staff's home shows them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property, reduce
from operator import or_
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from iurc_portal.clock import PartnerSide

ME, BOTH = "me", "both"  # whose rows of a task are asked for, besides those of one of the two cities


class Section(StrEnum):
    """Where a task stands on the home. ``WAITING`` tells by whom it waits for."""

    LATE = "late"
    WAITING = "waiting"
    DELIVERY = "delivery"
    SYNC = "sync"


@dataclass(frozen=True)
class Task:
    """Records that wait for somebody. ``rows`` takes ``now`` (aware) and gives them.

    The list of their model shows exactly these under ``?todo=<name>`` (``filters.ToDo``), so that number and list
    cannot differ; ``?todo=<name>:<share>`` shows those of a city, of the reader (``ME``) or of no city alone
    (``BOTH``). What is not ``urgent`` is only worth knowing: it is a filter, not a number on the home.

    ``city`` gives the condition for rows that wait for a city (``city_at``), ``mine`` that for rows which a user
    answers for by name; both over relations to one record alone. ``whom`` are people outside who have to answer.
    ``since`` is the column of whose earliest value (an instant) the home tells. ``model`` is that of the rows, where
    finding them costs more than asking for its name may.
    """

    name: str
    title: Any
    rows: Callable[[datetime], QuerySet]
    permission: str
    urgent: bool = True
    section: Section = Section.WAITING
    city: Callable[[str], Q] | None = None
    mine: Callable[[Any], Q] | None = None
    whom: str = ""
    since: str = ""
    model: type[Model] | None = None

    @cached_property
    def kind(self) -> type[Model]:
        """The model of which its rows are: every list asks each task for it, and it never changes."""
        return self.model or self.rows(timezone.now()).model

    def rows_for(self, user, now: datetime, share: str = "") -> QuerySet:
        """The rows that ``user`` can do something about: of records with an owner, those of the own city's side.

        With a ``share`` those of a city, whoever may edit them, or of the user's own part of it.
        """
        rows = self.rows(now)
        if share in PartnerSide.values and self.city:
            return rows.filter(self.city(share))
        allowed = editable(rows.model, user)
        if allowed is not None:
            rows = rows.filter(pk__in=allowed.values("pk"))
        if share == ME:
            return rows.filter(self.mine(user)) if self.mine else rows.none()
        return rows.filter(self.of_no_city) if share == BOTH else rows

    @property
    def of_no_city(self) -> Q:
        """The condition for rows that wait for neither Torino nor Nagoya."""
        return ~Q(self.city(PartnerSide.TORINO)) & ~Q(self.city(PartnerSide.NAGOYA)) if self.city else Q()

    def url(self, model, share: str = "") -> str:
        options = model._meta
        address = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
        return f"{address}?todo={self.name}:{share}" if share else f"{address}?todo={self.name}"


def city_at(*paths: str) -> Callable[[str], Q]:
    """The condition that one of these columns, across relations, names a city: for ``Task.city``."""
    return lambda side: reduce(or_, (Q(**{path: str(side)}) for path in paths))


def everybody(user) -> Q:
    """For ``Task.mine`` where whoever has the permission is asked in person."""
    return Q()


def editable(model: type[Model], user) -> QuerySet | None:
    """What of ``model`` this person may edit; None where that is no question, or everything."""
    manager: Any = model._default_manager
    if not hasattr(manager, "editable_by"):
        return None
    allowed = manager.editable_by(user)
    return allowed if allowed.query.where else None


def find(asked: str) -> tuple[Task | None, str]:
    """The task and the share that an address names; None for a task that there is not."""
    name, _colon, share = asked.partition(":")
    return tasks.get(name), share


@dataclass(frozen=True)
class Figure:
    """One number with the list behind it; ``part``: it is contained in one before it."""

    name: str
    title: Any
    count: int
    url: str
    part: bool = False


@dataclass(frozen=True)
class Figures:
    """Numbers that are no list of one model: ``count`` gives those of a user under one ``title``."""

    name: str
    title: Any
    count: Callable[[Any], list[Figure]]
    permission: str


@dataclass(frozen=True)
class QuickAction:
    """Something staff start often: a link, shown to those with the permission."""

    title: Any
    url: Callable[[], str]
    permission: str
    main: bool = False  # what is started every week stands first


@dataclass(frozen=True)
class Ahead:
    """Days to come: visits, deadlines. ``rows`` takes the first and the last day that are asked for and the user.

    ``text`` is the translated field that names a row, ``first`` and ``last`` are its columns with dates; ``url`` takes
    its key. The home reads all of them in one statement.
    """

    name: str
    word: Any
    rows: Callable[[date, date, Any], QuerySet]
    text: str
    first: str
    last: str
    url: Callable[[int], str]
    permission: str


@dataclass(frozen=True)
class Panel:
    """A part of the home with its own template; ``context`` takes ``now`` and the user.

    It stands in the main column or, ``aside``, in the narrow one.
    """

    name: str
    template: str
    context: Callable[[datetime, Any], dict]
    permission: str
    aside: bool = False


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
ahead: dict[str, Ahead] = {}
panels: dict[str, Panel] = {}
jobs: dict[str, Job] = {}


def register(*entries: Task | Figures | QuickAction | Ahead | Panel | Job) -> None:
    """Add entries to the home, in the order in which the apps are installed."""
    for entry in entries:
        if isinstance(entry, Task):
            tasks[entry.name] = entry
        elif isinstance(entry, Figures):
            figures[entry.name] = entry
        elif isinstance(entry, Ahead):
            ahead[entry.name] = entry
        elif isinstance(entry, Panel):
            panels[entry.name] = entry
        elif isinstance(entry, Job):
            jobs[entry.name] = entry
        else:
            quick_actions.append(entry)
