"""A webinar on one page with its event: texts, times in both cities, registration, reminders, parts, recording."""

import json
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse, translate_url
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from events.admin.day_notes import notes_of, watched
from events.admin.events import both_times
from events.admin.notices import changes_address, rules_address, say_who_will_be_told
from events.admin.series_links import series_line
from events.joining import minutes_before
from events.models import Event
from events.services import scheduling
from events.services.series import change_alone
from iurc_portal.admin import EditableBy, PortalAdmin
from iurc_portal.clock import ZONES, PartnerSide
from iurc_portal.translation.languages import Language, columns
from programme import services
from programme.admin.activity_costs import HasCosts
from programme.admin.library import LibraryInline
from programme.admin.surveys import surveys_of
from programme.admin.webinar_forms import ReasonsForm, WebinarForm
from programme.admin.webinar_parts import SegmentInline, SpeakerInline
from programme.models import LibraryItem, Webinar
from programme.services.agenda import city_organisation

ACTIONS = {
    "publish": (_("Publish"), scheduling.publish_event, _("“%(webinar)s” is published.")),
    "unpublish": (_("Make it a draft again"), scheduling.unpublish_event, _("“%(webinar)s” is a draft again.")),
    "restore": (_("Restore"), scheduling.restore_event, _("“%(webinar)s” is on again; those registered are told.")),
}
TABS = ("texts", "registration", "speakers", "segments", "after")
POSSIBLE = {"TENTATIVE": ["publish", "cancel"], "CONFIRMED": ["cancel", "unpublish"], "CANCELLED": ["restore"]}


