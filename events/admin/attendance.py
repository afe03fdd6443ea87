"""Attendance in the list of registrations: what was recorded, and "present" by hand (events spec 8.7, 17)."""

from functools import partial

from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.services.attendance import attendance_of
from events.services.check_in import check_in
from iurc_portal.staff.actions import each_row


class AttendanceColumn:
    """The attendance of all rows of a page is read at once; the list selects ``event`` along."""

    def get_changelist_instance(self, request):
        changelist = super().get_changelist_instance(request)
        for registration, found in self._found(changelist.result_list):
            registration.attendance_found = found
        return changelist

    @staticmethod
    def _found(registrations):
        found = attendance_of(registrations)
        return [(registration, found[registration.pk]) for registration in registrations]

    @admin.display(description=_("attendance"))
    def attendance(self, obj):
        """``attended · 65 min``: nothing until something was recorded."""
        found = getattr(obj, "attendance_found", None)
        if found is None:
            return "–"
        parts = [
            gettext("attended") if found.attended else "",
            gettext("checked in") if found.checked_in else "",
            gettext("%(n)s min") % {"n": found.minutes} if found.minutes else "",
            gettext("pressed “join”") if found.clicks and not found.minutes else "",
        ]
        return " · ".join(filter(None, parts)) or "–"

    def has_check_in_permission(self, request):
        return request.user.has_perm("events.check_in")

    @admin.action(description=_("Note the selected people as present"), permissions=["check_in"])
    def check_in(self, request, queryset):
        each_row(self, request, queryset, partial(check_in, now=timezone.now(), by=request.user))
