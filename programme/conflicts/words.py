"""Conflicts in the reader's words: what collides, by how much, and what mends it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from ecosystem.models import RankBand
from iurc_portal.templatetags.portal_tags import language_name
from iurc_portal.translation.times import date_words
from programme.conflicts.facts import Code, Conflict, Item, Level, Plan, minutes_of

LEVELS = {Level.BLOCK: gettext_lazy("to resolve"), Level.WARN: gettext_lazy("to check")}
IN_HOURS = frozenset({Code.REST_SHORT, Code.INTERP_OVERLOAD})  # minutes told as «10:40»
PAGES = {
    Code.INTERP_MISSING: "interpreters",
    Code.INTERP_DOUBLE: "interpreters",
    Code.INTERP_OVERLOAD: "interpreters",
    Code.QUESTION_OPEN: "#questions",
    Code.HEAD_MISSING: "#delegation",
}
MOST_MINUTES = 4 * 60  # further away it is no mend but another plan
STEP = 5  # minutes to which an offer is rounded up
DOUBLES = frozenset(
    {Code.HOST_DOUBLE, Code.DELEGATE_DOUBLE, Code.VENUE_DOUBLE, Code.VEHICLE_DOUBLE, Code.INTERP_DOUBLE}
)


@dataclass(frozen=True)
class Mend:
    """What one button does about a conflict: ``action`` of ``services.rearranging`` by so many minutes."""

    action: str
    item: int
    minutes: int
    label: str

    @property
    def value(self) -> str:
        return f"{self.action}:{self.item}:{self.minutes}"


@dataclass(frozen=True)
class Told:
    """A conflict as staff read it: what is wrong, what mends it, and the items of this visit to go to."""

    conflict: Conflict
    text: str
    mend: str
    items: tuple[Item, ...]
    mends: tuple[Mend, ...] = ()

    @property
    def key(self) -> str:
        return self.conflict.key

    @property
    def page(self) -> str:
        """The visit's page (``programme.admin.workplaces``) or tab (``#…``) on which it is mended, if there is one."""
        return PAGES.get(self.conflict.code, "")

    @property
    def level(self) -> str:
        return self.conflict.level

    @property
    def level_name(self) -> str:
        return str(LEVELS[self.conflict.level])

    def __str__(self):
        return f"{self.text} {self.mend}".strip()


def tell(conflict: Conflict, plan: Plan, visits: dict[int, str]) -> Told:
    """``conflict`` in the active language. ``visits`` names the other visits by number."""
    facts = _facts(conflict, plan, visits)
    text, mend = _SENTENCES[conflict.code](conflict)
    own = tuple(item for item in conflict.items if item.visit == plan.visit)
    return Told(conflict, text % facts, mend % facts, own, tuple(_mends(conflict, plan)))


def _mends(conflict: Conflict, plan: Plan) -> Iterator[Mend]:
    """Another time that would do, for one item and for all that follow it that day; a longer slot for short ones."""
    short = conflict.short_by or 0
    if conflict.code == Code.INTERP_TIME or (conflict.code == Code.TRAVEL_SHORT and len(conflict.items) == 1):
        item, minutes = conflict.items[0], ceil(short / STEP) * STEP
        label = ngettext("Make “%(name)s” %(n)s minute longer", "Make “%(name)s” %(n)s minutes longer", minutes)
        yield Mend("lengthen", item.pk, minutes, label % {"name": item.name, "n": minutes})
        return
    if conflict.code in DOUBLES:
        *_one, item = sorted(conflict.items, key=lambda one: (one.visit == plan.visit, one.start))
        other = next(one for one in conflict.items if one is not item)
        short = minutes_of(item.start, other.end)
    elif conflict.code in {Code.TRAVEL_SHORT, Code.REST_SHORT}:
        item = conflict.items[-1]
    else:
        return
    minutes = ceil(short / STEP) * STEP
    if 0 < minutes <= MOST_MINUTES:
        label = ngettext("Begin “%(name)s” %(n)s minute later", "Begin “%(name)s” %(n)s minutes later", minutes)
        yield Mend("move", item.pk, minutes, label % {"name": item.name, "n": minutes})
        yield Mend("shift", item.pk, minutes, _("the same for all that follows that day"))


def _facts(conflict: Conflict, plan: Plan, visits: dict[int, str]) -> dict:
    first, second = (*conflict.items, None, None)[:2]
    return {
        "first": _named(first, plan, visits) if first else "",
        "second": _named(second, plan, visits) if second else "",
        "day": date_words(_day(conflict, plan), "short") if conflict.items or conflict.day else "",
        "who": _list(conflict.who),
        "has": _hours(conflict.has) if conflict.code in IN_HOURS else conflict.has,
        "needs": _hours(conflict.needs) if conflict.code in IN_HOURS else conflict.needs,
        "short": conflict.short_by,
        "reason": conflict.note,
        "groups": _for_groups(conflict),
        "language": language_name(conflict.note) if conflict.code == Code.INTERP_MISSING else "",
        **(_ranks(conflict) if conflict.code == Code.RANK_MISMATCH else {}),
    }


