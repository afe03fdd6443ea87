"""Who takes part, as a table (events spec 11.1–11.6): which rows, which columns, in which order.

Other modules add columns of their own with ``register_columns``, such as the answers to an event's questions.
"""

from collections.abc import Callable, Sequence
from operator import attrgetter

from babel import Locale
from django.contrib.admin.utils import label_for_field
from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from events.codes import code_of
from events.models import Registration, SeatPool
from iurc_portal.accounts.names import name_order
from iurc_portal.tables import Column
from iurc_portal.translation.languages import Language, best_text

CHUNK = 500
# Given the registrations and the reader's language: further columns. What they read of a row must be read along by
# the second function, for all rows of a chunk at once (11.6).
Provider = Callable[[QuerySet[Registration], str], Sequence[Column]]
Along = Callable[[QuerySet[Registration]], QuerySet[Registration]]
_providers: list[tuple[Provider, Along]] = []
_permissions: dict[Provider, str] = {}


def register_columns(provider: Provider, along: Along, *, sensitive: str = "") -> None:
    """Add columns after ours. Mark with ``sensitive`` what is left out unless somebody says why (11.5).

    Whoever takes these away needs the permission ``sensitive``, too, where one is named. Texts in the reader's
    language are made when the columns are: rows are written after the request, in no language.
    """
    _providers.append((provider, along))
    _permissions[provider] = sensitive


def rows_for(user, registrations: QuerySet[Registration], *, language: str) -> QuerySet[Registration]:
    """Those of ``registrations`` that ``user`` may take away, by event and then by name as readers order names.

    A constant number of statements, whatever the number of rows; to be read with ``iterator(CHUNK)``.
    """
    mine = registrations.filter(pk__in=Registration.objects.editable_by(user).values("pk"))
    mine = mine.select_related("event").order_by("event__dtstart", "event_id", *name_order(language))
    for _provider, along in _providers:
        mine = along(mine)
    return mine


def columns_for(
    user, registrations: QuerySet[Registration], *, language: str, sensitive: bool = False
) -> list[Column]:
    """The columns, titled in the active language; sensitive ones only where they were asked for (11.5)."""
    columns = [column for column in _own_columns(language) if sensitive or not column.sensitive]
    for provider, _along in _providers:
        permission = _permissions.get(provider, "")
        too = sensitive and (not permission or user.has_perm(permission))
        columns += [column for column in provider(registrations, language) if too or not column.sensitive]
    return columns


def pools_in(registrations: QuerySet[Registration]) -> QuerySet[SeatPool]:
    """The pools of the events of ``registrations``."""
    return SeatPool.objects.filter(event__in=registrations.order_by().values("event"))


def question_sets_of(registrations: QuerySet[Registration]) -> QuerySet:
    """The ids of what the events of ``registrations`` ask."""
    return registrations.order_by().exclude(event__question_set=None).values("event__question_set")


def _own_columns(language: str) -> list[Column]:
    locale = Locale.parse(language)
    states = {code: str(label) for code, label in Registration.State.choices}  # rows leave when no language is active

    def plain(name: str, **more) -> Column:
        title = label_for_field(name, Registration)
        return Column(name, capfirst(str(title)), attrgetter(name), **more)

    def name_of_language(row: Registration) -> str:
        return str(Language(row.language).label)

    return [
        Column("registrant_id", capfirst(_("registrant id")), lambda row: code_of(row.pk)),  # known to the room (8.6)
        Column("event", capfirst(_("event")), lambda row: row.event.slug, lambda row: _name_of(row.event, language)),
        Column("event_start", capfirst(_("start")), lambda row: row.event.dtstart),
        Column("state", pgettext("column", "State"), attrgetter("state"), lambda row: states[row.state]),
        Column("name", pgettext("column", "Name"), lambda row: row.display_name(language)),
        *map(plain, ("family_name", "given_name", "family_kana", "given_kana", "romaji", "company", "job_title")),
        *map(plain, ("email",)),
        plain("language", words=name_of_language),
        plain("country", words=lambda row: locale.territories.get(row.country, row.country)),
        plain("interpretation", words=lambda row: locale.languages.get(row.interpretation, row.interpretation)),
        *map(plain, ("joined_at", "confirmed_at")),
        plain("access_needs", sensitive=True),
    ]


def _name_of(event, language: str) -> str:
    return best_text(event, "name", language)[0]
