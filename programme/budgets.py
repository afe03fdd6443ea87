"""What of each budget line is spent and committed, exact (programme spec P26)."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from programme.costs import NOTHING, committed_in_euro, in_euro, is_in_no_sum
from programme.models import BudgetLine, CostLine, Edition


@dataclass
class Standing:
    """One budget line in euro. ``committed`` takes the actual cost where there is one, else the estimate.

    ``no_rate`` counts lines in yen without a rate: they are in no sum. ``missing`` those without an actual cost.
    ``line`` is None for costs that are on no budget line: these have no ceiling. So it is for a total.
    """

    line: BudgetLine | None
    ceiling: Decimal = NOTHING
    spent: Decimal = NOTHING
    committed: Decimal = NOTHING
    lines: int = 0
    no_rate: int = 0
    missing: int = 0

    def add(self, cost: CostLine) -> None:
        self.lines += 1
        self.missing += cost.actual is None
        self.no_rate += is_in_no_sum(cost)
        self.spent += in_euro(cost.actual, cost) or NOTHING
        self.committed += committed_in_euro(cost) or NOTHING

    @property
    def left(self) -> Decimal:
        """What may still be promised; below zero where the ceiling is passed."""
        return self.ceiling - self.committed

    @property
    def is_above(self) -> bool:
        return self.line is not None and self.committed > self.ceiling

    @property
    def above(self) -> Decimal:
        """By how much the ceiling is passed."""
        return max(-self.left, NOTHING) if self.line is not None else NOTHING


def standings_of(edition: Edition, costs: Iterable[CostLine] | None = None) -> list[Standing]:
    """How each budget line of ``edition`` stands: by all of its costs or by those given. Two queries at most.

    Costs on no budget line stand at the end, if there are any.
    """
    standings = {line.pk: Standing(line, line.ceiling) for line in edition.budget_lines.order_by("order", "pk")}
    others = Standing(None)
    if costs is None:
        costs = CostLine.objects.filter(budget_line__edition=edition).order_by("pk")
    for cost in costs:
        standings.get(cost.budget_line_id or 0, others).add(cost)
    return [*standings.values(), *([others] if others.lines else [])]


def total_of(standings: Iterable[Standing]) -> Standing:
    """All of them added up, as one."""
    total = Standing(None)
    for row in standings:
        for name in ("ceiling", "spent", "committed", "lines", "no_rate", "missing"):
            setattr(total, name, getattr(total, name) + getattr(row, name))
    return total
