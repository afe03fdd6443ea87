"""Cards of a list, finished: what one shows is the same in every list, but for why it was found."""

from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from iurc_portal.kept import kept_parts
from iurc_portal.search.facets import Results
from iurc_portal.search.highlight import Hit
from iurc_portal.search.service import in_order
from iurc_portal.translation.status import read_records

MARK = "\0"  # around what an excerpt takes the place of; it stands in no text


@dataclass(frozen=True)
class Card:
    """The HTML of one record in a list, and why it was found, where words were asked for."""

    pk: int
    html: SafeString
    hit: Hit | None


class Cards:
    """What a FilterSet found, as cards for a paginator. Only records whose card is not kept are read whole.

    The template ``ecosystem/_<name>_card.html`` shows its record as ``name``, knows nothing of request and reader, and
    puts ``mark`` before and after the text that an excerpt stands in for.
    """

    def __init__(self, results: Results, name: str):
        self.results = results
        self.name = name
        self.template = f"ecosystem/_{name}_card.html"

    def count(self) -> int:
        return self.results.count()

    __len__ = count

    def __getitem__(self, part: slice) -> list[Card]:
        ids, related = self.results.ids(part.start or 0, self.count() if part.stop is None else part.stop)
        parts = kept_parts(self.template, ids, self._render)
        hits = self.results.hits(ids, related)
        return [self._card(pk, parts[pk], hits.get(pk)) for pk in ids if pk in parts]

    def _render(self, ids: list[int]) -> dict[int, list[str]]:
        """For each record the HTML before the text, the text, and what comes after."""
        rows = in_order(self.results.filterset.queryset, ids)
        read_records(rows)
        return {row.pk: render_to_string(self.template, {self.name: row, "mark": MARK}).split(MARK) for row in rows}

    @staticmethod
    def _card(pk: int, parts: list[str], hit: Hit | None) -> Card:
        before, text, after = parts
        shown = text if hit is None else render_to_string("search/_hit.html", {"hit": hit})
        return Card(pk, mark_safe(f"{before}{shown}{after}"), hit)  # noqa: S308 - all three were rendered by templates
