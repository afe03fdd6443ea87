"""What visitors may filter the documented history and the library by."""

from datetime import datetime
from urllib.parse import urlencode

from django import forms
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from ecosystem.models import Concept
from iurc_portal.search.facets import Facet, FacetedFilterSet, Value
from iurc_portal.translation.languages import Language, Spoken
from iurc_portal.translation.widgets import SpokenSelect
from programme.models import DatedEvent, LibraryItem


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


class LibraryFilter(forms.Form):
    """What of the library a visitor wants: a kind in a language, of webinars about a theme. All of it may be open."""

    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    theme = forms.ChoiceField(label=gettext_lazy("Theme"), required=False, widget=SpokenSelect)

    def __init__(self, data, *, now: datetime):
        super().__init__(data, label_suffix="")
        self.items = LibraryItem.objects.for_everybody(now=now).filter(webinar__event__access="public")
        choices = {
            "language": Language.choices,
            "kind": [(kind.value, capfirst(kind.label)) for kind in LibraryItem.Kind],
            "theme": self._themes(),
        }
        for name, field in self.fields.items():
            field.choices = [("", pgettext("filter", "any")), *choices[name]]
            field.error_messages["invalid_choice"] = _("This choice is not known and was left out.")

    def _themes(self) -> list[tuple[str, str]]:
        """The themes of webinars of which something is there, by their labels."""
        of_items = self.items.filter(webinar__event__themes=OuterRef("pk"))
        themes = Concept.objects.themes().filter(Exists(of_items))
        return sorted(((theme.notation, Spoken.of(theme, "pref_label")) for theme in themes), key=lambda pair: pair[1])

    def found(self) -> QuerySet[LibraryItem]:
        """The items that are wanted; a choice that is not known narrows nothing."""
        self.is_valid()
        wanted = {
            "language": self.cleaned_data.get("language"),
            "kind": self.cleaned_data.get("kind"),
            "webinar__event__themes__notation": self.cleaned_data.get("theme"),
        }
        return self.items.filter(**{name: value for name, value in wanted.items() if value})

    @property
    def is_narrowed(self) -> bool:
        return any(self.data.get(name) for name in self.fields)
