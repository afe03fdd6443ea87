"""What has changed since a report was approved: shown beside it, and never in it (P28)."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from programme.indicators.periods import periods_of
from programme.models import PeopleCount, ProgrammeReport, Reading
from programme.reporting import telling
from programme.reporting.facts import facts_of
from programme.services import readings


@dataclass(frozen=True)
class Change:
    """A number that the report holds as ``kept`` and that is ``now`` another (text; None where there is none)."""

    path: tuple[str, ...]
    kept: str | None
    now: str | None


def live_facts(report: ProgrammeReport) -> dict[str, Any]:
    """What a report on the same period would hold today: its readings as they stand, else what is counted."""
    indicators = [
        one
        for one in report.edition.indicators.select_related("edition", "objective").order_by("code")
        if report.period in periods_of(report.edition, one.frequency)
    ]
    values = readings.live_values(indicators, report.edition, report.last_day)
    standing = {one.indicator_id: one for one in readings.readings_of(report.edition, report.period)}
    shown = []
    for indicator in indicators:
        reading, value = standing.get(indicator.pk), values.get(indicator.pk)
        if value is not None or reading is None:
            reading = Reading(
                indicator=indicator, value=value.value if value else None, version=reading.version if reading else 1
            )
        reading.indicator = indicator
        shown.append(reading)
    return facts_of(report.edition, report.period, readings=shown, values=values)


def changes_since(report: ProgrammeReport) -> list[Change]:
    """Where the numbers of an approved report differ from what is counted today. Nothing of it enters the report."""
    kept, now = _numbers(report.snapshot), _numbers(live_facts(report))
    return [
        Change(path, kept.get(path), now.get(path))
        for path in dict.fromkeys([*kept, *now])
        if kept.get(path) != now.get(path)
    ]


def _numbers(facts: dict[str, Any]) -> dict[tuple[str, ...], str | None]:
    """The numbers of ``facts`` by what they are."""
    found: dict[tuple[str, ...], str | None] = {
        ("indicator", one["code"]): one["value"] for one in facts["indicators"]
    }
    for kind, rows in facts["activities"].items():
        found["activities", kind] = str(len(rows))
    for part, traits in facts["attendance"]["people"].items():
        found["people", part] = str(sum(traits["side"].values()))
    for kind in ("webinars", "cluster_webinars"):
        found["attendance", kind] = str(facts["attendance"][kind]["attended"])
    found["milestones", "done"] = str(sum(step["state"] == "done" for step in facts["milestones"]))
    for kind in ("committed", "spent"):
        found["budget", kind] = facts["budget"]["total"][kind]
    return found


ABOUT = {
    "people": lambda part: _("Study visits, %(who)s") % {"who": PeopleCount.Part(part).label},
    "activities": lambda kind: telling.ACTIVITY_WORDS[kind](),
    "attendance": lambda kind: _("%(activity)s, attendance") % {"activity": telling.ACTIVITY_WORDS[kind]()},
    "milestones": lambda _state: _("Milestones done"),
    "budget": lambda kind: _("Budget, committed") if kind == "committed" else _("Budget, spent"),
}


def told_changes(report: ProgrammeReport) -> list[tuple[str, str, str]]:
    """What changed, in words: what it is, what the report holds, what is counted today."""
    names = {one["code"]: telling.said(one["name"]) for one in report.snapshot["indicators"]}
    told = []
    for change in changes_since(report):
        about, name = change.path
        title = f"{name} {names.get(name, '')}".strip() if about == "indicator" else ABOUT[about](name)
        words = telling.euro if about == "budget" else telling.number
        told.append((str(title), words(change.kept), words(change.now)))
    return told
