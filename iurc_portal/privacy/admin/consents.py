"""What forms say of purpose and retention. A new version is written; those before it are read, and never change."""

from django.contrib import admin
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from iurc_portal.admin import PortalAdmin
from iurc_portal.privacy import consents
from iurc_portal.privacy.models import ConsentText
from iurc_portal.translation.languages import columns


@admin.register(ConsentText)
class ConsentTextAdmin(PortalAdmin):
    general = ("kind", "valid_from")
    list_display = ["kind", "version", "valid_from", "is_current", "written_by", "languages"]
    list_display_links = ["kind", "version"]
    list_filter = ["kind"]
    list_select_related = ["written_by"]
    radio_fields = {"kind": admin.HORIZONTAL}

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_changeform_initial_data(self, request):
        """A new version begins as the present one."""
        now = timezone.now()
        last = ConsentText.objects.current(ConsentText.Kind.REGISTRATION, now=now)
        texts = {name: getattr(last, name) for name in columns("text")} if last is not None else {}
        return {"valid_from": now, **texts, **super().get_changeform_initial_data(request)}

    def save_model(self, request, obj, form, change):
        obj.version, obj.written_by = consents.next_version(obj.kind), request.user
        super().save_model(request, obj, form, change)

    def get_queryset(self, request):
        """With whether a later version is shown already: one query for the list."""
        later = ConsentText.objects.filter(
            kind=OuterRef("kind"), version__gt=OuterRef("version"), valid_from__lte=timezone.now()
        )
        return super().get_queryset(request).annotate(is_past=Exists(later))

    @admin.display(description=_("shown now"), boolean=True)
    def is_current(self, obj):
        return obj.valid_from <= timezone.now() and not obj.is_past

    @admin.display(description=_("languages"))
    def languages(self, obj):
        return self.languages_shown(obj, "text")
