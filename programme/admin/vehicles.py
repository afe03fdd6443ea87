"""Buses and cars that take people of visits."""

from django.contrib import admin

from iurc_portal.admin import PlainAdmin
from programme.models import Vehicle


@admin.register(Vehicle)
class VehicleAdmin(PlainAdmin):
    list_display = ["name", "seats", "supplier", "phone"]
    search_fields = ["name", "supplier"]
    fields = ["name", "seats", "supplier", "phone"]
