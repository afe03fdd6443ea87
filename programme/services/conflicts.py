"""What is wrong with a visit's agenda now, in the reader's words (programme spec P6)."""

from datetime import datetime

from programme.conflicts.gather import plan_of
from programme.conflicts.rules import check
from programme.conflicts.words import Told, tell
from programme.models import StudyVisit


def conflicts_of(visit: StudyVisit, *, now: datetime) -> list[Told]:
    """Every conflict of ``visit``, what must be resolved first. A constant number of queries."""
    plan = plan_of(visit)
    others = {item.visit for item in plan.others}
    names = {other.pk: str(other) for other in StudyVisit.objects.filter(pk__in=others)} if others else {}
    return [tell(conflict, plan, names) for conflict in check(plan, now=now)]
