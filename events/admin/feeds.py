"""Addresses of personal calendars: by whom, when last used, and switching them off (events spec 17)."""

from functools import partial

from django.contrib import admin
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from events.models import FeedToken
from events.services.feeds import revoke_feed
from iurc_portal.admin import PlainAdmin, ReadOnly
from iurc_portal.staff.people import FindsPeople


class FeedStateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return FeedToken.State.choices

    def queryset(self, request, queryset):
        now = timezone.now()
        states = {
            FeedToken.State.WORKING: queryset.working(now=now),
            FeedToken.State.EXPIRED: queryset.filter(revoked_at=None, expires_at__lte=now),
            FeedToken.State.REVOKED: queryset.exclude(revoked_at=None),
        }
        return states.get(self.value(), queryset)


@admin.register(FeedToken)
class FeedTokenAdmin(FindsPeople, ReadOnly, PlainAdmin):
    """Read, and ended: an address itself is shown to nobody but the person who made it."""

    list_display = ["name", "person", "state_badge", "last_used_at", "expires_at", "created_at"]
    list_filter = [FeedStateFilter]
    list_select_related = ["user", "registration"]
    search_fields = ["name", "user__email", "registration__email"]
    people_at = ("user__", "registration__")
    date_hierarchy = "created_at"
    fields = ["name", "person", "state_badge", "alarm", ("created_at", "renewed_at"), "last_used_at"]
    fields += [("expires_at", "revoked_at")]
    actions = ["revoke"]

    def get_queryset(self, request):
        """Of guests, those of the events that this person edits; of users all, for accounts have no side."""
        found = super().get_queryset(request)
        mine = FeedToken.registration.field.related_model.objects.editable_by(request.user)
        return found.filter(Q(registration=None) | Q(registration__in=mine.values("pk")))

    def has_revoke_permission(self, request):
        return request.user.has_perm("events.change_feedtoken")

    @admin.display(description=_("person"))
    def person(self, obj):
        whose = obj.user or obj.registration
        name = whose.display_name((get_language() or "en")[:2])
        return f"{name} – {whose.email}" if name else whose.email

    @display(
        description=_("state"),
        label={
            FeedToken.State.WORKING: "success",
            FeedToken.State.EXPIRED: "warning",
            FeedToken.State.REVOKED: "danger",
        },
    )
    def state_badge(self, obj):
        state = FeedToken.State(obj.state_at(timezone.now()))
        return state.value, state.label

    @admin.action(
        description=pgettext_lazy("calendar address", "Switch off the selected addresses"), permissions=["revoke"]
    )
    def revoke(self, request, queryset):
        ended = sum(map(partial(revoke_feed, now=timezone.now(), by=request.user), queryset))
        self.message_user(request, _("Switched off: %(n)s.") % {"n": ended})
