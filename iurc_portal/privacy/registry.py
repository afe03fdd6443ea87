"""Who holds what of people, and for how long (events spec 13.2–13.6). Each app registers its own from its ``apps.py``.

A ``Rule`` is one line of the table of retention; a ``Holder`` knows what one app keeps of a person, how it is shown to
them, and how it is forgotten. ``privacy`` imports nobody above it: it calls back through these tables.
"""

from calendar import monthrange
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import ngettext

from iurc_portal.tables import Column, Table

if TYPE_CHECKING:
    from iurc_portal.privacy.subjects import Subject


@dataclass(frozen=True)
class Span:
    """How long something is kept: a number of ``settings.IURC_PRIVACY``, whose name ends in ``_days`` or ``_months``.

    ``since`` says from when on it counts, as a sentence with ``%(time)s`` in it.
    """

    setting: str
    since: Any

    @property
    def number(self) -> int:
        return settings.IURC_PRIVACY[self.setting]

    def before(self, now: datetime) -> datetime:
        """What began to count at this instant, or earlier, is over at ``now`` (aware)."""
        if self.setting.endswith("_months"):
            return months_before(now, self.number)
        return now - timedelta(days=self.number)

    def words(self) -> str:
        """«24 months after the end of the event», in the active language."""
        if self.setting.endswith("_months"):
            time = ngettext("%(n)s month", "%(n)s months", self.number)
        else:
            time = ngettext("%(n)s day", "%(n)s days", self.number)
        return str(self.since) % {"time": time % {"n": self.number}}


def months_before(now: datetime, months: int) -> datetime:
    """The same day so many months earlier, or the last one of a shorter month."""
    year, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    return now.replace(year=year, month=month + 1, day=min(now.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True)
class Rule:
    """One line of the table: what is kept, how long, and what becomes of it then.

    ``due`` takes the instant of ``Span.before`` and gives the rows that are over; asked for a later one it says what
    goes next. ``forget`` takes some of these rows, locked, in a transaction, and leaves them no longer due: so the
    rule may run twice, or in two places at once. ``then`` says in a word what it does.
    """

    name: str
    title: Any
    span: Span
    then: Any
    due: Callable[[datetime], QuerySet]
    forget: Callable[[Sequence[Any], datetime], None]

    def over(self, now: datetime) -> QuerySet:
        """The rows whose time is over at ``now``."""
        return self.due(self.span.before(now))


def columns(*described: tuple[str, Any, str | Callable[[Any], Any]]) -> list[Column]:
    """Columns from (name, title, what): ``what`` is an attribute, or gives the cell of a record."""
    return [
        Column(name, capfirst(str(title)), attrgetter(what) if isinstance(what, str) else what)
        for name, title, what in described
    ]


@dataclass(frozen=True)
class Section:
    """One kind of thing that is held of a person: rows for a file, and a line for a page about each of them."""

    name: str
    title: Any
    columns: Sequence[Column]
    records: Sequence[Any]
    line: Callable[[Any], str]

    @property
    def lines(self) -> list[str]:
        return [self.line(record) for record in self.records]

    def table(self, *, tzid: str = "UTC") -> Table:
        return Table(columns=self.columns, records=self.records, tzid=tzid)


def delete(rows: Sequence[Any], now: datetime) -> None:
    """The simplest way to forget: the rows go, with what hangs on them."""
    if rows:
        type(rows[0])._default_manager.filter(pk__in=[row.pk for row in rows]).delete()


def nothing_before(subject: "Subject", now: datetime) -> None:
    """For holders that need tell nobody before they forget."""


@dataclass(frozen=True)
class Holder:
    """What one app keeps of people. Erasing goes by ``order``: what points to others before what is pointed to.

    ``before`` does what needs the address while it is still known, such as giving places back; ``erase`` removes
    everything that names the person, may be called twice, and asks nobody.
    """

    name: str
    order: int
    collect: Callable[["Subject"], Iterable[Section]]
    erase: Callable[["Subject", datetime], None]
    before: Callable[["Subject", datetime], None] = nothing_before


@dataclass(frozen=True)
class Exemption:
    """Records kept longer than the table says, each with a reason: shown on the page of retention."""

    title: Any
    rows: Callable[[], QuerySet]
    url: Callable[[], str]
    permission: str


_rules: dict[str, Rule] = {}
_holders: dict[str, Holder] = {}
_exemptions: list[Exemption] = []


def register(*entries: Rule | Holder | Exemption) -> None:
    """Add entries. A name that comes twice is a programming error."""
    for entry in entries:
        if isinstance(entry, Exemption):
            _exemptions.append(entry)
            continue
        table: dict[str, Any] = _rules if isinstance(entry, Rule) else _holders
        if entry.name in table:
            raise ValueError(f"{type(entry).__name__} {entry.name!r} is registered twice")
        table[entry.name] = entry


def rules() -> list[Rule]:
    return list(_rules.values())


def rule_title(name: str) -> str:
    """What staff call the rule ``name``; the name itself if its app is not installed any more."""
    return str(_rules[name].title) if name in _rules else name


def holders() -> list[Holder]:
    return sorted(_holders.values(), key=lambda holder: holder.order)


def exemptions() -> list[Exemption]:
    return list(_exemptions)
