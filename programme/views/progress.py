"""How the programme goes, for everybody: pictures and their tables, what an edition aims at, each number by itself."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.core.paginator import Paginator
from django.db.models import Prefetch, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from iurc_portal.clock import ROME
from iurc_portal.kept import kept_for_visitors
from iurc_portal.tables import Table, write_csv
from iurc_portal.translation.languages import written
from programme import activities, encounters, outcomes, pictured, progress_tables
from programme.history_shown import history_before
from programme.indicators.counting import Scope, parts_of
from programme.indicators.series import Series, series_of
from programme.indicators.shown import public_rows
from programme.models import ActionItem, Edition, Indicator
from programme.progress import numbers_of, steps_of

PER_PAGE = 24
CHAINS_SHOWN, ROWS_SHOWN = 12, 60
RESULTS = (Indicator.Kind.RESULT, Indicator.Kind.IMPACT)


@dataclass
class Facts:
    """What the pages of ``edition`` read, each at most once: fifteen statements a page at most."""

    edition: Edition
    now: datetime

    @property
    def today(self) -> date:
        return self.now.astimezone(ROME).date()

    @cached_property
    def steps(self):
        return steps_of(self.edition.milestones.all(), today=self.today)

    @cached_property
    def history(self):
        return history_before(self.edition, today=self.today)

    @cached_property
    def series(self) -> list[Series]:
        return series_of(self.edition, today=self.today)

    @cached_property
    def strands(self):
        return activities.strands_of(self.edition)

    @cached_property
    def activities(self):
        return activities.activities_of(self.edition, now=self.now)

    @cached_property
    def rows(self):
        return activities.by_initiative(self.strands, self.activities)

    @cached_property
    def crossing(self):
        return activities.crossing(self.strands, self.activities, [row.initiative for row in self.rows])

    @cached_property
    def met(self):
        return encounters.encounters_of(self.edition, self.activities)

    @cached_property
    def chains(self):
        return outcomes.chains_of(self.edition, self.strands, self.activities)


# Each picture of the progress page has a table at ``progress/<name>.csv``: these addresses stay.
TABLES: dict[str, Callable[[Facts], Table]] = {
    "timeline": lambda facts: progress_tables.timeline(facts.steps, facts.activities, facts.history),
    "indicators": lambda facts: progress_tables.indicators(facts.series),
    "meetings": lambda facts: progress_tables.meetings(facts.met),
    "initiatives": lambda facts: progress_tables.crossing(facts.crossing),
    "outcomes": lambda facts: progress_tables.outcomes(facts.chains),
}


@dataclass(frozen=True)
class Drawn:
    """An indicator with its picture (None: nothing to draw yet) and what is said of it."""

    series: Series
    picture: object
    bars: list

    @property
    def key(self) -> str:
        return f"bars-{self.series.indicator.pk}"

    @property
    def target(self) -> str:
        return pictured.target_words(self.series)

    @property
    def goal(self) -> str:
        return pictured.goal_words(self.series)

    @property
    def notes(self) -> list[str]:
        """What stands beside the number: what it counts, how far it is to the target, the trend."""
        words = (str(self.series.unit), pictured.share_words(self.series), pictured.change_words(self.series))
        return [one for one in words if one]


def _drawn(series: Series) -> Drawn:
    return Drawn(series, pictured.indicator_bars(series), pictured.bars_of(series))


def _editions_and(slug: str) -> tuple[list[Edition], Edition | None]:
    """All editions, latest first, and the one called ``slug`` ("": the current one). One query; unknown is 404."""
    editions = list(Edition.objects.all())
    if not slug:
        return editions, Edition.objects.first_of(editions)
    chosen = next((one for one in editions if one.slug == slug), None)
    if chosen is None:
        raise Http404
    return editions, chosen


@require_safe
@kept_for_visitors(seconds=60)
def progress(request):
    """Where the two years are, in pictures; ``?edition=`` chooses another edition than the current one."""
    now = timezone.now()
    editions, edition = _editions_and(request.GET.get("edition", ""))
    context = {
        "edition": edition,
        "editions": editions,
        "is_current": not request.GET.get("edition"),
        "numbers": numbers_of(edition, now=now),
    }
    facts = Facts(edition, now) if edition else None
    if facts is None:
        history = history_before(None, today=now.astimezone(ROME).date())
        rows = activities.by_initiative([], [])
        context |= {"steps": [], "rows": rows, "history": history}
        context["history_line"] = pictured.history_line(history, today=now.astimezone(ROME).date())
        return render(request, "programme/progress.html", context)
    drawn = [_drawn(series) for series in facts.series]
    done = progress_tables.told(facts.activities)
    context |= {
        "today": facts.today,
        "steps": facts.steps,
        "line": pictured.edition_line(edition, facts.steps, facts.activities, today=facts.today),
        "activities": done[:ROWS_SHOWN],
        "further_activities": max(len(done) - ROWS_SHOWN, 0),
        "outputs": [one for one in drawn if one.series.indicator.kind not in RESULTS],
        "results": [one for one in drawn if one.series.indicator.kind in RESULTS],
        "rows": facts.rows,
        "crossing": facts.crossing,
        "crossing_picture": pictured.crossing_picture(facts.crossing),
        "met": facts.met.rows[:ROWS_SHOWN],
        "further_met": max(len(facts.met.pairs) - ROWS_SHOWN, 0),
        "met_picture": pictured.meetings_picture(facts.met),
        "introductions": sum(one.kind == "meeting" for one in facts.activities),
        "chains": facts.chains[:CHAINS_SHOWN],
        "further_chains": max(len(facts.chains) - CHAINS_SHOWN, 0),
        "history": facts.history,
        "history_line": pictured.history_line(facts.history, today=facts.today),
    }
    return render(request, "programme/progress.html", context)


@require_safe
@kept_for_visitors(seconds=60)
def picture_table(request, picture):
    """The data of a picture as CSV in the page's language."""
    _editions, edition = _editions_and(request.GET.get("edition", ""))
    if picture not in TABLES or edition is None:
        raise Http404
    return _csv(TABLES[picture](Facts(edition, timezone.now())), f"{edition.slug}-{picture}")