def _day(conflict: Conflict, plan: Plan):
    return conflict.day or plan.day_of(conflict.items[-1].start)


def _named(item: Item, plan: Plan, visits: dict[int, str]) -> str:
    facts = {"name": item.name, "from": _clock(item.start, plan), "to": _clock(item.end, plan)}
    name = _("“%(name)s” (%(from)s–%(to)s)") % facts
    if item.visit == plan.visit:
        return name
    return _("%(item)s of “%(visit)s”") % {"item": name, "visit": visits.get(item.visit, "")}


def _clock(instant: datetime, plan: Plan) -> str:
    return f"{instant.astimezone(plan.zone):%H:%M}"


def _hours(minutes: int | None) -> str:
    hours, rest = divmod(minutes or 0, 60)
    return f"{hours}:{rest:02}"


def _ranks(conflict: Conflict) -> dict:
    return {"guest": RankBand(conflict.needs).label, "host": RankBand(conflict.has).label}


def _for_groups(conflict: Conflict) -> str:
    """« (group A)» where only some of the delegation meet it."""
    return _(" (%(names)s)") % {"names": _list(conflict.who)} if conflict.who else ""


def _list(names: tuple[str, ...], most: int = 3) -> str:
    """A few names; of many the first and how many more."""
    shown = pgettext("between items of a list", ", ").join(names[:most])
    if len(names) <= most:
        return shown
    more = len(names) - most
    return ngettext("%(names)s and %(n)s more", "%(names)s and %(n)s more", more) % {"names": shown, "n": more}


def _host_double(_conflict: Conflict) -> tuple[str, str]:
    return (
        _("%(day)s: %(who)s receives at %(first)s and at %(second)s, which overlap."),
        _("Move one of the two or choose another host."),
    )


def _delegate_double(conflict: Conflict) -> tuple[str, str]:
    mend = _("Move or shorten one of the two.")
    if not conflict.who:
        return _("%(day)s: %(first)s and %(second)s overlap."), mend
    return _("%(day)s: %(first)s and %(second)s overlap for %(who)s."), mend


def _venue_double(_conflict: Conflict) -> tuple[str, str]:
    return (
        _("%(day)s: %(who)s is for one group at a time; %(first)s and %(second)s overlap there."),
        _("Move one of the two or choose another place."),
    )


def _venue_closed(conflict: Conflict) -> tuple[str, str]:
    mend = _("Choose other hours or another place, or ask whether it opens for you.")
    if conflict.has is not None:  # a closed spell, not the hours of the week
        if conflict.note:
            return _("%(day)s: %(who)s is closed (%(reason)s) during %(first)s."), mend
        return _("%(day)s: %(who)s is closed during %(first)s."), mend
    if conflict.note:
        return _("%(day)s: %(who)s is open %(reason)s, which does not hold %(first)s."), mend
    return _("%(day)s: %(who)s does not open on that day of the week; %(first)s is planned there."), mend


def _vehicle_double(_conflict: Conflict) -> tuple[str, str]:
    return (
        _("%(day)s: %(who)s is needed for %(first)s and for %(second)s, which overlap."),
        _("Move one of the two or take another vehicle."),
    )


def _group_too_large(conflict: Conflict) -> tuple[str, str]:
    if not any(conflict.who):
        return (
            _("%(day)s: %(first)s has %(needs)s people, and its host can receive %(has)s: %(short)s too many."),
            _("Divide the group, or ask the host whether there is more room."),
        )
    return (
        _("%(day)s: %(first)s has %(needs)s people, and %(who)s holds %(has)s: %(short)s too many."),
        _("Choose a larger place or divide the group."),
    )


def _interp_missing(conflict: Conflict) -> tuple[str, str]:
    mend = _("Assign an interpreter for the whole item, or correct the languages.")
    if not conflict.who:
        text = _("%(day)s: at %(first)s %(language)s is spoken, which the guests may not understand.")
    elif conflict.has:
        text = _(
            "%(day)s: at %(first)s %(language)s is spoken, which %(who)s does not understand; %(has)s of %(needs)s "
            "minutes are interpreted."
        )
    else:
        text = _(
            "%(day)s: at %(first)s %(language)s is spoken, which %(who)s does not understand, and nobody interprets."
        )
    return text, mend


def _interp_double(_conflict: Conflict) -> tuple[str, str]:
    return (
        _("%(day)s: %(who)s interprets at %(first)s and at %(second)s, which overlap."),
        _("Move one of the two or assign somebody else."),
    )


