"""Keeping cost lines of visits and other activities with their receipts."""

from collections.abc import Iterable

from django.db import transaction

from programme.models import CostLine, Exchange, Gift, Meeting, StaffExchange, StudyVisit, Webinar
from programme.services.agenda import lock_visit
from programme.services.library import forget_file

Owner = StudyVisit | Exchange | Webinar | StaffExchange | Meeting


@transaction.atomic
def save_costs(owner: Owner, *, saved: Iterable[CostLine | Gift], removed: Iterable[CostLine | Gift] = ()) -> None:
    """Save rows of a visit or an activity and take others off. A receipt that no row has any more goes with it."""
    if isinstance(owner, StudyVisit):
        lock_visit(owner)
    for row in removed:
        if isinstance(row, CostLine):
            _forget(row.pk, keep="")
        row.delete()
    for row in saved:
        if isinstance(row, CostLine):
            row.owner = owner
            _forget(row.pk, keep=row.receipt.name or "")
        elif isinstance(owner, StudyVisit):
            row.visit = owner
        row.save()


def _forget(key: int | None, *, keep: str) -> None:
    """Delete the stored receipt of the line ``key``, once this is committed, unless it is called ``keep``."""
    former = CostLine.objects.filter(pk=key).first() if key else None
    name = former.receipt.name if former is not None else ""
    if former is not None and name and name != keep:
        forget_file(former.receipt.storage, name)
