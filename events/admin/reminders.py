"""What reminders were owed to whom, and what became of them."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from events.models import Delivery
from iurc_portal.admin import PlainAdmin, ReadOnly


@admin.register(Delivery)
class DeliveryAdmin(ReadOnly, PlainAdmin):
    """The ledger: read, never written here."""

    list_display = ["due_at", "rule", "event", "person", "state_badge"]
    list_filter = ["state", "rule__trigger"]
    list_select_related = ["rule", "registration__event"]
    search_fields = ["registration__email", "registration__family_name"]
    date_hierarchy = "due_at"
    fields = [("due_at", "rule"), "registration", "state", "message"]

    @admin.display(description=_("event"))
    def event(self, obj):
        return obj.registration.event

    @admin.display(description=_("person"))
    def person(self, obj):
        return obj.registration.display_name(obj.registration.language) or obj.registration.email

    @display(
        description=_("state"),
        ordering="state",
        label={"queued": "success", "missed": "danger", "skipped": "info", "void": "warning"},
    )
    def state_badge(self, obj):
        return obj.state, obj.get_state_display()
