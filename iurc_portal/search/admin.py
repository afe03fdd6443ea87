from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from iurc_portal.admin import PlainAdmin, ReadOnly
from iurc_portal.search import registry
from iurc_portal.search.models import MissedQuery

DAYS = 3  # what was typed on fewer days may be one person's


@admin.register(MissedQuery)
class MissedQueryAdmin(ReadOnly, PlainAdmin):
    """What visitors sought in vain, for the editors of the glossary: shown once it was typed on three days."""

    list_display = ["text", "days", "count", "last_on", "adopt"]
    search_fields = ["text"]

    def get_queryset(self, request):
        return super().get_queryset(request).filter(days__gte=DAYS)

    @admin.display(description=_("for the glossary"))
    def adopt(self, obj):
        """The step from a word sought in vain to a label of a concept, where the vocabulary has a page for it."""
        name = registry.vocabulary().adopt_url_name
        if not name:
            return "–"
        return format_html(
            '<a class="text-primary-600 underline dark:text-primary-400" href="{}">{}</a>',
            reverse(name, args=[obj.pk]),
            gettext("Adopt as a label"),
        )
