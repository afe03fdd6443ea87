"""Themes and glossary: one table of concepts."""

import unicodedata
from typing import Any

from ecosystem.models import Concept, ConceptLabel
from iurc_portal.content.engine import Record, Ref, Rows
from iurc_portal.content.reading import Entry
from iurc_portal.translation.languages import Language

THEME, GLOSSARY, COOPERATION = Concept.Scheme.THEME, Concept.Scheme.GLOSSARY, Concept.Scheme.COOPERATION


def theme_refs(entry: Entry, themes: dict[str, Entry]) -> list[Ref]:
    """The themes that ``entry`` names in its field ``themes``."""
    return [Ref(Concept, f"{THEME}:{theme}") for theme in entry.references("themes", themes, "theme")]


def theme_records(themes: dict[str, Entry], concepts: dict[str, Entry]) -> list[Record]:
    records = []
    for notation, entry in themes.items():
        entry.known("id", "label", "description", "concepts")
        entry.references("concepts", concepts, "concept of the glossary")
        values = {"scheme": THEME, "notation": notation, "state": Concept.State.APPROVED}
        values |= entry.texts("label", "pref_label", needed=True) | entry.texts("description", "definition")
        records.append(Record("themes", Concept, f"{THEME}:{notation}", entry.file, values))
    return records


def cooperation_records(kinds: dict[str, Entry]) -> list[Record]:
    """What an offer or a need may be for: joint development, a licence, a field trial…"""
    records = []
    for notation, entry in kinds.items():
        entry.known("id", "label", "description")
        values = {"scheme": COOPERATION, "notation": notation, "state": Concept.State.APPROVED}
        values |= entry.texts("label", "pref_label", needed=True) | entry.texts("description", "definition")
        records.append(Record("kinds of cooperation", Concept, f"{COOPERATION}:{notation}", entry.file, values))
    return records


def glossary_records(concepts: dict[str, Entry], themes: dict[str, Entry]) -> list[Record]:
    """A concept belongs to the themes it names and to those that name it."""
    _refuse_shared_labels(concepts)
    records = []
    for notation in _broader_first(concepts):
        entry = concepts[notation]
        entry.known("id", "broader", "themes", "pref", "alt")
        broader = entry.text("broader")
        values: dict[str, Any] = {"scheme": GLOSSARY, "notation": notation, "state": Concept.State.APPROVED}
        values |= entry.texts("pref", "pref_label", needed=True)
        values["broader"] = Ref(Concept, f"{GLOSSARY}:{broader}") if broader else None
        named_by = [Ref(Concept, f"{THEME}:{key}") for key, theme in themes.items() if _names(theme, notation)]
        labels = [
            {"language": language, "text": text, "kind": ConceptLabel.Kind.ALTERNATIVE}
            for language, texts in _alternatives(entry).items()
            for text in texts
        ]
        records.append(
            Record(
                "glossary concepts",
                Concept,
                f"{GLOSSARY}:{notation}",
                entry.file,
                values,
                {"related": list(dict.fromkeys(theme_refs(entry, themes) + named_by))},
                {"labels": Rows(("language", "text", "kind"), labels)},
            )
        )
    return records


def _names(theme: Entry, notation: str) -> bool:
    concepts = theme.data.get("concepts")
    return isinstance(concepts, list) and notation in concepts


def _alternatives(entry: Entry) -> dict[str, list[str]]:
    found = entry.data.get("alt") or {}
    if not isinstance(found, dict) or set(found) - set(Language.values):
        entry.wrong("alt", "write a list of synonyms under each of en, it and ja.")
        return {}
    words = Entry(entry.documents, entry.file, found, f"{entry.name}: alt")
    return {language: words.words(language) for language in found}


def _refuse_shared_labels(concepts: dict[str, Entry]) -> None:
    """No word of a language may lead to two concepts."""
    owner: dict[tuple[str, str], str] = {}
    for notation, entry in concepts.items():
        preferred = entry.data.get("pref")
        for language in Language.values:
            label = preferred.get(language) if isinstance(preferred, dict) else None
            alternatives = entry.data.get("alt")
            others = alternatives.get(language) if isinstance(alternatives, dict) else None
            for text in [label, *(others if isinstance(others, list) else [])]:
                if not text:
                    continue
                folded = unicodedata.normalize("NFKC", str(text)).casefold()
                first = owner.setdefault((language, folded), notation)
                if first != notation:
                    entry.wrong(f"label {language}", f"“{text}” is already a label of “{first}”. Keep one of the two.")


def _broader_first(concepts: dict[str, Entry]) -> list[str]:
    """The notations, each after its broader concept. Unknown broader concepts and circles are problems."""
    ordered: dict[str, None] = {}
    for start, entry in concepts.items():
        chain, name = [], start
        while name and name not in ordered and name not in chain:
            chain.append(name)
            broader = concepts[name].text("broader")
            if broader and broader not in concepts:
                concepts[name].wrong("broader", f"“{broader}” is not a known concept. Correct it, or add the concept.")
                broader = ""
            name = broader
        if name in chain:
            entry.wrong("broader", f"goes round in a circle: {' → '.join([*chain[chain.index(name) :], name])}.")
        ordered.update(dict.fromkeys(reversed(chain)))
    return list(ordered)
