"""The list of connected calendars and the page of one: state, what happened, what staff can do (events spec 17)."""

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_POST
from unfold.decorators import display

from events.admin.calendars.connecting import ConnectPages
from events.admin.calendars.forms import PasswordForm
from events.admin.calendars.settings import SettingsPage
from events.caldav import errors
from events.models import RemoteCalendar
from events.remote_words import advice, line_of, scope_words, state_of, what_to_do
from events.services.calendars import access, connecting, scheduling
from events.services.calendars.choosing import chosen_now
from iurc_portal import secret_fields
from iurc_portal.admin import EditableBy, PlainAdmin
from iurc_portal.staff.people import FindsPeople

RUNS, ITEMS = 20, 20  # on one page
REFUSALS = (RemoteCalendar.Pause.UNAUTHORIZED, RemoteCalendar.Pause.FORBIDDEN)
COLOURS = {"running": "success", "paused": "info", "stopped": "danger", "failing": "warning", "refused": "danger"}
MOVES = {
    "run": (scheduling.run_soon, _("A run begins now.")),
    "pause": (scheduling.pause, _("Paused: nothing is read or written until you resume it.")),
    "resume": (scheduling.resume, _("Resumed: a run begins now.")),
    "allow": (scheduling.allow_once, _("The next run goes on this once, and begins now.")),
}


class CalendarStateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [
            ("running", _("running")),
            ("paused", _("paused by hand")),
            ("refused", _("refused by the server")),
            ("stopped", _("stopped by a guard")),
            ("failing", _("not reached")),
        ]

    def queryset(self, request, queryset):
        states = {
            "running": queryset.filter(paused_because="", stopped_because="", failures=0),
            "paused": queryset.filter(paused_because=RemoteCalendar.Pause.BY_STAFF),
            "refused": queryset.filter(paused_because__in=REFUSALS),
            "stopped": queryset.filter(paused_because="").exclude(stopped_because=""),
            "failing": queryset.filter(paused_because="", failures__gt=0),
        }
        return states.get(self.value(), queryset)


