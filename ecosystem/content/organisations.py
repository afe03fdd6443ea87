"""Organisations, and the four initiatives with their leads, members, figures and ways to take part."""

import re

from ecosystem.content.cities import city_of
from ecosystem.content.vocabulary import theme_refs
from ecosystem.models import Initiative, Organisation, OrganisationInitiative, TakePart
from ecosystem.services.optouts import asked_on_by_digest, digests, registered
from iurc_portal.clock import PartnerSide
from iurc_portal.content.engine import Record, Ref, Rows
from iurc_portal.content.reading import Entry
from iurc_portal.translation.languages import Language

YEARS = re.compile(r"\d{4}-\d{4}")
Role = OrganisationInitiative.Role
COLOURS = {"TSI": "blue", "SEED": "vermilion", "TCL": "gold", "CTE": "green"}
CODES = {"torino-social-impact": "TSI", "seed": "SEED", "torino-city-lab": "TCL", "cte-next": "CTE"}


# Facts that a file may have. Never the representative: that is a person, who has to consent.
FACTS = (
    *("kana", "legal_name", "size_band", "capital", "capital_currency", "registry_id", "registry_country", "nace"),
    *("contact_languages", "open_to_japan", "open_to_japan_since", "open_to_japan_how"),
)


def organisation_records(
    organisations: dict[str, Entry], themes: dict[str, Entry], initiatives: dict[str, Entry]
) -> list[Record]:
    """Published, since the content has been reviewed, and unverified, since nobody has confirmed their own entry.

    Who asked not to be listed comes as a draft.
    """
    records, asked_on = [], asked_on_by_digest()
    for slug, entry in organisations.items():
        entry.known(
            *("slug", "side", "name", "name_it", "name_ja", "name_ja_suggested", "kind", "is_programme", "pillars"),
            *("member_of", "themes", "summary", "website", "city", "address", "latitude", "longitude"),
            *("founded_year", "source", "more_sources", "verify", "verify_fields"),
            *FACTS,
        )
        values = {
            "slug": slug,
            "name_it": entry.text("name_it"),
            "name_en": entry.text("name", needed=True),
            "name_ja": entry.text("name_ja"),
            "name_ja_suggested": entry.text("name_ja_suggested"),
            "kind": entry.choice("kind", Organisation.Kind.values),
            "is_programme": entry.flag("is_programme"),
            "side": entry.choice("side", PartnerSide.values),
            "city": city_of(entry),
            "state": Organisation.State.PUBLISHED,
            "website": entry.url("website"),
            "founded_year": entry.whole("founded_year", 1000, 2100),
            "sources": entry.sources(),
            "needs_check": entry.flag("verify"),
            "to_verify": entry.words("verify_fields"),
            "source_language": Language.ENGLISH,
        }
        values |= entry.texts("summary", needed=True) | _address(entry) | _facts(entry)
        names = [values["name_it"], values["name_en"], values["name_ja"], values.get("legal_name", "")]
        number = registered(values.get("registry_country", ""), values.get("registry_id", ""))
        if asked_on.keys() & digests(names=names, website=values["website"], registered=number).keys():
            values["state"] = Organisation.State.DRAFT
            entry.warn("name", "asked not to be listed: loaded as a draft")
        if not values["name_ja"]:
            entry.warn("name_ja", "no Japanese text")
        values |= entry.point(precision="street" if entry.data.get("address") else "city")
        entry.references("pillars", initiatives, "initiative")
        entry.references("member_of", initiatives, "initiative")
        parts = Rows(("initiative", "role"), _parts(entry, initiatives))
        sets = {"themes": theme_refs(entry, themes)}
        records.append(Record("organisations", Organisation, slug, entry.file, values, sets, {"parts": parts}))
    return records


def _address(entry: Entry) -> dict[str, str]:
    """An address is written once, as on an envelope from abroad: in Italian in Torino, in Latin letters in Nagoya."""
    written_in = Language.ENGLISH if entry.data.get("side") == PartnerSide.NAGOYA else Language.ITALIAN
    return {f"address_{code}": entry.text("address") if code == written_in else "" for code in Language.values}


