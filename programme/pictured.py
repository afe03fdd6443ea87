"""The facts of an edition made into the pictures of its pages, each in two widths, with what it shows in a sentence.

Facts come from the modules that know them, ``programme.pictures`` knows shapes: here is which fact becomes which.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from babel.numbers import format_decimal
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from iurc_portal.clock import PartnerSide
from iurc_portal.translation.languages import Spoken, order_for
from iurc_portal.translation.times import LOCALES, date_range, date_words
from programme.activities import Activity, Crossing
from programme.encounters import Encounters
from programme.indicators.series import Series
from programme.models import DatedEvent, Edition
from programme.pictures.bars import Bar, bars
from programme.pictures.geometry import NARROW, WIDE, Picture
from programme.pictures.grid import MOST_ROWS, grid, most_columns
from programme.pictures.meetings import Name, is_many, meetings
from programme.pictures.timeline import Mark, Row, timeline
from programme.progress import Step


@dataclass(frozen=True)
class Pictured:
    """The same picture for a wide and for a narrow page; whether each leaves something to the table."""

    wide: Picture
    narrow: Picture
    wide_is_short: bool = False
    narrow_is_short: bool = False


def in_both(draw: Callable[[float], Picture]) -> Pictured:
    return Pictured(draw(WIDE), draw(NARROW))


def written(number: Decimal) -> str:
    """Without idle zeros, grouped as the page's language does."""
    return format_decimal(number, locale=LOCALES.get((get_language() or "en")[:2], "en_GB"))


def signed(number: Decimal) -> str:
    return f"{'+' if number > 0 else '−'}{written(abs(number))}" if number else "0"


# --- Where we are ----------------------------------------------------------------------------------------------------


def days_shown(edition: Edition, steps: Sequence[Step], activities: Sequence[Activity], today: date):
    """The first and last day of the line: those of the edition, else of what is known; None where nothing is."""
    known = [step.milestone.due_on for step in steps] + [step.milestone.done_on for step in steps]
    known += [day for activity in activities for day in (activity.first, activity.last)]
    days = [day for day in known if day is not None]
    first, last = edition.first_day, edition.last_day
    if not days and (first is None or last is None):
        return None
    # a milestone may be due before the edition begins or done after it ended
    first = min([first or min([*days, today]), *days])
    last = max([last or max([*days, today]) + timedelta(days=30), *days])
    return first, last


def edition_line(
    edition: Edition, steps: Sequence[Step], activities: Sequence[Activity], *, today: date
) -> Pictured | None:
    days = days_shown(edition, steps, activities, today)
    if days is None:
        return None
    marks = [
        Mark(number, step.milestone.done_on or step.milestone.due_on, step.state)
        for number, step in enumerate(steps, start=1)
    ]
    rows = [
        Row(words, [(one.first, one.last or one.first) for one in activities if one.kind == kind and one.first])
        for kind, words in (("visit", _("Study visits")), ("webinar", _("Webinars")))
    ]
    done = sum(step.state == "done" for step in steps)
    parts = {
        "days": date_range(*days),
        "milestones": ngettext("%(n)s milestone", "%(n)s milestones", len(steps)) % {"n": len(steps)},
        "done": done,
        "visits": ngettext("%(n)s study visit", "%(n)s study visits", len(rows[0].spans)) % {"n": len(rows[0].spans)},
        "webinars": ngettext("%(n)s webinar", "%(n)s webinars", len(rows[1].spans)) % {"n": len(rows[1].spans)},
    }
    shown = [row for row in rows if row.spans]
    words = _("From %(days)s: %(milestones)s, of which %(done)s done; %(visits)s, %(webinars)s.") % parts
    title = _("Where the programme is")
    return in_both(
        lambda width: timeline(*days, width=width, title=title, words=words, marks=marks, rows=shown, today=today)
    )


def history_line(entries: Sequence[DatedEvent], *, today: date) -> Pictured | None:
    if not entries:
        return None
    marks = [Mark(number, entry.date, "done") for number, entry in enumerate(entries, start=1)]
    first, last = date(entries[0].date.year, 1, 1), max(date(entries[-1].date.year, 12, 31), today)
    words = ngettext(
        "%(n)s documented step from %(first)s to %(last)s.", "%(n)s documented steps from %(first)s to %(last)s.",
        len(entries),
    ) % {
        "n": len(entries),
        "first": date_words(entries[0].date, "year"),
        "last": date_words(entries[-1].date, "year"),
    }  # fmt: skip
    title = _("What the two cities did before")
    return in_both(lambda width: timeline(first, last, width=width, title=title, words=words, marks=marks))


# --- Numbers ---------------------------------------------------------------------------------------------------------