@admin.register(RemoteCalendar)
class RemoteCalendarAdmin(ConnectPages, SettingsPage, FindsPeople, EditableBy, PlainAdmin):
    """Each their own, managers all. Passwords are written and never shown; no history keeps them."""

    list_display = ["display_name", "owner", "scope_words", "state_badge", "last_success_at", "next_run_at", "waiting"]
    list_filter = [CalendarStateFilter, "scope"]
    list_select_related = ["owner", "city"]
    search_fields = ["display_name", "owner__email"]
    people_at = ("owner__",)
    fields: list = []

    def get_urls(self):
        wrap = self.admin_site.admin_view
        own = [
            path("<int:pk>/move/", wrap(require_POST(self.move_view)), name="events_remotecalendar_move"),
            path("<int:pk>/password/", wrap(self.password_view), name="events_remotecalendar_password"),
            path("<int:pk>/disconnect/", wrap(self.disconnect_view), name="events_remotecalendar_disconnect"),
        ]
        return [*own, *super().get_urls()]

    def get_queryset(self, request):
        asked = Count("items__proposals", filter=Q(items__proposals__decision=""), distinct=True)
        return super().get_queryset(request).editable_by(request.user).annotate(asked=asked)

    def has_delete_permission(self, request, obj=None):
        return False

    @display(description=_("what goes there"), ordering="scope")
    def scope_words(self, obj):
        return scope_words(obj)

    @display(
        description=_("state"),
        label=COLOURS,
    )
    def state_badge(self, obj):
        return state_of(obj)

    @admin.display(description=pgettext_lazy("column", "to decide"))
    def waiting(self, obj):
        return obj.asked or "–"

    # --- The page of one ---------------------------------------------------------------------------------------------

    def change_view(self, request, object_id, form_url="", extra_context=None):
        calendar = self._one(request, object_id)
        now = timezone.now()
        runs = Paginator(calendar.runs.all(), RUNS).get_page(request.GET.get("page"))
        apart = Paginator(
            calendar.items.quarantined().filter(deleted_at=None).select_related("event"), ITEMS
        ).get_page(request.GET.get("apart"))
        is_busy = calendar.lease_until is not None and calendar.lease_until > now
        latest = calendar.runs.first()
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": calendar.display_name,
            "original": calendar,
            "calendar": calendar,
            "scope": scope_words(calendar),
            "owned": [RemoteCalendar.Owned(name).label for name in calendar.remote_owns],
            "state": state_of(calendar),
            "paused": calendar.get_paused_because_display() if calendar.paused_because else "",
            "stopped": calendar.get_stopped_because_display() if calendar.stopped_because else "",
            "what_to_do": what_to_do(calendar.paused_because or calendar.stopped_because),
            "copies": calendar.items.ours().filter(deleted_at=None).count(),
            "found": calendar.items.found().count(),
            "chosen": len(chosen_now(calendar, now=now)),
            "is_busy": is_busy,
            "is_first": calendar.last_success_at is None and not calendar.paused_because,
            "latest": line_of(latest, is_busy=is_busy) if latest else None,
            "runs": [line_of(run, is_busy=is_busy and run == latest) for run in runs],
            "page": runs,
            "apart": apart,
            "proposals_url": reverse("admin:events_syncproposal_changelist") + f"?calendar={calendar.pk}",
            "is_consent": calendar.auth == RemoteCalendar.Auth.OAUTH,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/events/calendars/calendar.html", context)

    def move_view(self, request, pk):
        calendar = self._one(request, pk)
        act, told = MOVES.get(request.POST.get("do", ""), (None, ""))
        if act is None:
            self.message_user(request, _("Choose from the list."), "ERROR")
        elif act is scheduling.run_soon:
            act(calendar, now=timezone.now())
            self.message_user(request, told, "SUCCESS")
        else:
            act(calendar, now=timezone.now(), by=request.user)
            self.message_user(request, told, "SUCCESS")
        return redirect("admin:events_remotecalendar_change", calendar.pk)

    def password_view(self, request, pk):
        """A new password: it is tried first, and stored only if the server takes it."""
        calendar = get_object_or_404(self.get_queryset(request), pk=pk, auth=RemoteCalendar.Auth.PASSWORD)
        form = PasswordForm(request.POST or None, initial={"username": calendar.username})
        if form.is_valid() and secret_fields.has_key():
            username, password = form.cleaned_data["username"], form.cleaned_data["password"]
            try:
                access.try_password(calendar, username=username, password=password)
            except errors.CalDavError as error:
                form.add_error(None, ValidationError(advice(error), code=error.code))
            else:
                connecting.renew_secret(
                    calendar, now=timezone.now(), by=request.user, username=username, secret=password
                )
                self.message_user(request, _("The new password is stored."), "SUCCESS")
                return redirect("admin:events_remotecalendar_change", pk)
        return self._page(request, "password", _("Another password"), form=form, calendar=calendar)

    def disconnect_view(self, request, pk):
        """GET says what becomes of the copies; POST forgets the calendar."""
        calendar = self._one(request, pk)
        if request.method != "POST":
            copies = calendar.items.ours().filter(deleted_at=None).count()
            return self._page(
                request,
                "disconnect",
                _("Disconnect a calendar"),
                calendar=calendar,
                copies=copies,
                waiting=calendar.asked,
            )
        name = calendar.display_name
        given_back = access.disconnect(calendar, now=timezone.now(), by=request.user)
        self.message_user(request, _("%(name)s is disconnected.") % {"name": name}, "SUCCESS")
        if not given_back:
            words = _("The consent could not be given back: take it away in the settings of the Google account.")
            self.message_user(request, words, "WARNING")
        return redirect("admin:events_remotecalendar_changelist")

    def _one(self, request, key) -> RemoteCalendar:
        """One that this person may see, else there is none."""
        try:
            return get_object_or_404(self.get_queryset(request).select_related("owner", "city"), pk=key)
        except (ValueError, ValidationError) as no_key:
            raise Http404 from no_key
