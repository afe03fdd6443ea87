"""Making each sample once: what a person edits, renames or deletes afterwards is theirs."""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import models, transaction

from iurc_portal.clock import ROME
from iurc_portal.content.models import ContentRecord
from iurc_portal.translation.languages import Language

SATURDAY = 5
NEAR = 14  # days
TURN_OF_THE_YEAR = {(12, day) for day in range(22, 32)} | {(1, day) for day in range(1, 8)}


class NoContent(Exception):
    """The samples lean on the real content, which has not been loaded."""


class Samples:
    """One run. ``once`` remembers by name what was made in this run or before; ``now`` is aware."""

    def __init__(self, *, now: datetime):
        self.now = now
        self.today = now.astimezone(ROME).date()
        self.counts: dict[str, Counter[str]] = {}
        self.known = set(ContentRecord.objects.filter(key__startswith="sample:").values_list("key", flat=True))

    def once(self, kind: str, name: str, make: Callable[[], models.Model]) -> None:
        """Call ``make`` unless the sample ``name`` was made before, in a transaction of its own."""
        key = f"sample:{kind}:{name}"
        count = self.counts.setdefault(kind, Counter())
        if key in self.known:
            count["there"] += 1
            return
        with transaction.atomic():
            made = make()
            ContentRecord.objects.create(
                model=made._meta.label_lower, key=key, source_file="programme/demo", object_id=str(made.pk)
            )
        self.known.add(key)
        count["created"] += 1

    def ago(self, **span: int) -> datetime:
        return self.now - timedelta(**span)

    def workday(self, days: int) -> date:
        """The day ``days`` from today, or the next on which people work; far ahead not over the year end."""
        day = self.today + timedelta(days=days)
        while day.weekday() >= SATURDAY or (days > NEAR and (day.month, day.day) in TURN_OF_THE_YEAR):
            day += timedelta(days=1)
        return day


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """What a clock on the wall shows: naive, for the services that take it with a zone."""
    return datetime.combine(day, time(hour, minute))


def three(it: str, en: str, ja: str) -> dict[str, str]:
    return dict(zip(Language.values, (it, en, ja), strict=True))


def columns_of(field: str, it: str, en: str, ja: str) -> dict[str, Any]:
    return {f"{field}_{code}": text for code, text in three(it, en, ja).items()}