def _facts(entry: Entry) -> dict:
    """The facts that the entry has: what it does not name, it says nothing of."""
    readers = {
        "size_band": lambda: entry.choice("size_band", Organisation.SizeBand.values),
        "capital": lambda: entry.whole("capital", 0, 10**15),
        "capital_currency": lambda: entry.choice("capital_currency", Organisation.Currency.values),
        "nace": lambda: entry.words("nace"),
        "contact_languages": lambda: entry.words("contact_languages"),
        "open_to_japan": lambda: entry.flag("open_to_japan"),
        "open_to_japan_since": lambda: entry.whole("open_to_japan_since", 1850, 2100),
    }
    values: dict = {}
    for name in FACTS:
        if entry.data.get(name) is None:
            continue
        if name == "open_to_japan_how":
            values |= entry.texts(name)
        else:
            values[name] = readers.get(name, lambda name=name: entry.text(name))()
    if "capital" in values and not values.get("capital_currency"):
        entry.wrong("capital_currency", "is missing. Write EUR, JPY, USD, GBP or CHF beside the capital.")
    if values.get("registry_id") and not values.get("registry_country"):
        entry.wrong("registry_country", "is missing. Write the country of the register, such as IT or JP.")
    return values


def _parts(entry: Entry, initiatives: dict[str, Entry]) -> list[dict]:
    """Lead where the initiative says so, member where a source names the organisation as such, else involved."""
    rows = []
    for slug, initiative in initiatives.items():
        if entry.name in _listed(initiative, "lead"):
            role = Role.LEAD
        elif slug in _listed(entry, "member_of"):
            role = Role.MEMBER
        elif slug in _listed(entry, "pillars") or entry.name in _listed(initiative, "members"):
            role = Role.PARTNER
        else:
            continue
        rows.append({"initiative": Ref(Initiative, slug), "role": role})
    return rows


def _listed(entry: Entry, name: str) -> list:
    value = entry.data.get(name)
    return value if isinstance(value, list) else []


def initiative_records(
    initiatives: dict[str, Entry], themes: dict[str, Entry], organisations: dict[str, Entry]
) -> list[Record]:
    records = []
    for slug, entry in initiatives.items():
        entry.known(
            *("slug", "order", "name", "tagline", "description", "started", "started_note", "lead", "members"),
            *("themes", "website", "figures", "take_part", "source", "more_sources"),
        )
        code = CODES.get(slug, slug[:8].upper())
        start, precision = entry.partial_date("started")
        values = {
            "slug": slug,
            "code": code,
            "colour": COLOURS.get(code, Initiative.Colour.BLUE),
            "order": entry.whole("order", 0, 999, needed=True),
            "started_year": start.year if start else None,
            "started_month": start.month if start and precision != "year" else None,
            "started_day": start.day if start and precision == "day" else None,
            "website": entry.url("website"),
            "sources": entry.sources(),
        }
        values |= entry.texts("name", needed=True) | entry.texts("tagline") | entry.texts("description")
        values |= entry.texts("started_note")
        entry.references("members", organisations, "organisation")
        leads = entry.references("lead", organisations, "organisation")
        sets = {"leads": [Ref(Organisation, lead) for lead in leads], "themes": theme_refs(entry, themes)}
        rows = {"figures": _figures(entry), "take_parts": _take_parts(entry)}
        records.append(Record("initiatives", Initiative, slug, entry.file, values, sets, rows))
    return records


def _figures(initiative: Entry) -> Rows:
    """A public number without a source is not shown, so it is not taken either. Its date may be a period of years."""
    items = []
    for order, entry in enumerate(initiative.children("figures"), start=1):
        entry.known("value", "label", "date", "source")
        if not YEARS.fullmatch(entry.text("date", needed=True)):
            entry.partial_date("date")
        item = {"value": entry.text("value", needed=True), "as_of": entry.text("date"), "order": order}
        items.append(item | {"source": entry.url("source", needed=True)} | entry.texts("label", needed=True))
    return Rows(("value", "as_of", "source", "order", "label_it", "label_en", "label_ja"), items)


def _take_parts(initiative: Entry) -> Rows:
    items = []
    for order, entry in enumerate(initiative.children("take_part"), start=1):
        entry.known("kind", "text", "source")
        item = {"kind": entry.choice("kind", TakePart.Kind.values), "source": entry.url("source"), "order": order}
        items.append(item | entry.texts("text", needed=True))
    return Rows(("kind", "source", "order", "text_it", "text_en", "text_ja"), items)
