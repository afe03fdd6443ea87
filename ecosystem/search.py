"""What of the ecosystem can be found, and the vocabulary that leads there."""

from collections import defaultdict
from datetime import date

from django.db.models import Prefetch, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ecosystem.models import (
    City,
    Concept,
    ConceptLabel,
    GoodPractice,
    Initiative,
    InitiativeFigure,
    Listing,
    MirrorPair,
    Organisation,
    OrganisationInitiative,
    TakePart,
    Testbed,
    TestbedClosure,
    TestRun,
    Transfer,
)
from ecosystem.models.freshness import is_overdue
from ecosystem.models.vocabulary import themes_in_use
from iurc_portal.clock import ROME
from iurc_portal.search.glossary import Label
from iurc_portal.search.models import OUT_OF_DATE
from iurc_portal.search.registry import (
    Doc,
    Kind,
    Vocabulary,
    register,
    register_vocabulary,
    texts_of,
    titles_of,
)
from iurc_portal.translation.languages import Language, columns

UNKNOWN = ""  # the language of a name that is the same in all


def register_kinds() -> None:
    """Tell the search of our records. Their order is that of the results."""
    register_vocabulary(
        Vocabulary(
            labels=labels,
            themes=themes,
            gazetteer=gazetteer,
            models=(Concept, ConceptLabel),
            concept_of=concept_of,
            places=City,
            place_name=lambda city: city.name_ja or "",
            adopt_url_name="admin:ecosystem_concept_adopt",
        )
    )
    for kind in (ORGANISATIONS, OFFERS, NEEDS, INITIATIVES, TESTBEDS, TESTS, PRACTICES, GLOSSARY):
        register(kind)


def labels():
    """Every label of every approved concept, themes and glossary alike."""
    approved = Concept.objects.approved().exclude(scheme=Concept.Scheme.COOPERATION)
    for pk, *texts in approved.values_list("pk", *columns("pref_label")):
        yield from (Label(pk, code, text, "pref") for code, text in zip(Language.values, texts, strict=True) if text)
    others = ConceptLabel.objects.filter(concept__in=approved)
    for concept, language, text, kind in others.values_list("concept", "language", "text", "kind"):
        yield Label(concept, language, text, kind)


def themes():
    """The themes of each glossary concept."""
    found = defaultdict(set)
    pairs = Concept.related.through.objects.filter(
        from_concept__scheme=Concept.Scheme.GLOSSARY, to_concept__in=Concept.objects.themes()
    )
    for concept, theme in pairs.values_list("from_concept", "to_concept"):
        found[concept].add(theme)
    return found


def gazetteer():
    """The Japanese names of cities: they tell 東京 and 都 apart."""
    return City.objects.exclude(name_ja=None).values_list("name_ja", flat=True)


def concept_of(changed: Concept | ConceptLabel) -> int:
    return changed.pk if isinstance(changed, Concept) else changed.concept_id


def _facts(record) -> dict:
    """What all records have: city and themes, to be counted and, with their words in all languages, to be found."""
    themes, city = record.themes.all(), getattr(record, "city", None)
    return {
        "city": city.slug if city else "",
        "places": [*(texts_of(city, "name") if city else []), *_labels_of(themes)],
        "concepts": [theme.pk for theme in themes],
        "values": {"theme": [theme.notation for theme in themes]},
    }


def _labels_of(themes) -> list[tuple[str, str]]:
    return [pair for theme in themes for pair in texts_of(theme, "pref_label")]


def _flat(*names: str) -> list[tuple[str, str]]:
    return [(name, UNKNOWN) for name in names if name]


