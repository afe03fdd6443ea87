"""Many conflicts read by kind: one line each says what is wrong and how often, and opens into the sentences."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from programme.conflicts.facts import Code, Level
from programme.conflicts.words import LEVELS, Told

FEW = 8  # so many are read at a glance, one after the other

TITLES: dict[str, str | Promise] = {
    Code.HOST_DOUBLE: _("A host in two places"),
    Code.DELEGATE_DOUBLE: _("A delegate in two places"),
    Code.VENUE_DOUBLE: _("A place taken twice"),
    Code.VENUE_CLOSED: _("A place that is closed"),
    Code.VEHICLE_DOUBLE: _("A vehicle taken twice"),
    Code.GROUP_TOO_LARGE: _("A group too large"),
    Code.INTERP_MISSING: _("No interpreter"),
    Code.INTERP_DOUBLE: _("An interpreter in two places"),
    Code.INTERP_OVERLOAD: _("Too many hours for an interpreter"),
    Code.INTERP_TIME: _("Too short with interpretation"),
    Code.TRAVEL_SHORT: _("Too little time for the way"),
    Code.TRAVEL_UNKNOWN: _("A way of unknown length"),
    Code.MEAL_MISSING: _("A day without lunch"),
    Code.REST_SHORT: _("Too little rest"),
    Code.DAY_HEAVY: _("A day too full"),
    Code.HOST_UNCONFIRMED: _("Hosts who have not accepted"),
    Code.QUESTION_OPEN: _("Questions without an item"),
    Code.HEAD_MISSING: _("The head of the delegation"),
    Code.RANK_MISMATCH: _("Nobody of equal rank"),
    Code.BLACKOUT: _("Holidays and closed days"),
}


@dataclass(frozen=True)
class Group:
    """The conflicts of one code and level."""

    title: str | Promise
    level: str
    conflicts: tuple[Told, ...]

    @property
    def level_name(self) -> str:
        return str(LEVELS[Level(self.level)])


def grouped(conflicts: list[Told]) -> list[Group]:
    """``conflicts`` by level and code, what blocks first, each group where its first one stood; [] for a few."""
    if len(conflicts) <= FEW:
        return []
    groups: dict[tuple[str, str], list[Told]] = {}
    for told in sorted(conflicts, key=lambda told: told.level != Level.BLOCK):
        groups.setdefault((told.level, told.conflict.code), []).append(told)
    return [Group(TITLES[code], level, tuple(found)) for (level, code), found in groups.items()]
