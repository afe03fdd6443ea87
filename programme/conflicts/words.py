"""Conflicts in the reader's words: what collides, by how much, and what mends it."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from iurc_portal.translation.times import date_words
from programme.conflicts.facts import Code, Conflict, Item, Level, Plan

LEVELS = {Level.BLOCK: gettext_lazy("to resolve"), Level.WARN: gettext_lazy("to check")}


@dataclass(frozen=True)
class Told:
    """A conflict as staff read it: what is wrong, what mends it, and the items of this visit to go to."""

    conflict: Conflict
    text: str
    mend: str
    items: tuple[Item, ...]

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
    return Told(conflict, text % facts, mend % facts, own)


def _facts(conflict: Conflict, plan: Plan, visits: dict[int, str]) -> dict:
    first, second = (*conflict.items, None, None)[:2]
    return {
        "first": _named(first, plan, visits) if first else "",
        "second": _named(second, plan, visits) if second else "",
        "day": date_words(_day(conflict, plan), "short") if conflict.items or conflict.day else "",
        "who": _list(conflict.who),
        "has": _minutes(conflict.has) if conflict.code == Code.REST_SHORT else conflict.has,
        "needs": conflict.needs,
        "short": conflict.short_by,
        "reason": conflict.note,
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


def _minutes(minutes: int | None) -> str:
    hours, rest = divmod(minutes or 0, 60)
    return f"{hours}:{rest:02}"


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


def _group_too_large(_conflict: Conflict) -> tuple[str, str]:
    return (
        _("%(day)s: %(first)s has %(needs)s people, and %(who)s holds %(has)s: %(short)s too many."),
        _("Choose a larger place or divide the group."),
    )


def _travel_short(_conflict: Conflict) -> tuple[str, str]:
    return (
        _(
            "%(day)s: between %(first)s and %(second)s there are %(has)s minutes and %(needs)s are needed: "
            "%(short)s short."
        ),
        _("Move one of the two, or write the real minutes of the way if you know them."),
    )


def _travel_unknown(_conflict: Conflict) -> tuple[str, str]:
    return (
        _("%(day)s: nobody knows how long it takes from %(first)s to %(second)s."),
        _("Write the minutes of the way, or the point of both places on the map."),
    )


def _meal_missing(_conflict: Conflict) -> tuple[str, str]:
    return _("%(day)s: there is no meal between 12:00 and 14:30."), _("Add a meal to the agenda.")


def _rest_short(_conflict: Conflict) -> tuple[str, str]:
    return (
        _("Between %(first)s and %(second)s of %(day)s there are %(has)s hours: eleven are needed to rest."),
        _("End earlier or begin later."),
    )


def _day_heavy(_conflict: Conflict) -> tuple[str, str]:
    return (
        _("%(day)s has %(has)s meetings, visits and talks: more than %(needs)s tire everybody."),
        _("Move one to another day."),
    )


def _host_unconfirmed(conflict: Conflict) -> tuple[str, str]:
    if not conflict.who:
        return _("%(day)s: nobody receives the delegation at %(first)s."), _("Choose a host and ask.")
    return _("%(day)s: %(who)s has not accepted %(first)s yet."), _("Ask again, or choose another host.")


def _head_missing(_conflict: Conflict) -> tuple[str, str]:
    return _("The delegation has no head."), _("Give one delegate the role of head.")


def _blackout(_conflict: Conflict) -> tuple[str, str]:
    return _("%(day)s: %(who)s, %(reason)s."), _("Check that people and places are there.")


_SENTENCES = {
    Code.HOST_DOUBLE: _host_double,
    Code.DELEGATE_DOUBLE: _delegate_double,
    Code.VENUE_DOUBLE: _venue_double,
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
