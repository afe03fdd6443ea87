from django.contrib import admin
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from iurc_portal.admin import PlainAdmin, ReadOnly
from iurc_portal.audit import words
from iurc_portal.audit.models import Transition
from iurc_portal.staff.filters import KindOfRecord


@admin.register(Transition)
class TransitionAdmin(ReadOnly, PlainAdmin):
    """The log: read, never written here, not even by a superuser."""

    list_display = ["at", "record", "former", "present", "actor", "why"]
    list_filter = [KindOfRecord]
    list_select_related = ["actor"]
    search_fields = ["model", "object_id", "comment"]
    date_hierarchy = "at"
    fields = [("at", "actor"), "record", ("former", "present"), "why", "comment"]

    @admin.display(description=_("record"), ordering="model")
    def record(self, obj):
        """The kind and number of the record, leading to its page where there is one; no query a line."""
        name = f"{words.kind_words(obj.model)} {obj.object_id}"
        try:
            page = reverse(f"admin:{obj.model.replace('.', '_')}_change", args=[obj.object_id])
        except NoReverseMatch:
            return name
        return format_html('<a class="underline" href="{}">{}</a>', page, name)

    @admin.display(description=_("from"))
    def former(self, obj):
        return words.state_words(obj.model, obj.from_state) or "–"

    @admin.display(description=_("to"))
    def present(self, obj):
        return words.state_words(obj.model, obj.to_state)

    @admin.display(description=_("reason"))
    def why(self, obj):
        return words.reason_words(obj.reason) or "–"
