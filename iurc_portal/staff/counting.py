"""How many rows each task has, and for whom, in one statement: a further task costs no further query."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, DateTimeField, F, Func, IntegerField, Model, Q, QuerySet, Value, When
from django.db.models.functions import Cast

from iurc_portal.clock import PartnerSide
from iurc_portal.staff.todo import ME, Task, editable

COLUMNS = ("which", "n_own", "n_torino", "n_nagoya", "n_mine", "n_both", "earliest")


@dataclass(frozen=True)
class Numbers:
    """Of one task: the rows that the user can edit, those of each city, and of the own ones those of the user by name
    and of no city alone; ``since`` is the earliest instant of the own ones, where the task tells it.

    ``model`` is that of the rows.
    """

    model: type[Model]
    own: int = 0
    torino: int = 0
    nagoya: int = 0
    mine: int = 0
    both: int = 0
    since: datetime | None = None

    def of(self, share: str) -> int:
        """How many are the rows of ``Task.rows_for`` with this share."""
        return getattr(self, {"": "own", ME: "mine"}.get(share, share))


def numbers_of(tasks: Iterable[Task], user, now: datetime) -> dict[str, Numbers]:
    """The numbers of each task by its name. One statement, besides what finding rows of some tasks costs."""
    tasks = list(tasks)
    if not tasks:
        return {}
    rows = [task.rows(now) for task in tasks]
    allowed = {model: editable(model, user) for model in {one.model for one in rows}}
    first, *others = [
        _counted(place, task, one, allowed[one.model], user)
        for place, (task, one) in enumerate(zip(tasks, rows, strict=True))
    ]
    counted = first.union(*others, all=True) if others else first
    found = {place: numbers for place, *numbers in counted}  # without those that can have no row
    return {task.name: Numbers(rows[place].model, *found.get(place, ())) for place, task in enumerate(tasks)}


def _counted(place: int, task: Task, rows: QuerySet, allowed: QuerySet | None, user) -> QuerySet:
    """One row of ``COLUMNS``. Plain functions stand for aggregates, which would count by group: all rows are one."""
    found = _plain(rows)
    own = Q(pk__in=allowed.values("pk")) if allowed is not None else Q()
    cities = {f"n_{side}": _number(task.city(side)) if task.city else Value(0) for side in PartnerSide.values}
    return found.annotate(
        which=Value(place),
        n_own=_number(own),
        **cities,
        n_mine=_number(own & task.mine(user)) if task.mine else Value(0),
        n_both=_number(own & task.of_no_city),
        earliest=_earliest(own, task.since),
    ).values_list(*COLUMNS)


def _plain(rows: QuerySet) -> QuerySet:
    """Each of ``rows`` once, in a queryset that does not know of languages: such a one would put the columns into an
    order of its own. What looks at one table alone has no row twice, and is asked as it stands."""
    query = rows.query
    tables = sum(1 for times in query.alias_refcount.values() if times)
    is_plain = tables <= 1 and query.group_by is None and not (query.distinct or query.is_sliced or query.combinator)
    if is_plain:
        return QuerySet(rows.model, query=query.chain()).order_by()
    return QuerySet(rows.model).filter(pk__in=rows.order_by().values("pk")).order_by()


def _number(condition: Q) -> Func:
    counted = Case(When(condition, then=F("pk"))) if condition else F("pk")
    return Func(counted, function="COUNT", output_field=IntegerField())


def _earliest(condition: Q, column: str) -> Func:
    if not column:
        return Cast(Value(None), DateTimeField())
    moment = Case(When(condition, then=F(column))) if condition else F(column)
    return Func(moment, function="MIN", output_field=DateTimeField())
