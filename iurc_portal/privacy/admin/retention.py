"""Retention: what goes next by the table, what past nights have forgotten, what is kept longer and why (13.2)."""

from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from iurc_portal.admin import PlainAdmin, ReadOnly
from iurc_portal.notifications.models import Heartbeat
from iurc_portal.privacy import registry, retention
from iurc_portal.privacy.models import RetentionRun


@admin.register(RetentionRun)
class RetentionRunAdmin(ReadOnly, PlainAdmin):
    list_before_template = "admin/privacy/_next.html"
    list_display = ["at", "what", "in_all", "failures"]
    date_hierarchy = "at"
    fields = ["at", "what", "failures"]
    readonly_fields = ["what", "failures"]

    def changelist_view(self, request, extra_context=None):
        now = timezone.now()
        beat = Heartbeat.objects.filter(name=retention.JOB).first()
        context = {
            "title": _("Retention"),
            "table": retention.what_next(now=now),
            "beat": beat,
            "exemptions": [
                {"title": one.title, "count": one.rows().count(), "url": one.url()}
                for one in registry.exemptions()
                if request.user.has_perm(one.permission)
            ],
        }
        return super().changelist_view(request, {**context, **(extra_context or {})})

    @admin.display(description=_("forgotten"))
    def what(self, obj):
        return " · ".join(f"{registry.rule_title(name)}: {n}" for name, n in obj.counts.items()) or "–"

    @admin.display(description=_("in all"))
    def in_all(self, obj):
        return sum(obj.counts.values())

    @admin.display(description=_("failed"))
    def failures(self, obj):
        return " · ".join(map(registry.rule_title, obj.failed)) or "–"
