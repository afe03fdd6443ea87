"""Events whose participants are kept longer than the rule says: each with reason, author and end (13.2)."""

from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import RetentionHold
from events.services import holds
from iurc_portal.admin import EditableBy, PlainAdmin
from iurc_portal.staff.actions import each_row
from iurc_portal.translation.languages import columns


class StandingFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("standing", _("kept now")), ("ended", _("ended"))]

    def queryset(self, request, queryset):
        if self.value() == "standing":
            return queryset.standing()
        return queryset.exclude(ended_at=None) if self.value() == "ended" else queryset


@admin.register(RetentionHold)
class RetentionHoldAdmin(EditableBy, PlainAdmin):
    """Written once, ended once, never deleted."""

    list_display = ["event", "reason", "by", "at", "ended_at"]
    list_filter = [StandingFilter]
    list_select_related = ["event", "by"]
    search_fields = ["reason", *columns("event__name")]
    autocomplete_fields = ["event"]
    fields = ["event", "reason"]
    actions = ["end"]

    def get_queryset(self, request):
        return super().get_queryset(request).editable_by(request.user)

    def get_fields(self, request, obj=None):
        return [*self.fields, ("by", "at"), ("ended_by", "ended_at")] if obj else self.fields

    def get_readonly_fields(self, request, obj=None):
        return [*self.fields, "by", "at", "ended_by", "ended_at"] if obj else []

    def has_delete_permission(self, request, obj=None):
        return False

    def get_field_queryset(self, db, db_field, request):
        if db_field.name == "event":
            return db_field.related_model.objects.editable_by(request.user)
        return super().get_field_queryset(db, db_field, request)

    def save_model(self, request, obj, form, change):
        if not change:
            holds.keep_longer(obj, by=request.user, now=timezone.now())

    @admin.action(description=_("End the selected exceptions: the rule holds again"), permissions=["change"])
    def end(self, request, queryset):
        now = timezone.now()
        each_row(self, request, queryset, lambda hold: holds.end(hold, by=request.user, now=now))