@require_safe
@kept_for_visitors(seconds=60)
def edition_progress(request, edition):
    """What an edition wants to reach, who answers for it in each city, and how the agreed actions go."""
    now = timezone.now()
    editions, found = _editions_and(edition)
    owners = ("owner_torino", "owner_nagoya")
    actions = Prefetch("actions", ActionItem.objects.told().select_related(*owners).order_by("due_on", "pk"), "told")
    facts = Facts(found, now)
    context = {
        "edition": found,
        "editions": editions,
        "today": facts.today,
        "objectives": found.objectives.select_related("responsible_torino", "responsible_nagoya")
        .prefetch_related(actions)
        .order_by("code"),
        "steps": facts.steps,
        "line": pictured.edition_line(found, facts.steps, facts.activities, today=facts.today),
        "indicators": [_drawn(series) for series in facts.series],
    } | written(found, "objective", "name")
    return render(request, "programme/progress_edition.html", context)


def _series_or_404(edition: str, code: str, now: datetime) -> Series:
    """A key indicator; the others are for those who steer the programme."""
    found = get_object_or_404(Edition, slug=edition)
    today = now.astimezone(ROME).date()
    series = series_of(found, today=today, wanted=Q(is_key=True, code=code))
    if not series:
        raise Http404
    return series[0]


@require_safe
@kept_for_visitors(seconds=60)
def indicator(request, edition, indicator):
    """What a number counts, its series, where it comes from, and of the records behind it those that are public."""
    series = _series_or_404(edition, indicator, timezone.now())
    context = {"edition": series.indicator.edition, "one": _drawn(series), "series": series}
    if series.query is not None and series.live is not None:
        scope = Scope(series.indicator.edition, series.until)
        listing = public_rows(series.query, scope)
        if listing is not None:
            page = Paginator(listing, PER_PAGE).get_page(request.GET.get("page"))
            context |= {"page": page, "hidden": series.live.count - page.paginator.count}
        parts = parts_of(series.query, scope)
        context["splits"] = [
            (split.title, [(split.words(key), number) for key, number in parts[split.name].items()])
            for split in series.query.splits
            if parts[split.name]
        ]
    context |= written(series.indicator, "name")
    return render(request, "programme/indicator.html", context)


@require_safe
@kept_for_visitors(seconds=60)
def indicator_series(request, edition, indicator):
    return _csv(progress_tables.series(_series_or_404(edition, indicator, timezone.now())), f"{edition}-{indicator}")


@require_safe
@kept_for_visitors(seconds=60)
def indicator_records(request, edition, indicator):
    """The public records behind a number; where there are none to show, the address does not exist."""
    series = _series_or_404(edition, indicator, timezone.now())
    scope = Scope(series.indicator.edition, series.until)
    listing = public_rows(series.query, scope) if series.query is not None else None
    if listing is None:
        raise Http404
    return _csv(progress_tables.records(listing), f"{edition}-{indicator}-records")


def _csv(table: Table, name: str) -> HttpResponse:
    """Whole, so that a copy can be kept. ``name`` may hold a code of staff: only plain letters reach the header."""
    plain = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_") else "_" for letter in name)
    file = f"{plain}-{(get_language() or 'en')[:2]}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{file}"'}
    return HttpResponse(b"".join(write_csv(table)), content_type="text/csv; charset=utf-8", headers=headers)
