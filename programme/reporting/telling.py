"""Kept facts in words, for a reader of the active language: what page, PDF and workbook print.

Texts are ``Spoken``: where a language lacks one, another stands in and says which it is (E1).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from ecosystem.helix import Helix
from iurc_portal.clock import PartnerSide
from iurc_portal.templatetags.portal_tags import country_name
from iurc_portal.translation.languages import Spoken, order_for
from iurc_portal.translation.times import date_range, date_words
from programme.models import ActionItem, Indicator, PeopleCount, ProgrammeReport
from programme.models.programme_reports import PUBLIC_TEXTS
from programme.money import LOCALES, money_words

Facts = Mapping[str, Any]


def said(texts: Any) -> Spoken:
    """A kept text, or one by language, for this reader."""
    return Spoken.written_in(texts, order_for()[0]) if isinstance(texts, str) else Spoken.best(texts)


def number(text: str | None) -> str:
    """A kept number as this reader writes it; "–" for none."""
    if text is None:
        return "–"
    return format_decimal(Decimal(text), locale=LOCALES[order_for()[0]])


def day(text: str | None) -> str:
    return date_words(date.fromisoformat(text), "day") if text else "–"


def euro(text: str | None) -> str:
    return money_words(Decimal(text) if text is not None else None, "EUR")


def address(facts: Facts, link: Any) -> str:
    """The whole address of a kept path, as it was then; "" where there is none."""
    path = str(said(link))
    return f"{facts['site']}{path}" if path else ""


STEP_WORDS = {
    "done": lambda: pgettext("milestone", "done"),
    "late": lambda: pgettext("milestone", "late"),
    "planned": lambda: pgettext("milestone", "planned"),
}


def step_words(state: str) -> str:
    return STEP_WORDS[state]()


# --- Numbers ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """An indicator. ``percent`` is None without a target: that is never 0 % (P27)."""

    code: str
    name: Spoken
    unit: Spoken
    definition: Spoken
    kind: str
    source: str
    frequency: str
    value: str
    baseline: str
    target: str
    percent: str | None
    evidence: str
    rows: int | None
    parts: list[tuple[str, list[tuple[str, str]]]]


KIND_WORDS = {
    "output": lambda: pgettext("indicators", "Outputs"),
    "result": lambda: pgettext("indicators", "Results"),
    "impact": lambda: pgettext("indicators", "Impacts"),
}


def line_of(one: Facts) -> Line:
    has_target = one["target"] is not None
    return Line(
        code=one["code"],
        name=said(one["name"]),
        unit=said(one["unit"]),
        definition=said(one["definition"]),
        kind=one["kind"],
        source=str(Indicator.Source(one["source"]).label),
        frequency=str(Indicator.Frequency(one["frequency"]).label),
        value=number(one["value"]),
        baseline=number(one["baseline"] or "0"),
        target=number(one["target"]) if has_target else _("no target"),
        percent=f"{number(one['progress'])}%" if has_target and one["progress"] is not None else None,
        evidence=one["evidence"],
        rows=one["rows"],
        parts=[
            (str(said(part["title"])), [(str(said(words)), number(str(n))) for words, n in part["rows"]])
            for part in one["parts"]
        ],
    )


def groups_of(facts: Facts) -> list[tuple[str, list[Line]]]:
    """Outputs, results, impacts: each with its indicators, none where there are none."""
    lines = [line_of(one) for one in facts["indicators"]]
    groups = [(str(words()), [line for line in lines if line.kind == kind]) for kind, words in KIND_WORDS.items()]
    return [(title, found) for title, found in groups if found]


# --- The rest --------------------------------------------------------------------------------------------------------

ACTIVITY_WORDS = {
    "visits": lambda: _("Study visits"),
    "webinars": lambda: _("Webinars"),
    "cluster_webinars": lambda: _("Webinars with other cities"),
    "stays": lambda: _("Staff exchanges"),
    "meetings": lambda: _("Meetings of organisations"),
}
# What pages may not name (``indicators.shown``); reports approved before that was so name meetings in what they keep.
UNNAMED: dict[str, Callable[[], str]] = {
    "webinars": lambda: _("Webinar that is not public"),
    "cluster_webinars": lambda: _("Webinar that is not public"),
    "stays": lambda: _("Staff exchange"),
    "meetings": lambda: _("Meeting of two organisations"),
}
TRAIT_WORDS = {
    "side": lambda: pgettext("split", "city"),
    "helix": lambda: pgettext("split", "kind of organisation"),
    "country": lambda: _("country"),
    "presence": lambda: _("attendance"),
}
TRAITS_TOLD = {  # of few interpreters a kind of organisation or a country would be somebody
    PeopleCount.Part.GUEST: ("side", "helix", "country", "presence"),
    PeopleCount.Part.HOST: ("side", "helix", "country"),
    PeopleCount.Part.INTERPRETER: ("side",),
}


def trait_value(trait: str, value: str) -> str:
    if trait == "side":
        return str(PartnerSide(value).label) if value in PartnerSide.values else value
    if trait == "helix":
        return str(Helix(value).label)
    if trait == "presence":
        return str(PeopleCount.Presence(value).label)
    return str(country_name(value)) if value else pgettext("country", "not known")


def _by_number(rows: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(rows.items(), key=lambda pair: (-pair[1], pair[0]))


def activities_of(facts: Facts) -> list[dict[str, Any]]:
    """Each kind of which there was something: what it is called, how many, each with its day."""
    told = []
    for kind, words in ACTIVITY_WORDS.items():
        rows = facts["activities"][kind]
        if rows:
            items = [
                {
                    "title": said(row["title"]) if row.get("title") and kind != "meetings" else UNNAMED[kind](),
                    "when": _when(row),
                    "attended": row.get("attended"),
                    "address": address(facts, row["link"]) if row.get("link") and "site" in facts else "",
                }
                for row in rows
            ]
            told.append({"kind": kind, "title": words(), "number": len(rows), "rows": items})
    return told


def _when(row: Facts) -> str:
    first = row.get("first_day")
    return date_range(date.fromisoformat(first), date.fromisoformat(row["day"])) if first else day(row["day"])


def attendance_of(facts: Facts) -> list[dict[str, Any]]:
    """Tables of numbers of people: of visits by each trait, of webinars by country."""
    tables = []
    for part in PeopleCount.Part:
        for trait, words in TRAIT_WORDS.items():
            rows = facts["attendance"]["people"].get(part.value, {}).get(trait, {})
            if rows and trait in TRAITS_TOLD[part]:
                told = [(capfirst(trait_value(trait, value)), n) for value, n in _by_number(rows)]
                title = _("Study visits, %(who)s by %(what)s") % {"who": part.label, "what": words()}
                tables.append({"title": title, "rows": told, "total": sum(rows.values())})
    for kind in ("webinars", "cluster_webinars"):
        found = facts["attendance"][kind]
        if found["held"]:
            told = [(trait_value("country", value), n) for value, n in _by_number(found["country"])]
            title = _("%(activity)s, attendance by country") % {"activity": ACTIVITY_WORDS[kind]()}
            tables.append({"title": title, "rows": told, "total": found["attended"], **found})
    return tables


def steps_of(facts: Facts) -> list[dict[str, Any]]:
    return [
        {
            "title": said(step["title"]),
            "objective": step["objective"],
            "due_on": day(step["due_on"]),
            "done_on": day(step["done_on"]),
            "state": step["state"],
            "state_words": step_words(step["state"]),
            "evidence": step["evidence"],
        }
        for step in facts["milestones"]
    ]


def objectives_of(facts: Facts) -> list[dict[str, Any]]:
    return [
        {
            "code": one["code"],
            "text": said(one["text"]),
            "actions": [(str(ActionItem.State(state).label), n) for state, n in one["actions"].items()],
            "milestones": [(step_words(state), n) for state, n in sorted(one["milestones"].items())],
            "indicators": ", ".join(one["indicators"]),
        }
        for one in facts["objectives"]
    ]


def budget_of(facts: Facts) -> dict[str, Any] | None:
    budget = facts["budget"]
    if not budget["lines"]:
        return None
    amounts = ("ceiling", "committed", "spent")
    return {
        "rows": [(said(line["heading"]), [euro(line[name]) for name in amounts]) for line in budget["lines"]],
        "total": [euro(budget["total"][name]) for name in amounts],
        "missing": budget["missing"],
        "no_rate": budget["no_rate"],
    }


def told(facts: Facts) -> dict[str, Any]:
    """Everything that ``programme/reports/_facts.html`` shows."""
    return {
        "groups": groups_of(facts),
        "objectives": objectives_of(facts),
        "steps": steps_of(facts),
        "activities": activities_of(facts),
        "attendance": attendance_of(facts),
        "budget": budget_of(facts),
    }


def texts_told(texts: Mapping[str, Any]) -> list[tuple[str, Spoken]]:
    """What the authors wrote, under its headings; nothing of what nobody wrote."""
    return [
        (capfirst(ProgrammeReport.text_title(name)), said(texts[name])) for name in PUBLIC_TEXTS if texts.get(name)
    ]


def period_words(facts: Facts) -> str:
    period = facts["period"]
    return date_range(date.fromisoformat(period["first_day"]), date.fromisoformat(period["last_day"]))
