"""Reading the query string strictly: a page tells the reader what it ignored, a program wants to be refused."""

import re
from datetime import date

from django.http import QueryDict

from iurc_portal.api.errors import bad_day, bad_number, not_one_of, repeated, unknown_value
from iurc_portal.search.facets import RELEVANCE, SWITCHES, FacetedFilterSet
from iurc_portal.translation.languages import Language

DEFAULT_LANGUAGE = Language.ENGLISH  # never the browser's: one address has one answer
SWITCH_VALUES = ("0", "1")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def language_of(query: QueryDict) -> str:
    """The language to answer in: ``lang``, or English where it is missing or wrong (``check_language`` refuses)."""
    wanted = query.get("lang", DEFAULT_LANGUAGE)
    return wanted if wanted in Language.values else DEFAULT_LANGUAGE


def check_language(query: QueryDict) -> None:
    one_of(query, "lang", Language.values)


def one_of(query: QueryDict, name: str, values) -> str | None:
    """The one value of ``name``, or None. Raises ``BadParameter`` for another value or for several."""
    given = query.getlist(name)
    if len(given) > 1:
        raise repeated(name)
    if given and given[0] not in values:
        raise not_one_of(name, given[0], values)
    return given[0] if given else None


def whole_number(query: QueryDict, name: str, *, default: int, highest: int) -> int:
    """A number from 1 to ``highest``, written in plain digits. Raises ``BadParameter``."""
    given = query.getlist(name) or [str(default)]
    if len(given) > 1:
        raise repeated(name)
    text = given[0]
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(highest)) else 0
    if not 1 <= number <= highest:
        raise bad_number(name, text, highest)
    return number


def day(query: QueryDict, name: str) -> date | None:
    """The day that ``name`` says, as 2027-03-28; None without it. Raises ``BadParameter``."""
    given = query.getlist(name)
    if len(given) > 1:
        raise repeated(name)
    if not given:
        return None
    try:
        if DAY.fullmatch(given[0]):
            return date.fromisoformat(given[0])
    except ValueError:
        pass
    raise bad_day(name, given[0])


def check_filters(filterset: FacetedFilterSet, query: QueryDict) -> None:
    """Refuse what the page would tell its reader and ignore. Raises ``BadParameter`` for the first."""
    if len(query.getlist("q")) > 1:
        raise repeated("q")
    for switch in SWITCHES:
        one_of(query, switch, SWITCH_VALUES)
    if filterset.SORTS:
        one_of(query, "sort", [*filterset.SORTS, RELEVANCE])
    for facet in filterset.facets:
        unknown = [*facet.unknown, *(value for value in query.getlist(facet.name) if not value)]
        if unknown:
            raise unknown_value(facet.name, unknown[0])
