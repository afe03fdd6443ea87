"""Keeping a visit's cost lines with their receipts."""

from collections.abc import Iterable

from django.db import transaction

from programme.models import CostLine, Gift, StudyVisit
from programme.services.agenda import lock_visit
from programme.services.library import forget_file


@transaction.atomic
def save_costs(
    visit: StudyVisit, *, saved: Iterable[CostLine | Gift], removed: Iterable[CostLine | Gift] = ()
) -> None:
    """Save rows of ``visit`` and take others off. A receipt that no row has any more goes with it."""
    lock_visit(visit)
    for row in removed:
        if isinstance(row, CostLine):
            _forget(row.pk, keep="")
        row.delete()
    for row in saved:
        row.visit = visit
        if isinstance(row, CostLine):
            _forget(row.pk, keep=row.receipt.name or "")
        row.save()


def _forget(key: int | None, *, keep: str) -> None:
    """Delete the stored receipt of the line ``key``, once this is committed, unless it is called ``keep``."""
    former = CostLine.objects.filter(pk=key).first() if key else None
    name = former.receipt.name if former is not None else ""
    if former is not None and name and name != keep:
        forget_file(former.receipt.storage, name)
