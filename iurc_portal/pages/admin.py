"""The portal's own texts, and what readers said of its pages."""

from django.contrib import admin, messages
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from iurc_portal.admin import PlainAdmin, PortalAdmin, ReadOnly, links_in_languages
from iurc_portal.pages.models import EditableText, PageRating, ProblemReport
from iurc_portal.staff.filters import missing_language
from iurc_portal.translation.languages import columns

MARKS = _(
    "Written with a few marks: <h2> for a heading, <p> for a paragraph, <ul> and <li> for a list, <strong> for what"
    ' matters, <a href="https://…"> for a link; each is closed, as in <p>text</p>. Other marks are shown as text.'
)


@admin.register(EditableText)
class EditableTextAdmin(PortalAdmin):
    general = (("slug", "reviewed_on"), "page")
    list_display = ["title", "slug", "reviewed_on", "languages"]
    list_filter = [missing_language("body")]
    readonly_fields = ["page"]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name in set(columns("body")):
            field.help_text = format_html("{}<br>{}", MARKS, _("What you save is public at once."))
        return field

    @admin.display(description=_("languages"))
    def languages(self, obj):
        return self.languages_shown(obj, "body")

    @admin.display(description=_("on the site"))
    def page(self, obj):
        return links_in_languages(reverse("text", args=[obj.slug])) if obj.pk else "–"


@admin.register(PageRating)
class PageRatingAdmin(ReadOnly, PlainAdmin):
    list_display = ["created_at", "path", "language", "rating", "reason", "comment"]
    list_filter = ["rating", "language"]
    search_fields = ["path", "comment"]
    date_hierarchy = "created_at"


@admin.register(ProblemReport)
class ProblemReportAdmin(PlainAdmin):
    list_display = ["created_at", "kind", "path", "language", "answered_at"]
    list_filter = ["kind", "language", ("answered_at", admin.EmptyFieldListFilter)]
    search_fields = ["path", "text", "email"]
    fields = [("created_at", "kind", "language"), "path", "text", "email", "answered_at"]
    readonly_fields = ["created_at", "path", "text", "email", "language", "kind"]
    actions = ["mark_answered"]

    def has_add_permission(self, request):
        return False

    @admin.action(description=_("Mark the selected reports as answered"), permissions=["change"])
    def mark_answered(self, request, queryset):
        n = queryset.filter(answered_at=None).update(answered_at=timezone.now())
        words = ngettext("%(n)s report marked as answered.", "%(n)s reports marked as answered.", n)
        self.message_user(request, words % {"n": n}, messages.SUCCESS)
