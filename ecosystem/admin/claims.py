"""Who asks to speak for an organisation."""

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from ecosystem.admin.decisions import DecisionAdmin
from ecosystem.models import Claim
from ecosystem.services import claims
from iurc_portal.staff.actions import each_row
from iurc_portal.translation.languages import columns

BADGES = {"unproved": "info", "pending": "warning", "approved": "success", "rejected": "danger"}


@admin.register(Claim)
class ClaimAdmin(DecisionAdmin):
    template = "admin/ecosystem/claim.html"
    list_display = ["organisation", "user", "mailbox", "matches", "state_badge", "answer_by"]
    list_filter = ["state", "domain_matches", "organisation__side"]
    list_select_related = ["organisation", "user"]
    search_fields = ["mailbox", "user__email", *columns("organisation__name")]
    actions = ["approve_matching"]

    @display(description=_("mailbox of its own domain"), label={"yes": "success", "no": "warning"})
    def matches(self, obj):
        return ("yes", _("yes")) if obj.domain_matches else ("no", _("no"))

    @display(description=_("state"), ordering="state", label=BADGES)
    def state_badge(self, obj):
        return obj.state, obj.get_state_display()

    def about(self, obj):
        members = obj.organisation.memberships.select_related("user")
        return {"members": members, "against": claims.against_claim(obj.organisation)}

    def decide(self, request, obj, now):
        reason = request.POST.get("reason", "")
        if "approve" in request.POST:
            claims.approve_claim(claim=obj, by=request.user, now=now, reason=reason)
        elif "reject" in request.POST:
            claims.reject_claim(claim=obj, by=request.user, now=now, reason=reason)
        else:
            raise ValidationError(_("Choose one of the two buttons."), code="choice")
        obj.refresh_from_db()
        return self.done(obj)

    @admin.action(description=_("Approve the selected claims with a mailbox of the domain"), permissions=["change"])
    def approve_matching(self, request, queryset):
        now = timezone.now()
        each_row(
            self, request, queryset, lambda row: claims.approve_matching_claim(claim=row, by=request.user, now=now)
        )