@admin.register(Webinar)
class WebinarAdmin(HasCosts, EditableBy, PortalAdmin):
    reverts = False  # what was announced is changed by the services alone
    form = WebinarForm
    change_form_template = "admin/programme/webinar/change_form.html"
    list_display = ["event_name", "when", "status_badge", "registered", "exchange"]
    list_filter = ["event__status", "exchange"]
    search_fields = [*(f"event__{column}" for column in columns("name")), "event__slug"]
    ordering = ["-event__dtstart"]
    inlines = [SpeakerInline, SegmentInline, LibraryInline]
    general = ("exchange",)

    @admin.display(description=_("webinar"), ordering="event__dtstart")
    def event_name(self, obj):
        return str(obj.event)

    @admin.display(description=_("when"), ordering="event__dtstart")
    def when(self, obj):
        return both_times(obj.event)

    @display(
        description=_("status"),
        ordering="event__status",
        label={"CONFIRMED": "success", "TENTATIVE": "info", "CANCELLED": "danger"},
    )
    def status_badge(self, obj):
        return obj.event.status, obj.event.get_status_display()

    @admin.display(description=_("people registered"))
    def registered(self, obj):
        limit = obj.event.maximum_attendee_capacity
        return f"{obj.confirmed} / {limit}" if limit else str(obj.confirmed)

    def get_queryset(self, request):
        confirmed = Count("event__registrations", filter=Q(event__registrations__state="confirmed"), distinct=True)
        return super().get_queryset(request).select_related("event", "exchange").annotate(confirmed=confirmed)

    def get_inline_instances(self, request, obj=None):
        return super().get_inline_instances(request, obj) if self.may_edit(request, obj) else []

    def get_urls(self):
        own = path(
            "<path:object_id>/cancel/",
            self.admin_site.admin_view(self.cancel_view),
            name="programme_webinar_cancel",
        )
        return [own, *super().get_urls()]

    def get_form(self, request, obj=None, **kwargs):
        form = super().get_form(request, obj, **kwargs)
        form.by = request.user
        form.may_see_room = request.user.has_perm("events.see_join_address")
        return form

    def get_changeform_initial_data(self, request):
        side = PartnerSide(request.user.side or PartnerSide.TORINO)
        organizer = city_organisation(side)
        return {
            "anchor": ZONES[side].key,
            "organizer": organizer.pk if organizer else None,
            **super().get_changeform_initial_data(request),
        }

    def has_delete_permission(self, request, obj=None):
        """What was published is cancelled, never deleted: it is in other people's calendars."""
        return super().has_delete_permission(request, obj) and (obj is None or not obj.event.was_published)

    def delete_model(self, request, obj):
        event = obj.event
        super().delete_model(request, obj)
        scheduling.delete_event(event)

    def get_actions(self, request):
        """No bulk deletion: a webinar takes its event along, one by one."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    # --- Saving -----------------------------------------------------------------------------------

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """A refusal that only the last moment knows is told, and nothing is written."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except ValidationError as refusal:
            self.message_user(request, " ".join(refusal.messages), messages.ERROR)
            return redirect(request.get_full_path())

    def records_with_texts(self, obj):
        """The webinar's own texts and those of its event, which stand on the same page."""
        return [obj, obj.event] if obj.event_id else [obj]

    def save_model(self, request, obj, form, change):
        values, now = form.event_form.values(), timezone.now()
        if change:
            former = Event.objects.get(pk=obj.event_id)
            services.change_webinar(obj, by=request.user, now=now, **values)
            super().save_model(request, obj, form, change)
            if form.has_changed():
                change_alone(obj.event)
            if obj.event.sequence > former.sequence:
                say_who_will_be_told(self, request, obj.event)
        else:
            values |= values.pop("venue")
            services.plan_webinar(webinar=obj, by=request.user, now=now, **values)

    def save_formset(self, request, form, formset, change):
        """What goes into the library notes who published it and when; its file goes with it."""
        if formset.model is not LibraryItem:
            super().save_formset(request, form, formset, change)
            return
        for item in formset.save(commit=False):
            services.shelve(item, by=request.user, now=timezone.now())
        for item in formset.deleted_objects:
            item.delete()

    def response_add(self, request, obj, post_url_continue=None):
        return self._after(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request, obj):
        return self._after(request, obj) or super().response_change(request, obj)

    def _after(self, request, obj):
        """Publish, cancel or restore after saving, if that was the button."""
        wanted = request.POST.get("_do", "")
        page = reverse("admin:programme_webinar_change", args=[obj.pk])
        tab = request.POST.get("_tab", "")
        here = f"{page}#tab-{tab}" if tab in TABS else page
        if wanted == "cancel":
            return redirect("admin:programme_webinar_cancel", obj.pk)
        if wanted in ACTIONS:
            self._act(request, obj, wanted)
            return HttpResponseRedirect(here)
        if "_continue" in request.POST:
            saved = _("“%(webinar)s” has been saved. You may go on working.")
            self.message_user(request, saved % {"webinar": obj}, messages.SUCCESS)
            return HttpResponseRedirect(here)
        return None

    def _act(self, request, obj, name) -> None:
        if not request.user.has_perm("events.publish_event"):
            self.message_user(request, _("You need the right to publish events."), messages.ERROR)
            return
        _label, service, told = ACTIONS[name]
        try:
            service(obj.event, now=timezone.now(), by=request.user)
        except ValidationError as refusal:
            self.message_user(request, " ".join(refusal.messages), messages.ERROR)
        else:
            self.message_user(request, told % {"webinar": obj}, messages.SUCCESS)
            if name == "publish" and not obj.event.registration_open:
                closed = _("Registration is not open: nobody can register until you tick it.")
                self.message_user(request, closed, messages.WARNING)

    def cancel_view(self, request, object_id):
        """Ask once, on its own page, why a webinar is cancelled: everybody registered reads it."""
        obj = self.get_object(request, object_id)
        if obj is None:
            raise Http404
        if not self.has_change_permission(request, obj) or not request.user.has_perm("events.publish_event"):
            raise PermissionDenied
        form = ReasonsForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                services.cancel_webinar(obj, now=timezone.now(), by=request.user, reason=form.reasons)
            except ValidationError as refusal:
                self.message_user(request, " ".join(refusal.messages), messages.ERROR)
            else:
                told = _("“%(webinar)s” is cancelled; those registered are told.")
                self.message_user(request, told % {"webinar": obj}, messages.SUCCESS)
            return redirect("admin:programme_webinar_change", obj.pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Cancel the webinar"),
            "webinar": obj,
            "form": form,
            "allowed": "cancel" in POSSIBLE[obj.event.status],
            "confirmed": obj.event.registrations.confirmed().count(),
        }
        return TemplateResponse(request, "admin/programme/webinar/cancel.html", context)

    # --- Showing ----------------------------------------------------------------------------------

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["may_edit"] = self.has_add_permission(request) if add else self.has_change_permission(request, obj)
        context["tabs"] = self._tabs(context) if context["may_edit"] else []
        notes = notes_of(obj.event) if obj is not None and obj.pk else []
        context["day_notes"] = watched(notes, day="event-date", hour="event-starts", anchor="event-anchor")
        context["join_minutes"] = minutes_before(obj.event if obj is not None and obj.pk else Event())
        context["cities_json"] = json.dumps(
            {zone.key: {"name": str(PartnerSide(side).label), "zone": zone.key} for side, zone in ZONES.items()}
        )
        context["series_line"] = series_line(obj.event) if obj is not None and obj.pk else ""
        if obj is not None and obj.pk:
            context |= self._about(request, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    @staticmethod
    def _tabs(context) -> list[dict]:
        form = context["adminform"].form
        wrong = list(form.event_form.errors) if form.is_bound else []
        later = {
            "registration_open",
            "maximum_attendee_capacity",
            "question_set",
            "answers_until",
            "maximum_group_size",
            "closes_date",
            "closes_time",
            "closes_fold",
            "reminders",
            "join_url",
        }
        rows = {
            inline.formset.prefix: inline.formset.total_error_count() if form.is_bound else 0
            for inline in context["inline_admin_formsets"]
        }
        own = [name for name in form.errors if name in set(columns("summary"))]
        counts = {
            "texts": sum(name not in later for name in wrong) + len(set(form.errors) - {*own, "__all__"}),
            "registration": sum(name in later for name in wrong),
            "speakers": rows.get("speakers", 0),
            "segments": rows.get("segments", 0),
            "after": len(own) + rows.get("library", 0),
        }
        names = {
            "texts": _("Texts and times"),
            "registration": _("Registration and reminders"),
            "speakers": _("Speakers"),
            "segments": _("Parts"),
            "after": _("Afterwards"),
        }
        return [{"name": name, "title": title, "errors": counts[name]} for name, title in names.items()]

    def _about(self, request, obj) -> dict:
        event = obj.event
        counts = dict(event.registrations.values_list("state").annotate(n=Count("pk")).order_by())
        may_publish = request.user.has_perm("events.publish_event")
        labels = {"cancel": _("Cancel…"), **{name: label for name, (label, _service, _told) in ACTIONS.items()}}
        registrations = reverse("admin:events_registration_changelist")
        return {
            "webinar": obj,
            "event": event,
            "both": event.when.short_lines((get_language() or "it")[:2]),
            "doings": [(name, labels[name]) for name in POSSIBLE[event.status]] if may_publish else [],
            "counts": {
                "confirmed": counts.get("confirmed", 0),
                "unproved": counts.get("unproved", 0),
                "cancelled": counts.get("cancelled", 0),
            },
            "registrations_url": f"{registrations}?{urlencode({'event__id__exact': event.pk})}",
            "rules_url": rules_address(event),
            "changes_url": changes_address(event),
            "previews": [
                (code, name, translate_url(event.get_absolute_url(), code)) for code, name in Language.choices
            ],
            "published": event.status == Event.Status.CONFIRMED,
            "surveys": surveys_of(event) if request.user.has_perm("programme.view_survey") else [],
            "may_prepare": request.user.has_perm("programme.add_survey") and self.may_edit(request, obj),
        }
