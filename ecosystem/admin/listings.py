"""Offers and needs: a tab of their organisation, and a list of their own with what their states allow."""

from django import forms
from django.contrib import admin
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from ecosystem.models import Listing, Organisation
from ecosystem.models.listings import Region, a_year_after
from ecosystem.services import listings
from iurc_portal.admin import EditableBy, PortalAdmin, PortalStackedInline, page_links
from iurc_portal.staff.actions import Move, MovesOfRecord, each_row
from iurc_portal.staff.fields import TickedField
from iurc_portal.staff.filters import missing_language
from iurc_portal.translation.languages import columns

State = Listing.State
BADGES = {State.DRAFT: "info", State.PUBLISHED: "success", State.EXPIRED: "warning", State.WITHDRAWN: "danger"}


class ListingForm(forms.ModelForm):
    """The last day is refused when it is written, not only when the listing is published."""

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("valid_until") and "valid_until" in self.changed_data:
            Listing(valid_until=cleaned["valid_until"]).check_validity(today=timezone.localdate())
        return cleaned


class ListingFields:
    """What tab and page share: regions are ticked, a new listing is valid for the longest time."""

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "regions":
            offered = {code: capfirst(label) for code, label in Region.choices}
            return TickedField(offered=offered, label=capfirst(db_field.verbose_name))
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "valid_until" and field is not None:
            field.initial = lambda: a_year_after(timezone.localdate())
        return field


class ListingInline(ListingFields, PortalStackedInline):
    model = Listing
    form = ListingForm
    fields = [
        ("direction", "type"),
        *columns("title"),
        *columns("text"),
        ("trl", "stage"),
        "cooperation",
        ("valid_until", "state_now"),
    ]
    autocomplete_fields = ["cooperation"]
    readonly_fields = ["state_now"]
    show_change_link = True
    tab = True

    @admin.display(description=_("state"))
    def state_now(self, obj):
        return obj.get_state_display() if obj.pk else _("It starts as a draft: publish it from the list of offers.")


@admin.register(Listing)
class ListingAdmin(MovesOfRecord, ListingFields, EditableBy, PortalAdmin):
    form = ListingForm
    change_form_before_template = "admin/ecosystem/_listing_moves.html"
    general = (
        ("state_now", "on_the_site"),
        "organisation",
        ("direction", "type"),
        ("trl", "stage"),
        "cooperation",
        "regions",
        "valid_until",
    )
    list_display = ["title", "direction", "type", "organisation", "state_badge", "valid_until", "languages"]
    list_filter = ["direction", "state", "type", missing_language("text"), "organisation__side", "cooperation"]
    list_select_related = ["organisation"]
    search_fields = [*columns("title"), *(f"organisation__{column}" for column in columns("name"))]
    autocomplete_fields = ["organisation", "cooperation"]
    readonly_fields = ["state_now", "on_the_site"]
    date_hierarchy = "valid_until"
    actions = ["publish", "renew", "withdraw"]

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """Staff write listings of organisations they may edit: the menu does not offer the others."""
        if db_field.name == "organisation":
            kwargs["queryset"] = Organisation.objects.editable_by(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def moves_of(self, obj) -> dict[str, Move]:
        def with_service(service):
            return lambda obj, **who: service(listing=obj, **who)

        possible = {}
        if obj.state in {State.DRAFT, State.WITHDRAWN}:
            publish = with_service(listings.publish_listing)
            possible["publish"] = Move(_("Publish"), publish, _("“%(name)s” is published."))
        else:
            renew = with_service(listings.renew_listing)
            possible["renew"] = Move(_("Renew for a year"), renew, _("“%(name)s” is renewed for a year."))
        if State.WITHDRAWN in obj.NEXT[obj.state]:
            withdraw = with_service(listings.withdraw_listing)
            possible["withdraw"] = Move(_("Withdraw"), withdraw, _("“%(name)s” is withdrawn."))
        return possible

    @display(description=_("state"), ordering="state", label={state.value: colour for state, colour in BADGES.items()})
    def state_badge(self, obj):
        return obj.state, obj.get_state_display()

    @admin.display(description=_("state"))
    def state_now(self, obj):
        return obj.get_state_display() if obj.pk else _("Save it first: it starts as a draft.")

    @admin.display(description=_("languages"))
    def languages(self, obj):
        return self.languages_shown(obj, "text")

    @admin.display(description=_("on the site"))
    def on_the_site(self, obj):
        return page_links(obj)

    @admin.action(description=_("Publish the selected offers and needs"), permissions=["change"])
    def publish(self, request, queryset):
        self._each(request, queryset, listings.publish_listing)

    @admin.action(description=_("Renew the selected offers and needs for a year"), permissions=["change"])
    def renew(self, request, queryset):
        self._each(request, queryset, listings.renew_listing)

    @admin.action(description=_("Withdraw the selected offers and needs"), permissions=["change"])
    def withdraw(self, request, queryset):
        self._each(request, queryset, listings.withdraw_listing)

    def _each(self, request, queryset, service):
        now = timezone.now()
        each_row(self, request, queryset, lambda row: service(listing=row, by=request.user, now=now))
