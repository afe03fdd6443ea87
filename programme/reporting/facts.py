"""What a report holds, as plain data in three languages: read from the live records, kept at the approval.

Numbers are text (``canonical.number_text``), days ISO. People are counted and never named (P29).
"""

from collections import Counter
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from iurc_portal.clock import day_start
from programme.budgets import Standing, standings_of, total_of
from programme.indicators.counting import Scope, parts_of
from programme.indicators.periods import ZONE, Period
from programme.indicators.queries import (
    cluster_webinars_held,
    introductions,
    on_day,
    query_of,
    stays_completed,
    visits_completed,
    webinars_held,
)
from programme.indicators.shown import named_among
from programme.models import ActionItem, CostLine, Edition, Indicator, Milestone, Reading
from programme.reporting.canonical import Texts, in_each_language, number_text, texts_of, told_once
from programme.services.people_counts import counts_of

TRAITS = ("side", "helix", "country", "presence")
DONE, LATE, PLANNED = "done", "late", "planned"


def facts_of(edition: Edition, period: Period, *, readings: list[Reading], values: dict[int, Any]) -> dict[str, Any]:
    """All that is told of ``period``: its ``readings``, what was done in it, who came, how the budget stands.

    ``values`` are those the portal counts now, by indicator. Some thirty queries, whatever was done.
    """
    scope = Scope(edition, period.last_day)
    milestones = list(edition.milestones.select_related("objective").order_by("due_on", "pk"))
    return {
        "indicators": [_indicator(reading, scope, values) for reading in readings],
        "objectives": _objectives(edition, milestones, period, readings),
        "milestones": [_milestone(step, period) for step in milestones],
        "activities": activities_of(scope, period),
        "attendance": attendance_of(scope),
        "budget": budget_of(edition),
    }


# --- Numbers ---------------------------------------------------------------------------------------------------------


def _indicator(reading: Reading, scope: Scope, values: dict[int, Any]) -> dict[str, Any]:
    indicator = reading.indicator
    query = query_of(indicator.key) if indicator.is_counted else None
    value = values.get(indicator.pk)
    return {
        "code": indicator.code,
        "kind": indicator.kind,
        "name": texts_of(indicator, "name"),
        "unit": texts_of(indicator, "unit") or (in_each_language(lambda: query.unit) if query else {}),
        "definition": texts_of(indicator, "definition")
        or (in_each_language(lambda: query.definition) if query else {}),
        "source": indicator.source,
        "counts": indicator.key,
        "frequency": indicator.frequency,
        "objective": indicator.objective.code if indicator.objective else "",
        "baseline": number_text(indicator.baseline),
        "target": number_text(indicator.target),
        "value": number_text(reading.value),
        "progress": _share(indicator, reading.value),
        "evidence": reading.evidence,
        "reading": reading.version,
        "rows": value.count if value else None,
        "sheet": f"indicator:{indicator.pk}" if query else "",
        "parts": _parts(query, scope) if query else [],
    }


def _share(indicator: Indicator, value: Decimal | None) -> str | None:
    """The share of the way to the target in whole per cent; None where there is no way to go (P27)."""
    progress = indicator.progress(value)
    return None if progress is None else str(round(progress * 100))


def _parts(query, scope: Scope) -> list[dict[str, Any]]:
    found = parts_of(query, scope)
    return [
        {
            "title": in_each_language(partial(str, split.title)),
            "rows": [
                [in_each_language(partial(split.words, name)), number]
                for name, number in sorted(found[split.name].items())
            ],
        }
        for split in query.splits
    ]


# --- Objectives and milestones ---------------------------------------------------------------------------------------


def _objectives(edition, milestones: list[Milestone], period: Period, readings) -> list[dict[str, Any]]:
    actions: dict[int, Counter[str]] = {}
    told = ActionItem.objects.told().filter(objective__edition=edition)
    for objective, state in told.values_list("objective", "state"):
        actions.setdefault(objective, Counter())[state] += 1
    return [
        {
            "code": objective.code,
            "text": texts_of(objective, "text"),
            "actions": dict(sorted(actions.get(objective.pk, Counter()).items())),
            "milestones": Counter(
                step_state(step, period) for step in milestones if step.objective_id == objective.pk
            ),
            "indicators": [one.indicator.code for one in readings if one.indicator.objective_id == objective.pk],
        }
        for objective in edition.objectives.order_by("code")
    ]


def step_state(step: Milestone, period: Period) -> str:
    """How a milestone stood at the end of ``period``."""
    if step.done_on is not None and step.done_on <= period.last_day:
        return DONE
    return LATE if step.due_on <= period.last_day else PLANNED


def _milestone(step: Milestone, period: Period) -> dict[str, Any]:
    state = step_state(step, period)
    return {
        "title": texts_of(step, "title"),
        "objective": step.objective.code if step.objective else "",
        "due_on": step.due_on.isoformat(),
        "done_on": step.done_on.isoformat() if state == DONE and step.done_on else None,
        "evidence": step.evidence if state == DONE else "",
        "state": state,
    }


