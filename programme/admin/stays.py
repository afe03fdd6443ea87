"""Staff exchanges by state, with their sessions, each of which has an event of its own."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as now_words
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from events.admin.events import both_times
from events.admin.times_form import TimesForm
from iurc_portal.admin import EditableBy, PlainTabularInline, PortalAdmin
from iurc_portal.clock import ZONES, PartnerSide
from iurc_portal.translation.languages import Language, columns
from iurc_portal.translation.times import date_range
from programme.admin.activity_costs import HasCosts, costs_link
from programme.admin.fields import DayField
from programme.admin.moves import MoveForm
from programme.admin.stay_papers import papers_page
from programme.models import FollowUp, StaffExchange, StaySession
from programme.services import stays

State = StaffExchange.State
MOVE = ("move", "move_reason")


class StayForm(MoveForm):
    """The stay, and the move that is to be made of it when it is saved."""

    reason_label = _("why it is declined or cancelled")

    first_day = DayField(label=_("first day"), required=False)
    last_day = DayField(label=_("last day"), required=False)


class SessionForm(TimesForm):
    """A session: what it is called, and when."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        del self.fields["all_day"]
        for code, language in Language.choices:
            self.fields[f"name_{code}"] = forms.CharField(
                label=language, max_length=200, required=False, widget=UnfoldAdminTextInputWidget()
            )

    def clean(self):
        self.cleaned_data.setdefault("all_day", False)
        cleaned = super().clean()
        if not any(cleaned.get(column) for column in columns("name")):
            self.add_error("name_en", ValidationError(_("Write a name in one language at least."), code="name"))
        return cleaned


class SessionInline(PlainTabularInline):
    model = StaySession
    fields = readonly_fields = ["name", "when", "status"]
    can_delete = False
    tab = True
    extra = 0

    def has_add_permission(self, request, obj=None):
        return False

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("event")

    @admin.display(description=_("name"))
    def name(self, obj):
        return str(obj.event)

    @admin.display(description=_("when"))
    def when(self, obj):
        return both_times(obj.event)

    @admin.display(description=_("status"))
    def status(self, obj):
        return obj.event.get_status_display()


class FollowUpInline(PlainTabularInline):
    """What is still to be done after the stay, to be opened; follow-ups are written on their own pages."""

    model = FollowUp
    fields = readonly_fields = ["text", "due_on", "state"]
    can_delete = False
    show_change_link = True
    tab = True
    extra = 0

    def has_add_permission(self, request, obj=None):
        return False

    def get_queryset(self, request):
        return super().get_queryset(request).visible_to(request.user)


@admin.register(StaffExchange)
class StaffExchangeAdmin(HasCosts, EditableBy, PortalAdmin):
    form = StayForm
    change_form_before_template = "admin/programme/staffexchange/_sessions.html"
    list_display = ["who", "days", "state_badge", "exchange"]
    list_filter = ["state", "exchange"]
    list_select_related = ["exchange", "sending", "hosting"]
    search_fields = [*columns("aims"), "sending__slug", "hosting__slug"]
    autocomplete_fields = ["exchange", "person", "sending", "hosting", "mentor"]
    inlines = [SessionInline, FollowUpInline]
    general = (
        "exchange",
        ("sending", "hosting"),
        ("person", "mentor"),
        ("first_day", "last_day"),
        MOVE,
        "costs_shown",
        "is_sample",
    )
    readonly_fields = ["costs_shown"]

    def get_urls(self):
        own = path(
            "<path:object_id>/session/",
            self.admin_site.admin_view(self.session_view),
            name="programme_staffexchange_session",
        )
        papers = path(
            "<path:object_id>/papers/",
            self.admin_site.admin_view(self.papers_view),
            name="programme_staffexchange_papers",
        )
        return [own, papers, *super().get_urls()]

    def papers_view(self, request, object_id):
        return papers_page(self, request, object_id)

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        looks_only = getattr(request, "looks_back", False) or not self.has_change_permission(request, obj)
        if obj is None or not looks_only:
            return fieldsets
        (title, facts), *languages = fieldsets
        return [(title, {**facts, "fields": [name for name in facts["fields"] if name != MOVE]}), *languages]

    def has_delete_permission(self, request, obj=None):
        """What has sessions stands in calendars: it is cancelled instead."""
        return super().has_delete_permission(request, obj) and (obj is None or not obj.sessions.exists())

    @admin.display(description=pgettext_lazy("visit", "Costs"))
    def costs_shown(self, obj):
        return costs_link(obj)

    @admin.display(description=_("stay"))
    def who(self, obj):
        return str(obj)

    @admin.display(description=_("days"), ordering="first_day")
    def days(self, obj):
        return date_range(obj.first_day, obj.last_day) or "–"

    @display(
        description=_("state"),
        ordering="state",
        label={
            State.PROPOSED: "info",
            State.AGREED: "success",
            State.RUNNING: "success",
            State.COMPLETED: "warning",
            State.CANCELLED: "danger",
        },
    )
    def state_badge(self, obj):
        return obj.state, obj.get_state_display()

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if wanted := form.cleaned_data.get("move"):
            reason = form.cleaned_data.get("move_reason", "")
            try:
                stays.move_stay(obj, wanted, now=timezone.now(), by=request.user, reason=reason)
            except ValidationError as refusal:
                told = " ".join([now_words("Saved, but:"), *refusal.messages])
                self.message_user(request, told, messages.WARNING)

    def session_view(self, request, object_id):
        """A new session of the stay: its name and its hours."""
        stay = self.get_object(request, object_id)
        if stay is None or not self.has_change_permission(request, stay):
            raise Http404
        side = PartnerSide(stay.hosting.side)
        form = SessionForm(request.POST or None, initial={"anchor": ZONES[side].key})
        if request.method == "POST" and form.is_valid():
            try:
                self._plan(request, stay, form.cleaned_data)
            except ValidationError as refusal:
                form.add_error(None, refusal)
            else:
                page = reverse("admin:programme_staffexchange_change", args=[stay.pk])
                return HttpResponseRedirect(page)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("New session of the stay"),
            "stay": stay,
            "form": form,
        }
        return TemplateResponse(request, "admin/programme/staffexchange/session.html", context)

    def _plan(self, request, stay, cleaned):
        start, end = cleaned["bounds"]
        stays.plan_session(
            stay,
            names={column: cleaned[column] for column in columns("name")},
            start=start,
            end=end,
            tzid=cleaned["anchor"],
            now=timezone.now(),
            by=request.user,
        )
        self.message_user(request, _("The session is planned."), messages.SUCCESS)