def goal(series: Series) -> Decimal | None:
    """The target; None where there is none, or none to go to (P27)."""
    target = series.indicator.target
    return target if series.indicator.progress(target) is not None else None


def goal_words(series: Series) -> str:
    """The bare number, for where the column says what it is."""
    number = goal(series)
    return _("no target") if number is None else written(number)


def target_words(series: Series) -> str:
    number = goal(series)
    return _("no target") if number is None else _("target %(number)s") % {"number": written(number)}


def share_words(series: Series) -> str:
    """How far it is to the target in per cent, more than 100 too; "no target" where there is none."""
    share = series.share
    if share is None:
        return _("no target") if goal(series) is None else ""
    return _("%(n)s%% of the target") % {"n": written((share * 100).quantize(Decimal(1)))}


def change_words(series: Series) -> str:
    """The trend in words."""
    change = series.change
    if change is None:
        return ""
    if not change:
        return _("unchanged since the last report") if series.live is not None else _("as in the report before")
    params = {"number": signed(change)}
    if series.live is not None:
        return _("%(number)s since the last report") % params
    return _("%(number)s compared with the report before") % params


def bars_of(series: Series) -> list[Bar]:
    rows = []
    for point in series.points:
        if point.reading is not None:
            rows.append(Bar(point.period.words(), point.reading.value, written(point.reading.value)))
        elif point.is_over or series.live is None:  # of the period under way the live bar tells
            rows.append(Bar(point.period.words(), None, point.state_words))
    if series.live is not None and series.live.value is not None:
        label = _("Counted on %(day)s, not reported") % {"day": date_words(series.until, "day")}
        rows.append(Bar(label, series.live.value, written(series.live.value), is_live=True))
    return rows


def indicator_bars(series: Series) -> Picture | None:
    """None where there is nothing to draw yet."""
    rows = bars_of(series)
    if not any(row.value is not None for row in rows):
        return None
    told = [f"{row.label}: {row.shown}" for row in rows]
    words = f"{'; '.join(told)}; {target_words(series)}."
    name = Spoken.of(series.indicator, "name")
    return bars(
        rows,
        target=goal(series),
        target_words=target_words(series),
        title=f"{series.indicator.code} {name}",
        words=words,
    )


# --- Who met whom, and at what ---------------------------------------------------------------------------------------


def names_of(met: Encounters, side: str) -> list[Name]:
    here = order_for()[0]
    return [
        Name(party.key, party.name, "" if party.name.language == here else party.name.language)
        for party in met.of_side(side)
    ]


def meetings_picture(met: Encounters) -> Pictured | None:
    if not met.pairs:
        return None
    torino, nagoya = (names_of(met, side.value) for side in (PartnerSide.TORINO, PartnerSide.NAGOYA))
    heads = (str(PartnerSide.TORINO.label), str(PartnerSide.NAGOYA.label))
    parts = {"torino": len(torino), "nagoya": len(nagoya), "pairs": len(met.pairs)}
    words = _("%(torino)s from Torino, %(nagoya)s from Nagoya, %(pairs)s pairs that met.") % parts
    title = _("Who met whom")
    pictures = in_both(
        lambda width: meetings(torino, nagoya, met.times, heads=heads, width=width, title=title, words=words)
    )
    return _that_may_be_short(pictures, len(torino), len(nagoya)) if is_many(torino, nagoya, met.times) else pictures


def crossing_picture(found: Crossing) -> Pictured | None:
    if not found.cells:
        return None
    here = order_for()[0]
    rows, columns = (
        [Name(str(key), name, "" if name.language == here else name.language) for key, name in one]
        for one in (found.themes, found.initiatives)
    )
    cells = {(theme, str(initiative)): number for (theme, initiative), number in found.cells.items()}
    heads = (pgettext("table", "Theme"), _("Initiatives"))
    facts = {"themes": len(rows), "initiatives": len(columns), "first": rows[0].text}
    if rows[0].language:  # a description is read out in one language
        words = _("%(themes)s themes by %(initiatives)s initiatives.") % facts
    else:
        words = _("%(themes)s themes by %(initiatives)s initiatives; the most active theme is “%(first)s”.") % facts
    title = _("Activities by theme and initiative")
    pictures = in_both(lambda width: grid(rows, columns, cells, heads=heads, width=width, title=title, words=words))
    return _that_may_be_short(pictures, len(rows), len(columns))


def _that_may_be_short(pictures: Pictured, rows: int, columns: int) -> Pictured:
    wide, narrow = (rows > MOST_ROWS or columns > most_columns(width) for width in (WIDE, NARROW))
    return replace(pictures, wide_is_short=wide, narrow_is_short=narrow)
