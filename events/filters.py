"""What visitors may filter events by. One FilterSet serves the list, the month and the past."""

from babel import Locale
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ecosystem.filters import theme_facet
from events.models import Event, Track
from iurc_portal.search.facets import Facet, FacetedFilterSet
from iurc_portal.translation.languages import Language, Spoken


class EventFilter(FacetedFilterSet):
    KIND = "events"

    class Meta:
        model = Event
        fields: list[str] = []

    def make_facets(self) -> list[Facet]:
        names = Locale.parse((get_language() or "en")[:2]).languages
        tracks = [(track.slug, Spoken.of(track, "name")) for track in Track.objects.all()]
        return [
            Facet("track", _("Type"), tracks, indexed="category"),
            theme_facet(self.search.tools),
            Facet("language", _("Language"), [(code, names[code]) for code in Language.values], indexed="spoken"),
        ]
