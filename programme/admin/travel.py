"""Ways between places, as staff know them."""

from django.contrib import admin

from iurc_portal.admin import PlainAdmin
from iurc_portal.translation.languages import columns
from programme.models import TravelTime


@admin.register(TravelTime)
class TravelTimeAdmin(PlainAdmin):
    list_display = ["origin", "destination", "minutes"]
    list_select_related = ["origin", "destination"]
    search_fields = [f"{side}__{column}" for side in ("origin", "destination") for column in columns("name")]
    autocomplete_fields = ["origin", "destination"]
    fields = ["origin", "destination", "minutes"]
