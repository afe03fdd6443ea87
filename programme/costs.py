"""The sums of the money of visits and activities, exact (programme spec P26). Nothing here asks the database.

A yen amount is worth ``amount ÷ rate`` euro, rounded half up to cents on its own line; lines are added after that.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from programme.models import CostLine, Currency

CENT = Decimal("0.01")
NOTHING = Decimal(0)


def in_euro(amount: Decimal | None, line: CostLine) -> Decimal | None:
    """``amount`` of ``line`` in euro, to the cent; None without an amount or, for yen, without a rate."""
    if amount is None:
        return None
    if line.currency == Currency.EUR:
        return amount.quantize(CENT, ROUND_HALF_UP)
    return (amount / line.rate).quantize(CENT, ROUND_HALF_UP) if line.rate else None


def committed_in_euro(line: CostLine) -> Decimal | None:
    """The actual amount of ``line`` in euro or, where there is none yet, the estimate; None as ``in_euro``."""
    return in_euro(line.actual if line.actual is not None else line.estimate, line)


def is_in_no_sum(line: CostLine) -> bool:
    """Whether it has an amount that nobody can say in euro: in yen, without a rate."""
    has_amount = line.estimate is not None or line.actual is not None
    return has_amount and line.currency != Currency.EUR and not line.rate


@dataclass
class Sum:
    """Amounts in one currency; ``missing`` counts the lines without an actual one."""

    estimate: Decimal = NOTHING
    actual: Decimal = NOTHING
    lines: int = 0
    missing: int = 0

    def add(self, estimate: Decimal | None, actual: Decimal | None) -> None:
        self.estimate += estimate or NOTHING
        self.actual += actual or NOTHING
        self.lines += 1
        self.missing += actual is None


@dataclass
class Totals:
    """``by_payer`` by (payer, currency), in the order of the payers; ``euro`` by payer; ``all_euro`` over all.

    ``no_rate`` counts lines with amounts in yen whose rate is not written: they are in no euro sum.
    """

    by_payer: dict[tuple[str, str], Sum] = field(default_factory=dict)
    euro: dict[str, Sum] = field(default_factory=dict)
    all_euro: Sum = field(default_factory=Sum)
    no_rate: int = 0

    @property
    def missing(self) -> int:
        """How many lines have no actual amount."""
        return sum(one.missing for one in self.by_payer.values())


def totals_of(lines: Iterable[CostLine]) -> Totals:
    """The sums of ``lines``, in a currency of each payer and in euro."""
    totals = Totals()
    places = {payer: place for place, payer in enumerate(CostLine.Payer.values)}
    for line in sorted(lines, key=lambda one: (places[one.payer], one.currency)):
        totals.by_payer.setdefault((line.payer, line.currency), Sum()).add(line.estimate, line.actual)
        if is_in_no_sum(line):
            totals.no_rate += 1
            continue
        amounts = in_euro(line.estimate, line), in_euro(line.actual, line)
        totals.euro.setdefault(line.payer, Sum()).add(*amounts)
        totals.all_euro.add(*amounts)
    return totals
