from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from iurc_portal.admin import PlainAdmin, ReadOnly
from iurc_portal.audit.words import kind_words
from iurc_portal.content.models import ContentRecord
from iurc_portal.staff.filters import KindOfRecord


@admin.register(ContentRecord)
class ContentRecordAdmin(ReadOnly, PlainAdmin):
    """What the initial content wrote; read only, so that a person's edit is never mistaken for its own."""

    list_display = ["kind", "key", "source_file", "loaded_at"]
    list_filter = [KindOfRecord, "source_file"]
    search_fields = ["key"]
    fields = ["kind", "object_id", "key", "source_file", "loaded_at"]

    @admin.display(description=_("kind of record"), ordering="model")
    def kind(self, obj):
        return kind_words(obj.model)
