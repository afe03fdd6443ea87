"""What of each budget line is spent and committed, exact (programme spec P26)."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from programme.costs import NOTHING, in_euro
from programme.models import BudgetLine, CostLine, Edition


@dataclass
class Standing:
    """One budget line in euro. ``committed`` takes the actual cost where there is one, else the estimate.

    ``no_rate`` counts lines in yen without a rate: they are in no sum. ``missing`` those without an actual cost.
    """

    line: BudgetLine
    spent: Decimal = NOTHING
    committed: Decimal = NOTHING
    lines: int = 0
    no_rate: int = 0
    missing: int = 0

    def add(self, cost: CostLine) -> None:
        self.lines += 1
        self.missing += cost.actual is None
        actual, estimate = in_euro(cost.actual, cost), in_euro(cost.estimate, cost)
        has_amount = cost.actual is not None or cost.estimate is not None
        if has_amount and actual is None and estimate is None:
            self.no_rate += 1
        self.spent += actual or NOTHING
        self.committed += actual if actual is not None else estimate or NOTHING

    @property
    def left(self) -> Decimal:
        """What may still be promised; below zero where the ceiling is passed."""
        return self.line.ceiling - self.committed

    @property
    def is_above(self) -> bool:
        return self.committed > self.line.ceiling


def standings_of(edition: Edition) -> list[Standing]:
    """How each budget line of ``edition`` stands. Two queries."""
    standings = {line.pk: Standing(line) for line in edition.budget_lines.order_by("order", "pk")}
    for cost in CostLine.objects.filter(budget_line__edition=edition).order_by("pk"):
        if (standing := standings.get(cost.budget_line_id or 0)) is not None:
            standing.add(cost)
    return list(standings.values())


def total_of(standings: Iterable[Standing]) -> tuple[Decimal, Decimal, Decimal]:
    """Ceilings, committed and spent, added up."""
    rows = list(standings)
    return (
        sum((row.line.ceiling for row in rows), NOTHING),
        sum((row.committed for row in rows), NOTHING),
        sum((row.spent for row in rows), NOTHING),
    )
