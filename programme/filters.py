"""What visitors may filter the documented history by."""

from urllib.parse import urlencode

from django.utils.translation import gettext as _

from iurc_portal.search.facets import Facet, FacetedFilterSet, Value
from programme.models import DatedEvent


class HistoryFilter(FacetedFilterSet):
    KIND = "history"

    class Meta:
        model = DatedEvent
        fields: list[str] = []

    def make_facets(self) -> list[Facet]:
        kinds = [(kind.value, str(kind.label)) for kind in DatedEvent.Kind]
        return [Facet("kind", _("Kind"), kinds, indexed="category")]

    def choices(self) -> list[tuple[Value, str]]:
        """Each kind that has entries, with the query that adds it to the selection or takes it away."""
        facet, values = self.counted()[0]
        pairs = []
        for value in values:
            if value.disabled:
                continue
            rest = [key for key in facet.selected if key != value.key]
            pairs.append((value, urlencode({"kind": rest if value.selected else [*rest, value.key]}, doseq=True)))
        return pairs
