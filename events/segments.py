"""Whom a broadcast goes to: named filters over registrations (events spec 5.6).

A further filter is a line in ``FILTERS`` and one in ``choices``; broadcasts store names and values alone, so that it
needs no migration.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from events.models import Registration
from iurc_portal.translation.languages import Language

UNPROVED = Registration.State.UNPROVED  # an address that nobody has proved gets no such mail
FILTERS: dict[str, Callable[[QuerySet, list[str]], QuerySet]] = {
    "states": lambda rows, values: rows.filter(state__in=values),
    "languages": lambda rows, values: rows.filter(language__in=values),
}


def choices() -> dict[str, list[tuple[str, Any]]]:
    """What staff may tick for each filter, as pairs of value and words."""
    return {
        "states": [(value, words) for value, words in Registration.State.choices if value != UNPROVED],
        "languages": list(Language.choices),
    }


def check(segment: Any) -> None:
    """Raise ``ValidationError`` unless ``segment`` is a dictionary of known filters with values they offer."""
    offered = choices()
    if not isinstance(segment, dict) or not set(segment) <= set(FILTERS):
        raise ValidationError({"segment": ValidationError(_("This is no segment."), code="segment")})
    for name, values in segment.items():
        known = {value for value, _words in offered[name]}
        if not isinstance(values, list) or not all(isinstance(value, str) and value in known for value in values):
            raise ValidationError({"segment": ValidationError(_("This is no segment."), code="segment")})


def narrow(registrations: QuerySet, segment: Mapping[str, list[str]]) -> QuerySet:
    """Those of ``registrations`` that ``segment`` means and whose address was proved and not erased."""
    rows = registrations.reachable().exclude(state=UNPROVED)
    for name, values in segment.items():
        if values:
            rows = FILTERS[name](rows, values)
    return rows