def organisation_doc(organisation: Organisation) -> Doc:
    """An organisation: names in every script, summary, seat, and what the directory counts.

    What it offers and seeks, and the initiatives it has a part in, are found with it (E5). Reads ``shown_listings``,
    see ``with_listings``.
    """
    facts = _facts(organisation)
    listings = [listing for listing in organisation.shown_listings if listing.is_current(today=timezone.localdate())]
    # Once each: who leads an initiative may be a member of it as well.
    initiatives = {initiative.slug: initiative for initiative in organisation.initiatives.all()}
    facts["values"] |= {
        "initiative": list(initiatives),
        "language": organisation.contact_languages,
        "open_to_japan": ["yes"] if organisation.open_to_japan else [],
        "offers": [listing.type for listing in listings if listing.direction == Listing.Direction.OFFER],
        "seeks": [listing.type for listing in listings if listing.direction == Listing.Direction.NEED],
    }
    facts["places"] = [*facts["places"], *texts_of(organisation, "address")]
    titles = titles_of(organisation, "name")
    return Doc(
        titles=titles | {"ja": organisation.kana or titles["ja"]},
        names=[
            *texts_of(organisation, "name"),
            *_flat(organisation.kana, organisation.legal_name, organisation.name_ja_suggested),
        ],
        texts=[
            *texts_of(organisation, "summary", "description", "open_to_japan_how"),
            *_names_of(initiatives.values()),
            *(pair for listing in listings for pair in texts_of(listing, "title", "text", "wanted_partner")),
        ],
        side=organisation.side,
        category=organisation.kind,
        dated=organisation.verified_on,
        quality=_quality(organisation, parts=len(facts["values"]["initiative"])),
        public=_is_listed(organisation),
        **facts,
    )


def _quality(organisation: Organisation, *, parts: int) -> int:
    """What decides between equals; below zero where nobody has confirmed the profile for too long (E10, E12)."""
    known = organisation.verified_on is not None
    quality = 2 * parts + sum((bool(organisation.summary_ja), known, organisation.open_to_japan))
    overdue = is_overdue(organisation, today=timezone.now().astimezone(ROME).date())
    return quality - OUT_OF_DATE if overdue else quality


def with_listings(organisations):
    """``organisations`` with their published listings as ``shown_listings``; the day decides which are current."""
    published = Listing.objects.filter(state=Listing.State.PUBLISHED)
    return organisations.prefetch_related(Prefetch("listings", published, to_attr="shown_listings"))


def listing_doc(listing: Listing) -> Doc:
    """An offer or a need, dated by its last day: what is past it is no longer public, and lists compare the day."""
    organisation = listing.organisation
    facts = _facts(organisation)
    facts["values"] |= {
        "cooperation": [concept.notation for concept in listing.cooperation.all()],
        "organisation": [organisation.slug],
        "trl": [listing.trl_band] if listing.trl else [],
    }
    return Doc(
        titles=titles_of(listing, "title"),
        names=texts_of(listing, "title"),
        texts=[
            *texts_of(listing, "text", "wanted_partner"),
            *_labels_of(listing.cooperation.all()),
            *_names_of([organisation]),
        ],
        side=organisation.side,
        category=listing.type,
        dated=listing.valid_until,
        quality=bool(listing.title_ja),
        public=listing.is_current(today=timezone.localdate()) and _is_listed(organisation),
        **facts,
    )


def _is_listed(organisation: Organisation) -> bool:
    return organisation.is_told and organisation.activity != Organisation.Activity.CLOSED


def initiative_doc(initiative: Initiative) -> Doc:
    return Doc(
        titles=titles_of(initiative, "name"),
        names=[*texts_of(initiative, "name"), *_flat(initiative.code)],
        texts=texts_of(initiative, "tagline", "description"),
        quality=1,
        **_facts(initiative),
    )


def testbed_doc(testbed: Testbed) -> Doc:
    """A testbed: its name and owner, what can be tried there and under which terms."""
    facts = _facts(testbed)
    facts["values"]["initiative"] = [initiative.slug for initiative in testbed.initiatives.all()]
    facts["places"] = [*facts["places"], *texts_of(testbed, "place_name")]
    return Doc(
        titles=titles_of(testbed, "name"),
        names=texts_of(testbed, "name"),
        texts=[
            *texts_of(testbed, "testable", "provided", "data_available", "rules", "cost"),
            *_names_of(_named([testbed.owner])),
        ],
        side=testbed.city.slug if testbed.city.is_partner else "",
        category=testbed.kind,
        quality=int(testbed.state == Testbed.State.PUBLISHED),
        public=testbed.is_listed,
        **facts,
    )


