"""Who declined the invitation in their calendar: shown in the list, and decided by staff (events spec 6.8)."""

from functools import partial

from django.contrib import admin
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.services.replies import dismiss_reply
from iurc_portal.staff.actions import each_row


class ShowsReplies:
    """For the admin of registrations. To let somebody go there is the action that cancels registrations."""

    reply_actions = ["dismiss_reply"]

    def get_list_filter(self, request):
        return [*super().get_list_filter(request), ("wants_to_withdraw_at", admin.EmptyFieldListFilter)]

    @admin.action(
        description=gettext_lazy("Declined in the calendar: the selected people stay"), permissions=["change"]
    )
    def dismiss_reply(self, request, queryset):
        each_row(self, request, queryset, partial(dismiss_reply, by=request.user, now=timezone.now()))

    @admin.display(description=gettext_lazy("declined in the calendar"))
    def reply_shown(self, obj):
        since = obj.wants_to_withdraw_at
        if since is None:
            return "–"
        return _("%(time)s: wants to leave. Cancel the registration, or note that the person stays.") % {
            "time": date_format(timezone.localtime(since), "SHORT_DATETIME_FORMAT")
        }
