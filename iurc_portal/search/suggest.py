"""Did you mean: the nearest known word, only for words that find nothing."""

from functools import lru_cache
from itertools import groupby

from django.db import connection

from iurc_portal.search.analyse import Analyser
from iurc_portal.search.fold import fold
from iurc_portal.search.models import Term
from iurc_portal.search.query import Group

SHORTEST_LATIN, SHORTEST_CJK = 5, 4
LONG = 7  # letters from which two slips may be corrected


def nearest(group: Group, analyser: Analyser, *, version: int) -> str | None:
    """The known word that ``group`` is a slip of, or None. Never for digits, codes or several words at once.

    ``version`` is that of the index: with it the vocabulary is kept in the process. The distance is that of optimal
    string alignment: letters added, left out, changed, or two swapped. The first letter is taken to be right.
    """
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    runs = analyser.runs(fold(group.text))
    if not group.is_one_run or len(runs) != 1:
        return None
    word = runs[0].text
    if not word.isalpha() or len(word) < (SHORTEST_CJK if runs[0].is_cjk else SHORTEST_LATIN):
        return None
    known = _vocabulary(connection.settings_dict["NAME"], version).get(word[0], {})
    slips = 1 if len(word) < LONG else 2
    found = process.extract(word, list(known), scorer=OSA.distance, score_cutoff=slips, limit=None)
    best = min(found, key=lambda match: (match[1], -known[match[0]], match[0]), default=None)
    return None if best is None or best[0] == word else best[0]


@lru_cache(maxsize=2)
def _vocabulary(database: str, version: int) -> dict[str, dict[str, int]]:
    """The known words by first letter, each with the number of documents that have it."""
    words = Term.objects.order_by("text").values_list("text", "df")
    return {first: dict(rows) for first, rows in groupby(words, key=lambda row: row[0][0])}
