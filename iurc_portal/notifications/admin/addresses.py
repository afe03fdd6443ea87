"""What mail servers say of addresses, who has subscribed to news, and when the jobs last ran."""

from django.contrib import admin, messages
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import display

from iurc_portal.admin import PlainAdmin, ReadOnly
from iurc_portal.notifications import registry, services
from iurc_portal.notifications.models import AddressStatus, Heartbeat, Subscription
from iurc_portal.staff import todo


@admin.register(AddressStatus)
class AddressStatusAdmin(ReadOnly, PlainAdmin):
    list_display = ["email_key", "state", "since", "detail"]
    list_filter = ["state"]
    search_fields = ["email_key"]
    actions = ["clear"]

    def has_outbox_permission(self, request):
        return request.user.has_perm("notifications.change_addressstatus")

    @admin.action(description=_("Mark the selected addresses as good again"), permissions=["outbox"])
    def clear(self, request, queryset):
        for status in queryset:
            services.clear_bounces(status.email_key, now=timezone.now())
        self.message_user(request, _("Our mail goes to these addresses again."), messages.SUCCESS)


class TopicFilter(admin.SimpleListFilter):
    title = _("topic")
    parameter_name = "topic"

    def lookups(self, request, model_admin):
        return list(registry.topics().items())

    def queryset(self, request, queryset):
        return queryset.filter(topic=self.value()) if self.value() else queryset


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnly, PlainAdmin):
    """Only the person makes a subscription; staff end one for somebody who asks them to."""

    list_display = ["email", "about", "language", "state_badge", "asked_at", "proved_at", "ended_at"]
    list_filter = [TopicFilter, "language"]
    search_fields = ["email", "email_key"]
    fields = ["email", "about", ("language", "tzid"), "asked_at", "proved_at", "ended_at"]
    readonly_fields = ["about"]
    actions = ["end"]

    def has_outbox_permission(self, request):
        return request.user.has_perm("notifications.change_subscription")

    @admin.display(description=_("topic"), ordering="topic")
    def about(self, obj):
        return obj.about

    @display(description=_("state"), label={"active": "success", "asked": "warning", "ended": "danger"})
    def state_badge(self, obj):
        if obj.ended_at is not None:
            return "ended", _("ended")
        return ("active", _("subscribed")) if obj.is_active else ("asked", _("address not confirmed yet"))

    @admin.action(description=_("End the selected subscriptions"), permissions=["outbox"])
    def end(self, request, queryset):
        n = queryset.end(now=timezone.now())
        words = ngettext("%(n)s subscription ended.", "%(n)s subscriptions ended.", n) % {"n": n}
        self.message_user(request, words, messages.SUCCESS)


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnly, PlainAdmin):
    list_display = ["title", "last_success_at", "last_error"]
    fields = ["title", "last_success_at", "last_error", "what_it_did"]
    readonly_fields = ["title", "what_it_did"]

    @admin.display(description=_("job"), ordering="name")
    def title(self, obj):
        return todo.jobs[obj.name].title if obj.name in todo.jobs else obj.name

    @admin.display(description=_("what it did"))
    def what_it_did(self, obj):
        return ", ".join(f"{name}: {number}" for name, number in obj.counts.items()) or "–"
