"""What came out: from a strand's visits and webinars to the practices they left, and where these were taken over."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from ecosystem.models import GoodPractice, Organisation, Transfer
from iurc_portal.clock import PartnerSide
from iurc_portal.translation.languages import Spoken, columns, order_for
from iurc_portal.translation.times import partial_date
from programme.activities import Activity, Strand, of_two_cities, spoken
from programme.models import Edition, Exchange

RECEIVED_TEXTS = ("adapted", "city__name", "organisation__name")
RECEIVED = (  # of a transfer
    *(f"organisation__{name}" for name in ("slug", "side", "state", "merged_into")),
    *("proof", "state", "started", "started_precision", "in_use_since", "in_use_precision"),
)


@dataclass(frozen=True)
class Taken:
    """A transfer as the receiving side wrote it. ``since`` with its precision: when it began, or is in use."""

    receiver: Spoken
    receiver_slug: str
    adapted: Spoken
    proof: str
    state: str
    started: tuple[date | None, str]
    in_use_since: tuple[date | None, str]

    @property
    def started_words(self) -> str:
        day, precision = self.started
        return partial_date(day, precision) if day else ""

    @property
    def in_use_words(self) -> str:
        day, precision = self.in_use_since
        return partial_date(day, precision) if day else ""

    @property
    def state_words(self):
        return Transfer.State(self.state).label


@dataclass(frozen=True)
class Practice:
    """``sources`` are those of its own page."""

    title: Spoken
    slug: str
    city: Spoken
    sources: Sequence[str]
    taken: list[Taken] = field(default_factory=list)

    @property
    def url(self) -> str:
        return reverse("ecosystem:practice", args=[self.slug])


@dataclass(frozen=True)
class Chain:
    """A strand with what began it and what came of it."""

    strand: Strand
    visits: Sequence[Activity]
    webinars: Sequence[Activity]
    practices: Sequence[Practice]

    @property
    def has_transfer(self) -> bool:
        return any(practice.taken for practice in self.practices)


def chains_of(edition: Edition, strands: Iterable[Strand], activities: Sequence[Activity]) -> list[Chain]:
    """The strands of which a practice or a transfer came, those that went farthest first. One statement."""
    found = _practices(edition)
    chains = [
        Chain(
            strand,
            visits=[one for one in activities if one.strand == strand.pk and one.kind == "visit" and one.is_over],
            webinars=[one for one in activities if one.strand == strand.pk and one.kind == "webinar" and one.is_over],
            practices=list(found[strand.pk].values()),
        )
        for strand in strands
        if strand.pk in found
    ]
    return sorted(chains, key=lambda chain: (not chain.has_transfer, chain.strand.slug))


def _practices(edition: Edition) -> dict[int, dict[int, Practice]]:
    """Of each strand its practices with their transfers, and those whose transfer came of it."""
    through, moved = Exchange.practices.through, Exchange.transfers.through
    own = _rows(through.objects.filter(of_two_cities(edition)), "goodpractice", "goodpractice__transfers")
    passed = _rows(moved.objects.filter(of_two_cities(edition)), "transfer__practice", "transfer")
    found: dict[int, dict[int, Practice]] = {}
    seen: set[tuple[int, int]] = set()
    for strand, practice, slug, sources, transfer, *facts in own.union(passed, all=True):
        title, city, rest = facts[:3], facts[3:6], facts[6:]
        practices = found.setdefault(strand, {})
        if practice not in practices:
            practices[practice] = Practice(spoken(title), slug, spoken(city), sources or [])
        if transfer is not None and (strand, transfer) not in seen:
            seen.add((strand, transfer))
            practices[practice].taken.append(_taken(rest))
    return found


def _rows(rows: QuerySet, practice: str, transfer: str) -> QuerySet:
    facts = {
        "strand": "exchange",
        **{f"practice_{name}": f"{practice}__{name}" for name in ("pk", "slug", "sources")},
        "transfer_pk": f"{transfer}__pk",
        **{f"practice_{name}": f"{practice}__{name}" for name in columns("title", "city__name")},
        **{f"transfer_{name}": f"{transfer}__{name}" for name in (*columns(*RECEIVED_TEXTS), *RECEIVED)},
    }
    told = rows.filter(**{f"{practice}__state__in": GoodPractice.PUBLIC}).order_by()
    named = {name.replace("__", "_of_"): F(path) for name, path in facts.items()}
    return told.annotate(**named).values_list(*named)


def _taken(facts: Sequence[Any]) -> Taken:
    adapted, city, body = facts[:3], facts[3:6], facts[6:9]
    slug, side, state, merged, proof, transfer_state, started, precision, used, used_precision = facts[9:]
    is_told = state == Organisation.State.PUBLISHED and merged is None
    if slug and not is_told:  # pages may not name it: its city is no secret
        words = _("an organisation of %(city)s") % {"city": PartnerSide(side).label}
        receiver, slug = Spoken.written_in(words, order_for()[0]), ""
    else:
        receiver = spoken(body if slug else city)
    return Taken(
        receiver, slug or "", spoken(adapted), proof, transfer_state, (started, precision), (used, used_precision)
    )
