"""Who sits where at a table (programme spec 7): the two sides face each other, and the highest sit in the middle.

As the protocol of Japanese offices has it: guests sit on the side farthest from the door, hosts with their backs to
it; on each side the first sits in the middle, the second at the first's right hand, the third at the left, and so on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from programme.models import AgendaItem, Delegate, HostConfirmation

T = TypeVar("T")
AT_A_TABLE = (AgendaItem.Kind.MEAL, AgendaItem.Kind.MEETING, AgendaItem.Kind.CEREMONY)
SEATS_IN_A_ROW = 7  # what a sheet is wide enough for, and most tables; the others sit in a row behind
ASIDE = (Delegate.Role.INTERPRETER, Delegate.Role.PRESS)  # who works while the others talk


class Layout(models.TextChoices):
    FACING = "facing", _("both sides facing each other")
    LIST = "list", _("simple list, in order")


@dataclass(frozen=True)
class Seat:
    """A chair; ``number`` is the place in the order of its side, from one."""

    number: int
    who: Any


@dataclass(frozen=True)
class Table:
    """Rows as one who stands at the door sees them from left to right; the first of each side is at the table."""

    guests: list[Seat]
    hosts: list[Seat]
    guest_rows: list[list[Seat]]
    host_rows: list[list[Seat]]

    @property
    def guests_from_behind(self) -> list[list[Seat]]:
        """The guests' rows as they are drawn above the table, the one at the table last."""
        return self.guest_rows[::-1]


def split(delegates: Iterable[Delegate]) -> tuple[list[Delegate], list[Delegate]]:
    """Those who sit at the table, and those who work beside it, each in their order."""
    rows = list(delegates)
    return [one for one in rows if one.role not in ASIDE], [one for one in rows if one.role in ASIDE]


def hosts_in_order(hosts: Iterable[HostConfirmation]) -> list[HostConfirmation]:
    """By the band of their post, that for this item before that of the person."""
    return sorted(hosts, key=lambda host: (host.rank_band or host.person.rank_band, host.pk))


def table_of(guests: Sequence[Any], hosts: Sequence[Any]) -> Table:
    """The table for ``guests`` and ``hosts``, both in their order.

    Guests look towards the door, so that their right hand is at the left of who stands there; hosts look away from it.
    """
    guest_seats, host_seats = _numbered(guests), _numbered(hosts)
    return Table(
        guest_seats,
        host_seats,
        [from_the_middle(row, second_at="left") for row in _rows(guest_seats)],
        [from_the_middle(row, second_at="right") for row in _rows(host_seats)],
    )


def from_the_middle(ranked: Sequence[T], *, second_at: str) -> list[T]:
    """``ranked`` (highest first) from left to right: the first in the middle, the others at the two hands in turn."""
    row: list[T] = []
    for place, one in enumerate(ranked):
        at_left = (place % 2 == 1) == (second_at == "left")
        row.insert(0, one) if place and at_left else row.append(one)
    return row


def _numbered(people: Sequence[Any]) -> list[Seat]:
    return [Seat(number, one) for number, one in enumerate(people, start=1)]


def _rows(seats: list[Seat]) -> list[list[Seat]]:
    return [seats[start : start + SEATS_IN_A_ROW] for start in range(0, len(seats), SEATS_IN_A_ROW)]