def test_doc(test: TestRun) -> Doc:
    facts, organisations = _facts(test), _named(test.organisations.all())
    facts["values"] |= {
        "initiative": [initiative.slug for initiative in test.initiatives.all()],
        "organisation": [organisation.slug for organisation in organisations],
    }
    facts["places"] = [*facts["places"], *texts_of(test, "place_name")]
    return Doc(
        titles=titles_of(test, "title"),
        names=texts_of(test, "title"),
        texts=[*texts_of(test, "tested", "outcome"), *_names_of(organisations)],
        category=test.state,
        dated=test.start,
        **facts,
    )


def practice_doc(practice: GoodPractice) -> Doc:
    facts, organisations = _facts(practice), _named(practice.organisations.all())
    facts["values"]["organisation"] = [organisation.slug for organisation in organisations]
    return Doc(
        titles=titles_of(practice, "title"),
        names=texts_of(practice, "title"),
        texts=[
            *texts_of(practice, "problem", "solution", "results", "replicability", "recognition"),
            *_names_of(organisations),
        ],
        category=practice.state,
        dated=date(practice.first_year, 1, 1) if practice.first_year else None,
        quality=practice.state == GoodPractice.State.FEATURED,
        public=practice.is_public,
        **facts,
    )


def concept_doc(concept: Concept) -> Doc:
    """A term of the glossary, found by each of its words, the hidden ones too."""
    themes = [other for other in concept.related.all() if other.scheme == Concept.Scheme.THEME]
    return Doc(
        titles=titles_of(concept, "pref_label"),
        names=[*texts_of(concept, "pref_label"), *((label.text, label.language) for label in concept.labels.all())],
        texts=texts_of(concept, "definition"),
        concepts=[concept.pk],
        values={"theme": [theme.notation for theme in themes]},
        public=concept.scheme == Concept.Scheme.GLOSSARY and concept.state == Concept.State.APPROVED,
    )


def _named(organisations) -> list[Organisation]:
    """Those by which a public record may be found: the name of a draft is nobody's to read, or to guess."""
    return [organisation for organisation in organisations if organisation.is_told]


def _names_of(records) -> list[tuple[str, str]]:
    return [pair for record in records for pair in texts_of(record, "name")]


ORGANISATIONS = Kind(
    name="organisations",
    title=_("Organisations"),
    model=Organisation,
    source=lambda: with_listings(
        Organisation.objects.select_related("city").prefetch_related(themes_in_use(), "initiatives")
    ),
    build=organisation_doc,
    shown=lambda user: Organisation.objects.listed_for(user).select_related("city"),
    template="ecosystem/_organisation_row.html",
    excerpt="summary",
    list_url_name="ecosystem:directory",
    parts=(
        (OrganisationInitiative, lambda part: [part.organisation_id]),
        (Listing, lambda listing: [listing.organisation_id]),
    ),
    follows=(
        (Concept, lambda themes: Organisation.objects.filter(themes__in=themes)),
        (Initiative, lambda initiatives: Organisation.objects.filter(initiatives__in=initiatives)),
        (City, lambda cities: Organisation.objects.filter(city__in=cities)),
    ),
)


def _listings(direction: str, title, list_url_name: str) -> Kind:
    """Offers and needs are two kinds of one model: what one seeks is not what one has."""
    rows = Listing.objects.filter(direction=direction).select_related("organisation__city")
    return Kind(
        name=f"{direction}s",
        title=title,
        model=Listing,
        source=lambda: rows.prefetch_related(themes_in_use("organisation__themes"), "cooperation"),
        build=listing_doc,
        shown=lambda user: rows.listed(today=timezone.localdate()),
        template="ecosystem/_listing_row.html",
        excerpt="text",
        list_url_name=list_url_name,
        ends=True,
        follows=(
            (
                Concept,
                lambda concepts: Listing.objects.filter(
                    Q(organisation__themes__in=concepts) | Q(cooperation__in=concepts)
                ),
            ),
            (Organisation, lambda organisations: Listing.objects.filter(organisation__in=organisations)),
            (City, lambda cities: Listing.objects.filter(organisation__city__in=cities)),
        ),
    )


