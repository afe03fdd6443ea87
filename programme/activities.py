"""What an edition has done and plans, as anybody may read it: strands, webinars, visits, stays, introductions.

Plain facts in a constant number of statements, however many there are. Activities with other cities (those of a
cluster) are left out: the figures of the two cities stay clean (programme spec P30).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import CharField, F, Q, QuerySet, Value
from django.db.models.functions import Cast, TruncDate
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ecosystem.models import Initiative
from events.models import Event
from iurc_portal.clock import ROME
from iurc_portal.translation.languages import CODES, Spoken, columns, order_for
from iurc_portal.translation.times import date_range
from programme.models import Edition, Exchange, Meeting, StaffExchange, StudyVisit, Webinar
from programme.models.visits import OVER

KINDS = {
    "webinar": pgettext_lazy("activity", "webinar"),
    "visit": pgettext_lazy("activity", "study visit"),
    "stay": pgettext_lazy("activity", "staff exchange"),
    "meeting": pgettext_lazy("activity", "introduction"),
}


@dataclass(frozen=True)
class Activity:
    """Days are inclusive, None while they are not agreed. ``is_over``: it took place.

    An introduction has neither title nor page: who met whom in private is nobody else's business.
    """

    kind: str
    pk: int
    strand: int
    first: date | None
    last: date | None
    is_over: bool
    host: str = ""  # of a visit: torino or nagoya
    title: Spoken = field(default_factory=lambda: Spoken.written_in("", ""))
    url: str = ""

    @property
    def kind_words(self):
        return KINDS[self.kind]

    @property
    def days(self) -> str:
        return date_range(self.first, self.last)


@dataclass(frozen=True)
class Strand:
    """An exchange of the two cities. ``themes`` are (notation, label), ``initiatives`` their keys."""

    pk: int
    slug: str
    title: Spoken
    initiatives: set[int] = field(default_factory=set)
    themes: dict[str, Spoken] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return reverse("programme:exchange", args=[self.slug])


def spoken(texts: Sequence[str | None]) -> Spoken:
    """The best of the ``texts`` in Italian, English and Japanese (E1)."""
    return Spoken.best(dict(zip(CODES, texts, strict=True)))


def of_two_cities(edition: Edition, path: str = "exchange") -> Q:
    """What hangs on a strand of the two cities that was not called off. ``path`` leads to the exchange, "" is one."""
    at = f"{path}__" if path else ""
    return Q(**{f"{at}edition": edition.pk, f"{at}cluster": None}) & ~Q(**{f"{at}state": Exchange.State.CANCELLED})


def strands_of(edition: Edition) -> list[Strand]:
    """The strands with their initiatives and themes. One statement."""
    rows = (
        Exchange.objects.filter(of_two_cities(edition, ""))
        .order_by("slug")
        .values_list(
            "pk",
            "slug",
            "initiatives",
            "themes__state",
            "themes__notation",
            *columns("title", "themes__pref_label"),
        )
    )
    found: dict[int, Strand] = {}
    for pk, slug, initiative, theme_state, theme, *texts in rows:
        strand = found.setdefault(pk, Strand(pk, slug, spoken(texts[:3])))
        if initiative is not None:
            strand.initiatives.add(initiative)
        if theme_state == "approved":
            strand.themes.setdefault(theme, spoken(texts[3:]))
    return list(found.values())


def activities_of(edition: Edition, *, now: datetime) -> list[Activity]:
    """In order of their days, those without at the end. What was called off is left out. One statement."""
    today = now.astimezone(ROME).date()
    rows = _webinars(edition).union(_visits(edition), _stays(edition), _introductions(edition, now), all=True)
    found = [_activity(row, today) for row in rows]
    return sorted(found, key=lambda one: (one.first is None, one.first or date.max, one.kind, one.pk))


def _rows(found: QuerySet, kind: str, **more: Any) -> QuerySet:
    """One part of the union: the same columns for each kind, all texts in three languages."""
    texts = [more.pop(code) for code in CODES]
    named: dict[str, Any] = {"row_kind": Value(kind), "strand": F("exchange"), **more}
    named |= {f"text_{code}": Cast(text, CharField()) for code, text in zip(CODES, texts, strict=True)}
    order = ("row_kind", "pk", "strand", "first", "last", "row_state", "host", "address")
    return found.order_by().annotate(**named).values_list(*order, *(f"text_{code}" for code in CODES))


def _texts(column: str) -> dict[str, Any]:
    return {code: f"{column}_{code}" for code in CODES}


def _webinars(edition: Edition) -> QuerySet:
    found = Webinar.objects.filter(
        of_two_cities(edition), event__in=Event.objects.listed(), event__status=Event.Status.CONFIRMED
    )
    days = {
        "first": TruncDate("event__dtstart", tzinfo=ROME),
        "last": TruncDate("event__dtend", tzinfo=ROME),
    }
    state, slug = Cast("event__status", CharField()), Cast("event__slug", CharField())
    return _rows(found, "webinar", **days, row_state=state, host=Value(""), address=slug, **_texts("event__name"))


def _visits(edition: Edition) -> QuerySet:
    found = StudyVisit.objects.public().filter(of_two_cities(edition)).exclude(state=StudyVisit.State.CANCELLED)
    days = {"first": F("first_day"), "last": F("last_day")}
    state, host, slug = (Cast(name, CharField()) for name in ("state", "host_city__slug", "slug"))
    return _rows(found, "visit", **days, row_state=state, host=host, address=slug, **_texts("title"))


def _stays(edition: Edition) -> QuerySet:
    found = StaffExchange.objects.public().filter(of_two_cities(edition))
    days = {"first": F("first_day"), "last": F("last_day")}
    state = Cast("state", CharField())
    return _rows(found, "stay", **days, row_state=state, host=Value(""), address=Value(""), **_texts("aims"))


def _introductions(edition: Edition, now: datetime) -> QuerySet:
    found = Meeting.objects.filter(of_two_cities(edition), event__dtend__lte=now).exclude(
        event__status=Event.Status.CANCELLED
    )
    days = {
        "first": TruncDate("event__dtstart", tzinfo=ROME),
        "last": TruncDate("event__dtend", tzinfo=ROME),
    }
    empty = {"row_state": Value("over"), "host": Value(""), "address": Value("")}
    return _rows(found, "meeting", **days, **empty, **{code: Value("") for code in CODES})


def _activity(row, today: date) -> Activity:
    kind, pk, strand, first, last, state, host, address, *texts = row
    is_over = state in OVER if kind in {"visit", "stay"} else last is not None and last < today
    if kind == "meeting" or (kind == "webinar" and last == today):
        is_over = True
    url = {
        "webinar": lambda: reverse("events:event", args=[address]),
        "visit": lambda: reverse("programme:visit", args=[address]),
        "stay": lambda: reverse("programme:staff_exchanges"),
    }.get(kind, str)()
    return Activity(kind, pk, strand, first, last, is_over, host, spoken(texts), url)


@dataclass(frozen=True)
class InitiativeRow:
    """How many strands an initiative takes part in, and their activities by kind."""

    initiative: Initiative
    exchanges: int
    webinars: int
    visits: int
    stays: int = 0
    introductions: int = 0


@dataclass(frozen=True)
class Crossing:
    """Activities by theme and initiative; ``themes`` and ``initiatives`` are those that have any, most first.

    "" stands for strands of no theme, 0 for those of no initiative.
    """

    themes: list[tuple[str, Spoken]]
    initiatives: list[tuple[int, Spoken]]
    cells: Counter[tuple[str, int]]

    @property
    def table(self) -> list[tuple[Spoken, list[int]]]:
        return [(name, [self.cells[key, pk] for pk, _name in self.initiatives]) for key, name in self.themes]


NO_THEME, NO_INITIATIVE = _("no theme yet"), _("no initiative")


def by_initiative(strands: Iterable[Strand], activities: Iterable[Activity]) -> list[InitiativeRow]:
    """Every initiative, those that take part in nothing as well. One statement."""
    done: dict[int, Counter[str]] = {}
    for activity in activities:
        done.setdefault(activity.strand, Counter())[activity.kind] += 1
    rows = []
    for initiative in Initiative.objects.all():
        own = [strand.pk for strand in strands if initiative.pk in strand.initiatives]
        kinds: Counter[str] = sum((done.get(pk, Counter()) for pk in own), Counter())
        counted = (kinds[kind] for kind in ("webinar", "visit", "stay", "meeting"))
        rows.append(InitiativeRow(initiative, len(own), *counted))
    return rows


def crossing(strands: Iterable[Strand], activities: Iterable[Activity], initiatives: Iterable[Initiative]) -> Crossing:
    """An activity of two themes stands in the row of each: the sum of a table may be more than its activities."""
    by_strand = Counter(activity.strand for activity in activities)
    labels: dict[str, Spoken] = {}
    cells: Counter[tuple[str, int]] = Counter()
    for strand in strands:
        if not (number := by_strand[strand.pk]):
            continue
        labels |= strand.themes
        for theme in strand.themes or {"": ""}:
            for initiative in strand.initiatives or {0}:
                cells[theme, initiative] += number
    totals: Counter[Any] = Counter()
    for (theme, initiative), number in cells.items():
        totals[theme] += number
        totals[initiative] += number
    names = {one.pk: Spoken.of(one, "name") for one in initiatives}
    here = order_for()[0]
    labels[""], names[0] = (Spoken.written_in(str(words), here) for words in (NO_THEME, NO_INITIATIVE))
    themes = sorted({theme for theme, _one in cells}, key=lambda theme: (theme == "", -totals[theme], theme))
    columns_ = [pk for pk in names if any(initiative == pk for _theme, initiative in cells)]
    return Crossing([(key, labels[key]) for key in themes], [(pk, names[pk]) for pk in columns_], cells)
