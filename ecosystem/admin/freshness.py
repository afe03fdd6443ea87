"""How old profiles are: a filter, who confirmed them, and asking their organisations."""

from functools import partial

from django.contrib import admin
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ecosystem.models import Organisation, Verification
from ecosystem.services import freshness, publication
from iurc_portal.admin import PlainTabularInline, ReadOnly
from iurc_portal.clock import ROME
from iurc_portal.staff.actions import each_row


class Freshness(admin.SimpleListFilter):
    """Confirmed in time, too long ago, never; asked since."""

    title = _("freshness")
    parameter_name = "fresh"

    def lookups(self, request, model_admin):
        return [
            ("in-date", _("confirmed in time")),
            ("overdue", _("not confirmed for too long")),
            ("never", _("never confirmed")),
            ("asked", _("asked and not answered")),
        ]

    def queryset(self, request, queryset):
        late = Organisation.objects.overdue(today=timezone.now().astimezone(ROME).date())
        if self.value() == "in-date":
            return queryset.exclude(pk__in=late.values("pk"))
        if self.value() == "overdue":
            return queryset.filter(pk__in=late.exclude(verified_on=None).values("pk"))
        if self.value() == "never":
            return queryset.filter(verified_on=None)
        if self.value() == "asked":
            return queryset.filter(pk__in=freshness.unanswered().values("pk"))
        return queryset


class VerificationInline(ReadOnly, PlainTabularInline):
    """Who confirmed the profile, and how; written by the services alone."""

    model = Verification
    fields = readonly_fields = ["on", "by", "method"]
    tab = True

    def has_add_permission(self, request, obj=None):
        return False


class FreshnessActions:
    """For the list of organisations: ask now, mark as checked."""

    @admin.action(description=_("Ask the selected organisations to confirm…"), permissions=["change"])
    def ask_to_confirm(self, request, queryset):
        """Asks once, on its own page: letters leave the house."""
        if "confirmed" in request.POST:
            now = timezone.now()
            each_row(self, request, queryset, lambda row: freshness.send_request(organisation=row, now=now))
            return None
        rows = [row for row in queryset if self.has_change_permission(request, row)]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Ask whether the profile is still correct"),
            "opts": self.opts,
            "rows": [(row, [one.email for one in freshness.recipients(row)]) for row in rows],
        }
        return TemplateResponse(request, "admin/ecosystem/ask.html", context)

    @admin.action(description=_("Mark the selected as checked against a document"), permissions=["change"])
    def mark_verified_by_document(self, request, queryset):
        verify = partial(
            publication.verify_organisation, by=request.user, now=timezone.now(), method=Verification.Method.DOCUMENT
        )
        each_row(self, request, queryset, lambda row: verify(organisation=row))
