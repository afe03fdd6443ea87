"""Cities with their closed periods, and places where people meet."""

from django.contrib import admin

from ecosystem.models import City, CityNumber, CityPeriod, Place, PlaceClosure, PlaceHours
from iurc_portal.admin import PlainTabularInline, PortalAdmin, PortalTabularInline
from iurc_portal.translation.languages import columns


class CityPeriodInline(PortalTabularInline):
    model = CityPeriod
    tab = True


class CityNumberInline(PortalTabularInline):
    model = CityNumber
    fields = ["kind", *columns("name"), "phone", "languages", *columns("hours"), "order"]
    tab = True


@admin.register(City)
class CityAdmin(PortalAdmin):
    general = ("slug", ("country", "tzid"), "is_partner", ("latitude", "longitude", "precision"))
    list_display = ["name", "country", "tzid", "is_partner"]
    list_filter = ["is_partner", "country"]
    search_fields = [*columns("name"), "slug"]
    inlines = [CityNumberInline, CityPeriodInline]


class PlaceHoursInline(PlainTabularInline):
    model = PlaceHours
    tab = True


class PlaceClosureInline(PortalTabularInline):
    model = PlaceClosure
    tab = True


@admin.register(Place)
class PlaceAdmin(PortalAdmin):
    general = (
        ("city", "organisation"),
        ("capacity", "single_use"),
        "phone",
        ("latitude", "longitude", "precision"),
    )
    list_display = ["name", "city", "organisation", "capacity"]
    list_select_related = ["city", "organisation"]
    list_filter = ["city"]
    search_fields = [*columns("name", "address")]
    autocomplete_fields = ["city", "organisation"]
    inlines = [PlaceHoursInline, PlaceClosureInline]