OFFERS = _listings(Listing.Direction.OFFER, _("Offers"), "ecosystem:offers")
NEEDS = _listings(Listing.Direction.NEED, _("Needs"), "ecosystem:needs")
INITIATIVES = Kind(
    name="initiatives",
    title=_("Initiatives"),
    model=Initiative,
    source=lambda: Initiative.objects.prefetch_related(themes_in_use()),
    build=initiative_doc,
    shown=Initiative.objects.visible_to,
    template="ecosystem/_initiative_row.html",
    excerpt="description",
    parts=(
        (InitiativeFigure, lambda figure: [figure.initiative_id]),
        (TakePart, lambda way: [way.initiative_id]),
    ),
    follows=((Concept, lambda themes: Initiative.objects.filter(themes__in=themes)),),
)
TESTBEDS = Kind(
    name="testbeds",
    title=_("Testbeds"),
    model=Testbed,
    source=lambda: Testbed.objects.select_related("city", "owner").prefetch_related(themes_in_use(), "initiatives"),
    build=testbed_doc,
    shown=lambda user: Testbed.objects.listed().select_related("city"),
    template="ecosystem/_testbed_row.html",
    excerpt="testable",
    list_url_name="ecosystem:testbeds",
    parts=(  # not searched, but told of by the open data: the marks of its answers change with the index
        (MirrorPair, lambda pair: [pair.torino_id, pair.nagoya_id]),
        (TestbedClosure, lambda closure: [closure.testbed_id]),
    ),
    follows=(
        (Concept, lambda themes: Testbed.objects.filter(themes__in=themes)),
        (Organisation, lambda owners: Testbed.objects.filter(owner__in=owners)),
        (City, lambda cities: Testbed.objects.filter(city__in=cities)),
    ),
)
TESTS = Kind(
    name="tests",
    title=_("Tests carried out"),
    model=TestRun,
    source=lambda: TestRun.objects.select_related("city").prefetch_related(
        themes_in_use(), "initiatives", "organisations"
    ),
    build=test_doc,
    shown=lambda user: TestRun.objects.visible_to(user).select_related("city"),
    template="ecosystem/_test_row.html",
    excerpt="tested",
    list_url_name="ecosystem:tests",
    follows=(
        (Concept, lambda themes: TestRun.objects.filter(themes__in=themes)),
        (Organisation, lambda organisations: TestRun.objects.filter(organisations__in=organisations)),
        (City, lambda cities: TestRun.objects.filter(city__in=cities)),
    ),
)
PRACTICES = Kind(
    name="practices",
    title=_("Good practices"),
    model=GoodPractice,
    source=lambda: GoodPractice.objects.select_related("city").prefetch_related(themes_in_use(), "organisations"),
    build=practice_doc,
    shown=lambda user: GoodPractice.objects.visible_to(user).select_related("city"),
    template="ecosystem/_practice_row.html",
    excerpt="problem",
    list_url_name="ecosystem:practices",
    parts=((Transfer, lambda transfer: [transfer.practice_id]),),  # told of by the open data
    follows=(
        (Concept, lambda themes: GoodPractice.objects.filter(themes__in=themes)),
        (
            Organisation,  # the receiver of a transfer is told of by page and open data
            lambda organisations: GoodPractice.objects.filter(
                Q(organisations__in=organisations) | Q(transfers__organisation__in=organisations)
            ),
        ),
        (City, lambda cities: GoodPractice.objects.filter(Q(city__in=cities) | Q(transfers__city__in=cities))),
    ),
)
GLOSSARY = Kind(
    name="glossary",
    title=_("Glossary"),
    model=Concept,
    source=lambda: Concept.objects.prefetch_related("labels", "related"),
    build=concept_doc,
    shown=lambda user: Concept.objects.glossary().approved(),
    template="ecosystem/_concept_row.html",
    excerpt="definition",
    list_url_name="ecosystem:glossary",
    parts=((ConceptLabel, lambda label: [label.concept_id]),),
)
