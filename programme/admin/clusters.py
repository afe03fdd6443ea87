"""Thematic clusters with their cities; the exchanges that belong to them are on their own pages."""

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.forms import BaseInlineFormSet
from django.utils.translation import gettext_lazy as _

from iurc_portal.admin import PlainTabularInline, PortalAdmin, page_links
from iurc_portal.staff.slugs import SlugFromName
from iurc_portal.translation.languages import columns
from programme.models import ClusterCity, Exchange, ThematicCluster


class CitiesOfCluster(BaseInlineFormSet):
    """At least one city besides the two; see ``ThematicCluster``."""

    def clean(self):
        super().clean()
        rows = [form.cleaned_data for form in self.forms if getattr(form, "cleaned_data", None)]
        cities = [row["city"] for row in rows if row.get("city") and not row.get("DELETE")]
        if cities and all(city.is_partner for city in cities):
            words = _("A cluster has a city besides Torino and Nagoya: add one, with its own time zone.")
            raise ValidationError(words, code="no_other_city")
        if not cities:
            raise ValidationError(_("Add the cities of the cluster."), code="no_cities")


class ClusterCityInline(PlainTabularInline):
    model = ClusterCity
    formset = CitiesOfCluster
    autocomplete_fields = ["city"]
    tab = True


class ExchangesOfCluster(PlainTabularInline):
    """The exchanges through which the cluster works, to be opened."""

    model = Exchange
    fields = readonly_fields = ["title", "edition", "state"]
    can_delete = False
    show_change_link = True
    tab = True

    def has_add_permission(self, request, obj=None):
        return False


@admin.register(ThematicCluster)
class ThematicClusterAdmin(PortalAdmin):
    form = SlugFromName
    general = ("slug", "concepts", "link", ("is_sample", "on_the_site"))
    list_display = ["name", "cities", "exchanges"]
    search_fields = [*columns("name"), "slug"]
    autocomplete_fields = ["concepts"]
    readonly_fields = ["on_the_site"]
    inlines = [ClusterCityInline, ExchangesOfCluster]

    def get_queryset(self, request):
        beyond = Count("places", filter=Q(places__city__is_partner=False), distinct=True)
        return super().get_queryset(request).annotate(beyond=beyond, strands=Count("exchanges", distinct=True))

    @admin.display(description=_("other cities"), ordering="beyond")
    def cities(self, obj):
        return obj.beyond

    @admin.display(description=_("exchanges"), ordering="strands")
    def exchanges(self, obj):
        return obj.strands

    @admin.display(description=_("on the site"))
    def on_the_site(self, obj):
        return page_links(obj)
