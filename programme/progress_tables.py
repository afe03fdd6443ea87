"""The tables behind the pictures of the progress pages, to take away: one for each picture, in the page's language."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from ecosystem.models.tests import DatePrecision
from iurc_portal.clock import PartnerSide
from iurc_portal.tables import Column, Table
from iurc_portal.translation.languages import Spoken
from programme.activities import KINDS, Activity, Crossing
from programme.encounters import Encounters
from programme.indicators.counting import Row
from programme.indicators.series import Point, Series
from programme.models import DatedEvent
from programme.outcomes import Chain
from programme.pictured import goal
from programme.progress import Step


def _column(place: int, name: str, title: str) -> Column:
    return Column(name, title, lambda row: row[place])


def _table(columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[Any]]) -> Table:
    return Table([_column(place, *column) for place, column in enumerate(columns)], rows)


def _number(value: Decimal | None):
    """Without idle zeros, for programs: 12 and not 12.00."""
    return None if value is None else int(value) if value == value.to_integral_value() else float(value)


def _address(path: str) -> str:
    return f"{settings.SITE_URL}{path}" if path else ""


def timeline(steps: Sequence[Step], activities: Sequence[Activity], history: Sequence[DatedEvent]) -> Table:
    columns = [
        ("kind", pgettext("table", "Kind")),
        ("first_day", _("First day")),
        ("last_day", _("Last day")),
        ("precision", _("Precision of the date")),
        ("title", _("Title")),
        ("title_language", _("Language of the title")),
        ("state", _("State")),
        ("address", pgettext("table", "Address")),
    ]
    rows: list[Sequence[Any]] = []
    exact = str(DatePrecision.DAY.label)
    for entry in history:
        title = Spoken.of(entry, "title")
        source = entry.sources[0] if entry.sources else ""
        last = entry.end_date or entry.date
        precision = entry.get_date_precision_display()
        rows.append((entry.get_kind_display(), entry.date, last, precision, title, title.language, "", source))
    for step in steps:
        milestone, title = step.milestone, Spoken.of(step.milestone, "title")
        day = milestone.done_on or milestone.due_on
        evidence = milestone.evidence if milestone.done_on else ""
        rows.append((_("milestone"), day, day, exact, title, title.language, str(step.label), evidence))
    for one in told(activities):
        state = pgettext("activity", "took place") if one.is_over else pgettext("activity", "planned")
        days = (str(one.kind_words), one.first, one.last, exact)
        rows.append((*days, one.title, one.title.language, state, _address(one.url)))
    return _table(columns, rows)


def told(activities: Sequence[Activity]) -> list[Activity]:
    """Those of which more than a number is public."""
    return [one for one in activities if one.kind != "meeting"]


def indicators(found: Sequence[Series]) -> Table:
    columns = [
        ("code", _("Code")),
        ("name", pgettext("table", "Name")),
        ("kind", pgettext("table", "Kind")),
        ("unit", pgettext("table", "Unit")),
        ("baseline", _("Baseline")),
        ("target", pgettext("table", "Target")),
        *_series_columns(),
    ]
    rows = []
    for series in found:
        one = series.indicator
        head = (
            one.code,
            Spoken.of(one, "name"),
            one.get_kind_display(),
            str(series.unit),
            _number(one.baseline or Decimal(0)),
            _("no target") if goal(series) is None else _number(goal(series)),
        )
        rows += [(*head, *line) for line in _lines(series)]
    return _table(columns, rows)


def series(found: Series) -> Table:
    return _table(_series_columns(), _lines(found))


def _series_columns() -> list[tuple[str, str]]:
    """Of two tables; the titles are in the language of the moment."""
    return [
        ("first_day", _("First day")),
        ("last_day", _("Last day")),
        ("value", pgettext("table", "Value")),
        ("state", _("State")),
        ("evidence", _("Evidence")),
    ]


def _lines(found: Series) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = [_line(point) for point in found.points]
    if found.live is not None:
        first: date | None = found.indicator.edition.first_day
        rows.append((first, found.until, _number(found.live.value), _("counted now, not reported"), ""))
    return rows


def _line(point: Point) -> tuple[Any, ...]:
    value, evidence = (point.reading.value, point.reading.evidence) if point.reading else (None, "")
    return (point.period.first_day, point.period.last_day, _number(value), point.state_words, evidence)


def records(rows: Iterable[Row]) -> Table:
    columns = [
        ("title", _("Title")),
        ("day", pgettext("table", "Day")),
        ("state", _("State")),
        ("amount", pgettext("table", "Counts as")),
        ("address", pgettext("table", "Address")),
    ]
    return _table(columns, ((row.title, row.day, row.state, row.amount, _address(row.link)) for row in rows))


def meetings(met: Encounters) -> Table:
    kinds = [kind for kind in KINDS if kind != "meeting"]
    columns = [
        (PartnerSide.TORINO.value, str(PartnerSide.TORINO.label)),
        (PartnerSide.NAGOYA.value, str(PartnerSide.NAGOYA.label)),
        ("times", pgettext("table", "Times")),
        *((kind, str(KINDS[kind])) for kind in kinds),
    ]
    rows = [(one.name, other.name, found.total(), *(found[kind] for kind in kinds)) for one, other, found in met.rows]
    return _table(columns, rows)


def crossing(found: Crossing) -> Table:
    columns = [
        ("theme", pgettext("table", "Theme")),
        ("initiative", pgettext("table", "Initiative")),
        ("activities", _("Activities")),
    ]
    rows = [
        (theme, initiative, found.cells[notation, pk])
        for notation, theme in found.themes
        for pk, initiative in found.initiatives
        if found.cells[notation, pk]
    ]
    return _table(columns, rows)


def outcomes(chains: Sequence[Chain]) -> Table:
    columns = [
        ("strand", _("Strand")),
        ("visits", _("Study visits")),
        ("webinars", _("Webinars")),
        ("practice", _("Good practice")),
        ("practice_city", _("City of the practice")),
        ("practice_source", _("Source of the practice")),
        ("receiver", _("Taken over by")),
        ("adapted", _("What was adapted")),
        ("proof", _("Proof")),
        ("state", _("State")),
    ]
    rows: list[Sequence[Any]] = []
    for chain in chains:
        for practice in chain.practices:
            source = practice.sources[0] if practice.sources else ""
            head = (chain.strand.title, len(chain.visits), len(chain.webinars), practice.title, practice.city, source)
            rows += [(*head, one.receiver, one.adapted, one.proof, str(one.state_words)) for one in practice.taken]
            if not practice.taken:
                rows.append((*head, "", "", "", ""))
    return _table(columns, rows)
