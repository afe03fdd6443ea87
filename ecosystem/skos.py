"""The vocabulary as linked data: SKOS, as Turtle and as JSON-LD, in all three languages at once.

A concept is named ``/vocabulary/<scheme>/<notation>``, without a language: names stand for things, not for pages.
Approved concepts alone are told, hidden labels as such, forbidden ones never. Source: W3C SKOS Reference, RDF 1.1
Turtle §2.5 and §6.4, JSON-LD 1.1.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Prefetch
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from ecosystem.models import Concept, ConceptLabel
from iurc_portal.api.registry import LICENCE
from iurc_portal.translation.languages import Language

SKOS, DCTERMS = "http://www.w3.org/2004/02/skos/core#", "http://purl.org/dc/terms/"
PREFIXES = {"skos": SKOS, "dcterms": DCTERMS}
TITLES = {
    Concept.Scheme.THEME: _("Themes"),
    Concept.Scheme.GLOSSARY: _("Glossary in three languages"),
    Concept.Scheme.COOPERATION: _("Kinds of cooperation"),
}
LABELS = {ConceptLabel.Kind.ALTERNATIVE: "skos:altLabel", ConceptLabel.Kind.HIDDEN: "skos:hiddenLabel"}
MUST_BE_ESCAPED = re.compile(r'[\x00-\x1f\x7f"\\]')
SHORT = {"\t": "\\t", "\n": "\\n", "\r": "\\r", '"': '\\"', "\\": "\\\\"}


@dataclass(frozen=True)
class Iri:
    """The name of a thing. Ours are made of slugs, so that nothing in them is to be escaped."""

    address: str


@dataclass(frozen=True)
class Literal:
    """A text, in a language or in none."""

    text: str
    language: str = ""


Statement = tuple[Iri, str, Iri | Literal]


def scheme_iri(scheme: str) -> Iri:
    return Iri(f"{settings.SITE_URL}/vocabulary/{scheme}")


def concept_iri(concept: Concept) -> Iri:
    return Iri(f"{settings.SITE_URL}/vocabulary/{concept.scheme}/{concept.notation}")


def whole_vocabulary() -> list[Concept]:
    """Every approved concept with what ``statements`` reads, in three statements of SQL."""
    approved = Concept.objects.approved().order_by("scheme", "notation")
    return list(approved.prefetch_related("labels", Prefetch("related", approved)))


def statements(concepts: list[Concept], *, about: Iterable[Concept] | None = None) -> Iterator[Statement]:
    """All that is said of ``about`` (by default of all), whose neighbours are sought among ``concepts``."""
    told = {concept.pk: concept for concept in concepts}
    narrower = defaultdict(list)
    for concept in concepts:
        if concept.broader_id in told:
            narrower[concept.broader_id].append(concept)
    chosen = concepts if about is None else list(about)
    for scheme in sorted({concept.scheme for concept in chosen}):
        yield from _of_scheme(scheme)
    for concept in chosen:
        subject, scheme = concept_iri(concept), scheme_iri(concept.scheme)
        broader = told.get(concept.broader_id)
        yield subject, "a", "skos:Concept"
        yield subject, "skos:inScheme", scheme
        if broader is None:
            yield subject, "skos:topConceptOf", scheme
        yield subject, "skos:notation", Literal(concept.notation)
        yield from ((subject, "skos:prefLabel", text) for text in _texts(concept, "pref_label"))
        for label in concept.labels.all():
            if label.kind in LABELS:
                yield subject, LABELS[label.kind], Literal(label.text, label.language)
        yield from ((subject, "skos:definition", text) for text in _texts(concept, "definition"))
        if broader is not None:
            yield subject, "skos:broader", concept_iri(broader)
        yield from ((subject, "skos:narrower", concept_iri(other)) for other in narrower[concept.pk])
        yield from ((subject, "skos:related", concept_iri(other)) for other in concept.related.all())


def _of_scheme(scheme: str) -> Iterator[Statement]:
    subject = scheme_iri(scheme)
    yield subject, "a", "skos:ConceptScheme"
    for code in Language.values:
        with translation.override(code):
            yield subject, "dcterms:title", Literal(str(TITLES[scheme]), code)
    yield subject, "dcterms:license", Iri(LICENCE)


def _texts(concept: Concept, field: str) -> list[Literal]:
    texts = [(getattr(concept, f"{field}_{code}") or "", code) for code in Language.values]
    return [Literal(text, code) for text, code in texts if text.strip()]


def write_turtle(said: Iterable[Statement]) -> str:
    lines = [f"@prefix {name}: <{address}> ." for name, address in PREFIXES.items()]
    for subject, facts in _by_subject(said).items():
        told = [f"    {predicate} {', '.join(map(_turtle, things))}" for predicate, things in facts.items()]
        lines += ["", f"<{subject.address}>", " ;\n".join(told) + " ."]
    return "\n".join(lines) + "\n"


def write_json_ld(said: Iterable[Statement]) -> str:
    graph = []
    for subject, facts in _by_subject(said).items():
        node: dict = {"@id": subject.address}
        for predicate, things in facts.items():
            node["@type" if predicate == "a" else predicate] = [_json_ld(thing) for thing in things]
        graph.append(node)
    return json.dumps({"@context": PREFIXES, "@graph": graph}, ensure_ascii=False, indent=1) + "\n"


def _by_subject(said: Iterable[Statement]) -> dict[Iri, dict[str, list]]:
    grouped: dict[Iri, dict[str, list]] = {}
    for subject, predicate, thing in said:
        grouped.setdefault(subject, {}).setdefault(predicate, []).append(thing)
    return grouped


def _turtle(thing) -> str:
    if isinstance(thing, Iri):
        return f"<{thing.address}>"
    if isinstance(thing, Literal):
        text = MUST_BE_ESCAPED.sub(lambda sign: SHORT.get(sign[0]) or f"\\u{ord(sign[0]):04X}", thing.text)
        return f'"{text}"' + (f"@{thing.language}" if thing.language else "")
    return thing


def _json_ld(thing):
    if isinstance(thing, Iri):
        return {"@id": thing.address}
    if isinstance(thing, Literal):
        return {"@value": thing.text} | ({"@language": thing.language} if thing.language else {})
    return thing


FORMATS = {"ttl": ("text/turtle", write_turtle), "jsonld": ("application/ld+json", write_json_ld)}