# --- What was done ---------------------------------------------------------------------------------------------------


def activities_of(scope: Scope, period: Period) -> dict[str, list[dict[str, Any]]]:
    """What came to its end within ``period``; of clusters webinars alone, marked.

    What pages may not name has its day and neither title nor link, and counts with the rest.
    """
    begins, within = period.first_day, day_start(period.first_day, ZONE)
    visits = visits_completed(scope).filter(last_day__gte=begins).select_related("host_city", "guest_city")
    stays = stays_completed(scope).filter(last_day__gte=begins).select_related("sending", "hosting")
    met = introductions(scope).filter(event__dtend__gte=within).select_related("event")
    own = webinars_held(scope).filter(event__dtend__gte=within).select_related("event")
    others = cluster_webinars_held(scope).filter(event__dtend__gte=within).select_related("event")
    return {
        "visits": [
            {
                "title": texts_of(visit, "title"),
                "first_day": visit.first_day.isoformat() if visit.first_day else None,
                "day": visit.last_day.isoformat(),
                "host": texts_of(visit.host_city, "name"),
                "link": _link(visit),
            }
            for visit in visits
        ],
        "webinars": _webinars("webinars_held", own),
        "cluster_webinars": _webinars("cluster_webinars_held", others),
        "stays": _stays(stays),
        "meetings": [{"day": _day(meeting.event.dtstart)} for meeting in met],
    }


def _webinars(query_key: str, rows: QuerySet) -> list[dict[str, Any]]:
    named = named_among(query_key, rows)
    return [
        {
            **({"title": texts_of(one.event, "name"), "link": _link(one.event)} if one.pk in named else {}),
            "day": _day(one.event.dtstart),
            "attended": one.attended,
        }
        for one in rows
    ]


def _stays(rows: QuerySet) -> list[dict[str, Any]]:
    named = named_among("stays_completed", rows)
    return [
        {
            **({"title": told_once(in_each_language(partial(str, stay)))} if stay.pk in named else {}),
            "day": stay.last_day.isoformat(),
        }
        for stay in rows
    ]


def _day(instant) -> str:
    return on_day(instant).isoformat()


def _link(record) -> Any:
    return in_each_language(record.get_absolute_url)


# --- Who came --------------------------------------------------------------------------------------------------------


def attendance_of(scope: Scope) -> dict[str, Any]:
    """From the beginning of the edition: people of completed visits by one trait at a time, who came to webinars.

    Each trait stands for itself, so that no row is small enough to know somebody by.
    """
    people: dict[str, dict[str, Counter[str]]] = {}
    for kind, number in counts_of(visits_completed(scope).select_related("host_city", "guest_city")).items():
        traits = people.setdefault(kind.part, {trait: Counter() for trait in TRAITS})
        for trait in TRAITS:
            traits[trait][getattr(kind, trait)] += number
    return {
        "people": {part: {trait: dict(rows) for trait, rows in traits.items()} for part, traits in people.items()},
        "webinars": _attended(webinars_held(scope)),
        "cluster_webinars": _attended(cluster_webinars_held(scope)),
    }


def _attended(webinars: QuerySet) -> dict[str, Any]:
    """How many webinars there were, of how many nobody noted who came, and who came by country."""
    countries: Counter[str] = Counter()
    held = unknown = 0
    for attended, by_country in webinars.order_by().values_list("attended", "attended_by_country"):
        held += 1
        unknown += attended is None
        countries.update(by_country)
    return {"held": held, "not_noted": unknown, "attended": countries.total(), "country": dict(countries)}


# --- The budget ------------------------------------------------------------------------------------------------------


def budget_of(edition: Edition) -> dict[str, Any]:
    """Each line, what is on none, and the sum in euro, as it stands: costs know no period."""
    standings = standings_of(edition, CostLine.objects.of_edition(edition).order_by("pk"))
    total = total_of(standings)
    return {
        "lines": [{"heading": _heading(standing), **_amounts(standing)} for standing in standings],
        "total": _amounts(total),
        "missing": total.missing,
        "no_rate": total.no_rate,
    }


def _heading(standing: Standing) -> Texts:
    if standing.line is None:
        return in_each_language(lambda: capfirst(_("on no budget line")))
    return texts_of(standing.line, "heading")


def _amounts(standing: Standing) -> dict[str, str | None]:
    return {name: number_text(getattr(standing, name)) for name in ("ceiling", "committed", "spent")}


# --- What surrounds the facts ----------------------------------------------------------------------------------------


def edition_facts(edition: Edition) -> dict[str, Any]:
    return {
        "slug": edition.slug,
        "contract": edition.contract_reference,
        **{name: texts_of(edition, name) for name in ("name", "programme_name", "funder", "funding_notice")},
    }