def _interp_overload(conflict: Conflict) -> tuple[str, str]:
    if conflict.day is not None:
        return (
            _("%(day)s: %(who)s interprets for %(has)s hours: more than %(needs)s in a day are too many."),
            _("Share the day with a colleague."),
        )
    return (
        _("%(day)s: %(who)s interprets at once for %(has)s hours without a colleague, beginning with %(first)s."),
        _("Beyond an hour and a half assign a second interpreter for the same languages."),
    )


def _interp_time(_conflict: Conflict) -> tuple[str, str]:
    return (
        _("%(day)s: %(first)s lasts %(has)s minutes and with interpretation takes %(needs)s: %(short)s short."),
        _("Make it longer, or ask the speakers for less."),
    )


def _travel_short(conflict: Conflict) -> tuple[str, str]:
    if len(conflict.items) == 1:
        return (
            _("%(day)s: %(first)s lasts %(has)s minutes and the way takes %(needs)s%(groups)s: %(short)s short."),
            _("Make it longer, or write the real minutes of the way if you know them."),
        )
    return (
        _(
            "%(day)s: between %(first)s and %(second)s there are %(has)s minutes and %(needs)s are needed%(groups)s: "
            "%(short)s short."
        ),
        _("Move one of the two, or write the real minutes of the way if you know them."),
    )


def _travel_unknown(_conflict: Conflict) -> tuple[str, str]:
    return (
        _("%(day)s: nobody knows how long it takes from %(first)s to %(second)s%(groups)s."),
        _("Write the minutes of the way, or the point of both places on the map."),
    )


def _meal_missing(_conflict: Conflict) -> tuple[str, str]:
    return _("%(day)s: there is no meal between 12:00 and 14:30%(groups)s."), _("Add a meal to the agenda.")


def _rest_short(conflict: Conflict) -> tuple[str, str]:
    if len(conflict.items) == 1:
        return (
            _("%(day)s: from the landing of %(who)s to %(first)s there are %(has)s hours: three are needed."),
            _("Begin later, or let them join at another item."),
        )
    return (
        _("Between %(first)s and %(second)s of %(day)s there are %(has)s hours%(groups)s: eleven are needed to rest."),
        _("End earlier or begin later."),
    )


def _day_heavy(_conflict: Conflict) -> tuple[str, str]:
    return (
        _("%(day)s has %(has)s meetings, visits and talks%(groups)s: more than %(needs)s tire everybody."),
        _("Move one to another day."),
    )


def _host_unconfirmed(conflict: Conflict) -> tuple[str, str]:
    if not conflict.who:
        return _("%(day)s: nobody receives the delegation at %(first)s."), _("Choose a host and ask.")
    return _("%(day)s: %(who)s has not accepted %(first)s yet."), _("Ask again, or choose another host.")


def _question_open(_conflict: Conflict) -> tuple[str, str]:
    return (
        _("The question “%(reason)s” is asked at no item of the agenda."),
        _("Choose the item at which it is asked, or take it off."),
    )


def _rank_mismatch(_conflict: Conflict) -> tuple[str, str]:
    return (
        _("%(day)s: %(who)s (%(guest)s) is received at %(first)s by nobody of that rank (%(host)s)."),
        _("Ask somebody of the same rank to receive, be it only for the greeting."),
    )


def _head_missing(_conflict: Conflict) -> tuple[str, str]:
    return _("The delegation has no head."), _("Give one delegate the role of head.")


def _blackout(_conflict: Conflict) -> tuple[str, str]:
    return _("%(day)s: %(who)s, %(reason)s."), _("Check that people and places are there.")


_SENTENCES = {
    Code.HOST_DOUBLE: _host_double,
    Code.DELEGATE_DOUBLE: _delegate_double,
    Code.VENUE_DOUBLE: _venue_double,
    Code.VENUE_CLOSED: _venue_closed,
    Code.VEHICLE_DOUBLE: _vehicle_double,
    Code.INTERP_MISSING: _interp_missing,
    Code.INTERP_DOUBLE: _interp_double,
    Code.INTERP_OVERLOAD: _interp_overload,
    Code.INTERP_TIME: _interp_time,
    Code.QUESTION_OPEN: _question_open,
    Code.RANK_MISMATCH: _rank_mismatch,
    Code.GROUP_TOO_LARGE: _group_too_large,
    Code.TRAVEL_SHORT: _travel_short,
    Code.TRAVEL_UNKNOWN: _travel_unknown,
    Code.MEAL_MISSING: _meal_missing,
    Code.REST_SHORT: _rest_short,
    Code.DAY_HEAVY: _day_heavy,
    Code.HOST_UNCONFIRMED: _host_unconfirmed,
    Code.HEAD_MISSING: _head_missing,
    Code.BLACKOUT: _blackout,
}
