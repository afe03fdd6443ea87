"""Contacts, hosts, delegates: people known to the programme, who never have a public page."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from ecosystem.models import Person
from iurc_portal.accounts.names import name_order
from iurc_portal.admin import PortalAdmin
from iurc_portal.staff.people import FindsPeople
from iurc_portal.translation.languages import columns


@admin.register(Person)
class PersonAdmin(FindsPeople, PortalAdmin):
    general = (
        ("family_name", "given_name"),
        ("family_kana", "given_kana"),
        ("romaji", "rank_band"),
        "organisation",
        ("email", "phone"),
        "languages",
        "user",
    )
    list_display = ["person", "organisation", "email", "rank_band"]
    list_filter = ["rank_band"]
    list_select_related = ["organisation"]
    search_fields = ["email", *columns("organisation__name")]  # and names, by their keys
    autocomplete_fields = ["organisation"]
    account_fields = ("user",)

    def get_ordering(self, request):
        return name_order()

    def has_export_permission(self, request):
        """Lists of people leave the portal only through those who answer for personal data."""
        return request.user.has_perm("ecosystem.delete_person")

    @admin.display(description=_("person"), ordering="family_name")
    def person(self, obj):
        return str(obj)
