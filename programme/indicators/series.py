"""An indicator through its periods: what was reported of each, and what is counted at this moment (P27, P28)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, FilteredRelation, Q
from django.utils.translation import gettext as _

from programme.indicators.counting import Query, Value
from programme.indicators.periods import Period, periods_of
from programme.indicators.queries import query_of
from programme.models import Edition, Indicator, Reading
from programme.services.readings import live_values

REPORTED = (Reading.State.VALIDATED, Reading.State.FROZEN)  # what a manager has said is right


@dataclass(frozen=True)
class Told:
    """What a reading says, of its last version that is validated or frozen."""

    first_day: date
    last_day: date
    value: Decimal
    state: str
    evidence: str
    comment: str

    @property
    def state_words(self):
        return Reading.State(self.state).label


@dataclass(frozen=True)
class Point:
    """A period that has begun; ``reading`` is None while nothing of it is validated."""

    period: Period
    reading: Told | None
    is_over: bool

    @property
    def state_words(self) -> str:
        if self.reading is not None:
            return str(self.reading.state_words)
        return _("not reported yet") if self.is_over else _("this period is not over yet")


@dataclass(frozen=True)
class Series:
    """``live`` is what the portal counts at the end of ``until``; None for numbers that people enter."""

    indicator: Indicator
    query: Query | None
    points: list[Point]
    live: Value | None
    until: date

    @property
    def reported(self) -> list[Told]:
        return [point.reading for point in self.points if point.reading is not None]

    @property
    def last(self) -> Told | None:
        return self.reported[-1] if self.reported else None

    @property
    def now(self) -> Decimal | None:
        """The number to tell: counted now, or reported last."""
        if self.live is not None:
            return self.live.value
        return self.last.value if self.last else None

    @property
    def change(self) -> Decimal | None:
        """How much more (or, below zero, less) than the report before: of the live number, else of the last report."""
        known: list[Decimal | None] = [reading.value for reading in self.reported]
        if self.live is not None:
            known.append(self.live.value)
        if len(known) < 2 or known[-1] is None or known[-2] is None:
            return None
        return known[-1] - known[-2]

    @property
    def share(self) -> Decimal | None:
        """The way from baseline to target, not cut at the end; None is "no target", never nothing (P27)."""
        return self.indicator.progress(self.now)

    @property
    def unit(self):
        return self.indicator.unit or (self.query.unit if self.query else "")

    @property
    def definition(self):
        return self.indicator.definition or (self.query.definition if self.query else "")


def series_of(edition: Edition, *, today: date, wanted: Q | None = None) -> list[Series]:
    """The key indicators of ``edition``, or those ``wanted``, by their codes. Two statements."""
    told: dict[tuple[int, date, date], Told] = {}
    indicators: dict[int, Indicator] = {}
    of_readings = FilteredRelation("readings", condition=Q(readings__state__in=REPORTED))
    names = [f"told_{name}" for name in Told.__dataclass_fields__]
    facts = {f"told_{name}": F(f"told__{name}") for name in Told.__dataclass_fields__}
    rows = edition.indicators.filter(wanted if wanted is not None else Q(is_key=True)).annotate(told=of_readings)
    row: Any
    for row in rows.annotate(**facts).order_by("code", F("told__version").asc(nulls_first=True)):
        indicator = indicators.setdefault(row.pk, row)
        if row.told_last_day is not None:
            told[indicator.pk, row.told_first_day, row.told_last_day] = Told(*(getattr(row, name) for name in names))
    until = min(today, edition.last_day) if edition.last_day else today
    live = live_values(indicators.values(), edition, until) if indicators else {}
    return [
        Series(
            indicator,
            query_of(indicator.key) if indicator.is_counted else None,
            [
                Point(period, told.get((indicator.pk, period.first_day, period.last_day)), period.is_over(today))
                for period in periods_of(edition, indicator.frequency)
                if period.first_day <= today
            ],
            live.get(indicator.pk),
            until,
        )
        for indicator in indicators.values()
    ]
