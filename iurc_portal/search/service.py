"""Finding: the ladder from what was typed to what is shown.

Direct hits come first, those that only the glossary finds second. Where neither is found, slips are corrected; then
the themes of the words stand in for them; at last half of the words will do. At most four statements of search a page,
a few more where the ladder is climbed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Greatest, Length

from iurc_portal.clock import PartnerSide
from iurc_portal.search import query as reading
from iurc_portal.search.analyse import Phrase
from iurc_portal.search.backends import backend
from iurc_portal.search.backends.base import Marks, Wanted
from iurc_portal.search.fold import fold
from iurc_portal.search.glossary import Label
from iurc_portal.search.index import concept_phrases
from iurc_portal.search.models import Document, MissedQuery
from iurc_portal.search.query import Group, Query
from iurc_portal.search.suggest import nearest
from iurc_portal.search.tools import Tools, tools
from iurc_portal.search.words import ANY_SMALL_WORD
from iurc_portal.translation.languages import Language, order_for

MOST_LABELS = 6
MISSED_LASTS = timedelta(days=90)
BEST = ("-quality", "pk")  # between documents of the same rank


@dataclass(frozen=True)
class Correction:
    """A word that found nothing and the one that was asked for instead."""

    typed: str
    used: str


@dataclass(frozen=True)
class Tier:
    """Hits that come before those of the next tier, whatever their rank: which documents, and what they must have.

    ``order`` takes the place of the rank.
    """

    wanted: Wanted
    without: Wanted | None = None
    condition: Q | None = None
    is_related: bool = False
    order: tuple = ()

    @property
    def match(self) -> Q:
        """What puts a document into this tier."""
        return Q(backend().matches(self.wanted)) & self.besides

    def marks(self, given: Wanted) -> Marks:
        """What tells its documents from the others that have what is ``given``."""
        marks = [] if self.wanted == given else [(Q(backend().matches(self.wanted)), True)]
        if self.without is not None:
            marks.append((Q(backend().matches(self.without)), False))
        return marks if self.condition is None else [*marks, (self.condition, True)]

    @property
    def besides(self) -> Q:
        """What it must be besides having what is ``wanted``."""
        others = Q() if self.without is None else ~Q(backend().matches(self.without))
        return others if self.condition is None else others & self.condition


@dataclass(frozen=True)
class Counts:
    """How many documents carry which value, by facet and key, and how many each tier has."""

    values: Mapping[tuple[str, str], int]
    tiers: Sequence[int]

    @property
    def total(self) -> int:
        return self.values.get(("", "all"), 0)


@dataclass
class Search:
    """One question to the index, read once. ``query`` is what was asked in the end, after the ladder.

    A reader of ``language`` ``ja`` sees what stands on Torino's side first, in each tier.
    """

    typed: str
    exact: bool = False
    literal: bool = False  # take the words as they are typed: no correction
    language: str = field(default_factory=lambda: order_for()[0])
    tools: Tools = field(default_factory=tools)
    corrections: list[Correction] = field(default_factory=list)
    is_widened: bool = False
    is_partial: bool = False

    def __post_init__(self) -> None:
        self.query: Query = reading.parse(self.typed, self.tools.analyser, self.tools.glossary, exact=self.exact)

    @property
    def has_climbed(self) -> bool:
        """Whether something else is asked now than what was typed."""
        return bool(self.corrections or self.is_widened or self.is_partial)

    @property
    def concepts(self) -> frozenset[int]:
        """The concepts of the words; after widening also the themes that stand in for them."""
        own = frozenset(self.query.concepts)
        return own | self.tools.glossary.themes_of(own) if self.is_widened else own

    @property
    def direct(self) -> list[frozenset[Phrase]]:
        return [group.direct for group in self.query.groups]

    @property
    def related(self) -> list[frozenset[Phrase]]:
        """As ``direct``, and whatever the glossary knows each group by; after widening also its themes."""
        return self.direct if self.query.exact else [self._known_by(group) for group in self.query.groups]

    @property
    def tiers(self) -> list[Tier]:
        """In which order hits are shown: named so, saying so, known so; in Japanese Torino's side first."""
        named = [self.query.whole, *self.direct] if self.query.whole else None
        tiers = [Tier(self.direct, without=named)]
        if self.related != self.direct:
            tiers.append(Tier(self.related, without=self.direct, is_related=True))
        if self.language == Language.JAPANESE:
            home = Q(side=PartnerSide.TORINO)
            tiers = [replace(tier, condition=side) for tier in tiers for side in (home, ~home)]
        if self.is_widened:  # a theme is the same word in all of them: a rank would only count letters
            tiers = [replace(tier, order=BEST) for tier in tiers]
        # Of those that have the words in their name, the one that has little else is meant.
        return [Tier(named, order=(Length(f"title_{self.language}"), *BEST)), *tiers] if named else tiers

    def narrowed(self, documents: QuerySet[Document]) -> QuerySet[Document]:
        """Those of ``documents`` that are found, in whichever tier. All of them where nothing is asked."""
        if not self.query.typed:
            return documents
        if not self.query:  # signs alone: they are in no text
            return documents.filter(pk=0)
        if self.is_partial:
            return self._with_half(documents)
        return documents.filter(backend().matches(self.related))

    def climb(self, documents: QuerySet[Document]) -> bool:
        """Where ``documents`` have nothing to show: correct slips, else widen, else be content with half.

        Says whether something is found now; where nothing is, the question stays as it was.
        """
        if not self.query or self.exact:
            return False
        first = self.query
        if not self.literal and self._correct(documents):
            if self.narrowed(documents).exists() or self._widen(documents):
                return True
            self.query, self.corrections = first, []
        return self._widen(documents) or self._halve(documents)

    def count(self, documents: QuerySet[Document], facets: Mapping[str, Q | None]) -> "Counts":
        """Count what is found by facet and value, and in each tier, in one statement; see ``Backend.count``."""
        related = self.related
        tiers = [tier.marks(related) for tier in self.tiers] if self.query and not self.is_partial else []
        return Counts(*backend().count(self.narrowed(documents), facets, tiers))

    def count_kinds(self, documents: QuerySet[Document]) -> dict[str, "Counts"]:
        """How many of each kind are found, and in which tiers; in one statement."""
        tiers = [tier.match for tier in self.tiers] if not self.is_partial else []
        each = {f"tier_{n}": Count("pk", filter=match) for n, match in enumerate(tiers)}
        counted = self.narrowed(documents).order_by().values("kind").annotate(n=Count("pk"), **each)
        rows = counted.values_list("kind", "n", *each)
        return {kind: Counts({("", "all"): total}, sizes) for kind, total, *sizes in rows}

    def page(
        self, documents: QuerySet[Document], counts: "Counts", *, start: int, stop: int
    ) -> tuple[list[int], set[int]]:
        """Object ids from ``start`` to before ``stop``, the best first, and which of them only the glossary found.

        ``counts`` are those of the same ``documents``.
        """
        if not self.query:
            return [], set()
        if self.is_partial:
            best = self.narrowed(documents).order_by(F("groups_found").desc(), *BEST)
            return list(best.values_list("object_id", flat=True)[start:stop]), set()
        ids: list[int] = []
        related: set[int] = set()
        before = 0
        for tier, size in zip(self.tiers, counts.tiers, strict=True):
            first, last = max(start - before, 0), min(stop - before, size)
            if first < last:
                if tier.order:
                    inside = documents.filter(tier.match).order_by(*tier.order)
                    found = list(inside.values_list("object_id", flat=True)[first:last])
                else:
                    found = backend().ranked(documents.filter(tier.besides), tier.wanted, start=first, stop=last)
                ids += found
                if tier.is_related:
                    related.update(found)
            before += size
        return ids, related

    def also_searched(self) -> list[Label]:
        """The labels the glossary added, those of the two other languages first, at most six, never hidden ones."""
        own, *others = order_for(self.language)
        order = {code: place for place, code in enumerate((*others, own))}
        typed = {fold(group.text) for group in self.query.groups} | {fold(self.query.typed)}
        shown = [
            label
            for label in self.tools.glossary.labels_of(self.query.concepts)
            if label.is_shown and fold(label.text) not in typed
        ]
        shown.sort(key=lambda label: (label.kind != "pref", order[label.language]))
        return list({fold(label.text): label for label in shown}.values())[:MOST_LABELS]

    def _widen(self, documents: QuerySet[Document]) -> bool:
        """Let the themes of the words stand in for them."""
        self.is_widened = bool(self.tools.glossary.themes_of(self.query.concepts))
        self.is_widened = self.is_widened and self.narrowed(documents).exists()
        return self.is_widened

    def _halve(self, documents: QuerySet[Document]) -> bool:
        """Be content with half of the words, or of the parts of a Japanese one. What says little does not count."""
        first = self.query
        telling = [group for group in first.groups if len(group.text) > 1 and fold(group.text) not in ANY_SMALL_WORD]
        looser = [part for group in telling for part in reading.parts(group, self.tools.analyser, self.tools.glossary)]
        if not looser or (len(looser) < 2 and looser == telling):
            return False
        self.query, self.is_partial = first.with_groups(looser), True
        if self.narrowed(documents).exists():
            return True
        self.query, self.is_partial = first, False
        return False

    def _known_by(self, group: Group) -> frozenset[Phrase]:
        themes = self.tools.glossary.themes_of(group.concepts) if self.is_widened else frozenset()
        return group.direct | concept_phrases(group.concepts | themes)

    def _with_half(self, documents: QuerySet[Document]) -> QuerySet[Document]:
        """Those that have at least half of the groups, rounded up, with their number as ``groups_found``."""
        back = backend()
        each = [[self._known_by(group)] for group in self.query.groups]
        found = sum((_one_if(back.matches(wanted)) for wanted in each), Value(0))
        return documents.annotate(groups_found=found).filter(groups_found__gte=(len(each) + 1) // 2)

    def _correct(self, documents: QuerySet[Document]) -> bool:
        """Put the nearest known word in the place of each that finds nothing. Says whether one was put."""
        groups: list[Group] = []
        lost = self._lost(documents)
        for group in self.query.groups:
            better = nearest(group, self.tools.analyser, version=self.tools.index_version) if group in lost else None
            if better is None:
                groups.append(group)
                continue
            self.corrections.append(Correction(group.text, better))
            groups += reading.parse(better, self.tools.analyser, self.tools.glossary).groups
        self.query = self.query.with_groups(groups)
        return bool(self.corrections)

    def _lost(self, documents: QuerySet[Document]) -> set[Group]:
        """The groups that no document has, in one statement."""
        back = backend()
        wanted = {f"g{n}": [self._known_by(group)] for n, group in enumerate(self.query.groups)}
        counts = documents.order_by().aggregate(
            **{name: Count("pk", filter=Q(back.matches(each))) for name, each in wanted.items()}
        )
        return {group for n, group in enumerate(self.query.groups) if not counts[f"g{n}"]}


def note_missed(typed: str, *, today: date) -> None:
    """Note that words found nothing, for the editors of the glossary: folded text and count, nothing of the person."""
    text = fold(reading.clean_query(typed))
    if not text or "@" in text:
        return
    missed, is_new = MissedQuery.objects.get_or_create(text=text[:200], defaults={"last_on": today})
    if not is_new:
        another_day = 1 if missed.last_on < today else 0
        MissedQuery.objects.filter(pk=missed.pk).update(
            count=F("count") + 1, days=F("days") + another_day, last_on=Greatest("last_on", Value(today))
        )


def forget_missed(*, today: date) -> int:
    """Delete what was not sought for 90 days. Returns how many."""
    return MissedQuery.objects.filter(last_on__lt=today - MISSED_LASTS).delete()[0]


def _one_if(condition) -> Case:
    return Case(When(condition, then=Value(1)), default=Value(0), output_field=IntegerField())


def in_order(rows: QuerySet, ids: Sequence[int]) -> list:
    """The records of ``ids`` in that order; those that are gone or unseen are left out."""
    found = rows.in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]
